//! Lines that cannot be whole, or cannot begin a record: the rest of a record of which the line above has the head.
//!
//! Each form is one of a tool's own: what it prints behind these words, and what it never prints at the beginning of a
//! line. A mailer that breaks at blanks makes such pairs; nobody else does.

/// Words that begin a line of a debugger's session in spite of their bracket.
const PROMPTS: [&str; 6] = ["(gdb)", "(lldb)", "(kgdb)", "(dbx)", "(XEN)", "(more"];

/// Whether the second line can only be the rest of the first one.
pub(super) fn is_rest(line: &str, next: &str) -> bool {
    let (line, rest) = (line.trim_end(), next.trim());
    let indent = next.len() - next.trim_start().len();
    let Some(first) = rest.split_ascii_whitespace().next() else { return false };
    if line.ends_with("Args to Child") {
        return rest == ": Call Site";
    }
    if line.ends_with('.') || line.is_empty() || indent > 6 || next.starts_with('\t') {
        return false;
    }
    if indent <= 2 && (closes(line, rest, first) || of_debugger(line, rest, first)) {
        return true;
    }
    of_kernel(line, rest, first) || (indent == 0 && (of_runtime(line, rest, first) || of_windows(line, rest, first)))
}

/// Whether the second line can only be what was cut off from a word of the first one.
pub(super) fn is_cut(line: &str, next: &str) -> bool {
    // The place of a Go call.
    let place = |text: &str| [".go:", ".s:"].iter().any(|end| text.contains(end));
    line.starts_with("\t/") && !place(line) && !line.contains(' ') && place(next) && !next.starts_with(['\t', ' ', '/'])
}

/// What stands behind a name: its library, its offset, its place.
fn closes(line: &str, rest: &str, first: &str) -> bool {
    match first.as_bytes().first() {
        Some(b'(') => {
            !line.ends_with(')')
                && !first.starts_with("((")
                && !PROMPTS.iter().any(|prompt| first.starts_with(prompt))
                && is_call(line)
        }
        // Arguments of a template.
        Some(b'>') => (first.starts_with(">::") || rest.starts_with("> >")) && line.contains('<'),
        Some(b'+') => (first.starts_with("+0x") || first == "+") && is_call(line),
        Some(b'[') => {
            let word = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
            let inner = rest.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
            let module = inner.is_some_and(|inner| !inner.is_empty() && word(inner));
            (module && (line.contains("+0x") || ends_in_address(line)))
                || (first.starts_with("[0x") && line.contains(" + "))
        }
        _ => false,
    }
}

/// Whether a line looks like the head of a frame and not like prose.
fn is_call(line: &str) -> bool {
    let text = line.trim_start();
    let count = text.trim_start_matches(['+', '!', ':', '|', ' ', '*']);
    text.starts_with('#')
        || text.starts_with("frame #")
        || count.starts_with(|c: char| c.is_ascii_digit())
        || ["0x", "::", ".go:", ".c:", "__", " (in"].iter().any(|sign| text.contains(sign))
}

fn of_debugger(line: &str, rest: &str, first: &str) -> bool {
    let text = line.trim_start();
    let is_address = |word: &str| word.strip_prefix("0x").is_some_and(|digits| digits.len() >= 8);
    // What must be followed by a function, a place or a library.
    if [" at", " in", " from"].iter().any(|end| line.ends_with(end)) && text.contains("0x") && !first.starts_with('#') {
        return true;
    }
    if line.ends_with(" Thread") || (line.contains("(LWP ") && !line.ends_with(':') && rest.contains(" in ")) {
        return is_address(first);
    }
    match first {
        "at" => {
            let place = rest.split_ascii_whitespace().nth(1).unwrap_or("");
            return line.ends_with(')') && place.contains(':') && !place.contains('(');
        }
        "from" => return line.ends_with(')') && rest.starts_with("from /"),
        "in" => return ends_in_address(line) && rest.contains('('),
        _ => {}
    }
    if rest.starts_with('#') || rest.starts_with("Thread ") {
        return false;
    }
    // `#4  0x000000000045715c in void`: a function is never without its brackets.
    if text.starts_with('#')
        && let Some((_, name)) = text.split_once(" in ")
        && !name.contains(['(', '/', '`', '+'])
        && rest.contains(['(', ':'])
    {
        return true;
    }
    // A row of `info threads` without its frame.
    let row = text.trim_start_matches(['*', ' ']);
    let digits = row.bytes().take_while(u8::is_ascii_digit).count();
    let target = row.get(digits..).unwrap_or("").trim_start();
    if digits > 0 && (target.starts_with("Thread 0x") || target.starts_with("LWP ")) && line.ends_with(['"', ')']) {
        return rest.contains(" (")
            && !first.starts_with(|c: char| c == '*' || c.is_ascii_digit() && !first.starts_with("0x"));
    }
    // `frame #0: 0x000000018f4be5ec`
    if let Some((_, frame)) = text.split_once("frame #") {
        return ends_in_address(line) && frame.split_ascii_whitespace().count() == 2 && first.contains('`');
    }
    // `    #0 pthread_mutex_lock`, and its file.
    if text.starts_with('#') && text.split_ascii_whitespace().count() == 2 {
        return first.starts_with("../") || first.starts_with('/');
    }
    // `    +                 825`: the name of the call behind its count.
    let count = text.trim_start_matches(['+', '!', ':', '|', ' ']);
    text.len() > count.len() && !count.is_empty() && count.bytes().all(|byte| byte.is_ascii_digit())
}

