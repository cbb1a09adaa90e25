//! Prompts: which tool a command was typed at, and the command.

use super::Tool;
use super::pattern::pattern;
use regex::Regex;
use std::sync::LazyLock;

/// Byte strings of which one stands in every prompt that matters.
pub(crate) const NEEDLES: &[&str] = &[
    "crash> ",
    "crash64> ",
    "(gdb)",
    "(lldb)",
    "/proc/",
    ">>> ",
    "::",
    "/J",
    "> $",
    "# ps",
    "$ ps",
    "# cat ",
    "$ cat ",
    "# gdb",
    "$ gdb",
    "gdb -p",
    "gstack ",
    "pstack ",
    "eu-stack ",
    "# crash",
    "mdb ",
    "py-spy ",
    "procstat ",
    "db> ",
    "db{",
    "mon> ",
    // What is hidden behind a page's or an editor's characters shows only once they are plain.
    "\u{ff1a}",
    "\u{ff08}",
    "\u{a0}",
    "\u{200b}",
    "[&lt;",
    "=&gt;",
    "&nbsp;",
    "crash&gt;",
    "crash64&gt;",
    "&gt;&gt;&gt; ",
];

/// `[root@host ~]# `, `user@host:/dir$ `, `/var/log# `, `# `, `$ `, `bash-5.1# `.
static SHELL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^ *(?:\[[^\]\s]+@[^\]]*\] ?[#$]|[\w.-]+@[\w.-]+:[^#$]*[#$]|(?:[~/][\w./~-]*) ?[#$]|(?:ba|z|k|a)?sh(?:-[\d.]+)?[#$]|[\w.-]{1,40}[#$]|[#$]) +(\S.*)$",
    )
});

/// Shell commands whose output is read; a line that begins so is a command even where its prompt was lost.
static COMMAND: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^ *(?:sudo +)?(?:cat|tail|head|grep|more|ls|ps|gdb|crash|mdb|pstack|gstack|eu-stack|py-spy|jstack|procstat|dmesg|sysctl|ss|lsof|for|echo|top|pidof|cd|strace|kill)\b",
    )
});

/// A path that only a command about a process names.
static PROC_COMMAND: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^ *(?:sudo +)?(?:cat|tail|head|grep|more|ls)\b[^|;]* /proc/\S+"));

/// mdb and kmdb: `> addr::dcmd`, `> $C`, `[0]> ::stack`.
static MDB: LazyLock<Regex> = LazyLock::new(|| pattern(r"^ *(?:\[\d+\])?> *(\S*(?:::|/[JKXsD]\b|\$[cCr]\b|\$<).*|)$"));

/// Debuggers inside kernels: `db> bt`, `db{0}> `, `ddb{1}> `, `[0]kdb> bta`, `1:mon> t`.
static KERNEL: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^ *(?:d?db(?:\{\d+\})?|\[\d+\](?:more|kdb)|kdb|[0-9a-f]{1,3}:mon)> ?(.*)$"));

/// The command at the prompt that begins this line, with its tool.
pub(crate) fn command(text: &str) -> Option<(Tool, &str)> {
    let start = text.trim_start();
    for (prompt, tool) in [
        ("crash> ", Tool::Crash),
        ("crash64> ", Tool::Crash),
        ("(gdb) ", Tool::Gdb),
        ("(lldb) ", Tool::Lldb),
        (">>> ", Tool::Python),
    ] {
        if let Some(typed) = start.strip_prefix(prompt) {
            return Some((tool, typed));
        }
    }
    match start.trim_end() {
        "crash>" | "crash64>" => return Some((Tool::Crash, "")),
        "(gdb)" => return Some((Tool::Gdb, "")),
        "(lldb)" => return Some((Tool::Lldb, "")),
        _ => {}
    }
    // Minimal builds show their version: `crash-7.1> `.
    if let Some((version, typed)) = start.strip_prefix("crash-").and_then(|rest| rest.split_once("> "))
        && version.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
    {
        return Some((Tool::Crash, typed));
    }
    if (start.contains("db> ") || start.contains("db{") || start.contains(":mon>"))
        && let Some(typed) = KERNEL.captures(text).and_then(|found| found.get(1))
    {
        return Some((Tool::Kernel, typed.as_str()));
    }
    if start.starts_with(['>', '['])
        && let Some(typed) = MDB.captures(text).and_then(|found| found.get(1))
    {
        return Some((Tool::Mdb, typed.as_str()));
    }
    if (start.contains("# ") || start.contains("$ "))
        && let Some(typed) = SHELL.captures(text).and_then(|found| found.get(1))
    {
        // Comments and Markdown headings begin like a root prompt, frames of Boost (`0# f`) like that of a host: only a
        // known command is one.
        let numbered = start.starts_with(|c: char| c.is_ascii_digit());
        if !(numbered || start.starts_with(['#', '$'])) || COMMAND.is_match(typed.as_str()) {
            return Some((Tool::Shell, typed.as_str()));
        }
    }
    (text.contains(" /proc/") && PROC_COMMAND.is_match(text)).then_some((Tool::Shell, start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prompts_of_every_tool() {
        for (text, tool, typed) in [
            ("[root@localhost ~]# cat /proc/31969/stack", Tool::Shell, "cat /proc/31969/stack"),
            ("/var/log# cat /proc/15264/stack", Tool::Shell, "cat /proc/15264/stack"),
            ("# cat /proc/1528591/stack ", Tool::Shell, "cat /proc/1528591/stack "),
            ("user@box:~$ ps aux", Tool::Shell, "ps aux"),
            ("cat /proc/97/stack", Tool::Shell, "cat /proc/97/stack"),
            ("crash> bt -f 107", Tool::Crash, "bt -f 107"),
            ("crash-7.1> ps", Tool::Crash, "ps"),
            ("(gdb) thread 35", Tool::Gdb, "thread 35"),
            ("> 0xffffffffa69be740::findstack -v", Tool::Mdb, "0xffffffffa69be740::findstack -v"),
            ("[0]> ::stacks", Tool::Mdb, "::stacks"),
            ("db> show alllocks", Tool::Kernel, "show alllocks"),
            ("ddb{1}> trace /p 0t12", Tool::Kernel, "trace /p 0t12"),
            ("[0]kdb> bta", Tool::Kernel, "bta"),
            ("1:mon> t", Tool::Kernel, "t"),
            (">>> prog.stack_trace(109)", Tool::Python, "prog.stack_trace(109)"),
        ] {
            assert_eq!(command(text), Some((tool, typed)), "{text}");
        }
    }

    #[test]
    fn what_is_no_prompt() {
        for text in [
            "# Heading of a ticket",
            "#0  0x1 in f ()",
            "[<0>] do_wait+0x1/0x2",
            "> quoted prose",
            " 0# bank::move(int) at /src/bank.cpp:12",
            "#1 [ffff] f at ffff",
        ] {
            assert_eq!(command(text), None, "{text}");
        }
    }
}
