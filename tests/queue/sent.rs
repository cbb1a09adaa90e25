//! Tickets that were packed, encoded or sent.

use super::carry;
use super::mail::{self, Attachment, Transfer};
use super::noise::Log;
use super::pack::{Pack, Squeeze, squeeze};
use super::ticket::{Content, Made, Maker, Truth};
use super::tree::{Body, Item, Thing};

/// UTF-16 of Windows.
pub(crate) fn utf16(maker: &mut Maker<'_>) -> Made {
    let (case, text) = maker.single();
    let big = maker.random.chance(40);
    Made::file(".txt", carry::utf16(text, big), Truth::of(case, "in UTF-16"))
}

/// Line ends of Windows.
pub(crate) fn crlf(maker: &mut Maker<'_>) -> Made {
    let (case, text) = maker.single();
    Made::file(".txt", carry::crlf(text), Truth::of(case, "with the line ends of Windows"))
}

/// An encoding that is older than Unicode.
pub(crate) fn legacy(maker: &mut Maker<'_>) -> Made {
    let (case, text) = maker.ascii();
    let chinese = maker.random.chance(50);
    Made::file(".txt", carry::legacy(text, chinese), Truth::of(case, "below words in a legacy encoding"))
}

/// The journal as JSON.
pub(crate) fn journal_json(maker: &mut Maker<'_>) -> Made {
    let (case, text) = maker.console();
    Made::file(".json", carry::journal_json(text, maker.time), Truth::of(case, "journalctl -o json"))
}

/// The journal as it is exported.
pub(crate) fn journal_export(maker: &mut Maker<'_>) -> Made {
    let (case, text) = maker.console();
    Made::file(".export", carry::journal_export(text, maker.time), Truth::of(case, "journalctl -o export"))
}

const STORIES: [&str; 4] = [
    "Hello, the machine does not answer any more since this night. I restarted it, and it happened again.",
    "Is there any news? Our customers are waiting & the deadline is < 2 days away.",
    "Attached is what I could save before the restart. Please tell me what else you need.",
    "It has been like this since the last update; before that it ran for 400 days.",
];

fn attachments(maker: &mut Maker<'_>, files: &[(String, Vec<u8>)]) -> Vec<Attachment> {
    let transfer = |maker: &mut Maker<'_>| if maker.random.chance(60) { Transfer::Base64 } else { Transfer::Quoted };
    let each = files.iter();
    each.map(|(name, bytes)| {
        let name = name.replace(['/', '"', '\\'], "_");
        Attachment { name, bytes: bytes.clone(), transfer: transfer(maker) }
    })
    .collect()
}

/// A message with the text in it, or with files attached.
pub(crate) fn eml(maker: &mut Maker<'_>) -> Made {
    let story = *maker.random.pick(&STORIES);
    if maker.random.chance(40) {
        let (case, text) = maker.single();
        let body = format!("{story}\n\n{text}\n\nKind regards\n-- \nNight shift\n");
        let message = mail::message(maker.time, "system hangs", body.as_bytes(), &[]);
        return Made::file(".eml", message.into_bytes(), Truth::of(case, "in the body of a message"));
    }
    let case = maker.case();
    let mut files = attachments(maker, &case.files);
    let log = maker.noise(Log::Syslog, 3000).to_vec();
    files.push(Attachment { name: "zz-messages.log".to_owned(), bytes: log, transfer: Transfer::Base64 });
    let subject = "=?utf-8?B?U3lzdGVtIGjDpG5ndA==?=";
    let message = mail::message(maker.time, subject, story.as_bytes(), &files);
    Made::file(".eml", message.into_bytes(), Truth::of(case, "attached to a message"))
}

/// A few messages in one file; one of them has the case.
pub(crate) fn mbox(maker: &mut Maker<'_>) -> Made {
    let case = maker.case();
    let count = 1 + maker.random.below(3);
    let with = maker.random.below(count);
    let mut messages = Vec::new();
    for number in 0..count {
        let story = *maker.random.pick(&STORIES);
        let files = if number == with { attachments(maker, &case.files) } else { Vec::new() };
        let subject = if number == 0 { "hang" } else { "Re: hang" };
        messages.push(mail::message(maker.time + number * 3600, subject, story.as_bytes(), &files));
    }
    Made::file(".mbox", mail::mailbox(&messages).into_bytes(), Truth::of(case, "attached to a message of a mailbox"))
}

/// A page saved from a ticket system.
pub(crate) fn page(maker: &mut Maker<'_>) -> Made {
    let (case, text) = maker.single();
    let page = mail::page(maker.number, text, &STORIES[..2]);
    Made::file(".html", page.into_bytes(), Truth::of(case, "in a page"))
}

