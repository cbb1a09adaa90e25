//! What reading a dump costs, by tool: bytes, processor time and memory: `cargo bench --bench cost`.
//!
//! Each dump is read by a process of its own, so that the memory is that of this dump alone: its text, and all that was
//! read of it. The processor time is of the reading only, not of making the text.
//! `cargo bench --bench cost -- gdb 100` reads 100 MB of one tool; without words every tool's 10 and 100 MB are read.

#![allow(clippy::print_stdout, reason = "a benchmark prints what it measured")]

mod server;
#[allow(dead_code, reason = "the other benchmarks use the rest")]
mod texts;

use rustix::time::{ClockId, clock_gettime};
use stacklore::Document;
use stacklore::model::SourceId;
use std::env;
use std::process::Command;

/// Bytes of a megabyte.
const MB: usize = 1_000_000;

fn main() {
    let words: Vec<String> = env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
    if let [alone, tool, bytes] = &words[..]
        && alone == "alone"
    {
        return read(tool, bytes.parse().expect("a number of bytes"));
    }
    let tool = words.first().map(String::as_str);
    let sizes = words.get(1).map_or(vec![10, 100], |size| vec![size.parse().expect("a number of megabytes")]);
    println!("{:<8} {:>10} {:>9} {:>10} {:>9} {:>7}", "text", "bytes", "CPU s", "MB/CPU-s", "peak MB", "x text");
    let tools = server::DUMPS_OF.iter().map(|(name, _)| *name).chain(["junk"]);
    for name in tools.filter(|name| tool.is_none_or(|tool| tool == *name)) {
        for size in &sizes {
            let program = env::current_exe().expect("the program runs");
            let status = Command::new(program).args(["alone", name, &(size * MB).to_string()]).status();
            assert!(status.is_ok_and(|status| status.success()), "{name}");
        }
    }
}

/// Makes one text, reads it and says what that cost.
fn read(tool: &str, bytes: usize) {
    let text = match tool {
        "junk" => texts::mixed(bytes, usize::MAX),
        tool => server::server(tool, bytes),
    };
    let document = Document::from_text("input.txt", text);
    let before = processor_seconds();
    let reading = stacklore::read(SourceId(0), &document);
    let seconds = processor_seconds() - before;
    let length = document.text.len() as f64;
    let peak = peak_bytes();
    println!(
        "{tool:<8} {:>10} {seconds:>9.3} {:>10.0} {:>9.0} {:>7.2}   {} stacks",
        document.text.len(),
        length / seconds / MB as f64,
        peak / MB as f64,
        peak / length,
        reading.stacks.len(),
    );
}

fn processor_seconds() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

/// The most memory that the process has had in use at once, in bytes; 0 where the system does not tell (`VmHWM` of
/// Linux, see proc(5)).
fn peak_bytes() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|rest| rest.split_whitespace().next()?.parse::<f64>().ok()).map_or(0.0, |kib| kib * 1024.0)
}
