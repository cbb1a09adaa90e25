//! systemd-coredump in the journal, and `coredumpctl info`:
//!
//! ```text
//! Process 4711 (bankd) of user 1000 dumped core.
//!
//! Stack trace of thread 4713:
//! #0  0x00007f3b8c8a9ebc __pthread_kill_implementation (libc.so.6 + 0x8febc)
//! ```
//!
//! The process died: its threads are where they were at that moment, and no rule about hangs speaks of them. Offsets
//! are those into the file. Source of the format: `src/shared/elf-util.c` and `src/coredump/` of systemd.

use crate::block::{self, Block};
use crate::builder::Builder;
use crate::dialect::{Dialect, Fed, Reader};
use crate::text::{Context, Line};
use pest::Parser;
use pest::iterators::Pair;
use pest_derive::Parser;
use stacklore_model::{System, TaskKeys, TaskSighting};

#[derive(Parser)]
#[grammar = "coredump/grammar.pest"]
struct Grammar;

/// The dialect.
pub(crate) struct Coredump;

const NAME: &str = "systemd-coredump";

impl Dialect for Coredump {
    fn name(&self) -> &'static str {
        NAME
    }

    fn needles(&self) -> &'static [&'static str] {
        &["Stack trace of thread ", " dumped core.", "PID: "]
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::<CoredumpReader>::default()
    }
}

#[derive(Default)]
struct CoredumpReader {
    pid: Option<u32>,
    block: Option<Block>,
}

impl Reader for CoredumpReader {
    fn opens(&mut self, line: &Line<'_>, _context: &Context<'_>) -> bool {
        let text = text_of(line);
        let head = text.starts_with("Stack trace of") || text.starts_with("Process ") || text.starts_with("PID: ");
        head && (parse(Rule::thread, text).is_some() || parse(Rule::process, text).is_some())
    }

    fn feed(&mut self, line: &Line<'_>, _context: &Context<'_>, out: &mut Builder) -> Fed {
        let text = text_of(line);
        if text.is_empty() {
            return Fed::Passed;
        }
        if let Some(found) = text.starts_with("Stack trace of").then(|| parse(Rule::thread, text)).flatten() {
            self.end(out);
            let keys = TaskKeys { tid: number(found), pid: self.pid, ..TaskKeys::default() };
            self.block = Some(Block::over(keys, line.number));
            return Fed::Taken;
        }
        if let Some(found) = text.starts_with("P").then(|| parse(Rule::process, text)).flatten() {
            self.end(out);
            self.process(found, line.number, out);
            // What stands between it and the stacks is prose.
            return if text.starts_with("PID") { Fed::Passed } else { Fed::Taken };
        }
        let Some(block) = &mut self.block else { return Fed::End };
        if let Some(found) = text.starts_with('#').then(|| parse(Rule::frame, text)).flatten() {
            block.frames.push(frame(found, line.number, out));
            return Fed::Taken;
        }
        if text.starts_with("ELF object binary architecture:") {
            return Fed::Taken;
        }
        Fed::End
    }

    fn close(&mut self, out: &mut Builder) {
        self.end(out);
    }
}

impl CoredumpReader {
    fn process(&mut self, found: Pair<'_, Rule>, line: u32, out: &mut Builder) {
        let name = found.clone().into_inner().find(|part| part.as_rule() == Rule::name);
        let name = name.map(|part| out.name(part.as_str()));
        let Some(pid) = number(found) else { return };
        self.pid = Some(pid);
        let span = out.at(line);
        let keys = TaskKeys::process(pid);
        out.task(TaskSighting { keys, name, system: Some(System::User), span, ..TaskSighting::default() });
    }

    fn end(&mut self, out: &mut Builder) {
        if let Some(block) = self.block.take() {
            block.finish(NAME, System::User, out);
        }
    }
}

/// The text behind the head of a journal line: `Oct 01 10:00:00 host systemd-coredump[9]: [🡕] Process 4711 …`.
fn text_of<'a>(line: &'a Line<'_>) -> &'a str {
    let text = line.trimmed();
    let text = match text.split_once("systemd-coredump[") {
        Some((_, rest)) => rest.split_once("]: ").map_or(text, |(_, rest)| rest.trim_start()),
        None => text,
    };
    let text = text.strip_prefix("Message: ").unwrap_or(text);
    // A mark of the journal that leads to the dump.
    match text.split_once("] ") {
        Some((mark, rest)) if mark.starts_with('[') && mark.chars().count() < 4 => rest,
        _ => text,
    }
}

fn frame(found: Pair<'_, Rule>, line: u32, out: &mut Builder) -> stacklore_model::Frame {
    let mut frame = block::frame("", line, out);
    for part in found.into_inner() {
        match part.as_rule() {
            Rule::pc => frame.address = block::hex(part.as_str()),
            Rule::function if part.as_str() != "n/a" => frame.symbol = out.name(part.as_str()),
            Rule::module => {
                let library = part.into_inner().find(|part| part.as_rule() == Rule::library);
                frame.module = library.map(|part| out.name(crate::text::shell::base_name(part.as_str())));
            }
            _ => {}
        }
    }
    frame
}

fn number(pair: Pair<'_, Rule>) -> Option<u32> {
    pair.into_inner().find(|part| part.as_rule() == Rule::number)?.as_str().parse().ok()
}

fn parse(rule: Rule, text: &str) -> Option<Pair<'_, Rule>> {
    Grammar::parse(rule, text).ok()?.next()
}

#[cfg(test)]
mod tests {
    use crate::driver::read;
    use stacklore_model::{Document, Reading, SourceId};

    fn reading(text: &str) -> Reading {
        read(SourceId(0), &Document::from_text("x", text))
    }

    #[test]
    fn threads_of_a_dead_process() {
        let text = "           PID: 4711 (bankd)\n           UID: 1000 (bank)\n        Signal: 6 (ABRT)\n       \
            Message: Process 4711 (bankd) of user 1000 dumped core.\n                \n                \
            Module libbank.so from rpm bank-1.fc38.x86_64\n                Stack trace of thread 4713:\n                \
            #0  0x00007f3b8c8a9ebc __pthread_kill_implementation (libc.so.6 + 0x8febc)\n                \
            #1  0x0000559fbc n/a (/usr/bin/bankd + 0x1234)\n                \
            #2  0x0000559fbd bank::f(int) (bankd + 0x1235)\n\n                \
            Stack trace of thread 4711:\n                #0  0x00007f3b8c8a9eb0 __poll (libc.so.6 + 0x1)\n                \
            ELF object binary architecture: AMD x86-64\n";
        for text in
            [text.to_owned(), text.replace("       Message: P", "Oct 01 10:00:00 h systemd-coredump[9]: [\u{1f855}] P")]
        {
            let reading = reading(&text);
            let seen: Vec<_> = reading
                .stacks
                .iter()
                .map(|s| {
                    (
                        s.task.tid,
                        s.task.pid,
                        s.running,
                        s.frames.iter().map(|f| f.symbol.to_string()).collect::<Vec<_>>(),
                    )
                })
                .collect();
            let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
            assert_eq!(
                seen,
                [
                    (Some(4713), Some(4711), true, names(&["__pthread_kill_implementation", "??", "bank::f(int)"])),
                    (Some(4711), Some(4711), true, names(&["__poll"]))
                ],
                "{text}"
            );
            assert_eq!(reading.stacks[0].frames[1].module.as_deref(), Some("bankd"));
            assert_eq!(reading.dialects, ["systemd-coredump"]);
        }
    }
}
