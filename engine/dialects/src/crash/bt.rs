//! Stacks of `bt`, in all its options:
//!
//! ```text
//!  #0 [ffffc90000413a80] __schedule at ffffffff81a5271d
//!     ffffc90000413a88: fair_sched_class [ffff888006258000:task_struct]          (-f, -F, -FF)
//!     debian/build/kernel/sched/core.c: 5257                                     (-l)
//!   [ffffc90000423a80] __schedule at ffffffff81a5271d                            (-t, -T)
//! ```

use super::join::Found;
use super::task::Header;
use super::{Asked, Grammar, NAME, Rule, hex, memory};
use crate::builder::Builder;
use crate::dialect::Fed;
use crate::text::Line;
use pest::Parser;
use stacklore_model::{Frame, Register, Reliability, StackKind, StackSighting, System, TaskKeys};

/// A stack that is being read.
pub(super) struct Stack {
    header: Header,
    frames: Vec<Frame>,
    registers: Vec<Register>,
    /// The function of an exception frame before the first frame: where the task runs.
    running: bool,
    /// `-t` and `-T` list every text address on the stack, stale ones included.
    scan: bool,
    last: u32,
    first: u32,
    number: Option<u32>,
    blank: bool,
    cut: bool,
}

/// Whether a stack begins here although its header is missing.
pub(super) fn opens(line: &Line<'_>) -> bool {
    let text = line.trimmed();
    (text.starts_with(['#', '0'])
        && text.contains(" at ")
        && frame(line.head()).is_some_and(|frame| frame.number == Some(0)))
        || text.starts_with("[exception RIP:")
        || (text.starts_with('[') && text.contains("] \"") && is_merged_header(text))
}

/// `[10111-10114,16577] (7) "mdt_rdpg"`: a script merged equal stacks.
fn is_merged_header(text: &str) -> bool {
    text.split_once(']').is_some_and(|(pids, _)| {
        pids.len() > 1 && pids[1..].bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b','))
    })
}

struct Printed<'a> {
    number: Option<u32>,
    pointer: Option<u64>,
    symbol: &'a str,
    offset: Option<u64>,
    pc: Option<u64>,
    module: Option<&'a str>,
}

fn frame(text: &str) -> Option<Printed<'_>> {
    let parsed = Grammar::parse(Rule::frame, text).ok()?.next()?;
    let mut printed = Printed { number: None, pointer: None, symbol: "", offset: None, pc: None, module: None };
    for part in parsed.into_inner() {
        match part.as_rule() {
            Rule::number => printed.number = part.as_str().trim_start_matches('#').parse().ok(),
            Rule::pointer => printed.pointer = hex(part.as_str()),
            Rule::symbol => printed.symbol = part.as_str(),
            Rule::place => printed.offset = part.into_inner().next().and_then(|number| offset(&number)),
            Rule::pc => printed.pc = hex(part.as_str()),
            Rule::module => printed.module = part.into_inner().next().map(|module| module.as_str()),
            _ => {}
        }
    }
    // Without a number and a pointer it is prose that holds the word `at`.
    (printed.number.is_some() || printed.pointer.is_some()).then_some(printed)
}

pub(super) fn offset(number: &pest::iterators::Pair<'_, Rule>) -> Option<u64> {
    match number.as_rule() {
        Rule::hexadecimal => hex(number.as_str()),
        _ => number.as_str().parse().ok(),
    }
}

impl Stack {
    pub(super) fn of(header: Header, asked: &Asked) -> Self {
        let line = header.line;
        let scan = asked.name() == "bt" && (asked.has_option('t') || asked.has_option('T'));
        Stack {
            header,
            frames: Vec::new(),
            registers: Vec::new(),
            running: false,
            scan,
            last: line,
            first: line,
            number: None,
            blank: false,
            cut: false,
        }
    }

    /// A stack whose header was not pasted; the command may name the task (`bt 44982`).
    pub(super) fn headless(line: &Line<'_>, asked: &Asked, current: Option<TaskKeys>) -> Option<Self> {
        if !opens(line) {
            return None;
        }
        let mut header = Header::at(line.number);
        let argument = asked.arguments().next().filter(|_| asked.name() == "bt");
        header.keys = match argument.map(|word| (word.parse().ok(), hex(word))) {
            Some((Some(tid), _)) => TaskKeys::tid(tid),
            Some((None, Some(address))) => TaskKeys::address(address),
            _ => current.unwrap_or_default(),
        };
        Some(Stack::of(header, asked))
    }

