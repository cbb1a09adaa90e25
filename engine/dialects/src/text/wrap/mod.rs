//! Lines that a terminal or a mailer broke at its width: which line goes on in the next one.
//!
//! A text tells its width by its longest line, and a broken line by two signs: the line before was full, and it begins
//! like no line behind one that was not full. Only texts of a paste's size are put together. A text that looks wrapped and
//! was not put together again everywhere is told, whatever its size.

mod rest;

use super::mend::plain;
use super::shell::is_mark_of_elision;
use super::{Lines, prompt};
use std::collections::{BTreeSet, HashMap, HashSet};

/// Longer texts are files, which hardly anybody wraps: they are not put together.
const MOST_LINES: u32 = 3_000;

/// Widths of terminals and mailers.
const WIDTHS: std::ops::RangeInclusive<usize> = 60..=200;

/// Widths at which mailers break at blanks.
const MAILERS: std::ops::RangeInclusive<usize> = 60..=80;

/// A word that begins before this column begins a line that mailers do not break before it.
const MARGIN: usize = 20;

/// Usual widths of terminals, where less is needed to believe in one.
const TERMINALS: [usize; 9] = [72, 78, 79, 80, 100, 120, 128, 132, 160];

/// Beginnings of lines behind full ones that no other line has, from which on a text looks wrapped.
const ODD_BEGINNINGS: usize = 3;

/// Different lines of a file that end at the width of a terminal, which no line passes, from which on it looks wrapped.
const FULL_LINES: usize = 10;

/// Whether a file looks wrapped: by the lengths of its lines alone, up to the first that is longer than any terminal.
fn of_a_file(lines: &Lines<'_>) -> Option<Seam> {
    let most = TERMINALS.into_iter().max().unwrap_or_default();
    let mut width = 0;
    // The same line can stand there a thousand times.
    let mut full: HashSet<&str> = HashSet::new();
    let (mut first, mut last) = (1, 1);
    for number in 1..=lines.len() {
        let line = lines.get(number);
        if line.len() > most {
            return None;
        }
        if line.len() > width {
            (width, first) = (line.len(), number);
            full.clear();
        }
        if line.len() == width {
            last = number;
            if full.len() < FULL_LINES {
                full.insert(line);
            }
        }
    }
    let is_wrapped = TERMINALS.contains(&width) && full.len() == FULL_LINES;
    is_wrapped.then_some(Seam { width, first, last, joined: 0 })
}

/// The broken lines of a text.
#[derive(Default)]
pub(super) struct Wraps {
    /// Lines that go on in the next one.
    broken: BTreeSet<u32>,
    /// They were broken at blanks, which the break has taken.
    at_blanks: bool,
    seam: Option<Seam>,
}

/// Where a text looks wrapped and was not put together everywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Seam {
    /// Columns of its lines.
    pub(crate) width: usize,
    /// The first line that looks broken.
    pub(crate) first: u32,
    /// The last line that looks like the rest of another.
    pub(crate) last: u32,
    /// Lines that were put together.
    pub(crate) joined: usize,
}

impl Wraps {
    pub(super) fn of(lines: &Lines<'_>) -> Self {
        if lines.len() > MOST_LINES {
            return Wraps { seam: of_a_file(lines), ..Wraps::default() };
        }
        let texts: Vec<_> = (1..=lines.len()).map(|number| plain(lines, number)).collect();
        let texts = Texts::of(texts.iter().map(AsRef::as_ref).collect());
        let (hard, soft) = (texts.hard(), texts.soft());
        // A mailer fills some of its lines to the last column, and a terminal all that it breaks; that a few others look
        // broken is chance.
        let ragged = soft.broken.iter().filter(|number| !texts.is_widest(**number as usize - 1)).count();
        let is_hard = if hard.broken.is_empty() { soft.is_nothing() } else { 4 * ragged < hard.broken.len() };
        if is_hard { hard } else { soft }
    }

