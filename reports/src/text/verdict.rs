//! The answer: the first line, and what stands under it before the findings; and the last lines, which say what was
//! read.

use super::drawing;
use super::page::{Page, padded, width};
use super::style::Style;
use crate::answer::Answer;
use std::io;

/// Writes the first line and the drawing or list that belongs to it.
pub(super) fn write(page: &mut Page<'_>, answer: &Answer) -> io::Result<()> {
    let gap = if answer.word.is_empty() { "" } else { "  " };
    match answer.word {
        "" => page.item(0, "", &answer.headline)?,
        word => page.marked(0, (answer.alarm.into(), &format!("{word}{gap}")), &answer.headline)?,
    }
    let rows = drawing::rows(&answer.picture, page.room(2));
    block(page, &rows)?;
    groups(page, answer)?;
    if let Some(first) = &answer.look_first {
        page.blank()?;
        page.item(2, "", first)?;
    }
    snapshots(page, answer)?;
    if !answer.hints.is_empty() {
        page.blank()?;
        page.styled(2, Style::Heading, "No diagnosis, a hint: fixes are known for hangs in functions of these stacks")?;
        answer.hints.iter().try_for_each(|hint| page.item(2, "- ", hint))?;
    }
    Ok(())
}

/// What moved, one paragraph for each series.
fn snapshots(page: &mut Page<'_>, answer: &Answer) -> io::Result<()> {
    for told in &answer.snapshots {
        page.blank()?;
        page.item(2, "", &format!("{}: {}.", told.head, told.parts.join("; ")))?;
    }
    match answer.more_snapshots {
        0 => Ok(()),
        more => page.line(2, &format!("… and {more} more series of snapshots: see the JSON form")),
    }
}

fn block(page: &mut Page<'_>, rows: &[String]) -> io::Result<()> {
    if !rows.is_empty() {
        page.blank()?;
    }
    rows.iter().try_for_each(|row| page.line(2, row))
}

/// Groups: how many, what they wait for and where, who must act.
fn groups(page: &mut Page<'_>, answer: &Answer) -> io::Result<()> {
    let groups = &answer.groups;
    if groups.is_empty() {
        return Ok(());
    }
    page.blank()?;
    let count = groups.iter().map(|group| group.count.to_string().len()).max().unwrap_or(1);
    let who = |who: &str| if who.is_empty() { String::new() } else { format!("──▶ {who}") };
    let left = groups.iter().map(|group| width(&group.what)).max().unwrap_or(0);
    let right = groups.iter().map(|group| width(&who(&group.who))).max().unwrap_or(0);
    let one_row = count + 4 + left + right <= page.room(2);
    for group in groups {
        let what = padded(&group.what, if one_row { left } else { 0 });
        let row = format!("{:>count$} × {what}", group.count);
        let who = who(&group.who);
        if one_row || who.is_empty() {
            page.line(2, &format!("{row} {who}"))?;
        } else {
            page.line(2, &row)?;
            page.line(2 + count + 3, &who)?;
        }
    }
    match answer.more_groups {
        0 => Ok(()),
        more => page.line(2, &format!("… and {more} more groups")),
    }
}

/// Writes the last lines of a report.
pub(super) fn footer(page: &mut Page<'_>, answer: &Answer) -> io::Result<()> {
    page.blank()?;
    let hint = if answer.unclear.starts_with("0 ") { "." } else { ": see `stacklore parse`." };
    page.item(0, "", &format!("{} {} {}{hint}", answer.read, answer.mended, answer.unclear))?;
    answer.notes.iter().try_for_each(|note| page.item(0, "Note: ", note))?;
    match answer.more_notes {
        0 => Ok(()),
        more => page.line(0, &format!("… and {more} more notes")),
    }
}
