//! Commands at gdb's prompt, and shell commands that run gdb.

use super::{GdbReader, expression};
use crate::builder::Builder;
use crate::text::{Command, Tool};
use std::collections::VecDeque;

/// What the last command asked for.
#[derive(Debug, Default)]
pub(super) struct Asked {
    /// Frames of the selected thread.
    pub(super) stack: bool,
    /// Rows of all threads.
    pub(super) rows: bool,
    /// Stacks of all threads.
    pub(super) all: bool,
    /// So many frames at most.
    limit: Option<usize>,
    /// Values to print.
    expressions: VecDeque<String>,
    /// Number of the selected frame.
    frame: u32,
}

impl Asked {
    pub(super) fn expression(&self) -> Option<&str> {
        self.expressions.front().map(String::as_str)
    }

    /// The expression whose value comes now.
    pub(super) fn answered(&mut self) -> Option<String> {
        self.expressions.pop_front()
    }

    pub(super) fn frame(&self) -> u32 {
        self.frame
    }

    /// Whether a stack of so many frames ends because no more were asked for.
    pub(super) fn cuts(&self, frames: usize) -> bool {
        self.limit == Some(frames)
    }

    /// A command without `thread apply`.
    fn command(&mut self, text: &str) {
        let mut words = text.split([' ', '/']).filter(|word| !word.is_empty());
        match words.next().unwrap_or("") {
            "bt" | "backtrace" | "where" => {
                self.stack = true;
                self.limit = words.find_map(|word| word.trim_start_matches('-').parse().ok());
            }
            "info" | "i" if words.next().is_some_and(|word| word.starts_with("th")) => {
                // With numbers behind it only those are shown.
                self.rows = words.next().is_none_or(|word| word.starts_with('-'));
            }
            "thread" | "t" | "taas" | "tfaas" => self.apply(text),
            _ => self.expressions.extend(expression::printed(text).map(str::to_owned)),
        }
    }

    fn apply(&mut self, text: &str) {
        let Some((_, rest)) = text.split_once("apply ") else { return };
        let rest = rest.trim_start();
        let Some((who, what)) = rest.split_once(' ') else { return };
        let what = what.trim_start().trim_start_matches(['-', ' ']);
        let what = what.strip_prefix("q ").or_else(|| what.strip_prefix("s ")).unwrap_or(what);
        self.command(what);
        self.all = who == "all" && self.stack;
        self.stack = false;
    }
}

impl GdbReader {
    /// Takes a command; whether it means something to gdb.
    pub(super) fn obey(&mut self, command: &Command, out: &mut Builder) -> bool {
        match command.tool {
            Tool::Gdb => {
                self.typed(command, out);
                true
            }
            Tool::Shell => self.shell(command, out),
            _ => false,
        }
    }

    fn typed(&mut self, command: &Command, out: &mut Builder) {
        let text = command.text.trim();
        let frame = self.asked.frame;
        self.end_listings(out);
        self.asked = Asked { frame, ..Asked::default() };
        self.adrift = false;
        self.echo = false;
        self.asked.command(text);
        let mut words = text.split_whitespace();
        match (words.next().unwrap_or(""), words.next()) {
            ("attach", Some(pid)) => {
                if let Ok(pid) = pid.parse() {
                    self.attached(pid, command.line, out);
                }
            }
            ("thread" | "t", Some(number)) => {
                if let Ok(number) = number.parse() {
                    let keys = self.session(out).numbered(number);
                    self.select(keys, out);
                    self.asked.frame = 0;
                }
            }
            // All of them let the program run, or take another one.
            (
                "c" | "continue" | "r" | "run" | "start" | "n" | "next" | "s" | "step" | "si" | "ni" | "fin" | "finish"
                | "u" | "until" | "advance" | "signal" | "jump" | "call" | "core-file" | "core" | "target" | "inferior",
                _,
            ) => {
                self.session(out).runs();
            }
            ("frame" | "f", number) => {
                self.echo = true;
                self.asked.frame = number.and_then(|number| number.parse().ok()).unwrap_or(frame);
            }
            ("up", number) => {
                self.echo = true;
                self.asked.frame = frame.saturating_add(number.and_then(|number| number.parse().ok()).unwrap_or(1));
            }
            ("down", number) => {
                self.echo = true;
                self.asked.frame = frame.saturating_sub(number.and_then(|number| number.parse().ok()).unwrap_or(1));
            }
            _ => {}
        }
    }

