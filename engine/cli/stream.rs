//! Tickets as a stream: a line of JSON for each in, a line of JSON for each out, in the same order. So another
//! program, a queue or the workers of a cluster call it.
//!
//! Lines are worked on by all threads at the same time; what waits for its turn is bounded, in number and in bytes.

use crate::memory::{Memory, Share};
use anyhow::Context as _;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use stacklore::reports::{Report, redact};
use stacklore::{Engine, Options};
use stacklore_intake::{self as intake, Limits, Meter as _};
use std::io::{self, BufRead, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

/// Name and number of the form of a line that tells of an error.
const ERROR_SCHEMA: &str = "stacklore.error/1";

/// How lines are diagnosed.
pub(crate) struct Service<'a> {
    /// The rules.
    pub(crate) engine: &'a Engine,
    /// How each ticket is diagnosed.
    pub(crate) options: &'a Options,
    /// Limits of each ticket.
    pub(crate) limits: Limits,
    /// Put stand-ins for what names people and places.
    pub(crate) redact: bool,
    /// Called with each report, in no order.
    pub(crate) seen: &'a (dyn Fn(&Report) + Sync),
}

/// One line of input. What else stands in it is the caller's own.
#[derive(Deserialize)]
struct Ticket {
    id: Value,
    text: Option<String>,
    path: Option<PathBuf>,
}

/// A report with the id of its line.
#[derive(Serialize)]
struct Told<'a> {
    id: &'a Value,
    #[serde(flatten)]
    report: &'a Report,
}

/// What stands in the place of a report that cannot be given.
#[derive(Serialize)]
struct Failed<'a> {
    schema: &'static str,
    id: &'a Value,
    line: u64,
    error: String,
}

/// A line, or why it cannot be taken.
type Line = Result<Vec<u8>, String>;

impl Service<'_> {
    /// Answers each line of `input` with one line on `out`.
    pub(crate) fn serve(&self, input: &mut dyn BufRead, out: &mut (dyn Write + Send)) -> anyhow::Result<()> {
        let threads = rayon::current_num_threads();
        let memory = Memory::new(crate::memory::MOST);
        // Answers in the order of their lines; each comes through a channel of its own.
        let (order, answers) = sync_channel::<Receiver<Vec<u8>>>(threads * 2);
        std::thread::scope(|scope| {
            let writer = scope.spawn(move || write_answers(&answers, out));
            let read = rayon::in_place_scope_fifo(|scope| -> io::Result<()> {
                for number in 1.. {
                    let share = memory.share();
                    let Some(line) = read_line(input, self.longest(), &share)? else { break };
                    let (answer, receiver) = sync_channel(1);
                    if order.send(receiver).is_err() {
                        break; // Nobody reads the answers any more: the writer tells why.
                    }
                    scope.spawn_fifo(move |_| self.answer(number, line, share, &answer));
                }
                Ok(())
            });
            drop(order);
            let written = writer.join().unwrap_or_else(|_| Err(io::Error::other("the writer failed")));
            written.context("cannot write to standard output")?;
            read.context("cannot read standard input")
        })
    }

    /// A text of the greatest size can be six times as long in JSON, but is not; half of that is plenty.
    fn longest(&self) -> u64 {
        self.limits.file_bytes.saturating_mul(3).saturating_add(4096)
    }

    fn answer(&self, number: u64, line: Line, share: Share<'_>, answer: &SyncSender<Vec<u8>>) {
        let mut id = Value::Null;
        let told = line.and_then(|line| {
            let whole = catch_unwind(AssertUnwindSafe(|| self.diagnose(line, &mut id, &share)));
            whole.unwrap_or_else(|_| Err("the engine failed on it; please report the text".into()))
        });
        let bytes = told.unwrap_or_else(|error| {
            let failed = Failed { schema: ERROR_SCHEMA, id: &id, line: number, error };
            serde_json::to_vec(&failed).unwrap_or_default()
        });
        drop(share);
        // Whoever should write it may have gone.
        let _ = answer.send(bytes);
    }

    fn diagnose(&self, line: Vec<u8>, id: &mut Value, share: &Share<'_>) -> Result<Vec<u8>, String> {
        let ticket = parse(&line, id)?;
        drop(line);
        let name = match &ticket.id {
            Value::String(id) => id.clone(),
            id => id.to_string(),
        };
        *id = ticket.id;
        let read = match (ticket.text, ticket.path) {
            (Some(text), None) => intake::read_bytes("text", text.into_bytes(), &self.limits),
            (None, Some(path)) => intake::read_paths_metered(&[path], &self.limits, share),
            _ => return Err(FORM.into()),
        };
        let report = crate::reading::diagnose(self.engine, &name, read, self.options);
        (self.seen)(&report);
        let report = if self.redact { redact(report) } else { report };
        serde_json::to_vec(&Told { id, report: &report }).map_err(|error| error.to_string())
    }
}

const FORM: &str = r#"write {"id": …, "text": "…"} or {"id": …, "path": "…"} on each line"#;

/// The ticket of a line; of one that is wrong the id at least, where it has one.
fn parse(line: &[u8], id: &mut Value) -> Result<Ticket, String> {
    serde_json::from_slice(line).map_err(|error| {
        if let Ok(Value::Object(mut fields)) = serde_json::from_slice(line) {
            *id = fields.remove("id").unwrap_or_default();
        }
        // What is one line for the reader of this message is a whole document for the parser.
        format!("{}; {FORM}", error.to_string().replace(" at line 1 column", " at column"))
    })
}

/// The next line without its end, `None` at the end of the input. One that is too long is passed over to its end, so
/// that the next can be read.
fn read_line(input: &mut dyn BufRead, longest: u64, share: &Share<'_>) -> io::Result<Option<Line>> {
    let mut line = Vec::new();
    let mut length = 0_u64;
    loop {
        let buffer = match input.fill_buf() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            buffer => buffer?,
        };
        if buffer.is_empty() {
            break;
        }
        let end = buffer.iter().position(|byte| *byte == b'\n');
        let part = &buffer[..end.unwrap_or(buffer.len())];
        length += part.len() as u64;
        if length <= longest {
            share.take(part.len() as u64);
            line.extend_from_slice(part);
        } else {
            line = Vec::new();
        }
        let taken = part.len() + usize::from(end.is_some());
        input.consume(taken);
        if end.is_some() {
            return Ok(Some(within(line, length, longest)));
        }
    }
    Ok((length > 0).then(|| within(line, length, longest)))
}

fn within(line: Vec<u8>, length: u64, longest: u64) -> Line {
    if length > longest {
        return Err(format!(
            "this line has {length} bytes and at most {longest} are read; give its text as a path, or raise --max-file"
        ));
    }
    Ok(line)
}

/// Writes each answer as soon as it is its turn: whoever asks may wait for it before the next question.
fn write_answers(answers: &Receiver<Receiver<Vec<u8>>>, out: &mut dyn Write) -> io::Result<()> {
    for answer in answers {
        // A thread that failed leaves its line empty, and the count of lines true.
        let mut line = answer.recv().unwrap_or_default();
        line.push(b'\n');
        out.write_all(&line)?;
        out.flush()?;
    }
    Ok(())
}
