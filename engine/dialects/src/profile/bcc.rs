//! Tools of bcc that print stacks with a sum: offcputime, offwaketime, profile, stackcount, wakeuptime.
//!
//! ```text
//!     finish_task_switch
//!     schedule
//!     -                mysqld (1234)
//!         12345
//! ```
//!
//! Source of the format: the end of `tools/offcputime.py` and `tools/profile.py` of bcc. Offsets are not printed.

use super::{Rule, Sample, frame, parse};
use crate::builder::Builder;
use crate::dialect::{Dialect, Fed, Reader};
use crate::text::{Context, Line};

/// The dialect.
pub(crate) struct Bcc;

const NAME: &str = "bcc";

/// Frames of a stack at most.
const FRAMES: u32 = 128;

impl Dialect for Bcc {
    fn name(&self) -> &'static str {
        NAME
    }

    fn needles(&self) -> &'static [&'static str] {
        &["    -            "]
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::<BccReader>::default()
    }
}

#[derive(Default)]
struct BccReader {
    /// The stack whose count is awaited.
    sample: Option<Sample>,
    /// No line above this one belongs to a stack that begins later.
    read: u32,
}

impl Reader for BccReader {
    fn opens(&mut self, line: &Line<'_>, context: &Context<'_>) -> bool {
        let below = context.plain(line.number + 1);
        line.trimmed().starts_with("- ")
            && parse(Rule::whose, line.trimmed()).is_some()
            && parse(Rule::alone, below.trim_end()).is_some()
    }

    fn feed(&mut self, line: &Line<'_>, context: &Context<'_>, out: &mut Builder) -> Fed {
        let text = line.trimmed();
        if let Some(mut sample) = self.sample.take() {
            if let Some(count) = parse(Rule::alone, text).and_then(|alone| alone.into_inner().next()) {
                sample.count = count.as_str().parse().unwrap_or(1);
                sample.last = line.number;
            }
            self.read = line.number;
            sample.end(NAME, out);
            return Fed::Taken;
        }
        let Some(whose) = parse(Rule::whose, text) else { return Fed::End };
        // The frames stand above: nothing in them told what they are.
        let lowest = self.read.max(line.number.saturating_sub(FRAMES)).max(1);
        let is_call = |n: &u32| context.plain(*n).starts_with("    ") && is_frame(context.plain(*n).trim());
        let first = (lowest..line.number).rev().take_while(is_call).last().unwrap_or(line.number);
        let mut sample = Sample::at(first);
        sample.kernel = true;
        for number in first..line.number {
            let call = context.plain(number);
            let call = call.trim();
            if let Some(call) = parse(Rule::call, call) {
                let frame = frame(call, number, out);
                sample.add(frame);
                out.understood(NAME, number);
            }
        }
        for part in whose.into_inner() {
            match part.as_rule() {
                Rule::whose_comm => sample.name = Some(part.as_str().trim().to_owned()),
                Rule::tid => sample.task.tid = part.as_str().parse().ok().filter(|tid| *tid != 0),
                _ => {}
            }
        }
        self.sample = Some(sample);
        Fed::Taken
    }

    fn close(&mut self, out: &mut Builder) {
        if let Some(sample) = self.sample.take() {
            sample.end(NAME, out);
        }
    }
}

/// `--` parts kernel from user frames.
fn is_frame(text: &str) -> bool {
    text == "--" || (parse(Rule::call, text).is_some() && parse(Rule::alone, text).is_none())
}
