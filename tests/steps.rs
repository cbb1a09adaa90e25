//! Step by step: the report names the next command, its output is added to the paste, and the answer is surer.

use crate::program::run;
use serde_json::Value;
use std::fs;
use std::path::Path;

/// Lines of a file of the corpus: all, or from the first that contains one text up to that which contains another.
struct Part {
    file: &'static str,
    from: Option<&'static str>,
    until: Option<&'static str>,
}

const fn whole(file: &'static str) -> Part {
    Part { file, from: None, until: None }
}

/// What is added, what the answer is then, and what a command that the report names contains.
struct Step {
    add: Part,
    certainty: Option<&'static str>,
    next: Option<&'static str>,
}

const fn step(add: Part, certainty: &'static str, next: &'static str) -> Step {
    Step { add, certainty: Some(certainty), next: Some(next) }
}

const fn end(add: Part, certainty: &'static str) -> Step {
    Step { add, certainty: Some(certainty), next: None }
}

#[test]
fn kernel_mutex_with_crash() {
    climbs(&[
        // Only the hung tasks of the console: the address of the lock is in the words of the stack.
        step(whole("captures/k-mutex-abba/dmesg.txt"), "possible", "crash: bt -f 107"),
        end(whole("captures/k-mutex-abba/crash-5-locks.txt"), "proven"),
    ]);
}

#[test]
fn worker_and_its_mutex_with_crash() {
    const SEED: &str = "seeds/rmmod-ttm-mutex/input.txt";
    climbs(&[
        step(Part { file: SEED, from: None, until: Some("crash> ps") }, "possible", "crash: bt -f 4790"),
        end(Part { file: SEED, from: Some("crash> ps"), until: None }, "proven"),
    ]);
}

#[test]
fn gdb_prints_the_owner() {
    climbs(&[
        step(whole("captures/u-mutex-orphan/gdb-batch.txt"), "likely", "gdb: p *(pthread_mutex_t *) 0x56340d60b0c0"),
        end(whole("captures/u-mutex-orphan/gdb-full.txt"), "proven"),
    ]);
}

#[test]
fn proc_stacks_then_the_netlink_table_then_gdb() {
    climbs(&[
        step(whole("captures/u-alarmd-netlink/proc-stacks.txt"), "possible", "cat /proc/net/netlink"),
        step(whole("captures/u-alarmd-netlink/proc-net-netlink.txt"), "likely", "p *(pthread_rwlock_t *) ADDRESS"),
        // No surer yet, but the address is known now.
        step(whole("captures/u-alarmd-netlink/gdb-batch.txt"), "likely", "gdb: p *(pthread_rwlock_t *) 0x56180f1e91c0"),
        end(whole("captures/u-alarmd-netlink/gdb-full.txt"), "proven"),
    ]);
}

#[test]
fn one_java_thread_then_all_of_them() {
    const DUMP: &str = "captures/j-monitor-abba/jstack.txt";
    let one = Part { file: DUMP, from: Some("\"xfer-east\""), until: Some("\"xfer-west\"") };
    climbs(&[Step { add: one, certainty: None, next: Some("jstack -l PID") }, end(whole(DUMP), "proven")]);
}

#[test]
fn mdb_finds_the_reader_of_a_rwlock() {
    const SEED: &str = "seeds/solaris-aggr-rwlock/input.txt";
    climbs(&[
        step(
            Part { file: SEED, from: None, until: Some("> ffffffff93785580::kgrep") },
            "possible",
            "mdb: ffffffff93785580::kgrep | ::whatis",
        ),
        end(Part { file: SEED, from: Some("> ffffffff93785580::kgrep"), until: None }, "likely"),
    ]);
}

/// Each step adds its text; the answer must be what the step says, and never less sure than before.
fn climbs(steps: &[Step]) {
    let mut text = String::new();
    let mut before = 0;
    for (number, step) in steps.iter().enumerate() {
        text.push_str(&lines(&step.add));
        let report = run(&["--format", "json"], text.as_bytes()).json();
        let sure = certainty(&report);
        let wanted = step.certainty.map_or(0, rank);
        assert_eq!(sure, wanted, "step {number}: {}", shown(&report));
        assert!(sure >= before, "step {number} is less sure than the one before");
        if let Some(next) = step.next {
            let commands = commands(&report);
            assert!(
                commands.iter().any(|command| command.contains(next)),
                "step {number}: {next} is not in {commands:?}"
            );
        }
        before = sure;
    }
    let first = steps.first().map_or(0, |step| step.certainty.map_or(0, rank));
    assert!(before > first, "the answer did not get surer");
}

fn lines(part: &Part) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(part.file);
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let has = |mark: Option<&str>, line: &str| mark.is_some_and(|mark| line.contains(mark));
    let from = part.from.map_or(0, |_| text.lines().position(|line| has(part.from, line)).expect("it begins there"));
    let taken = text.lines().skip(from).enumerate().take_while(|(at, line)| *at == 0 || !has(part.until, line));
    taken.map(|(_, line)| format!("{line}\n")).collect()
}

fn rank(certainty: &str) -> u8 {
    match certainty {
        "possible" => 1,
        "likely" => 2,
        "proven" => 3,
        _ => 0,
    }
}

/// The surest finding.
fn certainty(report: &Value) -> u8 {
    let findings = report["findings"].as_array().into_iter().flatten();
    findings.map(|finding| rank(finding["certainty"].as_str().unwrap_or_default())).max().unwrap_or(0)
}

/// Every command that a reader of the report is told to run next.
fn commands(report: &Value) -> Vec<&str> {
    let findings = report["findings"].as_array().into_iter().flatten();
    let near = report["near_misses"].as_array().into_iter().flatten();
    let own = findings.clone().filter_map(|finding| finding["next"].as_str());
    let missing = findings.chain(near).flat_map(|row| row["missing"].as_array().into_iter().flatten());
    own.chain(missing.filter_map(|missing| missing["next"].as_str())).collect()
}

fn shown(report: &Value) -> String {
    let findings = report["findings"].as_array().into_iter().flatten();
    let rows = findings.map(|finding| format!("{} {}", finding["rule"], finding["certainty"]));
    rows.collect::<Vec<_>>().join(", ")
}
