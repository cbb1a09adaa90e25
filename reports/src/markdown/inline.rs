//! Prose that may hold words of a ticket. A word with a character that Markdown, HTML or a tracker acts upon becomes
//! code: there nothing is a link, a mention, a reference or a formula, and names of functions read as such.

use crate::view::shorten;
use crate::visible;

/// Hexadecimal digits from which on trackers take a word for a commit.
const COMMIT: usize = 7;

/// Prose of at most `most` characters on one line, in which nothing but words and code is left.
pub(super) fn prose(text: &str, most: usize) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let line = shorten(&visible(&line), most);
    let mut out = String::with_capacity(line.len() + 16);
    let mut rest = line.as_str();
    // What a rule has in backticks is code already.
    while let Some((before, quoted, after)) = next_code(rest) {
        words(&mut out, before);
        push_code(&mut out, quoted);
        rest = after;
    }
    words(&mut out, rest);
    out
}

/// A code span of a text.
pub(super) fn code(text: &str) -> String {
    let text = visible(text);
    let text = text.trim();
    if text.is_empty() {
        return String::new();
    }
    let fence = "`".repeat(longest_run(text) + 1);
    let pad = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// A link, where the address is one of the web; else title and address as they are.
pub(super) fn link(title: &str, url: &str, most: usize) -> String {
    let is_web = url.starts_with("https://") || url.starts_with("http://");
    let is_plain = |c: char| c.is_ascii_graphic() && !matches!(c, '<' | '>' | '\\' | '`' | '"');
    let title = prose(title, most);
    match is_web && url.chars().all(is_plain) {
        true => format!("[{title}](<{url}>)"),
        false => format!("{title}: {}", code(&shorten(url, most))),
    }
}

/// Length of the longest run of backticks.
pub(super) fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

/// What stands before, in and after the first pair of single backticks.
fn next_code(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once('`')?;
    let (quoted, after) = rest.split_once('`')?;
    let alone = !quoted.trim().is_empty() && !after.starts_with('`');
    // A backtick inside of a word is no quotation mark.
    let apart = !before.ends_with(char::is_alphanumeric) && !after.starts_with(char::is_alphanumeric);
    (alone && apart).then_some((before, quoted, after))
}

/// A word: marks before it, the word, marks after it.
struct Word<'a> {
    before: &'a str,
    core: String,
    is_code: bool,
    after: &'a str,
}

/// Words one by one; blanks stay where they are.
fn words(out: &mut String, text: &str) {
    let begins = out.is_empty();
    for (at, word) in joined(text, begins).iter().enumerate() {
        if at > 0 {
            out.push(' ');
        }
        out.push_str(word.before);
        match word.is_code {
            true => push_code(out, &word.core),
            false => out.push_str(&word.core),
        }
        match at {
            0 if begins && word.before.is_empty() && !word.is_code => numbered(out, word),
            _ => out.push_str(word.after),
        }
    }
}

/// The words of a text; code goes on in the next word of code, a sign in whatever comes next: `>= 6.6`.
fn joined(text: &str, begins: bool) -> Vec<Word<'_>> {
    let mut all: Vec<Word<'_>> = Vec::new();
    for (at, word) in text.split(' ').enumerate() {
        let next = self::word(word, begins && at == 0);
        let goes_on = |last: &&mut Word<'_>| {
            let touches = last.is_code && last.after.is_empty() && next.before.is_empty() && !next.core.is_empty();
            touches && (next.is_code || !last.core.contains(char::is_alphanumeric))
        };
        match all.last_mut().filter(goes_on) {
            Some(last) => {
                last.core.extend([" ", &next.core]);
                last.after = next.after;
            }
            None => all.push(next),
        }
    }
    all
}

fn word(word: &str, begins: bool) -> Word<'_> {
    let (before, core, after) = parts(word);
    let is_code = match core.contains(char::is_alphanumeric) {
        true => !is_calm(core),
        false => is_sign(core) || begins && core.starts_with('-'),
    };
    Word { before, core: core.to_owned(), is_code, after }
}

/// Code beside code would share a fence.
fn push_code(out: &mut String, text: &str) {
    if out.ends_with('`') {
        out.push(' ');
    }
    out.push_str(&code(text));
}

/// A number with a full stop or a bracket at the beginning of a line would begin a list.
fn numbered(out: &mut String, word: &Word<'_>) {
    if is_number(&word.core) && word.after.starts_with(['.', ')']) {
        out.push('\\');
    }
    out.push_str(word.after);
}

/// Whether something acts upon a word without a letter or digit.
fn is_sign(word: &str) -> bool {
    word.chars().any(|c| c.is_ascii() && !is_mark(c) && !matches!(c, '-' | '/'))
}

