//! Folded stacks, what flame graphs are drawn from: one stack on a line from the outermost frame inward, and its count.
//!
//! ```text
//! mysqld;start_thread;handle_connection;__schedule_[k] 812
//! ```

use super::Sample;
use crate::builder::Builder;
use crate::dialect::{Dialect, Fed, Reader};
use crate::text::{Context, Line};
use stacklore_model::{Frame, Reliability};

/// The dialect.
pub(crate) struct Folded;

const NAME: &str = "folded";

/// Frames that a line must have to be known by itself.
const FRAMES: usize = 3;

impl Dialect for Folded {
    fn name(&self) -> &'static str {
        NAME
    }

    fn needles(&self) -> &'static [&'static str] {
        &[";_", "_[k]", "_[j]", "_[i]", ";[", ";-;", ";main;", ";all;"]
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::new(FoldedReader)
    }
}

struct FoldedReader;

impl Reader for FoldedReader {
    fn opens(&mut self, line: &Line<'_>, context: &Context<'_>) -> bool {
        // One line of this look may be anything; two of them, or marks of the tools, are not.
        let other = |number: u32| folded(&context.plain(number)).is_some();
        folded(&line.text).is_some_and(|(frames, _)| frames.len() >= FRAMES)
            && (marked(&line.text) || other(line.number + 1) || other(line.number.saturating_sub(1)))
    }

    fn feed(&mut self, line: &Line<'_>, _context: &Context<'_>, out: &mut Builder) -> Fed {
        if line.is_blank() {
            return Fed::Passed;
        }
        let Some((frames, count)) = folded(&line.text) else { return Fed::End };
        let mut sample = Sample { count, ..Sample::at(line.number) };
        for (at, name) in frames.iter().enumerate().rev() {
            // The first name is the process' where the tool prints it; it is no frame.
            if at == 0 && frames.len() > 1 && is_process(name) {
                sample.name = Some((*name).to_owned());
                continue;
            }
            // `-` and `--` part kernel from user frames.
            if name.bytes().all(|byte| byte == b'-') {
                continue;
            }
            let (symbol, mark) = unmarked(name);
            sample.kernel |= mark == Some("k") && sample.frames.is_empty();
            let mut frame =
                Frame::new(out.name(if symbol == "[unknown]" { "??" } else { symbol }), out.at(line.number));
            if mark == Some("i") {
                frame.reliability = Reliability::Inlined;
            }
            sample.add(frame);
        }
        sample.end(NAME, out);
        Fed::Taken
    }

    fn close(&mut self, _out: &mut Builder) {}
}

/// The frames of a line, outermost first, and its count.
fn folded(text: &str) -> Option<(Vec<&str>, u64)> {
    let text = text.trim();
    let (stack, count) = text.rsplit_once(' ')?;
    let count = count.parse().ok().filter(|_| count.bytes().all(|byte| byte.is_ascii_digit()))?;
    if !stack.contains(';') || stack.contains("; ") {
        return None;
    }
    let frames: Vec<&str> = stack.split(';').collect();
    frames.iter().all(|frame| is_frame(frame)).then_some((frames, count))
}

fn is_frame(text: &str) -> bool {
    // Names of C++ and of Java have blanks, brackets and commas in them; sentences and assignments look otherwise.
    let plausible = |byte: u8| byte.is_ascii_graphic() || byte == b' ' || byte >= 0x80;
    !text.is_empty()
        && text.bytes().all(plausible)
        && !text.contains([':', '=', '{', '}', '"', '\\']) | text.contains("::") | text.starts_with('[')
}

fn marked(text: &str) -> bool {
    ["_[k]", "_[j]", "_[i]"].iter().any(|mark| text.contains(mark))
}

fn unmarked(name: &str) -> (&str, Option<&str>) {
    match name.strip_suffix(']').and_then(|name| name.rsplit_once("_[")) {
        Some((symbol, mark)) if mark.len() == 1 => (symbol, Some(mark)),
        _ => (name, None),
    }
}

/// Names of processes are short, and have marks that functions have not.
fn is_process(name: &str) -> bool {
    name != "main"
        && name.len() <= 24
        && !name.contains('(')
        && !name.contains("::")
        && unmarked(name).1.is_none()
        && !name.starts_with('_')
}
