//! Makes a queue of tickets whose truth is known, see [`queue`].

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program")]

#[path = "mod.rs"]
mod queue;

use clap::Parser;
use clap::builder::PossibleValuesParser;
use queue::Settings;
use std::path::PathBuf;
use std::process::ExitCode;

/// Makes a queue of tickets from the corpus: DIR/queue/ with a file or folder for each, and DIR/truth.ndjson with what
/// must be said of them.
#[derive(Parser)]
struct Arguments {
    /// Number of tickets
    #[arg(long, default_value_t = 1000)]
    tickets: u64,
    /// The same seed gives the same queue
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// About how many bytes all files have together: 500K, 20M, 4G
    #[arg(long, default_value = "100M", value_parser = size)]
    bytes: u64,
    /// Kinds of tickets to leave out, as `kind` in truth.ndjson names them
    #[arg(long, value_name = "KIND", value_parser = PossibleValuesParser::new(queue::kinds()))]
    without: Vec<String>,
    /// Where to write; an existing folder of that name must be empty
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

fn main() -> ExitCode {
    let Arguments { tickets, seed, bytes, without, out } = Arguments::parse();
    if out.join("queue").exists() {
        eprintln!("{}: there is a queue already; remove it or name another folder", out.display());
        return ExitCode::from(2);
    }
    match queue::generate(&Settings { tickets, seed, bytes, out, without }) {
        Ok(made) => {
            println!("{} tickets, {} MB", made.tickets, made.bytes / 1_000_000);
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("cannot make the queue: {error}");
            ExitCode::from(2)
        }
    }
}

/// `20M` and the like, in binary units.
fn size(text: &str) -> Result<u64, String> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let shift = match text[digits.len()..].to_ascii_uppercase().as_str() {
        "" => 0,
        "K" => 10,
        "M" => 20,
        "G" => 30,
        _ => return Err("a number with K, M or G behind it".to_owned()),
    };
    digits.parse::<u64>().map(|number| number << shift).map_err(|error| error.to_string())
}
