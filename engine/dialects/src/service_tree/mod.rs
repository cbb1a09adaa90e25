//! The processes of a service or of all of them: `systemctl status`, `systemd-cgls`.
//!
//! ```text
//!    CGroup: /system.slice/BSN.service
//!            └─31969 rmmod bsnmod
//! ```

use crate::builder::Builder;
use crate::dialect::{Dialect, Fed, Reader};
use crate::ps::name_of_command;
use crate::text::{Context, Line};
use pest::Parser;
use pest_derive::Parser;
use stacklore_model::{TaskKeys, TaskSighting};

#[derive(Parser)]
#[grammar = "service_tree/grammar.pest"]
struct Grammar;

/// The dialect.
pub(crate) struct ServiceTree;

const NAME: &str = "service-tree";

impl Dialect for ServiceTree {
    fn name(&self) -> &'static str {
        NAME
    }

    fn needles(&self) -> &'static [&'static str] {
        &["├─", "└─", "Main PID: ", "Control PID: "]
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::new(TreeReader)
    }
}

struct TreeReader;

impl Reader for TreeReader {
    fn opens(&mut self, line: &Line<'_>, _context: &Context<'_>) -> bool {
        let text = line.trimmed();
        (text.contains('─') || text.contains(" PID: ")) && node(text).is_some()
    }

    fn feed(&mut self, line: &Line<'_>, _context: &Context<'_>, out: &mut Builder) -> Fed {
        let Some((pid, name)) = node(line.head()) else { return Fed::End };
        let span = out.at(line.number);
        let name = name.map(|name| out.name(name));
        out.task(TaskSighting { keys: TaskKeys::process(pid), name, span, ..TaskSighting::default() });
        Fed::Taken
    }

    fn close(&mut self, _out: &mut Builder) {}
}

/// The process of a line; a main process that has ended is none (`Main PID: 16376 (code=exited, …)`).
fn node(text: &str) -> Option<(u32, Option<&str>)> {
    let rule = if text.contains(" PID: ") { Rule::main } else { Rule::node };
    let mut parts = Grammar::parse(rule, text).ok()?.next()?.into_inner();
    let pid = parts.next()?.as_str().parse().ok()?;
    let name = parts.next()?.as_str();
    if rule == Rule::main {
        return (!name.contains('=')).then_some((pid, Some(name)));
    }
    Some((pid, name_of_command(name).name))
}
