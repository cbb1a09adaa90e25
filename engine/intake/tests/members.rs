//! Members: links and devices, strange names, order.

use crate::made::{gzip, names, raw_tar_entry, read, tar, text, told, zip};
use tar::EntryType;

#[test]
fn links_and_devices_are_left_out() {
    let a = text("one");
    let kinds = [
        (EntryType::Symlink, "a link"),
        (EntryType::Link, "a hard link"),
        (EntryType::Fifo, "a pipe"),
        (EntryType::Char, "a device"),
        (EntryType::Block, "a device"),
    ];
    for (kind, what) in kinds {
        let bytes = [raw_tar_entry(b"x", kind, b""), tar(&[("a.txt", &a)])].concat();
        let intake = read("t.tar", &bytes);
        assert_eq!(names(&intake), ["t.tar/a.txt"]);
        assert!(told(&intake).starts_with(&format!("t.tar/x: is {what} and was left out; ")), "{}", told(&intake));
    }
    let intake = read("t.zip", &crate::made::fixture("link.zip"));
    assert_eq!(names(&intake), ["t.zip/logs/a.txt"]);
    assert!(told(&intake).starts_with("t.zip/logs/link: is a link and was left out"), "{}", told(&intake));
}

#[test]
fn a_path_is_only_a_label() {
    for (path, label) in [
        (&b"../../etc/passwd"[..], "t.tar/../../etc/passwd"),
        (b"/etc/passwd", "t.tar/etc/passwd"),
        (b"./a.txt", "t.tar/a.txt"),
        (b"a\x1b[2Jb", "t.tar/a\\x1b[2Jb"),
        (b"a\xff\xfeb", "t.tar/a\\xff\\xfeb"),
    ] {
        let intake = read("t.tar", &raw_tar_entry(path, EntryType::Regular, b"text\n"));
        assert_eq!(names(&intake), [label]);
    }
    let long = format!("{}/a.txt", "x".repeat(200));
    assert_eq!(names(&read("t.tar", &tar(&[(&long, b"text\n")]))), [format!("t.tar/{long}")]);
}

#[test]
fn names_of_pax_are_read() {
    let long = format!("{}/größe.txt", "y".repeat(150));
    let mut to = tar::Builder::new(Vec::new());
    to.append_pax_extensions([("path", long.as_bytes())]).unwrap();
    let bytes = [to.get_ref().clone(), tar(&[("short", b"text\n")])].concat();
    let intake = read("t.tar", &bytes);
    assert_eq!(names(&intake), [format!("t.tar/{long}")], "{}", told(&intake));
}

#[test]
fn members_come_in_the_order_of_their_paths() {
    let files: Vec<(&str, &[u8])> = vec![
        ("messages.10", b"ten\n"),
        ("messages", b"now\n"),
        ("b/x", b"x\n"),
        ("messages.2", b"two\n"),
        ("a", b"a\n"),
    ];
    let expected = ["t/a", "t/b/x", "t/messages", "t/messages.2", "t/messages.10"];
    assert_eq!(names(&read("t", &gzip(&tar(&files)))), expected);
    assert_eq!(names(&read("t", &zip(&files))), expected);
}

#[test]
fn numbers_add_up() {
    let mut files: Vec<(String, Vec<u8>)> = Vec::new();
    for number in 0..40 {
        files.push((format!("{number}.bin"), vec![1, 2, 3, 4, 5, 6]));
        files.push((format!("{number}.empty"), Vec::new()));
        files.push((format!("{number}.txt"), b"text\n".to_vec()));
    }
    let files: Vec<_> = files.iter().map(|(name, bytes)| (name.as_str(), &bytes[..])).collect();
    let intake = read("t.zip", &zip(&files));
    assert_eq!((intake.documents.len(), intake.problems.len()), (40, 80));
    let told = intake.told();
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told.iter().all(|line| line.starts_with("40 files ") && line.contains(" and 37 more")), "{told:?}");
}

#[test]
fn empty_archives_are_empty() {
    for bytes in [zip(&[]), gzip(b""), gzip(b"\n \n")] {
        let intake = read("t", &bytes);
        assert_eq!(told(&intake), "t: is empty; paste or save the text again.");
    }
}

#[test]
fn sparse_files_give_their_text() {
    for name in ["sparse.tar.gz", "sparse-gnu.tar.gz"] {
        let intake = read("t", &crate::made::fixture(name));
        assert_eq!(names(&intake), ["t/logs/a.txt"], "{}", told(&intake));
        assert_eq!(intake.documents[0].text.as_bytes(), text("one").repeat(24), "{name}");
        let notes = &intake.documents[0].notes;
        assert!(notes.iter().all(|note| note.ends_with("NUL characters were left out.")), "{notes:?}");
        assert_eq!(told(&intake), "");
    }
}
