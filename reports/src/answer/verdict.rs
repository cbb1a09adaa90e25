//! The first line, which is the answer.

use super::Alarm;
use super::words::{self, counted};
use crate::Report;
use crate::view::FindingView;
use stacklore_reason::finding::{Class, Verdict};

/// The word where something waits and no rule knows it.
pub(super) const UNKNOWN: &str = "UNKNOWN";
/// Kinds of rest that a healthy text is told by.
const RESTS: usize = 6;

/// The answer in one word, how bad that is, and the rest of the line.
pub(crate) fn first_line(report: &Report) -> (&'static str, Alarm, String) {
    let finding = report.findings.first();
    match report.verdict {
        Verdict::Hang => ("HANG", Alarm::Bad, headline(report, finding)),
        Verdict::Crash => ("CRASH", Alarm::Bad, headline(report, finding)),
        Verdict::Suspect => ("SUSPECT", Alarm::Doubtful, headline(report, finding)),
        Verdict::Unknown => (UNKNOWN, Alarm::Doubtful, unknown(report)),
        Verdict::Healthy => ("", Alarm::Good, healthy(report)),
        Verdict::NoTraces if report.contents.counts.stacks > 0 => ("NO BACKTRACE", Alarm::Neutral, NO_BACKTRACE.into()),
        Verdict::NoTraces => ("NO TRACES", Alarm::Neutral, no_traces(report).into()),
    }
}

fn headline(report: &Report, finding: Option<&FindingView>) -> String {
    if let Some(finding) = finding {
        let title = finding.title.trim_end_matches('.');
        let certainty = finding.certainty.name();
        // A crash is one already by the first word.
        return match finding.class {
            Class::Crash if report.verdict == Verdict::Crash => format!("{certainty}.  {title}."),
            class => format!("{}, {certainty}.  {title}.", words::class(class)),
        };
    }
    let graph = &report.contents.wait_graph;
    let is_task = |node: &&u32| graph.nodes.get(**node as usize).is_some_and(|node| node.kind == "task");
    match graph.cycles.first().map(|ring| ring.iter().filter(is_task).count()) {
        Some(1) => "A task waits for itself; no rule names this one.".into(),
        Some(tasks) => format!("{tasks} tasks wait for each other in a ring; no rule names this one."),
        None => "No rule names this one.".into(),
    }
}

/// Scans of stacks and profiles alone: neither shows the calls in which a task is.
const NO_BACKTRACE: &str = "The stacks of this text are scans or profiles: stale addresses, or where time went. They do \
                            not tell in what a task is stuck. Paste a backtrace of the tasks that hang.";

fn no_traces(report: &Report) -> &'static str {
    let counts = &report.contents.counts;
    if counts.tasks + counts.locks + counts.facts > 0 {
        return "This text holds no stack: tasks, locks or facts were read (`stacklore parse` lists them), and they show \
                no hang by themselves. Add the stacks of the tasks that hang.";
    }
    "This text holds no stack, lock or task listing. Looked for: what /proc, the kernel log (hung tasks, sysrq), \
     debuggers (gdb, lldb, crash, drgn, mdb, WinDbg, kdb and ddb), pstack and eu-stack, profilers, and the runtimes \
     of Go, Java and Python print. Paste the output of one of these, as it is."
}

/// How many tasks there are, and what they rest in: `4 × condition variable, 2 × event loop`.
fn healthy(report: &Report) -> String {
    let contents = &report.contents;
    let mut kinds: Vec<(usize, &str)> = Vec::new();
    let mut others = 0;
    for group in &contents.groups {
        let known = group
            .wait
            .as_deref()
            .map(|wait| if wait == "on-cpu" { "running" } else { words::kind(&contents.kinds, wait) });
        let kind = known.or(group.frames.first().map(String::as_str)).unwrap_or("others");
        match kinds.iter().position(|(_, known)| *known == kind) {
            Some(at) => kinds[at].0 += group.stacks.len(),
            None if kinds.len() < RESTS => kinds.push((group.stacks.len(), kind)),
            None => others += group.stacks.len(),
        }
    }
    let tasks: usize = kinds.iter().map(|(count, _)| count).sum::<usize>() + others;
    let mut parts: Vec<String> = kinds.iter().map(|(count, kind)| format!("{count} × {kind}")).collect();
    if others > 0 {
        parts.push(format!("{others} × something else"));
    }
    let told = if parts.is_empty() { String::new() } else { format!(": {}", parts.join(", ")) };
    format!("No hang in this text.  {}, all at rest or running{told}.", counted(tasks.max(1), "task"))
}

fn unknown(report: &Report) -> String {
    let open = super::groups::open(report);
    let blocked: usize = open.iter().filter(|group| group.wait.is_some()).map(|group| group.stacks.len()).sum();
    match blocked {
        0 => "Nothing is known of these stacks, and no rule knows them.".into(),
        1 => "1 stack waits; no rule knows this one.".into(),
        _ => format!("{blocked} stacks wait; no rule knows this one."),
    }
}
