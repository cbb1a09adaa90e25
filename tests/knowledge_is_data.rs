//! Knowledge is data: what a function of an operating system means stands in `rules/`, never in the Rust.
//!
//! Every name of 6 characters and more that a vocabulary lists is looked for in the string literals of `engine/` and
//! `reports/`. Tests, comments and documentation may name functions.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use serde_yaml::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Keys of a vocabulary below which functions and locks are named.
const NAMING: [&str; 8] = ["aliases", "groups", "plumbing", "functions", "waits", "holds", "stack", "lock"];

#[test]
fn no_function_of_a_system_is_named_in_the_engine() {
    let names = names();
    assert!(names.len() > 300, "the vocabularies name {} functions: does this test still find them?", names.len());
    let files = files(&["engine", "reports"], "rs");
    assert!(files.len() > 100, "{} files: does this test still find them?", files.len());
    let mut wrong = Vec::new();
    for path in files.iter().filter(|path| !is_test(path)) {
        let tokens: TokenStream = read(path).parse().unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let mut literals = Vec::new();
        collect(tokens, &mut literals);
        wrong.extend(literals.iter().flat_map(|text| named(text, &names)).map(|name| complaint(path, name)));
    }
    for path in files_of_grammars() {
        let text = read(&path);
        let code = text.lines().map(|line| line.split("//").next().unwrap_or_default());
        wrong.extend(code.flat_map(|line| named(line, &names)).map(|name| complaint(&path, name)));
    }
    assert!(wrong.is_empty(), "move this knowledge to rules/:\n{}", wrong.join("\n"));
}

#[test]
fn literals_outside_tests_are_seen() {
    let code = r##"
        //! mutex_lock
        /// mutex_lock
        #[doc = "mutex_lock"]
        fn f() -> &'static str { g(&["a mutex_lock b", r#"do_exit"#, "mutex_lock_x"]) }
        #[cfg(test)]
        mod tests { const T: &str = "do_exit"; }
        const H: &str = "do_exit";
    "##;
    let mut literals = Vec::new();
    collect(code.parse().expect("this is Rust"), &mut literals);
    let names = BTreeSet::from(["mutex_lock".to_owned(), "do_exit".to_owned()]);
    let found: Vec<_> = literals.iter().flat_map(|text| named(text, &names)).collect();
    assert_eq!(found, ["mutex_lock", "do_exit", "do_exit"]);
}

fn complaint(path: &Path, name: &str) -> String {
    format!("{}: {name}", path.display())
}

/// The names in a text, as whole words.
fn named<'n>(text: &str, names: &'n BTreeSet<String>) -> Vec<&'n str> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    words.filter_map(|word| names.get(word)).map(String::as_str).collect()
}

/// String literals of the code that runs: without attributes, which documentation is, and without what they mark as
/// tests.
fn collect(tokens: TokenStream, literals: &mut Vec<String>) {
    let mut tokens = tokens.into_iter().peekable();
    let mut is_test = false;
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Punct(mark) if mark.as_char() == '#' => {
                tokens.next_if(|next| matches!(next, TokenTree::Punct(mark) if mark.as_char() == '!'));
                let group = |next: &TokenTree| matches!(next, TokenTree::Group(group) if group.delimiter() == Delimiter::Bracket);
                let attribute = tokens.next_if(group).map(|group| group.to_string().replace(' ', ""));
                is_test |= attribute.is_some_and(|text| text == "[cfg(test)]" || text == "[test]");
            }
            // What an attribute marks ends with its body, or with a semicolon.
            TokenTree::Group(group) if is_test => is_test = group.delimiter() != Delimiter::Brace,
            TokenTree::Punct(mark) if is_test && mark.as_char() == ';' => is_test = false,
            TokenTree::Group(group) => collect(group.stream(), literals),
            TokenTree::Literal(literal) if !is_test => literals.push(literal.to_string()),
            _ => {}
        }
    }
}

/// Functions and locks that the vocabularies name in full.
fn names() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for path in files(&["rules/vocabulary"], "yaml") {
        let vocabulary: Value = serde_yaml::from_str(&read(&path)).expect("vocabularies are YAML");
        for (key, value) in vocabulary.as_mapping().into_iter().flatten() {
            let naming = key.as_str().is_some_and(|key| NAMING.contains(&key) || key == "hidden" || key == "idle");
            if naming {
                texts(value, key.as_str() != Some("hidden") && key.as_str() != Some("idle"), &mut names);
            }
        }
    }
    names
}

/// Adds the names in the texts of a value; below other keys than [`NAMING`] nothing is a name.
fn texts(value: &Value, naming: bool, names: &mut BTreeSet<String>) {
    match value {
        Value::String(text) if naming => names.extend(text.split('|').filter_map(function).map(str::to_owned)),
        Value::Sequence(items) => items.iter().for_each(|item| texts(item, naming, names)),
        Value::Mapping(entries) => {
            for (key, value) in entries {
                let key = key.as_str().unwrap_or_default();
                // Aliases: the key is a function as well. Groups: it is not, and has no underscore.
                names.extend(function(key).filter(|_| value.is_sequence() && naming).map(str::to_owned));
                let other = ["kind", "over", "mode", "object", "known", "name", "state", "dialects", "module"];
                texts(value, NAMING.contains(&key) || (naming && !other.contains(&key)), names);
            }
        }
        _ => {}
    }
}

/// A function named in full; globs, regexes, groups and short or plain words are none.
fn function(text: &str) -> Option<&str> {
    let name = text.trim().trim_start_matches('^').trim_end_matches('$').trim();
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    (name.len() >= 6 && name.contains('_') && name.chars().all(word)).then_some(name)
}

/// Modules that only tests have, by their file names.
fn is_test(path: &Path) -> bool {
    let folder = path.components().any(|part| part.as_os_str() == "tests" || part.as_os_str() == "examples");
    let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    folder || stem.ends_with("tests") || stem == "testing" || stem == "sample"
}

fn files_of_grammars() -> Vec<PathBuf> {
    files(&["engine/dialects"], "pest")
}

/// All files with that extension below folders of the repository, sorted.
fn files(folders: &[&str], extension: &str) -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut open: Vec<PathBuf> = folders.iter().map(|folder| root.join(folder)).collect();
    let mut files = Vec::new();
    while let Some(folder) = open.pop() {
        for path in fs::read_dir(&folder).expect("the folder is there").flatten().map(|entry| entry.path()) {
            match path.is_dir() {
                true => open.push(path),
                false if path.extension().is_some_and(|found| found == extension) => files.push(path),
                false => {}
            }
        }
    }
    files.sort();
    files
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
