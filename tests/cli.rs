//! Arguments, exit status, messages.

use crate::program::{Folder, run};

const TEXT: &[u8] = b"nothing to see here\n";

#[test]
fn help_and_version() {
    let help = run(&["--help"], b"");
    assert_eq!(help.status, 0);
    for word in [
        "diagnose",
        "parse",
        "rules",
        "schema",
        "--format",
        "markdown",
        "html",
        "sarif",
        "dot",
        "--fail-on",
        "Exit status",
    ] {
        assert!(help.out.contains(word), "{word} is missing in {}", help.out);
    }
    assert_eq!(run(&["--version"], b"").out, concat!("stacklore ", env!("CARGO_PKG_VERSION"), "\n"));
}

#[test]
fn diagnose_is_the_default_command() {
    let folder = Folder::new("default-command");
    let file = folder.file("a.txt", TEXT);
    let long = run(&["diagnose", &file], b"");
    assert_eq!(long.status, 0, "{long:?}");
    assert!(long.out.starts_with("NO TRACES"), "{long:?}");
    assert_eq!(run(&[&file], b"").out, long.out);
    assert_eq!(run(&[], TEXT).out, long.out);
    assert_eq!(run(&["-"], TEXT).out, long.out);
    assert_eq!(run(&["--ascii", &file], b"").out, long.out);
}

#[test]
fn json_has_the_promised_keys() {
    let report = run(&["diagnose", "--format", "json"], TEXT).json();
    assert_eq!(report["schema"], "stacklore.report/1");
    assert_eq!(report["case"], "standard input");
    assert_eq!(report["verdict"], "no-traces");
    assert_eq!(report["engine"]["version"], env!("CARGO_PKG_VERSION"));
    let keys = "sources counts findings near_misses wait_graph groups stacks tasks locks facts unclear";
    for key in keys.split(' ') {
        assert!(!report[key].is_null(), "{key} is missing in {report}");
    }
    let parsed = run(&["parse", "--format", "json"], TEXT).json();
    assert_eq!(parsed["schema"], "stacklore.report/1");
    assert!(parsed["verdict"].is_null(), "parse does not diagnose");
    for key in "sources counts stacks tasks locks facts wait_graph unclear".split(' ') {
        assert!(!parsed[key].is_null(), "{key} is missing in {parsed}");
    }
}

#[test]
fn the_same_text_gives_the_same_bytes() {
    let once = run(&["--format", "json"], TEXT).out;
    assert_eq!(once, run(&["--format", "json"], TEXT).out);
}

#[test]
fn one_bad_file_among_several_is_named() {
    let folder = Folder::new("one-bad");
    let good = folder.file("good.txt", TEXT);
    let missing = folder.path("missing.txt");
    let outcome = run(&["--format", "json", &missing, &good], b"");
    assert_eq!(outcome.status, 0, "{outcome:?}");
    assert!(outcome.err.contains(&format!("{missing}: there is no such file")), "{outcome:?}");
    let notes = outcome.json()["notes"].to_string();
    assert!(notes.contains("missing.txt"), "the report must say what it has not read: {notes}");
}

#[test]
fn a_folder_stands_for_all_files_below_it() {
    let folder = Folder::new("folder");
    folder.file("ticket/b.txt", TEXT);
    folder.file("ticket/.hidden/a.txt", TEXT);
    folder.file("ticket/core", b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x04\0");
    folder.file("ticket/log.rar", b"Rar!\x1a\x07\x01\0");
    let outcome = run(&["--format", "json", &folder.path("ticket")], b"");
    assert_eq!(outcome.status, 0, "{outcome:?}");
    assert_eq!(outcome.json()["case"], "ticket");
    assert!(outcome.err.contains("core: is a core dump (ELF); that of a process, open with"), "{outcome:?}");
    assert!(outcome.err.contains("log.rar: is a rar archive; unpack it first"), "{outcome:?}");
}

#[cfg(unix)]
#[test]
fn links_in_a_ring_end() {
    let folder = Folder::new("ring");
    folder.file("ticket/a.txt", TEXT);
    std::os::unix::fs::symlink("..", folder.path("ticket/up")).expect("links can be made");
    let outcome = run(&[&folder.path("ticket")], b"");
    assert_eq!(outcome.status, 0, "{outcome:?}");
    assert!(outcome.err.contains("ticket/up: is a link to a folder"), "{outcome:?}");
}

#[test]
fn nothing_that_could_be_read_is_status_two() {
    let folder = Folder::new("nothing");
    let binary: Vec<u8> = (0..=255).cycle().take(4096).collect();
    let inputs = [
        (folder.path("missing.txt"), "there is no such file or folder"),
        (folder.file("empty.txt", b""), "is empty"),
        (folder.file("blank.txt", b" \r\n\n"), "is empty"),
        (folder.file("binary.dat", binary), "is a binary file"),
        (folder.path(""), ""),
    ];
    for (input, message) in inputs.iter().take(4) {
        let outcome = run(&[input], b"");
        assert_eq!((outcome.status, outcome.out.as_str()), (2, ""), "{input}");
        assert!(outcome.err.contains(input.as_str()) && outcome.err.contains(message), "{outcome:?}");
    }
    let outcome = run(&[], b"");
    assert_eq!(outcome.status, 2);
    assert!(outcome.err.contains("standard input: is empty"), "{outcome:?}");
}

#[test]
fn completions_and_the_manual_page_know_the_formats() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = run(&["completions", shell], b"");
        assert_eq!((script.status, script.err.as_str()), (0, ""));
        assert!(script.out.contains("stacklore") && script.out.contains("min-certainty"), "{}", script.out);
    }
    let page = run(&["man"], b"");
    assert!(page.out.starts_with(".ie") && page.out.contains(".TH stacklore 1"), "{}", page.out);
    assert_eq!(run(&["completions", "teletype"], b"").status, 2);
}

