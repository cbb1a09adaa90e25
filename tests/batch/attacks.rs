//! Tickets that attack, and a world that does not keep still: none of it stops a batch or leads it out of its folder.

use super::results::Results;
use super::{batch, listing, queue};
use crate::program::{Folder, Outcome};
use rustix::fs::{CWD, FileType, Mode, mknodat};
use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs::{self, OpenOptions};
use std::io::{Read as _, Write as _};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};

/// A text in which something is found.
fn hang() -> Vec<u8> {
    fs::read("corpus/seeds/rmmod-ttm-mutex/input.txt").expect("the seed is there")
}

/// The results of a batch that ended well, and is complete for these tickets.
fn done(outcome: &Outcome, out: &str, ids: &[&str]) -> Results {
    assert_eq!(outcome.status, 0, "{}", outcome.err);
    let results = Results::read(out);
    let wrong = results.complaints(&ids.iter().copied().collect());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    results
}

#[test]
fn bombs_are_left_alone_within_a_gigabyte_of_addresses() {
    let folder = Folder::new("batch-bombs");
    let others: Vec<&str> = super::kinds().into_iter().filter(|kind| !kind.starts_with("bomb-")).collect();
    queue(&folder, 8, 1 << 20, &others);
    folder.file("queue/hang.txt", hang());
    let out = folder.path("out");
    // What goes beyond ends the program: the bombs unpack to four gigabytes and more.
    let limited = format!("ulimit -v {}; exec \"$@\"", 1 << 20);
    let output = Command::new("sh")
        .args(["-c", &limited, "sh", env!("CARGO_BIN_EXE_stacklore"), "batch", "--jobs", "2", "--out", &out])
        .arg(folder.path("queue"))
        .output()
        .expect("there is a shell");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let results = Results::read(&out);
    let rows = results.rows();
    assert_eq!(rows.len(), 9);
    for (id, row) in rows {
        if id == "hang.txt" {
            assert_eq!(row["verdict"], "hang");
        } else {
            assert_eq!(row["verdict"], "no-traces", "{row}");
            assert!(row["problem"].is_string(), "{row}");
        }
    }
}

#[test]
fn the_quine_unpacks_to_itself() {
    let packed = crate::queue::quine::quine();
    let mut unpacked = Vec::new();
    flate2::read::GzDecoder::new(&packed[..]).read_to_end(&mut unpacked).expect("it is sound");
    assert_eq!(packed, unpacked);
}

#[test]
fn links_lead_nowhere_in_a_ring_or_to_devices() {
    let folder = Folder::new("batch-links");
    folder.file("queue/ring/a/hang.txt", hang());
    folder.file("elsewhere/other.txt", "nothing\n");
    let link = |target: &str, place: &str| symlink(target, folder.path(place)).expect("it is new");
    link("..", "queue/ring/a/above");
    link("../..", "queue/ring/a/far-above");
    link("itself", "queue/ring/itself");
    link("/dev/zero", "queue/ring/zero");
    link("/dev/tty", "queue/ring/terminal");
    link("/proc/self/mem", "queue/ring/memory");
    link("/", "queue/ring/root");
    link("nothing/here", "queue/ring/nothing");
    // Tickets that are links themselves.
    link("ring", "queue/link-to-folder");
    link("ring/a/hang.txt", "queue/link-to-file");
    link("link-to-itself", "queue/link-to-itself");
    link("/dev/zero", "queue/link-to-device");
    link("/dev/null", "queue/link-to-null");
    link("no such thing", "queue/link-to-nothing");
    let out = folder.path("out");
    let before = listing(Path::new(&folder.path("")), Path::new(&out));
    let outcome = batch(&[&folder.path("queue")], &out, &[]);
    let ids = [
        "link-to-device",
        "link-to-file",
        "link-to-folder",
        "link-to-itself",
        "link-to-nothing",
        "link-to-null",
        "ring",
    ];
    let results = done(&outcome, &out, &ids);
    assert_eq!(results.row("ring")["verdict"], "hang");
    assert_eq!(results.row("ring")["texts"], 1, "what links lead to is not read twice");
    for id in ["ring", "link-to-device", "link-to-itself", "link-to-nothing", "link-to-null"] {
        assert!(results.row(id)["problem"].is_string(), "{id}");
    }
    assert_eq!(results.row("link-to-file")["verdict"], "hang");
    assert_eq!(before, listing(Path::new(&folder.path("")), Path::new(&out)));
}

#[test]
fn pipes_and_sockets_do_not_hold_it_up() {
    let folder = Folder::new("batch-special");
    folder.file("queue/a/hang.txt", hang());
    folder.file("queue/b.txt", "nothing of interest\n");
    for (place, kind) in [
        ("queue/a/pipe", FileType::Fifo),
        ("queue/a/socket", FileType::Socket),
        ("queue/pipe", FileType::Fifo),
        ("queue/socket", FileType::Socket),
    ] {
        mknodat(CWD, folder.path(place), kind, Mode::RUSR | Mode::WUSR, 0).expect("it is new");
    }
    let out = folder.path("out");
    let outcome = batch(&[&folder.path("queue")], &out, &[]);
    let results = done(&outcome, &out, &["a", "b.txt", "pipe", "socket"]);
    assert_eq!(results.row("a")["verdict"], "hang");
    for id in ["a", "pipe", "socket"] {
        assert!(results.row(id)["problem"].is_string(), "{id}: {}", results.row(id));
    }
}

