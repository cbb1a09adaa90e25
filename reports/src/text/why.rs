//! One rule, clause by clause.

use super::page::{Page, padded};
use super::quotes;
use crate::WhyView;
use std::io;

/// Writes the clauses of a rule and what became of each.
pub(super) fn write(page: &mut Page<'_>, why: &WhyView) -> io::Result<()> {
    page.line(0, &format!("{}  {}", why.rule, why.title))?;
    page.prose(2, &crate::answer::words::paragraphs(&why.outcome))?;
    let wide = why.clauses.iter().map(|clause| clause.clause.chars().count()).max().unwrap_or(0).min(30);
    for clause in &why.clauses {
        page.blank()?;
        page.item(2, &format!("{}  {:<12}  ", padded(&clause.clause, wide), clause.state), &clause.text)?;
        if let Some(nearest) = &clause.nearest {
            page.item(6, "nearest: ", nearest)?;
        }
        quotes::write(page, 6, &clause.quotes, &why.source_names)?;
    }
    Ok(())
}
