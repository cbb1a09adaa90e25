//! The table of tables: what a clause may select from, with every field, its type and a line of help.
//!
//! The checker, the JSON Schema and the reference list are made from it. Facts come from the declared relations of the
//! common form; `task`, `process`, `hold`, `cycle` and `line` are declared here.

use super::ast::{Table, VarKind};
use stacklore_model::FieldType;
use std::sync::LazyLock;

/// What the value of a field is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldKind {
    /// A value of that type.
    Of(FieldType),
    /// A wait kind or a group of kinds of the vocabulary.
    WaitKind,
    /// One of these words.
    Words(&'static [&'static str]),
    /// Text that may be a number, and is compared as one where the rule compares.
    TextOrNumber,
    /// A cycle of the wait-for graph.
    Cycle,
}

impl FieldKind {
    /// What a variable stands for that such a field binds.
    pub fn variable(self) -> VarKind {
        match self {
            FieldKind::Of(FieldType::Task) => VarKind::Row(Table::Task),
            FieldKind::Of(FieldType::Process) => VarKind::Row(Table::Process),
            FieldKind::Of(FieldType::Object) => VarKind::Object,
            FieldKind::Of(plain) => VarKind::Plain(plain),
            FieldKind::Cycle => VarKind::Row(Table::Cycle),
            FieldKind::WaitKind | FieldKind::Words(_) | FieldKind::TextOrNumber => VarKind::Plain(FieldType::Text),
        }
    }

    /// Its name in messages and in the reference.
    pub fn name(self) -> &'static str {
        match self {
            FieldKind::Of(FieldType::Task) => "a task",
            FieldKind::Of(FieldType::Process) => "a process",
            FieldKind::Of(FieldType::Object) => "an object",
            FieldKind::Of(FieldType::Text) => "text",
            FieldKind::Of(FieldType::Number) => "a number",
            FieldKind::Of(FieldType::Size) => "a size",
            FieldKind::Of(FieldType::Time) => "a time",
            FieldKind::Of(FieldType::Version) => "a version",
            FieldKind::Of(FieldType::Flag) => "yes or no",
            FieldKind::WaitKind => "a wait kind or group",
            FieldKind::Words(_) => "one of its words",
            FieldKind::TextOrNumber => "text or a number",
            FieldKind::Cycle => "a cycle",
        }
    }
}

/// A field of a table.
#[derive(Clone, Copy, Debug)]
pub struct FieldSpec {
    /// Its name.
    pub name: &'static str,
    /// What its value is.
    pub kind: FieldKind,
    /// One line of help; empty where the name says it.
    pub help: &'static str,
}

/// A table.
#[derive(Clone, Debug)]
pub struct TableSpec {
    /// The table.
    pub table: Table,
    /// Its name: the key of a clause.
    pub name: &'static str,
    /// One line of help.
    pub help: &'static str,
    /// Fields that a clause may test and a template may print.
    pub fields: Vec<FieldSpec>,
    /// Conditions that are no fields, each with a line of help.
    pub special: &'static [(&'static str, &'static str)],
    /// Fields that only templates have.
    pub shown: &'static [&'static str],
}

impl TableSpec {
    /// The field of that name.
    pub fn field(&self, name: &str) -> Option<&FieldSpec> {
        self.fields.iter().find(|field| field.name == name)
    }
}

const fn field(name: &'static str, kind: FieldKind, help: &'static str) -> FieldSpec {
    FieldSpec { name, kind, help }
}

