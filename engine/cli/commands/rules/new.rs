//! `stacklore rules new`: a first rule from a pasted stack, or from a cluster of tickets, with the cases that it must
//! find.

mod cluster;

use crate::args::{InputArgs, KnowledgeArgs};
use crate::corpus::{Case, Corpus};
use crate::exit::Exit;
use crate::limits::LimitArgs;
use crate::reading::{self, Texts};
use crate::{complain, output, rulebook};
use anyhow::{Context as _, bail};
use cluster::Cluster;
use rayon::prelude::*;
use stacklore::reason::analysis::Analysis;
use stacklore::reason::finding::Certainty;
use stacklore::reason::matching;
use stacklore::reason::rules::ast::Rule;
use stacklore::reason::rules::sketch::{self, Sketch, Wanted};
use stacklore::reason::vocabulary::YamlSource;
use stacklore::{Engine, Options, Report};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// What the author asks for.
pub(super) struct Wishes<'a> {
    pub(super) id: Option<&'a str>,
    pub(super) family: Option<&'a str>,
    pub(super) out: Option<&'a Path>,
    pub(super) corpus: &'a Path,
}

/// Family of a draft where no rule speaks of such a wait.
const NO_FAMILY: &str = "drafts";

/// A text that must be found, and its bytes as they came.
struct Sample {
    texts: Texts,
    bytes: Vec<u8>,
}

/// Drafts a rule from a text, or from the texts of a cluster.
pub(super) fn run(
    file: Option<&Path>,
    from: Option<&Path>,
    wishes: &Wishes<'_>,
    knowledge: &KnowledgeArgs,
) -> anyhow::Result<Exit> {
    let engine = rulebook::engine(knowledge)?;
    let cluster = from.map(Cluster::read).transpose()?;
    let files: Vec<Option<&Path>> = match &cluster {
        Some(cluster) => cluster.texts.iter().map(|path| Some(path.as_path())).collect(),
        None => vec![file],
    };
    let mut samples = Vec::new();
    for file in files {
        let Some(sample) = sample(&engine, file)? else { return Ok(Exit::Failed) };
        samples.push(sample);
    }
    let analyse = |sample: &Sample| engine.analyse(sample.texts.documents.clone(), sample.texts.readings.clone());
    let analyses: Vec<Analysis> = samples.iter().map(analyse).collect();
    let Some((sketch, found)) = sketch::sketch_all(&analyses, engine.vocabulary(), engine.rules()) else {
        bail!("no task of this text waits, so there is nothing to draft; `stacklore parse` shows what was read");
    };
    let all = samples.len();
    let mut found = found.iter().map(Option::is_some);
    samples.retain(|_| found.next() == Some(true));
    let origin = cluster.map_or_else(Vec::new, |cluster| cluster.origin());
    let mut draft = draft(&engine, &analyses[0], &sketch, (samples.len(), origin), wishes)?;
    if samples.len() < all {
        draft.warnings.push(format!(
            "the draft is found in {} of the {all} texts of the cluster: do all of them show the same hang?",
            samples.len()
        ));
    }
    let files = draft.files(&samples, knowledge)?;
    match wishes.out {
        Some(folder) => write(folder, &files)?,
        None => {
            output::to_stdout(|out| write!(out, "{}", draft.text))?;
            let cases = if samples.len() == 1 { "its case" } else { "its cases" };
            complain(&format!("with `--out .` this draft and {cases} would be written to\n{}", paths(&files)));
        }
    }
    for warning in &draft.warnings {
        complain(&format!("warning: {warning}"));
    }
    Ok(Exit::Done)
}

/// Reads a text; `None` where nothing could be read, which was said.
fn sample(engine: &Engine, file: Option<&Path>) -> anyhow::Result<Option<Sample>> {
    let input = InputArgs { paths: vec![file.unwrap_or(Path::new("-")).to_owned()], limits: LimitArgs::default() };
    let Some(texts) = reading::read(engine, &input) else { return Ok(None) };
    let bytes = original(file, &texts)?;
    Ok(Some(Sample { texts, bytes }))
}

/// A draft and what to say about it.
struct Draft {
    id: String,
    /// The cases that it must find.
    cases: Vec<String>,
    family: String,
    text: String,
    warnings: Vec<String>,
}

