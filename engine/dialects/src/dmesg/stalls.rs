//! Stalls of RCU: which CPUs and tasks hold up a grace period, in all the ways that kernels have printed it.
//!
//! ```text
//! rcu: INFO: rcu_preempt detected stalls on CPUs/tasks:
//! rcu:    1-...0: (1 GPs behind) idle=ae5c/1/0x4000000000000000 softirq=230/231 fqs=473
//! rcu:    Tasks blocked on level-0 rcu_node (CPUs 0-1): P109 P110/1:b..l
//! INFO: rcu_sched self-detected stall on CPU { 1}  (t=60000 jiffies g=… c=… q=…)
//! rcu: INFO: rcu_preempt detected expedited stalls on CPUs/tasks: { 1-...D P123 } 5292 jiffies s: 69 root: 0x2/.
//! ```

use super::reports::{Fields, Reports, number, set};
use crate::builder::Builder;
use crate::text::Line;
use stacklore_model::{System, TaskKeys, TaskSighting, Value};

const KIND: &str = "rcu-stall";

impl Reports {
    /// The headline of a stall; kernels up to 4.x and expedited grace periods name everything in it.
    pub(super) fn stall(&mut self, line: &Line<'_>, text: &str, out: &mut Builder) -> bool {
        if !text.contains("stall") {
            return false;
        }
        self.watched = true;
        let named = text.split_once('{').and_then(|(_, rest)| rest.split_once('}')).map(|(inner, _)| inner);
        let before = self.open.len();
        for word in named.unwrap_or("").split_whitespace() {
            self.stalled(word, line, out);
        }
        if self.open.len() == before {
            self.pend(KIND, Fields::default(), line, out);
        }
        true
    }

    /// `1-...D` is a CPU, `P123` a task.
    fn stalled(&mut self, word: &str, line: &Line<'_>, out: &mut Builder) {
        if let Some(tid) = blocked_task(word) {
            let task = sighted(tid, line, out);
            self.pend(KIND, Fields { task: Some(task), ..Fields::default() }, line, out);
        } else if let Some(cpu) = word.starts_with(|c: char| c.is_ascii_digit()).then(|| number(word)).flatten() {
            self.pend(KIND, Fields { cpu: Some(cpu), ..Fields::default() }, line, out);
        }
    }

    /// A line below a headline that says whose the report is.
    pub(super) fn detail(&mut self, line: &Line<'_>, out: &mut Builder) {
        let text = line.trimmed();
        if text.starts_with("in_atomic()") {
            return self.in_atomic(line, out);
        }
        let rest = text.trim_start_matches("rcu:").trim_start();
        if let Some((_, tasks)) = rest.split_once("): ").filter(|_| rest.starts_with("Tasks blocked on level-")) {
            return self.blocked_tasks(tasks, line, out);
        }
        self.stalled_cpu(line, out);
    }

    /// The tasks that were preempted inside a critical section of readers.
    fn blocked_tasks(&mut self, tasks: &str, line: &Line<'_>, out: &mut Builder) {
        for tid in tasks.split_whitespace().filter_map(blocked_task) {
            let task = sighted(tid, line, out);
            let free = self.open.iter_mut().rev().find(|open| open.kind == KIND && open.cpu.is_none());
            let free = free.filter(|open| {
                let row = out.reading().facts.get(open.fact);
                row.is_some_and(|row| row.fields.iter().all(|(name, _)| *name != "task"))
            });
            match free {
                Some(open) => set(open.fact, "task", Value::Task(task), out),
                None => self.pend(KIND, Fields { task: Some(task), ..Fields::default() }, line, out),
            }
        }
    }

    /// `rcu: \t0-...!: (2202 ticks this GP) …`: a CPU of the stall above.
    pub(super) fn stalled_cpu(&mut self, line: &Line<'_>, out: &mut Builder) -> bool {
        let text = line.trimmed().trim_start_matches("rcu:").trim_start();
        let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let Some(cpu) = text[..digits].parse::<u32>().ok() else { return false };
        let behind = text.contains("this GP)") || text.contains("GPs behind)");
        if !text[digits..].starts_with(['-', ':']) || !behind {
            return false;
        }
        let Some(open) = self.open.iter_mut().rev().find(|open| open.kind == KIND) else { return false };
        if open.cpu.is_none() {
            open.cpu = Some(cpu);
            set(open.fact, "cpu", Value::Number(f64::from(cpu)), out);
        } else if open.cpu != Some(cpu) {
            self.pend(KIND, Fields { cpu: Some(cpu), ..Fields::default() }, line, out);
        }
        true
    }

    /// `in_atomic(): 1, irqs_disabled(): 0, non_block: 0, pid: 57, name: comm` below a warning.
    fn in_atomic(&mut self, line: &Line<'_>, out: &mut Builder) {
        let tid = line.trimmed().split_once("pid: ").and_then(|(_, rest)| number(rest)).filter(|tid| *tid != 0);
        let open = self.open.iter().rev().find(|open| open.kind == "warning");
        if let (Some(tid), Some(open)) = (tid, open) {
            set(open.fact, "task", Value::Task(TaskKeys::tid(tid)), out);
        }
    }
}

/// `P123`, and with flags `P123/1:b..l`.
fn blocked_task(word: &str) -> Option<u32> {
    number(word.strip_prefix('P')?).filter(|tid| *tid != 0)
}

fn sighted(tid: u32, line: &Line<'_>, out: &mut Builder) -> TaskKeys {
    let keys = TaskKeys::tid(tid);
    let span = out.at(line.number);
    out.task(TaskSighting { keys: keys.clone(), system: Some(System::Linux), span, ..TaskSighting::default() });
    keys
}
