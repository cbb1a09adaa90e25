//! The answer in one word.
//!
//! A false alarm costs more than a miss: threads that wait for work, for a signal or for another thread's end do so in
//! every healthy program. Only what no healthy text shows makes an unknown hang of a text in which no rule holds.

use crate::analysis::{Activity, Analysis};
use crate::finding::{Certainty, Class, Finding, Verdict};
use crate::graph::{Cycle, Kinds, blocking_wait};
use stacklore_model::{Known, System, Task, TaskState};

/// The verdict from the findings in their order, the cycles, and what the tasks do.
pub(super) fn verdict(analysis: &Analysis, kinds: &Kinds, findings: &[Finding], cycles: &[Cycle]) -> Verdict {
    let hangs = |finding: &Finding| finding.class.is_hang() && finding.certainty >= Certainty::Likely;
    if findings.first().is_some_and(|finding| finding.class == Class::Crash) {
        Verdict::Crash
    } else if findings.iter().any(hangs) || cycles.iter().any(|cycle| cycle.known == Known::Observed) {
        Verdict::Hang
    } else if !findings.is_empty() {
        Verdict::Suspect
    } else if !analysis.case.stacks.iter().any(|stack| stack.kind.is_backtrace()) {
        Verdict::NoTraces
    } else if analysis
        .case
        .tasks
        .iter()
        .zip(&analysis.activities)
        .any(|(task, does)| alarms(analysis, kinds, task, does))
        || nothing_is_known(analysis)
    {
        Verdict::Unknown
    } else {
        Verdict::Healthy
    }
}

/// Whether the text shows tasks that sleep in a kernel and of none of them is known in what: whoever pastes one stack
/// does so because it hangs, and that it rests would be a guess.
fn nothing_is_known(analysis: &Analysis) -> bool {
    let kernel = |activity: &Activity| {
        let systems = activity.stacks.iter().filter_map(|stack| analysis.case.stacks.get(stack.0 as usize));
        systems.into_iter().any(|stack| matches!(stack.system, System::Linux | System::Illumos | System::Freebsd))
    };
    let shown = || analysis.activities.iter().filter(|activity| !activity.stacks.is_empty());
    shown().all(|activity| !activity.classified) && shown().any(kernel)
}

/// Whether a task is blocked in a way that is no rest: in an uninterruptible sleep, or in a wait of a kind that is in a
/// group. A signal or another's end is waited for at rest in user space.
pub(crate) fn alarms(analysis: &Analysis, kinds: &Kinds, task: &Task, activity: &Activity) -> bool {
    if activity.idle {
        return false;
    }
    let blocked = task.state == Some(TaskState::Blocked) && !activity.stacks.is_empty() && !activity.on_cpu;
    let Some(wait) = blocking_wait(activity, kinds) else { return blocked };
    let Some(kind) = kinds.get(wait.kind) else { return blocked };
    let system = analysis.case.stacks.get(wait.stack.0 as usize).map(|stack| stack.system);
    let kernel = matches!(system, Some(System::Linux | System::Illumos | System::Freebsd));
    blocked || (kind.grouped && (kernel || !kind.restful))
}