fn draft(
    engine: &Engine,
    analysis: &Analysis,
    sketch: &Sketch,
    (texts, origin): (usize, Vec<String>),
    wishes: &Wishes<'_>,
) -> anyhow::Result<Draft> {
    let id = match wishes.id {
        Some(id) => word(id, "an id")?,
        None => sketch.mechanism.id(),
    };
    if engine.rule(&id).is_some() {
        bail!("there is a rule {id} already; choose another name with --id");
    }
    let family = match wishes.family {
        Some(family) => word(family, "a family")?,
        None => sketch.mechanism.family.clone().unwrap_or_else(|| NO_FAMILY.into()),
    };
    let more_cases: Vec<String> = (2..=texts).map(|number| format!("{id}-{number}")).collect();
    let cases: Vec<String> = std::iter::once(&id).chain(&more_cases).cloned().collect();
    let mut wanted =
        Wanted { id: id.clone(), case: id.clone(), more_cases, origin, finds: Some(sketch.found), ..Wanted::default() };
    let mut warnings = Vec::new();
    match Corpus::read(wishes.corpus) {
        Ok(corpus) => {
            let taken = cases.iter().find(|id| corpus.cases.iter().any(|case| case.id == **id));
            if let Some(case) = taken.filter(|_| wishes.out.is_some()) {
                bail!("the corpus has a case {case} already; choose another name with --id");
            }
            let Some(rule) = sketch::rule(&sketch::write(&sketch.mechanism, &wanted), &id, engine.vocabulary()) else {
                bail!("the draft does not pass the checker: please report the text that brought it about");
            };
            let near = near_misses(engine, &corpus, sketch, &rule)?;
            wanted.found_in = near.found_in;
            wanted.near_miss = near.best;
        }
        Err(error) => warnings.push(format!("no near miss was looked for: {error:#}")),
    }
    beside(engine, analysis, sketch, &mut wanted);
    if wanted.near_miss.is_none() {
        warnings
            .push("name a case that looks alike and is something else in `leaves`; the draft has a TODO there".into());
    }
    if !wanted.found_in.is_empty() {
        warnings.push(format!("the draft is also found in {}", wanted.found_in.join(", ")));
    }
    if sketch.mechanism.waiters.kind.is_none() {
        warnings.push("the vocabulary does not know this wait: add it there first, it serves every rule".into());
    }
    Ok(Draft { id, cases, family, text: sketch::write(&sketch.mechanism, &wanted), warnings })
}

/// A name that becomes a file or a folder.
fn word(text: &str, what: &str) -> anyhow::Result<String> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if text.is_empty() || !text.chars().all(plain) || text.starts_with('-') {
        bail!("{text} cannot be {what}: small letters, digits and hyphens");
    }
    Ok(text.to_owned())
}

/// Rules that are found in the text already. One that others say better, and that is no surer, is a general one.
fn beside(engine: &Engine, analysis: &Analysis, sketch: &Sketch, wanted: &mut Wanted) {
    let general: BTreeSet<&String> = engine.rules().iter().flat_map(|rule| &rule.instead_of).collect();
    let mut found: BTreeMap<String, Certainty> = BTreeMap::new();
    for finding in engine.matches(analysis).findings {
        let best = found.entry(finding.rule).or_insert(finding.certainty);
        *best = (*best).max(finding.certainty);
    }
    for (rule, certainty) in found {
        let list = if general.contains(&rule) && certainty <= sketch.found {
            &mut wanted.instead_of
        } else {
            &mut wanted.also_found
        };
        list.push(rule);
    }
}

/// What a draft is in the corpus.
struct Near {
    found_in: Vec<String>,
    best: Option<String>,
}

