//! A cluster of a batch, as a source of a draft: tickets that share a hang which no rule knows, with excerpts of some.

use anyhow::{Context as _, bail};
use serde::Deserialize;
use stacklore::reports::queue::CLUSTER_SCHEMA;
use stacklore::reports::visible;
use std::fs;
use std::path::{Path, PathBuf};

/// Tickets that a comment names.
const NAMED: usize = 12;
/// Characters of the label of a ticket in a comment.
const LABEL: usize = 80;

/// A folder `clusters/c-…` of a batch.
pub(super) struct Cluster {
    about: About,
    /// The excerpts, in their order.
    pub(super) texts: Vec<PathBuf>,
}

/// What a draft needs of `cluster.json`.
#[derive(Deserialize)]
struct About {
    schema: String,
    id: String,
    distance: String,
    tickets: Vec<Ticket>,
    forms: Vec<Form>,
}

#[derive(Deserialize)]
struct Ticket {
    id: String,
}

#[derive(Deserialize)]
struct Form {}

impl Cluster {
    /// Reads a folder, or the folder of a `cluster.json`.
    pub(super) fn read(path: &Path) -> anyhow::Result<Self> {
        let folder = if path.is_file() { path.parent().unwrap_or(path) } else { path };
        let file = folder.join("cluster.json");
        let text = fs::read_to_string(&file).with_context(|| {
            format!(
                "{}: cannot read it; --from takes a folder clusters/c-… that `stacklore batch` wrote",
                file.display()
            )
        })?;
        let about: About = serde_json::from_str(&text)
            .with_context(|| format!("{}: this is no cluster of a batch", file.display()))?;
        if about.schema != CLUSTER_SCHEMA {
            bail!("{}: its schema is {}, and this program reads {CLUSTER_SCHEMA}", file.display(), about.schema);
        }
        let texts: Vec<PathBuf> =
            (1..).map(|number| folder.join(format!("stack-{number}.txt"))).take_while(|path| path.is_file()).collect();
        if texts.is_empty() {
            bail!("{}: there is no stack-1.txt in it, so there is no text to draft from", folder.display());
        }
        Ok(Cluster { about, texts })
    }

    /// Where the draft comes from, in sentences.
    pub(super) fn origin(&self) -> Vec<String> {
        let About { id, tickets, forms, distance, .. } = &self.about;
        let mut names: Vec<String> = tickets.iter().take(NAMED).map(|ticket| label(&ticket.id)).collect();
        if tickets.len() > names.len() {
            names.push(format!("and {} more", tickets.len() - names.len()));
        }
        let forms = match forms.len() {
            0 | 1 => "one stack".to_owned(),
            count => format!("{count} similar stacks"),
        };
        let (count, which) = match tickets.len() {
            1 => ("1 ticket".to_owned(), "It is"),
            count => (format!("{count} tickets"), "They are"),
        };
        vec![
            format!(
                "Cluster {id}: {count} that hang in {forms} and that no rule explains. {which}: {}.",
                names.join(", ")
            ),
            distance.clone(),
        ]
    }
}

fn label(id: &str) -> String {
    visible(id).chars().take(LABEL).collect()
}
