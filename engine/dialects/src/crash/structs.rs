//! Structures: `struct mutex ADDRESS`, `p demo_a`, `mutex_waiter ADDRESS`, `struct X.member,member ADDRESS`,
//! `task -R member`.
//!
//! ```text
//! struct mutex {
//!   owner = {
//!     counter = -131391536348671
//!   },
//! ```
//!
//! Members are read into paths (`owner.counter`); [`join`](super::join) decodes the locks.

use super::bt::offset;
use super::join::Found;
use super::{Asked, Grammar, Rule, hex};
use crate::builder::Builder;
use crate::dialect::Fed;
use crate::text::{Context, Line};
use pest::Parser;
use pest::iterators::Pair;
use stacklore_model::{Fact, Span, System, TaskKeys, TaskSighting, TaskState, Value};

/// A member of a structure.
#[derive(Clone, Debug)]
pub(crate) struct Member {
    /// Names from the outermost inward; members without a name are left out: `wait_list.next`.
    pub(crate) path: String,
    pub(crate) number: Option<u64>,
    pub(crate) text: String,
    /// Symbol that a pointer points at, and the offset into it.
    pub(crate) symbol: Option<(String, u64)>,
    pub(crate) line: u32,
}

/// A structure that is being read.
pub(super) struct Struct {
    /// `mutex`, `rw_semaphore`; empty where only members were printed.
    kind: String,
    /// Address or symbol that the command or the output names.
    address: Option<u64>,
    symbol: Option<String>,
    /// Members only: no line opens or closes the structure.
    selection: bool,
    task: Option<TaskKeys>,
    path: Vec<String>,
    members: Vec<Member>,
    depth: usize,
    done: bool,
    first: u32,
    last: u32,
}

pub(super) fn opens(text: &str) -> bool {
    (text.starts_with("struct ") || text.starts_with("union ") || text.contains(" = $"))
        && text.trim_end().ends_with('{')
        || (text.starts_with("struct ") && text.contains('{') && Grammar::parse(Rule::open, text).is_ok())
}

pub(super) fn is_member(text: &str) -> bool {
    text.contains(" = ") && without_comment(text).is_some_and(|text| Grammar::parse(Rule::member, text).is_ok())
}

/// A selection of members pasted without its command: the owner of a lock with its value below or behind.
pub(super) fn is_lock_member(line: &Line<'_>, context: &Context<'_>) -> bool {
    let text = line.trimmed();
    let counter = || context.after(line.number).trim_start().starts_with("counter = ");
    (text.starts_with("owner = {") && counter()) || text.starts_with("owner = 0xffff") || is_task_member(text)
}

fn is_task_member(text: &str) -> bool {
    text.starts_with("pid = ") && text.trim_end().ends_with(',')
}

fn without_comment(text: &str) -> Option<&str> {
    Some(text.split("//").next().unwrap_or("").trim_end())
}

impl Struct {
    pub(super) fn open(line: &Line<'_>, asked: &Asked, task: Option<TaskKeys>) -> Option<Self> {
        let text = line.trimmed();
        let mut open = Struct {
            kind: String::new(),
            address: None,
            symbol: None,
            selection: false,
            task,
            path: Vec::new(),
            members: Vec::new(),
            depth: 0,
            done: false,
            first: line.number,
            last: line.number,
        };
        open.name(asked);
        if opens(text) {
            for part in Grammar::parse(Rule::open, text).ok()?.next()?.into_inner() {
                match part.as_rule() {
                    Rule::type_name => open.kind = part.as_str().to_owned(),
                    Rule::expression => open.symbol = Some(part.as_str().to_owned()),
                    _ => {}
                }
            }
            open.depth = 1;
            return Some(open);
        }
        let head = without_comment(line.head())?;
        let alone =
            asked.words.is_empty() && (head.trim_start().starts_with("owner = ") || is_task_member(head.trim_start()));
        if is_member(head) && (alone || !asked.words.is_empty()) {
            open.selection = true;
            open.member(line);
            return Some(open);
        }
        None
    }

    /// What the command says of the structure: `struct mutex.owner -x ADDRESS`, `mutex_waiter ADDRESS`, `px demo_a`.
    fn name(&mut self, asked: &Asked) {
        let mut words = asked.arguments();
        let target = match asked.name() {
            "struct" | "union" | "*" => {
                self.kind = words.next().unwrap_or("").split('.').next().unwrap_or("").to_owned();
                words.next()
            }
            "p" | "px" | "pd" => words.next(),
            "" | "task" => None,
            name => {
                self.kind = name.split('.').next().unwrap_or("").to_owned();
                words.next()
            }
        };
        match target.map(|target| (target, hex(target))) {
            Some((_, Some(address))) if address > 0xffff => self.address = Some(address),
            Some((target, None)) => self.symbol = Some(target.to_owned()),
            _ => {}
        }
    }

    /// Takes a line of the structure; `None` where it ends before it.
    pub(super) fn feed(&mut self, line: &Line<'_>) -> Option<Fed> {
        if self.done {
            return None;
        }
        let text = without_comment(line.head())?;
        if text.trim().is_empty() {
            return Some(Fed::Passed);
        }
        if text.trim_start().starts_with('}') {
            self.path.pop();
            self.depth = self.depth.saturating_sub(1);
            self.last = line.number;
            self.done = self.depth == 0 && !self.selection;
            return Some(Fed::Taken);
        }
        if self.member(line) { Some(Fed::Taken) } else { None }
    }

