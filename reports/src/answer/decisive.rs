//! The words of a quoted line that decide: the functions of its frames, and the locks and tasks that the finding is
//! about.

use crate::Report;
use crate::view::{FindingView, LockView, TaskView};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// Shorter names and numbers stand in lines by chance.
const SHORTEST: usize = 3;
/// Digits of an address.
const ADDRESS: usize = 8;

/// Finds the words that decide.
pub(super) struct Decisive<'a> {
    report: &'a Report,
    /// Functions of the frames of quoted lines.
    functions: BTreeMap<(u32, u32), Vec<&'a str>>,
}

impl<'a> Decisive<'a> {
    pub(super) fn of(report: &'a Report) -> Self {
        let mut functions: BTreeMap<(u32, u32), Vec<&'a str>> = BTreeMap::new();
        let evidence = report.findings.iter().flat_map(|finding| &finding.evidence);
        for quote in evidence.flat_map(|evidence| &evidence.quotes) {
            functions.extend((quote.first_line..=quote.last_line).map(|line| ((quote.source, line), Vec::new())));
        }
        let touched =
            |source: u32, first: u32, last: u32| functions.range((source, first)..=(source, last)).next().is_some();
        let stacks: Vec<_> = (report.contents.stacks.iter())
            .filter(|stack| touched(stack.source, stack.first_line, stack.last_line))
            .collect();
        for stack in stacks {
            for frame in &stack.frames {
                if let Some(names) = functions.get_mut(&(stack.source, frame.line)) {
                    names.push(&frame.symbol);
                }
            }
        }
        Decisive { report, functions }
    }

    /// Addresses and names of what a finding is about.
    pub(super) fn words(&self, finding: &FindingView) -> BTreeSet<String> {
        let contents = &self.report.contents;
        let about: BTreeSet<u32> = finding.tasks.iter().copied().collect();
        let concerns = |lock: &&LockView| {
            let waits = lock.waiters.iter().any(|waiter| about.contains(&waiter.task));
            waits || lock.holders.iter().any(|holder| about.contains(&holder.task))
        };
        let locks = contents.locks.iter().filter(concerns).flat_map(lock_words);
        let nodes = finding.edges.iter().flat_map(|edge| [edge.from, edge.to]);
        let nodes = nodes.filter_map(|node| contents.wait_graph.nodes.get(node as usize));
        let facts = nodes.filter(|node| node.kind == "fact").filter_map(|node| contents.facts.get(node.index as usize));
        let values = facts.flat_map(|fact| fact.fields.values()).filter_map(|value| value.as_str().map(str::to_owned));
        let tasks = finding.tasks.iter().filter_map(|task| contents.tasks.get(*task as usize)).flat_map(task_words);
        locks.chain(tasks).chain(values).filter(|word| word.len() >= SHORTEST).collect()
    }

    /// Whether a frame stands in that line.
    pub(super) fn is_frame(&self, source: u32, line: u32) -> bool {
        self.functions.get(&(source, line)).is_some_and(|functions| !functions.is_empty())
    }

    /// Where these words, and the functions of the line, stand in the text of a line.
    pub(super) fn marks(&self, source: u32, line: u32, text: &str, words: &BTreeSet<String>) -> Vec<Range<usize>> {
        let functions = self.functions.get(&(source, line)).map_or(&[][..], Vec::as_slice);
        let mut marks: Vec<Range<usize>> = functions.iter().filter_map(|name| find(text, name)).collect();
        // Short numbers stand among the arguments of a frame by chance; an address does not.
        let least = if functions.is_empty() { SHORTEST } else { ADDRESS };
        marks.extend(words.iter().filter(|word| word.len() >= least).filter_map(|word| find(text, word)));
        marks.sort_by_key(|mark| (mark.start, std::cmp::Reverse(mark.end)));
        let mut end = 0;
        marks.retain(|mark| {
            let apart = mark.start >= end;
            end = end.max(mark.end);
            apart
        });
        marks
    }
}

fn lock_words(lock: &LockView) -> impl Iterator<Item = String> + '_ {
    lock.address.iter().chain(&lock.name).cloned()
}

fn task_words(task: &TaskView) -> impl Iterator<Item = String> + '_ {
    let number = task.tid.map(u64::from).or(task.number).map(|number| number.to_string());
    task.address.iter().chain(&task.pthread).chain(&task.name).cloned().chain(number)
}

/// A word in a text that is not part of a longer one. An address may have `0x` and zeros in front.
fn find(text: &str, word: &str) -> Option<Range<usize>> {
    if word.is_empty() {
        return None;
    }
    text.match_indices(word).map(|(at, _)| at..at + word.len()).find_map(|range| {
        let before = text.get(..range.start)?;
        let head = before.trim_end_matches('0');
        let head = head.strip_suffix("0x").or(before.strip_suffix("0x")).unwrap_or(before);
        let is_part = |c: char| c.is_alphanumeric() || c == '_';
        // A lost `+` leaves an offset glued to the function.
        let after = text.get(range.end..)?;
        let ends = !after.starts_with(is_part) || after.starts_with("0x");
        let begins = !head.ends_with(is_part) || !word.starts_with(is_part);
        (ends && begins).then_some(range)
    })
}

#[cfg(test)]
mod tests {
    use super::find;

    #[test]
    fn words_are_whole() {
        assert_eq!(find("#3 [ffff] mutex_lock_slow at 1, mutex_lock+4", "mutex_lock"), Some(32..42));
        assert_eq!(find("owner = 0xffff88003570de20,", "ffff88003570de20"), Some(10..26));
        assert_eq!(find("<0x00000000fc08a9a0>", "fc08a9a0"), Some(11..19));
        assert_eq!(find("[ffff] mutex_lock0x1/0x2", "mutex_lock"), Some(7..17));
        assert_eq!(find("task 14790", "4790"), None);
        assert_eq!(find("x", ""), None);
    }
}
