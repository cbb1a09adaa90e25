//! The first line, which is the answer; what belongs to it where no rule knows the hang; and the last lines.

use super::page::Page;
use crate::answer::Answer;
use crate::view::EngineView;

/// Notes that stand open.
const NOTES: usize = 4;

/// Writes the first line.
pub(super) fn headline(page: &mut Page, answer: &Answer) {
    let rest = page.prose(&answer.headline);
    // Where nothing is wrong the answer is the first sentence, not one word.
    match (answer.word, answer.headline.split_once("  ")) {
        ("", Some((first, rest))) => page.block(format!("**{}** {}", page.prose(first), page.prose(rest))),
        ("", None) => page.block(format!("**{rest}**")),
        (word, _) => page.block(format!("**{word}** — {rest}")),
    }
}

/// Writes groups of stacks, where to look first, and what is known of their functions.
pub(super) fn groups(page: &mut Page, answer: &Answer) {
    let groups: Vec<String> = answer
        .groups
        .iter()
        .map(|group| {
            let who = if group.who.is_empty() { String::new() } else { format!(" → {}", page.prose(&group.who)) };
            format!("{} × {}{who}", group.count, page.prose(&group.what))
        })
        .collect();
    groups.iter().for_each(|group| page.item(group));
    if answer.more_groups > 0 {
        page.item(&format!("… and {} more groups", answer.more_groups));
    }
    if let Some(first) = &answer.look_first {
        page.paragraph(first);
    }
    if !answer.hints.is_empty() {
        page.block("**No diagnosis, a hint: fixes are known for hangs in functions of these stacks**");
        answer.hints.iter().for_each(|hint| page.item(&page.prose(hint)));
    }
}

/// Writes what moved between snapshots, one paragraph for each series.
pub(super) fn snapshots(page: &mut Page, answer: &Answer) {
    for told in &answer.snapshots {
        page.paragraph(&format!("{}: {}.", told.head, told.parts.join("; ")));
    }
    if answer.more_snapshots > 0 {
        page.paragraph(&format!("… and {} more series of snapshots: see the JSON form.", answer.more_snapshots));
    }
}

/// The last lines: what was read and what not, and by what.
pub(super) fn footer(page: &mut Page, answer: &Answer, engine: &EngineView, shortened: bool) {
    let mut notes = page.inner();
    answer.notes.iter().for_each(|note| notes.item(&page.prose(note)));
    if answer.more_notes > 0 {
        notes.item(&format!("… and {} more notes", answer.more_notes));
    }
    match answer.notes.len() {
        0 => {}
        1..=NOTES => {
            page.block("**Notes**");
            page.append(notes);
        }
        all => page.details(&format!("{} notes", all + answer.more_notes), notes),
    }
    let cut = if shortened { " Shortened to fit into a comment: `--format json` has all of it." } else { "" };
    let hint = if answer.unclear.starts_with("0 ") { "." } else { ": see `stacklore parse`." };
    let read = page.prose(&format!("{} {} {}", answer.read, answer.mended, answer.unclear));
    let by = page.prose(&format!("stacklore {}, {} rules.", engine.version, engine.rules));
    page.block(format!("*{read}{hint}{cut} {by}*"));
}
