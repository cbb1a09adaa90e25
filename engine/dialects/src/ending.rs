//! What is missing of a text: lines that its author left out, and the rest of a last line that was cut.

use crate::builder::Builder;
use crate::text::{Context, Lines, Seam};
use stacklore_model::{Frame, MendKind, Reading, Reliability, StackSighting};

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

/// Tells of a text that looks wrapped and was not put together everywhere, where something of it was read.
pub(crate) fn wrapped(seam: Seam, out: &mut Builder) {
    if out.reading().extents.is_empty() {
        return;
    }
    let Seam { width, first, last, joined } = seam;
    let span = out.span(first, last);
    let were = if joined == 1 { "was" } else { "were" };
    out.note(
        Some(span),
        format!(
            "Lines look wrapped at {width} columns between lines {first} and {last}; {joined} {were} joined. \
             Heads of tasks and frames may be missing."
        ),
    );
}

/// Cuts names where an offset begins whose `+` a page has lost (`f0x1c`), in forms that print no size behind it.
pub(crate) fn offsets(out: &mut Builder) {
    // Names are few and frames many.
    if !out.names().any(|name| glued(name).is_some()) {
        return;
    }
    for at in 0..out.reading().stacks.len() {
        for frame in 0..out.reading().stacks[at].frames.len() {
            let found = &out.reading().stacks[at].frames[frame];
            let name = Some(&found.symbol).filter(|_| found.offset.is_none());
            let Some((name, offset)) = name.and_then(|name| glued(name)) else { continue };
            let (name, line) = (name.to_owned(), found.span.first);
            let name = out.name(&name);
            let call = &mut out.reading_mut().stacks[at].frames[frame];
            (call.symbol, call.offset) = (name, Some(offset));
            out.mend(MendKind::LostPlus, line);
        }
    }
}

/// A name and the offset that is glued to it.
pub(crate) fn glued(symbol: &str) -> Option<(&str, u64)> {
    let (name, digits) = symbol.rsplit_once("0x")?;
    let named = name.len() > 1 && !name.starts_with("0x") && !name.ends_with([' ', '(', '+', '@', '[']);
    let offset = u64::from_str_radix(digits, 16).ok()?;
    named.then_some((name, offset))
}

/// Lines above the last one that it is compared with.
const ALIKE: u32 = 4;

/// Looks at the last line of a text that does not end with a line feed: it may be cut anywhere. `unread` says that it
/// stands in or behind a region and that nobody understood it, `near` that a region ends there.
pub(crate) fn torn(lines: &Lines<'_>, near: bool, unread: bool, out: &mut Builder) {
    let number = lines.len();
    if lines.text().ends_with('\n') || number == 0 {
        return;
    }
    let text = lines.get(number);
    registers_alone(near, out);
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
    // The last one of the line: several can stand on one, and some tools print the innermost frame last.
    let reversed = stacks[at].frames.first().zip(stacks[at].frames.last()).is_some_and(|(a, b)| a.span > b.span);
    let mut ends = (0..stacks[at].frames.len()).filter(|frame| stacks[at].frames[*frame].span.last == number);
    let one_line = ends.clone().count() > 1;
    let last = if reversed { ends.next() } else { ends.next_back() };
    let Some(frame) = last else {
        // A lock, a place, a register: each of them has its mark of an end, or cannot be seen to be whole.
        if !text.trim_end().ends_with([')', '>', ']', '}', '`']) {
            let span = out.at(number);
            out.note(Some(span), "The text ends without a line end: its last line may be cut off.");
        }
        return;
    };
    if is_torn(&stacks[at].frames, frame) {
        stacks[at].cut = true;
    } else if (one_line || ends_in_name(&stacks[at].frames[frame], text)) && !is_known_end(stacks, at) {
        let span = out.at(number);
        out.note(Some(span), "The text ends without a line end: the name of its last frame may be cut off.");
    }
}

