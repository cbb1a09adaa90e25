//! drgn: stacks of a live kernel or a vmcore, and printed structures.
//!
//! ```text
//! >>> prog.stack_trace(109)
//! #0  context_switch (./kernel/sched/core.c:5209:2)
//! #1  __schedule (./kernel/sched/core.c:6521:8)
//! ```
//!
//! Inlined functions have frames of their own. Source of the format: `drgn_format_stack_trace()` in
//! `libdrgn/stack_trace.c`, `drgn_format_object()` in `libdrgn/language_c.c`.

mod object;

use crate::block::hex;
use crate::builder::Builder;
use crate::crash::join::Found;
use crate::dialect::{Dialect, Fed, Reader};
use crate::text::{Command, Context, Line, Tool};
use object::{Object, Target};
use pest::Parser;
use pest::iterators::Pair;
use pest_derive::Parser;
use stacklore_model::{Frame, MendKind, StackSighting, System, TaskKeys};
use std::collections::BTreeMap;

#[derive(Parser)]
#[grammar = "drgn/grammar.pest"]
struct Grammar;

/// The dialect.
pub(crate) struct Drgn;

const NAME: &str = "drgn";

impl Dialect for Drgn {
    fn name(&self) -> &'static str {
        NAME
    }

    fn needles(&self) -> &'static [&'static str] {
        &["#0  ", "#1  ", "#2  ", "(struct ", "stack_trace("]
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::<DrgnReader>::default()
    }
}

#[derive(Default)]
struct DrgnReader {
    /// What the last command asked for; forgotten when the next one is typed.
    asked: Asked,
    /// Variables that were set to a task: `task = find_task(109)`.
    variables: BTreeMap<String, u32>,
    stack: Option<Stack>,
    object: Option<Object>,
    found: Found,
}

#[derive(Default)]
struct Asked {
    stack: bool,
    tid: Option<u32>,
    target: Target,
}

struct Stack {
    tid: Option<u32>,
    frames: Vec<Frame>,
    /// Number of the frame that must follow.
    next: u32,
    cut: bool,
    /// A frame whose place goes on in the next line.
    open: Option<(String, u32)>,
}

impl Reader for DrgnReader {
    fn opens(&mut self, line: &Line<'_>, context: &Context<'_>) -> bool {
        let text = line.trimmed();
        let asked = self.asked.stack && context.command_just_before().is_some();
        match text.as_bytes().first() {
            Some(b'#') => numbered(text).is_some_and(|(level, rest)| is_frame(level, rest, asked)),
            Some(b'(' | b'*') => text.ends_with('{') && Object::open(text, &self.asked.target, 0).is_some(),
            _ => false,
        }
    }

    fn feed(&mut self, line: &Line<'_>, _context: &Context<'_>, out: &mut Builder) -> Fed {
        let text = line.trimmed();
        if let Some(object) = &mut self.object {
            return object.feed(line);
        }
        if self.stack.is_none() && text.starts_with(['(', '*']) {
            self.object = Object::open(text, &self.asked.target, line.number);
            return Fed::Taken;
        }
        if let Some((start, first)) = self.stack.as_mut().and_then(|stack| stack.open.take()) {
            let whole = format!("{start}{text}");
            if let Some((level, frame)) = text.ends_with(')').then(|| frame(&whole, first, out)).flatten() {
                out.mend(MendKind::WrappedLine, line.number);
                self.push(level, frame, out);
                return Fed::Taken;
            }
            out.unclear(first, "a drgn frame whose place is cut off");
        }
        if text.is_empty() {
            return if self.stack.is_some() { Fed::Passed } else { Fed::End };
        }
        if !text.starts_with('#') {
            return Fed::End;
        }
        match frame(line.head().trim(), line.number, out) {
            Some((level, frame)) => {
                self.push(level, frame, out);
                Fed::Taken
            }
            None if is_open(text) && self.stack.is_some() => {
                if let Some(stack) = &mut self.stack {
                    stack.open = Some((text.to_owned(), line.number));
                }
                Fed::Taken
            }
            None => Fed::End,
        }
    }

    fn close(&mut self, out: &mut Builder) {
        self.end_stack(out);
        if let Some(structure) = self.object.take().and_then(|object| object.end(out)) {
            self.found.structure(structure);
        }
    }

