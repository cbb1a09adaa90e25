//! Calls and their places, and lines of them whose shape was seen before: their numbers are read anew, the rest is known.

use super::{Grammar, Rule};
use crate::block::hex;
use crate::builder::Builder;
use crate::text::shape::{is_fixed, place_of};
use crate::text::{Line, PerShape};
use pest::Parser;
use stacklore_model::{Argument, Arguments, Call, Name};
use std::ops::Range;
use std::sync::Arc;

/// What holds for all lines of a shape.
pub(super) enum Known {
    /// `net/http.(*persistConn).roundTrip(0xc000658fc0, 0xc0003fc080)`; arguments without addresses are shared.
    Call { call: Arc<Call>, arguments: Range<usize>, shared: Option<Arguments> },
    /// `/usr/local/go/src/net/http/transport.go:2610 +0x765`; the call before the last line of this shape, with this
    /// place.
    Place { place: Place, joined: Option<(Arc<Call>, Arc<Call>)> },
    /// `created by main.main in goroutine 1`
    Creator(Name),
    /// Lines that take the long way.
    Other,
}

/// The shapes of the lines of a document.
#[derive(Default)]
pub(super) struct KnownLines {
    known: PerShape<Known>,
}

impl KnownLines {
    /// What is known of a line.
    pub(super) fn read(&mut self, line: &Line<'_>, out: &mut Builder) -> Option<&mut Known> {
        let shape = line.shape?;
        if self.known.get(shape).is_none() {
            self.known.insert(shape, learn(&line.text, out));
        }
        self.known.get_mut(shape)
    }
}

fn learn(text: &str, out: &mut Builder) -> Known {
    if !text.is_ascii() {
        return Known::Other;
    }
    let within = |part: &str| place_of(part, text);
    if text.starts_with(['\t', '/', ' ']) {
        return match place(text, out) {
            Some(place) if !place.mended && is_fixed(text, &place.fixed) => Known::Place { place, joined: None },
            _ => Known::Other,
        };
    }
    if text.starts_with("created by ") {
        return creator(text).map_or(Known::Other, |creator| Known::Creator(out.name(creator)));
    }
    if text.starts_with("...") || text.contains("stack unavailable") {
        return Known::Other;
    }
    match call(text) {
        Some(call) if !call.mended() && is_fixed(text, &within(call.function)) => {
            let list = within(call.list);
            let shared = is_fixed(text, &list).then(|| Arguments::printed(call.list, arguments));
            Known::Call { call: Arc::new(Call::new(out.name(call.function))), arguments: list, shared }
        }
        _ => Known::Other,
    }
}

/// The function of the goroutine that created this one.
pub(super) fn creator(text: &str) -> Option<&str> {
    let mut parts = Grammar::parse(Rule::created, text).ok()?.next()?.into_inner();
    parts.find(|part| part.as_rule() == Rule::creator).map(|part| part.as_str().trim())
}

/// A call as printed.
pub(super) struct Printed<'a> {
    pub(super) function: &'a str,
    /// What stands between the parentheses.
    pub(super) list: &'a str,
}

impl Printed<'_> {
    /// Whether a page put blanks into words.
    pub(super) fn mended(&self) -> bool {
        let list = self.list.trim().as_bytes();
        list.windows(2).any(|pair| pair[1] == b' ' && !matches!(pair[0], b',' | b' ') && pair[0].is_ascii())
    }

    /// Whether a machine translated the line.
    pub(super) fn translated(&self, text: &str) -> bool {
        !text.is_ascii() && (!self.list.is_ascii() || self.function.contains(|c: char| !c.is_ascii() && c != '·'))
    }
}

/// Reads a call: everything up to the last pair of parentheses is the function.
pub(super) fn call(text: &str) -> Option<Printed<'_>> {
    let inside = text.trim().strip_suffix(')')?;
    let open = matching_parenthesis(inside)?;
    let (function, list) = (inside[..open].trim(), &inside[open + 1..]);
    // Prose with a remark in parentheses has blanks before it; functions have none.
    let named = !function.is_empty() && !function.contains(' ') && (function.contains('.') || function == "panic");
    named.then_some(Printed { function, list })
}

/// Where the parenthesis opens that closes behind the text.
fn matching_parenthesis(inside: &str) -> Option<usize> {
    let mut depth = 1;
    for (at, byte) in inside.bytes().enumerate().rev() {
        match byte {
            b')' => depth += 1,
            b'(' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(at);
        }
    }
    None
}

/// The place of a call.
pub(super) struct Place {
    pub(super) location: Option<Name>,
    pub(super) offset: Option<u64>,
    /// A page put blanks into the numbers.
    pub(super) mended: bool,
    /// Where the location and the offset stand.
    fixed: Range<usize>,
    pc: Option<Range<usize>>,
    fp: Option<Range<usize>>,
}

impl Place {
    /// The program counter that a line of this shape prints.
    pub(super) fn address(&self, text: &str) -> Option<u64> {
        hex(text.get(self.pc.clone()?)?)
    }

    /// The frame pointer that a line of this shape prints.
    pub(super) fn pointer(&self, text: &str) -> Option<u64> {
        hex(text.get(self.fp.clone()?)?)
    }
}

/// Reads the line below a call.
pub(super) fn place(text: &str, out: &mut Builder) -> Option<Place> {
    let (mut file, mut number) = (String::new(), String::new());
    let mut place = Place { location: None, offset: None, mended: false, fixed: 0..0, pc: None, fp: None };
    for part in Grammar::parse(Rule::place, text).ok()?.next()?.into_inner() {
        let span = part.as_span();
        match part.as_rule() {
            Rule::file => file = part.as_str().replace(' ', ""),
            Rule::line => {
                number = part.as_str().replace(' ', "");
                place.mended = text[..span.end()].trim().contains(' ');
                place.fixed.end = span.end();
            }
            Rule::offset => {
                place.offset = hex(part.as_str());
                place.fixed.end = span.end();
            }
            Rule::register => {
                let mut parts = part.into_inner();
                if let (Some(name), Some(value)) = (parts.next(), parts.next()) {
                    let range = value.as_span().start()..value.as_span().end();
                    match name.as_str() {
                        "pc" => place.pc = Some(range),
                        "fp" => place.fp = Some(range),
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }
    place.location = Some(out.name(&format!("{file}:{number}")));
    Some(place)
}

/// Takes a list of arguments apart. `?` behind one says that it may be stale, then it is no number to rely on.
pub(super) fn arguments(list: &str) -> Vec<Argument> {
    let parsed = Grammar::parse(Rule::arguments, list).ok().and_then(|mut pairs| pairs.next());
    let parts = parsed.into_iter().flat_map(|pair| pair.into_inner());
    parts.filter(|part| part.as_rule() == Rule::argument).map(|part| argument(part.as_str())).collect()
}

fn argument(text: &str) -> Argument {
    let joined = text.trim().trim_matches(['{', '}']).replace(' ', "");
    let number = joined.strip_prefix("0x").filter(|_| !joined.ends_with('?')).and_then(hex);
    Argument { name: None, text: joined.into(), number, symbol: None, symbol_offset: 0 }
}
