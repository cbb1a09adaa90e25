//! Recognises files that are no text by their first bytes, so that the message can say what to do with them.

/// A form of file that is no text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Form {
    /// What it is, with its article.
    pub(crate) what: &'static str,
    /// What to do with it.
    pub(crate) advice: &'static str,
}

struct Magic {
    at: usize,
    bytes: &'static [u8],
    form: Form,
}

const fn archive(at: usize, bytes: &'static [u8], what: &'static str) -> Magic {
    Magic { at, bytes, form: Form { what, advice: "unpack it first" } }
}

const fn form(bytes: &'static [u8], what: &'static str, advice: &'static str) -> Magic {
    Magic { at: 0, bytes, form: Form { what, advice } }
}

const WITH_CRASH: &str = "open it with crash and paste the output of `log`, `ps`, `foreach bt`";
const WITH_WINDBG: &str = "open it with WinDbg and paste the output of `!analyze -v` and `~*k`";
const PICTURE: &str = "paste the text that it shows";

static MAGICS: &[Magic] = &[
    archive(0, b"\x1f\x8b", "a gzip archive"),
    archive(0, b"\x1f\x9d", "a compress archive"),
    archive(0, b"\xfd7zXZ\0", "an xz archive"),
    archive(0, b"BZh", "a bzip2 archive"),
    archive(0, b"\x28\xb5\x2f\xfd", "a zstd archive"),
    archive(0, b"\x04\x22\x4d\x18", "an lz4 archive"),
    archive(0, b"PK\x03\x04", "a zip archive"),
    archive(0, b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    archive(0, b"Rar!\x1a\x07", "a rar archive"),
    archive(257, b"ustar", "a tar archive"),
    form(b"KDUMP   ", "a kernel dump (vmcore)", WITH_CRASH),
    form(b"DISKDUMP", "a kernel dump (vmcore)", WITH_CRASH),
    form(b"makedumpfile", "a kernel dump (vmcore)", WITH_CRASH),
    form(b"MDMP", "a Windows minidump", WITH_WINDBG),
    form(b"PAGEDU64", "a Windows kernel dump", WITH_WINDBG),
    form(b"LPKSHHRH", "a systemd journal", "give the output of `journalctl --file=FILE`"),
    form(b"PERFILE2", "a perf recording", "give the output of `perf script`"),
    form(b"JAVA PROFILE", "a Java heap dump", "take a thread dump with `jstack PID` instead"),
    form(b"%PDF-", "a PDF", PICTURE),
    form(b"\x89PNG", "a picture", PICTURE),
    form(b"\xff\xd8\xff", "a picture", PICTURE),
    form(b"GIF8", "a picture", PICTURE),
];

const CORE: Form = Form {
    what: "a core dump (ELF)",
    advice: "open it with `gdb PROGRAM CORE` and paste the output of `thread apply all bt`; a vmcore with crash, \
             and paste the output of `log`, `ps`, `foreach bt`",
};
const ELF: Form = Form { what: "a program or library (ELF)", advice: "give the text that a debugger prints of it" };

/// The form of a file, where its first bytes tell that it is no text.
pub(crate) fn recognise(bytes: &[u8]) -> Option<Form> {
    if bytes.starts_with(b"\x7fELF") {
        // e_type stands at 16, in the byte order of the file; 4 is a core dump in either.
        return Some(if matches!(bytes.get(16..18), Some([4, 0] | [0, 4])) { CORE } else { ELF });
    }
    let found = MAGICS.iter().find(|magic| bytes.get(magic.at..).is_some_and(|rest| rest.starts_with(magic.bytes)))?;
    // Three letters are not much: a pasted text may begin with them.
    let block_size = bytes.get(3).is_some_and(u8::is_ascii_digit);
    (found.bytes != b"BZh" || block_size && bytes.get(4) == Some(&0x31)).then_some(found.form)
}

#[cfg(test)]
mod tests {
    use super::recognise;

    #[test]
    fn archives_and_dumps_are_named() {
        assert_eq!(recognise(b"\x1f\x8b\x08\0rest").map(|form| form.what), Some("a gzip archive"));
        let mut tar = vec![b'a'; 257];
        tar.extend(b"ustar\0");
        assert_eq!(recognise(&tar).map(|form| form.what), Some("a tar archive"));
        let core = b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x04\0";
        assert_eq!(recognise(core).map(|form| form.what), Some("a core dump (ELF)"));
    }

    #[test]
    fn text_is_nothing_of_that() {
        assert_eq!(recognise(b"BZh is how the paste begins"), None);
        assert_eq!(recognise(b"INFO: task cat:12 blocked"), None);
        assert_eq!(recognise(b""), None);
    }
}