const TEXT: FieldKind = FieldKind::Of(FieldType::Text);
const NUMBER: FieldKind = FieldKind::Of(FieldType::Number);
const FLAG: FieldKind = FieldKind::Of(FieldType::Flag);
const TASK: FieldKind = FieldKind::Of(FieldType::Task);
const PROCESS: FieldKind = FieldKind::Of(FieldType::Process);
const OBJECT: FieldKind = FieldKind::Of(FieldType::Object);
const TIME: FieldKind = FieldKind::Of(FieldType::Time);
const STATE: FieldKind = FieldKind::Words(&["running", "sleeping", "blocked", "stopped", "zombie", "idle", "new"]);
const MODE: FieldKind = FieldKind::Words(&["read", "write"]);
const KNOWN: FieldKind = FieldKind::Words(&["observed", "inferred", "assumed"]);
const SOURCE: FieldKind = FieldKind::Words(&["owner", "listing", "frame", "stack-word", "exclusion"]);
const SYSTEM: FieldKind = FieldKind::Words(&["linux", "user", "illumos", "freebsd", "go", "java", "python", "windows"]);
const REPORT: FieldKind = FieldKind::Words(&[
    "hung-task",
    "soft-lockup",
    "hard-lockup",
    "rcu-stall",
    "workqueue-lockup",
    "lockdep-circular",
    "lockdep-recursive",
    "lockdep-irq",
    "java-deadlock",
    "go-all-asleep",
    "race-report",
    "lock-order",
    "oops",
    "panic",
    "warning",
]);

static TASK_FIELDS: &[FieldSpec] = &[
    field("name", TEXT, "its name (15 characters on Linux)"),
    field("pid", NUMBER, "its process id"),
    field("tid", NUMBER, "its thread id"),
    field("address", TEXT, "address of its kernel task or thread structure"),
    field("process", PROCESS, "its process"),
    field("state", STATE, "what the system says of it; blocked is uninterruptible"),
    field("cpu", NUMBER, "the CPU it runs on or ran on last"),
    field("system", SYSTEM, "the system of its stack"),
    field("kernel", FLAG, "whether it is a kernel thread"),
    field("bound_cpu", NUMBER, "the CPU to which its name binds it"),
    field("pool", TEXT, "the pool in which its name puts it"),
    field("device", TEXT, "the device that its name tells"),
    field("entry", TEXT, "outermost frame that is not plumbing"),
    field("created_by", TEXT, "the function that started it (Go)"),
    field("module", TEXT, "innermost frame in a loadable module: its module"),
    field("waits", FieldKind::WaitKind, "what it waits for: a kind or a group"),
    field("mode", MODE, "how it wants a lock"),
    field("object", OBJECT, "what it waits for, by identity"),
    field("needs", TEXT, "who must act, by the kind of its wait"),
    field("waited", TIME, "it has waited at least so long"),
    field("idle", FLAG, "it rests; `no` where a clause does not say"),
    field("listed", FLAG, "no: something names it, and a complete listing lacks it"),
    field("moved", FLAG, "two sightings of it differ"),
    field("cycle", FieldKind::Cycle, "the cycle it is part of"),
    field("root", TASK, "the task at the end of its chain of waits"),
];

static PROCESS_FIELDS: &[FieldSpec] = &[
    field("pid", NUMBER, "its id"),
    field("name", TEXT, "its name"),
    field("parent", PROCESS, "its parent"),
    field("tasks", TASK, "any of its tasks"),
    field("threads", NUMBER, "how many threads it has, by a complete listing"),
    field("state", STATE, "the state of its leader"),
    field("pidns", TEXT, "its ids in its pid namespaces"),
    field("tracer", PROCESS, "who traces it"),
];

static HOLD_FIELDS: &[FieldSpec] = &[
    field("task", TASK, "who holds"),
    field("object", OBJECT, "what"),
    field("mode", MODE, "how"),
    field("known", KNOWN, "how that is known"),
    field("from", SOURCE, "what it is read from"),
];

static CYCLE_FIELDS: &[FieldSpec] = &[
    field("length", NUMBER, "tasks in its ring"),
    field("kinds", FieldKind::WaitKind, "each object's kind is one of these"),
    field("readers", FLAG, "a read hold is in it"),
    field("known", KNOWN, "its weakest edge"),
    field("tasks", TASK, "any of its tasks"),
];

/// Fields of an object, in templates and in joins (`$readers.object`, `$lock.holders`).
pub static OBJECT_FIELDS: &[FieldSpec] = &[
    field("name", TEXT, "its symbol"),
    field("address", TEXT, "its address"),
    field("kind", FieldKind::WaitKind, "its kind"),
    field("waiters", TASK, "any task that waits for it"),
    field("holders", TASK, "any task that holds it"),
];

