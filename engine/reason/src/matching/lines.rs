//! Raw lines that a rule asks for.

use super::fields::Tables;
use super::index::LineRow;
use super::thing::RowId;
use crate::pattern::Regex;
use stacklore_model::{SourceId, Span};

/// The lines of all texts that a pattern matches, as rows in the order of the texts.
pub(crate) fn find_lines(tables: &Tables<'_>, regex: &Regex) -> Vec<RowId> {
    let mut rows = Vec::new();
    let source = regex.source();
    // An anchor means an end of the line, not of the text.
    let anchored = source.contains(['^', '$']) || source.contains("\\A") || source.contains("\\z");
    for (source, text) in (0..).zip(&tables.analysis.case.sources) {
        let mut keep = |line: u32, content: &str| {
            let Some(captures) = regex.captures(content.trim_end_matches('\r')) else { return };
            let named = regex.capture_names().flatten();
            let groups = named.filter_map(|name| Some((name.to_owned(), captures.name(name)?.as_str().into())));
            let mut lines = tables.index.lines.borrow_mut();
            rows.push(RowId::Line(u32::try_from(lines.len()).unwrap_or(u32::MAX)));
            let span = Span::line(SourceId(source), line);
            lines.push(LineRow { span, text: content.trim().into(), groups: groups.collect() });
        };
        if anchored {
            (1..).zip(text.text.split('\n')).for_each(|(line, content)| keep(line, content));
        } else {
            scan(&text.text, regex, &mut keep);
        }
    }
    rows
}

/// One pass over a text: only lines that a match touches are looked at by themselves.
fn scan(text: &str, regex: &Regex, keep: &mut impl FnMut(u32, &str)) {
    let mut line = 1;
    let mut line_start = 0;
    let mut from = 0;
    while let Some(found) = regex.find_at(text, from) {
        line += text[line_start..found.start()].bytes().filter(|byte| *byte == b'\n').count() as u32;
        line_start = text[..found.start()].rfind('\n').map_or(0, |at| at + 1);
        // A match may run over a line end; then each of its lines is tried.
        loop {
            let end = text[line_start..].find('\n').map_or(text.len(), |at| line_start + at);
            keep(line, &text[line_start..end]);
            line += 1;
            line_start = (end + 1).min(text.len());
            if line_start >= found.end() || end == text.len() {
                break;
            }
        }
        if line_start >= text.len() {
            break;
        }
        from = line_start;
    }
}