    fn command(&mut self, command: &Command, _out: &mut Builder) -> bool {
        self.asked = Asked::default();
        if command.tool != Tool::Python {
            return false;
        }
        let text = command.text.as_str();
        if let Some((name, value)) = text.split_once(" = ")
            && let Some((_, inner)) = value.split_once("find_task(")
            && let Some(tid) = inner.trim_end_matches(')').rsplit([',', ' ']).next().and_then(|word| word.parse().ok())
        {
            self.variables.insert(name.trim().to_owned(), tid);
        }
        if let Some((_, inner)) = text.split_once("stack_trace(") {
            let word = inner.split(')').next().unwrap_or("").trim();
            let word =
                word.rsplit_once("find_task(").map_or(word, |(_, inner)| inner.rsplit([',', ' ']).next().unwrap_or(""));
            let tid = word.parse().ok().or_else(|| self.variables.get(word).copied());
            self.asked = Asked { stack: true, tid, target: Target::default() };
            return true;
        }
        self.asked.target = Target::of(text);
        self.asked.target != Target::default()
    }

    fn finish(&mut self, out: &mut Builder) {
        self.found.join(out);
    }
}

impl DrgnReader {
    fn push(&mut self, level: u32, frame: Frame, out: &mut Builder) {
        if level == 0 && self.stack.as_ref().is_some_and(|stack| stack.next != 0) {
            // A second stack without a prompt between: nobody says whose it is.
            self.end_stack(out);
            self.asked = Asked::default();
        }
        let tid = self.asked.tid;
        let stack =
            self.stack.get_or_insert_with(|| Stack { tid, frames: Vec::new(), next: 0, cut: false, open: None });
        stack.cut |= level != stack.next;
        stack.next = level + 1;
        stack.frames.push(frame);
    }

    fn end_stack(&mut self, out: &mut Builder) {
        let Some(stack) = self.stack.take() else { return };
        if let Some((_, line)) = stack.open {
            out.unclear(line, "a drgn frame whose place is cut off");
        }
        let (Some(first), Some(last)) = (stack.frames.first(), stack.frames.last()) else { return };
        let span = out.span(first.span.first, last.span.last);
        out.stack(StackSighting {
            cut: stack.cut,
            ..StackSighting::new(
                TaskKeys { tid: stack.tid, ..TaskKeys::default() },
                NAME,
                System::Linux,
                stack.frames,
                span,
            )
        });
    }
}

/// `#12 rest`
fn numbered(text: &str) -> Option<(u32, &str)> {
    let rest = text.strip_prefix('#')?;
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    Some((rest.get(..digits)?.parse().ok()?, rest.get(digits..)?.trim()))
}

/// Whether a stack may begin with this frame: other debuggers number frames too.
fn is_frame(level: u32, rest: &str, asked: bool) -> bool {
    let placed = rest.ends_with(')') && rest.contains(" (") && place(rest.rsplit(" (").next().unwrap_or("")).is_some();
    let parses = || Grammar::parse(Rule::frame, &format!("#{level} {rest}")).is_ok();
    (placed || (asked && (level == 0 || rest.starts_with("0x") || is_open(rest)))) && parses()
}

/// Whether a frame's place is not closed on its line.
fn is_open(text: &str) -> bool {
    text.rsplit_once(" (").is_some_and(|(_, place)| !place.contains(')') && place.contains(['/', '.']))
}

/// The `file:line[:column]` of `file:line:column)`.
fn place(text: &str) -> Option<&str> {
    let inner = text.trim_start_matches('(').strip_suffix(')')?;
    let (file, digits) = inner.rsplit_once(':')?;
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    // A place has a file with a path or a suffix; `(x=1:2)` is an argument.
    (is_number && file.contains(['.', '/']) && !file.contains(['=', ','])).then_some(inner)
}

fn frame(text: &str, line: u32, out: &mut Builder) -> Option<(u32, Frame)> {
    let text = text.strip_suffix(" (inlined)").unwrap_or(text);
    let mut level = 0;
    let mut frame = Frame::new(out.name("??"), out.at(line));
    for part in Grammar::parse(Rule::frame, text).ok()?.next()?.into_inner() {
        match part.as_rule() {
            Rule::level => level = part.as_str().parse().ok()?,
            Rule::address => {
                frame.symbol = out.name(part.as_str());
                frame.address = hex(part.as_str());
            }
            Rule::call => call(part, line, &mut frame, out),
            Rule::place => frame.location = Some(out.name(place(part.as_str())?)),
            _ => {}
        }
    }
    Some((level, frame))
}