/// The files of a case among logs, with folders and modes.
fn tree(maker: &mut Maker<'_>) -> (Vec<Item>, Truth) {
    let case = maker.case();
    let taken = case.files.iter().map(|(_, text)| text.len()).sum();
    let long = "collected-by-the-support-tool-of-the-night-shift/".repeat(4);
    let folder = match maker.random.below(3) {
        0 => String::new(),
        1 => "ticket/attachments/".to_owned(),
        _ => long,
    };
    let mut items = maker.files(case, &folder);
    if let Some(Item { thing: Thing::File(_, mode), .. }) = items.first_mut() {
        *mode = 0o400;
    }
    let rest = maker.rest(taken, maker.bytes);
    items.extend(maker.junk(rest));
    items.insert(0, Item::of("ticket/", Thing::Folder));
    (items, Truth::of(case, "in an archive"))
}

fn packed(maker: &mut Maker<'_>, pack: Pack) -> Made {
    let (items, truth) = tree(maker);
    let ending = match pack {
        Pack::Tar(Squeeze::Gz) if maker.random.chance(30) => ".tgz".to_owned(),
        _ => pack.ending(),
    };
    Made::file(ending, pack.to_vec(&items), truth)
}

/// A tar archive.
pub(crate) fn tar(maker: &mut Maker<'_>) -> Made {
    packed(maker, Pack::Tar(Squeeze::Not))
}

/// A tar archive, compressed with gzip.
pub(crate) fn tar_gz(maker: &mut Maker<'_>) -> Made {
    packed(maker, Pack::Tar(Squeeze::Gz))
}

/// A tar archive, compressed with bzip2.
pub(crate) fn tar_bz2(maker: &mut Maker<'_>) -> Made {
    packed(maker, Pack::Tar(Squeeze::Bz2))
}

/// A tar archive, compressed with xz.
pub(crate) fn tar_xz(maker: &mut Maker<'_>) -> Made {
    packed(maker, Pack::Tar(Squeeze::Xz))
}

/// A tar archive, compressed with zstd.
pub(crate) fn tar_zst(maker: &mut Maker<'_>) -> Made {
    packed(maker, Pack::Tar(Squeeze::Zst))
}

/// A zip archive.
pub(crate) fn zip(maker: &mut Maker<'_>) -> Made {
    packed(maker, Pack::Zip)
}

/// A 7z archive.
pub(crate) fn seven(maker: &mut Maker<'_>) -> Made {
    packed(maker, Pack::SevenZ)
}

/// One compressed file.
pub(crate) fn compressed(maker: &mut Maker<'_>) -> Made {
    let (case, text) = maker.single();
    let how = *maker.random.pick(&[Squeeze::Gz, Squeeze::Bz2, Squeeze::Xz, Squeeze::Zst]);
    let rest = maker.rest(text.len(), maker.bytes);
    let log = maker.noise(Log::Build, rest);
    let body = Body::Parts(vec![log, Body::bytes(format!("\n\n{text}").into_bytes())]);
    Made::file(format!(".log{}", how.ending()), squeeze(how, &body), Truth::of(case, "in a compressed file"))
}

/// An archive in an archive, or in a folder, or attached to a message.
pub(crate) fn nested(maker: &mut Maker<'_>) -> Made {
    let (items, truth) = tree(maker);
    let forms = [Pack::Zip, Pack::Tar(Squeeze::Gz), Pack::Tar(Squeeze::Xz), Pack::Tar(Squeeze::Not)];
    let (inner, outer) = (*maker.random.pick(&forms[..2]), *maker.random.pick(&forms));
    let name = format!("logs{}", inner.ending());
    let bytes = inner.to_vec(&items);
    match maker.random.below(3) {
        0 => {
            let inside = Item::file(format!("upload/{name}"), Body::bytes(bytes));
            Made::folder(vec![inside], Truth { note: format!("{}, in a folder", truth.note), ..truth })
        }
        1 => {
            let files = [(name, bytes)];
            let attached = attachments(maker, &files);
            let message = mail::message(maker.time, "logs", STORIES[2].as_bytes(), &attached);
            let truth = Truth { note: format!("{}, attached to a message", truth.note), ..truth };
            Made::new(".eml", Content::File(Body::bytes(message.into_bytes())), truth)
        }
        _ => {
            let inside = Item::file(format!("upload/{name}"), Body::bytes(bytes));
            let truth = Truth { note: format!("{}, in another", truth.note), ..truth };
            Made::file(outer.ending(), outer.to_vec(&[inside]), truth)
        }
    }
}
