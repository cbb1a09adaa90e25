//! Fields of vocabulary entries that are no functions: places, modes, states, task names.

use super::pattern::regex_message;
use super::place::{self, ModeChoice, ModeOf, Place, Places};
use super::raw::{Pairs, RawMode, Texts};
use super::report::Reporter;
use regex::bytes::{Captures, Regex, RegexBuilder};
use stacklore_model::TaskState;
use std::sync::OnceLock;

/// The state of that name.
pub(crate) fn state(name: &str) -> Option<TaskState> {
    Some(match name {
        "running" => TaskState::Running,
        "sleeping" => TaskState::Sleeping,
        "blocked" => TaskState::Blocked,
        "stopped" => TaskState::Stopped,
        "zombie" => TaskState::Zombie,
        "idle" => TaskState::Idle,
        "new" => TaskState::New,
        _ => return None,
    })
}

/// Named groups that a task name may give.
const NAME_FIELDS: [&str; 3] = ["bound_cpu", "pool", "device"];

/// A pattern over task names, compiled when it is first used.
#[derive(Clone, Debug)]
pub(crate) struct TaskName {
    source: Box<str>,
    compiled: OnceLock<Option<Regex>>,
}

impl TaskName {
    /// The pattern of that text, with or without slashes.
    pub(crate) fn new(text: &str) -> Self {
        let inner = text.strip_prefix('/').and_then(|rest| rest.strip_suffix('/'));
        TaskName { source: inner.unwrap_or(text).into(), compiled: OnceLock::new() }
    }

    fn compile(&self) -> Result<Regex, regex::Error> {
        // over bytes and ASCII classes: Unicode tables would cost more than everything else in the vocabulary
        RegexBuilder::new(&self.source).unicode(false).build()
    }

    /// Compiles it now; the error is what is wrong with it.
    pub(crate) fn check(&self) -> Result<(), String> {
        let regex = self.compile().map_err(|error| regex_message(&error))?;
        if let Some(name) = regex.capture_names().flatten().find(|name| !NAME_FIELDS.contains(name)) {
            return Err(format!("`{name}` is no field of a task: {}", NAME_FIELDS.join(", ")));
        }
        self.compiled.get_or_init(|| Some(regex));
        Ok(())
    }

    /// What the name of a task tells, by the named groups. A pattern that is none matches nothing.
    pub(crate) fn captures<'n>(&self, name: &'n [u8]) -> Option<Captures<'n>> {
        self.compiled.get_or_init(|| self.compile().ok()).as_ref()?.captures(name)
    }
}

/// Places by dialect; what cannot be read is told.
pub(crate) fn places(raw: &Pairs<String, Texts>, section: &str, reporter: &mut Reporter) -> Places {
    let mut places = Places::new();
    for (dialect, texts) in &raw.0 {
        let mut list = Vec::new();
        for text in &texts.0 {
            match Place::parse(text) {
                Ok(place) => list.push(place),
                Err(message) => reporter.error("R05", section, text, message, None),
            }
        }
        places.push((dialect.clone(), list));
    }
    places
}

/// How a lock is wanted or held; what cannot be read is told.
pub(crate) fn modes(raw: Option<&RawMode>, section: &str, reporter: &mut Reporter) -> ModeOf {
    let by_argument = match raw {
        None => return ModeOf::Unknown,
        Some(RawMode::Fixed(text)) => {
            return place::mode(text).map(ModeOf::Fixed).unwrap_or_else(|message| {
                reporter.error("R05", section, text, message, None);
                ModeOf::Unknown
            });
        }
        Some(RawMode::ByArgument(map)) => map,
    };
    let mut all = Vec::new();
    for (dialect, expressions) in &by_argument.0 {
        for (text, values) in &expressions.0 {
            let place = match Place::parse(text) {
                Ok(place) => place,
                Err(message) => {
                    reporter.error("R05", section, text, message, None);
                    continue;
                }
            };
            let mut list = Vec::new();
            for (value, text) in &values.0 {
                match place::mode(text) {
                    Ok(mode) => list.push((*value, mode)),
                    Err(message) => reporter.error("R05", section, text, message, None),
                }
            }
            all.push(ModeChoice { dialect: dialect.clone(), place, modes: list });
        }
    }
    ModeOf::ByArgument(all)
}