/// Tries the draft on every case: where it is found, and which of the others looks most like its own text.
fn near_misses(engine: &Engine, corpus: &Corpus, sketch: &Sketch, rule: &Rule) -> anyhow::Result<Near> {
    let look = |case: &Case| -> anyhow::Result<(bool, usize, usize)> {
        let documents = case.documents()?;
        let readings = reading::read_documents(engine, &documents);
        let analysis = engine.analyse(documents, readings);
        let found = matching::find(&analysis, engine.vocabulary(), std::slice::from_ref(rule)).findings;
        let alike = sketch::likeness(&sketch.mechanism, &analysis, engine.vocabulary());
        Ok((!found.is_empty(), alike, analysis.case.stacks.len()))
    };
    let looked: Vec<(bool, usize, usize)> = corpus.cases.par_iter().map(look).collect::<anyhow::Result<_>>()?;
    let mut near = Near { found_in: Vec::new(), best: None };
    let mut most = (0, 0);
    for (case, (found, alike, stacks)) in corpus.cases.iter().zip(looked) {
        if found {
            near.found_in.push(case.id.clone());
        } else if alike > 0 && (alike, usize::MAX - stacks) > most {
            // Among equals the case with fewer stacks: a dump has everything.
            most = (alike, usize::MAX - stacks);
            near.best = Some(case.id.clone());
        }
    }
    Ok(near)
}

/// The `expect.yaml` of the case: what is found now.
fn expectation(report: &Report) -> String {
    let mut text = format!("verdict: {}\nfindings:\n", report.verdict.name());
    let mut told = BTreeMap::new();
    for finding in &report.findings {
        let best = told.entry(&finding.rule).or_insert(finding.certainty);
        *best = (*best).max(finding.certainty);
    }
    for (rule, certainty) in told {
        text.push_str(&format!("  - {{rule: {rule}, certainty: {}}}\n", certainty.name()));
    }
    text.push_str("source: \"TODO: where the text comes from, and who may be asked\"\n");
    text.push_str("licence: \"TODO: under which it may be passed on, such as CC0-1.0\"\n");
    text
}

/// The text as it came: the bytes of the file, or what was read from standard input.
fn original(file: Option<&Path>, texts: &Texts) -> anyhow::Result<Vec<u8>> {
    match file.filter(|file| *file != Path::new("-")) {
        Some(file) if file.is_dir() => bail!("{}: one file makes one draft, this is a folder", file.display()),
        Some(file) => fs::read(file).with_context(|| format!("{}: cannot read it", file.display())),
        None => Ok(texts.documents.iter().map(|document| document.text.as_str()).collect::<String>().into_bytes()),
    }
}

type Files = Vec<(PathBuf, Vec<u8>)>;

impl Draft {
    /// The file of the rule, and the text and `expect.yaml` of each case: what is found in it now.
    fn files(&self, samples: &[Sample], knowledge: &KnowledgeArgs) -> anyhow::Result<Files> {
        let path = format!("{}/{}.yaml", self.family, self.id);
        let mut files = vec![(Path::new("rules").join(&path), self.text.clone().into_bytes())];
        let engine = rulebook::engine_with(knowledge, vec![YamlSource { path, text: self.text.clone() }])?;
        for (case, Sample { texts, bytes }) in self.cases.iter().zip(samples) {
            let (documents, readings) = (texts.documents.clone(), texts.readings.clone());
            let report = engine.conclude(case, documents, readings, &Options::default());
            let folder = Path::new("corpus").join("cases").join(case);
            files.push((folder.join("input.txt"), bytes.clone()));
            files.push((folder.join("expect.yaml"), expectation(&report).into_bytes()));
        }
        Ok(files)
    }
}

fn paths(files: &Files) -> String {
    files.iter().map(|(path, _)| format!("  {}", path.display())).collect::<Vec<_>>().join("\n")
}

/// Writes the files; none where one of them is there.
fn write(folder: &Path, files: &Files) -> anyhow::Result<()> {
    for (path, _) in files {
        let path = folder.join(path);
        if path.exists() {
            bail!("{}: is there already, nothing was written; choose another name with --id", path.display());
        }
    }
    for (path, bytes) in files {
        let path = folder.join(path);
        let tried = || format!("{}: cannot write it; choose another folder with --out", path.display());
        fs::create_dir_all(path.parent().unwrap_or(folder)).with_context(tried)?;
        let mut file = OpenOptions::new().write(true).create_new(true).open(&path).with_context(tried)?;
        file.write_all(bytes).with_context(tried)?;
    }
    let written: Vec<String> = files.iter().map(|(path, _)| folder.join(path).display().to_string()).collect();
    output::to_stdout(|out| written.iter().try_for_each(|path| writeln!(out, "{path}")))
}
