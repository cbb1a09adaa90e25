//! What templates see: each row as an object with its fields and a short label.

use super::binding::{Binding, Bound};
use super::candidates::Tried;
use super::fields::{Tables, known_name, mode_name};
use super::render::NOUN;
use super::standins::{StandIn, task_noun};
use super::thing::{Cell, RowId, Thing};
use crate::graph::Step;
use crate::rules::ast::{Table, VarId};
use crate::rules::tables::{self, FieldKind};
use stacklore_model::FieldType;
use std::rc::Rc;
use tera::{Context, Value};

/// Key of the label in the object of a row.
pub(crate) const LABEL: &str = "label";

const TASK: &[&str] = &[
    "name",
    "pid",
    "tid",
    "address",
    "process",
    "state",
    "cpu",
    "system",
    "kernel",
    "bound_cpu",
    "pool",
    "device",
    "entry",
    "created_by",
    "module",
    "waits",
    "mode",
    "object",
    "needs",
    "waited",
    "idle",
    "listed",
    "moved",
    "cycle",
    "root",
];
const PROCESS: &[&str] = &["pid", "name", "parent", "tasks", "threads", "state", "pidns", "tracer"];
const HOLD: &[&str] = &["task", "object", "mode", "known", "from", "kind"];
const CYCLE: &[&str] = &["length", "kinds", "readers", "known", "tasks", "steps"];
const OBJECT: &[&str] = &["name", "address", "kind", "waiters", "holders"];

/// Rows of a set whose fields a template can read; the others have their labels only.
const FULL_ROWS: usize = 100;

/// Fields of a table.
fn fields_of(table: Table) -> Vec<&'static str> {
    match table {
        Table::Task => TASK.to_vec(),
        Table::Process => PROCESS.to_vec(),
        Table::Hold => HOLD.to_vec(),
        Table::Cycle => CYCLE.to_vec(),
        Table::Line => Vec::new(),
        Table::Fact(relation) => {
            let relation = stacklore_model::relation(relation);
            relation.map_or_else(Vec::new, |relation| relation.fields.iter().map(|field| field.name).collect())
        }
    }
}

/// An object of a template under construction.
struct Fields(tera::Map);

impl Fields {
    fn new(label: String) -> Self {
        let mut map = tera::Map::default();
        map.insert(LABEL.into(), Value::from(label));
        Fields(map)
    }

    fn set(&mut self, field: &str, value: Value) {
        self.0.insert(field.to_owned().into(), value);
    }

    fn done(self) -> Value {
        Value::from(self.0)
    }
}

/// What stands where the text tells nothing: in a command the words that the reader must fill in.
fn untold(path: Option<&str>, table: Option<Table>, field: &str) -> Value {
    let Some(path) = path else { return Value::none() };
    let spec = table.and_then(tables::spec).and_then(|spec| spec.field(field));
    let kind = spec.map_or(FieldKind::Of(FieldType::Text), |spec| spec.kind);
    StandIn::Word(path).field(field, kind, 1)
}

/// Who reads a text, and what stands there for what the binding does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Voice {
    /// What is there: nothing stands for what is not bound.
    Told,
    /// What a clause would say: a noun stands for it.
    Supposed,
    /// A command: a word in capitals, to be filled in, also for fields that the case does not tell.
    Command,
}

