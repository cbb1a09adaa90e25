//! The texts of the corpus, their stacks, and a damaged text that still knows where its lines come from.

use stacklore_dialects::read;
use stacklore_model::{Document, Reading, Reliability, SourceId, StackSighting, TaskKeys};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Bytes of a text that are used; longer ones are cut at a blank line.
const MOST: usize = 9_000;

/// Files of the same name that are taken from the captures.
const ALIKE: usize = 4;

/// A text as it is in the corpus.
pub(crate) struct Text {
    pub(crate) name: String,
    pub(crate) lines: Vec<String>,
    pub(crate) stacks: Vec<Stack>,
}

/// A stack that must be read.
#[derive(Clone, Debug)]
pub(crate) struct Stack {
    pub(crate) dialect: &'static str,
    pub(crate) task: TaskKeys,
    pub(crate) frames: Vec<Frame>,
    /// Lines of the text, from its header to its last frame.
    pub(crate) first: u32,
    pub(crate) last: u32,
    /// The whole text does not tell everything of it either.
    pub(crate) cut: bool,
}

/// A frame: its function and the lines on which it stands.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    pub(crate) symbol: String,
    pub(crate) first: u32,
    pub(crate) last: u32,
    /// No call, but what a register or a word of the tool says: alone it is no stack.
    pub(crate) aside: bool,
    /// The damage took the words of this frame, or a part of them.
    pub(crate) torn: bool,
}

/// A line of a damaged text, with the lines of the whole text that it is made of; `(0, 0)` where it is new.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) text: String,
    pub(crate) from: (u32, u32),
}

impl Line {
    pub(crate) fn new(text: impl Into<String>, from: (u32, u32)) -> Self {
        Line { text: text.into(), from }
    }
}

/// A damaged text and what must be read from it.
pub(crate) struct Damaged {
    pub(crate) lines: Vec<Line>,
    pub(crate) stacks: Vec<Stack>,
    pub(crate) end: &'static str,
    /// What tells it from others of the same text and form.
    pub(crate) note: String,
    /// The document's label.
    pub(crate) name: String,
}

impl Damaged {
    pub(crate) fn of(text: &Text, lines: Vec<Line>) -> Self {
        Damaged { lines, stacks: text.stacks.clone(), end: "\n", note: String::new(), name: text.name.clone() }
    }

    /// Every line changed on its own.
    pub(crate) fn by_line(text: &Text, change: impl Fn(&str) -> String) -> Vec<Self> {
        let lines = (1..).zip(&text.lines).map(|(number, line)| Line::new(change(line), (number, number))).collect();
        vec![Damaged::of(text, lines)]
    }

    pub(crate) fn document(&self) -> Document {
        let lines: Vec<&str> = self.lines.iter().map(|line| line.text.as_str()).collect();
        Document::from_text(self.name.clone(), lines.join("\n") + self.end)
    }
}

impl Text {
    fn new(name: String, text: &str) -> Self {
        let reading = read(SourceId(0), &Document::from_text(name.clone(), text));
        if std::env::var_os("DAMAGE_WRAPS").is_some() {
            let mends = reading.mends.iter().filter(|mend| mend.kind == stacklore_model::MendKind::WrappedLine);
            let lines: Vec<u32> = mends.map(|mend| mend.span.first).collect();
            if !lines.is_empty() {
                println!("wrapped: {name} {lines:?}");
            }
        }
        let stacks: Vec<Stack> = reading.stacks.iter().map(stack).collect();
        let lines = text.strip_suffix('\n').unwrap_or(text).split('\n');
        Text { name, lines: lines.map(|line| line.trim_end_matches('\r').to_owned()).collect(), stacks }
    }
}

/// A stack as it was read.
pub(crate) fn stack(stack: &StackSighting) -> Stack {
    let frames = stack.frames.iter().map(|frame| Frame {
        symbol: frame.symbol.to_string(),
        first: frame.span.first,
        last: frame.span.last,
        aside: matches!(frame.reliability, Reliability::Register | Reliability::Printed),
        torn: false,
    });
    Stack {
        dialect: stack.dialect,
        task: stack.task.clone(),
        frames: frames.collect(),
        first: stack.span.first,
        last: stack.span.last,
        cut: stack.cut,
    }
}

/// Whether the reading says of these lines that something about them is unclear or missing.
pub(crate) fn told(reading: &Reading, lines: impl Fn(u32) -> bool) -> bool {
    let unclear = reading.unclear.iter().map(|unclear| unclear.span);
    unclear.chain(reading.notes.iter().filter_map(|note| note.span)).any(|span| (span.first..=span.last).any(&lines))
}

/// Every text of the corpus, of captures some of each kind.
pub(crate) fn corpus() -> Vec<Text> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../corpus");
    if let Ok(folder) = std::env::var("DAMAGE_TEXTS") {
        return others(Path::new(&folder));
    }
    let mut alike: BTreeMap<String, usize> = BTreeMap::new();
    let mut texts = Vec::new();
    for family in ["samples", "cases", "captures"] {
        for path in sorted(&root.join(family)).iter().flat_map(|folder| sorted(folder)) {
            let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let seen = alike.entry(file.clone()).or_default();
            *seen += usize::from(family == "captures");
            if file == "expect.yaml" || !path.is_file() || *seen > ALIKE {
                continue;
            }
            let Ok(text) = fs::read_to_string(&path) else { continue };
            let folder = path.parent().and_then(Path::file_name).unwrap_or_default().to_string_lossy();
            texts.push(Text::new(format!("{folder}/{file}"), beginning(&text)));
        }
    }
    assert!(texts.len() > 200, "the corpus is there");
    texts.into_iter().filter(|text| !text.stacks.is_empty()).collect()
}

/// Every text below a folder that is not the corpus.
fn others(folder: &Path) -> Vec<Text> {
    let (mut folders, mut texts) = (vec![folder.to_owned()], Vec::new());
    while let Some(folder) = folders.pop() {
        for path in sorted(&folder) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "txt")
                && let Ok(text) = fs::read_to_string(&path)
            {
                texts.push(Text::new(path.to_string_lossy().into_owned(), beginning(&text)));
            }
        }
    }
    texts.into_iter().filter(|text| !text.stacks.is_empty()).collect()
}

/// As much of a text as is used, up to a blank line where there is one.
fn beginning(text: &str) -> &str {
    if text.len() <= MOST {
        return text;
    }
    let end = (0..=MOST).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    let head = &text[..end];
    let end = head.rfind("\n\n").filter(|at| *at > MOST / 3).or(head.rfind('\n'));
    end.map_or(head, |end| &head[..=end])
}

fn sorted(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    paths.sort();
    paths
}
