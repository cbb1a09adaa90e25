//! A mechanism as the file of a rule: evidence as the text shows it, and TODO where only a person knows.

use super::{Mechanism, Part};
use crate::finding::{Certainty, Class};
use std::fmt::Write as _;

/// What the file says beside the mechanism.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Id of the rule.
    pub id: String,
    /// Id of the case that the text becomes.
    pub case: String,
    /// Further cases that must be found, of the same hang.
    pub more_cases: Vec<String>,
    /// Where the texts come from, in sentences: comments at the head of the file.
    pub origin: Vec<String>,
    /// How surely it is found in that case; `None`: possible.
    pub finds: Option<Certainty>,
    /// A case that looks alike and is something else.
    pub near_miss: Option<String>,
    /// General rules that are found in the text as well.
    pub instead_of: Vec<String>,
    /// Other rules that are found in the text as well.
    pub also_found: Vec<String>,
    /// Other cases in which the draft is found.
    pub found_in: Vec<String>,
}

/// Stands for the near miss that nobody has named yet.
const NO_NEAR_MISS: &str = "TODO-a-near-miss";

/// The file of a draft.
pub fn write(mechanism: &Mechanism, wanted: &Wanted) -> String {
    let mut page = String::new();
    head(&mut page, mechanism, wanted);
    evidence(&mut page, mechanism);
    conclusions(&mut page, mechanism);
    texts(&mut page, mechanism);
    tests(&mut page, wanted);
    page
}

/// Writing to a string cannot fail.
macro_rules! line {
    ($page:expr, $($text:tt)*) => {{ let _ = writeln!($page, $($text)*); }};
}

fn head(page: &mut String, mechanism: &Mechanism, wanted: &Wanted) {
    let systems: Vec<&str> = mechanism.systems().iter().map(|system| system.name()).collect();
    line!(
        page,
        "# A draft of `stacklore rules new`: sound, and it finds its own text. Complete what says TODO, take out what this"
    );
    line!(
        page,
        "# text has by chance (function names of one program, of one version), then `rules check` and `rules test --only {}`.",
        wanted.id
    );
    wanted.origin.iter().for_each(|sentence| comment(page, sentence));
    line!(page, "id: {}", wanted.id);
    line!(page, "title: \"TODO: what hangs and why, in one sentence without function names\"");
    line!(page, "class: {}  # {}", mechanism.class.name(), classes(mechanism.class));
    line!(page, "severity: major  # critical: the machine or the service is lost; minor: a nuisance, or a hazard only");
    line!(page, "status: experimental");
    line!(page, "systems: [{}]", systems.join(", "));
}

/// Columns of a comment.
const WIDTH: usize = 118;

/// A sentence as comment lines. What it quotes of tickets can hold anything.
fn comment(page: &mut String, sentence: &str) {
    let mut line = String::from("#");
    for word in sentence.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()) {
        if line.len() > 1 && line.chars().count() + 1 + word.chars().count() > WIDTH {
            line!(page, "{line}");
            line = String::from("#");
        }
        line.push(' ');
        line.push_str(word);
    }
    line!(page, "{line}");
}

fn classes(own: Class) -> String {
    let all = super::super::read::CLASSES.iter().filter(|class| **class != own).map(|class| class.name());
    format!("or {}", all.collect::<Vec<_>>().join(", "))
}

fn evidence(page: &mut String, mechanism: &Mechanism) {
    line!(page, "evidence:");
    let object = if mechanism.joined { Some("$lock") } else { None };
    part(page, "waiters", &mechanism.waiters, object, true);
    for (at, other) in mechanism.others.iter().enumerate() {
        part(page, &format!("others{}", suffix(at)), other, None, true);
    }
    if mechanism.joined {
        held(page, mechanism);
    } else if mechanism.waiters.lock {
        unknown_lock(page, mechanism);
    } else {
        acts(page, mechanism);
    }
    if let Some(holder) = &mechanism.holder {
        part(page, "holder_waits", holder, None, false);
    }
}

fn suffix(at: usize) -> String {
    if at == 0 { String::new() } else { format!("_{}", at + 1) }
}

/// A clause about tasks that wait in one place.
fn part(page: &mut String, name: &str, part: &Part, object: Option<&str>, set: bool) {
    let variable = if set { name } else { "holder" };
    let (number, labels) = (part.tasks.len(), part.labels.join(", "));
    let more = if number > part.labels.len() { ", …" } else { "" };
    line!(page, "  # In this text: {labels}{more}.");
    line!(page, "  {name}:");
    line!(page, "    task: ${variable}");
    match &part.kind {
        Some(kind) => line!(page, "    waits: {kind}  # who must act: {}", part.needs),
        None => {
            line!(
                page,
                "    # The vocabulary does not know this wait. Say first, in rules/vocabulary/{}.yaml, what the innermost",
                part.system.name()
            );
            line!(page, "    # function waits for; then `waits: KIND` stands here, and every rule knows it.");
        }
    }
    if let Some(object) = object {
        line!(page, "    object: {object}");
    }
    if !part.frames.is_empty() {
        line!(page, "    stack:  # from the innermost frame outward; other frames may lie between");
        for frame in &part.frames {
            line!(page, "      - {}", quoted(frame));
        }
    }
    if set {
        line!(page, "    count: 1+");
    }
    let (verb, what) = match &part.kind {
        Some(_) => ("waits", format!("for {}", part.needs)),
        None => ("sleeps", "TODO: until what happens".to_owned()),
    };
    let who = match set {
        true => format!("{{{{ {variable} | names(do='{verb}') }}}}"),
        false => format!("{{{{ {variable} }}}} {verb}"),
    };
    line!(page, "    says: {}", quoted_text(&format!("{who} {what}.")));
    if !set {
        line!(page, "    get: \"TODO: the command that shows the stack of {{{{ holder.pid }}}}\"");
    }
}

