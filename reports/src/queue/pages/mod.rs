//! The pages of a queue: each is one file that loads nothing, and links to the others by relative names.
//!
//! Text of a ticket gets into a page in three ways only: through the templates, which escape, through
//! [`crate::html::escape`], and as JSON in a block of data, from which the script takes it as text.

mod bars;
mod cluster;
mod data;
mod index;
mod lists;
mod signature;
mod words;

use super::view::{ClusterRow, SignatureRow, Summary, TicketRow};
use super::{names, summary};
use crate::html::{self, Navigation, escape, policy};
use crate::{Layout, Report};
use serde::Serialize;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::OnceLock;
use tera::{Context, Tera};

/// The style sheets: that of the reports, and what the pages of a queue have besides.
const STYLES: [&str; 2] = [policy::STYLE, include_str!("../templates/queue.css")];
/// The script of the index.
const SCRIPT: &str = include_str!("../templates/index.js");
/// Where a template has a part that is written piece by piece.
const SLOT: &str = "<!--slot-->";

/// Lines of a ticket that show a stack of a cluster.
#[derive(Clone, Debug)]
pub struct Excerpt {
    /// Name of the file with these lines in the folder of the cluster.
    pub file: String,
    /// Label of the ticket.
    pub ticket: String,
    /// The lines, as they stand in the ticket.
    pub text: String,
}

/// The pages about all tickets, and which tickets are on which of them.
#[derive(Debug)]
pub struct Pages<'a> {
    summary: &'a Summary,
    of_rule: BTreeMap<&'a str, Vec<&'a TicketRow>>,
    of_page: BTreeMap<&'a str, &'a TicketRow>,
}

/// What every page has at its top and bottom.
#[derive(Debug, Serialize)]
struct Frame {
    policy: &'static str,
    styles: [&'static str; 2],
    version: String,
    rules: usize,
    total: String,
}

impl<'a> Pages<'a> {
    /// The pages of a queue.
    pub fn of(summary: &'a Summary) -> Pages<'a> {
        let mut of_rule: BTreeMap<&str, Vec<&TicketRow>> = BTreeMap::new();
        for row in &summary.tickets {
            for rule in summary::surest(row).into_keys() {
                of_rule.entry(rule).or_default().push(row);
            }
        }
        let of_page = summary.tickets.iter().map(|row| (row.page.as_str(), row)).collect();
        Pages { summary, of_rule, of_page }
    }

    /// Writes `index.html`.
    ///
    /// # Errors
    /// Fails only when `out` does.
    pub fn index(&self, out: &mut dyn Write) -> io::Result<()> {
        index::write(self, out)
    }

    /// Writes the page of a rule: the file [`SignatureRow::page`].
    ///
    /// # Errors
    /// Fails only when `out` does.
    pub fn signature(&self, signature: &SignatureRow, out: &mut dyn Write) -> io::Result<()> {
        signature::write(self, signature, out)
    }

    /// Writes the page of a cluster: the file `index.html` in [`super::cluster_folder`].
    ///
    /// # Errors
    /// Fails only when `out` does.
    pub fn cluster(&self, cluster: &ClusterRow, excerpts: &[Excerpt], out: &mut dyn Write) -> io::Result<()> {
        cluster::write(self, cluster, excerpts, out)
    }

    fn frame(&self) -> Frame {
        Frame {
            policy: policy(),
            styles: STYLES,
            version: self.summary.engine.version.clone(),
            rules: self.summary.engine.rules,
            total: words::thousands(self.summary.total.into()),
        }
    }
}

/// Writes the page of a ticket: the HTML report, with links to the index and to the pages of its signatures.
///
/// # Errors
/// Fails only when `out` does.
pub fn ticket(report: &Report, _: &Layout, out: &mut dyn Write) -> io::Result<()> {
    let signature = |rule: &str| format!("../{}", names::href(&names::signature_page(rule)));
    html::write(report, Some(&Navigation { index: "../index.html", signature: &signature }), out)
}

fn policy() -> &'static str {
    static POLICY: OnceLock<String> = OnceLock::new();
    POLICY.get_or_init(|| policy::of(&STYLES, &[SCRIPT]))
}

/// Renders a template, and gives what stands between its slots.
fn rendered(template: &str, page: &impl Serialize) -> io::Result<Vec<String>> {
    let context = Context::from_serialize(page).map_err(io::Error::other)?;
    let html = templates().render(template, &context).map_err(io::Error::other)?;
    // No text of a ticket has a comment in it: what the templates put in is escaped.
    Ok(html.split(SLOT).map(escape::shown).collect())
}

/// The templates, read once.
fn templates() -> &'static Tera {
    static TEMPLATES: OnceLock<Tera> = OnceLock::new();
    TEMPLATES.get_or_init(|| {
        let mut tera = Tera::default();
        tera.add_raw_templates([
            ("head.html", include_str!("../templates/head.html")),
            ("foot.html", include_str!("../templates/foot.html")),
            ("signatures.html", include_str!("../templates/signatures.html")),
            ("clusters.html", include_str!("../templates/clusters.html")),
            ("index.html", include_str!("../templates/index.html")),
            ("signature.html", include_str!("../templates/signature.html")),
            ("cluster.html", include_str!("../templates/cluster.html")),
        ])
        .expect("the templates are part of the program, and every test of a page reads them");
        tera
    })
}
