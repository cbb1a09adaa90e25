//! What a `ps` or `top` command lists.

use super::columns::{Column, of_format};
use crate::text::shell;

/// A command that prints a table of tasks.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Typed {
    /// Lines were filtered away.
    pub(super) filtered: bool,
    /// Threads are asked for (`-L`, `-T`, `-H`).
    pub(super) threads: bool,
    /// The one process asked for (`-p PID`).
    pub(super) process: Option<u32>,
    /// Columns asked for (`-o`).
    pub(super) columns: Vec<Column>,
}

/// The command in what was typed; `None` where it is another one.
pub(super) fn parse(text: &str) -> Option<Typed> {
    let stage = text.split([';', '&']).find(|stage| position(stage).is_some())?;
    let words: Vec<&str> = stage.split('|').next().unwrap_or(stage).split_whitespace().collect();
    let start = position(stage)?;
    let mut typed = Typed { filtered: !shell::shows_all(stage), ..Typed::default() };
    let mut words = words.get(start + 1..)?.iter().copied().peekable();
    while let Some(word) = words.next() {
        let flags = word.strip_prefix('-').unwrap_or(word);
        if let Some(list) = word.strip_prefix("--format=") {
            typed.columns.extend(of_format(list));
            continue;
        }
        if word.starts_with("--pid") || flags.ends_with('p') && flags.len() < 6 && !word.starts_with("--") {
            let value = word.split_once('=').map(|(_, value)| value).or_else(|| words.peek().copied());
            typed.process = value.and_then(|value| value.parse().ok());
        } else if let Some(pid) = flags.strip_prefix('p').and_then(|pid| pid.parse().ok()) {
            typed.process = Some(pid);
        }
        if word.starts_with('-') && !word.starts_with("--") || flags.bytes().all(|byte| byte.is_ascii_alphabetic()) {
            // `-eLo pid,comm`, `axo pid,comm`, `-opid,comm`
            if let Some((options, list)) = flags.split_once(['o', 'O']) {
                let list = if list.is_empty() { words.next().unwrap_or("") } else { list };
                typed.columns.extend(of_format(list));
                typed.threads |= options.contains(['L', 'T', 'H']);
            } else {
                typed.threads |= flags.contains(['L', 'T', 'H']);
            }
        }
    }
    Some(typed)
}

/// Which word of the command is the program.
fn position(stage: &str) -> Option<usize> {
    let words: Vec<&str> = stage.split('|').next()?.split_whitespace().collect();
    let at = words.iter().position(|word| matches!(shell::base_name(word), "ps" | "top"))?;
    let before = words.get(at.checked_sub(1).unwrap_or(usize::MAX)).copied().unwrap_or("");
    // `docker ps` lists containers, `man ps` explains.
    (!matches!(before, "docker" | "podman" | "crictl" | "nerdctl" | "compose" | "man" | "grep" | "-C" | "which"))
        .then_some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands() {
        for (text, filtered, threads, process, columns) in [
            ("ps aux", false, false, None, 0),
            ("ps aux|grep D", true, false, None, 0),
            ("/usr/bin/ps -eLo pid,tid,stat,psr,wchan:32,comm", false, true, None, 6),
            ("ps -T -p 4731", false, true, Some(4731), 0),
            ("ps -Lp 4731", false, true, Some(4731), 0),
            ("top -H -b -n1 -p 12", false, true, Some(12), 0),
            ("ps -o pid,ppid,stat,args", false, false, None, 4),
            ("sudo ps -ef | sort", false, false, None, 0),
            ("docker exec -it x ps aux", false, false, None, 0),
        ] {
            let typed = parse(text).unwrap_or_else(|| panic!("{text}"));
            let seen = (typed.filtered, typed.threads, typed.process, typed.columns.len());
            assert_eq!(seen, (filtered, threads, process, columns), "{text}");
        }
        for text in ["docker ps", "cat /proc/97/stack", "cd /opt/ps-tools", "grep ps file"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
