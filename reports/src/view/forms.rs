//! What each dialect gave of one text: where it stands, and how much of everything is there.

use super::contents::ExtentView;
use schemars::JsonSchema;
use serde::Serialize;
use stacklore_model::{Case, Extent, Listing, ListingOf, Reliability, SourceId, StackId, TaskId};
use std::collections::{BTreeMap, BTreeSet};

/// What one dialect gave of one text.
#[derive(Clone, Debug, Default, JsonSchema, Serialize)]
pub struct FormView {
    /// The dialect.
    pub dialect: String,
    /// Its lines: first and last of each range. Ranges with nothing but empty lines between them are one.
    pub lines: Vec<(u32, u32)>,
    /// Stacks that are printed here first.
    pub stacks: usize,
    /// Stacks that are printed here again, unchanged.
    pub again: usize,
    /// Frames of the stacks that are printed here first.
    pub frames: usize,
    /// Those of the frames that the tool itself doubts.
    pub unsure: usize,
    /// Tasks that these lines name.
    pub tasks: usize,
    /// Locks and other objects that these lines print.
    pub locks: usize,
    /// Facts by their relation.
    pub facts: BTreeMap<&'static str, usize>,
    /// What is listed here completely, in words.
    pub listings: Vec<String>,
}

/// The forms of every text, in the order in which each is met first.
pub(super) fn forms(case: &Case) -> Vec<Vec<FormView>> {
    let mut sources: Vec<Forms> = case.sources.iter().map(|source| Forms::of(&source.extents, &source.text)).collect();
    let mut count = |source: SourceId, line: u32, add: &dyn Fn(&mut FormView)| {
        if let Some(form) = sources.get_mut(source.0 as usize).and_then(|forms| forms.at(line)) {
            add(form);
        }
    };
    for stack in &case.stacks {
        let unsure = stack.frames.iter().filter(|frame| frame.reliability == Reliability::Unsure).count();
        let printed = stack.frames.iter().filter(|frame| frame.reliability == Reliability::Printed).count();
        // The head of a stack may be a prompt or another form's line; its last frame is surely its own.
        count(stack.span.source, stack.span.last, &|form| {
            form.stacks += 1;
            form.frames += stack.frames.len() - printed;
            form.unsure += unsure;
        });
        stack.again.iter().for_each(|span| count(span.source, span.last, &|form| form.again += 1));
    }
    for fact in &case.facts {
        count(fact.span.source, fact.span.first, &|form| *form.facts.entry(fact.relation).or_default() += 1);
    }
    for object in &case.objects {
        object.spans.iter().take(1).for_each(|span| count(span.source, span.first, &|form| form.locks += 1));
    }
    for (source, listing) in &case.listings {
        let words = listing_words(listing);
        let known = |form: &FormView| form.listings.contains(&words) || form.listings.contains(&with_stacks(&words));
        count(*source, listing.span.first, &|form| {
            if !known(form) {
                form.listings.retain(|other| with_stacks(other) != words);
                form.listings.push(words.clone());
            }
        });
    }
    count_tasks(case, &mut sources);
    sources.into_iter().map(|forms| forms.views).collect()
}

/// Each task once for every form that names it.
fn count_tasks(case: &Case, sources: &mut [Forms]) {
    let mut named: BTreeSet<(SourceId, usize, TaskId)> = BTreeSet::new();
    for (id, task) in (0..).map(TaskId).zip(&case.tasks) {
        let stacks = task.stacks.iter().filter_map(|StackId(id)| case.stacks.get(*id as usize));
        let stacks = stacks.map(|stack| (stack.span.source, stack.span.last));
        let named_in = task.sightings.iter().map(|span| (span.source, span.first));
        for (source, line) in named_in.chain(stacks) {
            let form = sources.get(source.0 as usize).and_then(|forms| forms.index(line));
            named.extend(form.map(|form| (source, form, id)));
        }
    }
    for (source, form, _) in named {
        if let Some(form) = sources.get_mut(source.0 as usize).and_then(|forms| forms.views.get_mut(form)) {
            form.tasks += 1;
        }
    }
}

/// The forms of one text.
struct Forms {
    views: Vec<FormView>,
    /// First and last line of each extent, and the form whose it is.
    extents: Vec<(u32, u32, usize)>,
}

