//! The folder that a batch writes to. A file is there whole or not at all, and nothing is written anywhere else.

use anyhow::{Context as _, bail};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// What marks a folder as one of ours, and holds what `--resume` needs.
const STATE: &str = ".stacklore";
/// States of tickets, below [`STATE`].
pub(super) const TICKETS: &str = ".stacklore/tickets";
/// Where files are written before they get their names, below [`STATE`].
const UNFINISHED: &str = ".stacklore/unfinished";

/// The folder, in use by this batch alone.
#[derive(Debug)]
pub(super) struct Folder {
    root: PathBuf,
    written: AtomicU64,
    /// Holds the lock of the folder until the program ends, however it ends.
    _lock: File,
}

impl Folder {
    /// Makes the folder, or takes over that of an earlier batch.
    pub(super) fn open(root: &Path) -> anyhow::Result<Self> {
        let name = root.display();
        let tried = || format!("{name}: cannot write to this folder; choose another one with --out");
        let foreign = fs::read_dir(root).is_ok_and(|mut entries| entries.next().is_some());
        if foreign && !root.join(STATE).is_dir() {
            bail!("{name}: this folder holds other files than those of a batch; choose an empty one with --out");
        }
        for folder in ["tickets", "signatures", "clusters", TICKETS] {
            fs::create_dir_all(root.join(folder)).with_context(tried)?;
        }
        let lock = File::create(root.join(STATE).join("lock")).with_context(tried)?;
        if lock.try_lock().is_err() {
            bail!("{name}: another batch is writing to this folder; wait for it, or choose another one with --out");
        }
        // What a batch that was killed had begun to write.
        match fs::remove_dir_all(root.join(UNFINISHED)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error).with_context(tried)?,
            _ => fs::create_dir_all(root.join(UNFINISHED)).with_context(tried)?,
        }
        Ok(Folder { root: root.to_owned(), written: AtomicU64::new(0), _lock: lock })
    }

    /// A path in the folder, for reading and for messages.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    /// Writes a file: under another name, and when it is whole it gets its own.
    pub(super) fn write(&self, name: &str, body: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> anyhow::Result<()> {
        let target = self.path(name);
        let unfinished = self.path(UNFINISHED).join(self.written.fetch_add(1, Ordering::Relaxed).to_string());
        let written = File::create(&unfinished).and_then(|file| {
            let mut out = BufWriter::new(file);
            body(&mut out)?;
            out.flush()?;
            fs::rename(&unfinished, &target)
        });
        written.with_context(|| format!("{}: cannot be written; is the disk full?", target.display()))
    }

    /// Makes a folder below it.
    pub(super) fn make(&self, name: &str) -> anyhow::Result<()> {
        let path = self.path(name);
        fs::create_dir_all(&path).with_context(|| format!("{}: cannot make this folder", path.display()))
    }

    /// Removes from one of its folders what an earlier batch left there and this one did not write again.
    pub(super) fn keep_only(&self, folder: &str, names: &BTreeSet<String>) -> anyhow::Result<()> {
        let path = self.path(folder);
        let tried = || format!("{}: cannot remove what an earlier batch left here", path.display());
        for entry in fs::read_dir(&path).with_context(tried)? {
            let entry = entry.with_context(tried)?;
            if entry.file_name().to_str().is_some_and(|name| names.contains(name)) {
                continue;
            }
            let folder = entry.file_type().with_context(tried)?.is_dir();
            let removed = if folder { fs::remove_dir_all(entry.path()) } else { fs::remove_file(entry.path()) };
            removed.with_context(tried)?;
        }
        Ok(())
    }
}

/// Longest name of a page, in bytes, so that every file system takes it with an ending.
const LONGEST: usize = 100;

/// Names for the files of tickets: as near to the ticket's as every file system and every link can have them, and no
/// two the same, also where capital letters are small ones.
pub(super) fn names(ids: &[String]) -> Vec<String> {
    let mut taken = BTreeSet::new();
    ids.iter()
        .map(|id| {
            let plain = plain(id);
            let mut name = plain.clone().unwrap_or_else(|changed| marked(&changed, id));
            while !taken.insert(name.to_ascii_lowercase()) {
                name = marked(&name, id);
            }
            name
        })
        .collect()
}

/// The id where it can be a name; else what comes nearest.
fn plain(id: &str) -> Result<String, String> {
    /// Names that are devices on Windows.
    const DEVICES: [&str; 6] = ["con", "prn", "aux", "nul", "com", "lpt"];
    let mut name: String = id
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '+') { c } else { '_' })
        .collect();
    if name.starts_with(['.', '-']) {
        name.replace_range(..1, "_");
    }
    name.truncate(LONGEST);
    let stem = name.split('.').next().unwrap_or_default().to_ascii_lowercase();
    let device = DEVICES.contains(&stem.trim_end_matches(|c: char| c.is_ascii_digit()));
    if name == id && !device && !name.is_empty() { Ok(name) } else { Err(name) }
}

/// The name with a hash of the id.
fn marked(name: &str, id: &str) -> String {
    let hash: String = Sha256::digest(id).iter().take(4).map(|byte| format!("{byte:02x}")).collect();
    format!("{name}~{hash}")
}

#[cfg(test)]
mod tests {
    use super::names;
    use std::collections::BTreeSet;

    fn names_of(ids: &[&str]) -> Vec<String> {
        names(&ids.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn a_plain_name_stays() {
        assert_eq!(names_of(&["ticket-4711", "a.tar.gz"]), ["ticket-4711", "a.tar.gz"]);
    }

    #[test]
    fn no_name_leads_elsewhere_and_no_two_are_the_same() {
        let long = "x".repeat(5000);
        let ids = [
            "..",
            "../../etc/passwd",
            "a/b",
            "a\\b",
            "<script>",
            "con",
            "NUL.txt",
            "-o",
            "",
            &long,
            "A",
            "a",
            "ä",
            "ö",
            "\n",
        ];
        let names = names_of(&ids);
        for name in &names {
            assert!(!name.starts_with(['.', '-']) && name.len() < 200, "{name}");
            assert!(name.chars().all(|c| c.is_ascii_alphanumeric() || "._-+~".contains(c)), "{name}");
        }
        let distinct: BTreeSet<String> = names.iter().map(|name| name.to_ascii_lowercase()).collect();
        assert_eq!(distinct.len(), ids.len(), "{names:?}");
    }

    #[test]
    fn a_name_does_not_depend_on_other_tickets() {
        assert_eq!(names_of(&["a b"]), [names_of(&["x", "y", "a b"]).pop().expect("three")]);
    }
}
