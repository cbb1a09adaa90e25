use super::advise;
use crate::{Intake, Problem, magic};
use stacklore_model::Document;

/// What is told about files of which the first bytes are known; what has none is a text.
fn told(files: &[(&str, &[u8])]) -> Vec<String> {
    let mut intake = Intake::default();
    for (name, bytes) in files {
        match magic::recognise(bytes) {
            Some(form) => {
                let (what, advice) = (form.what, form.advice.into());
                intake.problems.push(Problem::NoText { name: (*name).to_owned(), what, advice });
            }
            None => intake.documents.push(Document::from_text(*name, "text")),
        }
    }
    advise(&mut intake);
    intake.problems.iter().map(ToString::to_string).collect()
}

const KDUMP: &[u8] = b"KDUMP   \x06\0\0\0";
const ELF: &[u8] = b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x02\0";
const CORE: &[u8] = b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x04\0";
const SAVECORE: &[u8] = b"\xed\xc8\xfe\xde\x0a\0\0\0";

#[test]
fn a_dump_of_kdump_names_its_kernel_and_its_log() {
    let folder = "t.tar.gz/var/crash/127.0.0.1-2024-03-04";
    let name = |file: &str| format!("{folder}/{file}");
    let (dump, log, kernel) = (name("vmcore"), name("vmcore-dmesg.txt"), name("vmlinux-5.14.0-1.x86_64"));
    assert_eq!(
        told(&[(&dump, KDUMP), (&log, b"text"), (&kernel, ELF), ("other/vmlinux", ELF)]),
        [
            format!(
                "{dump}: is a kernel dump (vmcore); open it with `crash vmlinux-5.14.0-1.x86_64 vmcore` and paste the \
                 output of `log`, `ps`, `foreach bt`; its log, vmcore-dmesg.txt, was read"
            ),
            format!(
                "{kernel}: is a program or library (ELF); open the dump beside it with `crash vmlinux-5.14.0-1.x86_64 vmcore`"
            ),
            "other/vmlinux: is a program or library (ELF); give the text that a debugger prints of it".to_owned(),
        ]
    );
    let alone = told(&[("vmcore.zst", KDUMP), ("vmlinux; rm -r x", ELF)]);
    assert!(alone[0].contains("`crash VMLINUX VMCORE`"), "no kernel of a plain name: {}", alone[0]);
    assert!(told(&[("vmcore.zst", KDUMP), ("vmlinux.xz", ELF)])[0].contains("`crash vmlinux vmcore`"));
}

#[test]
fn dumps_of_savecore_name_the_kernel_of_their_number() {
    let told = told(&[
        ("c/unix.0", ELF),
        ("c/unix.1", ELF),
        ("c/vmcore.1", SAVECORE),
        ("c/vmdump.2", SAVECORE),
        ("c/bounds", b"3"),
    ]);
    assert!(told[0].ends_with("give the text that a debugger prints of it"), "{}", told[0]);
    assert!(told[1].ends_with("open the dump beside it with `mdb unix.1 vmcore.1`"), "{}", told[1]);
    assert!(told[2].contains("; open it with `mdb unix.1 vmcore.1` and paste"), "{}", told[2]);
    assert!(told[3].contains("; unpack it with `savecore -f vmdump.2`, open"), "{}", told[3]);
    let freebsd =
        self::told(&[("vmcore.0", b"minidump FreeBSD/amd64\0"), ("core.txt.0", b"text"), ("core.txt.1", b"text")]);
    assert!(freebsd[0].ends_with("; what was taken out of it, core.txt.0, was read"), "{}", freebsd[0]);
}

#[test]
fn core_dumps_name_the_stacks_beside_them() {
    let abrt = told(&[("ccpp/coredump", CORE), ("ccpp/backtrace", b"text"), ("ccpp/maps", b"text")]);
    assert!(abrt[0].ends_with("; its stacks, backtrace, were read"), "{}", abrt[0]);
    let apport = told(&[("a.crash/CoreDump", CORE), ("a.crash/ThreadStacktrace", b"text")]);
    assert!(apport[0].ends_with("; its stacks, ThreadStacktrace, were read"), "{}", apport[0]);
}

