//! Frames of further forms that were glued into one line: a small table of how they begin.
//!
//! A form is cut only where its own records follow each other, so that a line that merely mentions one stays whole.

use super::pattern::pattern;
use regex::Regex;
use std::sync::LazyLock;

/// How records of a form follow each other in one line.
#[derive(Clone, Copy)]
enum Rule {
    /// The line begins with a record, and each further one begins where it matches.
    Begin,
    /// As `Begin`; the group is a number in this base that counts up.
    Count(u32),
    /// Nothing but blanks stands between two records; what stands before the first one belongs to it.
    Chain,
    /// The line is made of records and blanks.
    Whole,
    /// The group is where the next record begins.
    Next,
}

/// A form: what every line of two such records holds, how a record begins and how records follow each other.
struct Form {
    holds: &'static [&'static str],
    record: LazyLock<Regex>,
    rule: Rule,
}

macro_rules! forms {
    ($($rule:expr, $holds:expr, $record:expr;)*) => {
        [$(Form { holds: &$holds, record: LazyLock::new(|| pattern($record)), rule: $rule }),*]
    };
}

static FORMS: [Form; 19] = forms! {
    // A stack as Boost prints it: ` 0# f at a.cpp:1`.
    Rule::Count(10), ["# "], r"(?:^|\s)(\d{1,3})# ";
    // lldb.
    Rule::Count(10), ["frame #", "0x"], r"(?:\* )?frame #(\d{1,4}): 0x";
    // Windows debuggers, with arguments and without.
    Rule::Count(16), ["!"],
        r"(?:^|\s)([0-9a-f]{2,3}) (?:[0-9a-f]{8}(?:`[0-9a-f]{8})?|\(Inline Function\)|\(Inline\)) (?: *: |[0-9a-f]{8}(?:`[0-9a-f]{8})? \S+!)";
    Rule::Chain, ["!", "+0x"], r"[\w.]+![^\s!+]+\+0x[0-9a-f]+";
    // valgrind.
    Rule::Begin, ["== ", " 0x"], r"==\d+== +(?:at|by) 0x[0-9A-F]+: ";
    // crash, words of a stack that may be return addresses, and frames of a kernel without offsets.
    Rule::Begin, ["] "], r"\[[0-9a-f]{8,16}\] +[A-Za-z_?]";
    // abseil.
    Rule::Begin, ["@ ", "0x"], r"@ +0x[0-9a-f]{6,16} +(?:\(unknown\)|\d+) ";
    // backtrace_symbols().
    Rule::Begin, ["[0x"], r"[^\s()]+\((?:[\w.]*\+0x[0-9a-f]+)?\) ?\[0x[0-9a-f]+\]";
    // Debuggers inside a kernel of BSD.
    Rule::Begin, [") at ", "+0x"], r"[A-Za-z_][\w.]*\([^()]*\) at [\w.]+\+0x[0-9a-f]+";
    // pstack.
    Rule::Begin, ["("], r"(?:^|\s)[0-9a-f]{8,16} [A-Za-z_][\w.$]* +\([^()]*\)";
    // Stacks of a function tracer.
    Rule::Begin, ["=> "], r"=> [A-Za-z_<]";
    // go-deadlock.
    Rule::Begin, [".go:", " {"], r"\S+\.go:\d+ \S+ \{[^{}]*\}";
    // perf.
    Rule::Next, [") "], r"^\s*[0-9a-f]{4,16} \S.*?\)\s+([0-9a-f]{4,16}) \S";
    Rule::Next, [")\t"], r"^\s*[0-9a-f]{4,16} \S.*?\)\s+([0-9a-f]{4,16}) \S";
    // mdb: calls with arguments, the same without; sdb; bpftrace.
    Rule::Whole, ["+0x", "("], r"[A-Za-z_][\w`.$]*(?:\+0x[0-9a-f]+)?\([^()]*\)";
    Rule::Whole, ["+"], r"[A-Za-z_][\w`.$]*(?:\+(?:0x[0-9a-f]+|\d+))?";
    // What crash puts behind the frame of an exception.
    Rule::Next, ["[exception RIP: "], r"^\s*#\d+ \[[0-9a-f]+\] .*(\[exception RIP: )";
    // Trees of calls on macOS: only the count before a function tells where it begins.
    Rule::Next, [") ["], r"^[\s+!:|]*\d+ +\S.*?\[0x[0-9a-f,x]+\](?:\s+[^\s\[\]]+:\d+)?\s+((?:[+!:|] *)*\d+ +[^\s\d])";
    Rule::Next, [") + "], r"^[\s+!:|]*\d+ +\S.*?\[0x[0-9a-f,x]+\](?:\s+[^\s\[\]]+:\d+)?\s+((?:[+!:|] *)*\d+ +[^\s\d])";
};

