//! What can be said on the command line.

use crate::limits::{self, LimitArgs};
use clap::builder::PossibleValuesParser;
use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use stacklore::reason::finding::Certainty;
use stacklore::reports::{CONTENTS_FORMATS, FORMATS, Redact, Root, redact};
use std::path::PathBuf;

/// Says why a system hangs, who is to blame and how sure that is, from the stacks, dumps and logs in a ticket.
#[derive(Debug, Parser)]
#[command(
    version,
    args_conflicts_with_subcommands = true,
    max_term_width = 100,
    after_help = "Exit status: 0 ran to the end; 1 a finding that --fail-on names; 2 bad usage, a broken rule, or \
                  nothing that could be read."
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    /// Without a command: diagnose.
    #[command(flatten)]
    pub(crate) diagnose: DiagnoseArgs,
}

/// Commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Diagnose texts: all of them are one case (the default command)
    Diagnose(DiagnoseArgs),
    /// Diagnose a queue of tickets: each child of PATH is one; pages, an index and tables go to a folder
    Batch(BatchArgs),
    /// Show what was understood of texts, and what was not
    Parse(ParseArgs),
    /// Draft, check, test, list and show rules; schema for editors, pages for readers
    Rules(RulesArgs),
    /// Print the completions of a shell
    Completions {
        /// Which shell
        #[arg(value_name = "SHELL")]
        shell: Shell,
    },
    /// Print the manual page
    Man,
    /// Print the JSON Schema of what `--format json` and `batch` write
    Schema {
        /// Of which command
        #[arg(value_name = "OF", default_value = "report")]
        of: OutputSchema,
    },
}

/// Output that a schema is about.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum OutputSchema {
    /// `diagnose --format json`
    Report,
    /// `parse --format json`
    Parse,
    /// summary.json of a `batch`
    Batch,
    /// cluster.json of a cluster of a `batch`
    Cluster,
}

/// Texts to read.
#[derive(Debug, Args)]
pub(crate) struct InputArgs {
    /// Files, archives, or folders with all files below them; `-` or nothing: standard input
    #[arg(value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) limits: LimitArgs,
}

/// Where and how to write.
#[derive(Debug, Args)]
pub(crate) struct OutputArgs {
    /// Write to a file instead of standard output
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Columns at which text is wrapped; without it those of the terminal (at most 120), 100 elsewhere
    #[arg(long, value_name = "COLUMNS", value_parser = clap::value_parser!(u16).range(40..))]
    pub(crate) width: Option<u16>,
    /// Draw with ASCII characters only, as on a terminal whose locale is not UTF-8
    #[arg(long)]
    pub(crate) ascii: bool,
    /// Replace host names, network addresses, user names, paths and command-line arguments by stand-ins
    ///
    /// The same one has the same stand-in everywhere: host-1, ip-1, user-1, /path-1, arg-1, and so on for mail and
    /// MAC addresses, serial numbers, names of the texts and strings among the arguments of functions. Functions,
    /// modules, names of tasks, ids, addresses of locks, line numbers and paths of the system stay, and so do the last
    /// component of a source path, names that nothing marks as a user's or host's, and all other words of logs and
    /// comments: read it before you send it.
    #[arg(long)]
    pub(crate) redact: bool,
    /// Colours: on a terminal, unless NO_COLOR is set
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub(crate) color: When,
}

impl OutputArgs {
    /// The view as it may be written.
    pub(crate) fn view<V: Redact>(&self, view: V) -> V {
        if self.redact { redact(view) } else { view }
    }
}

/// When something is done that suits a terminal only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum When {
    /// On a terminal
    Auto,
    /// Everywhere
    Always,
    /// Nowhere
    Never,
}

/// Which rules are in use.
#[derive(Debug, Args)]
pub(crate) struct KnowledgeArgs {
    /// Folder of rules beside the embedded ones (may be repeated)
    #[arg(long, value_name = "DIR")]
    pub(crate) rules: Vec<PathBuf>,
}

