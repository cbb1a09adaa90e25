//! Whether the value of a field is what a condition wants: yes, no, or not told.

use super::binding::{Binding, Bound};
use super::fields::Tables;
use super::thing::{Cell, Thing, Truth};
use crate::rules::ast::{Comparison, Quantity, Test, VarRef};
use stacklore_model::{Known, ObjectId};

/// Whether a condition holds, and the weakest thing that this rests on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Outcome {
    /// Whether.
    pub(crate) truth: Truth,
    /// How that is known.
    pub(crate) known: Known,
}

impl Outcome {
    /// The outcome of something that the text shows.
    pub(crate) fn of(truth: Truth) -> Self {
        Outcome { truth, known: Known::Observed }
    }

    /// Both of two.
    pub(crate) fn and(self, other: Outcome) -> Self {
        Outcome { truth: self.truth.min(other.truth), known: self.known.min(other.known) }
    }

    /// The better of two.
    fn or(self, other: Outcome) -> Self {
        if (other.truth, other.known) > (self.truth, self.known) { other } else { self }
    }
}

impl Tables<'_> {
    /// Whether a value is what a test wants. A variable that stands for nothing yet accepts every known value.
    pub(crate) fn check(&self, cell: &Cell, test: &Test, binding: &Binding) -> Outcome {
        match (test, cell) {
            (Test::AnyOf(tests), _) => {
                let start = Outcome::of(Truth::No);
                tests.iter().map(|test| self.check(cell, test, binding)).fold(start, Outcome::or)
            }
            (Test::Not(inner), _) => {
                let outcome = self.check(cell, inner, binding);
                Outcome { truth: outcome.truth.opposite(), known: outcome.known.min(cell.known()) }
            }
            (_, Cell::Unknown) => Outcome::of(Truth::Unknown),
            (Test::Any, Cell::Empty) => Outcome::of(Truth::No),
            (Test::Any, _) => Outcome { truth: Truth::Yes, known: cell.known() },
            (Test::None, Cell::Empty) => Outcome::of(Truth::Yes),
            (_, Cell::Empty) => Outcome::of(Truth::No),
            (Test::Word(word), Cell::Untyped(kind, known)) => {
                let own = word.eq_ignore_ascii_case(self.vocabulary.kind_name(*kind));
                Outcome { truth: if own { Truth::Yes } else { Truth::Unknown }, known: *known }
            }
            (_, Cell::Untyped(_, known)) => Outcome { truth: Truth::Unknown, known: *known },
            (Test::None, _) => Outcome { truth: Truth::No, known: cell.known() },
            (Test::Var(reference), _) => self.same(cell, reference, binding),
            (_, Cell::Every(things, known)) => {
                let all = things.iter().map(|thing| self.fits(thing, test)).min().unwrap_or(Truth::No);
                Outcome { truth: all, known: *known }
            }
            (_, Cell::One(..) | Cell::Many(..)) => {
                let any = cell.values().iter().map(|thing| self.fits(thing, test)).max().unwrap_or(Truth::No);
                Outcome { truth: any, known: cell.known() }
            }
        }
    }

    /// Whether a value is the same thing as a variable, or as its field, or as any member of a set.
    fn same(&self, cell: &Cell, reference: &VarRef, binding: &Binding) -> Outcome {
        let Some(wanted) = self.resolve(reference, binding) else {
            let truth = if reference.field.is_none() { Truth::Yes } else { Truth::Unknown };
            return Outcome { truth, known: cell.known() };
        };
        let mut best = Outcome { truth: if wanted.open { Truth::Unknown } else { Truth::No }, known: cell.known() };
        for (thing, known) in &wanted.things {
            let truth = cell.values().iter().map(|value| self.equal(value, thing)).max().unwrap_or(Truth::No);
            best = best.or(Outcome { truth, known: cell.known().min(*known) });
        }
        best
    }

    /// What a reference to a variable stands for; `None` where the variable stands for nothing yet.
    pub(crate) fn resolve(&self, reference: &VarRef, binding: &Binding) -> Option<Wanted> {
        let things: Vec<Thing> = match binding.get(reference.var) {
            Bound::Free => return None,
            Bound::One(thing) => vec![thing.clone()],
            Bound::Set(rows) => rows.iter().map(|row| Thing::Row(*row)).collect(),
        };
        let Some(field) = &reference.field else {
            let things = things.into_iter().map(|thing| (thing, Known::Observed)).collect();
            return Some(Wanted { things, open: false });
        };
        let mut wanted = Wanted { things: Vec::new(), open: false };
        for thing in things {
            let cell = self.cell_of(&thing, field);
            wanted.open |= matches!(cell, Cell::Unknown | Cell::Untyped(..));
            wanted.things.extend(cell.values().iter().map(|value| (value.clone(), cell.known())));
        }
        // Of equal values the one that is known best.
        wanted.things.sort_unstable_by(|one, other| (&one.0, other.1).cmp(&(&other.0, one.1)));
        wanted.things.dedup_by(|later, earlier| later.0 == earlier.0);
        Some(wanted)
    }

    /// Whether two things are the same. An object of which one place tells the name and another the address may be.
    pub(crate) fn equal(&self, one: &Thing, other: &Thing) -> Truth {
        if one == other {
            return Truth::Yes;
        }
        match (one, other) {
            (Thing::Object(one), Thing::Object(other)) => self.may_be_one(*one, *other),
            (Thing::Object(object), Thing::Text(text)) | (Thing::Text(text), Thing::Object(object)) => {
                self.is_called(*object, text.as_str())
            }
            (Thing::Number(number), Thing::Text(text)) | (Thing::Text(text), Thing::Number(number)) => {
                Truth::of(text.as_str().trim().parse() == Ok(number.0))
            }
            _ => Truth::No,
        }
    }

    fn may_be_one(&self, one: ObjectId, other: ObjectId) -> Truth {
        let case = &self.analysis.case;
        let (one, other) = (case.object(one), case.object(other));
        let kinds_differ = matches!((&one.kind, &other.kind), (Some(one), Some(other)) if one != other);
        let halves = (one.address.is_none() && other.name.is_none()) || (one.name.is_none() && other.address.is_none());
        if halves && !kinds_differ { Truth::Unknown } else { Truth::No }
    }

    /// Whether an object has that name or address.
    fn is_called(&self, object: ObjectId, text: &str) -> Truth {
        let object = self.analysis.case.object(object);
        if object.name.as_deref().is_some_and(|name| name.eq_ignore_ascii_case(text)) {
            return Truth::Yes;
        }
        let digits = text.strip_prefix("0x").unwrap_or(text);
        let as_address = u64::from_str_radix(digits, 16).ok();
        if as_address.is_some() && as_address == object.address {
            return Truth::Yes;
        }
        let untold = if as_address.is_some() { object.address.is_none() } else { object.name.is_none() };
        if untold { Truth::Unknown } else { Truth::No }
    }

    /// Whether one value is what a test without variables wants.
    fn fits(&self, thing: &Thing, test: &Test) -> Truth {
        match (test, thing) {
            (Test::Word(word), Thing::Kind(kind)) => Truth::of(self.vocabulary.is_kind(*kind, word)),
            (Test::Word(word), Thing::Object(object)) => self.is_called(*object, word),
            (Test::Word(word), Thing::Flag(flag)) => {
                Truth::of(word.eq_ignore_ascii_case(if *flag { "yes" } else { "no" }))
            }
            (Test::Word(word), _) => {
                let folded = word.to_lowercase();
                let hexadecimal = folded.strip_prefix("0x");
                let text = self.text(thing).to_lowercase();
                Truth::of(text == folded || hexadecimal.is_some_and(|digits| digits == text))
            }
            (Test::Flag(flag), Thing::Flag(value)) => Truth::of(flag == value),
            (Test::Glob(_, glob), _) => self.text_fits(thing, |text| glob.is_match(text)),
            (Test::Regex(regex), _) => self.text_fits(thing, |text| regex.is_match(text)),
            (Test::Number(number), _) => Truth::of(as_number(thing) == Some(*number)),
            (Test::Range(low, high), _) => {
                Truth::of(as_number(thing).is_some_and(|number| *low <= number && number <= *high))
            }
            (Test::Compare(comparison, Quantity::Number(bound)), _) => {
                let ordering = as_number(thing).and_then(|number| number.partial_cmp(bound));
                Truth::of(ordering.is_some_and(|ordering| compares(*comparison, ordering)))
            }
            (Test::Compare(comparison, Quantity::Version(bound)), _) => {
                let version = version(&self.text(thing));
                Truth::of(!version.is_empty() && compares(*comparison, order_versions(&version, bound)))
            }
            _ => Truth::No,
        }
    }

    /// Whether the text of a value is what a pattern wants; of an object its name.
    fn text_fits(&self, thing: &Thing, fits: impl Fn(&str) -> bool) -> Truth {
        match thing {
            Thing::Object(object) => {
                let name = &self.analysis.case.object(*object).name;
                name.as_ref().map_or(Truth::Unknown, |name| Truth::of(fits(name)))
            }
            _ => Truth::of(fits(&self.text(thing))),
        }
    }

    /// A value as text, as rules compare it.
    pub(crate) fn text(&self, thing: &Thing) -> String {
        match thing {
            Thing::Text(word) => word.as_str().to_owned(),
            Thing::Number(number) => number.0.to_string(),
            Thing::Flag(flag) => if *flag { "yes" } else { "no" }.to_owned(),
            Thing::Kind(kind) => self.vocabulary.kind_name(*kind).to_owned(),
            Thing::Row(_) | Thing::Object(_) => self.label(thing),
        }
    }
}

