//! The corpus: cases with what must be found in them. `corpus/README.md` says how a case is laid out.

use anyhow::{Context as _, bail};
use serde::Deserialize;
use stacklore::Document;
use stacklore::model::SourceId;
use stacklore::reason::finding::Certainty;
use stacklore::reason::rules::CorpusFacts;
use stacklore_intake::{Intake, Limits};
use std::fs;
use std::path::{Path, PathBuf};

/// What must be found in a case (`expect.yaml`). Keys that only people and other tests read are left out.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Expectation {
    /// The answer in one word, or several where each is fine.
    #[serde(default)]
    pub(crate) verdict: Verdicts,
    /// Findings that are not hidden, all of them.
    #[serde(default)]
    pub(crate) findings: Vec<Expected>,
    /// Which form of text or knowledge the program lacks: until then a finding that is not there is a known miss.
    #[serde(default)]
    pub(crate) awaits: Option<String>,
}

/// One verdict, or a list of them.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum Verdicts {
    /// This one.
    One(String),
    /// Any of these.
    Any(Vec<String>),
}

impl Default for Verdicts {
    fn default() -> Self {
        Verdicts::Any(Vec::new())
    }
}

impl Verdicts {
    /// Their names.
    pub(crate) fn names(&self) -> Vec<&str> {
        match self {
            Verdicts::One(name) => vec![name],
            Verdicts::Any(names) => names.iter().map(String::as_str).collect(),
        }
    }
}

/// A finding that must be there.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Expected {
    /// Id of its rule.
    pub(crate) rule: String,
    /// It must be at least that sure.
    pub(crate) certainty: Certainty,
}

/// One case.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    /// Name of its folder: how rules speak of it.
    pub(crate) id: String,
    /// Its folder.
    pub(crate) folder: PathBuf,
    /// What must be found; `None` while nobody has said.
    pub(crate) expectation: Option<Expectation>,
}

impl Case {
    /// Its texts: all files but the notes about it, or those of its folder `input`.
    pub(crate) fn documents(&self) -> anyhow::Result<Vec<Document>> {
        let input = self.folder.join("input");
        let paths = if input.is_dir() { vec![input] } else { input_files(&self.folder)? };
        let Intake { documents, problems } = stacklore_intake::read_paths(&paths, &Limits::default());
        if let (true, Some(problem)) = (documents.is_empty(), problems.first()) {
            bail!("case {}: {problem}", self.id);
        }
        Ok(documents)
    }
}

/// Files of a case that are about it and no part of the ticket.
const ABOUT: [&str; 2] = ["expect.yaml", "about.md"];

fn input_files(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut paths = children(folder)?;
    paths.retain(|path| !ABOUT.iter().any(|name| path.ends_with(name)));
    Ok(paths)
}

/// All cases, sorted by path.
#[derive(Clone, Debug)]
pub(crate) struct Corpus {
    /// The cases.
    pub(crate) cases: Vec<Case>,
}

impl Corpus {
    /// Finds the cases below a folder: `FAMILY/CASE/`.
    pub(crate) fn read(root: &Path) -> anyhow::Result<Self> {
        let mut cases = Vec::new();
        for family in folders(root)? {
            for folder in folders(&family)? {
                let id = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
                let expectation = expectation(&folder.join("expect.yaml"))?;
                cases.push(Case { id, folder, expectation });
            }
        }
        if cases.is_empty() {
            bail!("{}: no cases here; name the folder of cases (FAMILY/CASE/…) with --corpus", root.display());
        }
        Ok(Corpus { cases })
    }

    /// What the checker may ask about the corpus.
    pub(crate) fn facts(&self) -> anyhow::Result<CorpusFacts> {
        let mut facts = CorpusFacts::default();
        for case in &self.cases {
            facts.cases.push(case.id.clone());
            for document in case.documents()? {
                let reading = stacklore::read(SourceId(0), &document);
                let frames = reading.stacks.into_iter().flat_map(|stack| stack.frames);
                facts.functions.extend(frames.map(|frame| frame.symbol.to_string()));
            }
        }
        Ok(facts)
    }
}

fn expectation(path: &Path) -> anyhow::Result<Option<Expectation>> {
    if !path.exists() {
        return Ok(None);
    }
    let tried = || format!("{}: cannot read what the case expects; see corpus/README.md for its form", path.display());
    let text = fs::read_to_string(path).with_context(tried)?;
    serde_yaml::from_str(&text).map(Some).with_context(tried)
}

fn folders(root: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut paths = children(root)?;
    paths.retain(|path| path.is_dir());
    Ok(paths)
}

fn children(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let tried = || format!("{}: cannot list this folder; check the path", folder.display());
    let entries = fs::read_dir(folder).with_context(tried)?;
    let mut paths =
        entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<Vec<_>, _>>().with_context(tried)?;
    paths.sort();
    Ok(paths)
}