#[test]
fn paths_in_archives_are_labels() {
    let folder = Folder::new("batch-paths");
    let others: Vec<&str> = super::kinds().into_iter().filter(|kind| !kind.starts_with("evil-")).collect();
    queue(&folder, 12, 1 << 20, &others);
    let out = folder.path("out");
    let before = listing(Path::new(&folder.path("")), Path::new(&out));
    let outcome = batch(&[&folder.path("queue")], &out, &[]);
    assert_eq!(outcome.status, 0, "{}", outcome.err);
    assert_eq!(before, listing(Path::new(&folder.path("")), Path::new(&out)));
    let results = Results::read(&out);
    for report in &results.reports {
        let sources = report["sources"].as_array().expect("it is a list");
        let shown = |source: &serde_json::Value| source["name"].as_str().is_some_and(|name| name.contains("escaped"));
        assert!(sources.iter().any(shown), "{}: {sources:?}", report["case"]);
    }
    // Whatever such a path means from the folders that a program could be in.
    for place in ["/tmp", "/etc", "/", &folder.path(""), &folder.path("out"), ".", ".."] {
        for entry in fs::read_dir(place).into_iter().flatten().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            assert!(!name.contains("stacklore-escaped"), "{place}/{name}");
        }
    }
}

#[test]
fn names_of_any_bytes_have_a_page_each() {
    let folder = Folder::new("batch-names");
    let names: [&[u8]; 16] = [
        b"caf\xe9",
        b"caf\xe8",
        b"a b",
        b"a_b",
        b"a?b",
        b"A_B",
        b"-rf",
        b".hidden",
        b"...",
        b"<script>alert(1)<",
        b"two\nlines",
        b"\x1b[2Jscreen",
        b"con",
        b"index.html",
        "größe \u{202e}gnp.exe".as_bytes(),
        &[b'l'; 255],
    ];
    folder.file("queue/empty", "");
    for name in names {
        let path = Path::new(&folder.path("queue")).join(OsStr::from_bytes(name));
        fs::write(path, hang()).expect("every name is taken");
    }
    let out = folder.path("out");
    let outcome = batch(&[&folder.path("queue")], &out, &[]);
    assert_eq!(outcome.status, 0, "{}", outcome.err);
    let results = Results::read(&out);
    let rows = results.rows();
    assert_eq!(rows.len(), names.len() + 1);
    assert!(results.complaints(&rows.keys().copied().collect()).is_empty());
    assert_eq!(rows.values().filter(|row| row["verdict"] == "hang").count(), names.len());
    let pages: BTreeSet<String> = rows.values().map(|row| row["page"].to_string().to_lowercase()).collect();
    assert_eq!(pages.len(), rows.len(), "two names would be one where capital letters are small ones");
    for shown in [&outcome.out, &outcome.err] {
        assert!(!shown.contains('\u{1b}'), "{shown:?}");
    }
}

#[test]
fn files_that_grow_and_vanish_meanwhile_harm_only_themselves() {
    let folder = Folder::new("batch-moving");
    let stable: Vec<String> = (0..60).map(|number| format!("stable-{number}")).collect();
    for name in &stable {
        folder.file(&format!("queue/{name}/a.txt"), hang());
    }
    for number in 0..60 {
        folder.file(&format!("queue/moving-{number}/a.txt"), hang());
        folder.file(&format!("queue/moving-{number}/b/c.txt"), "nothing\n".repeat(2000));
    }
    let (root, out) = (folder.path("queue"), folder.path("out"));
    let stop = AtomicBool::new(false);
    let outcome = std::thread::scope(|scope| {
        scope.spawn(|| {
            for number in (0..60_usize).cycle() {
                if stop.load(Ordering::Relaxed) {
                    break;
                }
                move_about(&Path::new(&root).join(format!("moving-{number}")), number);
            }
        });
        let outcome = batch(&[&root], &out, &["--jobs", "2"]);
        stop.store(true, Ordering::Relaxed);
        outcome
    });
    assert_eq!(outcome.status, 0, "{}", outcome.err);
    let results = Results::read(&out);
    let rows = results.rows();
    assert!(results.complaints(&rows.keys().copied().collect()).is_empty());
    for name in &stable {
        assert_eq!(rows[name.as_str()]["verdict"], "hang", "{name}");
    }
    // The last look is at a queue that keeps still: nothing that was half read is taken for done.
    for number in 0..60 {
        let _ = fs::remove_dir_all(folder.path(&format!("queue/moving-{number}")));
        folder.file(&format!("queue/moving-{number}/a.txt"), hang());
    }
    let outcome = batch(&[&root], &out, &["--resume"]);
    let moving: Vec<String> = (0..60).map(|number| format!("moving-{number}")).collect();
    let ids: Vec<&str> = stable.iter().chain(&moving).map(String::as_str).collect();
    let results = done(&outcome, &out, &ids);
    assert!(results.rows().values().all(|row| row["verdict"] == "hang"));
}

