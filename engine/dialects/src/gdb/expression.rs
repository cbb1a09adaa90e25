//! What `print` was asked for, and which object that is.

/// What an expression names.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Named {
    /// A static variable, or a member of one: the variable and the members.
    Variable { name: String, members: String },
    /// The object at an address.
    Address(u64),
    /// The object that a variable of a frame points at.
    Pointer(String),
}

/// The expression of a `print` command, without its format.
pub(crate) fn printed(command: &str) -> Option<&str> {
    let command = command.trim();
    let end = command.find([' ', '/']).unwrap_or(command.len());
    let (verb, rest) = command.split_at(end);
    if !matches!(verb, "p" | "print" | "inspect" | "output" | "pr" | "px") {
        return None;
    }
    let rest = match rest.strip_prefix('/') {
        Some(format) => format.split_once(' ')?.1,
        None => rest,
    };
    Some(rest.trim()).filter(|expression| !expression.is_empty())
}

/// What an expression names; `None` for calculations.
pub(crate) fn named(expression: &str) -> Option<Named> {
    let mut text = expression.trim();
    loop {
        let inner = text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')).filter(|inner| is_whole(inner));
        match inner {
            Some(inner) => text = inner.trim(),
            None => break,
        }
    }
    if let Some(pointer) = text.strip_prefix('*') {
        return pointed(pointer.trim());
    }
    if let Some((pointer, member)) = text.split_once("->") {
        // `((pthread_mutex_t *) 0x55…)->__data` is the object itself; other members lie somewhere inside.
        return if member.starts_with("__data") { pointed(pointer.trim()) } else { None };
    }
    let text = text.strip_prefix('&').unwrap_or(text);
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | ':' | '.' | '[' | ']' | '\'' | '<' | '>');
    if text.is_empty() || !text.chars().all(plain) || text.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let text = text.replace('\'', "");
    let (name, members) = text.split_once('.').unwrap_or((&text, ""));
    Some(Named::Variable { name: name.to_owned(), members: members.to_owned() })
}

/// What a pointer points at: `(pthread_mutex_t *) 0x55…`, `((T*)0x55…)`, `mutex`.
fn pointed(text: &str) -> Option<Named> {
    let text = text.trim_matches(['(', ')', ' ']);
    if let Some(at) = text.rfind("0x") {
        let digits: &str = text[at + 2..].trim_end_matches([')', ' ']);
        return u64::from_str_radix(digits, 16).ok().map(Named::Address);
    }
    let name = text.rsplit([')', ' ', '*']).next().unwrap_or(text);
    let plain = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_');
    plain.then(|| Named::Pointer(name.to_owned()))
}

/// Whether the brackets inside stand for themselves, so that the outer ones belong together.
fn is_whole(inner: &str) -> bool {
    let mut depth = 0_i32;
    inner.bytes().all(|byte| {
        match byte {
            b'(' => depth += 1,
            b')' => depth -= 1,
            _ => {}
        }
        depth >= 0
    })
}

/// The `print` expressions of a batch run: `gdb -p 4711 -batch -ex 'p lock'`.
pub(super) fn batch(command: &str) -> impl Iterator<Item = &str> {
    command.split(" -ex ").chain(command.split(" --eval-command=")).skip(1).filter_map(|part| {
        let part = part.trim();
        let quote = part.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
        part[1..].split(quote).next()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions() {
        let variable =
            |name: &str, members: &str| Some(Named::Variable { name: name.to_owned(), members: members.to_owned() });
        assert_eq!(printed("p/x acc_a.lock"), Some("acc_a.lock"));
        assert_eq!(printed("print  table"), Some("table"));
        assert_eq!(printed("ptype table"), None);
        assert_eq!(named("acc_a.lock"), variable("acc_a", "lock"));
        assert_eq!(named("bank::east"), variable("bank::east", ""));
        assert_eq!(named("*((pthread_mutex_t *)0x6010c0)"), Some(Named::Address(0x60_10c0)));
        assert_eq!(named("*(pthread_rwlock_t *) 0x5618"), Some(Named::Address(0x5618)));
        assert_eq!(named("((pthread_mutex_t*)0x6010c0)->__data"), Some(Named::Address(0x60_10c0)));
        assert_eq!(named("*mutex"), Some(Named::Pointer("mutex".to_owned())));
        assert_eq!(named("a + b"), None);
        assert_eq!(batch("gdb -p 1 -batch -ex 'p m' -ex \"bt\"").collect::<Vec<_>>(), ["p m", "bt"]);
    }
}
