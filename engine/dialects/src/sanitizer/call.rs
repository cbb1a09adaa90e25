//! The call of a sanitizer's frame: `f(int) /src/a.c:12:3 (exe+0x4a2b) (BuildId: 4f…)`.

use crate::block::is_place;
use crate::builder::Builder;
use stacklore_model::Frame;

/// Reads what stands behind the number and the program counter of a frame.
pub(super) fn read(text: &str, frame: &mut Frame, out: &mut Builder) {
    let mut text = text.trim();
    while let Some((before, group)) = text.strip_suffix(')').and_then(|text| text.rsplit_once(" (")).or_else(|| {
        let all = text.strip_prefix('(')?.strip_suffix(')')?;
        Some(("", all))
    }) {
        let lost = || crate::ending::glued(group).map(|(module, _)| (module, ""));
        if let Some((module, _)) = group.rsplit_once("+0x").or_else(lost) {
            let name = module.rsplit('/').next().unwrap_or(module);
            frame.module = Some(out.name(name));
        } else if !group.starts_with("BuildId") {
            // The types of a function's arguments.
            break;
        }
        text = before.trim_end();
    }
    text = text.strip_suffix("<null>").unwrap_or(text).trim_end();
    if let Some((before, word)) = text.rsplit_once(' ')
        && (is_place(word) || word.starts_with('/'))
    {
        frame.location = Some(out.name(word));
        text = before.trim_end();
    }
    if !text.is_empty() && text != "<null>" {
        frame.symbol = out.name(text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use stacklore_model::SourceId;

    #[test]
    fn calls_of_every_shape() {
        for (text, symbol, place, module) in [
            ("pthread_mutex_lock <null> (exe+0x4a2b)", "pthread_mutex_lock", None, Some("exe")),
            ("main simple.c:15 (exe+0x000000401192)", "main", Some("simple.c:15"), Some("exe")),
            ("a::f(int) /src/a.cc:12:3 (/usr/bin/x+0x1) (BuildId: 4f)", "a::f(int)", Some("/src/a.cc:12:3"), Some("x")),
            ("a::f(int, char) /src/a.cc:12:3", "a::f(int, char)", Some("/src/a.cc:12:3"), None),
            ("operator new(unsigned long) <null> (x+0x2)", "operator new(unsigned long)", None, Some("x")),
            ("<null> <null> (libc.so.6+0x29d8f)", "??", None, Some("libc.so.6")),
            ("(/lib/libc.so.6+0x29d8f)", "??", None, Some("libc.so.6")),
            ("f(void (*)(int))", "f(void (*)(int))", None, None),
            ("", "??", None, None),
        ] {
            let mut out = Builder::new(SourceId(0), 1);
            let mut frame = crate::block::frame("", 1, &mut out);
            read(text, &mut frame, &mut out);
            let seen = (&*frame.symbol, frame.location.as_deref(), frame.module.as_deref());
            assert_eq!(seen, (symbol, place, module), "{text}");
        }
    }
}