    fn member(&mut self, line: &Line<'_>) -> bool {
        let Some(text) = without_comment(line.head()) else { return false };
        if text.trim().starts_with("{<No data") {
            return true;
        }
        let Some(parsed) = Grammar::parse(Rule::member, text).ok().and_then(|mut pairs| pairs.next()) else {
            return false;
        };
        let mut name = String::new();
        let mut opened = false;
        let mut value = None;
        for part in parsed.into_inner() {
            match part.as_rule() {
                Rule::member_name => name = part.as_str().to_owned(),
                Rule::brace => opened = !text.trim_end().trim_end_matches(',').ends_with('}'),
                Rule::member_value => value = Some(part),
                _ => {}
            }
        }
        if name.is_empty() && !opened {
            return false;
        }
        self.last = line.number;
        if opened {
            self.path.push(name);
            self.depth += 1;
        } else if let Some(value) = value {
            self.members.push(self.read(&name, value, line.number));
        }
        true
    }

    fn read(&self, name: &str, value: Pair<'_, Rule>, line: u32) -> Member {
        let names = self.path.iter().map(String::as_str).chain([name]).filter(|name| !name.is_empty());
        let path = names.collect::<Vec<_>>().join(".");
        let mut member = Member { path, number: None, text: String::new(), symbol: None, line };
        for part in value.into_inner() {
            match part.as_rule() {
                Rule::hexadecimal => member.number = hex(part.as_str()),
                // crash prints pointers with flags as signed decimals.
                Rule::signed => member.number = part.as_str().parse::<i128>().ok().map(|number| number as u64),
                Rule::symbol => member.symbol = Some((part.as_str().to_owned(), 0)),
                Rule::place => {
                    if let (Some((_, at)), Some(number)) = (&mut member.symbol, part.into_inner().next()) {
                        *at = offset(&number).unwrap_or(0);
                    }
                }
                _ => member.text = part.as_str().trim_matches('"').to_owned(),
            }
        }
        member
    }

    pub(super) fn end(self, found: &mut Found, out: &mut Builder) {
        let span = out.span(self.first, self.last);
        if self.kind == "task_struct" || (self.kind.is_empty() && self.symbol.is_none() && self.is_task()) {
            return self.task(span, found, out);
        }
        found.structure(Structure {
            kind: self.kind,
            address: self.address,
            symbol: self.symbol,
            members: self.members,
            span,
        });
    }

    fn is_task(&self) -> bool {
        self.task.is_some() || self.members.iter().any(|member| member.path == "pid")
    }

    /// Members of a task: who it is, where its stack lies, how it used the CPU.
    fn task(self, span: Span, found: &mut Found, out: &mut Builder) {
        let get = |name: &str| self.members.iter().find(|member| member.path == name);
        let number = |name: &str| get(name).and_then(|member| member.number);
        let mut keys = self.task.clone().unwrap_or_default();
        keys.address = self.address.or(keys.address);
        keys.tid = number("pid").map(|pid| pid as u32).or(keys.tid);
        keys.pid = number("tgid").map(|pid| pid as u32).or(keys.pid);
        let name = get("comm").map(|member| member.text.split("\\0").next().unwrap_or("").to_owned());
        let name = name.filter(|name| !name.is_empty()).map(|name| out.name(&name));
        let state = number("__state").or(number("state")).and_then(state);
        if let Some(stack) = number("stack") {
            // A kernel stack takes 16 KiB on the usual machines; a pointer into it lies on this task's stack.
            found.stack_range(stack, stack.saturating_add(0x4000), &keys);
        }
        if keys.is_anonymous() {
            return;
        }
        out.task(TaskSighting {
            keys: keys.clone(),
            name,
            system: Some(System::Linux),
            state,
            span,
            ..TaskSighting::default()
        });
        let mut fields = vec![("task", Value::Task(keys))];
        if let Some(nanoseconds) =
            number("utime").zip(number("stime")).map(|(user, system)| user.saturating_add(system))
        {
            fields.push(("cpu_time", Value::Number(nanoseconds as f64 / 1e9)));
        }
        for (member, field) in [("nvcsw", "voluntary_switches"), ("nivcsw", "involuntary_switches")] {
            if let Some(count) = number(member) {
                fields.push((field, Value::Number(count as f64)));
            }
        }
        if fields.len() > 1 {
            out.fact(Fact { relation: "task_time", fields, span });
        }
    }
}

/// Bits of `task_struct.state`: 0 running, 1 interruptible, 2 uninterruptible, 0x402 idle.
fn state(bits: u64) -> Option<TaskState> {
    Some(match bits {
        0 => TaskState::Running,
        bits if bits & 0x402 == 0x402 => TaskState::Idle,
        bits if bits & 2 != 0 => TaskState::Blocked,
        bits if bits & 1 != 0 => TaskState::Sleeping,
        bits if bits & 0xc != 0 => TaskState::Stopped,
        bits if bits & 0x30 != 0 => TaskState::Zombie,
        _ => return None,
    })
}

/// A structure as read.
#[derive(Clone, Debug)]
pub(crate) struct Structure {
    pub(crate) kind: String,
    pub(crate) address: Option<u64>,
    pub(crate) symbol: Option<String>,
    pub(crate) members: Vec<Member>,
    pub(crate) span: Span,
}

impl Structure {
    /// The member of that path, whatever structure encloses it (`base.owner.counter` of a `ww_mutex`).
    pub(super) fn get(&self, path: &str) -> Option<&Member> {
        self.members.iter().find(|member| {
            member.path == path
                || member.path.strip_suffix(path).is_some_and(|outer| outer == "base." || outer == "rtmutex.")
        })
    }
}
