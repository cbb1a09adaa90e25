//! Tickets as they lie in a folder: a file, or files among logs.

use super::binary::Binary;
use super::carry;
use super::noise::Log;
use super::pack::{Squeeze, squeeze};
use super::ticket::{Content, Made, Maker, Truth};
use super::tree::{Body, Item, Thing};

/// One file with nothing but the text of a case.
pub(crate) fn file(maker: &mut Maker<'_>) -> Made {
    let (case, text) = maker.single();
    let ending = *maker.random.pick(&[".txt", ".log", "", ".out", ".md"]);
    Made::file(ending, text.as_bytes(), Truth::of(case, "its text"))
}

/// The text of a case between the lines of a log.
pub(crate) fn paste_in_log(maker: &mut Maker<'_>) -> Made {
    let (case, text) = maker.single();
    let rest = maker.rest(text.len(), u64::MAX);
    let log = *maker.random.pick(&Log::ALL);
    let parts = vec![
        maker.noise(log, rest / 3 + 100),
        Body::bytes(format!("\n\n{text}\n\n\n").into_bytes()),
        maker.noise(log, rest - rest / 3),
    ];
    Made::new(".log", Content::File(Body::Parts(parts)), Truth::of(case, "pasted into a log"))
}

/// The files of a case among others.
pub(crate) fn folder(maker: &mut Maker<'_>) -> Made {
    let case = maker.case();
    let taken = case.files.iter().map(|(_, text)| text.len()).sum();
    let folder = if maker.random.chance(50) { "attachments/" } else { "" };
    let mut items = maker.files(case, folder);
    let rest = maker.rest(taken, u64::MAX);
    items.extend(maker.junk(rest));
    Made::folder(items, Truth::of(case, "its files among logs"))
}

/// A log of the kernel in `/var/log/messages`, with a date on each line.
pub(crate) fn syslog(maker: &mut Maker<'_>) -> Made {
    let (case, text) = maker.console();
    let hang = carry::syslog(text, "node07", maker.time + 3600);
    let rest = maker.rest(hang.len(), u64::MAX);
    let parts = vec![maker.noise(Log::Syslog, rest / 2), Body::bytes(hang), maker.noise(Log::Syslog, rest / 2)];
    Made::new(".messages", Content::File(Body::Parts(parts)), Truth::of(case, "in the syslog"))
}

/// Logs that were rotated; the hang is in one of them.
pub(crate) fn rotated(maker: &mut Maker<'_>) -> Made {
    let (case, text) = maker.console();
    let hang = carry::syslog(text, "node07", maker.time + 3600);
    let rest = maker.rest(hang.len(), u64::MAX);
    let place = maker.random.below(4);
    let mut items = Vec::new();
    for number in 0..4 {
        // What is compressed must be made in memory.
        let share = if number < 2 { rest * 2 / 5 } else { (rest / 10).min(400 << 10) };
        let mut parts = vec![maker.noise(Log::Syslog, share / 2 + 100), maker.noise(Log::Syslog, share / 2 + 100)];
        if place == number {
            parts.insert(1, Body::bytes(&hang[..]));
        }
        let body = Body::Parts(parts);
        items.push(match number {
            0 => Item::file("var/log/messages", body),
            1 => Item::file("var/log/messages.1", body),
            _ => {
                let how = if number == 2 { Squeeze::Gz } else { Squeeze::Xz };
                let name = format!("var/log/messages.{number}{}", how.ending());
                Item::file(name, Body::bytes(squeeze(how, &body)))
            }
        });
    }
    Made::folder(items, Truth::of(case, "in a log that was rotated"))
}

/// What sosreport collects.
pub(crate) fn sosreport(maker: &mut Maker<'_>) -> Made {
    let rest = maker.rest(0, u64::MAX);
    let root = "sosreport-node07-2026-03-05-abcdefg";
    let (case, mut items) = if maker.random.chance(50) {
        let (case, text) = maker.console();
        (case, vec![Item::file(format!("{root}/sos_commands/kernel/dmesg"), Body::bytes(text.as_bytes()))])
    } else {
        let case = maker.case();
        (case, maker.files(case, &format!("{root}/sos_commands/process/")))
    };
    let small = [
        ("etc/hostname", "node07.example.net\n"),
        ("etc/redhat-release", "Red Hat Enterprise Linux release 9.4 (Plow)\n"),
        ("version.txt", "sosreport: 4.7.1\n"),
        ("uptime", " 12:00:01 up 3 days,  4:05,  2 users,  load average: 0.08, 0.12, 0.10\n"),
        ("free", "               total        used        free\nMem:        16262040     1234567     9876543\n"),
        ("sos_commands/kernel/lsmod", "Module                  Size  Used by\nxt_nat                 16384  1\n"),
    ];
    items.extend(small.map(|(name, text)| Item::file(format!("{root}/{name}"), Body::bytes(text.as_bytes()))));
    let logs = [
        (Log::Packages, "installed-rpms"),
        (Log::Journal, "sos_commands/logs/journalctl_--no-pager"),
        (Log::Syslog, "var/log/messages"),
        (Log::Syslog, "var/log/secure"),
    ];
    for (log, name) in logs {
        let body = maker.noise(log, rest / logs.len() as u64);
        items.push(Item::file(format!("{root}/{name}"), body));
    }
    items.push(Item::of(format!("{root}/var/log/journal"), Thing::Folder));
    Made::folder(items, Truth::of(case, "in a sosreport"))
}