    /// `gdb -p 4711 -batch -ex 'thread apply all bt'`, `pstack 4711`.
    fn shell(&mut self, command: &Command, out: &mut Builder) -> bool {
        let text = command.text.trim();
        let mut words = text.split_whitespace().skip_while(|word| *word == "sudo" || word.contains('='));
        let tool = words.next().map_or("", |word| word.rsplit('/').next().unwrap_or(word));
        if !matches!(tool, "gdb" | "pstack" | "gstack") {
            return false;
        }
        self.end_listings(out);
        self.asked = Asked::default();
        self.adrift = false;
        if self.sessions.last().is_none_or(|session| session.is_used() || session.pid.is_some()) {
            self.start(out);
        }
        let whole = !text.contains('|');
        self.asked.all = tool != "gdb" && whole;
        for part in expression::batch(text) {
            let mut asked = Asked::default();
            asked.command(part);
            self.asked.all |= asked.all && whole;
            self.asked.rows |= asked.rows && whole;
            self.asked.limit = self.asked.limit.or(asked.limit);
            self.asked.expressions.append(&mut asked.expressions);
        }
        self.echo = tool == "gdb";
        if let Some(pid) = process(text) {
            self.attached(pid, command.line, out);
        }
        true
    }

    /// gdb looks at this process from now on.
    pub(super) fn attached(&mut self, pid: u32, line: u32, out: &mut Builder) {
        let session = self.session(out);
        if session.is_used() || session.pid.is_some_and(|known| known != pid) {
            self.start(out);
        }
        let session = self.session(out);
        if session.pid.is_none() {
            (session.pid, session.pid_line) = (Some(pid), line);
        }
    }

    /// gdb has let go of the process: what comes is of another run.
    pub(super) fn detached(&mut self, pid: u32, line: u32, out: &mut Builder) {
        self.end_group(out);
        if self.sessions.is_empty() {
            return;
        }
        self.end_listings(out);
        if let Some(session) = self.sessions.last_mut() {
            session.over = true;
            if session.pid.is_none() {
                (session.pid, session.pid_line) = (Some(pid), line);
            }
        }
    }
}

/// The process that a shell command names.
fn process(text: &str) -> Option<u32> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let after = words.windows(2).find_map(|pair| match pair {
        ["-p" | "--pid" | "-pid" | "pstack" | "gstack" | "attach", pid] => pid.parse().ok(),
        _ => None,
    });
    let joined =
        || words.iter().find_map(|word| word.strip_prefix("--pid=").or_else(|| word.strip_prefix("-p"))?.parse().ok());
    // `gdb PROGRAM PID`
    let last = || words.get(2).filter(|_| words.len() == 3 && !words[1].starts_with('-'))?.parse().ok();
    after.or_else(joined).or_else(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processes_of_shell_commands() {
        for (text, pid) in [
            ("gdb -p 4711", Some(4711)),
            ("gdb --pid=4711 -batch -ex bt", Some(4711)),
            ("pstack 12 > /tmp/x", Some(12)),
            ("gdb ./bankd 99", Some(99)),
            ("gdb ./bankd core", None),
        ] {
            assert_eq!(process(text), pid, "{text}");
        }
    }

    #[test]
    fn what_is_asked_for() {
        let asked = |text: &str| {
            let mut asked = Asked::default();
            asked.command(text);
            (asked.stack, asked.rows, asked.all, asked.limit)
        };
        assert_eq!(asked("bt full 3"), (true, false, false, Some(3)));
        assert_eq!(asked("thread apply all bt"), (false, false, true, None));
        assert_eq!(asked("thread apply all -q bt 1"), (false, false, true, Some(1)));
        assert_eq!(asked("thread apply 3 4 bt"), (false, false, false, None));
        assert_eq!(asked("info threads"), (false, true, false, None));
        assert_eq!(asked("info threads 2 3"), (false, false, false, None));
    }
}
