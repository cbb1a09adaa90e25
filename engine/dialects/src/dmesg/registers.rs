//! Registers: the function at the program counter, which is no line of the trace, and the values that calls left there.

use super::frame;
use super::stream::stamp;
use super::{DmesgReader, Grammar, Rule};
use crate::builder::Builder;
use crate::text::Line;
use pest::Parser;

impl DmesgReader {
    pub(super) fn program_counter(&mut self, line: &Line<'_>, out: &mut Builder) {
        let time = stamp(line);
        let parsed = Grammar::parse(Rule::pc_line, line.trimmed()).ok().and_then(|mut pairs| pairs.next());
        match parsed.and_then(|parsed| frame::frame(parsed, line, out)) {
            Some((frame, _)) => self.stream(line).program_counter(frame, time),
            // Only these registers are printed of both modes.
            None if line.trimmed().starts_with(['R', 'E']) => self.stream(line).user_registers(),
            None => {}
        }
    }

    pub(super) fn registers(&mut self, line: &Line<'_>, out: &mut Builder) {
        if !self.stream(line).wants_registers() {
            return;
        }
        let Some(parsed) = Grammar::parse(Rule::registers, line.trimmed()).ok().and_then(|mut pairs| pairs.next())
        else {
            return;
        };
        for register in parsed.into_inner().filter(|part| part.as_rule() == Rule::register) {
            let (mut name, mut value) = (None, None);
            for part in register.into_inner() {
                match part.as_rule() {
                    Rule::reg_name => name = Some(out.name(&part.as_str().to_ascii_lowercase())),
                    Rule::value => value = frame::hex(part.as_str()),
                    _ => {}
                }
            }
            if let (Some(name), Some(value)) = (name, value) {
                self.stream(line).register(name, value, line.number, out);
            }
        }
    }
}
