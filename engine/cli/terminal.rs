//! What the terminal can show: its width, colours and characters.

use crate::args::{OutputArgs, When};
use stacklore::reports::Layout;
use std::env;
use std::io::{self, IsTerminal as _};

/// Columns of text that goes to a file or a pipe.
const COLUMNS: usize = 100;
/// Lines longer than this are hard to read, however wide the terminal is.
const MOST_COLUMNS: usize = 120;
/// Narrower than this nothing can be laid out.
const LEAST_COLUMNS: usize = 40;

/// How a result is laid out where it goes.
pub(crate) fn layout(args: &OutputArgs) -> Layout {
    let terminal = args.output.is_none() && io::stdout().is_terminal();
    Layout {
        width: args.width.map_or_else(|| columns(terminal), usize::from),
        ascii: args.ascii || terminal && !is_utf8(),
        color: color(args.color, terminal),
        ..Layout::default()
    }
}

fn columns(terminal: bool) -> usize {
    let size = if terminal { terminal_size::terminal_size() } else { None };
    size.map_or(COLUMNS, |(columns, _)| usize::from(columns.0).clamp(LEAST_COLUMNS, MOST_COLUMNS))
}

/// The convention of no-color.org: any value but an empty one switches colours off; who asks for them gets them.
fn color(when: When, terminal: bool) -> bool {
    let refused = || env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let dumb = || env::var_os("TERM").is_some_and(|term| term == "dumb");
    match when {
        When::Always => true,
        When::Never => false,
        When::Auto => terminal && !refused() && !dumb(),
    }
}

/// Whether the locale is of UTF-8. One that is not set says nothing: most terminals are of UTF-8 today.
fn is_utf8() -> bool {
    let set = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().filter_map(env::var_os).find(|value| !value.is_empty());
    let name = set.map(|value| value.to_string_lossy().to_ascii_lowercase());
    name.is_none_or(|name| name.contains("utf-8") || name.contains("utf8"))
}
