//! The head of a goroutine: `goroutine 146 [select, 8817 minutes]:`

use super::{Grammar, Rule, words};
use crate::builder::Builder;
use foldhash::fast::RandomState;
use pest::Parser;
use pest::iterators::Pair;
use stacklore_model::{Call, MendKind, Name, Reliability};
use std::collections::HashMap;
use std::sync::Arc;

/// What a head says beside the id.
pub(super) struct Head {
    /// The state in the runtime's words.
    pub(super) state: Name,
    /// Seconds, from one minute on.
    pub(super) waited: Option<f64>,
    /// The state as the innermost frame.
    pub(super) printed: Arc<Call>,
    translated: bool,
}

/// Heads that are remembered at once: states times minutes.
const MAX_HEADS: usize = 1 << 12;

/// Reads heads; a dump has few that differ in more than the id.
#[derive(Default)]
pub(super) struct Heads {
    known: HashMap<Box<str>, Arc<Head>, RandomState>,
}

impl Heads {
    /// Id and head of a line that begins with `goroutine `.
    pub(super) fn read(&mut self, text: &str, line: u32, out: &mut Builder) -> Option<(u64, Arc<Head>)> {
        let rest = text.strip_prefix("goroutine ")?;
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let id = rest[..digits].parse().ok()?;
        let state = without_tags(&rest[digits..]);
        let head = match self.known.get(state) {
            Some(head) => head.clone(),
            None => {
                let head = Arc::new(read(&format!("goroutine 1{state}"), out)?);
                if self.known.len() >= MAX_HEADS {
                    self.known.clear();
                }
                self.known.insert(state.into(), head.clone());
                head
            }
        };
        if head.translated {
            out.mend(MendKind::Translated, line);
        }
        Some((id, head))
    }
}

/// What follows the id, without ` gp=0xc000002380 m=nil`: the runtime's own numbers of the goroutine.
fn without_tags(mut text: &str) -> &str {
    while let Some((word, _)) = text.strip_prefix(' ').and_then(|rest| rest.split_once(' '))
        && word.starts_with(|c: char| c.is_ascii_lowercase())
        && word.contains('=')
    {
        text = &text[1 + word.len()..];
    }
    text
}

fn read(text: &str, out: &mut Builder) -> Option<Head> {
    let (mut state, mut waited, mut translated) = ("", None, false);
    for part in Grammar::parse(Rule::head, text).ok()?.next()?.into_inner() {
        match part.as_rule() {
            Rule::status => {
                let word = part.as_str().trim().trim_end_matches(" (scan)");
                let known = words::state(word);
                translated = known.is_some();
                state = known.unwrap_or(word);
            }
            Rule::extra => waited = waited.or(minutes(part)),
            _ => {}
        }
    }
    let printed = Call { reliability: Reliability::Printed, ..Call::new(out.name(&format!("[{state}]"))) };
    Some(Head { state: out.name(state), waited, printed: Arc::new(printed), translated })
}

/// Seconds of `8817 minutes`.
fn minutes(extra: Pair<'_, Rule>) -> Option<f64> {
    let minutes = extra.into_inner().find(|part| part.as_rule() == Rule::minutes)?;
    let mut parts = minutes.into_inner();
    let count: f64 = parts.next()?.as_str().parse().ok()?;
    words::is_minutes(parts.next()?.as_str().trim()).then_some(count * 60.0)
}
