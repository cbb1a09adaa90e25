//! The rows of the index for its script: a block of JSON, as short as it can be. What many rows have in common stands
//! once, in a table.

use super::Pages;
use super::lists::{HEADLINE, label};
use super::words::{CERTAINTIES, VERDICTS};
use crate::queue::names::href;
use crate::queue::summary::surest;
use crate::queue::view::TicketRow;
use crate::view::shorten;
use crate::visible;
use serde::Serialize;
use std::collections::HashMap;
use std::io::{self, Write};

/// A row: label; page, or 0 where it is `tickets/LABEL.html`; verdict; certainty, 0 for the surest and 3 for none;
/// headline; rules, that of the first cause in front, -1 where there is none; bytes; date, or 0; milliseconds;
/// cluster, or -1; problem, or -1.
type Row<'a> = (String, Either<'a>, usize, usize, usize, Vec<i64>, u64, Either<'a>, u64, i64, i64);

/// A text, or 0 for none.
#[derive(Serialize)]
#[serde(untagged)]
enum Either<'a> {
    None(u8),
    Text(std::borrow::Cow<'a, str>),
}

/// Writes the block of data, without the element around it.
pub(super) fn write(pages: &Pages<'_>, out: &mut dyn Write) -> io::Result<()> {
    let summary = pages.summary;
    let verdicts: Vec<[&str; 3]> = VERDICTS.iter().map(|(name, words, class)| [*name, *words, *class]).collect();
    let rules: Vec<[String; 3]> =
        (summary.signatures.iter()).map(|rule| [visible(&rule.rule), visible(&rule.title), href(&rule.page)]).collect();
    let clusters: Vec<&str> = summary.clusters.iter().map(|cluster| cluster.id.as_str()).collect();
    let mut tables = Tables::of(pages);
    let heads: Vec<String> = tables.texts.iter().map(|text| visible(&shorten(text, HEADLINE))).collect();
    out.write_all(b"{\"verdicts\":")?;
    json(&verdicts, out)?;
    out.write_all(b",\"certainties\":")?;
    json(&CERTAINTIES, out)?;
    out.write_all(b",\"rules\":")?;
    json(&rules, out)?;
    out.write_all(b",\"clusters\":")?;
    json(&clusters, out)?;
    out.write_all(b",\"texts\":")?;
    json(&heads, out)?;
    out.write_all(b",\"rows\":[")?;
    for (at, row) in summary.tickets.iter().enumerate() {
        out.write_all(if at == 0 { b"\n" } else { b",\n" })?;
        json(&tables.row(row), out)?;
    }
    out.write_all(b"]}\n")
}

/// Writes JSON in which no markup can begin: `<` stands as its number.
fn json(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    let text = serde_json::to_string(value).map_err(io::Error::from)?;
    out.write_all(text.replace('<', "\\u003c").as_bytes())
}

/// Numbers of what stands in tables.
struct Tables<'a> {
    rules: HashMap<&'a str, i64>,
    clusters: HashMap<&'a str, i64>,
    numbers: HashMap<&'a str, usize>,
    /// Headlines and problems, in the order in which rows have them.
    texts: Vec<&'a str>,
}

impl<'a> Tables<'a> {
    fn of(pages: &Pages<'a>) -> Self {
        let summary = pages.summary;
        let mut tables = Tables {
            rules: (0..).zip(&summary.signatures).map(|(at, rule)| (rule.rule.as_str(), at)).collect(),
            clusters: (0..).zip(&summary.clusters).map(|(at, cluster)| (cluster.id.as_str(), at)).collect(),
            numbers: HashMap::new(),
            texts: Vec::new(),
        };
        for row in &summary.tickets {
            tables.number(&row.headline);
            if let Some(problem) = problem(row) {
                tables.number(problem);
            }
        }
        tables
    }

    fn number(&mut self, text: &'a str) -> usize {
        *self.numbers.entry(text).or_insert_with(|| {
            self.texts.push(text);
            self.texts.len() - 1
        })
    }

    fn row(&mut self, row: &'a TicketRow) -> Row<'a> {
        let (id, page) = (label(&row.id), href(&row.page));
        let usual = page.strip_prefix("tickets/").and_then(|page| page.strip_suffix(".html")) == Some(id.as_str());
        let rule = |rule: &str| self.rules.get(rule).copied();
        let first = row.signature.as_deref();
        let others = surest(row).into_keys().filter(|rule| first != Some(rule)).filter_map(rule);
        let rules = std::iter::once(first.and_then(rule).unwrap_or(-1)).chain(others).collect();
        let date = row.date.as_deref().map(|date| Either::Text(visible(&shorten(date, 40)).into()));
        (
            id,
            if usual { Either::None(0) } else { Either::Text(page.into()) },
            VERDICTS.iter().position(|(name, ..)| *name == row.word()).unwrap_or(VERDICTS.len() - 1),
            CERTAINTIES.iter().position(|known| row.certainty == Some(*known)).unwrap_or(CERTAINTIES.len()),
            self.number(&row.headline),
            rules,
            row.bytes,
            date.unwrap_or(Either::None(0)),
            row.milliseconds,
            row.cluster.as_deref().and_then(|id| self.clusters.get(id).copied()).unwrap_or(-1),
            problem(row).map_or(-1, |problem| self.number(problem) as i64),
        )
    }
}

/// What was left out of a ticket; of one that was not read the headline says it.
fn problem(row: &TicketRow) -> Option<&str> {
    row.problem.as_deref().filter(|problem| *problem != row.headline)
}
