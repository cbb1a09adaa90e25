//! Damaged and cut-off archives: what comes before the damage is kept, and it is said where they ended.

use crate::made::{bzip2, fixture, gzip, lz4, names, raw_tar_entry, read, tar, told, xz, zip, zstd};
use stacklore_intake::Problem;

/// Text that packs badly, so that a cut leaves some of it.
fn varied() -> Vec<u8> {
    let mut state = 1_u32;
    let mut text = String::new();
    while text.len() < 600_000 {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        text += &format!("{state:x} waits for {:x}\n", state.rotate_left(13));
    }
    text.into_bytes()
}

#[test]
fn cut_off_streams_keep_what_came_before() {
    let whole = varied();
    for (form, packed) in [
        ("gzip", gzip(&whole)),
        ("bzip2", bzip2(&whole)),
        ("xz", xz(&whole)),
        ("zstd", zstd(&whole)),
        ("lz4", lz4(&whole)),
    ] {
        let intake = read("a", &packed[..packed.len() * 3 / 4]);
        assert!(matches!(&intake.problems[..], [Problem::Damaged { .. }]), "{form}: {}", told(&intake));
        assert!(told(&intake).contains("(it ends too early)"), "{form}: {}", told(&intake));
        if form != "bzip2" {
            let document = intake.documents.first().expect(form);
            assert!(whole.starts_with(document.text.as_bytes()), "{form}");
            assert!(document.notes[0].ends_with("could be read."), "{form}: {:?}", document.notes);
        }
    }
}

#[test]
fn changed_bytes_are_noticed() {
    let whole = varied();
    for (form, mut packed) in
        [("gzip", gzip(&whole)), ("bzip2", bzip2(&whole)), ("xz", xz(&whole)), ("zip", zip(&[("a", &whole)]))]
    {
        let middle = packed.len() / 2;
        packed[middle] ^= 0x55;
        let intake = read("a", &packed);
        assert!(matches!(&intake.problems[..], [Problem::Damaged { .. }]), "{form}: {}", told(&intake));
    }
}

#[test]
fn cut_off_containers_keep_their_first_members() {
    let (a, b) = (varied(), varied());
    let files: Vec<(&str, &[u8])> = vec![("a", &a), ("b", &b), ("c", b"text\n")];
    let (tar, zip) = (tar(&files), zip(&files));
    for (form, bytes) in [
        ("tar", tar[..1_000_000].to_vec()),
        ("zip", zip[..zip.len() * 3 / 4].to_vec()),
        ("tar.gz", gzip(&tar)[..400_000].to_vec()),
        ("tar of zip", crate::made::tar(&[("z", &zip)])[..zip.len() * 3 / 4].to_vec()),
    ] {
        let intake = read("t", &bytes);
        assert_eq!(intake.documents.len(), 2, "{form}: {}", told(&intake));
        assert_eq!(intake.documents[0].text.as_bytes(), a, "{form}");
        assert!(b.starts_with(intake.documents[1].text.as_bytes()), "{form}");
        assert!(told(&intake).contains("is damaged after"), "{form}: {}", told(&intake));
    }
    let list = read("t", &zip[..zip.len() - 100]);
    assert_eq!((names(&list), told(&list)), (vec!["t/a", "t/b", "t/c"], String::new()), "only the list was cut off");
}

#[test]
fn a_cut_off_7z_says_so() {
    let whole = fixture("solid.7z");
    let intake = read("t", &whole[..whole.len() - 10]);
    let expected = "t: is damaged from its start, and nothing of it could be read (the list of members at its end is \
                    missing); give an undamaged copy.";
    assert_eq!(told(&intake), expected);
}

#[test]
fn a_bad_member_does_not_take_the_others_along() {
    let mut bytes = zip(&[("a", &varied()[..]), ("b", b"text\n")]);
    bytes[2000] ^= 0x55;
    let intake = read("t", &bytes);
    assert_eq!(names(&intake).last(), Some(&"t/b"));
    let inner = gzip(&varied());
    let bytes = tar(&[("a.gz", &inner[..inner.len() / 2]), ("b", b"text\n")]);
    let intake = read("t", &bytes);
    assert_eq!(names(&intake), ["t/a.gz", "t/b"]);
    assert_eq!(intake.problems[0].name(), "t/a.gz");
}

#[test]
fn headers_alone_are_damaged() {
    let gz = gzip(b"text\n");
    let forms: [(&str, &[u8]); 8] = [
        ("gzip", &gz[..10]),
        ("xz", &xz(b"text\n")[..12]),
        ("zstd", b"\x28\xb5\x2f\xfd"),
        ("lz4", b"\x04\x22\x4d\x18"),
        ("bzip2", b"BZh91AY&SY"),
        ("zip", b"PK\x03\x04"),
        ("7z", b"7z\xbc\xaf\x27\x1c"),
        ("tar", &raw_tar_entry(b"a", tar::EntryType::Regular, b"text\n")[..512]),
    ];
    for (form, bytes) in forms {
        let intake = read("t", bytes);
        assert!(intake.documents.is_empty());
        assert!(matches!(&intake.problems[..], [Problem::Damaged { .. }]), "{form}: {}", told(&intake));
    }
}

#[test]
fn a_header_that_claims_billions_is_refused() {
    // A next header of 2^62 bytes, with the right checksum of the start header.
    let mut start = Vec::new();
    start.extend(0_u64.to_le_bytes());
    start.extend((1_u64 << 62).to_le_bytes());
    start.extend(0_u32.to_le_bytes());
    let mut bytes = b"7z\xbc\xaf\x27\x1c\0\x04\0\0\0\0".to_vec();
    bytes.extend(start);
    assert!(told(&read("t", &bytes)).contains("128 MiB"));
    // An end of the list that claims 65,534 members in a list of 4 GiB.
    let mut bytes = zip(&[("a", b"text\n")]);
    let end = bytes.len() - 22;
    bytes[end + 8..end + 16].copy_from_slice(&[0xfe, 0xff, 0xfe, 0xff, 0xfe, 0xff, 0xff, 0xff]);
    assert_eq!(names(&read("t", &bytes)), ["t/a"]);
}

/// Damage anywhere, in any form: nothing panics, and nothing is made up. The decoders of other crates are caught
/// should they panic; the hook is silenced so that such a test would not print.
#[test]
fn no_damage_is_fatal() {
    let whole = varied()[..20_000].to_vec();
    let files: Vec<(&str, &[u8])> = vec![("a", &whole), ("b/c", &whole)];
    let mut samples: Vec<Vec<u8>> = vec![tar(&files), zip(&files), gzip(&tar(&files)), xz(&whole), bzip2(&whole)];
    samples.extend([zstd(&whole), lz4(&whole), gzip(&whole)]);
    for name in ["solid.7z", "single.7z", "bcj.7z", "bzip2.7z", "lzma.zip", "xz.zip", "descriptor.zip", "frames.zst"] {
        samples.push(fixture(name));
    }
    let mut state = 7_u64;
    let mut random = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    for sample in &samples {
        for round in 0..60 {
            let mut bytes = sample.clone();
            match round % 3 {
                0 => (0..1 + random(8)).for_each(|_| bytes[random(sample.len())] = random(256) as u8),
                1 => bytes.truncate(random(sample.len())),
                _ => {
                    let from = random(sample.len().min(64));
                    bytes[from..].iter_mut().for_each(|byte| *byte = random(256) as u8);
                }
            }
            let intake = read("t", &bytes);
            assert!(intake.told().len() <= intake.problems.len());
        }
    }
}
