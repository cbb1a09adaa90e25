//! Words of memory: `rd`, `rd -s`, `search`, the words below the frames of `bt -f`.
//!
//! ```text
//! ffffc90000413a80:  ffff888006264cc8 fair_sched_class
//! ffffc90000413b28:  __mutex_lock.constprop.0+925 demo_b+16
//! ```

use super::bt::offset;
use super::join::{Found, Word};
use super::{Grammar, Rule, hex};
use crate::builder::Builder;
use crate::text::Line;
use pest::Parser;
use stacklore_model::TaskKeys;

pub(super) fn opens(text: &str) -> bool {
    text.split_once(':').is_some_and(|(address, rest)| {
        address.len() == 16 && address.bytes().all(|byte| byte.is_ascii_hexdigit()) && rest.starts_with(' ')
    })
}

/// A row of words anywhere.
pub(super) fn read(line: &Line<'_>, task: Option<&TaskKeys>, found: &mut Found, out: &mut Builder) -> bool {
    words(line, task, found, out)
}

/// Keeps the words of a row; false where the line is none.
pub(super) fn words(line: &Line<'_>, task: Option<&TaskKeys>, found: &mut Found, _out: &mut Builder) -> bool {
    if !opens(line.trimmed()) {
        return false;
    }
    let Some(parsed) = Grammar::parse(Rule::words, &line.text).ok().and_then(|mut pairs| pairs.next()) else {
        return false;
    };
    let mut at = 0;
    for part in parsed.into_inner() {
        match part.as_rule() {
            Rule::address => at = hex(part.as_str()).unwrap_or(0),
            Rule::word => {
                if let Some(part) = part.into_inner().next() {
                    let mut word = Word { at, line: line.number, task: task.cloned(), ..Word::default() };
                    match part.as_rule() {
                        Rule::value => word.value = hex(part.as_str()),
                        Rule::slab => {
                            word.value = part
                                .into_inner()
                                .find(|part| part.as_rule() == Rule::address)
                                .and_then(|address| hex(address.as_str()));
                        }
                        _ => {
                            let mut parts = part.into_inner();
                            word.symbol = parts.next().map(|symbol| symbol.as_str().to_owned());
                            word.offset = parts
                                .next()
                                .and_then(|place| place.into_inner().next())
                                .and_then(|number| offset(&number))
                                .unwrap_or(0);
                        }
                    }
                    found.word(word);
                }
                at = at.wrapping_add(8);
            }
            _ => {}
        }
    }
    true
}
