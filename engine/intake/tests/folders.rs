//! Folders and what can lie in them.

use crate::made::{gzip, names, tar, text, told, zip};
use stacklore_intake::{Intake, Limit, Limits, Meter, Problem, read_paths, read_paths_metered};
use std::cell::Cell;
use std::fs;
use std::path::{Path, PathBuf};

/// A folder of this test alone, removed when it ends.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("stacklore-intake-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.0.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        path
    }

    fn read(&self, limits: &Limits) -> Intake {
        read_paths(std::slice::from_ref(&self.0), limits)
    }

    /// The labels without the path of the folder.
    fn labels<'i>(&self, intake: &'i Intake) -> Vec<&'i str> {
        let own = format!("{}/", self.0.display());
        names(intake).into_iter().map(|name| name.strip_prefix(&own).unwrap_or(name)).collect()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn a_folder_and_its_archives_give_the_same_texts() {
    let (one, two, three) = (text("one"), text("two"), text("three"));
    let files: Vec<(&str, &[u8])> = vec![("logs/messages.10", &three), ("logs/a.txt", &one), ("logs/messages.2", &two)];
    let folder = Folder::new("same");
    for (name, bytes) in &files {
        folder.file(&format!("t/{name}"), bytes);
    }
    let content = |path: &Path| -> Vec<(String, String)> {
        let intake = read_paths(&[path.to_owned()], &Limits::default());
        let own = format!("{}/", path.display());
        let document = |document: stacklore_model::Document| (document.name.replace(&own, ""), document.text);
        intake.documents.into_iter().map(document).collect()
    };
    let expected = content(&folder.0.join("t"));
    assert_eq!(
        expected.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(),
        ["logs/a.txt", "logs/messages.2", "logs/messages.10"]
    );
    let seven = crate::made::fixture("solid.7z");
    for (name, bytes) in [("t.tar.gz", gzip(&tar(&files))), ("t.zip", zip(&files)), ("t.7z", seven)] {
        assert_eq!(content(&folder.file(name, &bytes)), expected, "{name}");
    }
}

#[test]
fn rotated_logs_come_in_the_order_of_their_numbers() {
    let folder = Folder::new("rotated");
    for name in ["messages.10.gz", "messages.2", "messages", "messages-20240301.gz", "messages.1"] {
        folder.file(name, &if name.ends_with("gz") { gzip(name.as_bytes()) } else { name.as_bytes().to_vec() });
    }
    let intake = folder.read(&Limits::default());
    let expected = ["messages", "messages-20240301.gz", "messages.1", "messages.2", "messages.10.gz"];
    assert_eq!(folder.labels(&intake), expected);
    assert!(intake.documents.iter().all(|document| document.name.ends_with(&document.text)));
}

#[test]
fn limits_of_a_folder_are_told_once() {
    let folder = Folder::new("limits");
    for number in 0..30 {
        folder.file(&format!("{number:02}.txt"), b"ten bytes\n");
    }
    let intake = folder.read(&Limits { entries: 10, ..Limits::default() });
    assert_eq!((intake.documents.len(), intake.problems.len()), (10, 1), "{}", told(&intake));
    let intake = folder.read(&Limits { total_bytes: 100, ..Limits::default() });
    assert_eq!((intake.documents.len(), intake.problems.len()), (10, 1), "{}", told(&intake));
    assert!(told(&intake).contains("10.txt: the limit of 100 bytes for all texts"), "{}", told(&intake));
    assert!(told(&intake).contains("(19 more files)"), "{}", told(&intake));
    folder.file("a/b/c/deep.txt", b"text\n");
    let intake = folder.read(&Limits { depth: 1, ..Limits::default() });
    assert_eq!(intake.documents.len(), 30);
    assert!(matches!(&intake.problems[..], [Problem::Limit { limit: Limit::Depth, .. }]), "{}", told(&intake));
    assert!(told(&intake).contains("a/b: ") && told(&intake).contains("--max-depth"), "{}", told(&intake));
}

struct Counting(Cell<u64>, Cell<u64>);

impl Meter for Counting {
    fn take(&self, bytes: u64) {
        assert!(bytes <= 1 << 20);
        self.0.set(self.0.get() + bytes);
    }
    fn give(&self, bytes: u64) {
        self.1.set(self.1.get() + bytes);
    }
}

