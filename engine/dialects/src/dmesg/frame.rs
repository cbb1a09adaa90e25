//! Frames of call traces; each distinct line is parsed once, because dumps repeat themselves.

use super::{Grammar, Rule};
pub(super) use crate::block::hex;
use crate::builder::Builder;
use crate::text::shape::is_fixed;
use crate::text::{Line, PerShape};
use foldhash::fast::RandomState;
use pest::Parser;
use pest::iterators::Pair;
use stacklore_model::{Frame, MendKind, Reliability};
use std::collections::HashMap;

/// Distinct lines that are remembered; more than any real dump has.
const REMEMBERED: usize = 1 << 17;

/// Parsed frames by the text of their line.
#[derive(Default)]
pub(super) struct Frames {
    known: HashMap<Box<str>, Option<Parsed>, RandomState>,
    /// Lines of which nothing is an address, by shape.
    shapes: PerShape<Option<Parsed>>,
}

/// What a line says.
#[derive(Clone)]
pub(super) struct Parsed {
    /// The frame.
    pub(super) frame: Frame,
    /// Its caller, where the line names it too (ARM).
    pub(super) caller: Option<Frame>,
    mend: bool,
}

/// Whether a line has the looks of a frame: tested on bytes, before any parsing.
pub(super) fn looks_like_frame(text: &str) -> bool {
    let bytes = text.as_bytes();
    match bytes.first() {
        Some(b'[' | b'(') => {
            bytes.contains(&b'+') || text.contains("/0x") || text.ends_with(')') || text.ends_with("[inline]")
        }
        Some(b'?' | b'_' | b'.' | b'$' | b'a'..=b'z' | b'A'..=b'Z') => {
            let start = if bytes[0] == b'?' { 2 } else { 0 };
            let Some(rest) = bytes.get(start..) else { return false };
            let end = rest.iter().position(|byte| !is_name_byte(*byte)).unwrap_or(rest.len());
            match &rest[end..] {
                // A `+` that was lost leaves the offset glued to the name.
                [b'/', b'0', b'x', ..] => end > 4 && rest[..end].windows(2).any(|pair| pair == b"0x"),
                [b'+', b'0', b'x', tail @ ..] | [b' ', b'+', b'0', b'x', tail @ ..] => {
                    let digits = tail.iter().position(|byte| !byte.is_ascii_hexdigit()).unwrap_or(tail.len());
                    digits > 0 && tail[digits..].starts_with(b"/0x")
                }
                [b' ', tail @ ..] => {
                    // On ARM a module can stand between the function and its caller.
                    let calls = || tail.starts_with(b"from ") || (tail.starts_with(b"[") && text.contains("] from "));
                    end > 0 && (tail.ends_with(b"[inline]") || calls() && text.contains("/0x"))
                }
                _ => false,
            }
        }
        _ => false,
    }
}

/// Whether a line is a frame of xmon: `[c0000000fe2b3a00] c000000000187e40 f+0x20/0x30`.
pub(super) fn is_xmon(text: &str) -> bool {
    let Some((pointer, rest)) = text.split_once("] ") else { return false };
    let is_word = |word: &str| word.len() == 16 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    (is_word(&pointer[1..]) || pointer.starts_with("[link register"))
        && rest.split_once(' ').is_some_and(|(pc, place)| is_word(pc) && place.contains("+0x"))
}

/// Whether a line is one function name, perhaps unsure or with its module: what stripped traces leave.
pub(super) fn is_bare_name(text: &str) -> bool {
    let text = text.strip_prefix("? ").unwrap_or(text);
    let name = text.split_once(" [").map_or(text, |(name, _)| name);
    name.len() > 3
        && name.contains(|c: char| c.is_ascii_lowercase())
        && name.bytes().all(is_name_byte)
        && name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
}

fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'$' | b'@')
}

