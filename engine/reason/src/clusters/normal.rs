//! Names of functions as other builds have them too.
//!
//! The vocabulary tells which names are one function, and which suffixes compilers add. What is left differs by the
//! *form* of a name, in every language alike: arguments of templates and generics, lists of parameters, numbers of
//! closures, hashes, addresses. A number that was left out is a `#`.

use crate::vocabulary::Vocabulary;
use stacklore_model::{Name, System};
use std::collections::HashMap;

/// Digits in a row that are an id and no part of a name (`crc32`, `sha256` and `x86_64` are names).
const ID: usize = 4;
/// What a number that was left out becomes.
const NUMBER: char = '#';
/// Hexadecimal digits of the hash at the end of a Rust symbol.
const RUST_HASH: usize = 16;

/// Normalised names; each is worked out once.
pub(super) struct Normal<'a> {
    vocabulary: &'a Vocabulary,
    known: HashMap<(System, Name), Option<String>>,
}

impl<'a> Normal<'a> {
    pub(super) fn new(vocabulary: &'a Vocabulary) -> Self {
        Normal { vocabulary, known: HashMap::new() }
    }

    /// The normalised name of a function as printed; `None` for one that some tools of its system never print, and
    /// where nothing of it is left.
    pub(super) fn of(&mut self, system: System, symbol: &Name) -> Option<String> {
        let vocabulary = self.vocabulary;
        let known = self.known.entry((system, Name::clone(symbol)));
        known.or_insert_with(|| normal(vocabulary, system, symbol)).clone()
    }
}

fn normal(vocabulary: &Vocabulary, system: System, symbol: &str) -> Option<String> {
    let name = vocabulary.canonical(system, without_clone(symbol));
    let hidden = vocabulary.systems.get(&system).is_some_and(|of| of.hidden.iter().any(|hidden| hidden.covers(&name)));
    let name = neutral(&name, system);
    (!hidden && !name.is_empty()).then_some(name)
}

/// Without what demanglers write for compiler suffixes: `f(int) [clone .isra.0]`, `f(int) (.cold)`.
fn without_clone(symbol: &str) -> &str {
    let end = [" [clone ", " (."].iter().filter_map(|mark| symbol.find(mark)).min();
    end.and_then(|end| symbol.get(..end)).unwrap_or(symbol)
}

/// The name without what differs from build to build.
fn neutral(name: &str, system: System) -> String {
    let name = without_hash(name);
    let name = without_arguments(&name);
    let name = without_return_type(&name, system);
    without_numbers(name, system)
}

/// Without the hash of a Rust symbol, as demangled or as the linker has it.
fn without_hash(name: &str) -> String {
    let is_hash = |hash: &str| hash.len() == RUST_HASH && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    if let Some((path, _)) = name.rsplit_once("::h").filter(|(_, hash)| is_hash(hash)) {
        return path.to_owned();
    }
    let mangled = name.strip_suffix('E').and_then(|rest| rest.rsplit_once("17h"));
    match mangled.filter(|(_, hash)| name.starts_with("_ZN") && is_hash(hash)) {
        Some((path, _)) => format!("{path}E"),
        None => name.to_owned(),
    }
}

/// Without arguments of templates and generics (`<…>`, Go's `[…]`), tags of the C++ ABI, and lists of parameters inside
/// a name. `<init>`, `<module>`, `operator<`, `operator()`, `(anonymous namespace)` and Go's `(*T)` are names.
fn without_arguments(name: &str) -> String {
    let name = implementing_type(name);
    let mut out = String::with_capacity(name.len());
    let mut rest = &*name;
    while let Some(c) = rest.chars().next() {
        let (whole, inner) = match c {
            '<' | '[' | '(' => bracket(rest).unwrap_or((rest, rest.get(1..).unwrap_or_default())),
            _ => ("", ""),
        };
        if whole.is_empty() || stays(&out, c, inner) {
            out.push(c);
            rest = rest.get(c.len_utf8()..).unwrap_or_default();
        } else {
            rest = rest.get(whole.len()..).unwrap_or_default();
            if out.ends_with("::") && rest.starts_with("::") {
                rest = rest.get(2..).unwrap_or_default();
            }
        }
    }
    out.replace(" const", "").trim().to_owned()
}

/// Whether what begins with this bracket, behind `before`, belongs to the name.
fn stays(before: &str, bracket: char, inner: &str) -> bool {
    let operator = before.ends_with("operator");
    match bracket {
        '<' => before.is_empty() || before.ends_with('.') || operator || before.ends_with("operator<"),
        '[' => before.is_empty() || before.ends_with(['-', '+']) || inner.is_empty(),
        _ => before.is_empty() || before.ends_with(['.', ':']) || operator,
    }
}

