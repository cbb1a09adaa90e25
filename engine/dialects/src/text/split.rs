//! Cuts a line where records that had lines of their own were glued together.

use super::pattern::pattern;
use regex::Regex;
use std::ops::Range;
use std::sync::LazyLock;

/// A row of `info threads` stuck to the one before: `libc.so.62 Thread 0x…`, `…34 Thread 0x…`.
static THREAD_ROW: LazyLock<Regex> = LazyLock::new(|| pattern(r"(\d+) +(?:Thread 0x[0-9a-f]+ \(|LWP \d+ )"));

/// The first row of an output stuck to the command that printed it: `ps | grep cli2812 root 720m S cli`.
static AFTER_GREP: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"\bgrep +(?:-\S+ +)*[A-Za-z_][A-Za-z_-]*?(\d+ +[a-z_][\w-]* +\S+ )"));

/// A prompt stuck to the one word that a file without a line end printed: `do_epoll_wait/ # cat /proc/5/status`.
static AFTER_WORD: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^(?:0|[A-Za-z_][\w.]*)((?:\[[^\]\s]+@[^\]]*\] ?|[/~][\w./~-]* ?)[#$] +(?:cat|ps|ls|grep|head|tail|sudo|cd|echo|for)\b)",
    )
});

/// Addresses of frames of `/proc/PID/stack`, of which each begins a line.
static BRACKET_FRAME: LazyLock<Regex> = LazyLock::new(|| pattern(r"\[<(?:0|[0-9a-f]{8,16})>\] +[A-Za-z_0?]"));

/// Numbers of frames of a debugger: `#1  0x…`, `#2 [ffff…]`, `#3 f (`.
static NUMBERED_FRAME: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"#(\d{1,4}) +(?:0x[0-9a-f]+ in |\[[0-9a-f]+\] |[A-Za-z_?<])"));

/// Prompts that can follow prose on the same line.
const PROMPTS: [&str; 4] = ["(gdb) ", "crash> ", "crash64> ", "(lldb) "];

/// Cuts lines; remembers the last thread row, because only the next number tells `.so.6` and row 2 from `.so.62`.
#[derive(Clone, Default, PartialEq)]
pub(super) struct Splitter {
    last_row: Option<u64>,
}

impl Splitter {
    /// The records of a line, as ranges of bytes; one range where nothing is glued.
    pub(super) fn split(&mut self, text: &str) -> Vec<Range<usize>> {
        let mut cuts = Vec::new();
        self.thread_rows(text, &mut cuts);
        prompts(text, &mut cuts);
        after_command(text, &mut cuts);
        frames(text, &mut cuts);
        cuts.retain(|cut| *cut > 0 && *cut < text.len() && !text[..*cut].trim().is_empty());
        cuts.sort_unstable();
        cuts.dedup();
        let ends = cuts.iter().copied().chain([text.len()]);
        std::iter::once(0).chain(cuts.iter().copied()).zip(ends).map(|(start, end)| start..end).collect()
    }

    fn thread_rows(&mut self, text: &str, cuts: &mut Vec<usize>) {
        if !text.contains("Thread 0x") && !text.contains("LWP ") {
            return;
        }
        for found in THREAD_ROW.captures_iter(text) {
            let Some(digits) = found.get(1) else { continue };
            let glued = text[..digits.start()].chars().next_back().is_some_and(|c| !c.is_whitespace());
            let skip = if glued { self.library_digits(&text[..digits.start()], digits.as_str()) } else { 0 };
            self.last_row = digits.as_str()[skip..].parse().ok();
            let start = digits.start() + skip;
            if start > 0 && !text[..start].trim_end().ends_with(['*', '>']) {
                cuts.push(start);
            }
        }
    }

    /// How many of the digits belong to the library before them.
    fn library_digits(&self, before: &str, digits: &str) -> usize {
        if !before.ends_with('.') {
            return 0;
        }
        let next = self.last_row.map(|row| (row + 1).to_string());
        match next {
            Some(next) if digits.len() > next.len() && digits.ends_with(&next) => digits.len() - next.len(),
            // Rows were left out: a library's version is mostly one digit.
            _ if digits.len() > 1 => 1,
            _ => 0,
        }
    }
}

fn prompts(text: &str, cuts: &mut Vec<usize>) {
    // Each of them ends so.
    if !text.contains("> ") && !text.contains("b) ") {
        return;
    }
    for prompt in PROMPTS {
        cuts.extend(text.match_indices(prompt).map(|(at, _)| at));
    }
}

fn after_command(text: &str, cuts: &mut Vec<usize>) {
    if text.len() < 256 && (text.contains("# ") || text.contains("$ ")) {
        cuts.extend(AFTER_WORD.captures(text).and_then(|found| found.get(1)).map(|prompt| prompt.start()));
    }
    if !text.contains("grep") && !text.contains("info thread") {
        return;
    }
    if let Some(found) = AFTER_GREP.captures(text).and_then(|found| found.get(1)) {
        cuts.push(found.start());
    }
    if let Some(at) = text.find("Id Target Id").filter(|at| text[..*at].contains("info thread")) {
        cuts.push(at);
    }
}

fn frames(text: &str, cuts: &mut Vec<usize>) {
    if text.matches("[<").nth(1).is_some() {
        let starts: Vec<usize> = BRACKET_FRAME.find_iter(text).map(|found| found.start()).collect();
        // `f from [<addr>] (caller)` on ARM prints two addresses in one frame.
        // So does its line of registers.
        if starts.len() > 1 && !text.contains(" from [<") && !text.trim_start().starts_with("pc : [<") {
            cuts.extend(starts);
        }
    }
    // Most lines with a mark begin with it, and a cut at the beginning is none.
    if text.trim_start().bytes().skip(1).any(|byte| byte == b'#') {
        let mut expected = None;
        for found in NUMBERED_FRAME.captures_iter(text) {
            let (Some(all), Some(number)) = (found.get(0), found.get(1)) else { continue };
            let number: u32 = number.as_str().parse().unwrap_or(0);
            let free = text[..all.start()].chars().next_back().is_none_or(|c| c == ' ' || c == ')');
            if free && (number == 0 || expected == Some(number)) {
                cuts.push(all.start());
                expected = Some(number + 1);
            } else if expected.is_none() {
                expected = Some(number + 1);
            }
        }
    }
}

/// The text up to the first character of an East Asian script or a bullet: prose glued to a record.
pub(super) fn head(text: &str) -> &str {
    let end = text
        .char_indices()
        .find(|(_, c)| matches!(*c, '\u{2e80}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}'));
    end.map_or(text, |(at, _)| text[..at].trim_end())
}
