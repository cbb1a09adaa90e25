//! A report as the template of the page needs it.

use super::Navigation;
use super::findings::{self, Block, ItemBlock};
use super::lines;
use super::policy;
use super::stacks::{self, Stacks};
use super::svg::{self, Proof};
use super::targets::{Targets, anchor};
use super::texts::{self, TextBlock};
use crate::Report;
use crate::answer::words::{self, place};
use crate::answer::{Alarm, Answer, GroupTold, NearTold, Picture, SnapshotsTold};
use crate::view::shorten;
use serde::Serialize;
use std::collections::BTreeMap;

/// Unclear lines that are listed.
pub(super) const UNCLEAR: usize = 500;
/// Characters of a line that an arrow of the drawing shows.
const PROOF: usize = 160;

/// Everything in a page.
#[derive(Debug, Serialize)]
pub(super) struct Page {
    policy: &'static str,
    styles: [&'static str; 2],
    script: &'static str,
    /// The page that lists all cases, where there is one.
    index: Option<String>,
    case: String,
    word: &'static str,
    /// `bad`, `doubtful`, `neutral` or `good`.
    alarm: &'static str,
    headline: String,
    graph: String,
    arrows: Vec<ArrowRow>,
    folded: Vec<FoldedRow>,
    left_out: usize,
    groups: Vec<GroupRow>,
    more_groups: usize,
    look_first: Option<String>,
    snapshots: Vec<SnapshotsRow>,
    more_snapshots: usize,
    hints: Vec<String>,
    findings: Vec<Block>,
    more_findings: usize,
    near: Vec<NearRow>,
    more_near: usize,
    stacks: Stacks,
    texts: Vec<TextBlock>,
    texts_left_out: usize,
    unclear: Vec<UnclearRow>,
    more_unclear: usize,
    notes: Vec<String>,
    more_notes: usize,
    read: String,
    mended: String,
    unclear_count: String,
    version: String,
    rules: usize,
}

/// An arrow of the drawing in words, for those who cannot see it.
#[derive(Debug, Serialize)]
struct ArrowRow {
    from: String,
    says: String,
    to: String,
    place: String,
    href: String,
}

/// Tasks that are one node of the drawing.
#[derive(Debug, Serialize)]
struct FoldedRow {
    label: String,
    names: Vec<String>,
}

#[derive(Debug, Serialize)]
struct GroupRow {
    count: usize,
    what: String,
    who: String,
}

#[derive(Debug, Serialize)]
struct SnapshotsRow {
    head: String,
    parts: Vec<String>,
}

#[derive(Debug, Serialize)]
struct NearRow {
    title: String,
    rule: String,
    seen: Vec<String>,
    missing: Vec<String>,
    next: Option<ItemBlock>,
}

#[derive(Debug, Serialize)]
struct UnclearRow {
    place: String,
    href: String,
    why: &'static str,
    text: String,
}

impl Page {
    /// The page of a report.
    pub(super) fn of(report: &Report, answer: &Answer, navigation: Option<&Navigation<'_>>) -> Page {
        let names = words::source_names(&report.contents);
        let mut targets = Targets::of(report, answer);
        let stacks = stacks::of(report, &names, &mut targets);
        let (texts, texts_left_out) = texts::blocks(report, &names, &targets);
        let picture = answer.picture.clone().folded();
        let quoted = lines::pick(report, &picture.arrows.iter().map(|arrow| (arrow.source, arrow.line)).collect());
        let contents = &report.contents;
        let unclear = contents.unclear.iter().take(UNCLEAR).map(|line| UnclearRow {
            place: place(line.source, line.line, &names),
            href: anchor(line.source, line.line),
            why: line.why,
            text: shorten(&line.text, 300),
        });
        Page {
            policy: policy::policy(),
            styles: policy::STYLES,
            script: policy::SCRIPT,
            index: navigation.map(|navigation| navigation.index.to_owned()),
            case: shorten(&report.case, 120),
            word: answer.word,
            alarm: alarm(answer.alarm),
            headline: answer.headline.clone(),
            graph: svg::draw(&picture, "g", &|arrow| proof(&picture, arrow, &quoted, &names)),
            arrows: arrows(&picture, &names),
            folded: folded(&picture),
            left_out: picture.left_out,
            groups: answer.groups.iter().map(group).collect(),
            more_groups: answer.more_groups,
            look_first: answer.look_first.clone(),
            snapshots: answer.snapshots.iter().map(snapshots).collect(),
            more_snapshots: answer.more_snapshots,
            hints: answer.hints.clone(),
            findings: findings::blocks(&answer.findings, &names, navigation),
            more_findings: answer.more_findings,
            near: answer.near.iter().map(near).collect(),
            more_near: answer.more_near,
            stacks,
            texts,
            texts_left_out,
            unclear: unclear.collect(),
            more_unclear: contents.unclear.len().saturating_sub(UNCLEAR),
            notes: answer.notes.clone(),
            more_notes: answer.more_notes,
            read: answer.read.clone(),
            mended: answer.mended.clone(),
            unclear_count: answer.unclear.clone(),
            version: report.engine.version.clone(),
            rules: report.engine.rules,
        }
    }
}

fn alarm(alarm: Alarm) -> &'static str {
    match alarm {
        Alarm::Bad => "bad",
        Alarm::Doubtful => "doubtful",
        Alarm::Neutral => "neutral",
        Alarm::Good => "good",
    }
}

fn proof(picture: &Picture, arrow: usize, quoted: &BTreeMap<(u32, u32), &str>, names: &[String]) -> Option<Proof> {
    let arrow = picture.arrows.get(arrow)?;
    let text = quoted.get(&(arrow.source, arrow.line))?;
    Some(Proof {
        place: place(arrow.source, arrow.line, names),
        text: shorten(text.trim(), PROOF),
        href: format!("#{}", anchor(arrow.source, arrow.line)),
    })
}

fn arrows(picture: &Picture, names: &[String]) -> Vec<ArrowRow> {
    let label = |node: usize| picture.nodes.get(node).map_or_else(String::new, |node| node.label.clone());
    let row = |arrow: &crate::answer::picture::Arrow| ArrowRow {
        from: label(arrow.from),
        says: format!("{}{}", arrow.says, if arrow.assumed { " (assumed)" } else { "" }),
        to: label(arrow.to),
        place: place(arrow.source, arrow.line, names),
        href: anchor(arrow.source, arrow.line),
    };
    picture.arrows.iter().map(row).collect()
}

fn folded(picture: &Picture) -> Vec<FoldedRow> {
    let crowds = picture.nodes.iter().filter(|node| !node.folded.is_empty());
    crowds.map(|node| FoldedRow { label: node.label.clone(), names: node.folded.clone() }).collect()
}

fn group(group: &GroupTold) -> GroupRow {
    GroupRow { count: group.count, what: group.what.clone(), who: group.who.clone() }
}

fn snapshots(told: &SnapshotsTold) -> SnapshotsRow {
    SnapshotsRow { head: told.head.clone(), parts: told.parts.clone() }
}

fn near(near: &NearTold) -> NearRow {
    NearRow {
        title: near.title.clone(),
        rule: near.rule.clone(),
        seen: near.seen.clone(),
        missing: near.missing.clone(),
        next: near.next.as_ref().map(findings::item),
    }
}