/// Arguments of `diagnose`.
#[derive(Debug, Args)]
pub(crate) struct DiagnoseArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    /// Form of the report: `text` for the terminal, `markdown` for pasting into a ticket, `html` for an attachment,
    /// `json` for programs, `sarif` (2.1.0) for viewers of findings, `dot` for Graphviz: who waits for whom
    #[arg(long, value_name = "FORMAT", default_value = "text", value_parser = format_names())]
    pub(crate) format: String,
    /// Write one line for each finding
    #[arg(long, short, conflicts_with_all = ["format", "why"])]
    pub(crate) brief: bool,
    /// Write the verdict only, in one word: hang, suspect, crash, healthy, unknown or no-traces
    #[arg(long, short, conflicts_with_all = ["format", "brief", "why"])]
    pub(crate) quiet: bool,
    /// Read a ticket from each line of standard input and write its report as a line of JSON, in the same order
    ///
    /// A line is `{"id": …, "text": "…"}` or `{"id": …, "path": "…"}`. Its report has the same `id`; where there can be
    /// none, an object with `id`, `line` and `error` stands in its place.
    #[arg(long, conflicts_with_all = ["paths", "format", "brief", "quiet", "why"])]
    pub(crate) ndjson: bool,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
    #[command(flatten)]
    pub(crate) knowledge: KnowledgeArgs,
    /// Try this rule only (may be repeated)
    #[arg(long, value_name = "ID")]
    pub(crate) only: Vec<String>,
    /// Explain this rule clause by clause instead
    #[arg(long, value_name = "ID", conflicts_with = "only")]
    pub(crate) why: Option<String>,
    /// Leave less sure findings out
    #[arg(long, value_name = "CERTAINTY", default_value = "possible")]
    pub(crate) min_certainty: Sureness,
    /// Exit with status 1 when a finding is at least that sure
    #[arg(long, value_name = "CERTAINTY")]
    pub(crate) fail_on: Option<Sureness>,
}

/// Arguments of `batch`.
#[derive(Debug, Args)]
pub(crate) struct BatchArgs {
    /// Folders of tickets: each file, folder or archive in one is a ticket. A file named here is a ticket itself
    #[arg(value_name = "PATH", required = true)]
    pub(crate) paths: Vec<PathBuf>,
    /// Folder for index.html, summary.json, tickets.csv, findings.ndjson and the pages; nothing is written elsewhere
    #[arg(long, short, value_name = "DIR")]
    pub(crate) out: PathBuf,
    /// Go on where an earlier batch stopped: tickets whose files, rules and options are unchanged are not done again
    #[arg(long)]
    pub(crate) resume: bool,
    /// Tickets that are worked on at the same time; without it one for each processor
    #[arg(long, short, value_name = "NUMBER", value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) jobs: Option<u16>,
    /// Memory for the texts of large tickets that are worked on at the same time; one may exceed it
    #[arg(long, value_name = "SIZE", value_parser = limits::size, default_value = "256M")]
    pub(crate) memory: u64,
    /// Replace host names, network addresses, user names, paths and command-line arguments in reports by stand-ins;
    /// names of tickets stay
    #[arg(long)]
    pub(crate) redact: bool,
    /// Leave less sure findings out
    #[arg(long, value_name = "CERTAINTY", default_value = "possible")]
    pub(crate) min_certainty: Sureness,
    /// Exit with status 1 when a finding in any ticket is at least that sure
    #[arg(long, value_name = "CERTAINTY")]
    pub(crate) fail_on: Option<Sureness>,
    #[command(flatten)]
    pub(crate) knowledge: KnowledgeArgs,
    #[command(flatten)]
    pub(crate) limits: LimitArgs,
}

/// Arguments of `parse`.
#[derive(Debug, Args)]
pub(crate) struct ParseArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    /// Form of the output: `text` for people, `json` for programs, `folded` for flame graphs
    ///
    /// folded: one line for each distinct stack, frames from the outermost to the innermost with `;` between them,
    /// then a blank and the number of such stacks. Frames that the tool itself doubts (`?`) are left out; a stack
    /// without any other is `[unknown]`. In names `;` becomes `:` and a blank `_`.
    #[arg(long, value_name = "FORMAT", default_value = "text", value_parser = contents_format_names())]
    pub(crate) format: String,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
    /// Leave nothing out: all groups, frames, tasks, ranges and unclear lines
    #[arg(long)]
    pub(crate) all: bool,
    /// What folded stacks begin with, before their outermost frame
    #[arg(long, value_name = "ROOT", default_value = "none")]
    pub(crate) root: FoldedRoot,
    #[command(flatten)]
    pub(crate) knowledge: KnowledgeArgs,
}

/// What folded stacks begin with.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum FoldedRoot {
    /// Nothing: equal stacks are one line, whoever has them
    None,
    /// Name of the thread
    Name,
    /// `NAME-PID` of the process
    Process,
    /// `NAME-PID/TID` of the thread
    Task,
}

impl From<FoldedRoot> for Root {
    fn from(root: FoldedRoot) -> Self {
        match root {
            FoldedRoot::None => Root::None,
            FoldedRoot::Name => Root::Name,
            FoldedRoot::Process => Root::Process,
            FoldedRoot::Task => Root::Task,
        }
    }
}

/// Arguments of `rules`.
#[derive(Debug, Args)]
pub(crate) struct RulesArgs {
    #[command(subcommand)]
    pub(crate) command: RulesCommand,
}

