//! `stacklore completions` and `stacklore man`: help for shells and readers, made from the command line itself, so that
//! they cannot disagree.

use crate::args::Cli;
use crate::exit::Exit;
use crate::output;
use clap::CommandFactory as _;
use clap_complete::Shell;

/// Prints the completions of a shell.
pub(crate) fn completions(shell: Shell) -> anyhow::Result<Exit> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "stacklore", &mut script);
    output::to_stdout(|out| out.write_all(&script))?;
    Ok(Exit::Done)
}

/// Prints the manual page in roff.
pub(crate) fn man() -> anyhow::Result<Exit> {
    let mut page = Vec::new();
    clap_mangen::Man::new(Cli::command()).render(&mut page)?;
    output::to_stdout(|out| out.write_all(&page))?;
    Ok(Exit::Done)
}
