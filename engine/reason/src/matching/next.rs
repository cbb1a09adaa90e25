//! The one command to run next, with the real numbers in it.
//!
//! `get` of a clause may name several tools (`crash: …; gdb: …`) and leave places open (`ADDRESS`, `HOLDER.PID`). Of
//! the tools, the one is chosen whose output the text has; the address is that of the lock that the tasks of the
//! binding wait for, and the vocabulary says how each debugger shows a lock of its kind (`inspect`). What cannot be
//! filled in is told with how to get it.

use super::binding::Binding;
use super::candidates::Tried;
use super::thing::{RowId, Thing};
use crate::analysis::Wait;
use crate::finding::{Certainty, Missing};
use crate::rules::ast::VarId;
use stacklore_model::{Listing, ListingOf, System, Task, TaskId};
use std::collections::BTreeSet;

/// Words that stand for the address of the lock.
const ADDRESS: [&str; 2] = ["ADDRESS", "LOCK"];

impl Tried<'_> {
    /// The command of a `get` that fits the case, with what the binding knows filled in.
    pub(crate) fn command(&self, get: &str, binding: &Binding) -> String {
        let get = get.trim();
        let tasks = self.bound_tasks(binding);
        if get.is_empty() {
            return self.all_stacks(&tasks).unwrap_or_default();
        }
        let chosen = match self.chosen(&alternatives(get), &tasks) {
            Choice::Part(part) => part,
            Choice::Foreign(system) => {
                let dump = self.dump(system, &tasks).or_else(|| self.look_at_lock(binding));
                return dump.unwrap_or_else(|| with_advice(get.to_owned(), None));
            }
        };
        if !open_words(chosen).any(|word| ADDRESS.contains(&word)) {
            return with_advice(prefixed(chosen), None);
        }
        let waiting = tasks.iter().filter_map(|task| Some((*task, self.tables.analysis.wait(*task)?)));
        let locks: Vec<(TaskId, &Wait)> = waiting.filter(|(_, wait)| self.is_lock(wait)).collect();
        let mut addresses: Vec<(u64, &Wait)> =
            locks.iter().filter_map(|(_, wait)| Some((self.address(wait)?, *wait))).collect();
        addresses.dedup_by_key(|(address, _)| *address);
        match addresses.as_slice() {
            [(address, wait)] => {
                let tool = tool_of(chosen);
                let own = tool.and_then(|tool| Some((tool, self.tables.vocabulary.inspect(wait.kind, tool)?)));
                let text = own.map_or_else(|| chosen.to_owned(), |(tool, command)| format!("{tool}: {command}"));
                with_advice(filled(&text, *address), None)
            }
            several => {
                let task = locks.first().map(|(task, _)| self.tables.task_label(*task));
                let look = || self.look_at_lock(binding).filter(|_| several.is_empty());
                look().unwrap_or_else(|| with_advice(chosen.to_owned(), task))
            }
        }
    }

    /// What to run next for a finding: what makes it surer; else what shows the lock that one of its tasks waits for;
    /// else the first thing that the rule tells to be sure.
    pub(crate) fn run_next(
        &self,
        certainty: Certainty,
        binding: &Binding,
        missing: &[Missing],
        confirm: &[String],
    ) -> Option<String> {
        if certainty == Certainty::Proven {
            return None;
        }
        let surer = missing.iter().find(|missing| missing.would_make.is_some() && !missing.next.is_empty());
        let open = missing.iter().find(|missing| !missing.next.is_empty());
        let known = || surer.or(open).map(|missing| missing.next.clone());
        let command = || confirm.iter().find(|text| !text.contains('?'));
        known().or_else(|| self.look_at_lock(binding)).or_else(|| Some(self.command(command()?, binding)))
    }

    /// The command that shows the lock for which a task waits whose holder is not known.
    fn look_at_lock(&self, binding: &Binding) -> Option<String> {
        let analysis = self.tables.analysis;
        let tasks = self.bound_tasks(binding);
        let waits = || tasks.iter().filter_map(|task| Some((*task, analysis.wait(*task)?)));
        let holds = &self.tables.index.holds_of;
        let held = |wait: &Wait| wait.object.is_some_and(|(object, _)| holds.contains_key(&Thing::Object(object)));
        let locks: Vec<(TaskId, &Wait)> = waits().filter(|(_, wait)| self.is_lock(wait) && !held(wait)).collect();
        let tool = |task: TaskId| {
            let stack = analysis.case.stack(*analysis.case.task(task).stacks.first()?);
            debugger(stack.system).filter(|_| !OTHERS.contains(&stack.dialect))
        };
        let shown = locks.iter().find_map(|(task, wait)| {
            let tool = tool(*task)?;
            let command = self.tables.vocabulary.inspect(wait.kind, tool)?;
            Some(format!("{tool}: {}", filled(command, self.address(wait)?)))
        });
        shown.or_else(|| {
            let (task, wait) = locks.first()?;
            let tool = tool(*task)?;
            let inspect = self.tables.vocabulary.inspect(wait.kind, tool)?;
            let numbered = analysis.case.task(*task).stacks.iter().any(|id| analysis.case.stack(*id).dialect == tool);
            let stack = full_backtrace(tool, numbered, analysis.case.task(*task))?;
            Some(format!("{tool}: {stack}   (the address of the lock is there; then `{inspect}`)"))
        })
    }

    /// The tasks that the variables of a binding stand for.
    pub(crate) fn bound_tasks(&self, binding: &Binding) -> Vec<TaskId> {
        let mut tasks = Vec::new();
        for var in 0..self.rule.variables.len() {
            for thing in self.things(binding, VarId(var)).iter() {
                if let Thing::Row(RowId::Task(task)) = thing
                    && !tasks.contains(task)
                {
                    tasks.push(*task);
                    // A set of thousands needs no more to be told by.
                    if tasks.len() > 64 {
                        return tasks;
                    }
                }
            }
        }
        tasks
    }

    fn is_lock(&self, wait: &Wait) -> bool {
        self.tables.vocabulary.is_kind(wait.kind, "lock")
    }

    fn address(&self, wait: &Wait) -> Option<u64> {
        self.tables.analysis.case.object(wait.object.as_ref()?.0).address
    }

    /// The alternative of a tool whose output the case has; else that of a tool for the system of the tasks.
    fn chosen<'t>(&self, alternatives: &[&'t str], tasks: &[TaskId]) -> Choice<'t> {
        let case = &self.tables.analysis.case;
        let present = |tool: &str| case.sources.iter().any(|source| source.dialects.contains(&tool));
        let mut systems = tasks.iter().flat_map(|task| &case.task(*task).stacks).map(|stack| case.stack(*stack).system);
        let first = alternatives.first().copied().unwrap_or_default();
        let Some(system) = systems.next() else { return Choice::Part(first) };
        let tools: BTreeSet<&str> = systems.chain([system]).filter_map(debugger).collect();
        let part =
            |fits: &dyn Fn(&str) -> bool| alternatives.iter().find(|text| tool_of(text).is_some_and(fits)).copied();
        // A console shows held locks only where the kernel keeps them; a debugger always shows the lock itself.
        let found = part(&|tool| tools.contains(tool) && present(tool)).or_else(|| part(&|tool| tools.contains(tool)));
        let foreign = |text: &&str| tool_of(text).is_some_and(|tool| DEBUGGERS.contains(&tool));
        match found {
            Some(part) => Choice::Part(part),
            None if alternatives.iter().any(foreign) => Choice::Foreign(system),
            None => Choice::Part(first),
        }
    }

    /// The command that shows all stacks, where the case lacks them.
    fn all_stacks(&self, tasks: &[TaskId]) -> Option<String> {
        let case = &self.tables.analysis.case;
        let system = case.stack(*tasks.iter().flat_map(|task| &case.task(*task).stacks).next()?).system;
        let all = |listing: &Listing| {
            listing.stacks
                && (system != System::Linux || matches!(listing.of, ListingOf::Tasks | ListingOf::BlockedTasks))
        };
        if case.listings.iter().any(|(_, listing)| all(listing)) {
            return None;
        }
        match (system, self.process(tasks)) {
            (System::Linux, _) => Some("echo w > /proc/sysrq-trigger; dmesg".to_owned()),
            (System::User, Some(pid)) => Some(format!("gdb -p {pid} -batch -ex 'thread apply all bt'")),
            (System::User, None) => Some("gdb: thread apply all bt".to_owned()),
            (system, _) => self.dump(system, tasks),
        }
    }

    /// The number of the process of these tasks.
    fn process(&self, tasks: &[TaskId]) -> Option<u32> {
        let case = &self.tables.analysis.case;
        tasks.iter().find_map(|task| case.process(case.task(*task).process?).pid)
    }

    /// The command by which a runtime prints all its threads with their locks.
    fn dump(&self, system: System, tasks: &[TaskId]) -> Option<String> {
        let case = &self.tables.analysis.case;
        let process = self.process(tasks);
        // All goroutines are there already: only what has moved since tells more.
        if system == System::Go && case.listings.iter().any(|(_, listing)| listing.stacks) {
            return Some("a second dump, some minutes later: which goroutines have moved?".to_owned());
        }
        let (command, find) = match system {
            System::Java => ("jstack -l", "jps -l"),
            System::Go => ("kill -QUIT", "pgrep -l"),
            System::Python => ("py-spy dump --pid", "pgrep -l"),
            _ => return None,
        };
        let text = match process {
            Some(pid) => format!("{command} {pid}"),
            None => format!("{command} PID   (PID: see `{find}`)"),
        };
        // Whoever runs what is told here must know what it costs.
        Some(if system == System::Go { format!("{text}   (prints all goroutines and ends the program)") } else { text })
    }
}