impl Forms {
    fn of(extents: &[Extent], text: &str) -> Self {
        let mut forms = Forms { views: Vec::new(), extents: Vec::new() };
        let mut numbers: BTreeMap<&str, usize> = BTreeMap::new();
        let blank = Blank::of(text);
        for extent in extents {
            let index = *numbers.entry(extent.dialect).or_insert_with(|| {
                forms.views.push(FormView { dialect: extent.dialect.to_owned(), ..FormView::default() });
                forms.views.len() - 1
            });
            forms.extents.push((extent.span.first, extent.span.last, index));
            if let Some(form) = forms.views.get_mut(index) {
                match form.lines.last_mut() {
                    Some((_, last)) if blank.between(*last, extent.span.first) => *last = (*last).max(extent.span.last),
                    _ => form.lines.push((extent.span.first, extent.span.last)),
                }
            }
        }
        forms.extents.sort_unstable();
        forms
    }

    /// The form that has a line: that of the extent in which it lies, else of the one that begins right after it (its
    /// head, a prompt), else of the one before it.
    fn index(&self, line: u32) -> Option<usize> {
        let after = self.extents.partition_point(|(first, ..)| *first <= line);
        let before = after.checked_sub(1).and_then(|at| self.extents.get(at));
        let next = self.extents.get(after);
        let inside = before.filter(|(_, last, _)| *last >= line);
        let head = next.filter(|(first, ..)| *first == line.saturating_add(1));
        inside.or(head).or(before).or(next).map(|(.., index)| *index)
    }

    fn at(&mut self, line: u32) -> Option<&mut FormView> {
        let index = self.index(line)?;
        self.views.get_mut(index)
    }
}

/// How many lines that are not empty stand above each line.
struct Blank(Vec<u32>);

impl Blank {
    fn of(text: &str) -> Self {
        let mut filled = 0;
        let above = text.split('\n').map(|line| {
            filled += u32::from(!line.trim().is_empty());
            filled
        });
        Blank(std::iter::once(0).chain(above).collect())
    }

    /// Whether nothing but empty lines stands between two lines.
    fn between(&self, last: u32, next: u32) -> bool {
        let filled = |line: u32| self.0.get(line as usize).copied();
        next <= last.saturating_add(1) || filled(last) == filled(next - 1)
    }
}

fn with_stacks(words: &str) -> String {
    format!("{words}, with stacks")
}

/// What is listed completely, in words.
fn listing_words(listing: &Listing) -> String {
    let what = match &listing.of {
        ListingOf::Tasks => "all tasks".into(),
        ListingOf::BlockedTasks => "all blocked tasks".into(),
        ListingOf::Processes => "all processes".into(),
        ListingOf::ThreadsOf(pid) => format!("all threads of process {pid}"),
        ListingOf::ThreadsOfSession(_) => "all threads of the program".into(),
        ListingOf::Relation(relation) => format!("all rows of {relation}"),
        ListingOf::RelationOfTask(relation, _) => format!("all rows of {relation} of a task"),
        ListingOf::RelationOfCpu(relation, cpu) => format!("all rows of {relation} of CPU {cpu}"),
    };
    if listing.stacks { with_stacks(&what) } else { what }
}

/// The lines of every extent as views.
pub(super) fn extents(extents: &[Extent]) -> Vec<ExtentView> {
    let view = |extent: &Extent| ExtentView {
        dialect: extent.dialect.to_owned(),
        first_line: extent.span.first,
        last_line: extent.span.last,
    };
    extents.iter().map(view).collect()
}

#[cfg(test)]
mod tests {
    use super::Forms;
    use stacklore_model::{Extent, SourceId, Span};

    fn extent(dialect: &'static str, first: u32, last: u32) -> Extent {
        Extent { dialect, span: Span { source: SourceId(0), first, last } }
    }

    #[test]
    fn ranges_join_over_empty_lines_only() {
        let text = "a\n\n \nb\nprose\nc\nx\n";
        let extents = [extent("j", 1, 1), extent("j", 4, 4), extent("j", 6, 6), extent("x", 7, 7)];
        let forms = Forms::of(&extents, text);
        let lines: Vec<_> = forms.views.iter().map(|form| (form.dialect.as_str(), form.lines.clone())).collect();
        assert_eq!(lines, [("j", vec![(1, 4), (6, 6)]), ("x", vec![(7, 7)])]);
        assert_eq!([0, 1, 5, 6, 7, 99].map(|line| forms.index(line)), [0, 0, 0, 0, 1, 1].map(Some));
        let forms = Forms::of(&[extent("ps", 1, 2), extent("j", 5, 6)], "");
        assert_eq!([3, 4].map(|line| forms.index(line)), [Some(0), Some(1)], "a head belongs to what follows");
        assert_eq!(Forms::of(&[], text).index(3), None);
    }
}
