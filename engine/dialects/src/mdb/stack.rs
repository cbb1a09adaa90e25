//! Stacks: `::findstack`, `$c`, `$C`, `::stack`, a group of `::stacks`.

use super::{Grammar, NAME, Rule, hex};
use crate::builder::Builder;
use crate::dialect::Fed;
use crate::text::shell::is_mark_of_elision;
use crate::text::{Context, Line};
use pest::Parser;
use pest::iterators::Pair;
use stacklore_model::{
    Argument, Frame, MendKind, Name, Span, StackKind, StackSighting, System, TaskKeys, TaskSighting, TaskState,
};

/// How the frames of a stack are printed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// With frame pointers: `::findstack`, `$C`.
    Pointers,
    /// Calls only: `$c`, `::stack`.
    Calls,
    /// A group of `::stacks`: functions without arguments.
    Group,
}

/// A stack that is being read.
pub(super) struct Stack {
    form: Form,
    task: TaskKeys,
    name: Option<String>,
    state: Option<TaskState>,
    frames: Vec<Frame>,
    first: u32,
    last: u32,
    /// A frame whose argument list goes on in the next line.
    pending: Option<(u32, String)>,
    cut: bool,
    running: bool,
    /// Threads with this stack.
    count: Option<u64>,
}

impl Stack {
    fn new(form: Form, line: u32) -> Self {
        Stack {
            form,
            task: TaskKeys::default(),
            name: None,
            state: None,
            frames: Vec::new(),
            first: line,
            last: line,
            pending: None,
            cut: false,
            running: false,
            count: None,
        }
    }

    pub(super) fn task(&self) -> &TaskKeys {
        &self.task
    }

    pub(super) fn frames(&self) -> &[Frame] {
        &self.frames
    }

    /// The stack that begins with this line.
    pub(super) fn opened_by(line: &Line<'_>, context: &Context<'_>, after_prompt: bool, typed: &str) -> Option<Self> {
        let text = line.trimmed();
        if text.starts_with("stack pointer for thread ") {
            return Stack::of_header(line);
        }
        if let Some(group) = Stack::of_group(line) {
            return Some(group);
        }
        let pointers = (text.starts_with('[') && is(Rule::resume, text)) || is_frame_start(text);
        // The first call of a panic's stack is printed without an offset: the prompt tells what it is.
        let asked = after_prompt && (typed.contains("::stack") || typed.contains("$c"));
        let beside = || {
            let given = context.plain(line.number);
            given.split_once(text).is_some_and(|(_, behind)| is_call_start(behind.trim_start()))
        };
        let follows = is_call_start(context.after(line.number).trim()) || beside();
        if asked && follows && !pointers && !is_call_start(text) && is(Rule::call, text) {
            return Some(Stack::new(Form::Calls, line.number));
        }
        let calls =
            !pointers && is_call_start(text) && (after_prompt || is_call_start(context.after(line.number).trim()));
        let form = if pointers {
            Form::Pointers
        } else if calls {
            Form::Calls
        } else {
            return None;
        };
        let mut stack = Stack::new(form, line.number);
        // `THREAD::stack`, `THREAD::findstack` name the thread where the header was cut off.
        stack.task.address = typed.split("::").next().and_then(|thread| hex(thread.trim())).filter(|at| *at > 0xffff);
        Some(stack)
    }

    fn of_header(line: &Line<'_>) -> Option<Self> {
        let parsed = Grammar::parse(Rule::header, line.trimmed()).ok()?.next()?;
        let mut stack = Stack::new(Form::Pointers, line.number);
        for part in parsed.into_inner() {
            match part.as_rule() {
                Rule::thread => stack.task.address = hex(part.as_str()),
                Rule::owner if part.as_str() != "TS_FREE" => stack.name = Some(thread_name(part.as_str())),
                _ => {}
            }
        }
        Some(stack)
    }

