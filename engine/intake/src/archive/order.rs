//! The members of a container in the order of their paths, however they lie in it: a folder and its archive give the
//! same texts in the same order.

use crate::reading::Reading;
use crate::{Intake, label};
use std::cmp::Ordering;

/// Where the documents and problems of each member begin.
pub(super) struct Order {
    start: (usize, usize),
    members: Vec<Member>,
}

struct Member {
    /// `None` for what is said of the archive itself.
    label: Option<String>,
    from: (usize, usize),
}

impl Order {
    pub(super) fn new(reading: &Reading<'_>) -> Self {
        Order { start: reading.reached(), members: Vec::new() }
    }

    /// What is read from now on belongs to this member.
    pub(super) fn next(&mut self, reading: &Reading<'_>, label: Option<String>) {
        let from = reading.reached();
        // A member that gave nothing, such as a folder, takes no part.
        match self.members.last_mut() {
            Some(last) if last.from == from => last.label = label,
            _ => self.members.push(Member { label, from }),
        }
    }

    /// Sorts the members.
    pub(super) fn apply(self, reading: &Reading<'_>) {
        reading.reorder(|intake| self.sort(intake));
    }

    fn sort(self, intake: &mut Intake) {
        let mut documents = intake.documents.split_off(self.start.0).into_iter();
        let mut problems = intake.problems.split_off(self.start.1).into_iter();
        let (first, last) = (self.start, (self.start.0 + documents.len(), self.start.1 + problems.len()));
        let ends = self.members.iter().skip(1).map(|member| member.from).chain([last]).collect::<Vec<_>>();
        // What was read before the first member stays first.
        let before = self.members.first().map_or(last, |member| member.from);
        intake.documents.extend(documents.by_ref().take(before.0 - first.0));
        intake.problems.extend(problems.by_ref().take(before.1 - first.1));
        let mut groups: Vec<_> = self
            .members
            .into_iter()
            .zip(ends)
            .map(|(member, end)| {
                let texts: Vec<_> = documents.by_ref().take(end.0 - member.from.0).collect();
                let left_out: Vec<_> = problems.by_ref().take(end.1 - member.from.1).collect();
                (member.label, texts, left_out)
            })
            .collect();
        groups.sort_by(|a, b| by_path(a.0.as_deref(), b.0.as_deref()));
        for (_, texts, left_out) in groups {
            intake.documents.extend(texts);
            intake.problems.extend(left_out);
        }
    }
}

fn by_path(a: Option<&str>, b: Option<&str>) -> Ordering {
    match (a, b) {
        (Some(a), Some(b)) => label::order(a, b),
        (None, None) => Ordering::Equal,
        (None, Some(_)) => Ordering::Greater,
        (Some(_), None) => Ordering::Less,
    }
}
