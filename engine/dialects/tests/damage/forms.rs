//! The table of damages.

use crate::text::{Damaged, Text};
use crate::{blanks, cut, elided, joined, marks, page, punctuation, together, wrapped};

/// A form of damage.
pub(crate) struct Form {
    pub(crate) name: &'static str,
    /// Damages a text in one or several ways; the second text is another one, for damages that need two.
    pub(crate) make: fn(&Text, &Text) -> Vec<Damaged>,
    /// What the damage does to the name of a function without a trace that could be mended: compared is what is left.
    pub(crate) symbol: fn(&str) -> String,
}

const fn form(name: &'static str, make: fn(&Text, &Text) -> Vec<Damaged>) -> Form {
    Form { name, make, symbol: str::to_owned }
}

/// All forms.
pub(crate) const FORMS: &[Form] = &[
    form("crlf", blanks::crlf),
    form("trailing-blanks", blanks::trailing),
    form("indented", blanks::indented),
    form("indent-lost", blanks::indent_lost),
    form("blanks-collapsed", blanks::collapsed),
    form("blanks-nbsp", blanks::no_break),
    form("zero-width", blanks::zero_width),
    form("double-spaced", blanks::double_spaced),
    form("quoted", marks::quoted),
    form("quoted-twice", marks::quoted_twice),
    form("quoted-bar", marks::quoted_bar),
    form("commented", marks::commented),
    Form { symbol: marks::without_hash, ..form("hash-lost", marks::hash_lost) },
    form("hash-escaped", marks::hash_escaped),
    form("entities", page::entities),
    form("entities-nbsp", page::entities_nbsp),
    Form { symbol: page::without_angles, ..form("angle-lost", page::angle_lost) },
    Form { symbol: page::without_tags, ..form("tags-eaten", page::tags_eaten) },
    Form { symbol: page::without_plus, ..form("plus-lost", page::plus_lost) },
    Form { symbol: punctuation::plain, ..form("typographic", punctuation::typographic) },
    form("full-width", punctuation::full_width),
    form("joined-pairs", joined::pairs),
    form("joined-stack", joined::stacks),
    form("wrapped-72", wrapped::at_72),
    form("wrapped-80", wrapped::at_80),
    form("wrapped-100", wrapped::at_100),
    form("folded-72", wrapped::folded_72),
    form("cut", cut::cut),
    form("elided-dots", elided::dots),
    form("elided-snip", elided::snip),
    form("together", together::together),
    form("prose-around", together::prose),
    form("fenced", together::fenced),
];
