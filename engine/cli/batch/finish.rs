//! The files over all tickets, and the last words on the terminal.

use super::folder::{Folder, TICKETS};
use super::{across, words};
use crate::output;
use stacklore::Engine;
use stacklore::reports::queue::{self, Pages, Summary, TicketRow};
use stacklore::reports::visible;
use std::collections::BTreeSet;
use std::fs::File;
use std::io;
use std::path::Path;
use std::time::Duration;

/// Writes what is told over all tickets, and removes what an earlier batch told.
pub(super) fn write(folder: &Folder, engine: &Engine, rows: Vec<TicketRow>, names: &[&str]) -> anyhow::Result<Summary> {
    let clusters = across::clusters(&rows);
    let summary = Summary::of(engine.about(), rows, clusters);
    let pages = Pages::of(&summary);
    let mut kept = BTreeSet::new();
    for signature in &summary.signatures {
        folder.write(&signature.page, |out| pages.signature(signature, out))?;
        kept.extend(last(&signature.page));
    }
    folder.keep_only("signatures", &kept)?;
    write_clusters(folder, &summary, &pages)?;
    folder.write("findings.ndjson", |out| {
        for row in &summary.tickets {
            io::copy(&mut File::open(folder.path(&row.report))?, out)?;
        }
        Ok(())
    })?;
    folder.write("tickets.csv", |out| queue::tickets_csv(&summary, out))?;
    folder.write("summary.json", |out| queue::summary_json(&summary, out))?;
    folder.write(queue::INDEX, |out| pages.index(out))?;
    let files = summary.tickets.iter().flat_map(|row| [last(&row.page), last(&row.report)]).flatten().collect();
    folder.keep_only("tickets", &files)?;
    folder.keep_only(TICKETS, &names.iter().map(|name| format!("{name}.json")).collect())?;
    drop(pages);
    Ok(summary)
}

fn write_clusters(folder: &Folder, summary: &Summary, pages: &Pages<'_>) -> anyhow::Result<()> {
    let mut kept = BTreeSet::new();
    for cluster in &summary.clusters {
        let place = queue::cluster_folder(&cluster.id);
        folder.make(&place)?;
        let excerpts = across::excerpts(cluster, folder);
        let mut files = BTreeSet::from(["index.html".to_owned(), "cluster.json".to_owned()]);
        for excerpt in &excerpts {
            folder.write(&format!("{place}/{}", excerpt.file), |out| out.write_all(excerpt.text.as_bytes()))?;
            files.insert(excerpt.file.clone());
        }
        folder.write(&format!("{place}/cluster.json"), |out| queue::cluster_json(cluster, out))?;
        folder.write(&format!("{place}/index.html"), |out| pages.cluster(cluster, &excerpts, out))?;
        folder.keep_only(&place, &files)?;
        kept.extend(last(&place));
    }
    folder.keep_only("clusters", &kept)
}

fn last(path: &str) -> Option<String> {
    path.rsplit('/').next().map(str::to_owned)
}

/// How many of the most frequent signatures are told.
const SIGNATURES: usize = 5;

/// Says what was found, on standard output.
pub(super) fn tell(summary: &Summary, out: &Path, resumed: usize, took: Duration) -> anyhow::Result<()> {
    let mut verdicts: Vec<String> = summary
        .verdicts
        .iter()
        .map(|(verdict, count)| format!("{} {verdict}", words::number(u64::from(*count))))
        .collect();
    if summary.failed > 0 {
        verdicts.push(format!("{} not read", words::number(u64::from(summary.failed))));
    }
    output::to_stdout(|to| {
        let tickets = words::counted(u64::from(summary.total), "ticket");
        let taken = words::duration(took.as_secs_f64());
        let earlier = match resumed {
            0 => String::new(),
            count => format!(", {} of them done before", words::number(count as u64)),
        };
        writeln!(to, "{tickets} in {taken}{earlier}: {}.", verdicts.join(", "))?;
        for signature in summary.signatures.iter().filter(|signature| signature.first > 0).take(SIGNATURES) {
            writeln!(
                to,
                "{:>8}  {}  {}",
                words::number(u64::from(signature.first)),
                signature.rule,
                visible(&signature.title)
            )?;
        }
        for cluster in summary.clusters.iter().take(SIGNATURES) {
            let tickets = words::number(cluster.tickets.len() as u64);
            let place = out.join(queue::cluster_folder(&cluster.id));
            let place = visible(&place.to_string_lossy());
            writeln!(to, "{tickets:>8}  share a hang that no rule knows: stacklore rules new --from {place}")?;
        }
        writeln!(to, "{}", visible(&out.join(queue::INDEX).to_string_lossy()))
    })
}
