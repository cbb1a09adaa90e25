//! How long a queue of tickets takes, how much memory, and that both are linear: `cargo bench --bench batch`.
//!
//! Queues of 100, 1,000 and 10,000 tickets, 400 kB each on average, are made in the target folder and diagnosed by the
//! program with one thread and with two. What it says is held against the truth: the last column must be 0.
//! `cargo bench --bench batch -- 100 bytes=50` makes a queue of 100 tickets of 50 kB, `jobs=2` runs it with two threads
//! only, `keep` leaves the queue and the results where they are.
//!
//! Peak memory is `VmHWM`, processor time `utime` and `stime` of Linux (proc(5)); elsewhere they are 0.

#![allow(clippy::print_stdout, reason = "a benchmark prints what it measured")]

#[allow(dead_code, reason = "the tests use the rest")]
#[path = "../queue/mod.rs"]
mod queue;

use queue::{Settings, Summary, generate};
use serde_json::Value;
use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Bytes of a megabyte.
const MB: f64 = 1e6;

/// What to measure.
struct Plan {
    /// Numbers of tickets.
    tickets: Vec<u64>,
    /// Bytes of a ticket on average.
    bytes: u64,
    /// Numbers of threads.
    jobs: Vec<u64>,
    /// Leave all where it is.
    keep: bool,
}

impl Plan {
    fn of(words: impl Iterator<Item = String>) -> Self {
        let mut plan = Plan { tickets: Vec::new(), bytes: 400_000, jobs: Vec::new(), keep: false };
        for word in words {
            match word.split_once('=') {
                None if word == "keep" => plan.keep = true,
                None => plan.tickets.extend(word.parse::<u64>().ok()),
                Some(("bytes", count)) => plan.bytes = 1000 * count.parse::<u64>().expect("bytes=KILOBYTES"),
                Some(("jobs", count)) => plan.jobs.push(count.parse().expect("jobs=NUMBER")),
                Some(_) => panic!("{word}: NUMBER of tickets, bytes=KILOBYTES, jobs=NUMBER or keep"),
            }
        }
        if plan.tickets.is_empty() {
            plan.tickets = vec![100, 1000, 10_000];
        }
        if plan.jobs.is_empty() {
            plan.jobs = vec![1, 2];
        }
        plan
    }
}

/// What a run took.
struct Cost {
    wall: Duration,
    /// Processor time of all threads in seconds.
    processor: f64,
    /// The most memory in use at once, in bytes.
    peak: f64,
}

fn main() {
    let plan = Plan::of(env::args().skip(1).filter(|word| !word.starts_with("--")));
    println!(
        "{:>7} {:>8} {:>4} {:>8} {:>8} {:>9} {:>7} {:>8} {:>11} {:>8} {:>7} {:>6}",
        "tickets",
        "MB",
        "jobs",
        "wall s",
        "CPU s",
        "tickets/s",
        "MB/s",
        "peak MB",
        "CPU ms each",
        "kB each",
        "speedup",
        "wrong"
    );
    for tickets in &plan.tickets {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("bench-queue-{tickets}"));
        let _ = fs::remove_dir_all(&folder);
        let settings = Settings {
            tickets: *tickets,
            seed: 1,
            bytes: tickets * plan.bytes,
            out: folder.clone(),
            without: Vec::new(),
        };
        let made = generate(&settings).expect("the target folder is writable");
        measure(&plan, &folder, made);
        if !plan.keep {
            let _ = fs::remove_dir_all(&folder);
        }
    }
}

/// Runs one queue with each number of threads.
fn measure(plan: &Plan, folder: &Path, made: Summary) {
    let mut first: Option<Duration> = None;
    for jobs in &plan.jobs {
        let out = folder.join(format!("out-{jobs}"));
        let cost = run(&folder.join("queue"), &out, *jobs).expect("the program was built with the benchmarks");
        let megabytes = made.bytes as f64 / MB;
        let (count, wall) = (made.tickets as f64, cost.wall.as_secs_f64());
        let alone = *first.get_or_insert(cost.wall);
        println!(
            "{:>7} {megabytes:>8.0} {jobs:>4} {wall:>8.1} {:>8.1} {:>9.1} {:>7.1} {:>8.0} {:>11.2} {:>8.1} {:>7.2} {:>6}",
            made.tickets,
            cost.processor,
            count / wall,
            megabytes / wall,
            cost.peak / MB,
            1000.0 * cost.processor / count,
            cost.peak / 1000.0 / count,
            alone.as_secs_f64() / wall,
            wrong(&folder.join("truth.ndjson"), &out),
        );
    }
}

fn run(queue: &Path, out: &Path, jobs: u64) -> io::Result<Cost> {
    let since = Instant::now();
    let mut child = Command::new(env!("CARGO_BIN_EXE_stacklore"))
        .arg("batch")
        .args(["--jobs", &jobs.to_string()])
        .arg("--out")
        .args([out, queue])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    let place = PathBuf::from(format!("/proc/{}", child.id()));
    let mut cost = Cost { wall: Duration::ZERO, processor: 0.0, peak: 0.0 };
    // The peak only grows, and the last look is one before the end at most: it is the one of the whole run, but for what
    // was taken in its last moments.
    loop {
        cost.peak = peak(&place).max(cost.peak);
        cost.processor = processor(&place).max(cost.processor);
        if let Some(status) = child.try_wait()? {
            assert!(status.success(), "the batch fails: {status}");
            cost.wall = since.elapsed();
            return Ok(cost);
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// `VmHWM` in bytes.
fn peak(process: &Path) -> f64 {
    let status = fs::read_to_string(process.join("status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|rest| rest.split_whitespace().next()?.parse::<f64>().ok()).map_or(0.0, |kib| kib * 1024.0)
}

/// Processor time of all threads in seconds: fields 14 and 15, in hundredths, behind the name in brackets.
fn processor(process: &Path) -> f64 {
    let stat = fs::read_to_string(process.join("stat")).unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).and_then(|field| field.parse::<f64>().ok()).unwrap_or_default();
    (ticks(11) + ticks(12)) / 100.0
}

/// Tickets that are missing, there twice, or said something else of than the truth.
fn wrong(truth: &Path, out: &Path) -> usize {
    let text = fs::read_to_string(out.join("summary.json")).expect("the batch has ended");
    let summary: Value = serde_json::from_str(&text).expect("it is JSON");
    let mut rows: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
    for row in summary["tickets"].as_array().into_iter().flatten() {
        rows.entry(row["id"].as_str().unwrap_or_default()).or_default().push(row);
    }
    let truths = fs::read_to_string(truth).expect("it was written with the queue");
    let mut wrong = 0;
    for line in truths.lines() {
        let truth: Value = serde_json::from_str(line).expect("it is JSON");
        let said = rows.remove(truth["id"].as_str().unwrap_or_default()).unwrap_or_default();
        if !matches!(said[..], [row] if fits(&truth, row)) {
            println!(
                "{line}\n    {:?}",
                said.iter().map(|row| (&row["verdict"], &row["headline"])).collect::<Vec<_>>()
            );
            wrong += 1;
        }
    }
    wrong + rows.len()
}

fn fits(truth: &Value, row: &Value) -> bool {
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let found = |rule: &Value| list(&row["findings"]).iter().any(|finding| finding["rule"] == *rule);
    list(&truth["verdicts"]).contains(&row["verdict"])
        && list(&truth["must"]).iter().all(found)
        && (truth["problem"] != true || !row["problem"].is_null())
}
