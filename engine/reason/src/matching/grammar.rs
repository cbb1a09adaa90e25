//! Words that agree with how many they speak of, and lists in words.

/// What a word of the singular is in the plural, where no rule says it.
const PLURALS: [(&str, &str); 7] = [
    ("is", "are"),
    ("was", "were"),
    ("has", "have"),
    ("does", "do"),
    ("its", "their"),
    ("it", "them"),
    ("itself", "themselves"),
];

/// A predicate (`waits for the device`), in the singular as written, in the plural with the verb changed: the first
/// word, or where words are marked (`*exits and *flushes a file`) all of these.
pub(crate) fn agree(predicate: &str, many: bool) -> String {
    let marked = predicate.split(' ').any(|word| word.starts_with('*'));
    let words = predicate.split(' ').enumerate().map(|(at, word)| {
        let is_verb = if marked { word.starts_with('*') } else { at == 0 };
        let word = word.strip_prefix('*').unwrap_or(word);
        if many && is_verb { plural_verb(word) } else { word.to_owned() }
    });
    words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// `waits` → `wait`; a comma behind stays.
fn plural_verb(word: &str) -> String {
    let bare = word.trim_end_matches([',', ';', ':', '.']);
    let behind = &word[bare.len()..];
    let known = PLURALS.iter().find(|(one, _)| *one == bare).map(|(_, many)| (*many).to_owned());
    let plural = known.unwrap_or_else(|| match bare {
        _ if bare.ends_with("ies") && bare.len() > 4 => format!("{}y", &bare[..bare.len() - 3]),
        _ if ["sses", "xes", "ches", "shes", "oes"].iter().any(|end| bare.ends_with(end)) => {
            bare[..bare.len() - 2].to_owned()
        }
        _ => bare.strip_suffix('s').unwrap_or(bare).to_owned(),
    });
    format!("{plural}{behind}")
}

/// How many of a thing: `1 more item`, `12 goroutines`.
pub(crate) fn counted(number: usize, thing: &str) -> String {
    let plural = match thing {
        _ if number == 1 => thing.to_owned(),
        _ if thing.ends_with("ss") => format!("{thing}es"),
        _ => format!("{thing}s"),
    };
    format!("{number} {plural}")
}

/// `a`, `a and b`, `a, b and c`; of more than five the first five, then how many more. Only the names that are told
/// are made.
pub(crate) fn join(mut names: impl Iterator<Item = String>) -> String {
    let mut shown: Vec<String> = names.by_ref().take(5).collect();
    let last = match names.count() {
        0 => shown.pop(),
        more => Some(format!("{more} more")),
    };
    match (shown.is_empty(), last) {
        (_, None) => String::new(),
        (true, Some(only)) => only,
        (false, Some(last)) => format!("{} and {last}", shown.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::{agree, counted, join};

    #[test]
    fn verbs_agree_with_their_subject() {
        let cases = [
            ("waits for the device's answer", "wait for the device's answer"),
            ("is parked", "are parked"),
            ("has waited", "have waited"),
            ("tries again", "try again"),
            ("dies", "die"),
            ("finishes, as it does", "finish, as it does"),
            ("uses it", "use it"),
            ("passes", "pass"),
            ("goes", "go"),
            ("*exits, *flushes *its file and *waits", "exit, flush their file and wait"),
            ("of the pool *waits for *itself.", "of the pool wait for themselves."),
        ];
        for (one, many) in cases {
            assert_eq!(agree(one, true), many);
            assert_eq!(agree(one, false), one.replace('*', ""));
        }
    }

    #[test]
    fn lists_end_in_and() {
        let joined = |number: usize| join((1..=number).map(|number| number.to_string()));
        assert_eq!(joined(0), "");
        assert_eq!(joined(1), "1");
        assert_eq!(joined(2), "1 and 2");
        assert_eq!(joined(5), "1, 2, 3, 4 and 5");
        assert_eq!(joined(17), "1, 2, 3, 4, 5 and 12 more");
    }

    #[test]
    fn things_are_counted() {
        assert_eq!(counted(1, "more item"), "1 more item");
        assert_eq!(counted(0, "process"), "0 processes");
        assert_eq!(counted(12, "goroutine"), "12 goroutines");
    }
}
