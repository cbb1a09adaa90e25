//! JSON of a queue: the summary, a cluster, and one report as a line.

use super::names::href;
use super::view::{CLUSTER_SCHEMA, ClusterForm, ClusterRow, ClusterTicket, Summary};
use crate::Report;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter, Serializer};
use std::io::{self, Write};

/// Nesting to which every value has a line of its own: the fields of a summary, and the rows of its lists.
const LINES: usize = 2;

/// A cluster as a file of its own, in its folder.
#[derive(JsonSchema, Serialize)]
pub(crate) struct ClusterFile<'a> {
    /// Name and number of this form.
    #[schemars(extend("const" = CLUSTER_SCHEMA))]
    schema: &'static str,
    /// Its id.
    id: &'a str,
    /// What its stacks wait for; `None` where nothing is known.
    wait: Option<&'a str>,
    /// What makes two stacks belong together: one sentence.
    distance: &'a str,
    /// Its tickets; their pages are relative to the folder of the cluster.
    tickets: Vec<ClusterTicket>,
    /// The forms of stacks in it, the most frequent first.
    forms: &'a [ClusterForm],
}

/// Writes `summary.json`: one object, each field and each row of a list on a line of its own.
///
/// # Errors
/// Fails only when `out` does.
pub fn summary(summary: &Summary, out: &mut dyn Write) -> io::Result<()> {
    rows(summary, out)
}

/// Writes the `cluster.json` of a cluster, which `rules new --from` reads.
///
/// # Errors
/// Fails only when `out` does.
pub fn cluster(cluster: &ClusterRow, out: &mut dyn Write) -> io::Result<()> {
    let ticket = |ticket: &ClusterTicket| ClusterTicket { page: up(&ticket.page), ..ticket.clone() };
    let file = ClusterFile {
        schema: CLUSTER_SCHEMA,
        id: &cluster.id,
        wait: cluster.wait.as_deref(),
        distance: &cluster.distance,
        tickets: cluster.tickets.iter().map(ticket).collect(),
        forms: &cluster.forms,
    };
    rows(&file, out)
}

/// A page as a link from the folder of a cluster.
pub(super) fn up(page: &str) -> String {
    match href(page) {
        nowhere if nowhere == "#" => nowhere,
        href => format!("../../{href}"),
    }
}

/// Writes the report of one ticket as one line, with its line end: a line of `findings.ndjson`.
///
/// # Errors
/// Fails only when `out` does.
pub fn report_line(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer(&mut *out, report).map_err(io::Error::from)?;
    out.write_all(b"\n")
}

fn rows(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    let mut serializer = Serializer::with_formatter(&mut *out, Rows { depth: 0, empty: true });
    value.serialize(&mut serializer).map_err(io::Error::from)?;
    out.write_all(b"\n")
}

/// Compact, with line ends down to [`LINES`]: it can be read, compared line by line and cut, and is not much longer.
struct Rows {
    depth: usize,
    /// Nothing stands in the innermost bracket yet.
    empty: bool,
}

impl Rows {
    fn open(&mut self) {
        self.depth += 1;
        self.empty = true;
    }

    fn next<W: ?Sized + Write>(&mut self, first: bool, writer: &mut W) -> io::Result<()> {
        self.empty = false;
        if !first {
            writer.write_all(b",")?;
        }
        self.line(writer)
    }

    fn line<W: ?Sized + Write>(&self, writer: &mut W) -> io::Result<()> {
        if self.depth > LINES {
            return Ok(());
        }
        writer.write_all(b"\n")?;
        (0..self.depth).try_for_each(|_| writer.write_all(b" "))
    }

    fn close<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        let lines = self.depth <= LINES && !self.empty;
        self.depth -= 1;
        self.empty = false;
        if lines { self.line(writer) } else { Ok(()) }
    }
}

impl Formatter for Rows {
    fn begin_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.open();
        CompactFormatter.begin_array(writer)
    }

    fn end_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.close(writer)?;
        CompactFormatter.end_array(writer)
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.next(first, writer)
    }

    fn begin_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.open();
        CompactFormatter.begin_object(writer)
    }

    fn end_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.close(writer)?;
        CompactFormatter.end_object(writer)
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.next(first, writer)
    }
}