/// Tools of the kernel and of C programs.
const DEBUGGERS: [&str; 4] = ["gdb", "crash", "mdb", "lockdep"];

/// Tools for programs whose stacks no gdb reads.
const OTHERS: [&str; 4] = ["lldb", "mac-sample", "windbg", "minidump"];

/// Which part of a `get` fits.
enum Choice<'t> {
    /// This one.
    Part(&'t str),
    /// None: all are for other systems than that of the tasks.
    Foreign(System),
}

/// The debugger for programs of a system.
fn debugger(system: System) -> Option<&'static str> {
    match system {
        System::Linux => Some("crash"),
        System::Illumos => Some("mdb"),
        System::User => Some("gdb"),
        _ => None,
    }
}

/// The command that prints the stack of a task with all its words or variables; `numbered` where the text has the
/// numbers of that debugger.
fn full_backtrace(tool: &str, numbered: bool, task: &Task) -> Option<String> {
    match tool {
        "crash" => Some(format!("bt -f {}", task.tid?)),
        "mdb" => Some(format!("{:x}::findstack -v", task.address?)),
        "gdb" if numbered => Some(format!("thread apply {} bt full", task.number?)),
        // Another tool numbers threads in its own way.
        "gdb" => Some(format!("thread find {}, then thread apply N bt full", task.tid?)),
        _ => None,
    }
}

