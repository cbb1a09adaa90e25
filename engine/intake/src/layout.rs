//! Files that belong together: what a dump that was met is opened with, and where its stacks stand already.
//!
//! Crash directories of kdump, savecore and abrt and the reports of apport have fixed names for what they hold. Where
//! such names stand beside each other, the advice on the dump (and on the kernel) names them.

use crate::{Intake, Problem};
use std::collections::{BTreeMap, BTreeSet};

/// Two files that belong together. In names `*` stands for any end and `#` for a number, the same in both.
struct Layout {
    /// How the message about the file begins, and its name.
    what: &'static str,
    file: &'static str,
    beside: &'static str,
    says: Says,
}

/// What is said about the file: `{file}` and `{beside}` stand for the names.
enum Says {
    /// Instead of the advice that its form has.
    Instead(&'static str),
    /// After it.
    Also(&'static str),
}

use Says::{Also, Instead};

static LAYOUTS: &[Layout] = &[
    // kdump: /var/crash/HOST-DATE/
    layout(
        "a kernel dump (vmcore",
        "vmcore*",
        "vmlinux*",
        Instead("open it with `crash {beside} {file}` and paste the output of `log`, `ps`, `foreach bt`"),
    ),
    layout("a kernel dump (vmcore", "vmcore*", "vmcore-dmesg.txt", Also("its log, {beside}, was read")),
    layout("a kernel dump (flat", "vmcore*", "vmcore-dmesg.txt", Also("its log, {beside}, was read")),
    layout("a program", "vmlinux*", "vmcore*", Instead("open the dump beside it with `crash {file} {beside}`")),
    // savecore of illumos and Solaris: /var/crash/HOST/
    layout(
        "a kernel dump (illumos",
        "vmcore.#",
        "unix.#",
        Instead(
            "open it with `mdb {beside} {file}` and paste the output of `::status`, `::msgbuf`, `::stacks`, \
         `::threadlist -v`",
        ),
    ),
    layout(
        "a kernel dump (illumos",
        "vmdump.#",
        "vmdump.#",
        Instead(
            "unpack it with `savecore -f {file}`, open what that gives with `mdb` and paste the output of `::status`, \
         `::msgbuf`, `::stacks`, `::threadlist -v`",
        ),
    ),
    layout("a program", "unix.#", "vmcore.#", Instead("open the dump beside it with `mdb {file} {beside}`")),
    // savecore of FreeBSD: /var/crash/
    layout("a kernel dump", "vmcore.#", "core.txt.#", Also("what was taken out of it, {beside}, was read")),
    // abrt: /var/spool/abrt/ccpp-DATE-PID/
    layout("a core dump", "coredump", "backtrace", Also("its stacks, {beside}, were read")),
    // apport: fields of a report
    layout("a core dump", "CoreDump", "ThreadStacktrace", Also("its stacks, {beside}, were read")),
    layout("a core dump", "CoreDump", "Stacktrace", Also("its stack, {beside}, was read")),
];

const fn layout(what: &'static str, file: &'static str, beside: &'static str, says: Says) -> Layout {
    Layout { what, file, beside, says }
}

/// Endings that compression adds to a name.
const PACKED: &[&str] = &[".gz", ".bz2", ".xz", ".zst", ".lz4", ".lzo"];

/// Names the files that belong to a dump in the advice on it.
pub(crate) fn advise(intake: &mut Intake) {
    let files = |problem: &Problem| matches!(problem, Problem::NoText { .. });
    if !intake.problems.iter().any(files) {
        return;
    }
    let beside = known(intake);
    for problem in &mut intake.problems {
        if let Problem::NoText { name, what, advice } = problem
            && let Some(better) = better(&beside, name, what, advice)
        {
            *advice = better.into();
        }
    }
}

/// The files of each folder that may belong to others.
fn known(intake: &Intake) -> BTreeMap<String, BTreeSet<String>> {
    let mut known: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let documents = intake.documents.iter().map(|document| document.name.as_str());
    for name in documents.chain(intake.problems.iter().map(Problem::name)) {
        let (folder, file) = split(name);
        if LAYOUTS.iter().any(|layout| matches(layout.beside, file).is_some()) {
            known.entry(folder.to_owned()).or_default().insert(file.to_owned());
        }
    }
    known
}

fn better(known: &BTreeMap<String, BTreeSet<String>>, name: &str, what: &str, advice: &str) -> Option<String> {
    let (folder, file) = split(name);
    let others = known.get(folder)?;
    let (mut instead, mut also) = (None, Vec::new());
    for layout in LAYOUTS.iter().filter(|layout| what.starts_with(layout.what)) {
        let Some(number) = matches(layout.file, file) else { continue };
        let from = format!("{}{number}", start(layout.beside));
        let fits = |other: &&String| matches(layout.beside, other) == Some(number);
        let Some(other) = others.range(from..).next().filter(fits) else { continue };
        let fill = |says: &str| says.replace("{file}", file).replace("{beside}", other);
        match layout.says {
            Instead(says) if instead.is_none() => instead = Some(fill(says)),
            Instead(_) => {}
            Also(says) => also.push(fill(says)),
        }
    }
    if instead.is_none() && also.is_empty() {
        return None;
    }
    also.insert(0, instead.unwrap_or_else(|| advice.to_owned()));
    Some(also.join("; "))
}

/// Folder and file of a label; the file as it is called unpacked.
fn split(name: &str) -> (&str, &str) {
    let (folder, file) = name.rsplit_once('/').unwrap_or(("", name));
    let unpacked = PACKED.iter().find_map(|ending| file.strip_suffix(ending));
    (folder, unpacked.unwrap_or(file))
}

/// The letters with which names of a pattern begin.
fn start(pattern: &str) -> &str {
    pattern.trim_end_matches(['*', '#'])
}

/// Whether a name is of a pattern: the number in it, or nothing. Names that a shell would take apart are not.
fn matches<'a>(pattern: &str, file: &'a str) -> Option<&'a str> {
    let rest = file.strip_prefix(start(pattern))?;
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '+' | ':');
    match pattern.chars().last() {
        Some('#') => Some(rest).filter(|rest| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit())),
        Some('*') => rest.chars().all(plain).then_some(""),
        _ => rest.is_empty().then_some(""),
    }
}

#[cfg(test)]
mod tests;
