//! A page of sentences and tables, as text for the terminal or as Markdown.

use super::super::table;
use std::fmt::Write as _;

enum Part {
    Section(String),
    Say(String),
    Table(Vec<String>, Vec<Vec<String>>),
}

/// A page.
pub(super) struct Page {
    title: String,
    parts: Vec<Part>,
}

impl Page {
    /// An empty page.
    pub(super) fn new(title: &str) -> Self {
        Page { title: title.to_owned(), parts: Vec::new() }
    }

    /// Begins a section.
    pub(super) fn section(&mut self, title: &str) {
        self.parts.push(Part::Section(title.to_owned()));
    }

    /// Adds a paragraph.
    pub(super) fn say(&mut self, text: &str) {
        self.parts.push(Part::Say(text.to_owned()));
    }

    /// Adds a table.
    pub(super) fn table(&mut self, head: &[&str], rows: Vec<Vec<String>>) {
        self.parts.push(Part::Table(head.iter().map(|cell| (*cell).to_owned()).collect(), rows));
    }

    /// For the terminal.
    pub(super) fn text(&self) -> String {
        let mut text = format!("{}\n", self.title);
        for part in &self.parts {
            // Writing to a string cannot fail.
            let _ = match part {
                Part::Section(title) => writeln!(text, "\n{}", title.to_uppercase()),
                Part::Say(say) => writeln!(text, "{}", say.replace('`', "")),
                Part::Table(head, rows) => {
                    let head: Vec<&str> = head.iter().map(String::as_str).collect();
                    let mut bytes = Vec::new();
                    // Memory takes all that is written.
                    let _ = table::write(&mut bytes, &head, rows);
                    writeln!(text, "\n{}", String::from_utf8_lossy(&bytes).trim_end())
                }
            };
        }
        text
    }

    /// As Markdown. Tables are not padded: a number that changes changes its own line only.
    pub(super) fn markdown(&self) -> String {
        let mut text = format!("# {}\n", self.title);
        for part in &self.parts {
            match part {
                Part::Section(title) => text.push_str(&format!("\n## {title}\n")),
                Part::Say(say) => text.push_str(&format!("\n{say}\n")),
                Part::Table(head, rows) => {
                    text.push('\n');
                    line(&mut text, head);
                    let ruler: Vec<String> = (0..head.len()).map(|column| ruler(rows, column).to_owned()).collect();
                    line(&mut text, &ruler);
                    rows.iter().for_each(|row| line(&mut text, row));
                }
            }
        }
        text
    }
}

/// A number of cases; none is a dot, so that what is there stands out.
pub(super) fn number(count: usize) -> String {
    if count == 0 { "·".to_owned() } else { count.to_string() }
}

/// Numbers stand to the right.
fn ruler(rows: &[Vec<String>], column: usize) -> &'static str {
    let mut cells = rows.iter().filter_map(|row| row.get(column));
    let number = |cell: &String| cell == "·" || cell.bytes().all(|byte| byte.is_ascii_digit());
    if cells.all(number) { "--:" } else { "---" }
}

fn line(text: &mut String, cells: &[String]) {
    let cells: Vec<String> = cells.iter().map(|cell| cell.replace('|', "\\|")).collect();
    text.push_str(&format!("| {} |\n", cells.join(" | ")));
}

#[cfg(test)]
mod tests {
    use super::Page;

    #[test]
    fn one_page_two_forms() {
        let mut page = Page::new("Title");
        page.section("Part");
        page.say("Made by `x`.");
        page.table(&["rule", "found"], vec![vec!["a|b".into(), "12".into()], vec!["c".into(), "·".into()]]);
        assert_eq!(
            page.markdown(),
            "# Title\n\n## Part\n\nMade by `x`.\n\n| rule | found |\n| --- | --: |\n| a\\|b | 12 |\n| c | · |\n"
        );
        assert_eq!(page.text(), "Title\n\nPART\nMade by x.\n\nrule  found\na|b   12\nc     ·\n");
    }
}
