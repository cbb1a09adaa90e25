//! One function, many names: compiler suffixes and aliases.

use super::glob::Glob;
use std::collections::HashMap;

/// Chains of aliases longer than this are cut: a vocabulary that maps a name to ever longer ones must end somewhere.
const MOST_NAMES: usize = 24;

/// Suffixes and aliases of one system.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    suffixes: Vec<Glob>,
    /// Other name to function.
    exact: HashMap<String, Vec<String>>,
    /// Function to its other names, without globs.
    others: HashMap<String, Vec<String>>,
    /// Other name to function, with `*`; the narrowest first.
    globs: Vec<(Glob, Glob)>,
}

impl Names {
    /// Adds a compiler suffix.
    pub(crate) fn add_suffix(&mut self, text: &str) {
        self.suffixes.push(Glob::new(text));
    }

    /// Adds another name of a function. Fails where the stars of the two do not correspond.
    pub(crate) fn add_alias(&mut self, function: &str, other: &str) -> Result<(), String> {
        let (to, from) = (Glob::new(function), Glob::new(other));
        if to.stars() > 1 || (to.stars() == 1 && from.stars() != 1) {
            return Err(format!("`*` must stand once in `{other}` to stand for the same text in `{function}`"));
        }
        if from.is_literal() {
            self.exact.entry(other.to_owned()).or_default().push(function.to_owned());
            self.others.entry(function.to_owned()).or_default().push(other.to_owned());
        } else {
            let at = self.globs.partition_point(|(glob, _)| glob.literal_length() >= from.literal_length());
            self.globs.insert(at, (from, to));
        }
        Ok(())
    }

    /// Whether an alias table has that name, as a function or as another name.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.exact.contains_key(name)
            || self.others.contains_key(name)
            || self.globs.iter().any(|(from, to)| to.prefix() == name || from.prefix() == name)
    }

    /// The name without compiler suffixes.
    pub(crate) fn stripped<'s>(&self, symbol: &'s str) -> &'s str {
        let mut name = without_parameters(symbol);
        while let Some(shorter) = self.suffixes.iter().find_map(|suffix| cut(name, suffix)) {
            name = shorter;
        }
        name
    }

    /// Every name of a function: as printed, without suffixes, what it is an alias of, and its other exact names.
    pub(crate) fn all(&self, symbol: &str) -> Vec<String> {
        let mut names = self.upward(symbol);
        let mut at = 0;
        while let Some(name) = names.get(at).filter(|_| names.len() < MOST_NAMES) {
            for other in self.others.get(name).cloned().unwrap_or_default() {
                push_new(&mut names, other);
            }
            at += 1;
        }
        names
    }

    /// The name as printed, without suffixes, and everything it is an alias of.
    pub(crate) fn upward(&self, symbol: &str) -> Vec<String> {
        let mut names = vec![symbol.to_owned()];
        let stripped = self.stripped(symbol);
        if stripped != symbol {
            names.push(stripped.to_owned());
        }
        let mut at = names.len() - 1;
        while let Some(name) = names.get(at).filter(|_| names.len() < MOST_NAMES).cloned() {
            for function in self.functions_of(&name) {
                push_new(&mut names, function);
            }
            at += 1;
        }
        names
    }

    /// The function of which that is another name, followed to its end.
    pub(crate) fn canonical(&self, symbol: &str) -> String {
        let mut name = self.stripped(symbol).to_owned();
        for _ in 0..MOST_NAMES {
            match self.functions_of(&name).into_iter().next() {
                Some(function) if function != name => name = function,
                _ => break,
            }
        }
        name
    }

    /// What a name is directly an alias of: exact ones first, then by the narrowest glob.
    fn functions_of(&self, name: &str) -> Vec<String> {
        let mut functions = self.exact.get(name).cloned().unwrap_or_default();
        for (from, to) in &self.globs {
            let function = match (to.is_literal(), from.capture(name)) {
                (false, Some(captured)) => to.fill(captured),
                (true, _) if from.matches(name) => to.prefix().to_owned(),
                _ => continue,
            };
            if function != name {
                functions.push(function);
            }
        }
        functions
    }
}