fn of_kernel(line: &str, rest: &str, first: &str) -> bool {
    let hex = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if line.contains("task:") && line.contains("state:") {
        return ["flags:0x", "pid:", "ppid:", "tgid:"].iter().any(|word| first.starts_with(word));
    }
    if line.contains("INFO: task ") && line.contains(" blocked") && !line.contains(" second") {
        return rest.contains("second");
    }
    if line.contains("Thread 0x") && (first == "samples" || first == "priority") {
        return true;
    }
    if line.ends_with("COMMAND:") {
        return first.starts_with('"');
    }
    if first == "COMMAND:" {
        return line.contains("TASK:") || line.contains("CPU:");
    }
    let call = first.split_once("+0x").is_some_and(|(_, size)| size.contains("/0x"));
    if call && (line.ends_with(">]") || line.ends_with(" ?")) {
        return true;
    }
    // The flags of a task, behind the number of its parent.
    if rest.strip_prefix("0x").is_some_and(|digits| digits.len() == 8 && hex(digits)) {
        return line.ends_with(|c: char| c.is_ascii_digit())
            && (line.contains(" D") || line.contains(" R") || line.contains(" S"));
    }
    // `stack pointer for thread fffffe25a8c83460 (bhyve/1 [mevent]):`
    if line.starts_with("stack pointer for thread ") && line.ends_with(':') {
        return rest.len() >= 8 && hex(rest);
    }
    // A row of kdb, before the name.
    let row = line.strip_prefix("0x").filter(|_| ends_in_address(line)).map(|row| row.split_ascii_whitespace().count());
    row == Some(7) && rest == first
}

fn of_runtime(line: &str, rest: &str, first: &str) -> bool {
    let pairs = |text: &str| text.split_ascii_whitespace().filter(|word| is_pair(word)).count();
    if is_pair(first) && pairs(line) >= 2 {
        return true;
    }
    // The last words of a Java thread's head.
    if line.contains(" nid=") || line.starts_with("nid=") {
        return rest.ends_with(']') && rest.contains("[0x");
    }
    if line.ends_with(" at remote") {
        return first.starts_with("0x");
    }
    line.contains("POTENTIAL DEADLOCK:") && first == "goroutine:"
}

/// A word `name=value`.
fn is_pair(word: &str) -> bool {
    let Some((name, value)) = word.split_once('=') else { return false };
    !name.is_empty() && !value.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}

/// `k` with arguments: `00 00007ffb`2c8a1c3e : 00000000`00000000 …`.
fn of_windows(line: &str, rest: &str, first: &str) -> bool {
    let address = |word: &str| word.as_bytes().get(8) == Some(&b'`') && word.len() == 17;
    let begun = line.contains(" : ") && line.contains('`') && !line.contains('!');
    let goes_on = address(line.split_ascii_whitespace().next().unwrap_or("")) && line.ends_with(':');
    if begun || goes_on {
        return (address(first) && (rest.ends_with(':') || rest.contains(" : "))) || first.contains('!');
    }
    line.contains('!') && rest.starts_with('[') && rest.ends_with(']') && rest.contains(" @ ")
}

/// Whether the last word is an address.
fn ends_in_address(line: &str) -> bool {
    let word = line.rsplit(' ').next().unwrap_or("");
    let digits = word.strip_prefix("0x").unwrap_or(word);
    digits.len() >= 8 && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::is_rest;

    #[test]
    fn rests_of_records() {
        for (line, next) in [
            ("task:sh    state:D stack:0     pid:111   ppid:1", "     flags:0x00000002"),
            ("INFO: task sh:111 blocked for more than", "143 seconds."),
            ("\t ffffffff8106a5a6 native_queued_spin_lock_slowpath+0x66", "([kernel.kallsyms])"),
            ("    frame #0: 0x000000018f4be5ec", "libsystem_kernel.dylib`__psynch_mutexwait + 8"),
            ("  5    Thread 0x7f98b9d7c6c0 (LWP 4740) \"tbl-reader\"", "__futex_wait (futex_word=0x55592f747268"),
            ("#1  0x000000000044d522 in", "boost::condition_variable::wait(boost::mutex&) ()"),
            ("\"main\" #1 prio=5 os_prio=0 elapsed=13.14s", "tid=0x00007f9ea4017920 nid=0x1254 waiting on"),
            ("PID: 11       TASK: ffff888003e40000  CPU: 0    COMMAND:", "\"rcu_tasks_kthre\""),
        ] {
            assert!(is_rest(line, next), "{line} / {next}");
        }
    }

    #[test]
    fn records_of_their_own() {
        for (line, next) in [
            ("#1  0x000000000044d522 in main () at main.c:1", "#2  0x000000000044d523 in start ()"),
            ("Using host libthread_db library \"/lib/libthread_db.so.1\".", "__futex_wait (futex_word=0x5)"),
            ("#2  0x00007f7a2f1a5d6a in main (argc=1)", "(gdb) info threads"),
            (
                "  2    Thread 0x7f98bb57f6c0 (LWP 4735) \"x\" poll () at poll.c:29",
                "* 3  Thread 0x7f98 (LWP 4736) \"y\"",
            ),
            ("task:sh    state:D stack:0     pid:111   ppid:1 flags:0x2", "Call Trace:"),
            ("We saw this on the first server (a few times)", "(and never on the second one)"),
        ] {
            assert!(!is_rest(line, next), "{line} / {next}");
        }
    }
}
