//! Stacks in the ring buffer of ftrace, as `trace` and `trace_pipe` print them.
//!
//! ```text
//!  bash-1234  [001] d..2   123.456789: <stack trace>
//!  => schedule
//!  => schedule_timeout
//! ```
//!
//! Source of the format: `trace_stack_print()` in `kernel/trace/trace_output.c` of Linux.

use super::{Rule, Sample, frame, parse};
use crate::builder::Builder;
use crate::dialect::{Dialect, Fed, Reader};
use crate::text::{Context, Line};

/// The dialect.
pub(crate) struct Ftrace;

const NAME: &str = "ftrace";

impl Dialect for Ftrace {
    fn name(&self) -> &'static str {
        NAME
    }

    fn needles(&self) -> &'static [&'static str] {
        // A page may have lost the brackets, or what stands in them: then the frames below tell.
        &["<stack trace>", ": stack trace", "\n => "]
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::<FtraceReader>::default()
    }
}

#[derive(Default)]
struct FtraceReader {
    sample: Option<Sample>,
}

impl Reader for FtraceReader {
    fn opens(&mut self, line: &Line<'_>, context: &Context<'_>) -> bool {
        begins(line, context).is_some()
    }

    fn feed(&mut self, line: &Line<'_>, context: &Context<'_>, out: &mut Builder) -> Fed {
        if let Some(begun) = begins(line, context) {
            self.close(out);
            self.sample = Some(begun);
            return Fed::Taken;
        }
        let (Some(sample), Some(step)) = (&mut self.sample, parse(Rule::step, line.trimmed())) else { return Fed::End };
        let frame = frame(step, line.number, out);
        sample.add(frame);
        Fed::Taken
    }

    fn close(&mut self, out: &mut Builder) {
        if let Some(sample) = self.sample.take() {
            sample.end(NAME, out);
        }
    }
}

/// The line above the frames of a stack.
fn begins(line: &Line<'_>, context: &Context<'_>) -> Option<Sample> {
    let told = || line.text.ends_with([':', 'e']) && is_step(&context.after(line.number));
    if !line.text.ends_with("<stack trace>") && !told() {
        return None;
    }
    let mut sample = Sample { kernel: true, ..Sample::at(line.number) };
    if let Some(traced) = parse(Rule::traced, &line.text) {
        for part in traced.into_inner() {
            match part.as_rule() {
                Rule::traced_comm => sample.name = Some(part.as_str().trim().to_owned()),
                Rule::tid => sample.task.tid = part.as_str().parse().ok().filter(|tid| *tid != 0),
                _ => {}
            }
        }
    } else if line.trimmed() != "<stack trace>" {
        return None;
    }
    Some(sample)
}

/// Whether a line is a frame.
fn is_step(text: &str) -> bool {
    text.trim_start().starts_with("=> ") && parse(Rule::step, text.trim()).is_some()
}
