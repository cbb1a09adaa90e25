//! Command lines and environments: the program keeps its name, everything else has a stand-in.

use super::place::{self, Last};
use super::rewrite::{Output, Rewriter};
use super::standins::{Kind, is_stand_in};
use std::ops::Range;

fn is_gap(c: char) -> bool {
    c.is_whitespace() || c == '\0'
}

/// The words of a command line, with their places in the text. `^@` is how a terminal shows the zero between them.
fn words(text: &str, range: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    let mut at = range.start;
    std::iter::from_fn(move || {
        let rest = &text[at..range.end];
        let begin = at + rest.find(|c: char| !is_gap(c))?;
        let length = text[begin..range.end].find(is_gap).unwrap_or(range.end - begin);
        at = begin + length;
        Some(begin..at)
    })
}

/// Signs that draw a tree of processes, and remarks of the tool.
fn is_drawing(word: &str) -> bool {
    word.chars().all(|c| "\\_|`-+'".contains(c) || ('\u{2500}'..='\u{257f}').contains(&c))
}

/// A program with its arguments.
pub(super) fn command(of: &mut Rewriter<'_>, out: &mut Output<'_>, range: Range<usize>) {
    let whole = out.text[range.clone()].trim();
    if of.names.contains(whole) || whole.starts_with('[') {
        out.keep(range.end);
        return;
    }
    let mut words = words(out.text, range.clone());
    let Some(program) = words.find(|word| !is_drawing(&out.text[word.clone()])) else {
        out.copy(range.end, &of.literals);
        return;
    };
    out.copy(program.start, &of.literals);
    let word = &out.text[program.clone()];
    if word.contains('=') && !word.starts_with('/') {
        arguments(of, out, program.start..range.end);
        return;
    }
    named(of, out, program.clone());
    arguments(of, out, program.end..range.end);
}

/// The program itself.
fn named(of: &mut Rewriter<'_>, out: &mut Output<'_>, program: Range<usize>) {
    let word = &out.text[program.clone()];
    if word.starts_with('[') || of.names.contains(word.trim_end_matches(':')) {
        out.keep(program.end);
        return;
    }
    if (word.starts_with('/') || place::is_drive(word))
        && let Some(short) = place::shorten(word, Last::Always, false, &mut of.stand_ins)
    {
        out.put(&short.head, program.end - short.tail);
    }
    out.copy(program.end, &of.literals);
}

/// Arguments, one stand-in for each.
pub(super) fn arguments(of: &mut Rewriter<'_>, out: &mut Output<'_>, range: Range<usize>) {
    for word in words(out.text, range.clone()) {
        out.keep(word.start);
        let argument = &out.text[word.clone()];
        if is_remark(argument) {
            out.keep(word.end);
        } else {
            let new = of.stand_ins.of(Kind::Arg, argument);
            out.put(&new, word.end);
        }
    }
    out.keep(range.end);
}

fn is_remark(word: &str) -> bool {
    matches!(word, "<defunct>" | "[priv]" | "(deleted)") || is_drawing(word)
}

/// Variables: their names stay.
pub(super) fn environment(of: &mut Rewriter<'_>, out: &mut Output<'_>, range: Range<usize>) {
    for word in words(out.text, range.clone()) {
        let variable = &out.text[word.clone()];
        let value = variable.find('=').map_or(0, |sign| sign + 1);
        out.copy(word.start + value, &of.literals);
        if !is_stand_in(&variable[value..]) && value < variable.len() {
            let new = of.stand_ins.of(Kind::Arg, &variable[value..]);
            out.put(&new, word.end);
        }
    }
    out.keep(range.end);
}