/// The bracket with which a text begins, whole, and what is in it; `None` where it is not closed.
fn bracket(text: &str) -> Option<(&str, &str)> {
    let mut depth = 0_usize;
    let mut last = ' ';
    for (at, c) in text.char_indices() {
        match c {
            '<' | '(' | '[' => depth += 1,
            '>' if last == '-' => {}
            '>' | ')' | ']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        last = c;
        if depth == 0 {
            return Some((text.get(..=at)?, text.get(1..at)?));
        }
    }
    None
}

/// `<a::T as b::Trait>::f` is `a::T::f`.
fn implementing_type(name: &str) -> String {
    let Some((whole, inner)) = bracket(name).filter(|_| name.starts_with('<')) else { return name.to_owned() };
    let rest = name.get(whole.len()..).unwrap_or_default();
    if !rest.starts_with("::") {
        return name.to_owned();
    }
    let of = inner.split_once(" as ").map_or(inner, |(of, _)| of);
    format!("{}{rest}", of.trim_start_matches(['<', '&', '*']))
}

/// Functions that are made from templates are printed with the type that they return.
fn without_return_type(name: &str, system: System) -> &str {
    let compiled = matches!(system, System::User | System::Windows);
    if !compiled || !name.contains("::") || name.contains("operator") {
        return name;
    }
    let bare = name.rfind(' ').filter(|at| !name.get(*at..).unwrap_or_default().contains(')'));
    bare.and_then(|at| name.get(at + 1..)).unwrap_or(name)
}

/// Without numbers of closures and generated classes, addresses, and long numbers.
fn without_numbers(name: &str, system: System) -> String {
    let mut out = String::with_capacity(name.len());
    let mut rest = name;
    while let Some(c) = rest.chars().next() {
        let length = if c.is_ascii_digit() { digits(rest) } else { 0 };
        let after = rest.get(length..).unwrap_or_default();
        if length == 0 {
            out.push(c);
            rest = rest.get(c.len_utf8()..).unwrap_or_default();
        } else {
            if !is_id(&out, length, after, system) {
                out.push_str(rest.get(..length).unwrap_or_default());
            } else if !out.ends_with(NUMBER) {
                out.push(NUMBER);
            }
            rest = after;
        }
    }
    out
}

/// Length of the number at the start of a text, of an address with its `0x`.
fn digits(text: &str) -> usize {
    let hexadecimal = text.strip_prefix("0x").map(|rest| rest.bytes().take_while(u8::is_ascii_hexdigit).count());
    match hexadecimal {
        Some(count) if count > 0 => "0x".len() + count,
        _ => text.bytes().take_while(u8::is_ascii_digit).count(),
    }
}

/// Whether a number of that length, between `before` and `after`, counts something.
fn is_id(before: &str, length: usize, after: &str, system: System) -> bool {
    let word = before.rsplit(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
    let closure = match system {
        // `main.f.func1.2`, `main.f.gowrap1`, `main.init.0`, `main.f-range1`
        System::Go => before.ends_with('.') || matches!(word, "func" | "gowrap" | "range" | "dwrap"),
        // `jdk.internal.reflect.GeneratedMethodAccessor123.invoke`
        System::Java => length > 1 && after.starts_with('.'),
        _ => matches!(word, "lambda" | "closure"),
    };
    length >= ID || closure || before.ends_with([NUMBER, '$', '`']) || before.ends_with("$_")
}

#[cfg(test)]
mod tests {
    use super::{neutral, without_clone};
    use stacklore_model::System;

    fn check(system: System, cases: &[(&str, &str)]) {
        for (printed, normal) in cases {
            assert_eq!(neutral(without_clone(printed), system), *normal, "{printed}");
        }
    }

    #[test]
    fn names_of_c_and_cxx() {
        check(
            System::User,
            &[
                ("std::vector<int, std::allocator<int> >::push_back", "std::vector::push_back"),
                ("void svc::run<svc::Job<int>>(svc::Job<int>&&) [clone .isra.0]", "svc::run"),
                ("svc::name[abi:cxx11](int) const", "svc::name"),
                ("svc::(anonymous namespace)::wait", "svc::(anonymous namespace)::wait"),
                ("svc::run(int)::{lambda(int)#2}::operator()", "svc::run::{lambda#}::operator()"),
                ("svc::run()::$_3::operator()", "svc::run::$_#::operator()"),
                ("operator<< <char>", "operator<<"),
                ("ns::T::operator->", "ns::T::operator->"),
                ("operator new[]", "operator new[]"),
                ("job_20391_main", "job_#_main"),
                ("crc32_update", "crc32_update"),
                ("sha256_block", "sha256_block"),
                ("cut<short", "cut"),
            ],
        );
    }

    #[test]
    fn names_of_rust() {
        check(
            System::User,
            &[
                ("svc::pool::wait::h0123456789abcdef", "svc::pool::wait"),
                ("_ZN3svc4wait17h0123456789abcdefE", "_ZN3svc4waitE"),
                ("<alloc::vec::Vec<T> as core::iter::Iterator>::next", "alloc::vec::Vec::next"),
                ("svc::run::{{closure}}", "svc::run::{{closure}}"),
                ("svc::run::{closure#12}", "svc::run::{closure#}"),
                (
                    "core::ops::function::impls::<impl core::ops::FnOnce<A> for &F>::call_once",
                    "core::ops::function::impls::call_once",
                ),
            ],
        );
    }

    #[test]
    fn names_of_managed_languages() {
        check(
            System::Go,
            &[
                ("main.(*Pool[go.shape.int]).Get", "main.(*Pool).Get"),
                ("main.main.func1.2", "main.main.func#.#"),
                ("main.run.gowrap3", "main.run.gowrap#"),
                ("net/http.(*http2serverConn).serve", "net/http.(*http2serverConn).serve"),
            ],
        );
        check(
            System::Java,
            &[
                ("org.acme.Box.<init>", "org.acme.Box.<init>"),
                ("org.acme.Box.lambda$main$12", "org.acme.Box.lambda$main$#"),
                ("org.acme.Box$$Lambda$14/0x0000000800c8ba30.run", "org.acme.Box$$Lambda$#/#.run"),
                (
                    "jdk.internal.reflect.GeneratedMethodAccessor123.invoke",
                    "jdk.internal.reflect.GeneratedMethodAccessor#.invoke",
                ),
                ("java.util.Base64$Encoder.encode", "java.util.Base64$Encoder.encode"),
            ],
        );
        check(
            System::Python,
            &[("<module>", "<module>"), ("<frozen importlib._bootstrap>", "<frozen importlib._bootstrap>")],
        );
    }
}
