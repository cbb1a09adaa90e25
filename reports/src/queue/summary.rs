//! Counts over the rows of a queue.

use super::names::signature_page;
use super::view::{ClusterRow, FindingRow, SCHEMA, SignatureRow, Summary, TicketRow, number};
use crate::EngineView;
use stacklore_reason::finding::Certainty;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::mem;

impl Summary {
    /// What the rows have in common. Tickets of the clusters get their cluster; what the clusters were made of is
    /// dropped from the rows.
    pub fn of(engine: EngineView, mut rows: Vec<TicketRow>, mut clusters: Vec<ClusterRow>) -> Summary {
        clusters.sort_by(|a, b| (Reverse(a.tickets.len()), &a.id).cmp(&(Reverse(b.tickets.len()), &b.id)));
        mark(&mut rows, &clusters);
        let mut summary = Summary {
            schema: SCHEMA,
            engine,
            total: number(rows.len()),
            verdicts: BTreeMap::new(),
            failed: 0,
            bytes: 0,
            months: BTreeMap::new(),
            signatures: signatures(&rows),
            clusters,
            tickets: Vec::new(),
        };
        for row in &mut rows {
            if row.failed {
                summary.failed += 1;
            } else {
                *summary.verdicts.entry(row.verdict.name().into()).or_default() += 1;
            }
            summary.bytes = summary.bytes.saturating_add(row.bytes);
            count_month(row, &mut summary.months);
            drop(mem::take(&mut row.unexplained));
        }
        summary.tickets = rows;
        summary
    }
}

/// Says in each row which cluster its ticket is part of: of several the one that blocks most tickets.
fn mark(rows: &mut [TicketRow], clusters: &[ClusterRow]) {
    let mut of: BTreeMap<&str, &str> = BTreeMap::new();
    for cluster in clusters {
        for ticket in &cluster.tickets {
            of.entry(&ticket.page).or_insert(&cluster.id);
        }
    }
    for row in rows {
        row.cluster = of.get(row.page.as_str()).map(|id| (*id).to_owned());
    }
}

fn count_month(row: &TicketRow, months: &mut BTreeMap<String, u32>) {
    let Some(month) = row.month() else { return };
    match months.get_mut(month) {
        Some(count) => *count += 1,
        None => {
            months.insert(month.to_owned(), 1);
        }
    }
}

fn signatures(rows: &[TicketRow]) -> Vec<SignatureRow> {
    let mut signatures: BTreeMap<&str, SignatureRow> = BTreeMap::new();
    for row in rows {
        for (rule, finding) in surest(row) {
            let signature = signatures.entry(rule).or_insert_with(|| empty(finding));
            signature.tickets += 1;
            signature.first += u32::from(row.signature.as_deref() == Some(rule));
            match finding.certainty {
                Certainty::Proven => signature.proven += 1,
                Certainty::Likely => signature.likely += 1,
                Certainty::Possible => signature.possible += 1,
            }
            count_month(row, &mut signature.months);
        }
    }
    let mut signatures: Vec<SignatureRow> = signatures.into_values().collect();
    // Stable: rules of equal counts stay in the order of their names.
    signatures.sort_by_key(|signature| (Reverse(signature.first), Reverse(signature.tickets)));
    signatures
}

/// The rules found in a ticket, once each, with the surest finding of each.
pub(super) fn surest(row: &TicketRow) -> BTreeMap<&str, &FindingRow> {
    let mut surest: BTreeMap<&str, &FindingRow> = BTreeMap::new();
    for finding in &row.findings {
        let known = surest.entry(&finding.rule).or_insert(finding);
        if known.certainty < finding.certainty {
            *known = finding;
        }
    }
    surest
}

fn empty(finding: &FindingRow) -> SignatureRow {
    SignatureRow {
        rule: finding.rule.clone(),
        title: finding.title.clone(),
        class: finding.class,
        page: signature_page(&finding.rule),
        tickets: 0,
        first: 0,
        proven: 0,
        likely: 0,
        possible: 0,
        months: BTreeMap::new(),
    }
}
