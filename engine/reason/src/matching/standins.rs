//! What templates see of a variable that nothing is bound to: words to fill in for commands, for sentences a readable
//! "a task".

use super::render::NOUN;
use super::values::LABEL;
use crate::rules::ast::{Condition, Rule, Table, VarId, VarKind};
use crate::rules::tables::{self, FieldKind, OBJECT_FIELDS, STEP_FIELDS};
use stacklore_model::{FieldType, System};
use tera::{Map, Value};

/// How deep fields of fields go: `{{ ring.steps[0].object.name }}`.
const DEPTH: usize = 3;

/// Key of a stand-in that speaks of several things.
pub(crate) const MANY: &str = "many";

/// Fields with several values.
const LISTS: [&str; 5] = ["tasks", "waiters", "holders", "kinds", "steps"];

/// What stands for what is not known.
#[derive(Clone, Copy)]
pub(crate) enum StandIn<'w> {
    /// A word in capitals that a person must replace: `HOLDER.PID`.
    Word(&'w str),
    /// A noun for a sentence; `other`: there is a first one of that kind already.
    Noun { task: &'static str, other: bool, many: bool },
}

impl StandIn<'_> {
    /// The stand-in of a variable of a rule.
    pub(crate) fn variable(self, rule: &Rule, var: VarId) -> Value {
        let kind = rule.variable(var).kind;
        let mut value = self.of(kind, DEPTH);
        if kind == VarKind::Row(Table::Line)
            && let Some(map) = value.as_map()
        {
            let mut map = map.clone();
            for group in groups(rule, var) {
                map.insert(group.clone().into(), self.field(&group, FieldKind::Of(FieldType::Text), 0));
            }
            value = Value::from(map);
        }
        value
    }

    /// The stand-in of something of that kind.
    fn of(self, kind: VarKind, depth: usize) -> Value {
        let (noun, fields) = match kind {
            VarKind::Plain(_) => return self.plain(),
            VarKind::Object => ("lock", OBJECT_FIELDS),
            VarKind::Row(table) => (self.noun(table), tables::spec(table).map_or(&[][..], |spec| &spec.fields)),
        };
        let mut map = Map::new();
        map.insert(LABEL.into(), Value::from(self.label(noun)));
        if let StandIn::Noun { many: true, .. } = self {
            map.insert(MANY.into(), Value::from(true));
        }
        if depth == 0 {
            return Value::from(map);
        }
        for field in fields {
            map.insert(field.name.into(), self.field(field.name, field.kind, depth - 1));
        }
        if let VarKind::Row(table) = kind {
            for name in tables::spec(table).map_or(&[][..], |spec| spec.shown) {
                map.insert((*name).into(), self.shown(name, depth - 1));
            }
        }
        Value::from(map)
    }

    /// A field that only templates have.
    fn shown(self, name: &str, depth: usize) -> Value {
        if name != "steps" {
            return self.field(name, FieldKind::Of(FieldType::Text), depth);
        }
        let fields = STEP_FIELDS.iter().map(|field| (field.name.into(), self.field(field.name, field.kind, depth)));
        Value::from(vec![Value::from(fields.collect::<Map>())])
    }

    /// The stand-in of a field that is not told.
    pub(crate) fn field(self, name: &str, kind: FieldKind, depth: usize) -> Value {
        let below = match self {
            StandIn::Word(word) => &*format!("{word}.{}", name.to_uppercase()),
            StandIn::Noun { .. } => "",
        };
        let inner = match self {
            StandIn::Word(_) => StandIn::Word(below),
            noun @ StandIn::Noun { .. } => noun.one(),
        };
        let value = match (inner, name, kind) {
            (StandIn::Noun { .. }, "needs", _) => Value::from("something"),
            (StandIn::Noun { .. }, _, FieldKind::Of(FieldType::Time)) => Value::from("some time"),
            // Only the object for which a task waits is surely a lock.
            (StandIn::Noun { .. }, name, FieldKind::Of(FieldType::Object)) if name != "object" => Value::none(),
            (_, _, kind) => inner.of(kind.variable(), depth),
        };
        if LISTS.contains(&name) { Value::from(vec![value]) } else { value }
    }

    /// What a row of a table is called.
    fn noun(self, table: Table) -> &'static str {
        match (table, self) {
            (Table::Task, StandIn::Noun { task, .. }) => task,
            (Table::Task, _) => "task",
            (Table::Process, _) => "process",
            (Table::Hold, _) => "lock",
            (Table::Cycle, _) => "ring of tasks",
            (Table::Line, _) => "line",
            (Table::Fact(relation), _) => match relation {
                "fd" => "descriptor",
                "work" => "work item",
                "netlink_socket" | "unix_socket" | "tcp_socket" => "socket",
                "fuse_connection" => "connection",
                "file_lock" => "file lock",
                "report" => "message",
                _ => "line",
            },
        }
    }

    /// The same for one thing below.
    fn one(self) -> Self {
        match self {
            StandIn::Noun { task, .. } => StandIn::Noun { task, other: true, many: false },
            word @ StandIn::Word(_) => word,
        }
    }

    fn plain(self) -> Value {
        match self {
            StandIn::Word(word) => Value::from(word),
            StandIn::Noun { .. } => Value::none(),
        }
    }

    fn label(self, noun: &str) -> String {
        match self {
            StandIn::Word(word) => word.to_owned(),
            StandIn::Noun { many: true, .. } => format!("{NOUN}several {noun}s"),
            StandIn::Noun { other: true, .. } if noun != "lock" => format!("{NOUN}another {noun}"),
            StandIn::Noun { .. } if noun.starts_with(['a', 'e', 'i', 'o', 'u']) => format!("{NOUN}an {noun}"),
            StandIn::Noun { .. } => format!("{NOUN}a {noun}"),
        }
    }
}

/// What the tasks of a rule are called.
pub(crate) fn task_noun(rule: &Rule) -> &'static str {
    let only = |systems: &[System]| rule.systems.iter().all(|system| systems.contains(system));
    match () {
        () if only(&[System::Go]) => "goroutine",
        () if only(&[System::User, System::Go, System::Java, System::Python, System::Windows]) => "thread",
        () => "task",
    }
}

/// The named groups of the pattern by which a clause looks for a line.
fn groups(rule: &Rule, var: VarId) -> Vec<String> {
    let clauses = rule.clauses.iter().filter(|clause| clause.row == Some(var));
    let conditions = clauses.flat_map(|clause| &clause.conditions);
    let patterns = conditions.filter_map(|condition| match condition {
        Condition::Text(regex) => Some(regex),
        _ => None,
    });
    patterns.flat_map(|regex| regex.capture_names().flatten().map(str::to_owned).collect::<Vec<_>>()).collect()
}
