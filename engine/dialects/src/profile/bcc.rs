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
use pest::iterators::Pair;
use stacklore_model::MendKind;

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
        &["    -            ", " by kernel stack", " by user stack", " by user + kernel stack"]
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
    /// The head of the output was read: what follows are its stacks.
    headed: bool,
    /// Below the head: lines of frames whose last line is awaited.
    pending: Vec<(u32, String)>,
}

impl Reader for BccReader {
    fn opens(&mut self, line: &Line<'_>, context: &Context<'_>) -> bool {
        if is_head(line.trimmed()) {
            return true;
        }
        let below = context.after(line.number);
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
        if is_head(text) {
            self.give_up(out);
            self.headed = true;
            return Fed::Taken;
        }
        if text.starts_with("- ")
            && let Some(whose) = parse(Rule::whose, text)
        {
            self.whose(whose, line.number, context, out);
            return Fed::Taken;
        }
        if !self.headed {
            return Fed::End;
        }
        // `^C` ends most of these tools.
        if line.is_blank() || text == "^C" {
            self.give_up(out);
            return Fed::Passed;
        }
        if !is_row(&line.text) {
            return Fed::End;
        }
        self.pending.push((line.number, line.text.clone().into_owned()));
        Fed::Passed
    }

    fn close(&mut self, out: &mut Builder) {
        if let Some(sample) = self.sample.take() {
            sample.end(NAME, out);
        }
        self.give_up(out);
        self.headed = false;
    }
}

impl BccReader {
    /// The line below the frames of a stack.
    fn whose(&mut self, whose: Pair<'_, Rule>, line: u32, context: &Context<'_>, out: &mut Builder) {
        let mut rows = std::mem::take(&mut self.pending);
        if rows.is_empty() {
            rows = self.above(line, context);
        }
        let mut sample = Sample::at(rows.first().map_or(line, |(first, _)| *first));
        sample.kernel = true;
        for (number, row) in &rows {
            let calls: Vec<_> = row.split_whitespace().filter_map(|call| parse(Rule::call, call)).collect();
            let calls = if calls.len() > 1 && is_frame(row.trim()) {
                parse(Rule::call, row.trim()).into_iter().collect()
            } else {
                calls
            };
            if calls.len() > 1 {
                out.mend(MendKind::GluedRows, *number);
            }
            for call in calls {
                let frame = frame(call, *number, out);
                sample.add(frame);
            }
            out.understood(NAME, *number);
        }
        if rows.is_empty() && context.before(line, 2).is_some_and(|(_, above)| is_row(&above)) {
            out.unclear(line, "what stands above this line seems to be its stack, but does not have the form of one");
        }
        for part in whose.into_inner() {
            match part.as_rule() {
                Rule::whose_comm => sample.name = Some(part.as_str().trim().to_owned()),
                Rule::tid => sample.task.tid = part.as_str().parse().ok().filter(|tid| *tid != 0),
                _ => {}
            }
        }
        self.sample = Some(sample);
    }

    /// Frames that stand above the line: nothing in them told what they are.
    fn above(&self, line: u32, context: &Context<'_>) -> Vec<(u32, String)> {
        let lowest = self.read.max(line.saturating_sub(FRAMES)).max(1);
        let is_call = |text: &str| text.starts_with("    ") && is_frame(text.trim());
        let rows = (lowest..line).rev().map(|number| (number, context.plain(number)));
        let mut rows: Vec<(u32, String)> =
            rows.take_while(|(_, text)| is_call(text)).map(|(number, text)| (number, text.into_owned())).collect();
        rows.reverse();
        rows
    }

    /// Tells of frames whose last line does not come.
    fn give_up(&mut self, out: &mut Builder) {
        let rows = std::mem::take(&mut self.pending);
        if let Some((last, _)) = rows.iter().rfind(|(_, row)| row.starts_with("    ")).or(rows.get(2)) {
            out.unclear(*last, "the line that tells whose frames these are is missing");
        }
    }
}

/// `Tracing off-CPU time (us) of all threads by kernel stack... Hit Ctrl-C to end.`
fn is_head(text: &str) -> bool {
    ["Tracing ", "Sampling "].iter().any(|word| text.starts_with(word))
        && text.contains(" stack")
        && text.contains(" by ")
}

/// A line of frames below the head; several where lines were glued together.
fn is_row(text: &str) -> bool {
    let (indented, text) = (text.starts_with("    "), text.trim());
    is_frame(text) || (indented && text.contains(' ') && text.split_whitespace().all(is_frame))
}

/// `--` parts kernel from user frames.
fn is_frame(text: &str) -> bool {
    text == "--" || (parse(Rule::call, text).is_some() && parse(Rule::alone, text).is_none())
}