    fn is_nothing(&self) -> bool {
        self.broken.is_empty() && self.seam.is_none()
    }

    /// Whether the line goes on in the next one, and what stood between them.
    pub(super) fn goes_on(&self, number: u32) -> Option<&'static str> {
        self.broken.contains(&number).then_some(if self.at_blanks { " " } else { "" })
    }

    /// The first lines of broken records, from a line up to another.
    pub(super) fn heads(&self, from: u32, end: u32) -> impl Iterator<Item = u32> + '_ {
        let inside = if from < end { from..end } else { 0..0 };
        self.broken.range(inside).copied().filter(|number| !self.broken.contains(&(number - 1)))
    }

    /// What could not be put together.
    pub(super) fn seam(&self) -> Option<Seam> {
        self.seam
    }
}

/// The lines of a text, and how long they are.
struct Texts<'a> {
    texts: Vec<&'a str>,
    /// With the blanks at their ends, which a terminal counts.
    widths: Vec<usize>,
    widest: usize,
    stamped: bool,
}

impl<'a> Texts<'a> {
    fn of(texts: Vec<&'a str>) -> Self {
        let widths: Vec<usize> = texts.iter().map(|text| text.chars().count()).collect();
        let widest = widths.iter().copied().max().unwrap_or(0);
        let texts: Vec<&str> = texts.iter().map(|text| text.trim_end()).collect();
        let stamps = texts.iter().filter(|text| is_stamped(text)).count();
        let stamped = stamps >= 5 && stamps * 2 > texts.iter().filter(|text| !text.is_empty()).count();
        Texts { texts, widths, widest, stamped }
    }

    fn is_widest(&self, at: usize) -> bool {
        self.widths[at] == self.widest
    }

    /// Lines that a terminal broke in the middle of words.
    fn hard(&self) -> Wraps {
        let width = self.widest;
        if !WIDTHS.contains(&width) {
            return Wraps::default();
        }
        let (all, mut broken) = self.broken(|at| self.is_widest(at), true);
        let usual = TERMINALS.contains(&width);
        let cut = |at: &usize| usual && rest::is_cut(self.texts[*at], self.texts[at + 1]);
        broken.extend(all.iter().copied().filter(cut));
        broken.sort_unstable();
        broken.dedup();
        let rests: HashSet<&str> = broken.iter().map(|at| self.texts[at + 1]).collect();
        let enough = if usual { 2 } else { 4 };
        // A line that begins like the one above, blanks and all, is the next record of its sort.
        let record = |at: usize| {
            let (text, next) = (self.texts[at], self.texts[at + 1]);
            let blanks = indent(next);
            let deep = blanks.len() >= 4 || blanks.contains('\t');
            !blanks.is_empty() && blanks == indent(text) && (deep || beginning(next) == beginning(text))
        };
        // Rows of a table are full and begin alike; a terminal leaves hardly a full line unbroken.
        let joined: Vec<usize> = if rests.len() < enough {
            all.into_iter().filter(cut).collect()
        } else if self.stamped {
            broken.clone()
        } else if broken.len() * 3 < all.len() {
            Vec::new()
        } else {
            all.into_iter().filter(|at| self.may_be_rest(at + 1) && !record(*at)).collect()
        };
        let sure = joined.len() == broken.len();
        // Lines of mailers' widths are as long by chance.
        let believed = !joined.is_empty() || (usual && width >= *MAILERS.end());
        let looks = !sure && believed && broken.iter().any(|at| !self.is_prose(*at));
        let seam = if looks { self.seam(width, &broken, joined.len()) } else { None };
        Wraps { broken: joined.into_iter().map(|at| at as u32 + 1).collect(), at_blanks: false, seam }
    }