/// Where further records of these forms begin in a line.
pub(super) fn cuts(text: &str, cuts: &mut Vec<usize>) {
    for form in &FORMS {
        if form.holds.iter().all(|needle| text.contains(needle)) {
            form.cut(text, cuts);
        }
    }
}

impl Form {
    fn cut(&self, text: &str, cuts: &mut Vec<usize>) {
        match self.rule {
            Rule::Begin => self.cut_at_begin(text, cuts),
            Rule::Count(base) => self.cut_at_count(text, base, cuts),
            Rule::Chain => self.cut_chain(text, cuts),
            Rule::Whole => self.cut_whole(text, cuts),
            Rule::Next => self.cut_at_next(text, cuts),
        }
    }

    fn cut_at_begin(&self, text: &str, cuts: &mut Vec<usize>) {
        let mut found = self.record.find_iter(text).map(|found| start(text, found.start()));
        let Some(first) = found.next() else { return };
        let head = text[..first].trim();
        // go-deadlock prints the place of a lock behind the goroutine that takes it.
        if head.starts_with("goroutine ") {
            cuts.push(first);
        } else if !head.is_empty() {
            return;
        }
        cuts.extend(found.filter(|at| is_free(text, *at)));
    }

    fn cut_at_count(&self, text: &str, base: u32, cuts: &mut Vec<usize>) {
        let mut expected = None;
        for found in self.record.captures_iter(text) {
            let (Some(all), Some(number)) = (found.get(0), found.get(1)) else { continue };
            let number = u32::from_str_radix(number.as_str(), base).ok();
            let at = start(text, all.start());
            match (expected, number) {
                (None, Some(number)) if text[..at].trim().is_empty() => expected = Some(number + 1),
                (None, _) => return,
                (Some(next), Some(number)) if next == number => {
                    cuts.push(at);
                    expected = Some(number + 1);
                }
                _ => {}
            }
        }
    }

    fn cut_chain(&self, text: &str, cuts: &mut Vec<usize>) {
        let mut end = None;
        for found in self.record.find_iter(text) {
            if end.is_some_and(|end| end < found.start() && text[end..found.start()].trim().is_empty()) {
                cuts.push(found.start());
            }
            end = Some(found.end());
        }
    }

    fn cut_whole(&self, text: &str, cuts: &mut Vec<usize>) {
        let (mut end, mut starts, mut offsets) = (0, Vec::new(), 0);
        for found in self.record.find_iter(text) {
            let between = &text[end..found.start()];
            if !between.trim().is_empty() || (between.is_empty() && end > 0) {
                return;
            }
            offsets += usize::from(found.as_str().contains('+'));
            starts.push(found.start());
            end = found.end();
        }
        // A thread begins in a function without an offset, and a panic ends in one.
        if text[end..].trim().is_empty() && offsets > 0 && offsets + 1 >= starts.len() {
            cuts.extend(starts.into_iter().skip(1));
        }
    }

    fn cut_at_next(&self, text: &str, cuts: &mut Vec<usize>) {
        let mut from = 0;
        while let Some(next) = self.record.captures(&text[from..]).and_then(|found| found.get(1)) {
            from += next.start();
            cuts.push(from);
        }
    }
}

