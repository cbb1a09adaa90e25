//! Queues for tests and for the example: the same every time, as long as wanted, with every kind of ticket in them.

use super::{
    About, ClusterForm, ClusterRow, ClusterTicket, Excerpt, FindingRow, Summary, TicketRow, UnexplainedRow,
    ticket_files,
};
use crate::EngineView;
use stacklore_reason::finding::{Certainty, Class, Verdict};

/// Names that want to be more than names.
pub(crate) const HOSTILE: [&str; 14] = [
    "<script>window.__pwned=1;alert(1)</script>",
    "</script><script>window.__pwned=2</script>",
    "</noscript><img src=x onerror=\"window.__pwned=3\">",
    "<!--<script>",
    "<!--slot-->",
    "{{ 7 * 7 }}{% raw %}",
    "javascript:alert(1)",
    "\"><svg onload=window.__pwned=4>",
    "=HYPERLINK(\"https://example.org/\",\"click\")",
    "+1\t@SUM(A1)\r\n-2",
    "\u{202e}txt.exe\u{2066}",
    "nul\0 bell\x07 escape\x1b[31m",
    "مهمة (4321)",
    "../../../etc/passwd",
];

/// Rules: id, title, class.
const RULES: [(&str, &str, Class); 24] = [
    ("mutex-abba", "Two threads take two mutexes in opposite order", Class::DeadlockCycle),
    ("socket-backpressure", "A sender waits for a reader that waits for the sender", Class::DeadlockCycle),
    ("self-lock", "A thread takes a lock that it holds already", Class::SelfDeadlock),
    ("work-flushes-itself", "A work item waits for its own queue to drain", Class::SelfDeadlock),
    ("lost-wakeup", "A signal was sent before anybody waited for it", Class::NoWaker),
    ("worker-pool-exhausted", "All workers wait for work that only a worker can do", Class::Starvation),
    ("disk-silent", "A disk does not answer", Class::IoStall),
    ("remote-server-silent", "A file server does not answer, and everything on it waits", Class::IoStall),
    ("journal-stuck", "The journal of a file system does not commit", Class::IoStall),
    ("convoy-behind-writer", "Many readers wait behind one slow writer", Class::LockConvoy),
    ("global-lock-convoy", "Everybody queues for the one global lock", Class::LockConvoy),
    ("soft-lockup", "A CPU does not come back from a loop", Class::Lockup),
    ("grace-period-stall", "No grace period ends, as a reader does not leave", Class::RcuStall),
    ("null-dereference", "A null pointer was used", Class::Crash),
    ("use-after-free", "Memory was used after it had been freed", Class::Crash),
    ("stack-overflow", "The stack ran over its end", Class::Crash),
    ("channel-nobody-reads", "A channel is full and nobody reads from it", Class::NoWaker),
    ("class-initialiser-ring", "Two classes initialise each other", Class::DeadlockCycle),
    ("fork-with-lock-held", "A child has a lock whose owner was not forked", Class::NoWaker),
    ("signal-handler-allocates", "A signal handler waits for the allocator that it interrupted", Class::SelfDeadlock),
    ("reader-upgrades", "A reader wants to write while another reader waits for it", Class::DeadlockCycle),
    ("memory-reclaim-loop", "Memory is freed through what waits for memory", Class::DeadlockCycle),
    ("pipe-both-full", "Two processes write to each other, and both pipes are full", Class::DeadlockCycle),
    ("barrier-one-missing", "A barrier waits for a thread that has ended", Class::NoWaker),
];

/// Numbers that look like chance and are the same every time.
struct Chance(u64);

impl Chance {
    /// A number below `end`.
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end.max(1)
    }

    /// The same, small ones more often.
    fn low(&mut self, end: u64) -> u64 {
        let first = self.below(end);
        first.min(self.below(end)).min(self.below(end))
    }
}

/// The program of these queues.
pub(crate) fn engine() -> EngineView {
    EngineView { version: "0.1.0".into(), rules: RULES.len(), rules_hash: "0123456789abcdef".into() }
}

/// A queue of so many tickets, with hostile ones in front.
pub(crate) fn queue(count: u32) -> Summary {
    let rows: Vec<TicketRow> = (0..count).map(row).collect();
    let clusters = clusters(&rows);
    Summary::of(engine(), rows, clusters)
}

/// The ticket of that number.
pub(crate) fn row(number: u32) -> TicketRow {
    let mut chance = Chance(u64::from(number) + 1);
    chance.below(2);
    let about = about(number, &mut chance);
    let kind = chance.below(100);
    if kind < 2 {
        let problem = "a.tar.gz: the archive is damaged at byte 10,240".to_owned();
        return TicketRow::failed(About { problem: Some(problem), ..about });
    }
    let (verdict, certainty) = match kind {
        0..45 => (Verdict::Hang, Some(if chance.below(3) == 0 { Certainty::Likely } else { Certainty::Proven })),
        45..50 => (Verdict::Crash, Some(Certainty::Proven)),
        50..60 => (Verdict::Suspect, Some(Certainty::Possible)),
        60..72 => (Verdict::Unknown, None),
        72..92 => (Verdict::Healthy, None),
        _ => (Verdict::NoTraces, None),
    };
    let findings = certainty.map_or_else(Vec::new, |certainty| findings(verdict, certainty, &mut chance));
    let stacks = 1 + chance.low(4000);
    let first = findings.first();
    TicketRow {
        id: about.id,
        page: about.page,
        report: about.report,
        verdict,
        failed: false,
        headline: headline(verdict, first, stacks),
        signature: first.map(|finding| finding.rule.clone()),
        certainty,
        bytes: chance.low(9_000_000),
        texts: 1 + chance.low(6) as u32,
        stacks,
        tasks: stacks,
        date: about.date,
        milliseconds: chance.low(3000),
        problem: (chance.below(40) == 0)
            .then(|| "core.1234: a core file; open it with gdb and paste a backtrace".into()),
        notes: chance.low(4) as u32,
        unexplained: if verdict == Verdict::Unknown { unexplained(&mut chance) } else { Vec::new() },
        cluster: None,
        findings,
    }
}

