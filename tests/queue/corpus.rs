//! The cases of the corpus as tickets are made of them: their texts, and what must be found in them.

use serde_yaml::Value;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// A verdict that may be given where more than so many are allowed says nothing.
const MOST_VERDICTS: usize = 3;

/// Cases whose truth rests on their text being all that a tool printed, which nobody can know below other text.
const WHOLE: [&str; 1] = ["gdb-exit-joins-blocked-thread"];

/// A case with a clear expectation.
#[derive(Debug)]
pub(crate) struct Case {
    /// Name of its folder.
    pub(crate) id: String,
    /// Its texts, by their path inside the case.
    pub(crate) files: Vec<(String, Vec<u8>)>,
    /// Verdicts of which one must be given.
    pub(crate) verdicts: Vec<String>,
    /// Rules that must be found.
    pub(crate) rules: Vec<String>,
}

impl Case {
    /// The text of a case that has one only.
    pub(crate) fn text(&self) -> Option<&[u8]> {
        match &self.files[..] {
            [(_, text)] => Some(text),
            _ => None,
        }
    }

    /// Whether it is one text, of which every line is one of the kernel's log with its time: `[  363.123456] …`. Those
    /// lines come through whatever carries a log.
    fn is_console(&self) -> bool {
        let Some(text) = self.text().and_then(|text| std::str::from_utf8(text).ok()) else { return false };
        let mut lines = text.lines().filter(|line| !line.trim().is_empty());
        lines.clone().count() > 3 && lines.all(|line| stamped(line).is_some())
    }
}

/// The time of a line of the kernel's log in microseconds, and what follows. The caller goes with the time: a journal
/// has neither in its messages.
pub(crate) fn stamped(line: &str) -> Option<(u64, &str)> {
    let (stamp, rest) = line.strip_prefix('[')?.split_once(']')?;
    let rest = rest.strip_prefix('[').and_then(|caller| caller.split_once(']')).map_or(rest, |(_, rest)| rest);
    let (seconds, micros) = stamp.trim_start().split_once('.')?;
    let micros = if micros.len() == 6 { micros.parse::<u64>().ok()? } else { return None };
    Some((seconds.parse::<u64>().ok()? * 1_000_000 + micros, rest.strip_prefix(' ').unwrap_or(rest)))
}

/// Cases, and which of them fit what is to be made.
#[derive(Debug)]
pub(crate) struct Corpus {
    /// All of them, sorted by their ids.
    pub(crate) cases: Vec<Case>,
    /// Those of one text that may stand among other text.
    pub(crate) single: Vec<usize>,
    /// Those of them that are ASCII.
    pub(crate) ascii: Vec<usize>,
    /// Those whose text is a log of the kernel and nothing else.
    pub(crate) console: Vec<usize>,
}

impl Corpus {
    /// The corpus below a folder.
    ///
    /// # Errors
    /// A folder or file that cannot be read, or an expectation that is no YAML.
    pub(crate) fn load(root: &Path) -> io::Result<Self> {
        let mut cases = Vec::new();
        for family in sorted(root)?.iter().filter(|path| path.is_dir()) {
            for folder in sorted(family)?.iter().filter(|path| path.join("expect.yaml").is_file()) {
                cases.extend(case(folder)?);
            }
        }
        cases.sort_by(|a: &Case, b| a.id.cmp(&b.id));
        let those = |fits: &dyn Fn(&Case) -> bool| (0..cases.len()).filter(|at| fits(&cases[*at])).collect::<Vec<_>>();
        let alone = |case: &Case| !WHOLE.contains(&case.id.as_str());
        let single = those(&|case: &Case| case.text().is_some() && alone(case));
        let ascii = those(&|case: &Case| case.text().is_some_and(<[u8]>::is_ascii) && alone(case));
        let console = those(&Case::is_console);
        Ok(Corpus { cases, single, ascii, console })
    }
}

/// The case of a folder; none where it is not clear what must be found.
fn case(folder: &Path) -> io::Result<Option<Case>> {
    let expected: Value = serde_yaml::from_slice(&fs::read(folder.join("expect.yaml"))?).map_err(io::Error::other)?;
    let verdicts: Vec<String> = match &expected["verdict"] {
        Value::Sequence(any) => any.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        one => one.as_str().map(str::to_owned).into_iter().collect(),
    };
    let has = |name: &str| verdicts.iter().any(|verdict| verdict == name);
    let vague = verdicts.is_empty() || verdicts.len() > MOST_VERDICTS || has("hang") && has("healthy");
    if expected.get("awaits").is_some() || vague {
        return Ok(None);
    }
    let rows = expected["findings"].as_sequence().into_iter().flatten();
    let rules = rows.filter_map(|row| row["rule"].as_str()).map(str::to_owned).collect();
    let id = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let input = folder.join("input");
    let base = if input.is_dir() { &input } else { folder };
    let mut files = Vec::new();
    collect(base, base, &mut files)?;
    Ok((!files.is_empty()).then_some(Case { id, files, verdicts, rules }))
}

fn collect(base: &Path, folder: &Path, files: &mut Vec<(String, Vec<u8>)>) -> io::Result<()> {
    for path in sorted(folder)? {
        if path.is_dir() {
            collect(base, &path, files)?;
        } else if !path.ends_with("expect.yaml") && !path.ends_with("about.md") {
            let name = path.strip_prefix(base).unwrap_or(&path).to_string_lossy().into_owned();
            files.push((name, fs::read(&path)?));
        }
    }
    Ok(())
}

fn sorted(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut paths = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?;
    paths.sort();
    Ok(paths)
}
