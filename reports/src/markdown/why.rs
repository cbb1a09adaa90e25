//! One rule, clause by clause.

use super::inline::code;
use super::page::Page;
use crate::WhyView;
use crate::answer::words::{paragraphs, place};

/// Writes the clauses of a rule and what became of each.
pub(super) fn write(page: &mut Page, why: &WhyView) {
    page.block(format!("**{}** {}", page.prose(&why.title), code(&why.rule)));
    paragraphs(&why.outcome).iter().for_each(|paragraph| page.paragraph(paragraph));
    for clause in &why.clauses {
        page.block(format!("{} **{}:** {}", code(&clause.clause), clause.state, page.prose(&clause.text)));
        if let Some(nearest) = &clause.nearest {
            page.block(format!("Nearest: {}", page.prose(nearest)));
        }
        let rows = clause.quotes.iter().flat_map(|quote| {
            (quote.first_line..)
                .zip(&quote.text)
                .map(|(line, text)| format!("{}   {}", place(quote.source, line, &why.source_names), text.trim()))
        });
        page.code("text", &rows.collect::<Vec<_>>());
    }
}