    fn of_group(line: &Line<'_>) -> Option<Self> {
        if !begins_with_address(&line.text) {
            return None;
        }
        let parsed = Grammar::parse(Rule::group, &line.text).ok()?.next()?;
        let mut stack = Stack::new(Form::Group, line.number);
        for part in parsed.into_inner() {
            match part.as_rule() {
                Rule::thread => stack.task.address = hex(part.as_str()),
                Rule::count => stack.count = part.as_str().parse().ok(),
                Rule::state => {
                    stack.state = thread_state(part.as_str());
                    stack.running = part.as_str() == "ONPROC";
                }
                _ => {}
            }
        }
        stack.state.map(|_| stack)
    }

    pub(super) fn feed(&mut self, line: &Line<'_>, out: &mut Builder) -> Fed {
        if line.number == self.first && self.frames.is_empty() && self.is_header(line) {
            return Fed::Taken;
        }
        if let Some((first, text)) = self.pending.take() {
            return self.go_on(first, text, line, out);
        }
        let text = line.trimmed();
        if text.is_empty() {
            return Fed::End;
        }
        if is_mark_of_elision(text) {
            self.cut = true;
            return Fed::Passed;
        }
        let open = text.matches('(').count() > text.matches(')').count();
        if open && (is_frame_start(text) || is_call_start(text)) {
            self.pending = Some((line.number, text.to_owned()));
            return Fed::Taken;
        }
        let head = line.head();
        if head.len() < line.text.len() {
            out.mend(MendKind::GluedProse, line.number);
        }
        self.add(head.trim(), out.at(line.number), out)
    }

    fn is_header(&self, line: &Line<'_>) -> bool {
        match self.form {
            Form::Pointers => line.trimmed().starts_with("stack pointer"),
            Form::Group => true,
            Form::Calls => false,
        }
    }

    /// The rest of a wrapped argument list.
    fn go_on(&mut self, first: u32, text: String, line: &Line<'_>, out: &mut Builder) -> Fed {
        let joined = format!("{text} {}", line.head().trim());
        if !joined.contains(')') {
            // An argument list never takes more than a few lines: beyond that the text was cut.
            if line.number - first > 8 || line.is_blank() {
                out.unclear(first, "the argument list of this frame does not end");
                self.cut = true;
                return Fed::End;
            }
            self.pending = Some((first, joined));
            return Fed::Taken;
        }
        out.mend(MendKind::WrappedLine, first);
        let span = out.span(first, line.number);
        let fed = self.add(&joined, span, out);
        if fed == Fed::End {
            out.unclear(first, "the lines after this frame do not complete its arguments");
            self.cut = true;
        }
        fed
    }

    fn add(&mut self, text: &str, span: Span, out: &mut Builder) -> Fed {
        let rules: &[Rule] = match self.form {
            Form::Pointers if text.starts_with('[') => &[Rule::resume],
            Form::Pointers => &[Rule::frame],
            Form::Calls => &[Rule::call],
            Form::Group => &[Rule::step],
        };
        let parsed = rules.iter().find_map(|rule| Grammar::parse(*rule, text).ok()).and_then(|mut pairs| pairs.next());
        let Some(parsed) = parsed else { return Fed::End };
        let mut frame = Frame::new(out.name("??"), span);
        for part in parsed.into_inner() {
            match part.as_rule() {
                Rule::address | Rule::pointer => frame.pointer = hex(part.as_str()),
                Rule::function => function(part, &mut frame, out),
                Rule::symbol => frame.symbol = out.name(part.as_str()),
                Rule::offset => frame.offset = hex(part.as_str()),
                Rule::arguments => frame.arguments = arguments(part, out).into(),
                Rule::rest if !part.as_str().trim().is_empty() => return Fed::End,
                _ => {}
            }
        }
        if frame.offset.is_some() && !text.contains('+') {
            out.mend(MendKind::LostPlus, span.first);
        }
        self.last = span.last;
        self.frames.push(frame);
        Fed::Taken
    }

