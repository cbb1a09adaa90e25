//! The program: arguments in, one report out. What it knows is in the library; this is where files, the terminal and
//! threads are met.

mod args;
mod batch;
mod commands;
mod corpus;
mod exit;
mod limits;
mod memory;
mod output;
mod reading;
mod rulebook;
mod stream;
mod terminal;

use args::{Cli, Command};
use clap::Parser as _;
use exit::Exit;
use std::io::{self, Write as _};
use std::process::ExitCode;

fn main() -> ExitCode {
    std::panic::set_hook(Box::new(tell_panic));
    let cli = Cli::parse();
    let result = match cli.command {
        None => commands::diagnose::run(&cli.diagnose),
        Some(Command::Diagnose(args)) => commands::diagnose::run(&args),
        Some(Command::Batch(args)) => batch::run(&args),
        Some(Command::Parse(args)) => commands::parse::run(&args),
        Some(Command::Rules(args)) => commands::rules::run(&args.command),
        Some(Command::Schema { of }) => commands::schema::run(of),
        Some(Command::Completions { shell }) => commands::help::completions(shell),
        Some(Command::Man) => commands::help::man(),
    };
    let exit = result.unwrap_or_else(|error| {
        if is_broken_pipe(&error) {
            return Exit::Done;
        }
        complain(&format!("{error:#}"));
        Exit::Failed
    });
    exit.into()
}

/// Who reads the output has seen enough: `stacklore … | head` is no error.
fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let broken = |cause: &(dyn std::error::Error + 'static)| {
        cause.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
    };
    error.chain().any(broken)
}

/// Writes a message of the program to standard error. Names of files and texts in it are escaped.
fn complain(message: &str) {
    let safe: Vec<String> = message.lines().map(stacklore::reports::visible).collect();
    // Standard error may be closed; there is nobody left to tell then.
    let _ = writeln!(io::stderr(), "stacklore: {}", safe.join("\n"));
}

/// A bug: the library catches it where one text can be given up, and the report says which.
fn tell_panic(panic: &std::panic::PanicHookInfo<'_>) {
    let place = panic.location().map_or_else(String::new, |at| format!(" at {}:{}", at.file(), at.line()));
    let payload = panic.payload();
    let owned = payload.downcast_ref::<String>().map(String::as_str);
    let what = owned.or_else(|| payload.downcast_ref().copied()).unwrap_or("no message");
    complain(&format!("bug{place}: {what}; please report it with the text that brought it about"));
}