    /// Lines that a mailer broke at blanks. Words that are longer than its lines stay whole. The longest lines of any
    /// text are full by that measure: what tells is that several of them are followed by a line that begins like no
    /// other, that time stamps are missing there, or that they break off inside brackets.
    fn soft(&self) -> Wraps {
        let breakable = |at: &usize| {
            let text = self.texts[*at].chars().take(MAILERS.end() + 1).skip(MARGIN + 1);
            text.into_iter().any(|c| c == ' ')
        };
        let width = |at: usize| self.texts[at].chars().count();
        let widest = (0..self.texts.len()).filter(breakable).map(width).max();
        let Some(most) = widest.filter(|most| MAILERS.contains(most)) else { return Wraps::default() };
        let full = |at: usize| (most / 2..=most).contains(&width(at)) && self.room(at) > most;
        let (all, mut broken) = self.broken(full, false);
        let overlong = |at: &usize| width(*at) > most;
        let sure = |at: &usize| {
            (overlong(at) || self.room(*at) > most)
                && prompt::command(self.texts[*at]).is_none()
                && self.may_be_rest(at + 1)
                && rest::is_rest(self.texts[*at], self.texts[at + 1])
        };
        let sure: Vec<usize> = (0..self.texts.len().saturating_sub(1)).filter(sure).collect();
        let suspects: BTreeSet<usize> = broken.iter().chain(&sure).copied().collect();
        let short = |at: &usize| width(at + 1) * 5 < most * 3;
        if !self.stamped {
            broken = self.believed(&all, broken, short);
        } else if broken.len() < 2 {
            broken.clear();
        }
        let joined: BTreeSet<usize> = broken.into_iter().chain(sure).collect();
        let odd: BTreeSet<[char; 4]> = suspects.iter().map(|at| beginning(self.texts[at + 1])).collect();
        let shorts = suspects.iter().filter(|at| short(at)).count();
        let looks = !joined.is_empty() || (odd.len() >= ODD_BEGINNINGS && shorts * 5 >= suspects.len());
        let left = |at: &usize| (overlong(at) || full(*at)) && !joined.contains(at) && self.is_left(*at);
        let left: Vec<usize> = (0..self.texts.len().saturating_sub(1)).filter(left).collect();
        let seam = if looks && !left.is_empty() {
            let at: Vec<usize> = joined.iter().chain(&suspects).chain(&left).copied().collect();
            self.seam(most, &at, joined.len())
        } else {
            None
        };
        Wraps { broken: joined.into_iter().map(|at| at as u32 + 1).collect(), at_blanks: true, seam }
    }

    /// Those of the full lines that a mailer broke, in a text without time stamps. `broken` are the ones that look so by
    /// how the next line begins; lines that break off inside brackets are others. `short` says of a line that the next
    /// one is.
    fn believed(&self, all: &[usize], mut broken: Vec<usize>, short: impl Fn(&usize) -> bool) -> Vec<usize> {
        let begins_new = |at: usize| {
            let next = self.texts[at + 1];
            !next.starts_with([' ', '\t']) && !is_frame(next) && self.may_be_rest(at + 1)
        };
        let open: Vec<usize> = all.iter().copied().filter(|at| is_open(self.texts[*at]) && begins_new(*at)).collect();
        // Rows of a table are full from the first to the last; the ends of broken lines are short.
        if !open.iter().any(&short) {
            return Vec::new();
        }
        let rests: HashSet<&str> = broken.iter().map(|at| self.texts[at + 1]).collect();
        let shorts = broken.iter().filter(|at| short(at)).count();
        if rests.len() < 2 || shorts * 5 < broken.len() || broken.len() * 4 < all.len() {
            broken.clear();
        }
        broken.extend(open);
        // The end of a sentence is the end of a record, too.
        broken.retain(|at| !self.texts[*at].ends_with('.'));
        broken
    }

    /// Columns that a line would have with the first word of the next one, and the blanks between them.
    fn room(&self, at: usize) -> usize {
        let next = self.texts.get(at + 1).copied().unwrap_or("");
        let word = next.trim_start().split(' ').next().map_or(0, |word| word.chars().count());
        self.widths[at] + 1 + indent(next).len() + word
    }