    /// Takes a line of the stack; `None` where the stack ends before it.
    pub(super) fn feed(&mut self, line: &Line<'_>, found: &mut Found, out: &mut Builder) -> Option<Fed> {
        let text = line.trimmed();
        if text.is_empty() {
            self.blank = true;
            return Some(Fed::Passed);
        }
        if text.starts_with("[exception ") {
            return self.exception(line, out);
        }
        let unsigned =
            || text.starts_with(|c: char| c.is_ascii_digit()) && text.contains(" at ") && frame(line.head()).is_some();
        if text.starts_with(['#', '[']) || unsigned() {
            if let Some(printed) = frame(line.head()) {
                return self.frame(&printed, line, out);
            }
            if is_merged_header(text) && self.frames.is_empty() {
                return Some(Fed::Taken);
            }
            return None;
        }
        // The header of the next task looks like a register: `PID: 103`.
        if text.contains("TASK: ") && Header::read(line).is_some() {
            return None;
        }
        if self.blank && !text.contains("EXCEPTION FRAME") && !text.starts_with("RIP:") {
            return None;
        }
        if text.starts_with("---") || text.starts_with("(active)") {
            return Some(Fed::Taken);
        }
        if text.starts_with("bt:") || text.contains("EXCEPTION FRAME AT") || text.starts_with("START:") {
            return Some(Fed::Taken);
        }
        if self.registers(line, out)
            || memory::words(line, Some(&self.header.keys), found, out)
            || is_source_line(&line.text)
        {
            self.last = line.number;
            return Some(Fed::Taken);
        }
        None
    }

    fn frame(&mut self, printed: &Printed<'_>, line: &Line<'_>, out: &mut Builder) -> Option<Fed> {
        // Numbers restart: a stack without a header follows.
        if printed.number == Some(0) && self.number.is_some() {
            return None;
        }
        // A frame of `search` or `rd` output is none of the stack's.
        if printed.number.is_none() && !self.scan && self.number.is_some() {
            return None;
        }
        // Only -t and -T print no numbers; the command may not have been pasted.
        self.scan |= printed.number.is_none();
        let mut frame = Frame::new(out.name(printed.symbol), out.at(line.number));
        frame.offset = printed.offset;
        frame.address = printed.pc;
        frame.pointer = printed.pointer;
        frame.module = printed.module.map(|module| out.name(module));
        self.cut |= matches!((self.number, printed.number), (Some(last), Some(next)) if next > last + 1)
            || (self.number.is_none() && printed.number.is_some_and(|number| number > 0));
        self.number = printed.number.or(self.number);
        self.frames.push(frame);
        self.last = line.number;
        self.blank = false;
        Some(Fed::Taken)
    }

    fn exception(&mut self, line: &Line<'_>, out: &mut Builder) -> Option<Fed> {
        let parsed = Grammar::parse(Rule::exception, line.head()).ok().and_then(|mut pairs| pairs.next());
        let mut frame = Frame::new(out.name("??"), out.at(line.number));
        for part in parsed.into_iter().flat_map(|pair| pair.into_inner()) {
            match part.as_rule() {
                Rule::symbol => frame.symbol = out.name(part.as_str()),
                Rule::place => frame.offset = part.into_inner().next().and_then(|number| offset(&number)),
                Rule::module => frame.module = part.into_inner().next().map(|module| out.name(module.as_str())),
                _ => {}
            }
        }
        frame.reliability = Reliability::Register;
        // Before the first frame it says where the CPU was; later it is the context that an interrupt left.
        self.running |= self.frames.is_empty();
        self.frames.push(frame);
        self.last = line.number;
        Some(Fed::Taken)
    }

    fn registers(&mut self, line: &Line<'_>, out: &mut Builder) -> bool {
        let read = registers(line, out);
        let any = !read.is_empty();
        self.registers.extend(read);
        any
    }

    /// Tells the stack; whether there is one.
    pub(super) fn end(self, found: &mut Found, out: &mut Builder) -> bool {
        if self.frames.iter().all(|frame| frame.reliability == Reliability::Register) {
            return false;
        }
        let pointers = self.frames.iter().filter_map(|frame| frame.pointer);
        if let (Some(low), Some(high)) = (pointers.clone().min(), pointers.max()) {
            found.stack_range(low, high, &self.header.keys);
        }
        let span = out.span(self.first, self.last);
        out.stack(StackSighting {
            kind: if self.scan { StackKind::Scan } else { StackKind::Backtrace },
            registers: self.registers,
            cut: self.cut,
            running: self.running,
            ..StackSighting::new(
                self.header.keys,
                if self.scan { super::SCAN } else { NAME },
                System::Linux,
                self.frames,
                span,
            )
        });
        true
    }
}

fn registers(line: &Line<'_>, out: &mut Builder) -> Vec<Register> {
    if !line.text.contains(": ") || !line.trimmed().starts_with(|c: char| c.is_ascii_uppercase()) {
        return Vec::new();
    }
    let Some(parsed) = Grammar::parse(Rule::registers, &line.text).ok().and_then(|mut pairs| pairs.next()) else {
        return Vec::new();
    };
    let span = out.at(line.number);
    let mut read = Vec::new();
    for register in parsed.into_inner().filter(|part| part.as_rule() == Rule::register) {
        let mut parts = register.into_inner();
        if let (Some(name), Some(value)) = (parts.next(), parts.next())
            && let Some(value) = hex(value.as_str())
        {
            read.push(Register { name: out.name(&name.as_str().to_ascii_lowercase()), value, span });
        }
    }
    read
}

/// `    debian/build/kernel/kthread.c: 376`, printed below a frame by `-l`.
fn is_source_line(text: &str) -> bool {
    (text.starts_with("    ") || text.contains('/'))
        && text.trim().rsplit_once(": ").is_some_and(|(file, line)| {
            file.contains(['.', '/'])
                && !file.contains(' ')
                && !line.is_empty()
                && line.bytes().all(|byte| byte.is_ascii_digit())
        })
}