/// A match may take the blank before it.
fn start(text: &str, at: usize) -> usize {
    at + text[at..].len() - text[at..].trim_start().len()
}

/// Whether a blank or the end of a call stands before it.
fn is_free(text: &str, at: usize) -> bool {
    text[..at].chars().next_back().is_none_or(|c| c.is_whitespace() || matches!(c, ')' | ']'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> Vec<&str> {
        let mut at = Vec::new();
        cuts(text, &mut at);
        at.sort_unstable();
        at.dedup();
        let ends = at.iter().copied().chain([text.len()]);
        std::iter::once(0).chain(at.iter().copied()).zip(ends).map(|(start, end)| text[start..end].trim()).collect()
    }

    #[test]
    fn records_that_follow_each_other_are_cut() {
        for records in [
            &["0# bank::move(int) at /src/a.cpp:51", "1# main at /src/a.cpp:5"][..],
            &["* frame #0: 0x018f4 libk`__wait + 8", "frame #1: 0x018f5 bankd`main at main.c:31:5"],
            &[
                "00 00007ffb`2c8a1c3e     : 00000000`00000000 : ntdll!A+0x14",
                "01 (Inline Function) : -- : bankd!G::G+0x9",
            ],
            &["4.000010  fffffa8003c41040 ffffc5a1 Blocked    nt!KiSwap+0x7a", "nt!KiCommit+0x1d2"],
            &["==7==    at 0x4843: ??? (in /usr/lib/v.so)", "==7==    by 0x1091FD: review (abba.c:6)"],
            &[
                "[ffffc90000423518] mas_mab_cp at ffffffff819db568",
                "[ffffc90000423520] demo at ffffffff819db7fc [demo]",
            ],
            &["@     0x7f4c0dea7050  (unknown)  (unknown)", "@     0x55f0c0de1234         64  bank::move()"],
            &["./bt(+0x118e)[0x55809a66918e]", "/lib/libc.so.6(main+0x3c)[0x7f4c0dea7050]"],
            &["mi_switch() at mi_switch+0xdb/frame 0xfffe", "sleepq_wait() at sleepq_wait+0x2c/frame 0xffff"],
            &["feee0f35 read     (0, 80632a0, 2000)", "08051cc5 cat      (806b2c0, 8047adc) + 7e"],
            &["=> schedule", "=> mutex_lock"],
            &["bank.go:31 bank.(*L).Transfer { l.mu.Lock() } <<<<<", "main.go:14 main.f { ledger.Transfer(a, b, 10) }"],
            &[
                "414297 f.(*p).g+0x277 (/usr/bin/go)",
                "52f4b3 text/t.h+0x1f3 (/usr/bin/go)",
                "5f00 [unknown] ([unknown])",
            ],
            &["vpanic(fe96c300)", "turnstile_block+0x2ff(d07ea5f0, 0)"],
            &["cv_wait+0x74", "taskq_thread_wait+0xbc", "thread_exit"],
            &["io_schedule+1", "folio_wait_bit_common+317"],
            &["#7 [ffffb954506b3d40] page_fault at ffffffffb360116e", "[exception RIP: f+0x11]"],
            &["1001  main + 144 (bankd + 16016) [0x100e03e90]", "1001  join + 608 (libp.dylib + 40224) [0x18f4f9d20]"],
        ] {
            assert_eq!(parts(&records.join(" ")), records);
        }
    }

    #[test]
    fn other_lines_stay_whole() {
        for line in [
            "#1 [ffffc90000423518] mas_mab_cp at ffffffff819db568",
            "see frame #3: 0x1 and frame #4: 0x2",
            "f+0x1 was called, g+0x2 was not",
            "Thread 7 (LWP 12 \"a\") in 1# 2# 4#",
            "fffffe8000a2e650 turnstile_block+0x80d(0, 0)",
            "a=b c+1",
        ] {
            assert_eq!(parts(line), [line]);
        }
    }
}