    /// Whether a line behind a full one could be its rest, as far as one can see.
    fn is_left(&self, at: usize) -> bool {
        let (text, next) = (self.texts[at], self.texts[at + 1]);
        let begins = next.starts_with([' ', '\t', '#', '"', '*', '[']) || beginning(next) == beginning(text);
        self.may_be_rest(at + 1) && !begins && !self.is_prose(at) && (!self.stamped || !is_stamped(next))
    }

    /// Whether a line is a sentence of the one who wrote the text.
    fn is_prose(&self, at: usize) -> bool {
        let plain = |word: &str| {
            let word = word.trim_matches(['.', ',', ';', ':', '!', '?', '"', '\'', '(', ')']);
            word.chars().all(|c| c.is_alphabetic() || c == '-' || c == '\'')
        };
        let words = self.texts[at].split_ascii_whitespace();
        let (count, plain) = words.fold((0, 0), |(count, all), word| (count + 1, all + usize::from(plain(word))));
        count >= 5 && plain * 10 >= count * 7
    }

    /// The lines from the first of these to the last one's rest.
    fn seam(&self, width: usize, at: &[usize], joined: usize) -> Option<Seam> {
        let (first, last) = (*at.iter().min()?, *at.iter().max()?);
        Some(Seam { width, first: first as u32 + 1, last: last as u32 + 2, joined })
    }

    /// All full lines that are followed by another, and those of them that look broken.
    /// `inside` says that lines were broken inside of words, so that a rest can begin with a blank.
    fn broken(&self, full: impl Fn(usize) -> bool, inside: bool) -> (Vec<usize>, Vec<usize>) {
        let mut seen: HashMap<[char; 4], (usize, usize)> = HashMap::new();
        for at in 0..self.texts.len() {
            let (behind_full, elsewhere) = seen.entry(beginning(self.texts[at])).or_default();
            *(if at > 0 && full(at - 1) { behind_full } else { elsewhere }) += 1;
        }
        // What stands behind full lines much more often than elsewhere begins no line of its own.
        let begins = |look: [char; 4]| {
            seen.get(&look).is_some_and(|(behind_full, elsewhere)| *elsewhere > 0 && *behind_full <= 3 * *elsewhere)
        };
        let mut broken: Vec<usize> = Vec::new();
        let all: Vec<usize> = (0..self.texts.len().saturating_sub(1)).filter(|at| full(*at)).collect();
        for at in all.iter().copied() {
            let next = self.texts[at + 1];
            let is_rest = at > 0 && broken.last() == Some(&(at - 1));
            let stamps = self.stamped && (is_rest || is_stamped(self.texts[at])) && !is_stamped(next);
            let alike = beginning(next) == beginning(self.texts[at]);
            let new =
                !alike && !is_frame(next) && indent(next).len() <= usize::from(inside) && !begins(beginning(next));
            if self.may_be_rest(at + 1) && (stamps || (!self.stamped && new)) {
                broken.push(at);
            }
        }
        (all, broken)
    }

    fn may_be_rest(&self, at: usize) -> bool {
        let text = self.texts[at];
        // A debugger shows a line of the source with its number.
        let code = text.trim_start_matches(|c: char| c.is_ascii_digit());
        let is_code = code.len() < text.len() && code.starts_with('\t');
        !text.is_empty()
            && !is_code
            && !is_mark_of_elision(text)
            && !text.starts_with("```")
            && prompt::command(text).is_none()
    }
}

/// Whether a line begins with the number of a frame, and not with that of a kernel's build.
fn is_frame(text: &str) -> bool {
    let Some(number) = text.strip_prefix('#') else { return false };
    let rest = number.trim_start_matches(|c: char| c.is_ascii_digit());
    let call = rest.trim_start();
    rest.len() < number.len() && (call.is_empty() || call.starts_with("0x") || (rest != call && call.contains(" (")))
}

/// The blanks before a line.
fn indent(text: &str) -> &str {
    &text[..text.len() - text.trim_start().len()]
}

