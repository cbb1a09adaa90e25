//! Writes what a batch writes about a queue of tickets, for a made queue: `cargo run -p stacklore-reports --example made_queue -- 10000 DIR`.

use stacklore_reports::EngineView;
use stacklore_reports::queue::{
    About, ClusterForm, ClusterRow, ClusterTicket, Excerpt, FindingRow, INDEX, Pages, Summary, TicketRow,
    UnexplainedRow, cluster_folder, cluster_json, summary_json, ticket_files, tickets_csv,
};
use std::error::Error;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

#[path = "../src/queue/sample.rs"]
mod sample;

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let count: u32 = args.next().ok_or("how many tickets?")?.parse()?;
    let folder = PathBuf::from(args.next().ok_or("into which folder?")?);
    let summary = sample::queue(count);
    let pages = Pages::of(&summary);
    write(&folder.join(INDEX), |out| pages.index(out))?;
    write(&folder.join("summary.json"), |out| summary_json(&summary, out))?;
    write(&folder.join("tickets.csv"), |out| tickets_csv(&summary, out))?;
    for signature in &summary.signatures {
        write(&folder.join(&signature.page), |out| pages.signature(signature, out))?;
    }
    for cluster in &summary.clusters {
        let inside = folder.join(cluster_folder(&cluster.id));
        let excerpts = sample::excerpts(cluster);
        write(&inside.join(INDEX), |out| pages.cluster(cluster, &excerpts, out))?;
        write(&inside.join("cluster.json"), |out| cluster_json(cluster, out))?;
        for excerpt in &excerpts {
            write(&inside.join(&excerpt.file), |out| out.write_all(excerpt.text.as_bytes()))?;
        }
    }
    Ok(())
}

fn write(path: &Path, content: impl FnOnce(&mut dyn Write) -> std::io::Result<()>) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut out = BufWriter::new(File::create(path)?);
    content(&mut out)?;
    out.flush()
}
