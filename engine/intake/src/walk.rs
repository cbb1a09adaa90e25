//! From the given paths to the files to read, in a fixed order.

use crate::reading::Reading;
use crate::{Limit, Problem, label};
use std::collections::BTreeMap;
use std::fs::{self, FileType, Metadata};
use std::io;
use std::path::{Path, PathBuf};

/// A file to read.
#[derive(Debug)]
pub(crate) struct Found {
    /// Where it is.
    pub(crate) path: PathBuf,
    /// It was met below a folder: nobody has asked for a pipe that is there now.
    pub(crate) below: bool,
}

/// The files that a given path stands for. What the user names is read whatever it is (a pipe, a link); a folder
/// stands for all regular files below it, hidden ones too, in the order of their labels.
pub(crate) fn files(reading: &Reading<'_>, path: &Path) -> Vec<Found> {
    let name = label::of_path(path);
    match fs::metadata(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => reading.problem(Problem::Missing { name }),
        Err(source) => reading.problem(Problem::Unreadable { name, source }),
        Ok(meta) if meta.is_dir() => {
            let mut walk = Walk::new(reading, path);
            walk.folder(path, 0);
            if walk.met == 0 {
                reading.problem(Problem::Empty { name });
            }
            return walk.without_copies();
        }
        Ok(meta) => match unreadable_form(meta.file_type()) {
            Some(what) => reading.problem(Problem::Special { name, what, advice: "give the text that it yields" }),
            None => return vec![Found { path: path.to_owned(), below: false }],
        },
    }
    Vec::new()
}

/// The files that a path stands for which nobody has named: it was met in a folder.
pub(crate) fn files_below(reading: &Reading<'_>, path: &Path) -> Vec<Found> {
    if fs::symlink_metadata(path).is_ok_and(|own| own.is_dir()) {
        return files(reading, path);
    }
    let folder = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut walk = Walk::new(reading, folder);
    walk.entry(label::of_path(path), path.to_owned(), 0);
    walk.files
}

/// What to do with what is left out below a folder.
const NAME_IT: &str = "name it on the command line if it is to be read";

struct Walk<'w> {
    reading: &'w Reading<'w>,
    /// The folder, followed to its end; links that lead out of it are not read.
    root: Option<PathBuf>,
    files: Vec<Found>,
    /// One for each file.
    identities: Vec<Identity>,
    met: usize,
}

/// Tells whether two paths lead to the same file.
#[derive(Clone, Copy, Debug, Default)]
struct Identity {
    /// The path is itself a link.
    is_link: bool,
    /// Device and number, where the system tells them.
    file: Option<(u64, u64)>,
}

impl<'w> Walk<'w> {
    fn new(reading: &'w Reading<'w>, folder: &Path) -> Self {
        let root = fs::canonicalize(folder).ok();
        Walk { reading, root, files: Vec::new(), identities: Vec::new(), met: 0 }
    }

    /// Whether a link leads to something that lies elsewhere: in a copy of a machine's files that is a file of the
    /// machine which reads it, and in the attachments of a stranger it may be meant so.
    fn leads_out(&self, link: &Path) -> bool {
        let target = fs::canonicalize(link).ok();
        !self.root.as_ref().zip(target).is_some_and(|(root, target)| target.starts_with(root))
    }

    /// The files without links to files that are read anyway: the same text twice would look like a second sighting.
    fn without_copies(self) -> Vec<Found> {
        let mut first = BTreeMap::new();
        for (at, identity) in self.identities.iter().enumerate() {
            if let Some(file) = identity.file {
                // The file itself stays, or the first of its links.
                let rank = (identity.is_link, at);
                first.entry(file).and_modify(|best| *best = rank.min(*best)).or_insert(rank);
            }
        }
        let is_copy = |at: usize, identity: &Identity| {
            identity.file.and_then(|file| first.get(&file)).is_some_and(|(_, best)| *best != at)
        };
        let mut files = Vec::with_capacity(self.files.len());
        for (at, (found, identity)) in self.files.into_iter().zip(&self.identities).enumerate() {
            if is_copy(at, identity) {
                let name = label::of_path(&found.path);
                let (what, advice) = ("a link to a file that is read under another name", "nothing is missing");
                self.reading.problem(Problem::Special { name, what, advice });
            } else {
                files.push(found);
            }
        }
        files
    }