/// Who holds what the waiters wait for by identity.
fn held(page: &mut String, mechanism: &Mechanism) {
    if !mechanism.held {
        line!(page, "  # The missing role: the text does not tell who holds it. `get` is told to the reader.");
    }
    line!(page, "  held:");
    line!(page, "    hold: _");
    line!(page, "    task: $holder");
    line!(page, "    object: $lock");
    line!(page, "    says: \"{{{{ holder }}}} holds {{{{ lock }}}}.\"");
    line!(page, "    get: \"TODO: the command that shows the owner of {{{{ lock }}}}\"");
}

/// Who holds a lock of which the text tells nothing.
fn unknown_lock(page: &mut String, mechanism: &Mechanism) {
    line!(
        page,
        "  # The missing role: {}. The text does not tell which lock it is; `get` is told to the reader.",
        mechanism.waiters.needs
    );
    line!(page, "  held:");
    line!(page, "    hold: _");
    line!(page, "    task: $holder");
    line!(page, "    object: $waiters.object");
    line!(page, "    says: \"{{{{ holder }}}} holds what they wait for.\"");
    line!(page, "    get: \"TODO: the command that shows the lock and its owner\"");
}

/// Who must act where nothing is held.
fn acts(page: &mut String, mechanism: &Mechanism) {
    let needs = if mechanism.waiters.needs.is_empty() { "whoever must act" } else { &mechanism.waiters.needs };
    line!(
        page,
        "  # The missing role: {needs}. TODO: how would a text show that it does not act? A line that is printed (as"
    );
    line!(
        page,
        "  # here), a task with its wait or its stack, a row of facts; `stacklore rules schema` and rules/LANGUAGE.md list them."
    );
    line!(page, "  acts:");
    line!(page, "    line: $report");
    line!(page, "    text: '/TODO what is printed about it/'");
    line!(page, "    says: \"TODO: what this shows.\"");
    line!(page, "    get: \"TODO: the command that shows it\"");
}

fn conclusions(page: &mut String, mechanism: &Mechanism) {
    let others = (0..mechanism.others.len()).map(|at| format!("others{}", suffix(at)));
    let lowest: Vec<String> = std::iter::once("waiters".to_owned()).chain(others).collect();
    let role = if mechanism.joined || mechanism.waiters.lock { "held" } else { "acts" };
    let next = if mechanism.holder.is_some() { format!("{role}, holder_waits") } else { role.to_owned() };
    line!(
        page,
        "conclude:  # a promise: when in doubt, one level lower. `proven` only for what the text shows completely"
    );
    line!(page, "  possible: [{}]", lowest.join(", "));
    line!(page, "  likely: [{next}]");
    line!(page, "# refute: [CLAUSE]  # a clause of the evidence that, where it holds, means something else");
    if role == "held" {
        line!(page, "edges: [$waiters -> $holder]  # who waits for whom");
    }
}

fn texts(page: &mut String, mechanism: &Mechanism) {
    let needs = if mechanism.waiters.needs.is_empty() { "TODO" } else { &mechanism.waiters.needs };
    line!(page, "explain: >-");
    line!(
        page,
        "  TODO, in the words one would use to a colleague: {{{{ waiters | names(do='waits') }}}} for {needs}, and why that never"
    );
    line!(page, "  comes.");
    line!(page, "confirm:");
    line!(page, "  - \"TODO: a command or a question that tells this from what looks alike\"");
    line!(page, "remedy:");
    line!(page, "  - \"TODO: what to do now, and what to change so that it does not come back\"");
    line!(page, "# references: [{{title: …, url: …}}]");
}

fn tests(page: &mut String, wanted: &Wanted) {
    if !wanted.instead_of.is_empty() {
        line!(page, "# General rules that are found in this text as well: this one says it better.");
        line!(page, "instead_of: [{}]", wanted.instead_of.join(", "));
    }
    if !wanted.also_found.is_empty() {
        line!(page, "# Found in this text as well, and as sure or surer: {}.", wanted.also_found.join(", "));
        line!(page, "# Is a rule more needed? If this is a variant of one of them, widen that one.");
    }
    if !wanted.found_in.is_empty() {
        line!(
            page,
            "# Found in other cases as well: {}. The same mechanism, or too broad?",
            wanted.found_in.join(", ")
        );
    }
    let certainty = wanted.finds.unwrap_or(Certainty::Possible).name();
    let cases = std::iter::once(&wanted.case).chain(&wanted.more_cases);
    let finds = cases.map(|case| format!("{case}: {certainty}")).collect::<Vec<_>>().join(", ");
    match &wanted.near_miss {
        Some(case) => {
            line!(
                page,
                "# `leaves` is the case of the corpus that looks most like this one and is not found: is it something else?"
            );
            line!(page, "tests: {{finds: {{{finds}}}, leaves: [{case}]}}");
        }
        None => {
            line!(
                page,
                "# TODO: a case that looks alike and is something else (a healthy text of the same system, at least)."
            );
            line!(page, "tests: {{finds: {{{finds}}}, leaves: [{NO_NEAR_MISS}]}}");
        }
    }
}

/// A function as an item of a list; quoted where YAML would read something else.
fn quoted(name: &str) -> String {
    let plain = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.'));
    if plain && !matches!(name, "null" | "true" | "false") { name.to_owned() } else { quoted_text(name) }
}

/// A text in double quotes.
fn quoted_text(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"").replace('\t', "\\t");
    format!("\"{escaped}\"")
}