/// A tar archive of small files.
fn tar(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut tar = tar::Builder::new(Vec::new());
    for (name, bytes) in files {
        let mut header = tar::Header::new_ustar();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        tar.append_data(&mut header, name, *bytes).expect("it is written to memory");
    }
    tar.into_inner().expect("it is written to memory")
}

/// Which files of a tree are texts, and what is told about the others.
fn read(files: &[(&str, &[u8])]) -> (Vec<String>, Vec<String>) {
    let intake = crate::read_bytes("t.tar", tar(files), &crate::Limits::default());
    let strip = |name: &str| name.strip_prefix("t.tar/").unwrap_or(name).to_owned();
    let texts = intake.documents.iter().map(|document| strip(&document.name)).collect();
    (texts, intake.problems.iter().map(|problem| strip(&problem.to_string())).collect())
}

#[test]
fn texts_of_a_sosreport_are_read() {
    let (texts, told) = read(&[
        ("sosreport-h/sos_commands/process/ps_auxwwwm", b"USER PID\n"),
        ("sosreport-h/proc/1/stack", b"[<0>] ep_poll+0x1/0x2\n"),
        ("sosreport-h/var/log/messages", b"Mar  4 10:00:00 h kernel: INFO: task a:1\n"),
        ("sosreport-h/var/log/messages-20240303", b"Mar  3 10:00:00 h kernel: x\n"),
        ("sosreport-h/var/log/journal/1/system.journal", b"LPKSHHRH\0\0\0\0"),
        ("sosreport-h/var/log/sa/sa04", b"\x96\xd5\x75\x21\0\0\0\0"),
        ("sosreport-h/sos_reports/sos.html", b"<!DOCTYPE html><html><body><p>plugins</body></html>"),
        ("sosreport-h/sos_commands/empty", b""),
    ]);
    assert_eq!(texts.len(), 5, "{texts:?}");
    assert_eq!(
        told,
        [
            "sosreport-h/sos_commands/empty: is empty; paste or save the text again",
            "sosreport-h/var/log/journal/1/system.journal: is a systemd journal; give the output of `journalctl --file=FILE`",
            "sosreport-h/var/log/sa/sa04: is a record of sysstat; give the output of `sar -A -f FILE`",
        ]
    );
}

#[test]
fn crash_directories_give_their_texts() {
    let (texts, told) = read(&[
        ("var/crash/h-2024/kexec-dmesg.log", b"text"),
        ("var/crash/h-2024/vmcore", KDUMP),
        ("var/crash/h-2024/vmcore-dmesg.txt", b"[ 1.0] INFO: task a:1\n"),
    ]);
    assert_eq!(texts, ["var/crash/h-2024/kexec-dmesg.log", "var/crash/h-2024/vmcore-dmesg.txt"]);
    assert!(told[0].ends_with("; its log, vmcore-dmesg.txt, was read"), "{told:?}");

    let (texts, told) = read(&[
        ("crash/bounds", b"1\n"),
        ("crash/core.txt.0", b"panic: x\n"),
        ("crash/info.0", b"Dump header from device\n"),
        ("crash/vmcore.0", b"minidump FreeBSD/amd64\0\0"),
    ]);
    assert_eq!(texts, ["crash/bounds", "crash/core.txt.0", "crash/info.0"]);
    assert!(told[0].contains("`kgdb KERNEL VMCORE`") && told[0].ends_with("core.txt.0, was read"), "{told:?}");

    let (texts, told) = read(&[
        ("ccpp-2024-03-04-1/backtrace", b"#0  poll ()\n"),
        ("ccpp-2024-03-04-1/coredump", CORE),
        ("ccpp-2024-03-04-1/maps", b"00400000-00401000 r-xp\n"),
    ]);
    assert_eq!(texts, ["ccpp-2024-03-04-1/backtrace", "ccpp-2024-03-04-1/maps"]);
    assert!(told[0].ends_with("; its stacks, backtrace, were read"), "{told:?}");
}
