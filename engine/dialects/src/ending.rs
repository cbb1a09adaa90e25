//! What is missing of a text: lines that its author left out, and the rest of a last line that was cut.

use crate::builder::Builder;
use crate::text::{Context, Lines};
use stacklore_model::{Frame, Reading, Reliability, StackSighting};

/// A stack with a mark in the place of lines inside it is cut, and an output with one lists nothing completely.
pub(crate) fn elided(marks: &[u32], reading: &mut Reading) {
    if marks.is_empty() {
        return;
    }
    // Both are in the order of the text, so a binary search finds the first mark that can matter.
    let first_from = |line: u32| marks.get(marks.partition_point(|mark| *mark < line)).copied();
    for stack in &mut reading.stacks {
        stack.cut |= first_from(stack.span.first).is_some_and(|mark| mark < stack.span.last);
    }
    // The place of a listing may be its command alone: it reaches to the next one.
    let mut firsts: Vec<u32> = reading.listings.iter().map(|listing| listing.span.first).collect();
    firsts.sort_unstable();
    reading.listings.retain(|listing| {
        let end = firsts.get(firsts.partition_point(|first| *first <= listing.span.first)).copied();
        let end = end.unwrap_or(u32::MAX).max(listing.span.last);
        first_from(listing.span.first).is_none_or(|mark| mark > end)
    });
}

/// Lines above the last one that it is compared with.
const ALIKE: u32 = 4;

/// Looks at the last line of a text that does not end with a line feed: it may be cut anywhere. `unread` says that it
/// stands in or behind a region and that nobody understood it.
pub(crate) fn torn(lines: &Lines<'_>, unread: bool, out: &mut Builder) {
    let number = lines.len();
    if lines.text().ends_with('\n') || number == 0 {
        return;
    }
    let text = lines.get(number);
    if unread {
        let shape = shape(text);
        let alike = |above: u32| self::shape(lines.get(above)).starts_with(&shape);
        let is_alike = !shape.is_empty() && (number.saturating_sub(ALIKE).max(1)..number).any(alike);
        if is_alike || is_no_prose(text) {
            out.unclear(number, "the text ends in the middle of this line");
        }
        return;
    }
    let stacks = &mut out.reading_mut().stacks;
    let Some(at) = stacks.iter().rposition(|stack| stack.span.last + 1 >= number) else { return };
    let ends = |stack: &StackSighting| stack.frames.iter().any(|frame| frame.span.last == number);
    if !ends(&stacks[at]) {
        // A lock, a place, a register: each of them has its mark of an end, or cannot be seen to be whole.
        if !text.trim_end().ends_with([')', '>', ']', '}', ':', '|', '`']) {
            let span = out.at(number);
            out.note(Some(span), "The text ends without a line end: its last line may be cut off.");
        }
    } else if is_torn(&stacks[at]) {
        stacks[at].cut = true;
    } else if ends_in_name(&stacks[at], text) && !is_known_end(stacks, at) {
        let span = out.at(number);
        out.note(Some(span), "The text ends without a line end: the name of its last frame may be cut off.");
    }
}

/// Whether a line that nobody understood stands between two that begin alike, the last one that was understood and one
/// of the next: a region ends there that does not look as if it should.
pub(crate) fn seems_to_go_on(context: &Context<'_>, known: u32, number: u32) -> bool {
    let above = shape(context.raw(known));
    let near = known > 0 && number - known <= 2;
    near && above.len() == SHAPE && (1..=2).any(|step| shape(context.raw(number + step)) == above)
}

/// Whether a line begins as those of tools do and sentences do not: with a mark or a blank, or with a word that holds
/// more than letters.
fn is_no_prose(text: &str) -> bool {
    let word = text.split(' ').next().unwrap_or("");
    let word = word.trim_end_matches(['.', ',', ':', ';', '!', '?', ')']);
    text.starts_with([' ', '\t', '[', '#', '"', '-'])
        || word.contains(|c: char| !c.is_alphabetic() && c != '-' && c != '\'')
}

/// Takes out frames whose name breaks off inside brackets or before a sign: the line was broken there, and what is left
/// is another function's name. Their stacks are cut.
pub(crate) fn broken_names(out: &mut Builder) {
    if !out.names().any(is_broken) {
        return;
    }
    let mut lines = Vec::new();
    let reading = out.reading_mut();
    for stack in &mut reading.stacks {
        let before = stack.frames.len();
        stack.frames.retain(|frame| {
            let broken = is_broken(&frame.symbol);
            lines.extend(broken.then_some(frame.span.last));
            !broken
        });
        stack.cut |= stack.frames.len() < before;
    }
    reading.stacks.retain(|stack| !stack.frames.is_empty());
    for line in lines {
        out.unclear(line, "the name of a function breaks off here");
    }
}

