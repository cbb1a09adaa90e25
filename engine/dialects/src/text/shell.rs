//! What a command at a shell's prompt says of the output below it: whether all of it is shown.

/// Programs that pass on every line they get.
const PASSING: [&str; 8] = ["cat", "sort", "less", "more", "tee", "tac", "nl", "column"];

/// Programs that show a part of what they read.
const CUTTING: [&str; 10] = ["grep", "egrep", "fgrep", "zgrep", "head", "tail", "awk", "sed", "cut", "rg"];

/// Whether a command shows all that its source prints: no filter in it (`| grep x`, `head -5 FILE`).
pub(crate) fn shows_all(command: &str) -> bool {
    let mut stages = command.split('|');
    let first = stages.next().and_then(program).unwrap_or("");
    // `tail -n +1` and `grep .` show whole files.
    let whole = command.contains("-n +1") || command.contains("-n+1") || command.contains("grep . ");
    (whole || !CUTTING.contains(&first))
        && stages.all(|stage| program(stage).is_some_and(|name| PASSING.contains(&name)))
}

/// The program that a stage of a pipeline runs.
fn program(stage: &str) -> Option<&str> {
    stage.split_whitespace().find(|word| *word != "sudo" && !word.contains('=')).map(base_name)
}

/// The last part of a path.
pub(crate) fn base_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Whether a line stands for lines that the author left out: `...`, `//省略`, `<snip>`.
pub(crate) fn is_elision(text: &str) -> bool {
    let text = text.trim();
    let dots = text.trim_start_matches(['[', '(', '<', '.', '\u{2026}', ' ', '*', '#', '/']);
    let marked = text.contains("...") || text.contains('\u{2026}');
    (marked && dots.trim_end_matches(['.', '\u{2026}', ']', ')', '>', ' ']).len() < 12)
        || text.starts_with("//")
        || (text.len() < 80 && says_elided(&text.to_ascii_lowercase()))
}

/// Whether a line is nothing but a mark in the place of lines that were left out: `...`, `[snip]`, `... 20 more`,
/// `// 省略`. Asked of every line of an open region, so most lines are told by their first byte or their length.
pub(crate) fn is_mark_of_elision(text: &str) -> bool {
    let starts = |byte: &u8| matches!(byte, b'.' | b'[' | b'(' | b'<' | b'/' | b'*' | b'-' | b'=') || !byte.is_ascii();
    let mut bytes = text.as_bytes().iter().skip_while(|byte| byte.is_ascii_whitespace());
    // A path is no mark, and every second line of some dumps is one.
    if !bytes.next().is_some_and(|first| starts(first) && !(*first == b'/' && bytes.next().is_some_and(is_word))) {
        return false;
    }
    let text = text.trim();
    if text.len() > 48 {
        return false;
    }
    let dots = text.contains("...") || text.contains('\u{2026}');
    let around = |c: char| c.is_whitespace() || "[](){}<>./*-=\u{2026}".contains(c);
    let words = text.trim_matches(around).to_ascii_lowercase();
    let counts = || words.trim_start_matches(|c: char| c.is_ascii_digit()).split_whitespace().next();
    (dots && (words.is_empty() || matches!(counts(), Some("more" | "lines" | "frames"))))
        || (says_elided(&words) && words != "cut here")
}

fn is_word(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || *byte == b'_'
}

fn says_elided(text: &str) -> bool {
    ["略", "snip", "omitted", "truncated", "cut here"].iter().any(|word| text.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_show_a_part() {
        for (command, all) in [
            ("cat /proc/net/netlink", true),
            ("ps aux", true),
            ("sudo cat /proc/locks | sort", true),
            ("tail -n +1 /proc/*/stack", true),
            ("ps aux|grep D", false),
            ("head -12 /proc/111/sched", false),
            ("grep Pnd /proc/1/status", false),
            ("ps | awk '{print $1}'", false),
        ] {
            assert_eq!(shows_all(command), all, "{command}");
        }
    }

    #[test]
    fn marks_in_the_place_of_lines() {
        for (text, mark) in [
            ("...", true),
            ("  [...]", true),
            ("[snip]", true),
            ("--- snip ---", true),
            ("<truncated>", true),
            ("... 12 more lines", true),
            ("\u{2026}", true),
            ("// \u{7701}\u{7565}", true),
            ("------------[ cut here ]------------", false),
            ("#1  f (...)", false),
            ("(gdb) ", false),
            ("----", false),
            ("[<0>] f+0x1/0x2", false),
            ("...additional frames elided...", false),
        ] {
            assert_eq!(is_mark_of_elision(text), mark, "{text}");
        }
    }

    #[test]
    fn marks_of_what_was_left_out() {
        for (text, elided) in [
            ("//省略部分无关socket", true),
            ("...", true),
            ("  [...]", true),
            ("<snip>", true),
            ("ffff88880b2cb000 0 2851 00000000 0", false),
            ("/proc/97/stack", false),
        ] {
            assert_eq!(is_elision(text), elided, "{text}");
        }
    }
}
