//! A checked rule, as the matcher sees it. Names are resolved; what a rule author wrote wrong never gets here.

use crate::finding::{Certainty, Class, Reference, Severity};
use crate::pattern::{Glob, Regex};
use stacklore_model::{FieldType, System};

/// Index of a variable in [`Rule::variables`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VarId(pub usize);

/// Index of a clause in [`Rule::clauses`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClauseId(pub usize);

/// The table whose rows a clause selects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Table {
    /// Tasks.
    Task,
    /// Processes.
    Process,
    /// Who holds what.
    Hold,
    /// Strongly connected parts of the wait-for graph.
    Cycle,
    /// Raw lines.
    Line,
    /// A declared relation, by name.
    Fact(&'static str),
}

/// What a variable stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum VarKind {
    /// A row of a table (a task, a process, a hold, a cycle, a line, a fact).
    Row(Table),
    /// An object (a lock, a socket), bound by a condition such as `object: $lock`.
    Object,
    /// A plain value of a field, bound by a condition such as `cpu: $cpu`.
    Plain(FieldType),
}

/// A variable of a rule.
#[derive(Clone, Debug)]
pub struct Variable {
    /// Its name without `$`.
    pub name: String,
    /// What it stands for.
    pub kind: VarKind,
    /// Whether only clauses with `count` bind it as their row: then it is a set.
    pub set: bool,
    /// Whether, of the clauses of the levels, only sets mention it: then it groups them.
    pub groups: bool,
}

/// A reference to a variable or to one of its fields.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct VarRef {
    /// The variable.
    pub var: VarId,
    /// The field, as in `$readers.object`; `None` for the thing itself.
    pub field: Option<String>,
}

/// A number with a unit, in base units: bytes, seconds, or none.
#[derive(Clone, Debug, PartialEq)]
pub enum Quantity {
    /// A number, a size in bytes, a time in seconds.
    Number(f64),
    /// A version, by its numeric parts.
    Version(Vec<u64>),
}

/// How a value is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// `>`
    More,
    /// `>=`
    AtLeast,
    /// `<`
    Less,
    /// `<=`
    AtMost,
}

/// What the value of a field must be.
#[derive(Clone, Debug)]
pub enum Test {
    /// Equal to this word, without regard to case. For `waits`: a kind or a group.
    Word(String),
    /// Equal to this number.
    Number(f64),
    /// Yes or no.
    Flag(bool),
    /// Matches this glob over the whole text, without regard to case.
    Glob(String, Glob),
    /// Matches this regex anywhere in the text.
    Regex(Regex),
    /// Compared with a quantity.
    Compare(Comparison, Quantity),
    /// Within these bounds, both included.
    Range(f64, f64),
    /// The same thing as that variable or its field.
    Var(VarRef),
    /// Any of these.
    AnyOf(Vec<Test>),
    /// Known, and not this.
    Not(Box<Test>),
    /// Known to be empty.
    None,
    /// There is a value.
    Any,
}

/// One item of a `stack:` list.
#[derive(Clone, Debug)]
pub struct StackItem {
    /// As the author wrote it.
    pub text: String,
    /// Alternatives: one of them must match.
    pub alternatives: Vec<FunctionPattern>,
    /// `^`: nothing but plumbing further in.
    pub innermost: bool,
    /// `$`: nothing but plumbing further out.
    pub outermost: bool,
    /// Glob over the frame's module.
    pub module: Option<Glob>,
}

/// A pattern over function names.
#[derive(Clone, Debug)]
pub enum FunctionPattern {
    /// That function, under any alias of the vocabulary.
    Exact(String),
    /// A glob over the whole function name.
    Glob(String, Glob),
    /// A regex over the function name.
    Regex(Regex),
    /// Any function of that group of the vocabulary.
    Group(String),
}

/// A condition of a clause.
#[derive(Clone, Debug)]
pub enum Condition {
    /// A field and what it must be.
    Field {
        /// Name of the field.
        name: String,
        /// What it must be.
        test: Test,
    },
    /// Frames that one stack of the task must have, from the innermost outward.
    Stack(Vec<StackItem>),
    /// Functions that must be nowhere in that stack.
    Without(Vec<StackItem>),
    /// One raw line matches; named groups become fields of the row.
    Text(Regex),
}

/// How many rows a set clause needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    /// At least.
    pub min: usize,
    /// At most.
    pub max: Option<usize>,
}

/// A clause: rows of one table for which every condition holds.
#[derive(Clone, Debug)]
pub struct Clause {
    /// Its name.
    pub name: String,
    /// The table.
    pub table: Table,
    /// Its row; `None` for `_`.
    pub row: Option<VarId>,
    /// Conditions, all of which must hold.
    pub conditions: Vec<Condition>,
    /// With `count`: a set.
    pub count: Option<Count>,
    /// What it says, a template.
    pub says: String,
    /// What would show it, a template.
    pub get: Option<String>,
}

/// One level of `conclude`: clauses of this level alone; a level also needs those of all levels before it.
#[derive(Clone, Debug)]
pub struct Level {
    /// The level.
    pub certainty: Certainty,
    /// All of these; each is a choice, of which one must hold (a plain clause is a choice of one).
    pub needs: Vec<Vec<ClauseId>>,
}

/// A chain of `edges`: each node waits for the next.
#[derive(Clone, Debug)]
pub struct EdgeChain(pub Vec<VarId>);

/// Life cycle of a rule.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Status {
    /// New, its findings are watched.
    Experimental,
    /// In use.
    #[default]
    Stable,
}

/// A checked rule.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Id, equal to the file name.
    pub id: String,
    /// Family, the folder.
    pub family: String,
    /// Title.
    pub title: String,
    /// Class of its findings.
    pub class: Class,
    /// Severity of its findings.
    pub severity: Severity,
    /// Systems it speaks about; a case without any of them does not try the rule.
    pub systems: Vec<System>,
    /// Life cycle.
    pub status: Status,
    /// Variables.
    pub variables: Vec<Variable>,
    /// Clauses in the order of the file.
    pub clauses: Vec<Clause>,
    /// Levels, the weakest first.
    pub levels: Vec<Level>,
    /// Clauses that are told where they hold.
    pub also: Vec<ClauseId>,
    /// Clauses of which one that holds drops the finding.
    pub refute: Vec<ClauseId>,
    /// Who waits for whom, by this rule.
    pub edges: Vec<EdgeChain>,
    /// What happens, a template.
    pub explain: String,
    /// Commands and questions, templates.
    pub confirm: Vec<String>,
    /// What to do, templates.
    pub remedy: Vec<String>,
    /// Versions affected: system and range.
    pub affected: Vec<(String, String)>,
    /// To read on.
    pub references: Vec<Reference>,
    /// General rules that this one says better.
    pub instead_of: Vec<String>,
    /// Cases it must find, with the least certainty.
    pub finds: Vec<(String, Certainty)>,
    /// Cases it must leave alone.
    pub leaves: Vec<String>,
    /// Path of its file, a label for messages.
    pub file: String,
    /// Text of its file.
    pub text: String,
}

impl Rule {
    /// The clause of that id.
    pub fn clause(&self, id: ClauseId) -> &Clause {
        &self.clauses[id.0]
    }

    /// The variable of that id.
    pub fn variable(&self, id: VarId) -> &Variable {
        &self.variables[id.0]
    }
}