/// Whether a name of more than one word breaks off.
fn is_broken(name: &str) -> bool {
    if !name.contains([' ', '<', '(']) || name.contains("operator") || name.starts_with(['<', '[']) {
        return false;
    }
    if [" -", " +", ",", " in"].iter().any(|end| name.ends_with(end)) {
        return true;
    }
    let name = name.replace("->", "");
    let count = |mark: u8| name.bytes().filter(|byte| *byte == mark).count();
    count(b'<') > count(b'>') || count(b'(') > count(b')')
}

/// Characters of a beginning.
const SHAPE: usize = 6;

/// The looks of the beginning of a line: digits and letters alike, so that `#3  0x0000` begins like `#2  0x7f98`.
fn shape(text: &str) -> String {
    let mask = |c: char| match c {
        '0'..='9' => '0',
        c if c.is_alphabetic() || c == '_' => 'a',
        c => c,
    };
    text.chars().take(SHAPE).map(mask).collect()
}

/// Whether the last frame lacks what all others have.
fn is_torn(stack: &StackSighting) -> bool {
    let Some((last, others)) = stack.frames.split_last() else { return false };
    let lacks = |has: fn(&Frame) -> bool| {
        let mut others = others.iter().filter(|frame| frame.reliability == Reliability::Exact).peekable();
        !has(last) && others.peek().is_some() && others.all(has)
    };
    lacks(|frame| frame.offset.is_some())
        || lacks(|frame| frame.address.is_some())
        || lacks(|frame| frame.location.is_some() || frame.module.is_some())
        || lacks(|frame| &*frame.symbol != "??")
}

/// Whether nothing stands behind the name, so that one cannot see whether it is whole.
fn ends_in_name(stack: &StackSighting, text: &str) -> bool {
    let last = stack.frames.last().filter(|frame| frame.offset.is_none() && frame.location.is_none());
    last.is_some_and(|last| text.trim_end().ends_with(&*last.symbol))
}

/// Whether another stack ends in the same function.
fn is_known_end(stacks: &[StackSighting], at: usize) -> bool {
    let name = |stack: &StackSighting| stack.frames.last().map(|frame| frame.symbol.clone());
    stacks.iter().enumerate().any(|(other, stack)| other != at && name(stack) == name(&stacks[at]))
}

#[cfg(test)]
mod tests {
    use crate::driver::read;
    use stacklore_model::{Document, Reading, SourceId};

    fn of(text: &str) -> Reading {
        read(SourceId(0), &Document::from_text("x", text))
    }

    #[test]
    fn a_stack_around_a_mark_is_one_and_cut() {
        let reading = of("[<0>] a+0x1/0x2\n[<0>] b+0x1/0x2\n[snip]\n[<0>] c+0x1/0x2\n");
        let seen: Vec<_> = reading.stacks.iter().map(|stack| (stack.frames.len(), stack.cut)).collect();
        assert_eq!(seen, [(3, true)]);
        assert!(!of("[<0>] a+0x1/0x2\n[<0>] b+0x1/0x2\n...\n").stacks[0].cut, "what follows may be anything");
    }

    #[test]
    fn an_output_with_a_mark_lists_nothing() {
        let whole = "PID 47 - process\nTID 47:\n#0  0x0000000000001000 poll\nTID 48:\n#0  0x0000000000003000 read\n";
        assert_eq!(of(whole).listings.len(), 1);
        assert_eq!(of(&whole.replace("TID 48", "...\nTID 48")).listings.len(), 0);
    }

    #[test]
    fn a_line_in_the_midst_of_a_trace_is_told() {
        let text = "TID 47:\n#0  0x0000000000001000 poll\n(what is this?)\n#1  0x0000000000002000 main\n";
        let reading = of(text);
        assert_eq!(reading.unclear.iter().map(|unclear| unclear.span.first).collect::<Vec<_>>(), [3]);
        assert_eq!(of(&text.replace("#1  ", "and ")).unclear.len(), 0);
    }

    #[test]
    fn a_torn_last_line_is_told() {
        let cut = |text: &str| {
            let reading = of(text);
            (reading.stacks[0].frames.len(), reading.stacks[0].cut, reading.unclear.len(), reading.notes.len())
        };
        let stack = "[<0>] a_b+0x1/0x2\n[<0>] b_c+0x1/0x2";
        assert_eq!(cut(stack), (2, false, 0, 0));
        assert_eq!(cut(&stack[..stack.len() - 8]), (2, true, 0, 0));
        assert_eq!(cut(&stack[..stack.len() - 13]), (1, true, 1, 0));
        assert_eq!(cut(&format!("{stack}\nThanks, Anna")), (2, false, 0, 0));
        let named = "TID 47:\n#0  0x0000000000001000 poll\n#1  0x0000000000002000 mai";
        assert_eq!(cut(named), (2, false, 0, 1));
    }
}
