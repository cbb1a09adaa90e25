//! Values that frames and registers print: the object of a wait, the mode of a lock, the thread that is joined.

use crate::vocabulary::place::{Identifies, ModeOf, Place, Places, Slot};
use crate::vocabulary::system::SystemVocabulary;
use stacklore_model::{Argument, CaseStack, Frame, Known, Mode, Name, Reliability, System};

/// What a place of the vocabulary stands for in one stack.
#[derive(Clone, Debug)]
pub(crate) struct Value {
    /// The number; `None` where only a name is printed (a Java class).
    pub(crate) number: Option<u64>,
    /// The name, where no number is printed.
    pub(crate) text: Name,
    /// Symbol printed with the number, and the offset into it.
    pub(crate) symbol: Option<(Name, u64)>,
    /// What it identifies.
    pub(crate) identifies: Identifies,
    /// Observed in an argument, inferred from a register.
    pub(crate) known: Known,
}

/// The first of the places that is printed. `own` is the frame of the entry, `last` the outermost frame of its wait:
/// frames up to there are searched where the place does not say which.
pub(crate) fn find(
    system: &SystemVocabulary,
    stack: &CaseStack,
    places: &Places,
    own: usize,
    last: usize,
) -> Option<Value> {
    let (_, places) = places.iter().find(|(dialect, _)| dialect == stack.dialect)?;
    places.iter().find_map(|place| at(system, stack, place, own, last))
}

/// The mode that an entry tells.
pub(crate) fn mode(
    system: &SystemVocabulary,
    stack: &CaseStack,
    mode: &ModeOf,
    own: usize,
    last: usize,
) -> Option<Mode> {
    match mode {
        ModeOf::Unknown => None,
        ModeOf::Fixed(mode) => Some(*mode),
        ModeOf::ByArgument(all) => all.iter().filter(|choice| choice.dialect == stack.dialect).find_map(|choice| {
            let (number, _, _) = raw(system, stack, &choice.place, own, last)?;
            choice.modes.iter().find(|(value, _)| Some(*value) == number).map(|(_, mode)| *mode)
        }),
    }
}

type Raw<'s> = (Option<u64>, Option<&'s Argument>, Known);

fn at(system: &SystemVocabulary, stack: &CaseStack, place: &Place, own: usize, last: usize) -> Option<Value> {
    let (number, argument, known) = raw(system, stack, place, own, last)?;
    let number = match number {
        Some(0) => return None,
        Some(number) => Some(number.checked_add_signed(place.add)?),
        None => None,
    };
    let symbol = argument.and_then(|argument| {
        let offset = argument.symbol_offset.checked_add_signed(place.add)?;
        Some((argument.symbol.clone()?, offset))
    });
    let text = argument.map_or_else(|| Name::from(""), |argument| argument.text.clone());
    Some(Value { number, text, symbol, identifies: place.identifies, known })
}

fn raw<'s>(system: &SystemVocabulary, stack: &'s CaseStack, place: &Place, own: usize, last: usize) -> Option<Raw<'s>> {
    let frames = stack.frames.get(..=last.min(stack.frames.len().checked_sub(1)?))?;
    let printed = match &place.function {
        Some(function) => {
            let wanted = system.names.canonical(function);
            let is_it = |frame: &&Frame| system.names.canonical(&frame.symbol) == wanted;
            frames.iter().filter(is_it).find_map(|frame| argument(stack.system, frame, &place.slot))
        }
        None => search(stack.system, frames, &place.slot, own),
    };
    if let Some(argument) = printed {
        return Some((argument.number, Some(argument), Known::Observed));
    }
    let Slot::Named(name) = &place.slot else { return None };
    let register = stack.registers.iter().find(|register| *register.name == **name)?;
    Some((Some(register.value), None, Known::Inferred))
}

/// A named argument may stand in any frame of the wait, the entry's own first, then further in; a positional one
/// means nothing in another function.
fn search<'s>(system: System, frames: &'s [Frame], slot: &Slot, own: usize) -> Option<&'s Argument> {
    let own_frame = frames.get(own)?;
    let found = argument(system, own_frame, slot);
    if found.is_some() || matches!(slot, Slot::Position(_)) {
        return found;
    }
    let inner = frames[..own].iter().rev();
    let outer = frames[own..].iter().skip(1);
    inner.chain(outer).find_map(|frame| argument(system, frame, slot))
}

/// The argument of a frame, unless its value is missing or may be stale.
fn argument<'s>(system: System, frame: &'s Frame, slot: &Slot) -> Option<&'s Argument> {
    if frame.reliability == Reliability::Unsure {
        return None;
    }
    let argument = match slot {
        Slot::Position(at) => frame.arguments.get(*at)?,
        Slot::Named(name) => frame.arguments.iter().find(|argument| is_named(argument, name))?,
    };
    if argument.text.ends_with('?') {
        return None;
    }
    // a class or another thing without an address is known by its name, where the form prints names
    let by_name = matches!(slot, Slot::Named(_))
        && (frame.reliability == Reliability::Printed || system == System::Java)
        && !argument.text.is_empty()
        && !argument.text.starts_with(['<', '.']);
    (argument.number.is_some() || by_name).then_some(argument)
}

fn is_named(argument: &Argument, wanted: &str) -> bool {
    argument.name.as_deref().is_some_and(|name| name == wanted || name.strip_suffix("@entry") == Some(wanted))
}