/// The parts of `crash: a; mdb: b; gdb: c`: one where not every part names its tool.
fn alternatives(get: &str) -> Vec<&str> {
    let parts: Vec<&str> = get.split("; ").map(str::trim).collect();
    if parts.len() > 1 && parts.iter().all(|part| tool_of(part).is_some()) { parts } else { vec![get] }
}

/// The tool of `crash: bt -f`.
fn tool_of(text: &str) -> Option<&str> {
    let (tool, _) = text.split_once(": ")?;
    let word = !tool.is_empty() && tool.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
    word.then_some(tool)
}

/// Words in capitals that stand for something to be filled in: `ADDRESS`, `HOLDER.PID`.
fn open_words(text: &str) -> impl Iterator<Item = &str> {
    let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '.'));
    words.map(|word| word.trim_end_matches('.')).filter(|word| {
        let capitals =
            !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_uppercase() || matches!(byte, b'.' | b'_'));
        capitals && (ADDRESS.contains(word) || word.contains('.'))
    })
}

/// The text with the address in its places.
fn filled(text: &str, address: u64) -> String {
    let mut filled = text.to_owned();
    for word in ADDRESS {
        // `0xADDRESS` in a template of a debugger that wants the prefix.
        filled = filled.replace(&format!("*{word}"), &format!("*0x{address:x}"));
        filled = filled.replace(word, &format!("{address:x}"));
    }
    filled
}

/// The command of a debugger that reads an address as hexadecimal only where `0x` stands in front.
fn prefixed(text: &str) -> String {
    if tool_of(text) != Some("gdb") {
        return text.to_owned();
    }
    let hex = |word: &str| word.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    // Process numbers have at most seven digits.
    let is_address =
        |word: &str| hex(word) && (word.len() >= 8 || (word.len() >= 6 && word.contains(char::is_alphabetic)));
    let words = text.split(' ').map(|word| if is_address(word) { format!("0x{word}") } else { word.to_owned() });
    words.collect::<Vec<_>>().join(" ")
}

/// The command, and how to get what is still open in it.
fn with_advice(command: String, task: Option<String>) -> String {
    let open: BTreeSet<&str> = open_words(&command).collect();
    let of = task.map_or_else(String::new, |task| format!(" of {task}"));
    let advice: Vec<String> = open
        .iter()
        .filter_map(|word| match word.rsplit('.').next() {
            Some("PID" | "TID") => Some(format!("{word}: see `ps -eLf`")),
            Some("ADDRESS" | "LOCK") => {
                Some(format!("{word}: an argument of the lock function in the full backtrace{of}"))
            }
            _ => None,
        })
        .collect();
    if advice.is_empty() { command } else { format!("{command}   ({})", advice.join("; ")) }
}

#[cfg(test)]
mod tests {
    use super::{alternatives, filled, open_words, prefixed, with_advice};

    #[test]
    fn parts_are_alternatives_where_each_names_its_tool() {
        assert_eq!(
            alternatives("crash: struct mutex ADDRESS; gdb: p *LOCK"),
            ["crash: struct mutex ADDRESS", "gdb: p *LOCK"]
        );
        assert_eq!(alternatives("crash: bt -f; search -s X"), ["crash: bt -f; search -s X"]);
    }

    #[test]
    fn open_words_are_filled_or_told_how_to_get() {
        assert_eq!(open_words("gdb -p HOLDER.PID, LWP of *LOCK in UN.").collect::<Vec<_>>(), ["HOLDER.PID", "LOCK"]);
        assert_eq!(filled("p *LOCK", 0x1f), "p *0x1f");
        assert_eq!(filled("struct mutex ADDRESS", 0x1f), "struct mutex 1f");
        assert_eq!(prefixed("gdb: p *(m *) 55592f747260"), "gdb: p *(m *) 0x55592f747260");
        assert_eq!(prefixed("crash: struct mutex ffff888012345678"), "crash: struct mutex ffff888012345678");
        assert_eq!(with_advice("runq".into(), None), "runq");
        assert_eq!(with_advice("bt HOG.PID".into(), None), "bt HOG.PID   (HOG.PID: see `ps -eLf`)");
    }
}
