//! Tickets that are broken, or that attack whoever reads them.

use super::noise::Log;
use super::pack::{self, Evil, Pack, Squeeze, squeeze};
use super::quine::quine;
use super::ticket::{Made, Maker, Truth};
use super::tree::{Body, Item, Thing};
use std::sync::{Arc, LazyLock};
use tar::EntryType;

/// An archive that was cut off before the case.
pub(crate) fn cut_before(maker: &mut Maker<'_>) -> Made {
    let case = maker.case();
    let taken: usize = case.files.iter().map(|(_, text)| text.len()).sum();
    let mut items = vec![Item::file("a/messages", maker.noise(Log::Syslog, 20 * taken as u64 + 50_000))];
    items.extend(maker.files(case, "b/"));
    let how = *maker.random.pick(&[Squeeze::Gz, Squeeze::Not]);
    let mut bytes = Pack::Tar(how).to_vec(&items);
    bytes.truncate(bytes.len() / 2);
    let truth = Truth::nothing(true, "an archive that was cut off before the case in it");
    Made::file(Pack::Tar(how).ending(), bytes, truth)
}

/// An archive that was cut off behind the case.
pub(crate) fn cut_behind(maker: &mut Maker<'_>) -> Made {
    let case = maker.case();
    let taken: usize = case.files.iter().map(|(_, text)| text.len()).sum();
    let mut items = maker.files(case, "a/");
    items.push(Item::file("b/messages", maker.noise(Log::Syslog, 20 * taken as u64 + 2_000_000)));
    let how = *maker.random.pick(&[Squeeze::Gz, Squeeze::Not]);
    let mut bytes = Pack::Tar(how).to_vec(&items);
    bytes.truncate(bytes.len() * 9 / 10);
    let truth = Truth::of(case, "in an archive that was cut off behind it").with_problem();
    Made::file(Pack::Tar(how).ending(), bytes, truth)
}

/// A zip archive without its end, where its directory is.
pub(crate) fn cut_zip(maker: &mut Maker<'_>) -> Made {
    let case = maker.case();
    let mut items = maker.files(case, "");
    items.push(Item::file("messages", maker.noise(Log::Syslog, 200_000)));
    let mut bytes = Pack::Zip.to_vec(&items);
    bytes.truncate(bytes.len() * 4 / 5);
    Made::file(".zip", bytes, Truth::of(case, "in a zip archive without its end").or_nothing().with_problem())
}

/// A text that is called an archive, or an archive that is called a text.
pub(crate) fn wrong_name(maker: &mut Maker<'_>) -> Made {
    let (case, text) = maker.single();
    if maker.random.chance(50) {
        return Made::file(".tar.gz", text.as_bytes(), Truth::of(case, "a text that is called an archive"));
    }
    let bytes = squeeze(Squeeze::Gz, &Body::bytes(text.as_bytes()));
    Made::file(".txt", bytes, Truth::of(case, "an archive that is called a text"))
}

/// What begins as an archive and goes on as nothing.
pub(crate) fn garbage(maker: &mut Maker<'_>) -> Made {
    let heads: [(&[u8], &str); 5] = [
        (b"PK\x03\x04\x14\0\0\0\x08\0", ".zip"),
        (b"\x1f\x8b\x08\0\0\0\0\0\0\x03", ".gz"),
        (b"7z\xbc\xaf\x27\x1c\0\x04", ".7z"),
        (b"\xfd7zXZ\0\0\x04", ".xz"),
        (b"\x28\xb5\x2f\xfd", ".zst"),
    ];
    let (head, ending) = *maker.random.pick(&heads);
    let rest = (0..4000).map(|_| maker.random.number() as u8);
    let bytes: Vec<u8> = head.iter().copied().chain(rest).collect();
    Made::file(ending, bytes, Truth::nothing(true, "garbage behind the first bytes of an archive"))
}

/// Four gigabytes in a few megabytes: each member of the file gives 64 MiB.
static RATIO: LazyLock<Arc<[u8]>> =
    LazyLock::new(|| squeeze(Squeeze::Dense, &Body::Fill(b'A', 64 << 20)).repeat(64).into());

/// A file that becomes far larger.
pub(crate) fn bomb_ratio(_: &mut Maker<'_>) -> Made {
    Made::file(".log.gz", RATIO.clone(), Truth::nothing(true, "4 GiB in a file of a few MB"))
}

/// An archive in an archive, and so on: each holds the next one sixteen times.
static NESTED: LazyLock<Arc<[u8]>> = LazyLock::new(|| {
    let mut inner = Pack::Zip.to_vec(&[Item::file("zeros.txt", Body::Fill(b'0', 1 << 20))]);
    for _ in 0..12 {
        let copies: Vec<Item> =
            (0..16).map(|number| Item::file(format!("{number:x}.zip"), Body::bytes(&inner[..]))).collect();
        inner = Pack::Zip.to_vec(&copies);
    }
    inner.into()
});

/// Archives in archives without an end that anybody would see.
pub(crate) fn bomb_nested(_: &mut Maker<'_>) -> Made {
    Made::file(".zip", NESTED.clone(), Truth::nothing(true, "archives in archives, thirteen deep, sixteen each"))
}

/// More members than anybody would look at.
static ENTRIES: LazyLock<Arc<[u8]>> = LazyLock::new(|| {
    let body = Body::bytes(&b"x\n"[..]);
    let items: Vec<Item> = (0..150_000).map(|number| Item::file(format!("d/{number}"), body.clone())).collect();
    Pack::Tar(Squeeze::Dense).to_vec(&items).into()
});

