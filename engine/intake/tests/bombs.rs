//! What is made to fill memory or to take for ever ends at a limit, and says at which.

use crate::made::{fixture, gzip, names, raw_tar_entry, read, tar, text, told, xz, zip};
use flate2::Compression;
use stacklore_intake::{Intake, Limit, Limits, Problem, read_bytes};
use std::io::Read;

fn limits_hit(intake: &Intake) -> Vec<Limit> {
    let hit = |problem: &Problem| match problem {
        Problem::Limit { limit, .. } => Some(*limit),
        _ => None,
    };
    intake.problems.iter().filter_map(hit).collect()
}

#[test]
fn the_ratio_of_a_stream_is_limited() {
    let mut to = flate2::write::GzEncoder::new(Vec::new(), Compression::fast());
    std::io::copy(&mut std::io::repeat(b'\n').take(64 << 20), &mut to).unwrap();
    let bomb = to.finish().unwrap();
    let limits = Limits { ratio: 100, ..Limits::default() };
    for (bytes, name) in [(bomb.clone(), "t"), (zip(&[("b", &bomb)]), "t/b"), (tar(&[("b", &bomb)]), "t/b")] {
        let intake = read_bytes("t", bytes, &limits);
        assert_eq!(limits_hit(&intake), [Limit::Ratio], "{}", told(&intake));
        assert_eq!(intake.problems[0].name(), name);
        assert!(told(&intake).ends_with("raise it with --max-ratio."), "{}", told(&intake));
    }
    let repeated = gzip(&b"the same line again and again\n".repeat(1 << 17));
    assert_eq!(told(&read_bytes("t", repeated, &limits)), "", "4 MiB are no bomb, whatever the ratio");
}

#[test]
fn a_text_before_the_bomb_is_kept() {
    let bomb = gzip(&tar(&[("a.txt", &text("one")), ("zeros", &vec![b'x'; 32 << 20])]));
    let intake = read("t.tar.gz", &bomb);
    assert_eq!(names(&intake)[0], "t.tar.gz/a.txt");
    assert_eq!(limits_hit(&intake), [Limit::Ratio]);
}

#[test]
fn bytes_of_all_texts_are_limited() {
    let files: Vec<_> = (0..9).map(|number| (format!("{number}"), vec![b'x'; 1000])).collect();
    let files: Vec<_> = files.iter().map(|(name, bytes)| (name.as_str(), &bytes[..])).collect();
    let limits = Limits { total_bytes: 3500, ..Limits::default() };
    let intake = read_bytes("t.tar", gzip(&tar(&files)), &limits);
    // The archive is in memory too.
    assert!((3000..3500).contains(&intake.documents.iter().map(|document| document.bytes).sum::<u64>()));
    assert_eq!(limits_hit(&intake), [Limit::Bytes], "{}", told(&intake));
    assert!(told(&intake).contains("--max-bytes"));
}

#[test]
fn entries_are_limited() {
    let files: Vec<_> = (0..50).map(|number| format!("{number}.txt")).collect();
    let files: Vec<(&str, &[u8])> = files.iter().map(|name| (name.as_str(), &b"text\n"[..])).collect();
    let limits = Limits { entries: 20, ..Limits::default() };
    for bytes in [zip(&files), tar(&files), gzip(&tar(&files))] {
        let intake = read_bytes("t", bytes, &limits);
        assert!((19..=20).contains(&intake.documents.len()));
        assert_eq!(limits_hit(&intake), [Limit::Entries], "{}", told(&intake));
    }
    let limits = Limits { entries: 3, ..Limits::default() };
    let intake = read_bytes("t", fixture("solid.7z"), &limits);
    assert_eq!(limits_hit(&intake), [Limit::Entries], "{}", told(&intake));
}

