//! Compares what was read of a damaged text with what it holds.

use crate::text::{self, Damaged, Frame, Stack};
use stacklore_model::{Reading, TaskKeys};

/// How a stack of a damaged text was read; the worst counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Verdict {
    /// The same task and the same frames.
    Same,
    /// Something is missing, and the reading says so.
    Told,
    /// Something is missing without a word, or is there that must not be.
    Wrong,
}

/// The verdict on one stack.
pub(crate) struct Judged {
    pub(crate) dialect: &'static str,
    pub(crate) verdict: Verdict,
    pub(crate) why: String,
}

/// A stack of the reading, in lines of the whole text.
struct Found {
    stack: Stack,
    /// The expected stack that it is, and which of its frames are there.
    of: Option<usize>,
    matched: Vec<usize>,
    /// A frame that is none of them.
    extra: Option<String>,
    /// A frame of which only the beginning is there.
    torn: bool,
}

struct Judge<'a> {
    expected: &'a [Stack],
    damaged: &'a Damaged,
    reading: &'a Reading,
    symbol: fn(&str) -> String,
    /// Frames of the expected stacks by line: stack and frame.
    by_line: Vec<Vec<(usize, usize)>>,
}

/// The verdicts on all stacks: those expected, and those that were read without being expected.
pub(crate) fn judge(damaged: &Damaged, reading: &Reading, symbol: fn(&str) -> String) -> Vec<Judged> {
    let expected = damaged.stacks.as_slice();
    let last = expected.iter().flat_map(|stack| &stack.frames).map(|frame| frame.last).max().unwrap_or(0);
    let mut by_line = vec![Vec::new(); last as usize + 1];
    for (at, stack) in expected.iter().enumerate() {
        for (frame_at, frame) in stack.frames.iter().enumerate() {
            (frame.first..=frame.last).for_each(|line| by_line[line as usize].push((at, frame_at)));
        }
    }
    let judge = Judge { expected, damaged, reading, symbol, by_line };
    let mut claimed = vec![0; expected.len()];
    let found: Vec<Found> = reading.stacks.iter().map(|stack| judge.find(text::stack(stack), &mut claimed)).collect();
    let mut verdicts: Vec<Judged> = (0..expected.len()).map(|at| judge.stack(at, &found)).collect();
    let stray = found.iter().filter(|found| found.of.is_none() && !judge.is_where_a_thread_stands(found));
    verdicts.extend(stray.map(|found| judge.stray(found)));
    verdicts
}