    /// Takes the files below a folder; `false` when nothing more is to be looked at.
    fn folder(&mut self, folder: &Path, depth: usize) -> bool {
        let name = label::of_path(folder);
        if depth > self.reading.budget.limits.depth {
            self.met += 1;
            self.reading.budget.tell(Limit::Depth, &name, "what lies below it was left out");
            return true;
        }
        // One more than may be read: a folder of millions must not fill memory with their names.
        let most = self.reading.budget.limits.entries.saturating_add(1);
        let paths = |entries: fs::ReadDir| entries.take(most).map(|entry| Ok(entry?.path())).collect();
        let listing: io::Result<Vec<PathBuf>> = fs::read_dir(folder).and_then(paths);
        match listing {
            Err(source) => {
                self.met += 1;
                self.reading.problem(Problem::Unreadable { name, source });
                true
            }
            Ok(paths) => {
                let mut paths: Vec<_> = paths.into_iter().map(|path| (label::of_path(&path), path)).collect();
                paths.sort_by(|a, b| label::order(&a.0, &b.0).then_with(|| a.1.cmp(&b.1)));
                paths.into_iter().all(|(name, path)| self.entry(name, path, depth))
            }
        }
    }

    /// `false` when nothing more is to be looked at.
    fn entry(&mut self, name: String, path: PathBuf, depth: usize) -> bool {
        self.met += 1;
        if !self.reading.budget.entry(&name) {
            return false;
        }
        let special = |what| Problem::Special { name: name.clone(), what, advice: NAME_IT };
        match (fs::symlink_metadata(&path), fs::metadata(&path)) {
            (Ok(own), _) if own.is_dir() => return self.folder(&path, depth + 1),
            // It could lead anywhere, or in a ring.
            (Ok(own), Ok(target)) if own.is_symlink() && target.is_dir() => {
                self.reading.problem(special("a link to a folder"));
            }
            (Ok(own), Err(_)) if own.is_symlink() => self.reading.problem(special("a link that leads nowhere")),
            (Ok(own), Ok(_)) if own.is_symlink() && self.leads_out(&path) => {
                self.reading.problem(special("a link out of its folder"));
            }
            (Ok(own), Ok(target)) if target.is_file() => {
                self.identities.push(identity(own.is_symlink(), &target));
                self.files.push(Found { path, below: true });
            }
            (_, Ok(target)) => {
                let what = unreadable_form(target.file_type()).unwrap_or("a pipe or device");
                self.reading.problem(special(what));
            }
            (_, Err(error)) if error.kind() == std::io::ErrorKind::NotFound => {
                self.reading.problem(Problem::Vanished { name });
            }
            (_, Err(source)) => self.reading.problem(Problem::Unreadable { name, source }),
        }
        true
    }
}

fn identity(is_link: bool, target: &Metadata) -> Identity {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        // Some file systems give every file the number zero.
        Identity { is_link, file: Some((target.dev(), target.ino())).filter(|(_, number)| *number != 0) }
    }
    #[cfg(not(unix))]
    {
        let _ = target;
        Identity { is_link, file: None }
    }
}

/// Kinds of files from which no text can be read even when the user names them.
fn unreadable_form(kind: FileType) -> Option<&'static str> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt as _;
        if kind.is_socket() {
            return Some("a socket");
        }
        if kind.is_block_device() {
            return Some("a disk");
        }
    }
    let _ = kind;
    None
}
