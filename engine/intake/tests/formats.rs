//! Every form of archive gives its texts, whatever it is called.

use crate::made::{bzip2, fixture, gzip, lz4, names, read, tar, text, told, xz, zip, zstd};

#[test]
fn streams_keep_their_name() {
    let a = text("one");
    let lzma = fixture("a.lzma");
    for (form, packed) in [
        ("gzip", gzip(&a)),
        ("bzip2", bzip2(&a)),
        ("xz", xz(&a)),
        ("xz -9", fixture("dictionary-64m.xz")),
        ("zstd", zstd(&a)),
        ("lz4", lz4(&a)),
        ("lzma", lzma),
    ] {
        let intake = read("messages.1.gz", &packed);
        assert_eq!(names(&intake), ["messages.1.gz"], "{form}: {}", told(&intake));
        assert_eq!(intake.documents[0].text.as_bytes(), a, "{form}");
        assert_eq!(intake.problems.len(), 0, "{form}: {}", told(&intake));
    }
}

#[test]
fn streams_may_follow_one_another() {
    let (a, b) = (text("one"), text("two"));
    let both = [a.clone(), b.clone()].concat();
    for pack in [gzip, bzip2, xz, zstd, lz4] {
        let intake = read("a", &[pack(&a), pack(&b)].concat());
        assert_eq!(intake.documents[0].text.as_bytes(), both, "{}", told(&intake));
        assert_eq!(told(&intake), "");
    }
    let padded = [gzip(&a), vec![0; 1000]].concat();
    assert_eq!(told(&read("a", &padded)), "", "zeros behind gzip are padding");
    let frames = read("a", &fixture("frames.zst"));
    assert_eq!(frames.documents[0].text.as_bytes(), [a.clone(), a].concat(), "{}", told(&frames));
}

#[test]
fn containers_hand_out_their_members() {
    let a = text("one");
    for name in ["solid.7z", "single.7z", "copy.7z", "deflate.7z", "bzip2.7z", "bcj.7z", "delta.7z"] {
        let intake = read("t.7z", &fixture(name));
        assert_eq!(names(&intake)[0], "t.7z/logs/a.txt", "{name}: {}", told(&intake));
        assert_eq!(intake.documents[0].text.as_bytes(), a, "{name}");
    }
    for name in ["bzip2.zip", "lzma.zip", "xz.zip"] {
        let intake = read("t.zip", &fixture(name));
        assert_eq!(names(&intake), ["t.zip/logs/a.txt"], "{name}: {}", told(&intake));
        assert_eq!(intake.documents[0].text.as_bytes(), a, "{name}");
        assert_eq!(told(&intake), "", "{name}");
    }
    let intake = read("t.zip", &fixture("descriptor.zip"));
    assert_eq!((names(&intake), told(&intake)), (vec!["t.zip/-"], String::new()));
}

#[test]
fn a_folder_of_7z_is_solid_and_may_hold_anything() {
    let intake = read("t.7z", &fixture("solid.7z"));
    assert_eq!(names(&intake), ["t.7z/logs/a.txt", "t.7z/logs/messages.2", "t.7z/logs/messages.10"]);
    assert_eq!(intake.documents[2].text.as_bytes(), text("three"));
    let told = told(&intake);
    assert!(told.contains("t.7z/logs/link: is a link"), "{told}");
    assert!(told.contains("1 file is empty or blank: t.7z/logs/nothing."), "{told}");
    assert_eq!(intake.problems.len(), 2, "{told}");
}

#[test]
fn what_is_not_understood_is_named() {
    for (name, words) in [
        ("ppmd.7z", "t/logs/a.txt: is packed by a method that is not understood (PPMd); unpack it first"),
        ("encrypted.7z", "t/logs/a.txt: is encrypted; unpack it first"),
        ("encrypted-header.7z", "t: is encrypted; unpack it first"),
        ("deflate64.zip", "t/logs/a.txt: is packed by a method that is not understood (Deflate64); unpack it first"),
        ("encrypted.zip", "t/logs/a.txt: is encrypted; unpack it first"),
    ] {
        let intake = read("t", &fixture(name));
        assert_eq!(told(&intake), format!("{words}."), "{name}");
        assert!(intake.documents.is_empty());
    }
    assert!(told(&read("a.rar", b"Rar!\x1a\x07\0rest")).contains("unpack it first"));
}

#[test]
fn any_form_may_lie_in_any_other() {
    let a = text("one");
    let inner = zip(&[("x.log", &a)]);
    let nested = [
        (gzip(&tar(&[("logs/inner.zip", &inner)])), "t/logs/inner.zip/x.log"),
        (zip(&[("inner.tar.xz", &xz(&tar(&[("x.log", &a)])))]), "t/inner.tar.xz/x.log"),
        (xz(&zip(&[("inner.7z", &fixture("copy.7z"))])), "t/inner.7z/logs/a.txt"),
        (tar(&[("b.bz2", &bzip2(&gzip(&a)))]), "t/b.bz2"),
        (zstd(&lz4(&tar(&[("inner.tar", &tar(&[("x.log", &a)]))]))), "t/inner.tar/x.log"),
    ];
    for (bytes, label) in nested {
        let intake = read("t", &bytes);
        assert_eq!((names(&intake), told(&intake)), (vec![label], String::new()));
        assert_eq!(intake.documents[0].text.as_bytes(), a);
    }
}