/// Lets a ticket grow, shrink, turn into something else and vanish; whatever fails had another state already.
fn move_about(ticket: &Path, number: usize) {
    let (a, c) = (ticket.join("a.txt"), ticket.join("b/c.txt"));
    let _ = match number % 6 {
        0 => OpenOptions::new().append(true).open(&c).and_then(|mut file| file.write_all(&[b'x'; 5000])),
        1 => OpenOptions::new().write(true).open(&a).and_then(|file| file.set_len(100)),
        2 => fs::remove_file(&c),
        3 => fs::rename(&a, ticket.join("renamed.txt")),
        4 => fs::remove_dir_all(ticket),
        _ => {
            let _ = fs::remove_file(&c);
            mknodat(CWD, &c, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).map_err(Into::into)
        }
    };
}

#[test]
fn results_in_the_queue_are_no_ticket() {
    let folder = Folder::new("batch-inside");
    folder.file("queue/a/hang.txt", hang());
    let (root, out) = (folder.path("queue"), folder.path("queue/results"));
    for _ in 0..2 {
        done(&batch(&[&root], &out, &[]), &out, &["a"]);
    }
    done(&batch(&[&root], &out, &["--resume"]), &out, &["a"]);
    // In a ticket they would be read while they are written.
    let inside = folder.path("queue/a/results");
    let outcome = batch(&[&root], &inside, &[]);
    assert_eq!(outcome.status, 2);
    assert!(outcome.err.contains("results") && !Path::new(&inside).exists(), "{}", outcome.err);
}

#[test]
fn equal_names_of_two_queues_are_told_apart() {
    let folder = Folder::new("batch-two");
    folder.file("monday/t1/a.txt", hang());
    folder.file("tuesday/t1/a.txt", "nothing\n");
    folder.file("tuesday/t2.txt", "nothing\n");
    let out = folder.path("out");
    let outcome = batch(&[&folder.path("monday"), &folder.path("tuesday")], &out, &[]);
    let results = done(&outcome, &out, &["monday/t1", "tuesday/t1", "t2.txt"]);
    assert_eq!(results.row("monday/t1")["verdict"], "hang");
    assert_eq!(results.row("tuesday/t1")["verdict"], "no-traces");
    // The same queue twice is one.
    let outcome = batch(&[&folder.path("monday"), &folder.path("monday")], &folder.path("out-2"), &[]);
    done(&outcome, &folder.path("out-2"), &["t1"]);
}

#[test]
fn a_folder_that_cannot_be_had_ends_it_at_once() {
    let folder = Folder::new("batch-folder");
    let root = folder.path("queue");
    folder.file("queue/a.txt", "nothing\n");
    let file = folder.file("file", "of somebody\n");
    let below = format!("{file}/out");
    let foreign = folder.file("foreign/letter.txt", "of somebody\n");
    for out in [file.as_str(), below.as_str(), &folder.path("foreign"), "/proc/no-such-folder", &root] {
        let outcome = batch(&[&root], out, &[]);
        assert_eq!(outcome.status, 2, "{out}: {}", outcome.err);
        assert!(outcome.err.contains(out), "{out}: {}", outcome.err);
    }
    assert_eq!(fs::read_to_string(&file).ok().as_deref(), Some("of somebody\n"));
    assert_eq!(fs::read_to_string(&foreign).ok().as_deref(), Some("of somebody\n"));
    assert_eq!(fs::read_dir(folder.path("foreign")).expect("it is there").count(), 1);
    assert_eq!(fs::read_dir(&root).expect("it is there").count(), 1);
}

#[test]
fn a_queue_that_is_not_there_or_empty_is_said() {
    let folder = Folder::new("batch-missing");
    let (missing, out) = (folder.path("no-such-queue"), folder.path("out"));
    let outcome = batch(&[&missing], &out, &[]);
    assert_eq!(outcome.status, 2);
    assert!(outcome.err.contains("no-such-queue"), "{}", outcome.err);
    assert!(!Path::new(&out).exists(), "nothing is written for nothing");
    fs::create_dir(folder.path("empty")).expect("it is new");
    assert_eq!(batch(&[&folder.path("empty")], &out, &[]).status, 2);
    // One that is missing is named, the other goes on.
    folder.file("queue/a.txt", hang());
    let outcome = batch(&[&missing, &folder.path("queue")], &out, &[]);
    done(&outcome, &out, &["a.txt"]);
    assert!(outcome.err.contains("no-such-queue"), "{}", outcome.err);
}