/// An archive with very many members.
pub(crate) fn bomb_entries(_: &mut Maker<'_>) -> Made {
    Made::file(".tar.gz", ENTRIES.clone(), Truth::nothing(true, "150,000 members in an archive"))
}

/// A file that unpacks to itself, again and again.
pub(crate) fn bomb_quine(_: &mut Maker<'_>) -> Made {
    static QUINE: LazyLock<Arc<[u8]>> = LazyLock::new(|| quine().into());
    Made::file(".txt.gz", QUINE.clone(), Truth::nothing(true, "a file that unpacks to itself"))
}

/// Paths out of the folder, links, devices: labels, nothing else.
pub(crate) fn evil_tar(maker: &mut Maker<'_>) -> Made {
    let (case, text) = maker.single();
    let path = *maker.random.pick(&[
        "../../../../../../../../tmp/stacklore-escaped.txt",
        "/tmp/stacklore-escaped.txt",
        "a/../../../stacklore-escaped.txt",
        "..\\..\\stacklore-escaped.txt",
    ]);
    let member = |path, kind, target| Evil { path, kind, target, text: Vec::new() };
    let members = [
        member("etc", EntryType::Symlink, "/etc"),
        member("etc/stacklore-escaped", EntryType::Regular, ""),
        member("passwd", EntryType::Symlink, "/etc/passwd"),
        member("shadow", EntryType::Link, "/etc/shadow"),
        member("self", EntryType::Symlink, "self"),
        member("zero", EntryType::Char, ""),
        member("disk", EntryType::Block, ""),
        member("pipe", EntryType::Fifo, ""),
        Evil { path, kind: EntryType::Regular, target: "", text: text.as_bytes().to_vec() },
    ];
    Made::file(".tar", pack::evil_tar(&members), Truth::of(case, "below a path that leads out of the archive"))
}

/// The same in a zip archive.
pub(crate) fn evil_zip(maker: &mut Maker<'_>) -> Made {
    let (case, text) = maker.single();
    let items = [
        Item::of("etc", Thing::Link("/etc".to_owned())),
        Item::file("../../../../../../../../tmp/stacklore-escaped.txt", Body::bytes(text.as_bytes())),
        Item::file("/tmp/stacklore-escaped-2.txt", Body::bytes(&b"nothing\n"[..])),
    ];
    Made::file(".zip", Pack::Zip.to_vec(&items), Truth::of(case, "below a path that leads out of the archive"))
}

/// Links of every kind, none of which leads to another text of the case.
pub(crate) fn links(maker: &mut Maker<'_>) -> Made {
    let case = maker.case();
    let mut items = maker.files(case, "files/");
    let link = |path: &str, target: &str| Item::of(path, Thing::Link(target.to_owned()));
    items.push(Item::file("logs/messages", maker.noise(Log::Syslog, 2000)));
    items.extend([
        link("to-file", "logs/messages"),
        link("to-folder", "logs"),
        link("to-above", ".."),
        link("to-nothing", "no/such/file"),
        link("to-itself", "to-itself"),
        link("to-device", "/dev/zero"),
    ]);
    Made::folder(items, Truth::of(case, "among links").with_problem())
}

/// Things that are no files.
pub(crate) fn special(maker: &mut Maker<'_>) -> Made {
    let case = maker.case();
    let mut items = maker.files(case, "files/");
    items.push(Item::of("run/pipe", Thing::Fifo));
    items.push(Item::of("run/socket", Thing::Socket));
    Made::folder(items, Truth::of(case, "beside a pipe and a socket").with_problem())
}

/// A file that only root can read: whether there is a problem depends on who reads.
pub(crate) fn unreadable(maker: &mut Maker<'_>) -> Made {
    let case = maker.case();
    let mut items = maker.files(case, "files/");
    let log = maker.noise(Log::Syslog, 2000);
    items.push(Item::of("logs/secure", Thing::File(log, 0o000)));
    Made::folder(items, Truth::of(case, "beside a file without permissions"))
}

/// Names that are no UTF-8, and a very long one.
pub(crate) fn odd_bytes(maker: &mut Maker<'_>) -> Made {
    let case = maker.case();
    let mut items = maker.files(case, "files/");
    let log = maker.noise(Log::Syslog, 2000);
    items.push(Item::file(b"caf\xe9/\xff\xfe.log", log));
    let log = maker.noise(Log::Build, 2000);
    items.push(Item::file("l".repeat(250), log));
    let mut made = Made::folder(items, Truth::of(case, "beside names that are no UTF-8"));
    if maker.random.chance(50) {
        made.ending = b"-caf\xe9".to_vec();
    }
    made
}

/// Names that mean something to a shell, a browser or a terminal.
pub(crate) fn odd_names(maker: &mut Maker<'_>) -> Made {
    let (case, text) = maker.single();
    let name = *maker.random.pick(&[
        ("-rf ", ".txt"),
        ("a b'c\"d ", " e.txt"),
        ("two\nlines-", ".txt"),
        ("<script>alert(1)<script>", ".txt"),
        ("\u{1b}[31mred-", ".txt"),
        ("%2e%2e%2f", ".txt"),
        ("..", "...txt"),
        ("=1+1|cmd ", ".csv"),
        ("系统卡死-", ".txt"),
        (" \t", " "),
        ("CON.", ".txt"),
        ("#?&;", "*.txt"),
    ]);
    let mut made = Made::file(name.1, text.as_bytes(), Truth::of(case, "under an odd name"));
    made.before = name.0.as_bytes().to_vec();
    if maker.random.chance(20) {
        made.ending = format!("-{}.txt", "long".repeat(55)).into_bytes();
    }
    made
}