impl Tables<'_> {
    /// A thing as templates see it. `depth` limits how far fields of fields go. With `path`, fields that the case
    /// does not tell print as words to fill in.
    fn value(&self, thing: &Thing, depth: usize, path: Option<&str>) -> Value {
        match thing {
            Thing::Number(number) if number.0.fract() == 0.0 && number.0.abs() < 9e15 => Value::from(number.0 as i64),
            Thing::Number(number) => Value::from(number.0),
            Thing::Flag(flag) => Value::from(*flag),
            Thing::Text(_) | Thing::Kind(_) => Value::from(self.text(thing)),
            Thing::Object(_) => self.object_value(thing, OBJECT, depth, path),
            Thing::Row(row) => {
                let fields = match row {
                    RowId::Task(_) => TASK.to_vec(),
                    RowId::Process(_) => PROCESS.to_vec(),
                    RowId::Hold(_) => HOLD.to_vec(),
                    RowId::Cycle(_) => CYCLE.to_vec(),
                    RowId::Line(_) => Vec::new(),
                    RowId::Fact(fact) => fields_of(Table::Fact(self.analysis.case.fact(*fact).relation)),
                };
                self.object_value(thing, &fields, depth, path)
            }
        }
    }

    /// The object of a row. Those without words to fill in are made once per case.
    fn object_value(&self, thing: &Thing, names: &[&'static str], depth: usize, path: Option<&str>) -> Value {
        let key = (thing.clone(), depth);
        if path.is_none()
            && let Some(value) = self.index.values.borrow().get(&key)
        {
            return value.clone();
        }
        let value = self.new_value(thing, names, depth, path);
        if path.is_none() {
            self.index.values.borrow_mut().insert(key, value.clone());
        }
        value
    }

    fn new_value(&self, thing: &Thing, names: &[&'static str], depth: usize, path: Option<&str>) -> Value {
        let mut fields = Fields::new(self.told_label(thing));
        if depth == 0 {
            return fields.done();
        }
        for name in names {
            let cell = self.cell_of(thing, name);
            let value = match &cell {
                Cell::Unknown => untold(path, table_of(self, thing), name),
                Cell::Empty => Value::none(),
                Cell::Untyped(kind, _) => self.value(&Thing::Kind(*kind), 0, None),
                Cell::One(value, _) => self.value(value, depth - 1, None),
                // The names of a task: the first is the one that is meant.
                Cell::Many(values, _) if matches!(*name, "name" | "system") => {
                    values.first().map_or_else(Value::none, |value| self.value(value, 0, None))
                }
                Cell::Many(values, _) | Cell::Every(values, _) => self.values(values, depth - 1),
            };
            fields.set(name, value);
        }
        match thing {
            Thing::Row(RowId::Cycle(cycle)) => {
                let steps = self.analysis.cycles.get(*cycle as usize).map_or(&[][..], |cycle| &cycle.steps);
                fields
                    .set("steps", Value::from(steps.iter().map(|step| self.step(step, depth - 1)).collect::<Vec<_>>()));
            }
            Thing::Row(RowId::Line(line)) => {
                let lines = self.index.lines.borrow();
                for (name, text) in lines.get(*line as usize).iter().flat_map(|line| &line.groups) {
                    fields.set(name, Value::from(text.to_string()));
                }
                if let Some(line) = lines.get(*line as usize) {
                    fields.set("text", Value::from(in_a_sentence(&line.text)));
                    fields.set("number", Value::from(u64::from(line.span.first)));
                }
            }
            _ => {}
        }
        fields.done()
    }

    /// The label of a thing; one that begins with a word, not with a name, is marked for a capital.
    fn told_label(&self, thing: &Thing) -> String {
        const WORDS: [&str; 7] = ["a ", "an ", "the ", "task ", "thread ", "goroutine ", "process "];
        let label = self.label(thing);
        let worded = matches!(thing, Thing::Object(_) | Thing::Row(RowId::Task(_) | RowId::Process(_)))
            && WORDS.iter().any(|word| label.starts_with(word))
            && !label.contains(" (thread");
        // A task may be called "a": then a number follows.
        if worded && !label.starts_with("a (") { format!("{NOUN}{label}") } else { label }
    }

    fn values(&self, things: &[Thing], depth: usize) -> Value {
        let each = things.iter().enumerate();
        Value::from(
            each.map(|(at, thing)| self.value(thing, if at < FULL_ROWS { depth } else { 0 }, None)).collect::<Vec<_>>(),
        )
    }

    fn step(&self, step: &Step, depth: usize) -> Value {
        let holder = self.task_label(step.holder);
        let object = step.object.map(Thing::Object).unwrap_or(Thing::task(step.holder));
        let mut fields = Fields::new(format!("{} waits for {}", self.task_label(step.task), holder));
        fields.set("task", self.value(&Thing::task(step.task), depth, None));
        fields.set("object", self.value(&object, depth, None));
        fields.set("holder", self.value(&Thing::task(step.holder), depth, None));
        fields.set("kind", Value::from(self.vocabulary.kind_name(step.kind).to_owned()));
        fields.set("known", Value::from(known_name(step.known)));
        for (name, mode) in [("mode", step.mode), ("held_mode", step.held_mode)] {
            fields.set(name, mode.map_or_else(Value::none, |mode| Value::from(mode_name(mode))));
        }
        fields.done()
    }
}

impl Tried<'_> {
    /// What the templates of a rule see under a binding.
    pub(crate) fn context(&self, binding: &Binding, voice: Voice) -> Context {
        let mut context = Context::new();
        for (clause, of) in self.rule.clauses.iter().enumerate() {
            let holds = binding.hit_of(crate::rules::ast::ClauseId(clause)).is_some();
            context.insert_value(of.name.clone(), Value::from(holds));
        }
        let mut named = Vec::new();
        for (at, variable) in self.rule.variables.iter().enumerate() {
            let word = variable.name.to_uppercase();
            let path = (voice == Voice::Command).then_some(word.as_str());
            let value = match binding.get(VarId(at)) {
                // A clause without `count` may bind one row of what another one collects.
                Bound::One(thing) if variable.set => Value::from(vec![self.tables.value(thing, 2, path)]),
                Bound::One(thing) => self.tables.value(thing, 3, path),
                Bound::Set(rows) => self.set_value(VarId(at), rows, path),
                Bound::Free if voice == Voice::Told && variable.set => Value::from(Vec::<Value>::new()),
                Bound::Free if voice == Voice::Told => Value::from(tera::Map::default()),
                Bound::Free => {
                    let other = named.contains(&variable.kind);
                    named.push(variable.kind);
                    let noun = StandIn::Noun {
                        task: task_noun(self.rule),
                        other,
                        many: variable.set && self.needs_several(VarId(at)),
                    };
                    let value = path.map_or(noun, StandIn::Word).variable(self.rule, VarId(at));
                    if variable.set { Value::from(vec![value]) } else { value }
                }
            };
            context.insert_value(variable.name.clone(), value);
        }
        context
    }

    /// Whether the clause that collects a set wants two rows and more.
    fn needs_several(&self, var: VarId) -> bool {
        let mut clauses = self.rule.clauses.iter().filter(|clause| clause.row == Some(var));
        clauses.any(|clause| clause.count.is_some_and(|count| count.min > 1))
    }
}