/// What kdump leaves.
pub(crate) fn crash_folder(maker: &mut Maker<'_>) -> Made {
    let (case, text) = maker.console();
    let rest = maker.rest(text.len(), u64::MAX);
    let root = "127.0.0.1-2026-03-05-12:00:01";
    let log = maker.noise(Log::Journal, 500);
    let items = vec![
        Item::file(format!("{root}/vmcore"), Binary::Vmcore.body(rest, &mut maker.random)),
        Item::file(format!("{root}/vmcore-dmesg.txt"), Body::bytes(text.as_bytes())),
        Item::file(format!("{root}/kexec-dmesg.log"), log),
    ];
    Made::folder(items, Truth::of(case, "beside a vmcore").with_problem())
}

/// Logs only.
pub(crate) fn junk(maker: &mut Maker<'_>) -> Made {
    let rest = maker.rest(0, u64::MAX);
    let items = maker.junk(rest);
    if maker.random.chance(30) {
        let log = *maker.random.pick(&Log::ALL);
        let body = maker.noise(log, rest);
        return Made::new(".log", Content::File(body), Truth::nothing(false, "a log without a trace"));
    }
    Made::folder(items, Truth::nothing(false, "logs without a trace"))
}

/// A log of many megabytes with a hang in the middle.
pub(crate) fn large(maker: &mut Maker<'_>) -> Made {
    let (case, text) = maker.console();
    let hang = carry::syslog(text, "node07", maker.time + 3600);
    let half = maker.bytes / 2;
    let parts = vec![maker.noise(Log::Syslog, half), Body::bytes(hang), maker.noise(Log::Syslog, half)];
    Made::new(".log", Content::File(Body::Parts(parts)), Truth::of(case, "in the midst of a large log"))
}

/// A large log in an archive.
pub(crate) fn large_archive(maker: &mut Maker<'_>) -> Made {
    let (case, text) = maker.console();
    let hang = carry::syslog(text, "node07", maker.time + 3600);
    let parts = vec![maker.noise(Log::Syslog, maker.bytes), Body::bytes(hang)];
    let log = maker.noise(Log::Access, 4000);
    let items = vec![Item::file("var/log/messages", Body::Parts(parts)), Item::file("var/log/access_log", log)];
    Made::new(".tar.gz", Content::LargeArchive(items), Truth::of(case, "at the end of a large log in an archive"))
}

/// A debugger's dump of very many threads: those of a healthy server over and over, each time others.
pub(crate) fn large_dump(maker: &mut Maker<'_>) -> Made {
    let cases = &maker.corpus.cases;
    let case = cases.iter().find(|case| case.id == "u-healthy-server").unwrap_or(&cases[0]);
    let text = case.files.iter().find(|(name, _)| name == "gdb-full.txt").map_or(&[][..], |(_, text)| text);
    let text = String::from_utf8_lossy(text);
    let threads: Vec<&str> = text.split("\nThread ").skip(1).collect();
    let mut out = String::with_capacity(maker.bytes as usize + text.len());
    let mut number = 100 + threads.len() * maker.bytes as usize / text.len().max(1);
    for round in 0.. {
        if out.len() as u64 >= maker.bytes || threads.is_empty() {
            break;
        }
        for thread in &threads {
            // `8 (Thread 0x7f… (LWP 4711)): …`: the number counts down, and no two have the same.
            let rest = thread.split_once(' ').map_or("", |(_, rest)| rest);
            let (head, rest) = rest.split_once("(LWP ").unwrap_or(("", rest));
            let (lwp, rest) = rest.split_once(')').unwrap_or(("", rest));
            let lwp = lwp.parse::<usize>().unwrap_or_default() + 20 * round;
            out.push_str(&format!("\nThread {number} {head}(LWP {lwp}){rest}"));
            number = number.saturating_sub(1);
        }
    }
    Made::file(".gdb.txt", out.into_bytes(), Truth::of(case, "its threads over and over"))
}

/// Pictures only.
pub(crate) fn pictures(maker: &mut Maker<'_>) -> Made {
    let mut picture = |name: &str, binary: Binary| {
        let bytes = 2000 + maker.random.below(30_000);
        Item::file(name, binary.body(bytes, &mut maker.random))
    };
    let items = vec![picture("IMG_0001.jpg", Binary::Jpeg), picture("screen 2.png", Binary::Png)];
    Made::folder(items, Truth::nothing(true, "pictures only"))
}

/// A file that is no text.
pub(crate) fn binary(maker: &mut Maker<'_>) -> Made {
    let binary = *maker.random.pick(&Binary::ALL);
    let body = binary.body(5000, &mut maker.random);
    Made::new(format!("-{}", binary.name()), Content::File(body), Truth::nothing(true, "a file that is no text"))
}

/// Dumps that must be opened with a debugger.
pub(crate) fn core(maker: &mut Maker<'_>) -> Made {
    let items = [Binary::Core, Binary::Vmcore]
        .map(|binary| Item::file(format!("dumps/{}", binary.name()), binary.body(100_000, &mut maker.random)));
    Made::folder(items.to_vec(), Truth::nothing(true, "dumps that a debugger must open"))
}

/// Nothing.
pub(crate) fn empty_folder(_: &mut Maker<'_>) -> Made {
    Made::folder(Vec::new(), Truth::nothing(true, "an empty folder"))
}

/// Nothing, in a file.
pub(crate) fn empty_file(_: &mut Maker<'_>) -> Made {
    Made::file(".txt", Vec::new(), Truth::nothing(true, "an empty file"))
}
