//! Columns of `ps` and `top`: by the words of a header, by the list behind `-o`, and the usual layouts.

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Column {
    /// Process, or the thread where there is no other column for it.
    Pid,
    /// Thread.
    Tid,
    /// Parent process.
    Parent,
    /// State.
    State,
    /// CPU on which it runs or ran last.
    Cpu,
    /// Number of threads.
    Threads,
    /// A whole number without meaning here; `-` too.
    Number,
    /// Percent or the like.
    Decimal,
    /// Size with or without unit.
    Size,
    /// CPU time: `0:01`, `00:00:01`, `1-02:03:04`, `0:00.00`.
    Time,
    /// Clock time or date; one word or two (`Apr 16`).
    Start,
    /// A full date of five words.
    LongStart,
    /// A user's name or number.
    User,
    /// Any word.
    Word,
    /// The thread's name.
    Comm,
    /// Command line.
    Args,
    /// The one or the other.
    Command,
}

use Column::{
    Args, Comm, Command, Cpu, Decimal, LongStart, Number, Parent, Pid, Size, Start, State, Threads, Tid, Time, User,
    Word,
};

impl Column {
    /// Whether it names the program.
    pub(super) fn is_command(self) -> bool {
        matches!(self, Comm | Args | Command)
    }

    /// The column of a word of a header.
    fn of_header(word: &str) -> Option<Self> {
        Some(match word {
            "PID" | "TGID" => Pid,
            "LWP" | "SPID" | "TID" => Tid,
            "PPID" => Parent,
            "S" | "STAT" | "STATE" | "ST" => State,
            "PSR" | "P" | "CPUID" => Cpu,
            "NLWP" | "THCNT" | "THR" => Threads,
            "PGID" | "PGRP" | "SID" | "SESS" | "TPGID" | "PRI" | "PR" | "NI" | "C" | "CP" | "RTPRIO" | "GID" | "F"
            | "TNI" => Number,
            "%CPU" | "%MEM" | "%VSZ" | "PCPU" | "PMEM" => Decimal,
            "VSZ" | "VIRT" | "RSS" | "RES" | "SHR" | "SIZE" | "SZ" | "RSZ" | "SWAP" => Size,
            "TIME" | "TIME+" => Time,
            "START" | "STIME" => Start,
            "STARTED" => LongStart,
            "USER" | "UID" | "RUSER" | "EUSER" | "OWNER" | "UNAME" => User,
            "ADDR" | "WCHAN" | "NWCHN" | "TTY" | "TT" | "ELAPSED" | "CLS" | "CLASS" | "POL" | "PCY" | "SCH" | "CPU"
            | "LABEL" | "GROUP" | "CGROUP" | "BIT" | "NUMA" => Word,
            "COMM" => Comm,
            "ARGS" => Args,
            "COMMAND" | "CMD" | "NAME" => Command,
            _ => return None,
        })
    }

    /// The column of a word behind `-o`.
    fn of_format(word: &str) -> Self {
        match word {
            "pid" | "tgid" => Pid,
            "tid" | "lwp" | "spid" => Tid,
            "ppid" => Parent,
            "s" | "stat" | "state" => State,
            "psr" => Cpu,
            "nlwp" | "thcount" => Threads,
            "comm" | "ucmd" | "ucomm" | "fname" => Comm,
            "args" | "cmd" | "command" => Args,
            "user" | "uid" | "euser" | "ruser" | "euid" | "ruid" | "uname" => User,
            "lstart" => LongStart,
            "start" | "stime" | "start_time" | "bsdstart" => Start,
            "time" | "cputime" | "bsdtime" => Time,
            _ => Word,
        }
    }

    /// Whether a word can stand in the column.
    pub(super) fn fits(self, word: &str) -> bool {
        let digits = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit());
        match self {
            Pid | Tid | Parent | Threads => digits(word) && word.len() < 10,
            Cpu => word == "-" || word == "*" || digits(word),
            Number => matches!(word, "-" | "rt" | "RT") || digits(word.strip_prefix('-').unwrap_or(word)),
            Decimal => word.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b',' | b'%' | b'-')),
            Size => {
                let number = word.trim_end_matches(|c: char| "kKmMgGtTB".contains(c));
                word == "-" || number.split(['.', ',']).all(digits) && word.len() - number.len() <= 2
            }
            Time => {
                word == "-"
                    || word.contains(':')
                        && word.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b':' | b'-' | b'.' | b'h'))
                    || digits(word)
            }
            State => is_state(word),
            User => word.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_'),
            Start | LongStart | Word | Comm | Args | Command => true,
        }
    }
}

/// A state letter and its marks: `Ss`, `D<`, `IW<`, `Sl+`; Solaris and BSD letters too.
fn is_state(word: &str) -> bool {
    let mut letters = word.bytes();
    letters.next().is_some_and(|letter| b"RSDTtXxZIWPOUL-".contains(&letter))
        && word.len() <= 8
        && letters.all(|mark| b"<NLsl+WEXVJACHcI>".contains(&mark))
}

/// The columns of a header; `None` where the line is none.
pub(super) fn of_header(text: &str) -> Option<Vec<Column>> {
    if !text.contains("PID") && !text.contains("LWP") && !text.contains("TID") {
        return None;
    }
    let columns: Vec<Column> = text.split_whitespace().map(Column::of_header).collect::<Option<_>>()?;
    let named = columns.iter().any(|column| matches!(column, Pid | Tid));
    (named && columns.len() > 1).then_some(columns)
}

/// The columns of a list behind `-o`: `pid,wchan:28,comm`, `pid=,args`.
pub(super) fn of_format(list: &str) -> Vec<Column> {
    list.split(',')
        .filter(|word| !word.is_empty())
        .map(|word| Column::of_format(word.split([':', '=']).next().unwrap_or(word).to_ascii_lowercase().as_str()))
        .collect()
}

/// Layouts of rows whose header was filtered away, the surest first.
pub(super) static LAYOUTS: &[&[Column]] = &[
    // ps aux
    &[User, Pid, Decimal, Decimal, Size, Size, Word, State, Start, Time, Args],
    // ps -eLf
    &[User, Pid, Parent, Tid, Number, Threads, Start, Word, Time, Args],
    // ps -elf
    &[Number, State, User, Pid, Parent, Number, Number, Number, Word, Size, Word, Start, Word, Time, Args],
    // ps -ef
    &[User, Pid, Parent, Number, Start, Word, Time, Args],
    // ps axjf
    &[Parent, Pid, Number, Number, Word, Number, State, Number, Time, Args],
    // ps -T, ps -eL
    &[Pid, Tid, Word, Time, Comm],
    // ps -e
    &[Pid, Word, Time, Comm],
    // ps ax
    &[Pid, Word, State, Time, Args],
    // busybox: with sizes and states, with times
    &[Pid, User, Size, State, Args],
    &[Pid, User, Time, Args],
    // Android
    &[User, Pid, Parent, Size, Size, Word, Word, State, Args],
];

/// Whether a layout is sure enough without a header: times must hold a colon, percentages a point.
pub(super) fn is_sure(column: Column, word: &str) -> bool {
    match column {
        Time => word.contains(':'),
        Decimal => word.contains(['.', ',']),
        State => word != "-",
        _ => true,
    }
}