/// The last stack has nothing but what a register says, or the words of a tool: its frames would have followed.
fn registers_alone(near: bool, out: &mut Builder) {
    let aside = |frame: &Frame| matches!(frame.reliability, Reliability::Register | Reliability::Printed);
    let last = out.reading_mut().stacks.iter_mut().max_by_key(|stack| stack.span.last);
    if let Some(last) = last.filter(|last| near && last.frames.iter().all(aside)) {
        last.cut = true;
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
    let digits = text.len() > 2 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    digits
        || text.starts_with([' ', '\t', '[', '#', '"', '-'])
        || word.contains(|c: char| !c.is_alphabetic() && c != '-' && c != '\'')
}

/// Takes out frames whose name breaks off inside brackets or before a sign: the line was broken there, and what is left
/// is another function's name. Their stacks are cut.
pub(crate) fn broken_names(out: &mut Builder) {
    if !out.names().any(|name| is_broken(name) || has_lost_brackets(name)) {
        return;
    }
    let mut lines = Vec::new();
    let reading = out.reading_mut();
    for stack in &mut reading.stacks {
        let before = stack.frames.len();
        // A page that takes brackets takes the innermost ones: of a name that still has some, more are doubtful.
        let lost = stack.frames.iter().any(|frame| has_lost_brackets(&frame.symbol));
        stack.frames.retain(|frame| {
            let why = match () {
                () if is_broken(&frame.symbol) => Some(BREAKS_OFF),
                () if lost && is_nested(&frame.symbol) => Some(LOST_BRACKETS),
                () => None,
            };
            lines.extend(why.map(|why| (frame.span.last, why)));
            why.is_none()
        });
        stack.cut |= stack.frames.len() < before;
    }
    reading.stacks.retain(|stack| !stack.frames.is_empty());
    if lines.iter().any(|(_, why)| *why == LOST_BRACKETS) {
        out.note(
            None,
            "Angle brackets of template arguments are missing in this text: names of functions may lack them or what \
             stood in them.",
        );
    }
    for (line, why) in lines {
        out.unclear(line, why);
    }
}

const BREAKS_OFF: &str = "the name of a function breaks off here";
const LOST_BRACKETS: &str = "the name of this function has lost brackets of its template arguments";

/// Whether a name shows that angle brackets inside others were lost: ` >` stands behind `>` only (C++), and `[T]` behind
/// a bracket or a blank (Rust).
fn has_lost_brackets(name: &str) -> bool {
    let bytes = name.as_bytes();
    let closes = |at: usize| bytes.get(at.wrapping_sub(1)).is_some_and(|before| !matches!(before, b'>' | b' '));
    let ends = |at: usize| matches!(bytes.get(at + 2), None | Some(b':' | b'(' | b' ' | b',' | b'&' | b'*' | b'>'));
    let operator = |at: usize| name.get(..at).is_some_and(|before| before.ends_with("operator"));
    if !name.contains('<') {
        return false;
    }
    name.match_indices(" >")
        .any(|(at, _)| closes(at) && ends(at) && !operator(at) && name.get(at + 2..at + 4) != Some(" ("))
        || (name.starts_with('<')
            && name
                .match_indices("[T]")
                .any(|(at, _)| bytes.get(at.wrapping_sub(1)).is_some_and(u8::is_ascii_alphanumeric)))
}

/// Whether brackets stand in a name around something.
fn is_nested(name: &str) -> bool {
    name.contains('<') && name.contains('>') && !(name.starts_with('<') && name.find('>') == Some(name.len() - 1))
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

/// Whether a frame lacks what all others have.
fn is_torn(frames: &[Frame], at: usize) -> bool {
    let others = || {
        let others = frames.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, frame)| frame);
        others.filter(|frame| frame.reliability == Reliability::Exact)
    };
    let lacks = |has: fn(&Frame) -> bool| !has(&frames[at]) && others().next().is_some() && others().all(has);
    lacks(|frame| frame.offset.is_some())
        || lacks(|frame| frame.size.is_some())
        || lacks(|frame| frame.address.is_some())
        || lacks(|frame| frame.location.is_some() || frame.module.is_some())
        || lacks(|frame| &*frame.symbol != "??")
}

