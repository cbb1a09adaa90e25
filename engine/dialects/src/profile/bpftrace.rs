//! Maps of stacks that bpftrace prints: the key holds one frame on each line, the value is a count.
//!
//! ```text
//! @[
//!     __schedule+1
//!     schedule+45
//! , bash]: 42
//! ```
//!
//! Source of the format: `get_stack()` in `src/bpftrace.cpp` of bpftrace.

use super::{Rule, Sample, frame, parse};
use crate::builder::Builder;
use crate::dialect::{Dialect, Fed, Reader};
use crate::text::{Context, Line};

/// The dialect.
pub(crate) struct Bpftrace;

const NAME: &str = "bpftrace";

impl Dialect for Bpftrace {
    fn name(&self) -> &'static str {
        NAME
    }

    fn needles(&self) -> &'static [&'static str] {
        &["@[", "@stack", "@block", "@off", "@kstack", "@ustack"]
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::<BpftraceReader>::default()
    }
}

#[derive(Default)]
struct BpftraceReader {
    sample: Option<Sample>,
}

impl Reader for BpftraceReader {
    fn opens(&mut self, line: &Line<'_>, context: &Context<'_>) -> bool {
        if begins(line.trimmed()).is_none() {
            return false;
        }
        let below = context.after(line.number);
        // Calls can be glued together; with an offset the first one shows what they are.
        let first = below.split_whitespace().next().filter(|call| call.contains('+')).unwrap_or("");
        parse(Rule::call, below.trim()).is_some() || parse(Rule::call, first).is_some()
    }

    fn feed(&mut self, line: &Line<'_>, _context: &Context<'_>, out: &mut Builder) -> Fed {
        let text = line.trimmed();
        if text.is_empty() {
            return Fed::Passed;
        }
        let Some(sample) = &mut self.sample else {
            let Some(key) = begins(text) else { return Fed::End };
            let mut sample = Sample::at(line.number);
            sample.name = Some(key.trim_matches([',', ' ']).to_owned()).filter(|key| !key.is_empty());
            self.sample = Some(sample);
            return Fed::Taken;
        };
        if let Some(end) = parse(Rule::map_end, text).filter(|_| text.starts_with([']', ','])) {
            sample.last = line.number;
            sample.count = end.into_inner().next().and_then(|count| count.as_str().parse().ok()).unwrap_or(1);
            let words = text.rsplit_once("]: ").map_or("", |(words, _)| words);
            let mut words = words.split(',').map(str::trim).filter(|word| !word.is_empty());
            sample.name =
                sample.name.take().or_else(|| words.find(|word| word.parse::<u64>().is_err()).map(str::to_owned));
            self.close(out);
            return Fed::Taken;
        }
        // Between the kernel's and the user's part of a key.
        if text == "," {
            return Fed::Taken;
        }
        let Some(call) = parse(Rule::call, text) else { return Fed::End };
        let frame = frame(call, line.number, out);
        sample.kernel = true;
        sample.add(frame);
        Fed::Taken
    }

    fn close(&mut self, out: &mut Builder) {
        if let Some(sample) = self.sample.take() {
            sample.end(NAME, out);
        }
    }
}

/// What stands before the stack in the key: `@[`, `@stacks[bash,`.
fn begins(text: &str) -> Option<&str> {
    let (map, key) = text.strip_prefix('@')?.split_once('[')?;
    let named = map.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    (named && (key.is_empty() || key.ends_with([',', ' ']))).then_some(key)
}