/// What a reference to a variable stands for.
pub(crate) struct Wanted {
    /// The things, and how it is known that they are these.
    pub(crate) things: Vec<(Thing, Known)>,
    /// The case does not tell all of them.
    pub(crate) open: bool,
}

fn as_number(thing: &Thing) -> Option<f64> {
    match thing {
        Thing::Number(number) => Some(number.0),
        Thing::Text(text) => text.as_str().trim().parse().ok(),
        _ => None,
    }
}

fn compares(comparison: Comparison, ordering: std::cmp::Ordering) -> bool {
    match comparison {
        Comparison::More => ordering.is_gt(),
        Comparison::AtLeast => ordering.is_ge(),
        Comparison::Less => ordering.is_lt(),
        Comparison::AtMost => ordering.is_le(),
    }
}

/// The leading numeric parts of a version: `6.3.0-17-generic` is 6, 3, 0.
fn version(text: &str) -> Vec<u64> {
    let text = text.trim().trim_start_matches(['v', 'V']);
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    text[..end].split('.').map_while(|part| part.parse().ok()).collect()
}

/// Versions in order; a part that is left out is zero.
fn order_versions(one: &[u64], other: &[u64]) -> std::cmp::Ordering {
    let length = one.len().max(other.len());
    let part = |version: &[u64], at: usize| version.get(at).copied().unwrap_or(0);
    (0..length)
        .map(|at| part(one, at).cmp(&part(other, at)))
        .find(|order| order.is_ne())
        .unwrap_or(std::cmp::Ordering::Equal)
}