/// Whether nothing stands behind the name, or the address of a frame without one, so that one cannot see whether it is
/// whole.
fn ends_in_name(frame: &Frame, text: &str) -> bool {
    let text = text.trim_end();
    text.ends_with(&*frame.symbol) || (&*frame.symbol == "??" && text.ends_with(|c: char| c.is_ascii_hexdigit()))
}

/// Whether another stack ends in the same function.
fn is_known_end(stacks: &[StackSighting], at: usize) -> bool {
    let name =
        |stack: &StackSighting| stack.frames.last().map(|frame| frame.symbol.clone()).filter(|name| &**name != "??");
    stacks
        .iter()
        .enumerate()
        .any(|(other, stack)| other != at && name(stack).is_some() && name(stack) == name(&stacks[at]))
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
    fn names_that_lost_brackets_are_told_and_left_out() {
        let text = |name: &str| {
            format!(
                "TID 47:\n#0  0x0000000000001000 poll\n#1  0x0000000000002000 {name}\n#2  0x0000000000003000 main\n"
            )
        };
        for (name, lost) in [
            ("std::thread::_Invoker<std::tupleDetached_thread, unsigned long > >::run()", true),
            ("std::__invoke_impl<void, main()::lambda() >(std::__invoke_other)", true),
            ("Queue<Query, Strategy >::pop(Query&)", true),
            ("<usize as core::slice::index::SliceIndex[T]>::index", true),
            ("std::vector<int, std::allocator<int> >::at(unsigned long)", false),
            ("std::tuple<main()::{lambda()#1}>::get", false),
            ("bool std::operator> <char>(char, char)", false),
            ("bool operator ><char>(char, char)", false),
            ("<usize as core::slice::index::SliceIndex<[T]>>::index", false),
            ("<alloc::vec::Vec<T,A> as core::ops::index::Index<I>>::index", false),
            ("a::f[abi:cxx11](b<int>)", false),
        ] {
            let reading = of(&text(name));
            let seen =
                (reading.stacks[0].frames.len(), reading.stacks[0].cut, reading.unclear.len(), reading.notes.len());
            assert_eq!(seen, if lost { (2, true, 1, 1) } else { (3, false, 0, 0) }, "{name}");
        }
    }

    #[test]
    fn lines_that_could_not_be_put_together_are_told() {
        let wrapped = "#0  0x00007f7a2f1a5d6a in __futex_abstimed_wait_common (val=2) from\n/lib/libc.so.6\n\
                       #1  0x00005581f0a0128a in run_the_loop_of_events (x=1, y=2, z=3456789) is\nlibours of\nlibtheirs\n";
        let notes = of(wrapped).notes;
        assert!(notes.iter().any(|note| note.text.starts_with("Lines look wrapped at 73 columns")), "{notes:?}");
        assert!(of(&wrapped.replace("from\n", "from ")).notes.is_empty());
    }

    #[test]
    fn a_file_that_looks_wrapped_is_told_and_not_put_together() {
        let line = |number: usize| {
            format!("#0  0x00007f7a2f1a{number:04x} in wait (cond=0x7fff78a6e058, n=3) at a/{:.<16}", "b")
        };
        let file = |count: usize| (0..count).map(|number| line(number) + "\ny.c:12\n").collect::<String>();
        assert_eq!(line(0).len(), 79);
        let told = |text: &str| of(text).notes.iter().any(|note| note.text.contains("wrapped at 79 columns"));
        assert!(told(&file(2_000)));
        assert!(!told(&(file(2_000) + &"x".repeat(200))));
        assert!(!told(
            &"#0  0x00007f7a2f1a0000 in wait (cond=0x7fff78a6e058, n=3) at a/bbbbbbbbbbbbbbbbb\n".repeat(4_000)
        ));
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
