//! The index: how many tickets of what, signatures, clusters, and the table of all tickets.

use super::bars::Axis;
use super::words::{VERDICTS, clause, size, thousands, tickets};
use super::{Frame, Pages, SCRIPT, data, lists, rendered};
use crate::answer::words::{and, class};
use crate::queue::names::{cluster_folder, href};
use crate::queue::view::{ClusterRow, SignatureRow, Summary};
use crate::view::shorten;
use serde::Serialize;
use stacklore_reason::finding::Verdict;
use std::io::{self, Write};

/// Signatures and clusters that stand unfolded.
const SIGNATURES_SHOWN: usize = 10;
const CLUSTERS_SHOWN: usize = 5;
/// Clusters that are listed.
const CLUSTERS: usize = 200;
/// Functions of a cluster that are shown.
const FRAMES: usize = 4;
/// Characters of a function.
const FRAME: usize = 80;

#[derive(Serialize)]
struct Index {
    frame: Frame,
    script: &'static str,
    headline: String,
    alarm: &'static str,
    read: String,
    tiles: Vec<Tile>,
    range: Option<String>,
    signatures: Vec<Signature>,
    more_signatures: Vec<Signature>,
    clusters: Vec<Cluster>,
    more_clusters: Vec<Cluster>,
    clusters_left_out: usize,
}

/// A number at the top.
#[derive(Serialize)]
struct Tile {
    verdict: &'static str,
    words: &'static str,
    class: &'static str,
    count: String,
}

#[derive(Serialize)]
struct Signature {
    rule: String,
    title: String,
    class: &'static str,
    href: String,
    first: String,
    tickets: String,
    certainty: String,
    bars: String,
}

#[derive(Serialize)]
struct Cluster {
    id: String,
    href: String,
    says: String,
    wait: Option<String>,
    frames: Vec<String>,
    more_frames: bool,
    folder: String,
}

pub(super) fn write(pages: &Pages<'_>, out: &mut dyn Write) -> io::Result<()> {
    let parts = rendered("index.html", &Index::of(pages))?;
    let mut parts = parts.iter();
    let mut part = |out: &mut dyn Write| parts.next().map_or(Ok(()), |part| out.write_all(part.as_bytes()));
    part(out)?;
    pages.summary.tickets.iter().try_for_each(|row| lists::plain(row, out))?;
    part(out)?;
    data::write(pages, out)?;
    part(out)
}

impl Index {
    fn of(pages: &Pages<'_>) -> Index {
        let summary = pages.summary;
        let axis = Axis::of(&summary.months);
        let mut signatures: Vec<Signature> = (summary.signatures.iter().map(|row| signature(row, axis))).collect();
        let mut clusters: Vec<Cluster> = summary.clusters.iter().take(CLUSTERS).map(cluster).collect();
        let (headline, alarm) = headline(summary);
        Index {
            frame: pages.frame(),
            script: SCRIPT,
            headline,
            alarm,
            read: format!("{} were read", size(summary.bytes)),
            tiles: tiles(summary),
            range: axis.map(|axis| axis.range()),
            more_signatures: signatures.split_off(SIGNATURES_SHOWN.min(signatures.len())),
            signatures,
            more_clusters: clusters.split_off(CLUSTERS_SHOWN.min(clusters.len())),
            clusters,
            clusters_left_out: summary.clusters.len().saturating_sub(CLUSTERS),
        }
    }
}

/// `14 of 20 tickets hang, 2 crashed.` What is wrong is told; where nothing is, that.
fn headline(summary: &Summary) -> (String, &'static str) {
    let count = |verdict: Verdict| summary.verdicts.get(verdict.name()).copied().unwrap_or(0);
    let told = |verdicts: &[Verdict]| -> Vec<String> {
        let counted =
            verdicts.iter().map(|verdict| (count(*verdict), clause(*verdict))).filter(|(count, _)| *count > 0);
        counted.map(|(count, says)| format!("{} {says}", thousands(count.into()))).collect()
    };
    let mut parts = told(&[Verdict::Hang, Verdict::Crash, Verdict::Suspect, Verdict::Unknown]);
    let alarm = match count(Verdict::Hang) + count(Verdict::Crash) {
        0 if !parts.is_empty() || summary.failed > 0 => "doubtful",
        0 if count(Verdict::Healthy) > 0 => "good",
        0 => "neutral",
        _ => "bad",
    };
    if summary.failed > 0 {
        parts.push(format!("{} could not be read", thousands(summary.failed.into())));
    }
    if parts.is_empty() {
        parts = told(&[Verdict::Healthy, Verdict::NoTraces]);
    }
    let of = tickets(summary.total.into());
    let says = if parts.is_empty() { format!("{of}.") } else { format!("Of {of}, {}.", and(&parts)) };
    (says, alarm)
}

fn tiles(summary: &Summary) -> Vec<Tile> {
    let count = |name: &str| match summary.verdicts.get(name) {
        Some(count) => *count,
        None if name == crate::queue::names::FAILED => summary.failed,
        None => 0,
    };
    let tile = |(verdict, words, class): &(&'static str, &'static str, &'static str)| Tile {
        verdict,
        words,
        class,
        count: thousands(count(verdict).into()),
    };
    VERDICTS.iter().filter(|(name, ..)| count(name) > 0).map(tile).collect()
}

fn signature(row: &SignatureRow, axis: Option<Axis>) -> Signature {
    Signature {
        rule: row.rule.clone(),
        title: row.title.clone(),
        class: class(row.class),
        href: href(&row.page),
        first: thousands(row.first.into()),
        tickets: thousands(row.tickets.into()),
        certainty: certainties(row),
        bars: axis.map_or_else(String::new, |axis| axis.bars(&row.months)),
    }
}

/// `12 proven, 3 likely`
pub(super) fn certainties(row: &SignatureRow) -> String {
    let counts = [(row.proven, "proven"), (row.likely, "likely"), (row.possible, "possible")];
    let told = counts.iter().filter(|(count, _)| *count > 0);
    told.map(|(count, word)| format!("{} {word}", thousands((*count).into()))).collect::<Vec<_>>().join(", ")
}

/// `14 tickets share a hang that no rule knows`
pub(super) fn shared(cluster: &ClusterRow) -> String {
    match cluster.tickets.len() {
        1 => "1 ticket has a hang that no rule knows".into(),
        count => format!("{} share a hang that no rule knows", tickets(count as u64)),
    }
}

fn cluster(row: &ClusterRow) -> Cluster {
    let frames = row.forms.first().map_or(&[][..], |form| &form.frames);
    let folder = cluster_folder(&row.id);
    Cluster {
        id: row.id.clone(),
        href: href(&format!("{folder}/index.html")),
        says: shared(row),
        wait: row.wait.clone(),
        frames: frames.iter().take(FRAMES).map(|frame| shorten(frame, FRAME)).collect(),
        more_frames: frames.len() > FRAMES,
        folder,
    }
}
