//! Frames: `at java.lang.Thread.run(java.base@17.0.21/Thread.java:840)`. Dumps repeat the same lines in thousands of
//! threads, so each distinct one is parsed once.

use super::{Grammar, Rule};
use crate::builder::Builder;
use crate::text::shape::is_fixed;
use crate::text::{Line, PerShape};
use pest::Parser;
use stacklore_model::{Argument, Arguments, Call, Frame, MendKind, Name};
use std::sync::Arc;

/// The method of a class initialiser: its frame holds the class.
const INITIALISER: &str = ".<clinit>";

/// What a frame line says, without its place in the text.
#[derive(Clone)]
struct Known {
    call: Arc<Call>,
    arguments: Arguments,
    native: bool,
    /// A page took the name of a constructor for a tag.
    eaten: bool,
    /// Bytes of the line before the text that was read: a logger's record can begin the same line.
    skip: usize,
}

/// The frame lines of a document.
#[derive(Default)]
pub(super) struct Calls {
    known: PerShape<Known>,
}

impl Calls {
    /// The frame of a line without its `at`, and whether its method is native; `None` where it is no frame.
    pub(super) fn frame(&mut self, text: &str, line: &Line<'_>, out: &mut Builder) -> Option<(Frame, bool)> {
        let skip = line.text.len().saturating_sub(text.len());
        if let Some(known) = line.shape.and_then(|shape| self.known.get(shape)).filter(|known| known.skip == skip) {
            return Some(known.at(line.number, out));
        }
        let known = Known { skip, ..call(text, out).or_else(|| of_agent(text, out))? };
        let frame = known.at(line.number, out);
        if let Some(shape) = line.shape.filter(|_| is_fixed(&line.text, &(0..line.text.len()))) {
            self.known.insert(shape, known);
        }
        Some(frame)
    }
}

impl Known {
    fn at(&self, line: u32, out: &mut Builder) -> (Frame, bool) {
        if self.eaten {
            out.mend(MendKind::LostAngle, line);
        }
        let mut frame = Frame::of(self.call.clone(), out.at(line));
        frame.arguments = self.arguments.clone();
        (frame, self.native)
    }
}

/// An argument of that name.
pub(super) fn named(name: &str, text: Name, number: Option<u64>, out: &mut Builder) -> Argument {
    Argument { name: Some(out.name(name)), text, number, symbol: None, symbol_offset: 0 }
}

fn call(text: &str, out: &mut Builder) -> Option<Known> {
    if text.contains(" @bci=") {
        return None;
    }
    let (mut path, mut place) = ("", "");
    for part in Grammar::parse(Rule::frame, text).ok()?.next()?.into_inner() {
        match part.as_rule() {
            Rule::path => path = part.as_str(),
            Rule::place => place = part.as_str(),
            _ => {}
        }
    }
    let (before, symbol) = without_module(path);
    let whole = symbol.strip_suffix('.').map(|class| format!("{class}.<init>"));
    let (symbol, eaten) = (whole.as_deref().unwrap_or(symbol), whole.is_some());
    let (inside, place) = place.rsplit_once('/').map_or((None, place), |(module, place)| (Some(module), place));
    if !is_method(symbol) || !is_place(place) {
        return None;
    }
    let module = before.or(inside).map(|module| module.split('@').next().unwrap_or(module));
    let native = place.eq_ignore_ascii_case("native method");
    let location = (!native && place != "Unknown Source").then_some(place);
    Some(Known { eaten, ..made(symbol, module, location, native, out) })
}

/// A frame of the serviceability agent (`jstack -F`): argument types, byte code index, line.
fn of_agent(text: &str, out: &mut Builder) -> Option<Known> {
    let (mut path, mut line) = ("", None);
    for part in Grammar::parse(Rule::agent, text).ok()?.next()?.into_inner() {
        match part.as_rule() {
            Rule::path => path = part.as_str(),
            Rule::line => line = Some(format!("line {}", part.as_str())),
            _ => {}
        }
    }
    is_method(path).then(|| made(path, None, line.as_deref(), false, out))
}

fn made(symbol: &str, module: Option<&str>, location: Option<&str>, native: bool, out: &mut Builder) -> Known {
    // J9 prints classes with the slashes of the class file.
    let dotted = if symbol.contains('/') && !symbol.contains("$$") && !symbol.contains("/0x") {
        symbol.replace('/', ".")
    } else {
        symbol.to_owned()
    };
    let class = dotted.strip_suffix(INITIALISER).map(|class| out.name(class));
    let call = Call {
        module: module.filter(|module| !module.is_empty()).map(|module| out.name(module)),
        location: location.map(|location| out.name(location)),
        ..Call::new(out.name(&dotted))
    };
    let arguments = class.into_iter().map(|class| named("class", class, None, out)).collect();
    Known { call: Arc::new(call), arguments, native, eaten: false, skip: 0 }
}

/// Cuts `app//`, `java.base/`, `loader/java.base@17/` off. A hidden class has an address or a number behind its
/// slash (`Dead$$Lambda/0x0000000049040420.run`), and J9 prints packages with slashes.
fn without_module(path: &str) -> (Option<&str>, &str) {
    let (mut module, mut symbol) = (None, path);
    while let Some((head, rest)) = symbol.split_once('/') {
        let is_module = head.is_empty() || head.contains(['.', '@']) || head == "app" || head == "platform";
        if !is_module || head.contains("$$") || rest.starts_with(|c: char| c.is_ascii_digit()) {
            break;
        }
        module = Some(head);
        symbol = rest;
    }
    (module, symbol)
}

fn is_method(symbol: &str) -> bool {
    let last = symbol.rsplit('.').next().unwrap_or("");
    symbol.contains('.') && !last.is_empty() && !symbol.starts_with(['.', '"', '-'])
}

/// A file with or without line, or what stands for one.
fn is_place(place: &str) -> bool {
    place.contains('.')
        || place.contains(':')
        || matches!(place, "Native Method" | "Native method" | "Unknown Source" | "Redefined" | "<generated>" | "")
        || !place.contains(' ')
}
