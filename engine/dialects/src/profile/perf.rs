//! `perf script`: one event after the other, each with its stack.
//!
//! Source of the format: `process_event()` in `tools/perf/builtin-script.c` of Linux.

use super::{Rule, Sample, parse};
use crate::builder::Builder;
use crate::dialect::{Dialect, Fed, Reader};
use crate::text::{Context, Line};
use stacklore_model::Frame;

/// The dialect.
pub(crate) struct PerfScript;

const NAME: &str = "perf";

impl Dialect for PerfScript {
    fn name(&self) -> &'static str {
        NAME
    }

    fn needles(&self) -> &'static [&'static str] {
        &["cycles:", "clock:", "sched:", " syscalls:", " probe:", "raw_syscalls:", " page-faults:"]
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::<PerfReader>::default()
    }
}

#[derive(Default)]
struct PerfReader {
    sample: Option<Sample>,
}

impl Reader for PerfReader {
    fn opens(&mut self, line: &Line<'_>, context: &Context<'_>) -> bool {
        if !line.text.contains(':') {
            return false;
        }
        // Events without stacks are no stacks.
        let below = context.after(line.number);
        // Frames can be glued together; the first one shows what they are.
        let first = below.find(')').and_then(|end| below.get(..=end)).unwrap_or(&below);
        let is_frame = |text: &str| parse(Rule::sample, text.trim_end()).is_some();
        (is_frame(&below) || is_frame(first)) && event(line).is_some()
    }

    fn feed(&mut self, line: &Line<'_>, _context: &Context<'_>, out: &mut Builder) -> Fed {
        if line.is_blank() {
            self.close(out);
            return Fed::Passed;
        }
        if let Some(sample) = &mut self.sample
            && let Some((frame, kernel)) = frame(line, out)
        {
            sample.kernel |= kernel && sample.frames.is_empty();
            sample.add(frame);
            return Fed::Taken;
        }
        let Some(begun) = event(line) else { return Fed::End };
        self.close(out);
        self.sample = Some(begun);
        Fed::Taken
    }

    fn close(&mut self, out: &mut Builder) {
        if let Some(sample) = self.sample.take() {
            sample.end(NAME, out);
        }
    }
}

fn event(line: &Line<'_>) -> Option<Sample> {
    let mut sample = Sample::at(line.number);
    for part in parse(Rule::event, &line.text)?.into_inner() {
        match part.as_rule() {
            Rule::comm => sample.name = Some(part.as_str().trim().to_owned()),
            Rule::pid => sample.task.pid = part.as_str().parse().ok().filter(|pid| *pid != 0),
            Rule::tid => sample.task.tid = part.as_str().parse().ok().filter(|tid| *tid != 0),
            _ => {}
        }
    }
    Some(sample)
}

/// A frame, and whether it is one of the kernel.
fn frame(line: &Line<'_>, out: &mut Builder) -> Option<(Frame, bool)> {
    let mut frame = Frame::new(out.name("??"), out.at(line.number));
    let mut kernel = false;
    for part in parse(Rule::sample, &line.text)?.into_inner() {
        match part.as_rule() {
            Rule::pc => frame.address = u64::from_str_radix(part.as_str(), 16).ok(),
            Rule::function if part.as_str() != "[unknown]" => {
                let (name, offset) = part.as_str().rsplit_once("+0x").unwrap_or((part.as_str(), ""));
                frame.symbol = out.name(name);
                frame.offset = u64::from_str_radix(offset, 16).ok();
            }
            Rule::module => {
                kernel = part.as_str().starts_with('[');
                let name = part.as_str().trim_matches(['[', ']']);
                frame.module = Some(name)
                    .filter(|name| !name.starts_with("kernel.") && *name != "unknown")
                    .map(|name| out.name(name));
            }
            _ => {}
        }
    }
    Some((frame, kernel))
}