impl Judge<'_> {
    /// Lines of the whole text on which lines of the damaged one stand.
    fn origin(&self, first: u32, last: u32) -> (u32, u32) {
        let lines = self.damaged.lines.iter().skip(first as usize - 1).take((last - first) as usize + 1);
        let from: Vec<(u32, u32)> = lines.map(|line| line.from).filter(|from| from.0 > 0).collect();
        let first = from.iter().map(|from| from.0).min().unwrap_or(0);
        (first, from.iter().map(|from| from.1).max().unwrap_or(0))
    }

    fn same(&self, printed: &str, expected: &str) -> bool {
        printed == expected || (self.symbol)(printed) == (self.symbol)(expected)
    }

    /// Expected frames on these lines.
    fn frames_on(&self, (first, last): (u32, u32)) -> impl Iterator<Item = (usize, usize)> + '_ {
        let end = (last as usize + 1).min(self.by_line.len());
        self.by_line[(first as usize).min(end)..end].iter().flatten().copied()
    }

    /// Finds the expected stack that holds most of these frames.
    fn find(&self, mut stack: Stack, claimed: &mut [usize]) -> Found {
        let mut votes = vec![0usize; self.expected.len()];
        for frame in &mut stack.frames {
            (frame.first, frame.last) = self.origin(frame.first, frame.last);
            let mut voted = Vec::new();
            for (at, index) in self.frames_on((frame.first, frame.last)) {
                let agrees = self.same(&frame.symbol, &self.expected[at].frames[index].symbol);
                if agrees && self.expected[at].dialect == stack.dialect && !voted.contains(&at) {
                    votes[at] += 1;
                    voted.push(at);
                }
            }
        }
        let best = (0..votes.len()).max_by_key(|at| (votes[*at], std::cmp::Reverse((claimed[*at], *at))));
        let of = best.filter(|at| votes[*at] > 0);
        let mut found = Found { stack, of, matched: Vec::new(), extra: None, torn: false };
        if let Some(at) = of {
            claimed[at] += 1;
            self.match_frames(&mut found, &self.expected[at]);
        }
        found
    }

    fn match_frames(&self, found: &mut Found, expected: &Stack) {
        let mut next = 0;
        for frame in &found.stack.frames {
            let at = (next..expected.frames.len()).find(|at| {
                let other = &expected.frames[*at];
                let meets = other.first <= frame.last && frame.first <= other.last;
                meets && self.same(&frame.symbol, &other.symbol)
            });
            let torn = || {
                (next..expected.frames.len()).find(|at| {
                    let other = &expected.frames[*at];
                    other.torn && frame.first <= other.last && other.first <= frame.last
                })
            };
            if let Some(at) = at {
                found.matched.push(at);
                next = at + 1;
            } else if let Some(at) = torn() {
                found.matched.push(at);
                found.torn = true;
                next = at + 1;
            } else if found.extra.is_none() && !self.is_caller_named_there(frame) {
                found.extra = Some(format!("{} at line {}", frame.symbol, frame.first));
            }
        }
    }

    /// ARM's lines name the caller as well: where the line of its own is gone, the caller stands in the one before.
    fn is_caller_named_there(&self, frame: &Frame) -> bool {
        let mut lines =
            self.damaged.lines.iter().filter(|line| line.from.0 <= frame.last && frame.first <= line.from.1);
        lines.any(|line| line.text.split_once(" from ").is_some_and(|(_, caller)| caller.contains(&frame.symbol)))
    }

    /// The only frame that a cut text shows of a thread, in a preamble or a table: its stack would have followed.
    fn is_where_a_thread_stands(&self, found: &Found) -> bool {
        let Some(frame) = found.stack.frames.iter().find(|frame| !frame.aside) else {
            // What a register says of a running task, where the trace behind it is gone.
            return self.damaged.end.is_empty() && found.stack.cut;
        };
        let mut lines =
            self.damaged.lines.iter().filter(|line| line.from.0 <= frame.last && frame.first <= line.from.1);
        let calls = found.stack.frames.iter().filter(|frame| !frame.aside).count();
        self.damaged.end.is_empty()
            && calls == 1
            && lines.any(|line| line.text.contains(&frame.symbol) || frame.symbol == "??")
    }

    fn stray(&self, found: &Found) -> Judged {
        let stack = &found.stack;
        let symbols: Vec<&str> = stack.frames.iter().map(|frame| frame.symbol.as_str()).take(3).collect();
        let why = format!("a stack that is not there: {symbols:?} at line {}", stack.frames[0].first);
        Judged { dialect: stack.dialect, verdict: Verdict::Wrong, why }
    }

    /// The verdict on one expected stack.
    fn stack(&self, at: usize, found: &[Found]) -> Judged {
        let expected = &self.expected[at];
        let parts: Vec<&Found> = found.iter().filter(|found| found.of == Some(at)).collect();
        let (verdict, why) = self.of_parts(expected, &parts);
        let name = format!("lines {}-{}", expected.first, expected.last);
        Judged { dialect: expected.dialect, verdict, why: format!("{name}: {why}") }
    }

    fn of_parts(&self, expected: &Stack, parts: &[&Found]) -> (Verdict, String) {
        if let Some(extra) = parts.iter().find_map(|part| part.extra.as_ref()) {
            return (Verdict::Wrong, format!("a frame that is not there: {extra}"));
        }
        if let Some(other) = parts.iter().find(|part| contradicts(&part.stack.task, &expected.task)) {
            return (Verdict::Wrong, format!("another task: {:?} for {:?}", other.stack.task, expected.task));
        }
        let cut = parts.iter().any(|part| part.stack.cut) && !expected.cut;
        let told = cut || parts.iter().any(|part| part.stack.cut) || self.told(expected);
        let lacking = |why: String| if told { (Verdict::Told, why) } else { (Verdict::Wrong, why) };
        if parts.len() > 1 {
            return lacking(format!("it is {} stacks", parts.len()));
        }
        let matched = parts.first().map_or(&[][..], |part| &part.matched);
        let missing: Vec<&str> = (0..expected.frames.len())
            .filter(|at| !matched.contains(at))
            .map(|at| expected.frames[at].symbol.as_str())
            .collect();
        if !missing.is_empty() {
            return lacking(format!("{} frames are missing: {:?}", missing.len(), &missing[..missing.len().min(3)]));
        }
        if parts.iter().any(|part| part.torn) {
            return lacking("the last function is not whole".to_owned());
        }
        if parts.iter().any(|part| !agrees(&part.stack.task, &expected.task)) {
            return lacking(format!("its task is lost: {:?}", expected.task));
        }
        (Verdict::Same, String::new())
    }

    /// Whether the reading says of lines of this stack that they are unclear.
    fn told(&self, expected: &Stack) -> bool {
        text::told(self.reading, |line| {
            let (first, last) = self.origin(line, line);
            first > 0 && first <= expected.last && expected.first <= last
        })
    }
}

/// What the keys of a task say, without the session, which means something in one text only.
fn keys(task: &TaskKeys) -> [Option<String>; 5] {
    let number = |number: Option<u64>| number.map(|number| number.to_string());
    [
        task.tid.map(|tid| tid.to_string()),
        number(task.address),
        number(task.pthread),
        number(task.number),
        task.unique_name.as_ref().map(ToString::to_string),
    ]
}

/// Whether two say different things of one task.
fn contradicts(found: &TaskKeys, expected: &TaskKeys) -> bool {
    let named = expected.is_anonymous() && !found.is_anonymous();
    named
        || keys(found)
            .iter()
            .zip(&keys(expected))
            .any(|(found, expected)| matches!((found, expected), (Some(found), Some(expected)) if found != expected))
}

/// Whether something still tells the task.
fn agrees(found: &TaskKeys, expected: &TaskKeys) -> bool {
    expected.is_anonymous()
        || keys(found).iter().zip(&keys(expected)).any(|(found, expected)| found.is_some() && found == expected)
}
