//! From lines to stacks: which lines make a frame, which frames a stack, and whose it is.

use super::session::{self, Look};
use super::stack::{self, Pending};
use super::{GdbReader, Printed, Waiting, call, line, listing, value};
use crate::builder::Builder;
use crate::dialect::Fed;
use crate::text::{Context, Line};
use stacklore_model::{Frame, TaskKeys};

impl GdbReader {
    /// The line that goes on with what the line before began.
    pub(super) fn goes_on(&mut self, text: &str, number: u32, out: &mut Builder) -> bool {
        if self.waiting.is_none() || line::is_paged(text.trim_start()) {
            return false;
        }
        let taken = match &mut self.waiting {
            None => return false,
            Some(Waiting::Frame(_, pending) | Waiting::Look(_, pending)) => pending.takes(text, number, out),
            Some(Waiting::Value(answer)) => answer.takes(text, number),
        };
        let complete = match &self.waiting {
            Some(Waiting::Value(answer)) => answer.is_complete(),
            Some(Waiting::Frame(_, pending) | Waiting::Look(_, pending)) => pending.is_complete(),
            None => true,
        };
        if !taken || complete {
            self.settle(out);
        }
        taken
    }

    /// What waited is complete.
    pub(super) fn settle(&mut self, out: &mut Builder) {
        match self.waiting.take() {
            Some(Waiting::Frame(number, pending)) => {
                let frame = pending.finish(out);
                self.group.push(number, frame, out);
            }
            Some(Waiting::Look(task, pending)) => {
                let frame = pending.finish(out);
                // The row of the selected thread shows the selected frame.
                if self.asked.frame() == 0 && !task.is_anonymous() {
                    self.session(out).stands(&task, &frame);
                }
                self.session(out).looks.push(Look { task, frame });
            }
            Some(Waiting::Value(answer)) => {
                let session = self.session(out).id;
                self.objects.answered(answer, session);
            }
            None => {}
        }
    }

    /// Whether a frame of this number goes on with the stack and is no echo of a change of thread or frame.
    fn continues_with(&self, number: u32) -> bool {
        let echoed = self.echo && self.header.is_none() && self.group.frames.len() == 1;
        self.group.continues_with(number) && !(echoed && number > self.group.last + 1)
    }

    /// A frame that stands whole on its line.
    pub(super) fn whole(&mut self, number: u32, frame: Frame, out: &mut Builder) -> Fed {
        if !self.continues_with(number) {
            self.end_group(out);
        }
        self.local = value::Depth::default();
        self.group.push(number, frame, out);
        Fed::Taken
    }

    pub(super) fn frame(&mut self, number: u32, address: Option<u64>, text: &str, line: u32, out: &mut Builder) -> Fed {
        let continues = self.continues_with(number);
        if text.is_empty() {
            if continues {
                self.group.lost(number, line);
                return Fed::Taken;
            }
            return Fed::End;
        }
        let call = call::split(text);
        if !stack::is_frame(address, &call) {
            if continues {
                out.unclear(line, "this line has the number of the next frame and is none");
            }
            return Fed::End;
        }
        if !continues {
            self.end_group(out);
        }
        self.local = value::Depth::default();
        if call.is_complete() {
            let frame = stack::frame(address, &call, line, line, out);
            self.group.push(number, frame, out);
        } else {
            self.waiting = Some(Waiting::Frame(number, Pending::new(address, text, line)));
        }
        Fed::Taken
    }

    /// A line that is none of gdb's own: a local variable, the current frame, a frame without its sign, prose.
    pub(super) fn unnamed(&mut self, text: &str, line: &Line<'_>, context: &Context<'_>, out: &mut Builder) -> Fed {
        if !self.group.is_empty() && self.variable(text) {
            return Fed::Taken;
        }
        if let Some(Printed::Frame { number, address, text: call }) = line::unsigned_frame(text)
            && (self.group.continues_with(number) || self.is_unsigned(text, line.number, context))
        {
            return self.frame(number, address, call, line.number, out);
        }
        if self.group.is_empty() && self.current_frame(text, line.number, out) {
            return Fed::Taken;
        }
        if listing::is_elision(text) {
            self.group.cut |= !self.group.is_empty();
            self.rows.elided();
            self.dump.elided();
            return Fed::Taken;
        }
        // A stray line between two frames.
        let next = format!("#{} ", self.group.last + 1);
        let between = !self.group.is_empty()
            && (line.number + 1..line.number + 3).any(|n| context.raw(n).trim_start().starts_with(&next));
        if between {
            out.unclear(line.number, "this line between two frames was not understood");
            return Fed::Passed;
        }
        Fed::End
    }