#[test]
fn nesting_is_limited() {
    let mut bytes = text("one");
    for _ in 0..8 {
        bytes = gzip(&bytes);
    }
    assert_eq!(read("t", &bytes).documents.len(), 1);
    for _ in 0..20 {
        bytes = zip(&[("inner.zip", &bytes), ("a.txt", b"text\n")]);
    }
    let intake = read("t", &bytes);
    assert_eq!(intake.documents.len(), 8, "what lies beside the deeper archives is read");
    assert_eq!(limits_hit(&intake), [Limit::Nesting], "{}", told(&intake));
    assert!(told(&intake).contains("--max-nesting"));
    let limits = Limits { nesting: usize::MAX, ..Limits::default() };
    assert_eq!(told(&read_bytes("t", bytes.clone(), &limits)), "", "28 layers are nothing");
    for _ in 0..200 {
        bytes = gzip(&bytes);
    }
    assert_eq!(limits_hit(&read_bytes("t", bytes, &limits)), [Limit::Nesting], "the stack is kept");
}

#[test]
fn an_archive_is_not_called_empty_because_of_a_limit() {
    let limits = Limits { nesting: 1, ..Limits::default() };
    let intake = read_bytes("t", zip(&[("a.gz", &gzip(b"text\n"))]), &limits);
    assert_eq!(intake.problems.len(), 1, "{}", told(&intake));
}

#[test]
fn many_small_bombs_are_no_way_around() {
    let small = gzip(&vec![b'\n'; 7 << 20]);
    let names: Vec<_> = (0..30).map(|number| format!("{number}.gz")).collect();
    let files: Vec<_> = names.iter().map(|name| (name.as_str(), &small[..])).collect();
    let limits = Limits { total_bytes: 20 << 20, ..Limits::default() };
    let intake = read_bytes("t", zip(&files), &limits);
    assert!(intake.documents.is_empty(), "blank texts are none");
    assert_eq!(intake.problems.len(), 30, "they are given back: {}", told(&intake));
}

#[test]
fn dictionaries_are_limited() {
    for name in ["dictionary-1g.xz", "window-2g.zst"] {
        let intake = read("t", &fixture(name));
        let expected = "t: needs more memory to be unpacked than the 128 MiB that are given; unpack it first.";
        assert_eq!(told(&intake), expected, "{name}");
    }
}

#[test]
fn held_archives_are_limited() {
    let inner = zip(&[("a.txt", &text("one"))]);
    let limits = Limits { file_bytes: 100, ..Limits::default() };
    let intake = read_bytes("t", tar(&[("inner.zip", &inner), ("b.txt", b"text\n")]), &limits);
    assert_eq!(names(&intake), ["t/b.txt", "t/inner.zip/a.txt"], "a zip is then read without its list");
    let intake = read_bytes("t", tar(&[("inner.7z", &fixture("copy.7z")), ("b.txt", b"text\n")]), &limits);
    assert_eq!(names(&intake), ["t/b.txt"]);
    assert_eq!(limits_hit(&intake), [Limit::File], "{}", told(&intake));
    assert!(told(&intake).contains("--max-file"));
}

#[test]
fn a_name_without_end_is_refused() {
    let name = vec![b'x'; 8 << 20];
    let bytes = [raw_tar_entry(b"long", tar::EntryType::GNULongName, &name), tar(&[("a", b"text\n")])].concat();
    let intake = read("t", &bytes);
    assert!(told(&intake).contains("a name in it is too long"), "{}", told(&intake));
}

#[test]
fn holes_of_sparse_files_cost_nothing() {
    let mut header = tar::Header::new_gnu();
    header.set_path("sparse").unwrap();
    header.set_entry_type(tar::EntryType::GNUSparse);
    let gnu = header.as_gnu_mut().unwrap();
    let number = |field: &mut [u8; 12], value: u64| {
        field[0] = 0x80;
        field[4..].copy_from_slice(&value.to_be_bytes());
    };
    number(&mut gnu.realsize, 1 << 50);
    number(&mut gnu.sparse[0].offset, 1 << 50);
    number(&mut gnu.sparse[0].numbytes, 0);
    header.set_size(0);
    header.set_cksum();
    let bytes = [header.as_bytes().to_vec(), tar(&[("a.txt", &text("one"))])].concat();
    let intake = read("t", &bytes);
    assert_eq!(names(&intake), ["t/a.txt"], "{}", told(&intake));
}

#[test]
fn xz_of_one_line_is_cut_at_its_limit_too() {
    let bytes = xz(&vec![b'a'; 12 << 20]);
    assert_eq!(limits_hit(&read("t", &bytes)), [Limit::Ratio]);
}