/// Commands about rules.
#[derive(Debug, Subcommand)]
pub(crate) enum RulesCommand {
    /// Check rule files: places, errors and what was probably meant
    Check {
        /// Folder of rules; without it the embedded ones. One with a vocabulary/kinds.yaml of its own stands alone
        #[arg(value_name = "DIR")]
        folder: Option<PathBuf>,
        /// Folder of cases, for checks of tests, of function names, and of what the rules find in them
        #[arg(long, value_name = "DIR")]
        corpus: Option<PathBuf>,
        /// Warnings fail the check as well
        #[arg(long)]
        deny_warnings: bool,
    },
    /// Try every rule on its own cases and on all cases of the corpus
    Test {
        /// Folder of cases
        #[arg(long, value_name = "DIR", default_value = "corpus")]
        corpus: PathBuf,
        /// Test this rule only (may be repeated)
        #[arg(long, value_name = "ID")]
        only: Vec<String>,
        #[command(flatten)]
        knowledge: KnowledgeArgs,
    },
    /// Print what every rule found, missed and wrongly found in the corpus, and class against class
    Matrix {
        /// Folder of cases
        #[arg(long, value_name = "DIR", default_value = "corpus")]
        corpus: PathBuf,
        /// Form of the page
        #[arg(long, value_name = "FORMAT", default_value = "text")]
        format: MatrixFormat,
        /// Compare with this file (Markdown) instead; status 1 where it is not what the corpus gives now
        #[arg(long, value_name = "FILE")]
        check: Option<PathBuf>,
        #[command(flatten)]
        knowledge: KnowledgeArgs,
    },
    /// Draft a rule from a pasted stack: sound, commented, with TODO where only a person knows
    ///
    /// Without --out the draft is printed, and standard error tells which files belong to it. With --out three files
    /// are written: rules/FAMILY/ID.yaml, and the text as a case in corpus/cases/ID/. No file is overwritten. A cluster
    /// that `stacklore batch` found gives one draft for all its texts, and a case for each.
    New {
        /// File with the text; `-` or nothing: standard input
        #[arg(value_name = "FILE")]
        file: Option<PathBuf>,
        /// Folder clusters/c-… of a batch: tickets that share a hang which no rule knows
        #[arg(long, value_name = "CLUSTER", conflicts_with = "file")]
        from: Option<PathBuf>,
        /// Id of the rule, and of the case that the text becomes
        #[arg(long, value_name = "ID")]
        id: Option<String>,
        /// Family of the rule: its folder
        #[arg(long, value_name = "FAMILY")]
        family: Option<String>,
        /// Write the files below this folder: `.` in a clone of the rules
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
        /// Folder of cases among which a near miss is looked for
        #[arg(long, value_name = "DIR", default_value = "corpus")]
        corpus: PathBuf,
        #[command(flatten)]
        knowledge: KnowledgeArgs,
    },
    /// Print the JSON Schema of rule files or of vocabulary files, for editors that complete and check
    Schema {
        /// Of which files
        #[arg(value_name = "FILES", default_value = "rule")]
        of: SchemaOf,
        #[command(flatten)]
        knowledge: KnowledgeArgs,
    },
    /// Write a Markdown page of every rule, and an index of them
    Pages {
        /// Folder of the pages
        #[arg(long, value_name = "DIR", default_value = "rules/docs")]
        out: PathBuf,
        /// Write nothing; exit with status 1 when the pages there are out of date
        #[arg(long)]
        check: bool,
        #[command(flatten)]
        knowledge: KnowledgeArgs,
    },
    /// List the rules
    List {
        #[command(flatten)]
        knowledge: KnowledgeArgs,
    },
    /// Show a rule as a page to read: evidence, certainty, what to do, tests
    Show {
        /// Id of the rule
        id: String,
        /// Print its file instead
        #[arg(long)]
        raw: bool,
        #[command(flatten)]
        knowledge: KnowledgeArgs,
    },
}

/// Form of the confusion matrix.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum MatrixFormat {
    /// For the terminal
    Text,
    /// For the documentation
    Markdown,
}

/// Files that a schema is about.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum SchemaOf {
    /// rules/FAMILY/ID.yaml
    Rule,
    /// rules/vocabulary/SYSTEM.yaml
    Vocabulary,
}

/// How sure a finding is.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Sureness {
    /// Some of the evidence is there
    Possible,
    /// All roles are there, something is inferred
    Likely,
    /// The text shows it
    Proven,
}

impl From<Sureness> for Certainty {
    fn from(sureness: Sureness) -> Self {
        match sureness {
            Sureness::Possible => Certainty::Possible,
            Sureness::Likely => Certainty::Likely,
            Sureness::Proven => Certainty::Proven,
        }
    }
}

fn format_names() -> PossibleValuesParser {
    PossibleValuesParser::new(FORMATS.iter().map(|format| format.id()))
}

fn contents_format_names() -> PossibleValuesParser {
    PossibleValuesParser::new(CONTENTS_FORMATS.iter().map(|format| format.id()))
}

#[cfg(test)]
mod tests {
    use super::Cli;
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