    /// A local variable below a frame of `bt full`.
    pub(super) fn variable(&mut self, text: &str) -> bool {
        if self.local.is_open() {
            self.local.read(text);
            return true;
        }
        let trimmed = text.trim_start();
        let variable = trimmed.split_once(" = ").filter(|(name, _)| {
            !name.is_empty()
                && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b':' | b'$'))
        });
        match variable {
            Some((name, value)) => {
                self.local.read(value);
                self.group.local(name, value);
                true
            }
            // Values and strings that run over lines.
            None => trimmed.len() + 4 <= text.len(),
        }
    }

    /// `0x… in f () from lib`, `f (x=1) at a.c:12` in a preamble.
    pub(super) fn current_frame(&mut self, text: &str, line: u32, out: &mut Builder) -> bool {
        let Some((address, call)) = line::current_frame(text) else { return false };
        if !(address.is_some() || self.echo) || !stack::is_frame(address, &call::split(call)) {
            return false;
        }
        let task = self.session(out).selected();
        self.look(task, address, call, line, out);
        true
    }

    pub(super) fn look(&mut self, task: TaskKeys, address: Option<u64>, call: &str, line: u32, out: &mut Builder) {
        let pending = Pending::new(address, call, line);
        self.waiting = Some(Waiting::Look(task, pending));
        if matches!(&self.waiting, Some(Waiting::Look(_, pending)) if pending.is_complete()) {
            self.settle(out);
        }
    }

    /// The frames of a thread are complete.
    pub(super) fn end_group(&mut self, out: &mut Builder) {
        self.settle(out);
        self.local = value::Depth::default();
        let mut group = std::mem::take(&mut self.group);
        group.close();
        let Some(span) = group.span() else { return };
        let header = self.header.take();
        let single = group.frames.len() == 1;
        // `frame 4` and `up` print one frame, and so does every change of thread.
        if single && header.is_none() && (self.echo || group.start > 0) {
            let task = if self.adrift { self.session(out).nobody() } else { self.session(out).selected() };
            let looks = group.frames.into_iter().map(|frame| Look { task: task.clone(), frame });
            self.session(out).looks.extend(looks);
            self.echo = false;
            return;
        }
        let adrift = std::mem::replace(&mut self.adrift, true);
        let (task, first) = match header {
            Some((keys, line)) => (keys, line),
            None if adrift => (self.session(out).nobody(), span.first),
            None => (self.selected_or_new(&group, out), span.first),
        };
        if let Some(frame) = group.frames.first().filter(|_| group.start == 0) {
            self.session(out).stands(&task, frame);
        }
        let cut = group.cut || self.asked.cuts(group.frames.len());
        self.dump.stack(cut);
        self.session(out).has_shown(&task);
        let span = out.span(first, span.last);
        out.stack(session::stack(task, group.frames, span, cut));
        self.echo = false;
    }

    /// The selected thread; where that stands in another function, the frames come from another run of gdb.
    fn selected_or_new(&mut self, group: &stack::Group, out: &mut Builder) -> TaskKeys {
        let task = self.session(out).selected();
        let named = self.asked.stack;
        let innermost = group.frames.first().filter(|_| group.start == 0);
        if innermost.is_some_and(|frame| self.session(out).stands_elsewhere(&task, frame, named)) {
            self.end_listings(out);
            self.start(out);
        }
        self.session(out).selected()
    }

    /// A frame without its sign can begin a stack only right behind the command or the header that announces one, or
    /// where the next one follows.
    pub(super) fn is_unsigned(&self, text: &str, line: u32, context: &Context<'_>) -> bool {
        let two_blanks = text.trim_start().starts_with("0  ");
        let Some(Printed::Frame { number: 0, address, text }) = line::unsigned_frame(text) else { return false };
        let call = call::split(text);
        let asked = self.asked.stack && context.command_just_before().is_some();
        let announced = || self.header.as_ref().is_some_and(|(_, header)| header + 2 >= line);
        let placed = || two_blanks && call.arguments.is_some() && call.location.is_some();
        let followed = || {
            let next = context.after(line);
            // Or by its local variables.
            (next.trim_start().starts_with("1 ") && (address.is_some() || placed()))
                || (next.starts_with("        ") && next.contains(" = ") && placed())
        };
        (asked || announced() || followed()) && stack::is_frame(address, &call)
    }
}