impl Frames {
    /// The frame of a line that looks like one.
    pub(super) fn read(&mut self, line: &Line<'_>, out: &mut Builder) -> Option<Parsed> {
        let text = line.trimmed();
        let known = line.shape.and_then(|shape| self.shapes.get(shape)).or_else(|| self.known.get(text));
        if let Some(known) = known {
            let mut parsed = known.clone()?;
            parsed.set_line(line.number, out);
            return Some(parsed);
        }
        let parsed = parse(line.head().trim_start(), line, out);
        if let Some(shape) = line.shape.filter(|_| is_fixed(&line.text, &(0..line.text.len()))) {
            self.shapes.insert(shape, parsed.clone());
        } else if self.known.len() < REMEMBERED {
            self.known.insert(text.into(), parsed.clone());
        }
        let mut parsed = parsed?;
        parsed.set_line(line.number, out);
        Some(parsed)
    }
}

impl Parsed {
    fn set_line(&mut self, line: u32, out: &mut Builder) {
        self.frame.span = out.at(line);
        if let Some(caller) = &mut self.caller {
            caller.span = self.frame.span;
        }
        if self.mend {
            out.mend(MendKind::LostPlus, line);
        }
    }
}

fn parse(text: &str, line: &Line<'_>, out: &mut Builder) -> Option<Parsed> {
    if text.contains(" from ") {
        let parsed = Grammar::parse(Rule::from, text).ok()?.next()?;
        let mut parts = parsed.into_inner();
        let (callee, caller) = (parts.next()?, parts.next()?);
        let (frame, mend) = frame(callee, line, out)?;
        let (caller, _) = self::frame(caller, line, out)?;
        return Some(Parsed { frame, caller: Some(caller), mend });
    }
    let parsed = Grammar::parse(Rule::frame, text).ok()?.next()?;
    let (frame, mend) = frame(parsed, line, out)?;
    Some(Parsed { frame, caller: None, mend })
}

/// A frame from its parts, and whether its `+` was lost.
pub(super) fn frame(parsed: Pair<'_, Rule>, line: &Line<'_>, out: &mut Builder) -> Option<(Frame, bool)> {
    let mut frame = Frame::new(out.name(""), out.at(line.number));
    let (mut mend, mut sure) = (false, false);
    let inner = parsed.into_inner();
    for part in inner {
        match part.as_rule() {
            Rule::marks => marks(part, &mut frame),
            Rule::unsure => frame.reliability = Reliability::Unsure,
            Rule::symbol => frame.symbol = out.name(part.as_str()),
            Rule::place => {
                sure = true;
                for part in part.into_inner() {
                    match part.as_rule() {
                        Rule::offset => frame.offset = hex(part.as_str()),
                        Rule::glued => {
                            mend = true;
                            frame.offset = hex(part.as_str());
                        }
                        Rule::size => frame.size = hex(part.as_str()),
                        _ => {}
                    }
                }
            }
            Rule::module => {
                let name = part.into_inner().find(|part| part.as_rule() == Rule::mod_name);
                frame.module = name.map(|name| out.name(name.as_str()));
            }
            Rule::flags if part.clone().into_inner().any(|part| part.as_rule() == Rule::unreliable) => {
                frame.reliability = Reliability::Unsure;
            }
            Rule::location => frame.location = Some(out.name(part.as_str().trim())),
            Rule::inline => frame.reliability = Reliability::Inlined,
            // Words behind a frame are prose or a note of whoever pasted it; behind a bare word it is no frame.
            Rule::rest if !sure && !part.as_str().trim().is_empty() => return None,
            _ => {}
        }
    }
    Some((frame, mend))
}

fn marks(part: Pair<'_, Rule>, frame: &mut Frame) {
    for mark in part.into_inner() {
        for part in mark.into_inner() {
            match part.as_rule() {
                Rule::inlined => frame.reliability = Reliability::Inlined,
                Rule::address | Rule::long => {
                    // powerpc prints the stack pointer first.
                    if let Some(before) = frame.address {
                        frame.pointer = Some(before);
                    }
                    frame.address = hex(part.as_str()).filter(|address| *address != 0);
                }
                _ => {}
            }
        }
    }
    if frame.pointer == frame.address {
        frame.pointer = None;
    }
}
