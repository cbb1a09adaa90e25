//! What could not be read, as lines of a report: much of one kind becomes one line.

use crate::limits::Count;
use crate::{Intake, Problem};
use std::collections::BTreeMap;

/// More than this of one kind are told in one line.
const MANY: usize = 5;

/// So many names stand in such a line.
const NAMED: usize = 3;

/// What a joined line says before and after the names.
type Words = (String, String);

impl Intake {
    /// What could not be read, as full sentences for a report, in order. Where more than five are of one kind, one line
    /// tells how many there are and names the first. Empty files among others are always told in one line.
    pub fn told(&self) -> Vec<String> {
        let words: Vec<Option<Words>> = self.problems.iter().map(words).collect();
        let mut kinds: BTreeMap<&Words, Vec<&str>> = BTreeMap::new();
        for (problem, words) in self.problems.iter().zip(&words) {
            if let Some(words) = words {
                kinds.entry(words).or_default().push(problem.name());
            }
        }
        let alone = self.documents.len() + self.problems.len() == 1;
        let mut lines = Vec::new();
        for (problem, words) in self.problems.iter().zip(&words) {
            let join = words.as_ref().filter(|words| {
                let count = kinds.get(words).map_or(0, Vec::len);
                count != 1 && (count == 0 || count > MANY) || matches!(problem, Problem::Empty { .. }) && !alone
            });
            match join {
                None => lines.push(format!("{problem}.")),
                // The first of its kind takes the others with it.
                Some(words) => lines.extend(kinds.remove(words).map(|names| joined(words, &names))),
            }
        }
        lines
    }
}

fn joined((before, after): &Words, names: &[&str]) -> String {
    let shown = if names.len() > MANY { NAMED } else { names.len() };
    let (first, rest) = names.split_at(shown);
    let names_told = match (first, rest.len()) {
        ([one], 0) => (*one).to_owned(),
        ([most @ .., last], 0) => format!("{} and {last}", most.join(", ")),
        (_, more) => format!("{} and {} more", first.join(", "), Count(more)),
    };
    let before = match names.len() {
        1 => before.replace(FILES, "1 file is"),
        many => before.replace(FILES, &format!("{} files are", Count(many))),
    };
    let after = if after.is_empty() { String::new() } else { format!("; {after}") };
    format!("{before}: {names_told}{after}.")
}

/// Stands for how many files there are, with its verb.
const FILES: &str = "{files are}";

/// How several problems of this kind are told together, where that makes sense.
fn words(problem: &Problem) -> Option<Words> {
    let (before, after) = match problem {
        Problem::Missing { .. } => return None,
        Problem::Empty { .. } => (format!("{FILES} empty or blank"), String::new()),
        Problem::Binary { .. } => {
            (format!("{FILES} no text and were left out"), "give the text that a tool prints of them".to_owned())
        }
        Problem::NoText { what, advice, .. } => (format!("{FILES} left out, each is {what}"), advice.to_string()),
        Problem::Special { what, advice, .. } => (format!("{FILES} left out, each is {what}"), (*advice).to_owned()),
        Problem::Unreadable { source, .. } => {
            (format!("{FILES} not readable ({source})"), "check their permissions".to_owned())
        }
        Problem::Vanished { .. } => {
            (format!("{FILES} gone or replaced since their folder was listed"), "give a copy of the folder".to_owned())
        }
        Problem::Damaged { .. } => {
            (format!("{FILES} damaged, and what comes before the damage was read"), "give undamaged copies".to_owned())
        }
        Problem::Unsupported { what, .. } => (format!("{FILES} left out, each {what}"), "unpack them first".to_owned()),
        Problem::Limit { limit, what, .. } => {
            (format!("{FILES} at a limit, {what}"), format!("raise it with {}", limit.flag()))
        }
    };
    Some((before, after))
}

#[cfg(test)]
mod tests {
    use crate::{Intake, Problem};

    fn binaries(count: usize) -> Intake {
        let problems = (1..=count).map(|number| Problem::Binary { name: format!("{number}.bin") }).collect();
        Intake { documents: Vec::new(), problems }
    }

    #[test]
    fn many_of_one_kind_are_one_line() {
        let told = binaries(37).told();
        assert_eq!(
            told,
            ["37 files are no text and were left out: 1.bin, 2.bin, 3.bin and 34 more; give the text that a tool \
                 prints of them."]
        );
        assert_eq!(binaries(5).told().len(), 5);
    }

    #[test]
    fn order_stays_and_nothing_is_lost() {
        let mut intake = binaries(6);
        intake.problems.insert(0, Problem::Missing { name: "x".into() });
        intake.problems.push(Problem::Vanished { name: "y".into() });
        let told = intake.told();
        assert_eq!(told.len(), 3);
        assert!(told[0].starts_with("x: ") && told[1].starts_with("6 files") && told[2].starts_with("y: "));
    }

    #[test]
    fn empty_files_among_others_take_one_line() {
        let empty = |name: &str| Problem::Empty { name: name.into() };
        let mut intake = Intake { documents: Vec::new(), problems: vec![empty("a")] };
        assert_eq!(intake.told(), ["a: is empty; paste or save the text again."]);
        intake.problems.extend([empty("b"), empty("c")]);
        assert_eq!(intake.told(), ["3 files are empty or blank: a, b and c."]);
    }
}
