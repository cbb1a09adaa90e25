//! Where the object of a wait or the mode of a lock stands in a stack: `arg 3`, `futex_word - 8`,
//! `runtime.semacquire1 arg 1 - 12`, `expected -> tid`.

use stacklore_model::Mode;

/// A value that a frame prints.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Slot {
    /// The positional argument, from 0.
    Position(usize),
    /// The argument of that name, or the register.
    Named(String),
}

/// What a value identifies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Identifies {
    /// An object, by its address.
    Object,
    /// A task, by its thread id.
    Tid,
    /// A task, by its `pthread_t`.
    Pthread,
    /// A process, by its id.
    Pid,
}

/// One place where a value may stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// Function of an inner frame; `None` for the frame of the entry itself.
    pub(crate) function: Option<String>,
    /// The value.
    pub(crate) slot: Slot,
    /// Bytes to add to the value.
    pub(crate) add: i64,
    /// What it identifies.
    pub(crate) identifies: Identifies,
}

impl Place {
    /// Reads `[FUNCTION] (arg N | NAME) [(+|-) NUMBER] [-> (tid|pthread|pid)]`.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let (value, target) = match text.split_once("->") {
            Some((value, target)) => (value, Some(target.trim())),
            None => (text, None),
        };
        let identifies = match target {
            None => Identifies::Object,
            Some("tid") => Identifies::Tid,
            Some("pthread") => Identifies::Pthread,
            Some("pid") => Identifies::Pid,
            Some(other) => return Err(format!("`-> {other}`: a value stands for a tid, a pthread or a pid")),
        };
        let words: Vec<&str> = value.split_whitespace().collect();
        let (words, add) = split_sum(&words)?;
        let (function, slot) = match words {
            ["arg", number] => (None, position(number)?),
            [function, "arg", number] => (Some((*function).to_owned()), position(number)?),
            [name] => (None, Slot::Named((*name).to_owned())),
            [function, name] => (Some((*function).to_owned()), Slot::Named((*name).to_owned())),
            _ => return Err(format!("`{text}` is no place: write `arg 1`, `NAME`, `NAME - 8` or `FUNCTION arg 1`")),
        };
        Ok(Place { function, slot, add, identifies })
    }
}

fn split_sum<'a, 't>(words: &'a [&'t str]) -> Result<(&'a [&'t str], i64), String> {
    let [rest @ .., sign, number] = words else { return Ok((words, 0)) };
    let sign = match *sign {
        "-" => -1,
        "+" => 1,
        _ => return Ok((words, 0)),
    };
    let parsed = match number.strip_prefix("0x") {
        Some(digits) => i64::from_str_radix(digits, 16),
        None => number.parse(),
    };
    parsed.map(|number| (rest, sign * number)).map_err(|_| format!("`{number}` is no number"))
}

fn position(text: &str) -> Result<Slot, String> {
    match text.parse::<usize>() {
        Ok(number @ 1..) => Ok(Slot::Position(number - 1)),
        _ => Err(format!("`arg {text}`: arguments are counted from 1")),
    }
}

/// Places by dialect, the first that is printed counts.
pub(crate) type Places = Vec<(String, Vec<Place>)>;

/// In which mode an entry wants or holds a lock.
#[derive(Clone, Debug, Default)]
pub(crate) enum ModeOf {
    /// Not told.
    #[default]
    Unknown,
    /// Always the same.
    Fixed(Mode),
    /// By the value of an argument.
    ByArgument(Vec<ModeChoice>),
}

/// Which value of an argument means which mode.
#[derive(Clone, Debug)]
pub(crate) struct ModeChoice {
    /// The dialect that prints it.
    pub(crate) dialect: String,
    /// Where it stands.
    pub(crate) place: Place,
    /// Values and their modes.
    pub(crate) modes: Vec<(u64, Mode)>,
}

/// Reads `read` or `write`.
pub(crate) fn mode(text: &str) -> Result<Mode, String> {
    match text {
        "read" => Ok(Mode::Read),
        "write" => Ok(Mode::Write),
        other => Err(format!("`{other}` is no mode: read or write")),
    }
}

#[cfg(test)]
mod tests {
    use super::{Identifies, Place, Slot};

    #[test]
    fn places_are_read_as_the_rule_language_says() {
        let place = |text| Place::parse(text).expect(text);
        assert_eq!(place("arg 3").slot, Slot::Position(2));
        assert_eq!(place("futex_word - 8").add, -8);
        assert_eq!(place("word + 0x10").add, 16);
        let inner = place("runtime.semacquire1 arg 1 - 12");
        assert_eq!(inner.function.as_deref(), Some("runtime.semacquire1"));
        assert_eq!((inner.slot, inner.add), (Slot::Position(0), -12));
        assert_eq!(place("expected -> tid").identifies, Identifies::Tid);
        for wrong in ["arg 0", "arg x", "a -> b", "a b c d", "a - b", ""] {
            assert!(Place::parse(wrong).is_err(), "{wrong}");
        }
    }
}
