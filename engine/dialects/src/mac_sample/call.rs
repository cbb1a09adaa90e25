//! The call of a node: `f  (in bankd) + 248  [0x18f1b60e0]  bank.c:12`, `f + 84 (bankd + 1234) [0x18f] (running)`.

use crate::block::{hex, is_place, leading_number};
use crate::builder::Builder;
use stacklore_model::Frame;

/// What a tool says of a thread behind its innermost frame.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Remark {
    /// The thread was on a CPU.
    pub(super) runs: bool,
    /// Process and thread that it waits for.
    pub(super) owner: Option<(u32, Option<u64>)>,
}

/// Reads the call into a frame.
pub(super) fn read(text: &str, frame: &mut Frame, out: &mut Builder) -> Remark {
    let mut text = text.trim();
    let mut remark = Remark::default();
    while let Some((before, note)) = text.strip_suffix(')').and_then(|text| text.rsplit_once(" (")) {
        if note.starts_with("in ") || note.contains(" + ") {
            break;
        }
        let known = remark.note(note);
        if !known {
            break;
        }
        text = before.trim_end();
    }
    if let Some((before, place)) = text.rsplit_once("]  ").filter(|(_, place)| is_place(place)) {
        frame.location = Some(out.name(place.trim()));
        text = before;
    }
    if let Some((before, addresses)) = text.rsplit_once(" [0x") {
        frame.address = hex(addresses.split([',', ']']).next().unwrap_or(addresses));
        text = before.trim_end();
    }
    // A stripped library: `???  (in bankd)  load address 0x1000 + 0x23`.
    text = text.split_once("  load address").map_or(text, |(before, _)| before.trim_end());
    if let Some((before, digits)) = text.rsplit_once(" + ")
        && (before.ends_with(')') || !text.ends_with(')'))
    {
        frame.offset = leading_number(digits.trim());
        text = before.trim_end();
    }
    if let Some((before, group)) = text.strip_suffix(')').and_then(|text| text.rsplit_once(" (")) {
        let module = group.strip_prefix("in ").unwrap_or(group);
        // `bank.c:12 in bankd + 1234`
        let module = module.rsplit_once(" + ").map_or(module, |(module, _)| module);
        let module = match module.split_once(" in ") {
            Some((place, module)) => {
                frame.location = Some(out.name(place));
                module
            }
            None => module,
        };
        frame.module = Some(out.name(module));
        text = before.trim_end();
    }
    let text = text.split("  (in ").next().unwrap_or(text).trim_end();
    let text = match text.rsplit_once(" + ") {
        Some((name, digits)) if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            frame.offset = frame.offset.or_else(|| leading_number(digits));
            name
        }
        _ => text,
    };
    frame.symbol = out.name(if text.is_empty() || text == "???" { "??" } else { text });
    remark
}

impl Remark {
    /// Takes a note in brackets; `false` where it is none.
    fn note(&mut self, note: &str) -> bool {
        if note == "running" || note == "runnable" {
            self.runs = true;
            return true;
        }
        if let Some((_, who)) = note.split_once("waiting for ") {
            let pid = who.split_once(" [").and_then(|(_, rest)| leading_number(rest));
            let thread = who.split_once("] thread 0x").and_then(|(_, rest)| hex(rest.split(' ').next()?));
            self.owner = pid.map(|pid| (pid, thread));
            return true;
        }
        note == "suspended" || note.starts_with("blocked by ") || note.starts_with("no ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use stacklore_model::SourceId;

    #[test]
    fn calls_of_every_shape() {
        for (text, symbol, module, offset, address, place) in [
            ("move  (in bankd) + 248  [0x18f1b60e0]", "move", Some("bankd"), Some(248), Some(0x1_8f1b_60e0), None),
            (
                "move  (in bankd) + 248,12,...  [0x18f1,0x18f2,...]",
                "move",
                Some("bankd"),
                Some(248),
                Some(0x18f1),
                None,
            ),
            (
                "move  (in bankd) + 248  [0x18f1]  bank.c:12",
                "move",
                Some("bankd"),
                Some(248),
                Some(0x18f1),
                Some("bank.c:12"),
            ),
            (
                "a::f(int, char)  (in libx.dylib) + 8  [0x1]",
                "a::f(int, char)",
                Some("libx.dylib"),
                Some(8),
                Some(1),
                None,
            ),
            ("???  (in bankd)  load address 0x1000 + 0x23  [0x1023]", "??", Some("bankd"), None, Some(0x1023), None),
            (
                "-[NSApplication run]  (in AppKit) + 8  [0x1]",
                "-[NSApplication run]",
                Some("AppKit"),
                Some(8),
                Some(1),
                None,
            ),
            ("start + 84 (dyld + 12345) [0x18f1]", "start", Some("dyld"), Some(84), Some(0x18f1), None),
            (
                "main + 84 (bank.c:12 in bankd + 1234) [0x18f1]",
                "main",
                Some("bankd"),
                Some(84),
                Some(0x18f1),
                Some("bank.c:12"),
            ),
            ("??? (bankd + 123) [0x1f]", "??", Some("bankd"), None, Some(0x1f), None),
        ] {
            let mut out = Builder::new(SourceId(0), 1);
            let mut frame = crate::block::frame("", 1, &mut out);
            let remark = read(text, &mut frame, &mut out);
            let seen =
                (&*frame.symbol, frame.module.as_deref(), frame.offset, frame.address, frame.location.as_deref());
            assert_eq!(seen, (symbol, module, offset, address, place), "{text}");
            assert_eq!(remark, Remark::default());
        }
        let mut out = Builder::new(SourceId(0), 1);
        let mut frame = crate::block::frame("", 1, &mut out);
        let text =
            "w + 8 (l.dylib + 5) [0x1] (blocked by turnstile waiting for my app [12] thread 0x1a2c after 2 hops)";
        assert_eq!(read(text, &mut frame, &mut out).owner, Some((12, Some(0x1a2c))));
        assert_eq!(&*frame.symbol, "w");
        assert!(read("spin + 8 (x + 5) [0x1] (running)", &mut frame, &mut out).runs);
    }
}
