//! What a batch has written, read back.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The folder of a batch.
pub(super) struct Results {
    /// Where it is.
    pub(super) root: PathBuf,
    /// `summary.json`.
    pub(super) summary: Value,
    /// `findings.ndjson`.
    pub(super) reports: Vec<Value>,
}

impl Results {
    /// Reads a folder in which a batch has ended.
    pub(super) fn read(root: &str) -> Self {
        let root = PathBuf::from(root);
        let summary = json(&text(&root.join("summary.json")));
        let reports = text(&root.join("findings.ndjson")).lines().map(json).collect();
        Results { root, summary, reports }
    }

    /// The rows of the summary by the labels of their tickets.
    pub(super) fn rows(&self) -> BTreeMap<&str, &Value> {
        let rows = list(&self.summary["tickets"]);
        let by_id: BTreeMap<&str, &Value> = rows.iter().map(|row| (name(&row["id"]), row)).collect();
        assert_eq!(by_id.len(), rows.len(), "a ticket stands in the summary twice");
        by_id
    }

    /// The row of a ticket.
    pub(super) fn row(&self, id: &str) -> &Value {
        self.rows().get(id).unwrap_or_else(|| panic!("{id:?} is not in {:?}", self.rows().keys()))
    }

    /// Complaints about the sum of all: each of these tickets must be everywhere, and nothing else anywhere.
    pub(super) fn complaints(&self, ids: &BTreeSet<&str>) -> Vec<String> {
        let mut wrong = Vec::new();
        let mut check = |what: &str, found: BTreeSet<&str>, count: usize| {
            for id in ids.symmetric_difference(&found) {
                wrong.push(format!("{what}: {id:?} is {}", if ids.contains(id) { "missing" } else { "too much" }));
            }
            if count != ids.len() {
                wrong.push(format!("{what}: {count} of {}", ids.len()));
            }
        };
        check("summary.json", self.rows().into_keys().collect(), list(&self.summary["tickets"]).len());
        let cases = self.reports.iter().map(|report| name(&report["case"]));
        check("findings.ndjson", cases.collect(), self.reports.len());
        let rows = csv(&text(&self.root.join("tickets.csv")));
        let pages: BTreeSet<String> = rows.iter().skip(1).map(|row| row[column(&rows, "page")].clone()).collect();
        let told: BTreeSet<String> = self.rows().values().map(|row| name(&row["page"]).to_owned()).collect();
        check("tickets.csv", ids.iter().copied().collect(), rows.len() - 1);
        if pages != told || pages.len() != ids.len() {
            wrong.push(format!("{} pages in the table, {} in the summary", pages.len(), told.len()));
        }
        for row in self.rows().values() {
            let page = text(&self.root.join(name(&row["page"])));
            if !page.trim_end().ends_with("</html>") {
                wrong.push(format!("{}: is no whole page", row["page"]));
            }
            json(&text(&self.root.join(name(&row["report"]))));
        }
        let files = files(&self.root.join("tickets"));
        let html = files.iter().filter(|path| path.extension().is_some_and(|ending| ending == "html")).count();
        if html != ids.len() || files.len() != 2 * ids.len() {
            wrong.push(format!("tickets/ has {} files, {html} pages", files.len()));
        }
        let verdicts = self.summary["verdicts"].as_object().into_iter().flatten();
        let sum = verdicts.filter_map(|(_, count)| count.as_u64()).sum::<u64>()
            + self.summary["failed"].as_u64().unwrap_or_default();
        if sum != ids.len() as u64 || self.summary["total"] != sum {
            wrong.push(format!("the counts say {sum} and {}", self.summary["total"]));
        }
        wrong
    }
}

/// What is wrong about a ticket, by the line of `truth.ndjson` about it.
pub(super) fn complaint(truth: &Value, row: &Value) -> Option<String> {
    let mut wrong = Vec::new();
    if !list(&truth["verdicts"]).contains(&row["verdict"]) {
        wrong.push(format!("verdict {}, not {}", row["verdict"], truth["verdicts"]));
    }
    let found: BTreeSet<&str> = list(&row["findings"]).iter().map(|finding| name(&finding["rule"])).collect();
    let missed = list(&truth["must"]).iter().map(name).filter(|rule| !found.contains(rule));
    wrong.extend(missed.map(|rule| format!("{rule} is missed")));
    if truth["problem"] == true && row["problem"].is_null() {
        wrong.push("nothing is said of what was not read".to_owned());
    }
    let about = format!("{} {}", truth["kind"], truth["note"]);
    (!wrong.is_empty()).then(|| format!("{}: {} ({about}); {}", truth["id"], wrong.join(", "), row["problem"]))
}

/// The lines of `truth.ndjson`.
pub(super) fn truths(path: &str) -> Vec<Value> {
    text(Path::new(path)).lines().map(json).collect()
}

/// Every file in a folder of a batch that is not whole, but for its own state.
pub(super) fn torn(root: &Path) -> Vec<String> {
    let mut torn = Vec::new();
    for path in files(root) {
        let place = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().into_owned();
        if place.starts_with(".stacklore") {
            continue;
        }
        let bytes = fs::read(&path).expect("nobody removes it");
        let whole = match path.extension().and_then(|ending| ending.to_str()) {
            Some("json") => serde_json::from_slice::<Value>(&bytes).is_ok(),
            Some("ndjson") => {
                bytes.ends_with(b"\n")
                    && bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).all(is_json)
            }
            Some("html") => bytes.trim_ascii_end().ends_with(b"</html>"),
            Some("csv") => {
                let rows = csv(&String::from_utf8_lossy(&bytes));
                bytes.ends_with(b"\r\n") && rows.iter().all(|row| row.len() == rows[0].len())
            }
            Some("txt") => !bytes.is_empty(),
            _ => false,
        };
        if !whole {
            torn.push(format!("{place}: {} bytes", bytes.len()));
        }
    }
    torn
}

fn is_json(line: &[u8]) -> bool {
    serde_json::from_slice::<Value>(line).is_ok()
}

/// All files below a folder, sorted; none where it is not there.
pub(super) fn files(root: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![root.to_owned()];
    while let Some(folder) = open.pop() {
        for path in fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()) {
            if path.is_dir() { open.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    found
}

/// The rows of a table as RFC 4180 has it.
pub(super) fn csv(text: &str) -> Vec<Vec<String>> {
    let mut rows = vec![vec![String::new()]];
    let mut quoted = false;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let row = rows.last_mut().expect("there is one");
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                row.last_mut().expect("there is one").push('"');
                chars.next();
            }
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(String::new()),
            '\r' if !quoted => {}
            '\n' if !quoted => rows.push(vec![String::new()]),
            _ => row.last_mut().expect("there is one").push(c),
        }
    }
    rows.pop_if(|row| row.len() == 1 && row[0].is_empty());
    rows
}

/// The number of a column by its name.
pub(super) fn column(rows: &[Vec<String>], name: &str) -> usize {
    rows[0].iter().position(|column| column == name).unwrap_or_else(|| panic!("{:?} lacks {name}", rows[0]))
}

fn text(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {}", text.chars().take(200).collect::<String>()))
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

fn name(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text"))
}