fn call(pair: Pair<'_, Rule>, line: u32, frame: &mut Frame, out: &mut Builder) {
    for part in pair.into_inner() {
        match part.as_rule() {
            Rule::symbol => frame.symbol = out.name(part.as_str()),
            Rule::within => {
                if !part.as_str().starts_with('+') {
                    out.mend(MendKind::LostPlus, line);
                }
                for part in part.into_inner() {
                    match part.as_rule() {
                        Rule::offset => frame.offset = hex(part.as_str()),
                        _ => frame.size = hex(part.as_str()),
                    }
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::object::Target;
    use crate::driver::read;
    use stacklore_model::{Document, MendKind, Reading, SourceId};

    fn reading(text: &str) -> Reading {
        read(SourceId(0), &Document::from_text("x", text))
    }

    fn stacks(reading: &Reading) -> Vec<(Option<u32>, bool, String)> {
        let frames = |s: &stacklore_model::StackSighting| {
            s.frames.iter().map(|f| f.symbol.to_string()).collect::<Vec<_>>().join(" ")
        };
        reading.stacks.iter().map(|s| (s.task.tid, s.cut, frames(s))).collect()
    }

    #[test]
    fn the_prompt_names_the_task() {
        let text = ">>> prog.stack_trace(109)\n#0  context_switch (./kernel/sched/core.c:5209:2)\n\
                    #1  entry_SYSCALL_64+0x9b/0x197 (./arch/x86/entry/entry_64.S:120)\n#2  0x7f6a34a00057\n\
                    >>> task = find_task(prog, 7)\n>>> prog.stack_trace(task)\n#0  0xffffffffc020d53b\n#1  f (a.c:1)\n";
        let reading = reading(text);
        assert_eq!(
            stacks(&reading),
            [
                (Some(109), false, "context_switch entry_SYSCALL_64 0x7f6a34a00057".to_owned()),
                (Some(7), false, "0xffffffffc020d53b f".to_owned())
            ]
        );
        let frame = &reading.stacks[0].frames[1];
        assert_eq!((frame.offset, frame.size), (Some(0x9b), Some(0x197)));
        assert_eq!(frame.location.as_deref(), Some("./arch/x86/entry/entry_64.S:120"));
        assert!(reading.stacks.iter().all(|s| s.dialect == "drgn"));
    }

    #[test]
    fn damaged_frames() {
        let text = "#0  context_switch (./kernel/sched/core.c:5209:2)\n#1  entry_SYSCALL_640x9b/0x197 (a/entry_64.S:120)\n\
                    #2  __do_sys_wait4 (./kernel/\nexit.c:1734:13)\n#4  f (./a.c:3)\n#0  g (b.c:1:1)\n#1  h (./b";
        let reading = reading(text);
        assert_eq!(
            stacks(&reading),
            [
                (None, true, "context_switch entry_SYSCALL_64 __do_sys_wait4 f".to_owned()),
                (None, false, "g".to_owned())
            ]
        );
        assert_eq!(reading.stacks[0].frames[2].location.as_deref(), Some("./kernel/exit.c:1734:13"));
        let mends: Vec<_> = reading.mends.iter().map(|mend| mend.kind).collect();
        assert_eq!(mends, [MendKind::LostPlus, MendKind::WrappedLine]);
        assert_eq!(reading.unclear.len(), 1);
    }

    #[test]
    fn frames_of_other_debuggers_are_left_alone() {
        let text = "#0  main () at a.c:12\n#1  f (x=1:2) at b.c:3\n#0  0x00007f98 poll\n    #0 f a.c:1:2 (prog+0x12)\n";
        assert!(reading(text).stacks.iter().all(|s| s.dialect != "drgn"));
    }

    #[test]
    fn locks_with_their_owners() {
        let text = ">>> drgn.Object(prog, 'struct mutex', address=0xffff888004b32cc8)\n(struct mutex){\n\
                    \t.owner = (atomic_long_t){\n\t\t.counter = (s64)-131391541763903,\n\t},\n\
                    \t.wait_list = (struct list_head){\n\t\t.next = (struct list_head *)0xffffc90000337e70,\n\t},\n}\n\
                    >>> m\n*(struct mutex *)0xffff888004b32288 = {\n\t.owner = (atomic_long_t){\n\t\t.counter = (s64)0,\n";
        let reading = reading(text);
        let locks: Vec<_> = reading
            .locks
            .iter()
            .map(|l| (l.object.address, l.free, l.holders.first().and_then(|h| h.task.address)))
            .collect();
        assert_eq!(
            locks,
            [
                (Some(0xffff_8880_04b3_2cc8), Some(false), Some(-131_391_541_763_904_i64 as u64)),
                (Some(0xffff_8880_04b3_2288), Some(true), None)
            ]
        );
    }

    #[test]
    fn what_a_command_prints() {
        for (command, address, symbol) in [
            ("drgn.Object(prog, 'struct mutex', address=0xffff8880)", Some(0xffff_8880), None),
            ("Object(prog, \"struct mutex\", 0xffff8880)", Some(0xffff_8880), None),
            ("prog['rtnl_mutex']", None, Some("rtnl_mutex")),
            ("prog[\"a\"].lock", None, Some("a.lock")),
            ("prog['a'](", None, None),
            ("import drgn", None, None),
        ] {
            assert_eq!(Target::of(command), Target { address, symbol: symbol.map(str::to_owned) }, "{command}");
        }
    }
}
