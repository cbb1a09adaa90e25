//! Reports of Go's race detector:
//!
//! ```text
//! WARNING: DATA RACE
//! Write at 0x00c00001c0b8 by goroutine 7:
//!   main.main.func1()
//!       /tmp/race.go:10 +0x38
//! ```
//!
//! Its stacks are of moments that are over. Source of the format: `tsan_report.cpp` of compiler-rt (`SANITIZER_GO`).

use crate::block::{self, Block, leading_number};
use crate::builder::Builder;
use crate::dialect::{Dialect, Fed, Reader};
use crate::text::{Context, Line};
use stacklore_model::{Fact, SessionId, System, TaskKeys, Value};

/// The dialect.
pub(crate) struct GoRace;

const NAME: &str = "go-race";

const HEAD: &str = "WARNING: DATA RACE";

impl Dialect for GoRace {
    fn name(&self) -> &'static str {
        NAME
    }

    fn needles(&self) -> &'static [&'static str] {
        &[HEAD]
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::<GoRaceReader>::default()
    }
}

#[derive(Default)]
struct GoRaceReader {
    session: SessionId,
    block: Option<Block>,
    /// The frames that follow tell where a goroutine was made.
    history: bool,
}

impl Reader for GoRaceReader {
    fn opens(&mut self, line: &Line<'_>, _context: &Context<'_>) -> bool {
        line.trimmed() == HEAD
    }

    fn feed(&mut self, line: &Line<'_>, _context: &Context<'_>, out: &mut Builder) -> Fed {
        let text = line.trimmed();
        if text.is_empty() {
            self.end(out);
            return Fed::Passed;
        }
        if text == HEAD {
            self.end(out);
            self.session = out.session();
            let kind = Value::Text(out.name("race-report"));
            let span = out.at(line.number);
            out.fact(Fact { relation: "report", fields: vec![("kind", kind)], span });
            return Fed::Taken;
        }
        // A page may have lost the `+`.
        let place = text.rsplit_once(" +0x").or_else(|| text.rsplit_once(" 0x"));
        if let Some((place, _)) = place.filter(|(place, _)| block::is_place(place)) {
            if let Some(frame) = self.block.as_mut().and_then(|block| block.frames.last_mut()) {
                frame.location = Some(out.name(place));
            }
            return Fed::Taken;
        }
        if let Some(who) = text.strip_suffix(':') {
            self.end(out);
            self.history = who.ends_with("created at");
            if !self.history && !who.contains(" by ") {
                return Fed::End;
            }
            let number = match who.rsplit_once("goroutine ") {
                Some((_, digits)) => leading_number(digits),
                None => who.ends_with("main goroutine").then_some(1),
            };
            let keys = TaskKeys { number, session: self.session, ..TaskKeys::default() };
            self.block = (!self.history).then(|| Block::over(keys, line.number));
            return Fed::Taken;
        }
        if !text.ends_with(')') || text.starts_with('[') {
            return Fed::End;
        }
        if let Some(block) = &mut self.block {
            let function = text.rsplit_once('(').map_or(text, |(function, _)| function);
            block.frames.push(block::frame(function, line.number, out));
        }
        Fed::Taken
    }

    fn close(&mut self, out: &mut Builder) {
        self.end(out);
    }
}

impl GoRaceReader {
    fn end(&mut self, out: &mut Builder) {
        if let Some(block) = self.block.take() {
            block.finish(NAME, System::Go, out);
        }
    }
}