/// Marks before a word, the word, and marks after it.
fn parts(word: &str) -> (&str, &str, &str) {
    let start = word.find(|c| !matches!(c, '(' | '"' | '\'' | '“' | '‘' | '„')).unwrap_or(word.len());
    let (before, rest) = word.split_at(start);
    let mut core = rest.trim_end_matches(is_mark);
    // The brackets of `f()` and `lock(s)` belong to the word.
    if let Some(longer) = rest.get(..core.len() + 1).filter(|longer| longer.ends_with(')') && is_balanced(longer)) {
        core = longer;
    }
    if let Some(call) = rest.get(..core.len() + 2).filter(|call| call.ends_with("()")) {
        core = call;
    }
    core = core.strip_suffix("'s").unwrap_or(core);
    // The beginning of a host, whatever comes after it.
    if core.eq_ignore_ascii_case("www") {
        core = rest;
    }
    // The second colon of `:name:` belongs to the first.
    if let Some(closed) = rest.get(..core.len() + 1).filter(|word| word.starts_with(':') && word.ends_with(':')) {
        core = closed;
    }
    let (core, after) = rest.split_at(core.len());
    (before, core, after)
}

fn is_balanced(text: &str) -> bool {
    text.matches('(').count() == text.matches(')').count()
}

/// Marks of sentences, which stand beside a word and do nothing there.
fn is_mark(c: char) -> bool {
    matches!(c, '(' | ')' | '"' | '\'' | '.' | ',' | ';' | ':' | '?' | '…' | '“' | '”' | '‘' | '’' | '„')
}

/// Whether nothing acts upon a word.
fn is_calm(word: &str) -> bool {
    let calm = |c: char| c.is_alphanumeric() || !c.is_ascii() || matches!(c, '\'' | '-' | '.' | ',' | '/' | '(' | ')');
    let percent = word.strip_suffix('%').filter(|number| is_number(number));
    percent.is_some()
        || word.chars().all(calm)
            && word.starts_with(|c: char| c.is_alphanumeric() || !c.is_ascii())
            && !is_reference(word)
            && !is_commit(word)
            && !is_domain(word)
            && !is_path(word)
            && is_balanced(word)
            && !word.contains("()")
}

fn is_number(word: &str) -> bool {
    !word.is_empty() && word.chars().all(|c| c.is_ascii_digit() || c == '.')
}

/// `GH-1`, `ABC-123`: trackers make links of them.
fn is_reference(word: &str) -> bool {
    let number = |part: &str| part.starts_with(|c: char| c.is_ascii_digit());
    let key = |part: &str| part.ends_with(char::is_alphanumeric) && part.contains(char::is_alphabetic);
    word.match_indices('-').any(|(at, _)| {
        let (before, after) = word.split_at(at);
        key(before) && after.get(1..).is_some_and(number)
    })
}

/// Part of a word that could be the number of a commit, an address among them.
fn is_commit(word: &str) -> bool {
    let parts = word.split(|c: char| !c.is_ascii_alphanumeric());
    let hex = |part: &str| part.len() >= COMMIT && part.chars().all(|c| c.is_ascii_hexdigit());
    parts.into_iter().any(|part| hex(part) || part.starts_with("0x"))
}

/// A name with a dot before a letter: a file, a class, a host. Not `e.g`.
fn is_domain(word: &str) -> bool {
    let parts: Vec<&str> = word.split('.').collect();
    let short = parts.iter().all(|part| part.chars().count() <= 1);
    !short && parts.iter().skip(1).any(|part| part.starts_with(|c: char| !c.is_ascii_digit()))
}