/// Fields of one step of a ring, in templates.
pub static STEP_FIELDS: &[FieldSpec] = &[
    field("task", TASK, "who waits"),
    field("mode", MODE, "how"),
    field("object", OBJECT, "for what"),
    field("holder", TASK, "who holds it"),
];

static TABLES: LazyLock<Vec<TableSpec>> = LazyLock::new(|| {
    let mut tables = vec![
        own("task", Table::Task, "tasks: threads, processes, goroutines", TASK_FIELDS),
        own("process", Table::Process, "processes", PROCESS_FIELDS),
        own("hold", Table::Hold, "who holds what", HOLD_FIELDS),
        TableSpec { shown: &["steps"], ..own("cycle", Table::Cycle, "rings of the wait-for graph", CYCLE_FIELDS) },
        TableSpec { shown: &["number", "text"], ..own("line", Table::Line, "raw lines: the last resort", &[]) },
    ];
    for relation in stacklore_model::relations() {
        let fields = relation.fields.iter().map(|declared| FieldSpec {
            name: declared.name,
            kind: extra(relation.name, declared.name).unwrap_or(FieldKind::Of(declared.kind)),
            help: "",
        });
        let table = Table::Fact(relation.name);
        tables.push(TableSpec { fields: fields.collect(), ..own(relation.name, table, relation.help, &[]) });
    }
    tables
});

fn own(name: &'static str, table: Table, help: &'static str, fields: &[FieldSpec]) -> TableSpec {
    let special: &[(&str, &str)] = match table {
        Table::Task => &[
            ("stack", "frames that one stack of it has, from the innermost outward"),
            ("without", "functions that are nowhere in that stack"),
        ],
        Table::Line => &[("text", "a regex between slashes; its named groups are fields")],
        _ => &[],
    };
    TableSpec { table, name, help, fields: fields.to_vec(), special, shown: &[] }
}

/// What a field of a relation is beyond its declared type.
fn extra(relation: &str, field: &str) -> Option<FieldKind> {
    match (relation, field) {
        ("report", "kind") => Some(REPORT),
        ("file_lock", "mode") => Some(MODE),
        ("sysctl", "value") => Some(FieldKind::TextOrNumber),
        _ => None,
    }
}

/// All tables: the five of the graph and the case, then the facts in the order of their declaration.
pub fn tables() -> &'static [TableSpec] {
    &TABLES
}

/// The table of that name.
pub fn table(name: &str) -> Option<&'static TableSpec> {
    TABLES.iter().find(|spec| spec.name == name)
}

/// What is known of a table.
pub fn spec(table: Table) -> Option<&'static TableSpec> {
    TABLES.iter().find(|spec| spec.table == table)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_and_field_is_there_once() {
        let mut names: Vec<_> = tables().iter().map(|table| table.name).collect();
        names.sort_unstable();
        let all = names.len();
        names.dedup();
        assert_eq!(names.len(), all);
        for table in tables() {
            let mut fields: Vec<_> = table.fields.iter().map(|field| field.name).collect();
            fields.sort_unstable();
            let all = fields.len();
            fields.dedup();
            assert_eq!(fields.len(), all, "{}", table.name);
        }
    }

    #[test]
    fn every_declared_relation_is_a_table_with_its_fields() {
        for relation in stacklore_model::relations() {
            let table = table(relation.name).expect("a table of that name");
            assert_eq!(table.fields.len(), relation.fields.len());
        }
    }

    #[test]
    fn fields_bind_variables_of_their_type() {
        let task = table("task").expect("the table of tasks");
        let kind = |name| task.field(name).expect("a field of tasks").kind.variable();
        assert_eq!(kind("process"), VarKind::Row(Table::Process));
        assert_eq!(kind("object"), VarKind::Object);
        assert_eq!(kind("cycle"), VarKind::Row(Table::Cycle));
        assert_eq!(kind("cpu"), VarKind::Plain(FieldType::Number));
    }
}