impl Tried<'_> {
    /// A set as templates see it; the same set of many findings is made once. Only its first row has words to fill in.
    fn set_value(&self, var: VarId, rows: &Rc<[RowId]>, path: Option<&str>) -> Value {
        let mut cache = self.sets.borrow_mut();
        let key = (var, path.is_some());
        if let Some((of, value)) = cache.get(&key)
            && Rc::ptr_eq(of, rows)
        {
            return value.clone();
        }
        let value = |(at, row): (usize, &RowId)| {
            let depth = if at < FULL_ROWS { 2 } else { 0 };
            self.tables.value(&Thing::Row(*row), depth, path.filter(|_| at == 0))
        };
        let value = Value::from(rows.iter().enumerate().map(value).collect::<Vec<_>>());
        cache.insert(key, (rows.clone(), value.clone()));
        value
    }
}

/// The table of a row.
fn table_of(tables: &Tables<'_>, thing: &Thing) -> Option<Table> {
    Some(match thing.row()? {
        RowId::Task(_) => Table::Task,
        RowId::Process(_) => Table::Process,
        RowId::Hold(_) => Table::Hold,
        RowId::Cycle(_) => Table::Cycle,
        RowId::Line(_) => Table::Line,
        RowId::Fact(fact) => Table::Fact(tables.analysis.case.fact(fact).relation),
    })
}

/// A raw line as a sentence quotes it: its columns closed up, and not without end.
fn in_a_sentence(line: &str) -> String {
    const MOST: usize = 240;
    let text = line.split_whitespace().collect::<Vec<_>>().join(" ");
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