/// Whether a line breaks off: inside brackets, or behind a word that something must follow.
fn is_open(text: &str) -> bool {
    let count = |mark: u8| text.bytes().filter(|byte| *byte == mark).count();
    let brackets = [(b'(', b')'), (b'[', b']'), (b'{', b'}')];
    brackets.iter().any(|(open, close)| count(*open) > count(*close))
        || [" at", " in", " from", ",", "=", " +", " -"].iter().any(|end| text.ends_with(end))
}

/// Whether a line begins with a time stamp of a console or a log.
fn is_stamped(text: &str) -> bool {
    let text = text.trim_start();
    let printk = text.strip_prefix('[').is_some_and(|rest| {
        let rest = rest.trim_start();
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        digits > 0 && rest[digits..].starts_with('.')
    });
    let dated = text.starts_with('[') && text.get(4..5) == Some(" ") && text.get(14..15) == Some(":");
    printk || dated || (text.get(3..4) == Some(" ") && text.get(9..10) == Some(":") && text.get(12..13) == Some(":"))
}

/// The looks of the beginning of a line: digits alike, and letters.
fn beginning(text: &str) -> [char; 4] {
    let mut looks = ['\0'; 4];
    for (look, c) in looks.iter_mut().zip(text.chars()) {
        *look = match c {
            '0'..='9' => '0',
            c if c.is_ascii_lowercase() || c == '_' => 'a',
            c if c.is_ascii_uppercase() => 'A',
            c => c,
        };
    }
    looks
}

#[cfg(test)]
mod tests {
    use super::*;

    fn broken(text: &str) -> Vec<u32> {
        let lines = Lines::of(text);
        let wraps = Wraps::of(&lines);
        (1..=lines.len()).filter(|number| wraps.goes_on(*number).is_some()).collect()
    }

    #[test]
    fn a_terminal_breaks_at_its_width() {
        let frame = |name: &str| format!("\tat org.example.{name}(Worker.java:10)");
        let long = "x".repeat(40);
        let text: Vec<String> = [
            frame("a"),
            frame(&long),
            frame("b"),
            frame(&format!("{long}y")),
            frame("c"),
            frame(&format!("{long}yz")),
            frame(&format!("{long}abc")),
        ]
        .into();
        let wrapped: Vec<String> = text
            .iter()
            .flat_map(|line| {
                let (head, tail) = line.split_at(line.len().min(66));
                [head.to_owned(), tail.to_owned()].into_iter().filter(|part| !part.is_empty())
            })
            .collect();
        assert_eq!(broken(&wrapped.join("\n")), [2, 5, 8, 10]);
        assert_eq!(broken(&text.join("\n")), Vec::<u32>::new());
    }

    #[test]
    fn a_mailer_breaks_at_blanks() {
        let text = "#0  0x00007f7a2f1a5d6a in __futex_abstimed_wait_common (val=2) from\n/lib/libc.so.6\n\
                    #1  0x00007f7a2f1a8d6a in pthread_mutex_lock (mutex=0x5581f0c0,\nkind=3) from /lib/libc.so.6\n\
                    #2  0x00005581f0a0128a in main () at main.c:12\n";
        assert_eq!(broken(text), [1, 3]);
        let whole = "#0  0x00007f7a2f1a5d6a in __futex_abstimed_wait_common (val=2)\nThread 2:\n\
                     #0  0x00007f7a2f1a8d6a in pthread_mutex_lock (mutex=0x5581f0c0)\n";
        assert_eq!(broken(whole), Vec::<u32>::new());
    }

    #[test]
    fn rows_of_a_table_are_no_broken_lines() {
        let row =
            |n: usize| format!("{n:>5} root      20   0  {:>10} {:>10} S  0.0  0.0   0:00.0{}", n * 10, n * 7, n % 10);
        let rows: Vec<String> = (0..20).map(row).collect();
        assert_eq!(broken(&rows.join("\n")), Vec::<u32>::new());
    }
}