fn push_new(names: &mut Vec<String>, name: String) {
    if !names.contains(&name) {
        names.push(name);
    }
}

/// The name before a suffix, where it has that suffix and something before it.
fn cut<'s>(name: &'s str, suffix: &Glob) -> Option<&'s str> {
    let prefix = suffix.prefix();
    if suffix.is_literal() {
        return name.strip_suffix(prefix).filter(|rest| !rest.is_empty());
    }
    if prefix.is_empty() {
        return None;
    }
    let mut from = 0;
    while let Some(at) = name.get(from..)?.find(prefix).map(|at| at + from) {
        if at > 0 && suffix.matches(&name[at..]) {
            return Some(&name[..at]);
        }
        from = at + prefix.len();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::Names;

    fn names() -> Names {
        let mut names = Names::default();
        for suffix in [".constprop.*", ".isra.*", ".cold", "@@V_*"] {
            names.add_suffix(suffix);
        }
        for (function, other) in
            [("sys_*", "__x64_sys_*"), ("flush", "__flush"), ("flush", "start_flush"), ("*", "__GI_*"), ("*", "___*")]
        {
            names.add_alias(function, other).expect("stars correspond");
        }
        names
    }

    #[test]
    fn suffixes_are_cut_off_before_anything_else() {
        assert_eq!(names().stripped("f.isra.0.constprop.12.cold"), "f");
        assert_eq!(names().stripped("send@@V_2.34"), "send");
        assert_eq!(names().stripped(".cold"), ".cold");
        assert_eq!(names().canonical("__flush.isra.0"), "flush");
    }

    #[test]
    fn chains_of_aliases_resolve() {
        assert_eq!(names().canonical("__x64_sys_futex"), "sys_futex");
        assert_eq!(names().canonical("__GI___flush"), "flush");
        assert!(names().all("flush").contains(&"start_flush".to_owned()));
        assert!(names().all("__flush").contains(&"start_flush".to_owned()));
    }

    #[test]
    fn stars_that_do_not_correspond_are_refused() {
        assert!(Names::default().add_alias("sys_*", "SyS_futex").is_err());
    }

    #[test]
    fn aliases_that_grow_for_ever_end() {
        let mut names = Names::default();
        names.add_alias("a*", "*").expect("one star each");
        assert!(names.all("x").len() < 64);
        assert!(!names.canonical("x").is_empty());
    }
}

/// A C++ function without its list of parameters: `f(int, char*) const` is `f`. Stripped libraries are printed with
/// demangled symbols, whose parameters are part of the name.
fn without_parameters(symbol: &str) -> &str {
    let name = symbol.strip_suffix(" const").unwrap_or(symbol);
    if !name.ends_with(')') || name.ends_with("operator()") {
        return symbol;
    }
    let mut depth = 0_u32;
    for (at, byte) in name.bytes().enumerate().rev() {
        match byte {
            b')' => depth += 1,
            b'(' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return if at == 0 { symbol } else { &name[..at] };
        }
    }
    symbol
}

#[cfg(test)]
mod parameter_tests {
    use super::without_parameters;

    #[test]
    fn only_a_list_at_the_end_is_cut() {
        assert_eq!(without_parameters("a::f(int volatile*, std::function<void (int)>)"), "a::f");
        assert_eq!(without_parameters("a::f() const"), "a::f");
        assert_eq!(without_parameters("a::(anonymous namespace)::g(int)"), "a::(anonymous namespace)::g");
        assert_eq!(without_parameters("a::operator()"), "a::operator()");
        assert_eq!(without_parameters("sync.(*Mutex).Lock"), "sync.(*Mutex).Lock");
        assert_eq!(without_parameters("f)"), "f)");
    }
}
