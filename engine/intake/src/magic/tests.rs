use super::forms::MAGICS;
use super::{Kind, recognise};

fn what(bytes: &[u8]) -> Option<&'static str> {
    recognise(bytes).map(|form| form.what)
}

/// A header of ELF with a segment of notes and one of memory.
fn elf(wide: bool, big: bool, kind: u16, note: (&str, u32), address: u64) -> Vec<u8> {
    let mut file = vec![0x7f, b'E', b'L', b'F', 1 + u8::from(wide), 1 + u8::from(big), 1];
    file.resize(16, 0);
    let put = |file: &mut Vec<u8>, number: u64, size: usize| {
        let bytes = number.to_le_bytes();
        let bytes = &bytes[..size];
        if big { file.extend(bytes.iter().rev()) } else { file.extend(bytes) }
    };
    let word = if wide { 8 } else { 4 };
    let (header, segment) = if wide { (64, 56) } else { (52, 32) };
    put(&mut file, u64::from(kind), 2);
    put(&mut file, 62, 2);
    put(&mut file, 1, 4);
    for number in [0, header, 0] {
        put(&mut file, number, word);
    }
    put(&mut file, 0, 4);
    for number in [header, segment, 2, 0, 0, 0] {
        put(&mut file, number, 2);
    }
    let notes = header + 2 * segment;
    for (kind, offset, address, size) in [(4, notes, 0, 64), (1, 4096, address, 4096)] {
        let order: Vec<(u64, usize)> = if wide {
            vec![(kind, 4), (0, 4), (offset, 8), (address, 8), (0, 8), (size, 8), (size, 8), (0, 8)]
        } else {
            vec![(kind, 4), (offset, 4), (address, 4), (0, 4), (size, 4), (size, 4), (0, 4), (0, 4)]
        };
        for (number, size) in order {
            put(&mut file, number, size);
        }
    }
    // A note about a processor comes first, in dumps of either kind.
    for (name, kind) in [("CORE", 1), note] {
        put(&mut file, name.len() as u64 + 1, 4);
        put(&mut file, 4, 4);
        put(&mut file, u64::from(kind), 4);
        file.extend(name.as_bytes());
        file.resize((file.len() + 1).next_multiple_of(4), 0);
        file.extend([1, 2, 3, 4]);
    }
    file.resize(8192, 0);
    file
}

#[test]
fn dumps_in_elf_are_told_apart_whatever_the_machine() {
    for (wide, big) in [(true, false), (true, true), (false, false), (false, true)] {
        let (low, high) = if wide { (0x40_0000, 0xffff_8880_0000_0000) } else { (0x804_8000, 0xc000_0000) };
        let system = Some("a kernel dump (vmcore, ELF)");
        let process = Some("a core dump of a process (ELF)");
        assert_eq!(what(&elf(wide, big, 4, ("VMCOREINFO", 0), low)), system, "{wide} {big}");
        assert_eq!(what(&elf(wide, big, 4, ("CORE", 3), high)), process, "{wide} {big}");
        assert_eq!(what(&elf(wide, big, 4, ("CORE", 1), high)), system, "by its addresses: {wide} {big}");
        assert_eq!(what(&elf(wide, big, 4, ("CORE", 1), low)), process, "by its addresses: {wide} {big}");
        assert_eq!(what(&elf(wide, big, 4, ("CORE", 1), 0)), system, "of a virtual machine: {wide} {big}");
        assert_eq!(what(&elf(wide, big, 2, ("GNU", 1), low)), Some("a program or library (ELF)"));
        assert_eq!(what(&elf(wide, big, 4, ("CORE", 3), low)[..24]), Some("a core dump (ELF)"), "cut off");
    }
    assert_eq!(what(b"\x7fELF"), Some("a program or library (ELF)"));
}

#[test]
fn dumps_of_macos_are_told_from_programs() {
    assert_eq!(what(b"\xcf\xfa\xed\xfe\x07\0\0\x01\x03\0\0\0\x04\0\0\0"), Some("a core dump of macOS"));
    assert_eq!(what(b"\xfe\xed\xfa\xce\0\0\0\x07\0\0\0\x03\0\0\0\x04"), Some("a core dump of macOS"));
    assert_eq!(what(b"\xcf\xfa\xed\xfe\x07\0\0\x01\x03\0\0\0\x02\0\0\0"), Some("a program or library of macOS"));
}

#[test]
fn each_magic_is_found_and_none_hides_another() {
    for magic in MAGICS {
        let mut file = vec![0; magic.at];
        file.extend(magic.bytes);
        file.extend([0, 0x31, 0x41, 0x59, 0x26, 0, 0, 0, 1, 2, 3]);
        if magic.bytes == b"BZh" {
            file.splice(3.., *b"91AY&SY\0");
        }
        assert_eq!(recognise(&file), Some(magic.form), "{magic:?}");
    }
}

#[test]
fn what_packs_is_known_as_such() {
    let kind = |bytes: &[u8]| recognise(bytes).map(|form| form.kind);
    let mut tar = b"makedumpfile.log".to_vec();
    tar.resize(257, 0);
    tar.extend(b"ustar\0");
    assert_eq!(kind(&tar), Some(Kind::Archive));
    assert_eq!(kind(b"\x1f\x8b\x08\0rest"), Some(Kind::Archive));
    assert_eq!(kind(b"PK\x03\x04 and so on"), Some(Kind::Archive));
    let mut document = b"PK\x03\x04".to_vec();
    document.resize(30, 0);
    document.extend(b"[Content_Types].xml");
    assert_eq!(kind(&document), Some(Kind::Other));
    assert_eq!(kind(b"KDUMP   \x06\0\0\0"), Some(Kind::SystemDump));
}

#[test]
fn some_documents_are_all_characters() {
    assert_eq!(what(b"%PDF-1.4\n1 0 obj\n"), Some("a PDF"));
    assert_eq!(what(b"{\\rtf1\\ansi text}"), Some("a document in rich text format"));
}

#[test]
fn text_is_nothing_of_that() {
    for text in [
        "",
        "BZh is how the paste begins",
        "BZh9",
        "BZh91AY",
        "INFO: task cat:12 blocked",
        "MDMPs are attached\n",
        "MZ\n",
        "BM 12 hangs",
        "makedumpfile -d 31 hangs:\n",
        "JAVA PROFILE 1.0.2 was written\n",
        "DISKDUMP\n",
        "070701 is the date",
        "!<arch>\n",
        "PAGEDUMP of the server",
        "hsqs",
        "\u{1b}[1mKDUMP   \u{7}",
    ] {
        assert_eq!(what(text.as_bytes()), None, "{text}");
    }
}

/// Fixed seed: headers with wrong numbers.
#[test]
fn no_header_panics() {
    let mut state = 3_u64;
    let files = [elf(true, false, 4, ("CORE", 1), 1), elf(false, true, 4, ("VMCOREINFO", 0), 1)];
    for round in 0..20_000 {
        let mut file = files[round % 2].clone();
        for _ in 0..4 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let at = (state >> 33) as usize % 400;
            file[at] = if state & 1 == 0 { 0xff } else { (state >> 20) as u8 };
        }
        file.truncate((state >> 40) as usize % 8192);
        let _ = recognise(&file);
    }
}