/// More than `read/write`, `I/O` or `1/2`.
fn is_path(word: &str) -> bool {
    let Some((before, after)) = word.split_once('/') else { return false };
    let all = |of: fn(char) -> bool| before.chars().all(of) && after.chars().all(of);
    before.is_empty() || after.is_empty() || !(all(char::is_alphabetic) || all(|c| c.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::{code, link, prose};

    fn all(text: &str) -> String {
        prose(text, 1000)
    }

    #[test]
    fn sentences_stay_as_they_are() {
        for text in [
            "The worker waits for itself, e.g. after 50% (or 1/2) of the read/write I/O; why?",
            "Owner and waiter are read from the lock(s) - nothing is assumed: \"proven\".",
            "It doesn't end… since 2.6.32 rmmod (31969) is task 4790's victim.",
            "内核线程 größer → ←",
        ] {
            assert_eq!(all(text), text);
        }
    }

    #[test]
    fn names_and_addresses_are_code() {
        let rows = [
            ("kworker/1:2 (4790) waits", "`kworker/1:2` (4790) waits"),
            ("mutex_lock, then f().", "`mutex_lock`, then `f()`."),
            ("the owner of mutex ffff880035acf1e0.", "the owner of mutex `ffff880035acf1e0`."),
            ("(foo_bar)", "(`foo_bar`)"),
            ("foo_bar's lock", "`foo_bar`'s lock"),
            ("see /proc/1/stack and Foo.bar", "see `/proc/1/stack` and `Foo.bar`"),
            ("use --all or -x", "use `--all` or `-x`"),
            ("then `struct mutex ADDRESS`; done", "then `struct mutex ADDRESS`; done"),
            ("linux >= 6.6 or < 5, lost \"+\", \"<>\"", "linux `>= 6.6` or `< 5`, lost \"`+`\", \"`<>`\""),
            ("echo 1 > /sys/x frees it", "echo 1 `> /sys/x` frees it"),
            ("one` alone", "`` one` `` alone"),
        ];
        for (text, expected) in rows {
            assert_eq!(all(text), expected);
        }
    }

    #[test]
    fn nothing_is_markup() {
        assert_eq!(all("&amp; a&lt;b;"), "`&amp`; `a&lt;b`;");
        for word in [
            "*a*",
            "_a_",
            "__a__",
            "~~a~~",
            "<b>",
            "</details>",
            "<!--",
            "a&lt;b",
            "[a](b)",
            "![a](b)",
            "[^1]",
            "[x]",
            "[[a]]",
            "a|b",
            "|",
            "\\",
            "{a}",
            "==a==",
            "<http://a>",
            "^a^",
            "+",
            "*",
            ">",
            "#",
            "##",
            "===",
        ] {
            let out = all(&format!("x {word}, y"));
            assert_eq!(out, format!("x `{word}`, y"));
        }
        assert_eq!(all("x ```, y ````"), "x ```` ``` ````, y ````` ```` `````");
    }

    #[test]
    fn nothing_is_a_mention_a_reference_or_a_link() {
        for word in [
            "@name",
            "a@b.c",
            "#123",
            "GH-1",
            "ABC-123",
            "org/repo#1",
            "!12",
            "a/b!12",
            "~label",
            "%milestone",
            "$1",
            "&1",
            "$x$",
            ":name:",
            "http://a",
            "https://a.b/c?d",
            "www.a.b",
            "a.example",
            "ftp://a",
            "deadbeef",
            "1234567",
            "mailto:a",
            "/close",
        ] {
            for (before, after) in [("", ""), ("x ", " y"), ("(", ")"), ("\"", "\"."), ("", ",")] {
                let out = all(&format!("{before}{word}{after}"));
                assert_eq!(out, format!("{before}`{word}`{after}"));
            }
        }
        assert_eq!(all("(@a) \"@b\""), "(`@a`) \"`@b`\"");
        assert_eq!(all("(www.…a"), "(`www.…a`");
        assert_eq!(all("www.…"), "`www.…`");
        assert_eq!(all("x:@a"), "`x:@a`");
    }

    #[test]
    fn nothing_begins_a_block() {
        let rows = [
            ("1. a", "1\\. a"),
            ("12) a", "12\\) a"),
            ("- a", "`- a`"),
            ("--- a", "`--- a`"),
            ("+ a", "`+ a`"),
            ("> a", "`> a`"),
            ("# a", "`# a`"),
            ("    a", "a"),
            ("a\n# b\n\n- c", "a `# b` - c"),
            ("```sh", "```` ```sh ````"),
            ("`a`.b_c `d`_e", "`a` `.b_c` `d` `_e`"),
        ];
        for (text, expected) in rows {
            assert_eq!(all(text), expected);
        }
    }

    #[test]
    fn control_characters_are_seen_and_long_text_is_cut() {
        assert_eq!(all("a\x1b[31mb"), "`a^[[31mb`");
        assert_eq!(all("a\u{202e}b"), "`a\\u{202e}b`");
        assert!(prose(&"a ".repeat(10_000), 100).chars().count() <= 100);
        assert!(prose(&"@".repeat(1_000_000), 100).len() <= 110);
    }

    #[test]
    fn code_has_a_fence_of_its_own() {
        assert_eq!(code("a"), "`a`");
        assert_eq!(code("a`b"), "``a`b``");
        assert_eq!(code("`"), "`` ` ``");
        assert_eq!(code("  "), "");
    }

    #[test]
    fn links_lead_to_the_web_alone() {
        assert_eq!(link("The fix", "https://a.b/c_(d)?e", 90), "[The fix](<https://a.b/c_(d)?e>)");
        assert_eq!(link("x](javascript:a)", "https://a.b", 90), "[`x](javascript:a)`](<https://a.b>)");
        assert_eq!(link("The fix", "javascript:alert(1)", 90), "The fix: `javascript:alert(1)`");
        assert_eq!(link("The fix", "https://a> <b>", 90), "The fix: `https://a> <b>`");
    }
}
