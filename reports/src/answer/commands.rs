//! What to run next, ready to be copied.

/// A command, or what to ask for where no single command shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// The program at whose prompt it is typed (`crash`, `gdb`); `None` for a shell.
    pub tool: Option<String>,
    /// What to type.
    pub text: String,
    /// What to do with it, and what it would make of the finding.
    pub note: Option<String>,
}

/// Blanks that set a remark apart from a command.
const GAP: &str = "   ";
/// Programs with a prompt of their own have short names.
const TOOL_MAX: usize = 8;

impl Command {
    /// A command as rules write it: `gdb: p *ADDRESS   (a remark)`.
    pub(super) fn of(text: &str) -> Command {
        let text = text.trim();
        let (command, note) = match text.split_once(GAP) {
            Some((command, note)) => (command, Some(bare(note.trim()))),
            None => (text, None),
        };
        let tool = command.split_once(": ").filter(|(tool, _)| is_tool(tool));
        let (tool, command) = tool.map_or((None, command), |(tool, rest)| (Some(tool.to_owned()), rest));
        Command { tool, text: command.trim().to_owned(), note }
    }

    /// The prompt at which it is typed, with the blank behind it; `None` for a shell.
    pub fn prompt(&self) -> Option<String> {
        self.tool.as_deref().map(|tool| match tool {
            "gdb" | "lldb" => format!("({tool}) "),
            _ => format!("{tool}> "),
        })
    }

    /// The same with one more remark.
    pub(super) fn noted(mut self, remark: &str) -> Command {
        self.note = Some(self.note.map_or_else(|| remark.to_owned(), |note| format!("{note}; {remark}")));
        self
    }
}

/// Whether a text is a sentence to a person rather than something to type: it begins with a capitalised word.
pub(super) fn is_sentence(text: &str) -> bool {
    let mut letters = text.trim().chars();
    letters.next().is_some_and(char::is_uppercase) && letters.next().is_some_and(|c| c.is_lowercase() || c == ' ')
}

fn is_tool(word: &str) -> bool {
    let known = |word: &str| matches!(word, "gdb" | "lldb" | "crash" | "drgn" | "mdb" | "kdb" | "ddb" | "windbg");
    word.len() <= TOOL_MAX && known(word)
}

/// Without the brackets around all of it.
fn bare(note: &str) -> String {
    let inner = note.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
    inner.filter(|inner| !inner.contains(") (") && !inner.contains(")   (")).unwrap_or(note).to_owned()
}

#[cfg(test)]
mod tests {
    use super::{Command, is_sentence};

    #[test]
    fn tool_command_and_remark_are_told_apart() {
        let command = Command::of("crash: bt -f 2849   (the lock is there; then `struct mutex ADDRESS`)");
        assert_eq!(command.tool.as_deref(), Some("crash"));
        assert_eq!(command.text, "bt -f 2849");
        assert_eq!(command.note.as_deref(), Some("the lock is there; then `struct mutex ADDRESS`"));
        let shell = Command::of("cat /proc/4711/stack").noted("makes it proven");
        assert_eq!((shell.tool, shell.text.as_str()), (None, "cat /proc/4711/stack"));
        assert_eq!(shell.note.as_deref(), Some("makes it proven"));
        assert_eq!(Command::of("dmesg: nothing").tool, None);
    }

    #[test]
    fn sentences_are_no_commands() {
        assert!(is_sentence("Who is the server? Take its stacks too."));
        assert!(is_sentence("A second dump after ten seconds."));
        assert!(!is_sentence("grep -H TracerPid /proc/*/status"));
        assert!(!is_sentence("SIGQUIT"));
    }
}
