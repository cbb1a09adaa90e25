//! The magics of files that are no text.

use super::{Form, Kind, Magic};

const fn magic(at: usize, bytes: &'static [u8], kind: Kind, what: &'static str, advice: &'static str) -> Magic {
    Magic { at, bytes, form: Form { what, advice, kind }, of_text: false }
}

const fn archive(at: usize, bytes: &'static [u8], what: &'static str) -> Magic {
    magic(at, bytes, Kind::Archive, what, "unpack it first")
}

const fn system(at: usize, bytes: &'static [u8], what: &'static str, advice: &'static str) -> Magic {
    magic(at, bytes, Kind::SystemDump, what, advice)
}

const fn other(at: usize, bytes: &'static [u8], what: &'static str, advice: &'static str) -> Magic {
    magic(at, bytes, Kind::Other, what, advice)
}

/// A form whose files may hold nothing but characters.
const fn text(bytes: &'static [u8], what: &'static str, advice: &'static str) -> Magic {
    Magic { of_text: true, ..other(0, bytes, what, advice) }
}

pub(super) const WITH_CRASH: &str =
    "open it with `crash VMLINUX VMCORE` and paste the output of `log`, `ps`, `foreach bt`";
pub(super) const WITH_GDB: &str = "open it with `gdb PROGRAM CORE` and paste the output of `thread apply all bt`";
pub(super) const PROGRAM: &str = "give the text that a debugger prints of it";

const FLATTENED: &str = "turn it into a vmcore with `makedumpfile -R VMCORE`, open that with `crash VMLINUX VMCORE` and \
                         paste the output of `log`, `ps`, `foreach bt`";
const WITH_MDB: &str = "open it with `mdb` (after `savecore -f` where it is compressed) and paste the output of \
                        `::status`, `::msgbuf`, `::stacks`, `::threadlist -v`";
const WITH_KGDB: &str =
    "open it with `kgdb KERNEL VMCORE` and paste the output of `thread apply all bt`, or give its core.txt";
const WITH_WINDBG: &str = "open it with WinDbg and paste the output of `!analyze -v` and `!stacks 2`";
const MINIDUMP: &str = "open it with WinDbg and paste the output of `!analyze -v` and `~*k`, or that of \
                        `minidump_stackwalk`";
const HEAP: &str = "take a thread dump with `jstack PID` instead";
const PICTURE: &str = "paste the text that it shows";
const DOCUMENT: &str = "save it as plain text";
const SWAP: &str = "it can be resumed and no more; force a dump of the hang instead";
const MACHINE: &str =
    "open it with a version of `crash` that reads it, and paste the output of `log`, `ps`, `foreach bt`";
const PACKETS: &str = "give the text that a packet analyser prints of it";
const CONSOLE: &str = "give the text of the console or the log that it is from";

