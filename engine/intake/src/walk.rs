//! From the given paths to the files to read, in a fixed order.

use crate::{Limits, Problem};
use std::fs::{self, FileType};
use std::path::{Path, PathBuf};

/// Files to read and what was left out, in order.
#[derive(Debug, Default)]
pub(crate) struct Files {
    /// Files: a folder stands for all regular files below it, hidden ones too, in the order of their paths.
    pub(crate) paths: Vec<PathBuf>,
    /// What was left out.
    pub(crate) problems: Vec<Problem>,
    entries: usize,
}

impl Files {
    /// The files that a given path stands for. What the user names is read whatever it is (a pipe, a link), below a
    /// folder only regular files and links to such are: a link to a folder could lead anywhere, or in a ring.
    pub(crate) fn add(&mut self, path: &Path, limits: &Limits) {
        let name = label(path);
        match fs::metadata(path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => self.problems.push(Problem::Missing { name }),
            Err(source) => self.problems.push(Problem::Unreadable { name, source }),
            Ok(meta) if meta.is_dir() => {
                let before = (self.paths.len(), self.problems.len());
                self.folder(path, limits, 0);
                if before == (self.paths.len(), self.problems.len()) {
                    self.problems.push(Problem::Empty { name });
                }
            }
            Ok(meta) => match unreadable_form(meta.file_type()) {
                Some(what) => self.problems.push(Problem::Special { name, what }),
                None => self.paths.push(path.to_owned()),
            },
        }
    }

    fn folder(&mut self, folder: &Path, limits: &Limits, depth: usize) {
        if depth > limits.depth {
            let limit = format!("the limit of {} nested folders was", limits.depth);
            self.problems.push(Problem::Limit { name: label(folder), limit });
            return;
        }
        let listing = fs::read_dir(folder)
            .and_then(|entries| entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<Vec<_>, _>>());
        match listing {
            Err(source) => self.problems.push(Problem::Unreadable { name: label(folder), source }),
            Ok(mut paths) => {
                paths.sort();
                for path in paths {
                    if !self.entry(&path, limits, depth) {
                        return;
                    }
                }
            }
        }
    }

    /// `false` when the limit of entries is reached and nothing more is to be looked at.
    fn entry(&mut self, path: &Path, limits: &Limits, depth: usize) -> bool {
        if self.entries >= limits.entries {
            if self.entries == limits.entries {
                let limit = format!("with all that follows it: the limit of {} files was", limits.entries);
                self.problems.push(Problem::Limit { name: label(path), limit });
                self.entries += 1;
            }
            return false;
        }
        self.entries += 1;
        let name = label(path);
        match (fs::symlink_metadata(path), fs::metadata(path)) {
            (Ok(own), _) if own.is_dir() => self.folder(path, limits, depth + 1),
            (Ok(own), Ok(target)) if own.is_symlink() && target.is_dir() => {
                self.problems.push(Problem::Special { name, what: "a link to a folder" });
            }
            (_, Ok(target)) if target.is_file() => self.paths.push(path.to_owned()),
            (_, Ok(target)) => {
                let what = unreadable_form(target.file_type()).unwrap_or("a pipe or device");
                self.problems.push(Problem::Special { name, what });
            }
            (_, Err(source)) => self.problems.push(Problem::Unreadable { name, source }),
        }
        true
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

/// A path as a label.
pub(crate) fn label(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}