fn about(number: u32, chance: &mut Chance) -> About {
    let name = format!("ticket-{number:05}");
    let long = "long name ".repeat(1000);
    let hostile = HOSTILE.iter().copied().chain([long.as_str(), ""]).nth(number as usize);
    let (page, report) = ticket_files(&name);
    let (month, day) = (chance.below(30), chance.below(28) + 1);
    let (year, month) = (2022 + month / 12, month % 12 + 1);
    let date = format!("{year}-{month:02}-{day:02}T{:02}:30:00Z", chance.below(24));
    About {
        id: hostile.map_or(name, str::to_owned),
        page,
        report,
        date: (chance.below(10) > 0).then_some(date),
        milliseconds: chance.low(40),
        problem: None,
    }
}

fn findings(verdict: Verdict, certainty: Certainty, chance: &mut Chance) -> Vec<FindingRow> {
    let fits = |(_, _, class): &&(&str, &str, Class)| (*class == Class::Crash) == (verdict == Verdict::Crash);
    let rules: Vec<_> = RULES.iter().filter(fits).collect();
    let mut pick = |cause| {
        let (rule, title, class) = rules.get(chance.low(rules.len() as u64) as usize).copied()?;
        Some(FindingRow { rule: (*rule).into(), title: (*title).into(), class: *class, certainty, cause })
    };
    let mut findings: Vec<FindingRow> = pick(true).into_iter().collect();
    if certainty == Certainty::Likely {
        findings.extend(pick(false));
    }
    findings
}

fn headline(verdict: Verdict, first: Option<&FindingRow>, stacks: u64) -> String {
    match (verdict, first) {
        (_, Some(finding)) => {
            format!("{}, {}.  {}.", finding.class.name().replace('-', " "), finding.certainty.name(), finding.title)
        }
        (Verdict::Unknown, None) => format!("{stacks} stacks wait; no rule knows this one."),
        (Verdict::Healthy, None) => format!("No hang in this text.  {stacks} tasks, all at rest or running."),
        _ => "This text holds no stack, lock or task listing.".into(),
    }
}

fn unexplained(chance: &mut Chance) -> Vec<UnexplainedRow> {
    let kind = chance.low(20);
    let frames = ["wait_for_state", "commit_transaction", "sync_volume", "handle_request", "worker_main", "start"];
    vec![UnexplainedRow {
        form: format!("f-{kind:04x}"),
        wait: Some("completion".into()),
        frames: frames.iter().map(|frame| format!("{frame}_{kind}")).collect(),
        stacks: 1 + chance.low(30) as u32,
        tasks: 1,
    }]
}

/// Tickets of equal forms as clusters.
pub(crate) fn clusters(rows: &[TicketRow]) -> Vec<ClusterRow> {
    let mut clusters: Vec<ClusterRow> = Vec::new();
    for row in rows {
        for form in &row.unexplained {
            let id = form.form.replacen('f', "c", 1);
            let at = clusters.iter().position(|cluster| cluster.id == id).unwrap_or_else(|| {
                let distance = "Stacks belong together where nine of ten functions are the same, in the same order.";
                let kind = ClusterForm { form: form.form.clone(), frames: form.frames.clone(), tickets: 0 };
                let (wait, distance, forms) = (form.wait.clone(), distance.into(), vec![kind]);
                clusters.push(ClusterRow { id, wait, distance, forms, ..ClusterRow::default() });
                clusters.len() - 1
            });
            let cluster = &mut clusters[at];
            let (stacks, tasks) = (form.stacks, form.tasks);
            cluster.tickets.push(ClusterTicket { id: row.id.clone(), page: row.page.clone(), stacks, tasks });
            cluster.forms[0].tickets += 1;
            cluster.stacks += u64::from(stacks);
            cluster.tasks += u64::from(tasks);
        }
    }
    clusters.retain(|cluster| cluster.tickets.len() > 1);
    clusters
}

/// What a ticket of a cluster shows.
pub(crate) fn excerpts(cluster: &ClusterRow) -> Vec<Excerpt> {
    let frames: Vec<String> =
        (0..).zip(&cluster.forms[0].frames).map(|(at, frame)| format!("#{at}  {frame} ()")).collect();
    let excerpt = |(at, ticket): (usize, &ClusterTicket)| Excerpt {
        file: format!("stack-{at}.txt"),
        ticket: ticket.id.clone(),
        text: format!("Thread 1 \"<b>worker</b>\x1b[0m\":\n{}\n", frames.join("\n")),
    };
    (1..).zip(cluster.tickets.iter().take(3)).map(excerpt).collect()
}