/// In the order in which they are looked for.
pub(super) static MAGICS: &[Magic] = &[
    // Documents in archives come before what packs them, and a tar before all that may be the name of its first file.
    other(30, b"[Content_Types].xml", "an Office document", DOCUMENT),
    other(30, b"mimetypeapplication/vnd.oasis.opendocument", "an Office document", DOCUMENT),
    archive(257, b"ustar", "a tar archive"),
    archive(0, b"\x1f\x8b", "a gzip archive"),
    archive(0, b"\x1f\x9d", "a compress archive"),
    archive(0, b"\xfd7zXZ\0", "an xz archive"),
    archive(0, b"BZh", "a bzip2 archive"),
    archive(0, b"\x28\xb5\x2f\xfd", "a zstd archive"),
    archive(0, b"\x04\x22\x4d\x18", "an lz4 archive"),
    archive(0, b"LZIP\x01", "an lzip archive"),
    archive(0, b"\x89LZO\0\r\n\x1a\n", "an lzop archive"),
    archive(0, b"\xff\x06\0\0sNaPpY", "a snappy archive"),
    archive(0, b"PK\x03\x04", "a zip archive"),
    archive(0, b"PK\x05\x06", "a zip archive"),
    archive(0, b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    archive(0, b"Rar!\x1a\x07", "a rar archive"),
    archive(0, b"MSCF\0\0\0\0", "a cabinet archive"),
    archive(0, b"070701", "a cpio archive"),
    archive(0, b"070702", "a cpio archive"),
    archive(0, b"!<arch>\n", "an ar archive or package"),
    archive(0, b"\xed\xab\xee\xdb", "an rpm package"),
    archive(0, b"hsqs", "a squashfs image"),
    // Memory of systems.
    system(0, b"KDUMP   ", "a kernel dump (vmcore)", WITH_CRASH),
    system(0, b"DISKDUMP", "a kernel dump (vmcore)", WITH_CRASH),
    system(0, b"diskdump", "a kernel dump (diskdump partition)", WITH_CRASH),
    system(0, b"makedumpfile\0", "a flattened kernel dump (makedumpfile)", FLATTENED),
    system(0, b"\xed\x23\x8f\x61\x73\x01\x19\xa8", "a kernel dump (LKCD)", WITH_CRASH),
    system(0, b"\xcd\x23\x8f\x61\x73\x01\x19\xa8", "a kernel dump (LKCD)", WITH_CRASH),
    system(0, b"\xa8\x19\x01\x73\x61\x8f\x23\xed", "a kernel dump (LKCD)", WITH_CRASH),
    system(0, b"\xa8\x19\x01\x73\x61\x8f\x23\xfd", "a kernel dump (s390)", WITH_CRASH),
    system(0, b"\xa8\x19\x01\x73\x61\x8f\x23\xfe", "a kernel dump (s390)", WITH_CRASH),
    // DUMP_MAGIC of sys/dumphdr.h: vmdump.N and vmcore.N of savecore.
    system(0, b"\xed\xc8\xfe\xde", "a kernel dump (illumos or Solaris)", WITH_MDB),
    system(0, b"\xde\xfe\xc8\xed", "a kernel dump (illumos or Solaris)", WITH_MDB),
    system(0, b"minidump FreeBSD/", "a kernel dump (FreeBSD)", WITH_KGDB),
    system(0, b"FreeBSD Kernel Dump", "a kernel dump (FreeBSD)", WITH_KGDB),
    system(0, b"PAGEDU64", "a Windows kernel dump", WITH_WINDBG),
    system(0, b"PAGEDUMP", "a Windows kernel dump", WITH_WINDBG),
    system(0, b"QEVM", "a saved virtual machine (QEMU)", MACHINE),
    system(0, b"\xd0\xbe\xd2\xbe", "a saved virtual machine (VMware)", MACHINE),
    system(0, b"\xd1\xba\xd1\xba", "a saved virtual machine (VMware)", MACHINE),
    system(0, b"\xd2\xbe\xd2\xbe", "a saved virtual machine (VMware)", MACHINE),
    system(0, b"\xd3\xbe\xd3\xbe", "a saved virtual machine (VMware)", MACHINE),
    // A page of 4096 bytes ends with it.
    other(4086, b"S1SUSPEND", "an image of a hibernated system", SWAP),
    other(4086, b"ULSUSPEND", "an image of a hibernated system", SWAP),
    other(4086, b"LINHIB0001", "an image of a hibernated system", SWAP),
    other(4086, b"SWAPSPACE2", "a swap file", SWAP),
    // Memory of processes.
    magic(0, b"MDMP", Kind::ProcessDump, "a Windows minidump", MINIDUMP),
    other(0, b"JAVA PROFILE 1.0", "a Java heap dump", HEAP),
    // Programs.
    magic(0, b"MZ", Kind::Program, "a Windows program or library", PROGRAM),
    magic(0, b"\xca\xfe\xba\xbe", Kind::Program, "a Java class or a program of macOS", PROGRAM),
    // Recordings.
    other(0, b"LPKSHHRH", "a systemd journal", "give the output of `journalctl --file=FILE`"),
    other(0, b"ElfFile\0", "a Windows event log", "export it as text"),
    other(0, b"PERFILE2", "a perf recording", "give the output of `perf script`"),
    other(0, b"PERFFILE", "a perf recording", "give the output of `perf script`"),
    other(0, b"\x17\x08\x44tracing", "a recording of trace-cmd", "give the output of `trace-cmd report`"),
    other(0, b"FLR\0", "a Java flight recording", "give the output of `jfr print --events jdk.ThreadDump`"),
    other(0, b"\x96\xd5", "a record of sysstat", "give the output of `sar -A -f FILE`"),
    other(0, b"\xd4\xc3\xb2\xa1", "a packet capture", PACKETS),
    other(0, b"\xa1\xb2\xc3\xd4", "a packet capture", PACKETS),
    other(0, b"\x4d\x3c\xb2\xa1", "a packet capture", PACKETS),
    other(0, b"\xa1\xb2\x3c\x4d", "a packet capture", PACKETS),
    other(0, b"\x0a\x0d\x0d\x0a", "a packet capture", PACKETS),
    // Data.
    other(0, b"SQLite format 3\0", "an SQLite database", "give the text that is asked for from it"),
    other(0, b"QFI\xfb", "a disk image (qcow2)", CONSOLE),
    other(0, b"KDMV", "a disk image (VMDK)", CONSOLE),
    // Documents and pictures.
    text(b"%PDF-", "a PDF", PICTURE),
    other(
        0,
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        "an Office document or an Outlook message",
        "save it as plain text, a message as .eml",
    ),
    other(
        0,
        b"\x78\x9f\x3e\x22",
        "an attachment that only Outlook reads (TNEF)",
        "send it again as plain text or MIME",
    ),
    text(b"{\\rtf1", "a document in rich text format", DOCUMENT),
    other(0, b"\x89PNG\r\n\x1a\n", "a picture", PICTURE),
    other(0, b"\xff\xd8\xff", "a picture", PICTURE),
    other(0, b"GIF87a", "a picture", PICTURE),
    other(0, b"GIF89a", "a picture", PICTURE),
    other(8, b"WEBP", "a picture", PICTURE),
    other(0, b"BM", "a picture", PICTURE),
    other(0, b"II*\0", "a picture", PICTURE),
    other(0, b"MM\0*", "a picture", PICTURE),
    other(4, b"ftyp", "a video or a picture", PICTURE),
    other(0, b"\x1a\x45\xdf\xa3", "a video", PICTURE),
];
