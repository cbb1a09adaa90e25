//! The call of a frame: `bankd!transfer+0x2 [c:\src\bank.cpp @ 51]`, `nt!KiSwapContext+0x7a (TrapFrame @ …)`.

use crate::block::{self, hex};
use crate::builder::Builder;
use stacklore_model::{Argument, Frame, Reliability};

/// Reads what stands in the column `Call Site`.
pub(super) fn read(text: &str, frame: &mut Frame, out: &mut Builder) {
    let mut text = text.trim();
    if let Some((before, place)) = text.strip_suffix(']').and_then(|text| text.rsplit_once(" [")) {
        // `(Inline Function)` is also told behind the call: `f(Inline Function)`.
        if let Some((file, line)) = place.rsplit_once(" @ ") {
            frame.location = Some(out.name(&format!("{}:{line}", file.trim())));
            text = before.trim_end();
        }
    }
    for note in [" (FPO:", " (Manual)", " (CONV:", " (TrapFrame", " (No unwind info", " (Inline Function)"] {
        if let Some((before, _)) = text.split_once(note) {
            text = before.trim_end();
        }
    }
    if let Some((before, offset)) = text.rsplit_once("+0x")
        && let Some(offset) = hex(offset)
    {
        frame.offset = Some(offset);
        text = before;
    }
    // `kp` and `kP` print the arguments with their names.
    if let Some((function, list)) = text.strip_suffix(')').and_then(|text| text.split_once('('))
        && list.contains(" = ")
    {
        frame.arguments = list.split(',').filter_map(|part| named(part, out)).collect();
        text = function;
    }
    if let Some((module, function)) = text.split_once('!') {
        frame.module = Some(out.name(module));
        text = function;
    } else if hex(text).is_some() {
        // A bare address.
        text = "??";
    } else if frame.offset.is_some() && !text.contains("::") {
        // `bankd+0x1234`: the module alone is known.
        frame.module = Some(out.name(text));
        frame.offset = None;
        text = "??";
    }
    if !text.is_empty() {
        frame.symbol = out.name(text);
    }
}

/// `class Bank * this = 0x000001c4`.
fn named(part: &str, out: &mut Builder) -> Option<Argument> {
    let (left, value) = part.split_once(" = ")?;
    let name = left.rsplit([' ', '*']).next().unwrap_or(left);
    let number = value.trim().strip_prefix("0x").and_then(|digits| address(digits.split(' ').next()?));
    Some(Argument { name: Some(out.name(name)), text: out.name(value.trim()), number, symbol: None, symbol_offset: 0 })
}

/// A value of the columns of a frame, as the argument of that number.
pub(super) fn positional(text: &str, out: &mut Builder) -> Argument {
    Argument { name: None, text: out.name(text), number: address(text), symbol: None, symbol_offset: 0 }
}

/// An address, which has a grave accent in its middle.
pub(super) fn address(text: &str) -> Option<u64> {
    if text.contains('`') { hex(&text.replace('`', "")) } else { hex(text) }
}

/// Whether a text is a call at all: `module!function…`, `module+0x1`, an address.
pub(super) fn is_call(text: &str) -> bool {
    let head = text.split(" [").next().unwrap_or(text);
    let plain = |module: &str| !module.is_empty() && !module.contains(' ');
    match head.split_once('!') {
        Some((module, function)) => plain(module) && !function.is_empty(),
        None => {
            head.split_once("+0x").is_some_and(|(module, _)| plain(module)) || (head.starts_with("0x") && plain(head))
        }
    }
}

/// A frame in which nothing stands but a call.
pub(super) fn frame(call: &str, line: u32, out: &mut Builder) -> Frame {
    let mut frame = block::frame("", line, out);
    read(call, &mut frame, out);
    frame
}

/// Marks a frame as inlined.
pub(super) fn inlined(frame: &mut Frame) {
    frame.reliability = Reliability::Inlined;
}

#[cfg(test)]
mod tests {
    use super::*;
    use stacklore_model::SourceId;

    #[test]
    fn calls_of_every_shape() {
        for (text, symbol, module, place) in [
            ("ntdll!NtWaitForSingleObject+0x14", "NtWaitForSingleObject", Some("ntdll"), None),
            (r"bankd!Bank::move+0x2 [c:\src\bank.cpp @ 51]", "Bank::move", Some("bankd"), Some(r"c:\src\bank.cpp:51")),
            ("ntdll!KiFastSystemCallRet (FPO: [0,0,0])", "KiFastSystemCallRet", Some("ntdll"), None),
            (
                "bankd!std::vector<int,std::allocator<int> >::at+0x1",
                "std::vector<int,std::allocator<int> >::at",
                Some("bankd"),
                None,
            ),
            ("bankd!move(int from = 0n1, class Bank * this = 0x000001c4)+0x3", "move", Some("bankd"), None),
            ("bankd+0x1234", "??", Some("bankd"), None),
            ("0x7ff612345678", "??", None, None),
        ] {
            let mut out = Builder::new(SourceId(0), 1);
            let frame = frame(text, 1, &mut out);
            let seen = (&*frame.symbol, frame.module.as_deref(), frame.location.as_deref());
            assert_eq!(seen, (symbol, module, place), "{text}");
            assert!(is_call(text), "{text}");
        }
        assert!(!is_call("Suspend: 1 Teb: 7ffd") && !is_call("hello world!"));
    }
}