#[test]
fn the_meter_sees_what_is_kept() {
    let folder = Folder::new("meter");
    let big: Vec<u8> = b"a line of a log that is long enough\n".repeat(100_000);
    folder.file("a.log", &big);
    folder.file("b.log.gz", &gzip(&big));
    folder.file("inner.tar.gz", &gzip(&tar(&[("c.zip", &zip(&[("c.log", &big)]))])));
    folder.file("d.bin", &[1, 2, 3].repeat(100_000));
    let meter = Counting(Cell::new(0), Cell::new(0));
    let intake = read_paths_metered(std::slice::from_ref(&folder.0), &Limits::default(), &meter);
    let kept: u64 = intake.documents.iter().map(|document| document.bytes).sum();
    assert_eq!(kept, 3 * big.len() as u64);
    assert_eq!(meter.0.get() - meter.1.get(), kept, "what was taken and not given back is what is there");
}

#[cfg(unix)]
mod unix {
    use super::Folder;
    use crate::made::{names, told};
    use rustix::fs::{CWD, FileType, Mode, mknodat};
    use stacklore_intake::{Limits, Problem, read_paths};
    use std::ffi::OsStr;
    use std::fs;
    use std::os::unix::ffi::OsStrExt as _;
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    use std::os::unix::net::UnixListener;

    #[test]
    fn pipes_sockets_and_rings_are_left_out() {
        let folder = Folder::new("special");
        folder.file("a.txt", b"text\n");
        mknodat(CWD, folder.0.join("pipe"), FileType::Fifo, Mode::from_bits_retain(0o600), 0).unwrap();
        let _listener = UnixListener::bind(folder.0.join("socket")).unwrap();
        symlink(".", folder.0.join("ring")).unwrap();
        symlink("itself", folder.0.join("itself")).unwrap();
        symlink("nowhere", folder.0.join("dangling")).unwrap();
        symlink("/dev/zero", folder.0.join("zero")).unwrap();
        let intake = folder.read(&Limits::default());
        assert_eq!(folder.labels(&intake), ["a.txt"]);
        assert_eq!(intake.problems.len(), 6);
        assert!(intake.problems.iter().all(|problem| matches!(problem, Problem::Special { .. })), "{}", told(&intake));
    }

    #[test]
    fn copies_by_link_are_read_once() {
        let folder = Folder::new("links");
        folder.file("sos_commands/kernel/dmesg", b"text\n");
        symlink("sos_commands/kernel/dmesg", folder.0.join("dmesg")).unwrap();
        fs::hard_link(folder.0.join("sos_commands/kernel/dmesg"), folder.0.join("x")).unwrap();
        let intake = folder.read(&Limits::default());
        assert_eq!(folder.labels(&intake), ["sos_commands/kernel/dmesg"]);
        assert_eq!(intake.problems.len(), 2, "{}", told(&intake));
    }

    #[test]
    fn links_out_of_a_folder_are_not_read() {
        let folder = Folder::new("links-out");
        folder.file("a.txt", b"text\n");
        let elsewhere = Folder::new("links-elsewhere");
        let secret = elsewhere.file("other.txt", b"other\n");
        symlink(&secret, folder.0.join("other.txt")).unwrap();
        let intake = folder.read(&Limits::default());
        assert_eq!(folder.labels(&intake), ["a.txt"]);
        assert!(told(&intake).contains("other.txt: is a link out of its folder"), "{}", told(&intake));
        // Who names the link means what it leads to.
        let named = stacklore_intake::read_paths(&[folder.0.join("other.txt")], &Limits::default());
        assert_eq!(named.documents.len(), 1);
    }

    #[test]
    fn names_that_are_no_utf8_stay_distinct() {
        let folder = Folder::new("names");
        for name in [&b"a\xff.txt"[..], b"a\xfe.txt", b"a\n.txt"] {
            fs::write(folder.0.join(OsStr::from_bytes(name)), b"text\n").unwrap();
        }
        let intake = folder.read(&Limits::default());
        assert_eq!(folder.labels(&intake), ["a\\x0a.txt", "a\\xfe.txt", "a\\xff.txt"]);
    }

    #[test]
    fn files_without_permission_are_named() {
        let folder = Folder::new("permission");
        let path = folder.file("secret", b"text\n");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o0)).unwrap();
        if fs::File::open(&path).is_ok() {
            return; // The administrator may read everything.
        }
        assert!(matches!(&folder.read(&Limits::default()).problems[..], [Problem::Unreadable { .. }]));
    }

    #[test]
    fn what_the_user_names_is_read_even_if_it_is_a_pipe() {
        let folder = Folder::new("named-pipe");
        let path = folder.0.join("pipe");
        mknodat(CWD, &path, FileType::Fifo, Mode::from_bits_retain(0o600), 0).unwrap();
        let writer = std::thread::spawn({
            let path = path.clone();
            move || fs::write(path, crate::made::gzip(b"text\n"))
        });
        let intake = read_paths(&[path], &Limits::default());
        writer.join().unwrap().unwrap();
        assert_eq!(names(&intake).len(), 1, "{}", told(&intake));
    }
}
