//! Frames whose shape was seen before: their numbers are read anew, the rest is known.

use super::argument::arguments;
use super::line::{self, Printed};
use super::target::Target;
use super::{Grammar, Rule, call, stack};
use crate::builder::Builder;
use crate::text::shape::{is_fixed, place_of};
use crate::text::{Context, Line, PerShape};
use pest::Parser;
use stacklore_model::{Arguments, Call, Frame};
use std::ops::Range;
use std::sync::Arc;

/// A frame that stands whole on its line.
struct Known {
    number: Range<usize>,
    address: Option<Range<usize>>,
    arguments: Range<usize>,
    /// Arguments without addresses are those of all frames of the shape.
    shared: Option<Arguments>,
    call: Arc<Call>,
    /// Nothing of the frame can follow on the next line.
    complete: bool,
}

/// `Thread 9 (Thread 0x7f… (LWP 4744) "poller"):`: where its numbers and its name stand.
struct KnownThread {
    label: Range<usize>,
    pthread: Option<Range<usize>>,
    tid: Range<usize>,
    name: Option<Range<usize>>,
}

/// The shapes of frames and of heads of threads in a document; `None` stands for lines that take the long way.
#[derive(Default)]
pub(super) struct KnownFrames {
    known: PerShape<Option<Known>>,
    threads: PerShape<Option<KnownThread>>,
}

impl KnownFrames {
    /// Number and frame of a line that holds all of a frame and nothing else.
    pub(super) fn read(&mut self, line: &Line<'_>, context: &Context<'_>, out: &mut Builder) -> Option<(u32, Frame)> {
        let shape = line.shape?;
        if !line.text.starts_with('#') {
            return None;
        }
        if self.known.get(shape).is_none() {
            self.known.insert(shape, learn(&line.text, out));
        }
        let known = self.known.get(shape)?.as_ref()?;
        if !known.complete && !begins_anew(context.raw(line.number + 1)) {
            return None;
        }
        let text = &line.text;
        let number = text.get(known.number.clone())?.parse().ok()?;
        let mut frame = Frame::of(known.call.clone(), out.at(line.number));
        frame.address = match &known.address {
            Some(digits) => Some(u64::from_str_radix(text.get(digits.clone())?, 16).ok()?),
            None => None,
        };
        frame.arguments = match &known.shared {
            Some(shared) => shared.clone(),
            None => Arguments::printed(text.get(known.arguments.clone())?, arguments),
        };
        Some((number, frame))
    }
}

impl KnownFrames {
    /// The head of a thread.
    pub(super) fn thread<'t>(&mut self, line: &'t Line<'_>) -> Option<Printed<'t>> {
        let (shape, text) = (line.shape?, &*line.text);
        if !text.starts_with("Thread ") {
            return None;
        }
        if self.threads.get(shape).is_none() {
            self.threads.insert(shape, learn_thread(text));
        }
        let known = self.threads.get(shape)?.as_ref()?;
        let pthread = match &known.pthread {
            Some(digits) => Some(u64::from_str_radix(text.get(digits.clone())?, 16).ok()?),
            None => None,
        };
        let tid = text.get(known.tid.clone())?.parse().ok()?;
        let number = text.get(known.label.clone())?.parse().ok()?;
        let name = known.name.clone().and_then(|name| text.get(name));
        Some(Printed::Thread { number: Some(number), target: Target { tid: Some(tid), pid: None, pthread }, name })
    }
}

/// What holds for all heads of this one's shape.
fn learn_thread(text: &str) -> Option<KnownThread> {
    let Some(Printed::Thread { name, .. }) = line::read(text) else { return None };
    let within = |part: &str| place_of(part, text);
    let (mut label, mut pthread, mut tid) = (None, None, None);
    for part in Grammar::parse(Rule::thread, text).ok()?.next()?.into_inner().flatten() {
        let (start, end) = (part.as_span().start(), part.as_span().end());
        match part.as_rule() {
            Rule::label if !part.as_str().contains('.') => label = Some(start..end),
            Rule::hex => pthread = Some(start + 2..end),
            Rule::lwp => {
                let digits = part.into_inner().next()?.as_span();
                tid = Some(digits.start()..digits.end());
            }
            // Other forms name a process or print decimal numbers.
            Rule::dotted | Rule::decimal | Rule::process => return None,
            _ => {}
        }
    }
    let of_process = text.contains(" of process ");
    (!of_process).then_some(KnownThread { label: label?, pthread, tid: tid?, name: name.map(within) })
}

/// Whether a line cannot go on with the frame above it.
fn begins_anew(next: &str) -> bool {
    next.trim_start().is_empty() || next.starts_with('#')
}

/// What holds for all lines of this line's shape.
fn learn(text: &str, out: &mut Builder) -> Option<Known> {
    let Some(Printed::Frame { address, text: rest, .. }) = line::read(text) else { return None };
    let found = call::split(rest);
    if !stack::is_frame(address, &found) || found.open || !found.leftover.is_empty() || !text.is_ascii() {
        return None;
    }
    let within = |part: &str| place_of(part, text);
    let fixed = |part: Option<&str>| part.is_none_or(|part| is_fixed(text, &within(part)));
    if !(fixed(Some(found.function)) && fixed(found.location) && fixed(found.library)) {
        return None;
    }
    let digits = text[1..].bytes().take_while(u8::is_ascii_digit).count();
    let address = address.map(|_| {
        let start = text.find("0x").map_or(0, |at| at + 2);
        start..start + text[start..].bytes().take_while(u8::is_ascii_hexdigit).count()
    });
    let call = Call {
        location: found.location.map(|place| out.name(place)),
        module: found.library.map(|library| out.name(library)),
        ..Call::new(out.name(found.function))
    };
    // Without a list the range is empty: no text, no arguments.
    let list = found.arguments.map_or(0..0, within);
    let shared = is_fixed(text, &list).then(|| Arguments::printed(found.arguments.unwrap_or(""), arguments));
    Some(Known {
        number: 1..1 + digits,
        address,
        arguments: list,
        shared,
        call: Arc::new(call),
        complete: found.is_complete(),
    })
}
