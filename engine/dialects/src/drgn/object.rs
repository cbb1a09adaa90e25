//! Printed structures: `drgn.Object(prog, 'struct mutex', address=0xffff888004b32cc8)`, `prog['rtnl_mutex']`, `lock[0]`.
//!
//! The members are read into the same form as those of crash, which decodes the locks.

use super::{Grammar, Rule, hex};
use crate::builder::Builder;
use crate::crash::structs::{Member, Structure};
use crate::dialect::Fed;
use crate::text::Line;
use pest::Parser;
use stacklore_model::{System, TaskKeys, TaskSighting};

/// A structure that is being read.
pub(super) struct Object {
    kind: String,
    address: Option<u64>,
    symbol: Option<String>,
    path: Vec<String>,
    members: Vec<Member>,
    first: u32,
    last: u32,
    done: bool,
}

/// What a command says of the object that it prints.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Target {
    pub(super) address: Option<u64>,
    pub(super) symbol: Option<String>,
}

impl Target {
    /// Reads `drgn.Object(prog, 'struct mutex', address=0x…)`, `Object(prog, "struct mutex", 0x…)`, `prog['name'].member`.
    pub(super) fn of(command: &str) -> Self {
        if let Some((_, inner)) = command.split_once("Object(") {
            let address = inner.split(['=', ',', ' ', ')']).find_map(|word| word.strip_prefix("0x").and_then(hex));
            return Target { address, symbol: None };
        }
        let Some(named) = command.strip_prefix("prog[") else { return Target::default() };
        let Some((name, rest)) = named.split_once(']') else { return Target::default() };
        let name = name.trim_matches(['\'', '"']);
        let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.'));
        if name.is_empty() || !plain(name) || !plain(rest) {
            return Target::default();
        }
        Target { address: None, symbol: Some(format!("{name}{rest}")) }
    }
}

impl Object {
    pub(super) fn open(text: &str, target: &Target, line: u32) -> Option<Self> {
        let mut object = Object {
            kind: String::new(),
            address: target.address,
            symbol: target.symbol.clone(),
            path: Vec::new(),
            members: Vec::new(),
            first: line,
            last: line,
            done: false,
        };
        for part in Grammar::parse(Rule::object, text).ok()?.next()?.into_inner() {
            match part.as_rule() {
                Rule::type_name => {
                    let name = part.as_str().trim();
                    object.kind =
                        name.strip_prefix("struct ").or(name.strip_prefix("union ")).unwrap_or(name).to_owned();
                }
                Rule::address => object.address = hex(part.as_str()),
                _ => {}
            }
        }
        Some(object)
    }

    pub(super) fn feed(&mut self, line: &Line<'_>) -> Fed {
        let text = line.trimmed();
        if self.done {
            return if text.is_empty() { Fed::Passed } else { Fed::End };
        }
        if text.starts_with('}') {
            self.done = self.path.pop().is_none();
        } else if !self.member(text, line.number) {
            // Elements of an array and values over several lines say nothing about locks.
            if text.starts_with('(') && text.ends_with('{') {
                self.path.push(String::new());
            } else if !text.starts_with(['(', '"']) {
                return Fed::End;
            }
        }
        self.last = line.number;
        Fed::Taken
    }

    fn member(&mut self, text: &str, line: u32) -> bool {
        let Some(pair) = text.starts_with('.').then(|| Grammar::parse(Rule::member, text).ok()?.next()).flatten()
        else {
            return false;
        };
        let (mut name, mut value) = ("", "");
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::name => name = part.as_str(),
                Rule::value => value = part.as_str().trim_end_matches(','),
                _ => {}
            }
        }
        if value == "{" {
            self.path.push(name.to_owned());
            return true;
        }
        let names = self.path.iter().map(String::as_str).chain([name]).filter(|name| !name.is_empty());
        self.members.push(Member {
            path: names.collect::<Vec<_>>().join("."),
            number: number(value),
            text: value.trim_matches('"').to_owned(),
            symbol: None,
            line,
        });
        true
    }

    /// The structure as read; a task is told at once.
    pub(super) fn end(self, out: &mut Builder) -> Option<Structure> {
        let span = out.span(self.first, self.last);
        if self.kind == "task_struct" {
            let get = |name: &str| self.members.iter().find(|member| member.path == name);
            let id = |name: &str| get(name).and_then(|member| member.number).and_then(|id| u32::try_from(id).ok());
            let keys = TaskKeys { tid: id("pid"), pid: id("tgid"), address: self.address, ..TaskKeys::default() };
            let name = get("comm").map(|member| out.name(&member.text)).filter(|name| !name.is_empty());
            if !keys.is_anonymous() {
                out.task(TaskSighting { keys, name, system: Some(System::Linux), span, ..TaskSighting::default() });
            }
            return None;
        }
        Some(Structure { kind: self.kind, address: self.address, symbol: self.symbol, members: self.members, span })
    }
}

/// A scalar; words with flags are printed as signed decimals.
fn number(value: &str) -> Option<u64> {
    match value.strip_prefix("0x") {
        Some(_) => hex(value),
        None => value.parse::<i128>().ok().map(|number| number as u64),
    }
}
