//! A queue of tickets: each child of a folder is one.

use crate::{Limits, Problem, label};
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};

/// One ticket: a file, a folder with all below it, or an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ticket {
    /// Name of the child, with as much of its path in front as tells it from the others.
    pub id: String,
    /// Where it is.
    pub path: PathBuf,
    /// The user has named it; else it was met in a folder.
    pub named: bool,
}

/// The tickets of the given paths, and what is wrong with these.
#[derive(Debug, Default)]
pub struct Queue {
    /// The tickets, in the order of the paths, those of a folder by their names.
    pub tickets: Vec<Ticket>,
    /// Paths that are not there or cannot be listed.
    pub problems: Vec<Problem>,
}

/// Finds the tickets: each child of a folder, hidden ones too, or a file that is named itself. What lies in `except`,
/// the folder that the results go to, is no ticket.
pub fn queue(paths: &[PathBuf], except: &Path) -> Queue {
    let mut queue = Queue::default();
    let mut found: Vec<PathBuf> = Vec::new();
    let mut seen = BTreeSet::new();
    let except = fs::canonicalize(except).ok();
    for path in paths {
        match tickets_of(path) {
            Ok(children) => found.extend(children.into_iter().filter(|child| {
                // A link is not followed here: two links to one place are two tickets.
                let place = place_of(child);
                Some(&place) != except.as_ref() && seen.insert(place)
            })),
            Err(problem) => queue.problems.push(problem),
        }
    }
    let ids = ids(&found);
    let ticket = |(id, path): (String, PathBuf)| Ticket { named: paths.contains(&path), id, path };
    queue.tickets = ids.into_iter().zip(found).map(ticket).collect();
    queue
}

/// The folder a path lies in, followed to its end, and its own name.
fn place_of(path: &Path) -> PathBuf {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    match (fs::canonicalize(parent), path.file_name()) {
        (Ok(parent), Some(name)) => parent.join(name),
        _ => fs::canonicalize(path).unwrap_or_else(|_| path.to_owned()),
    }
}

fn tickets_of(path: &Path) -> Result<Vec<PathBuf>, Problem> {
    let name = label::of_path(path);
    let unreadable = |source: std::io::Error| match source.kind() {
        std::io::ErrorKind::NotFound => Problem::Missing { name: name.clone() },
        _ => Problem::Unreadable { name: name.clone(), source },
    };
    if !fs::metadata(path).map_err(unreadable)?.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut children = Vec::new();
    for entry in fs::read_dir(path).map_err(unreadable)? {
        children.push(entry.map_err(unreadable)?.path());
    }
    children.sort();
    Ok(children)
}

/// The last component of each path; where two would be the same, so many components before it as tell them apart.
fn ids(paths: &[PathBuf]) -> Vec<String> {
    let whole: Vec<Vec<String>> = paths
        .iter()
        .map(|path| path.components().map(|part| label::of_path(Path::new(part.as_os_str()))).collect())
        .collect();
    let mut lengths = vec![1; paths.len()];
    loop {
        let ids: Vec<String> = whole
            .iter()
            .zip(&lengths)
            .map(|(parts, length)| parts[parts.len().saturating_sub(*length)..].join("/"))
            .collect();
        let mut places: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (index, id) in ids.iter().enumerate() {
            places.entry(id).or_default().push(index);
        }
        let mut grown = false;
        for index in places.into_values().filter(|same| same.len() > 1).flatten() {
            if lengths[index] < whole[index].len() {
                lengths[index] += 1;
                grown = true;
            }
        }
        if !grown {
            return numbered(ids);
        }
    }
}

/// Paths that differ in bytes only which a label cannot show get a number.
fn numbered(mut ids: Vec<String>) -> Vec<String> {
    let mut taken = BTreeSet::new();
    for id in &mut ids {
        let mut number = 2;
        let name = id.clone();
        while !taken.insert(id.clone()) {
            *id = format!("{name} ({number})");
            number += 1;
        }
    }
    ids
}

/// What a ticket is on the disk, without looking into its files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Survey {
    /// Bytes of its files.
    pub bytes: u64,
    /// Hash over the paths, kinds, sizes and times of its files, 32 hexadecimal digits: the same as long as nobody
    /// wrote to them, moved or replaced one.
    pub mark: String,
}

/// Surveys what lies at a path.
pub fn survey(path: &Path, limits: &Limits) -> Survey {
    let mut surveyor = Surveyor { hash: Sha256::new(), bytes: 0, left: limits.entries };
    surveyor.add(path, limits.depth);
    let mark = surveyor.hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    Survey { bytes: surveyor.bytes, mark }
}

struct Surveyor {
    hash: Sha256,
    bytes: u64,
    left: usize,
}

impl Surveyor {
    fn add(&mut self, path: &Path, depth: usize) {
        if self.left == 0 {
            return;
        }
        self.left -= 1;
        self.hash.update(path.file_name().unwrap_or(path.as_os_str()).as_encoded_bytes());
        self.hash.update([0]);
        let Ok(own) = fs::symlink_metadata(path) else {
            self.hash.update(b"gone");
            return;
        };
        self.file(&own);
        if own.is_symlink() {
            // What is read is what it points to.
            match fs::metadata(path) {
                Ok(target) => self.file(&target),
                Err(_) => self.hash.update(b"dangling"),
            }
        }
        if own.is_dir() && depth > 0 {
            let mut children: Vec<PathBuf> =
                fs::read_dir(path).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
            children.sort();
            for child in children {
                self.add(&child, depth - 1);
            }
            self.hash.update(b"/");
        }
    }

    fn file(&mut self, of: &Metadata) {
        let kind = of.file_type();
        self.hash.update([u8::from(kind.is_dir()), u8::from(kind.is_file()), u8::from(kind.is_symlink())]);
        if kind.is_file() {
            self.bytes = self.bytes.saturating_add(of.len());
            self.hash.update(of.len().to_le_bytes());
        }
        if !kind.is_dir() {
            self.times(of);
        }
    }

    #[cfg(unix)]
    fn times(&mut self, of: &Metadata) {
        use std::os::unix::fs::MetadataExt as _;
        // The change time cannot be set by a program: it tells of a file that was written to and dated back.
        for value in [of.mtime(), of.mtime_nsec(), of.ctime(), of.ctime_nsec()] {
            self.hash.update(value.to_le_bytes());
        }
        self.hash.update(of.ino().to_le_bytes());
    }

    #[cfg(not(unix))]
    fn times(&mut self, of: &Metadata) {
        let since = of.modified().ok().and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok());
        self.hash.update(since.map_or(0, |since| since.as_nanos()).to_le_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::{ids, numbered};
    use std::path::PathBuf;

    fn ids_of(paths: &[&str]) -> Vec<String> {
        ids(&paths.iter().map(PathBuf::from).collect::<Vec<_>>())
    }

    #[test]
    fn a_ticket_is_called_by_its_last_name_and_as_much_more_as_it_needs() {
        assert_eq!(ids_of(&["q/one", "q/two.tar.gz"]), ["one", "two.tar.gz"]);
        assert_eq!(ids_of(&["a/q/one", "b/q/one", "b/q/two"]), ["a/q/one", "b/q/one", "two"]);
        assert_eq!(ids_of(&["one", "q/one"]), ["one", "q/one"]);
    }

    #[test]
    fn labels_that_are_the_same_get_numbers() {
        assert_eq!(numbered(vec!["a".into(), "a".into(), "a (2)".into()]), ["a", "a (2)", "a (2) (2)"]);
    }
}