#[test]
fn one_word_or_one_line_is_enough_for_a_script() {
    let sample = "corpus/seeds/rmmod-ttm-mutex/input.txt";
    assert_eq!(run(&["--quiet", sample], b"").out, "hang\n");
    let brief = run(&["--brief", sample], b"").out;
    assert_eq!(brief.lines().count(), 2, "{brief}");
    assert!(brief.starts_with("HANG  self-deadlock, proven.") && brief.contains("\n  and so  lock convoy"), "{brief}");
    assert_eq!(run(&["--brief", "--format", "json", sample], b"").status, 2);
}

#[test]
fn colours_are_for_terminals_and_for_those_who_ask() {
    let sample = "corpus/seeds/rmmod-ttm-mutex/input.txt";
    let plain = run(&[sample], b"").out;
    assert!(!plain.contains('\x1b') && plain.contains("^^^^"), "{plain}");
    let coloured = run(&["--color", "always", sample], b"").out;
    assert!(coloured.contains("\x1b[1;31mHANG") && !coloured.contains("^^^^"), "{coloured:?}");
    let bare: String = coloured.split('\x1b').map(|part| part.split_once('m').map_or(part, |(_, rest)| rest)).collect();
    assert!(bare.contains("ttm-buffer-locked-twice"), "{bare}");
}

#[test]
fn usage_errors_are_status_two() {
    for arguments in [&["--format", "morse"][..], &["--nonsense"], &["rules"], &["rules", "show"]] {
        let outcome = run(arguments, TEXT);
        assert_eq!((outcome.status, outcome.out.as_str()), (2, ""), "{arguments:?}");
        assert!(!outcome.err.is_empty(), "{arguments:?}");
    }
    let outcome = run(&["dignose"], b"");
    assert!(outcome.err.contains("did you mean the command `diagnose`?"), "{outcome:?}");
}

#[test]
fn unknown_rules_are_refused() {
    for option in ["--why", "--only"] {
        let outcome = run(&[option, "no-such-rule-anywhere"], TEXT);
        assert_eq!((outcome.status, outcome.out.as_str()), (2, ""));
        assert!(outcome.err.contains("there is no rule no-such-rule-anywhere"), "{outcome:?}");
    }
}

#[test]
fn rules_that_cannot_be_read_are_refused() {
    let folder = Folder::new("no-rules");
    for folder in [folder.path("missing"), folder.path("")] {
        let outcome = run(&["--rules", &folder], TEXT);
        assert_eq!((outcome.status, outcome.out.as_str()), (2, ""), "{folder}");
        assert!(outcome.err.contains(&folder), "{outcome:?}");
    }
}

#[test]
fn output_goes_to_a_file() {
    let folder = Folder::new("output");
    let path = folder.path("report.json");
    let outcome = run(&["--format", "json", "--output", &path], TEXT);
    assert_eq!((outcome.status, outcome.out.as_str()), (0, ""), "{outcome:?}");
    let report = std::fs::read_to_string(&path).expect("the report was written");
    assert!(report.starts_with("{\"schema\":\"stacklore.report/1\""), "{report}");
    let nowhere = folder.path("missing/report.json");
    let outcome = run(&["--output", &nowhere], TEXT);
    assert_eq!(outcome.status, 2);
    assert!(outcome.err.contains(&nowhere) && outcome.err.contains("--output"), "{outcome:?}");
}

#[test]
fn fail_on_is_quiet_where_nothing_is_found() {
    assert_eq!(run(&["--fail-on", "possible"], TEXT).status, 0);
}

#[test]
fn control_characters_never_reach_the_terminal() {
    let folder = Folder::new("control");
    let evil = "INFO: task \x1b]0;owned\x07\u{202e}:12 blocked for more than 120 seconds.\n\x1b[2J\u{9b}31m\r\n";
    let file = folder.file("evil.txt", evil);
    let missing = folder.path("\x1b[31mred");
    for command in ["diagnose", "parse"] {
        let outcome = run(&[command, &file, &missing], b"");
        assert_eq!(outcome.status, 0, "{outcome:?}");
        let steers = |c: char| c != '\n' && (c.is_control() || c == '\u{202e}');
        assert!(!outcome.out.contains(steers) && !outcome.err.contains(steers), "{outcome:?}");
        assert!(outcome.err.contains("\\x1b[31mred"), "{outcome:?}");
    }
}