    pub(super) fn end(self, out: &mut Builder) {
        let span = out.span(self.first, self.last);
        let system = System::Illumos;
        let name = self.name.as_deref().map(|name| out.name(name));
        if !self.task.is_anonymous() && (name.is_some() || self.state.is_some()) {
            let span = out.at(self.first);
            let (keys, system) = (self.task.clone(), Some(system));
            out.task(TaskSighting { keys, name, state: self.state, system, span, ..TaskSighting::default() });
        }
        out.stack(StackSighting {
            kind: self.count.map_or(StackKind::Backtrace, StackKind::Shared),
            cut: self.cut || self.pending.is_some(),
            running: self.running,
            ..StackSighting::new(self.task, NAME, system, self.frames, span)
        });
    }
}

/// Lines of other programs come by here: few begin like one of mdb's rows.
fn begins_with_address(text: &str) -> bool {
    text.trim_start().bytes().take_while(u8::is_ascii_hexdigit).count() >= 8
}

fn is(rule: Rule, text: &str) -> bool {
    Grammar::parse(rule, text).is_ok()
}

/// `fffffe8000a2e650 turnstile_block+0x80d(`, complete or not.
fn is_frame_start(text: &str) -> bool {
    text.split_once(' ').is_some_and(|(pointer, rest)| {
        (8..=16).contains(&pointer.len())
            && pointer.bytes().all(|byte| byte.is_ascii_hexdigit())
            && is_call_start(rest.trim_start())
    })
}

/// `turnstile_block+0x2ff(`, complete or not.
fn is_call_start(text: &str) -> bool {
    let Some((function, _)) = text.split_once('(') else { return false };
    // A page may have lost the `+`.
    let split = function.split_once("+0x").or_else(|| function.rsplit_once("0x").filter(|(name, _)| name.len() > 1));
    let (name, offset) = split.unwrap_or((function, ""));
    let named = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.`$:".contains(&byte));
    named && !offset.is_empty() && offset.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn function(part: Pair<'_, Rule>, frame: &mut Frame, out: &mut Builder) {
    for part in part.into_inner() {
        match part.as_rule() {
            Rule::library => frame.module = Some(out.name(part.as_str())),
            Rule::symbol if part.as_str().starts_with("0x") => frame.address = hex(part.as_str()),
            Rule::symbol => frame.symbol = out.name(part.as_str()),
            Rule::offset => frame.offset = hex(part.as_str()),
            _ => {}
        }
    }
}

fn arguments(part: Pair<'_, Rule>, out: &mut Builder) -> Vec<Argument> {
    part.into_inner()
        .map(|argument| {
            let text = argument.as_str().trim();
            let value: Name = out.name(text);
            Argument { name: None, text: value, number: hex(text), symbol: None, symbol_offset: 0 }
        })
        .collect()
}

/// The name in a header: `bhyve/1 [mevent]` is a thread of bhyve called mevent, `tq:NAME` a task queue.
pub(super) fn thread_name(owner: &str) -> String {
    let inner = owner.split_once('[').and_then(|(_, rest)| rest.strip_suffix(']'));
    let plain =
        owner.trim_end_matches("()").rsplit_once('/').map_or(owner.trim_end_matches("()"), |(command, _)| command);
    inner.unwrap_or(plain.strip_prefix("tq:").unwrap_or(plain)).to_owned()
}

pub(super) fn thread_state(word: &str) -> Option<TaskState> {
    Some(match word {
        "SLEEP" | "WAIT" => TaskState::Sleeping,
        "RUN" | "ONPROC" => TaskState::Running,
        "STOPPED" | "STOP" => TaskState::Stopped,
        "ZOMB" => TaskState::Zombie,
        "FREE" => TaskState::New,
        "PANIC" | "UNPARKED" => TaskState::Running,
        _ => return None,
    })
}
