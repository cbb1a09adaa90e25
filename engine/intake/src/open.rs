//! Opens files so that nothing that is met can block.

use crate::Problem;
use std::fs::File;
use std::io;
use std::path::Path;

/// Opens a file that was met below a folder. What has become a pipe since it was listed must not block: it is opened
/// without waiting, looked at, and closed again.
pub(crate) fn regular(path: &Path, name: &str) -> Result<File, Problem> {
    let name = || name.to_owned();
    match without_waiting(path).and_then(|file| Ok((file.metadata()?.is_file(), file))) {
        Ok((true, file)) => Ok(file),
        Ok((false, _)) => Err(Problem::Vanished { name: name() }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(Problem::Vanished { name: name() }),
        Err(source) => Err(Problem::Unreadable { name: name(), source }),
    }
}

#[cfg(unix)]
fn without_waiting(path: &Path) -> io::Result<File> {
    use rustix::fs::{Mode, OFlags, open};
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    Ok(File::from(open(path, flags, Mode::empty())?))
}

#[cfg(not(unix))]
fn without_waiting(path: &Path) -> io::Result<File> {
    File::open(path)
}

#[cfg(all(test, unix))]
mod tests {
    use super::regular;
    use crate::Problem;
    use rustix::fs::{CWD, FileType, Mode, mknodat};

    #[test]
    fn what_became_a_pipe_does_not_block() {
        let path = std::env::temp_dir().join(format!("stacklore-intake-open-{}", std::process::id()));
        let _ = std::fs::remove_file(&path);
        assert!(matches!(regular(&path, "a"), Err(Problem::Vanished { .. })), "nothing is there");
        mknodat(CWD, &path, FileType::Fifo, Mode::from_bits_retain(0o600), 0).expect("a pipe");
        let opened = regular(&path, "a");
        std::fs::remove_file(&path).expect("it is there");
        assert!(matches!(opened, Err(Problem::Vanished { .. })));
    }
}
