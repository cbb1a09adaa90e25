//! Records of the journal with all their fields, as `journalctl -o verbose` and `-o export` print them:
//!
//! ```text
//! Mon 2023-11-20 12:00:00.123456 UTC [s=…;i=…;b=…;m=…;t=…;x=…]
//!     PRIORITY=4
//!     MESSAGE=Call Trace:
//!     _SOURCE_MONOTONIC_TIMESTAMP=12345678
//! ```

/// A record in the making.
#[derive(Default)]
pub(super) struct Journal {
    number: u32,
    message: Option<String>,
    kernel: bool,
    /// A blank line stands behind the record.
    ended: bool,
    /// Time of the kernel's message in microseconds.
    micros: Option<u64>,
}

/// What became of a line.
pub(super) enum Added {
    /// It is one of this record.
    Taken,
    /// It begins the next record.
    Next,
    /// It is none of a record.
    Foreign,
}

impl Journal {
    /// Adds the line with this number.
    pub(super) fn add(&mut self, line: &str, number: u32) -> Added {
        match field(line) {
            Some(_) if self.ended => return Added::Next,
            Some(("MESSAGE", _)) if self.message.is_some() => return Added::Next,
            Some(("MESSAGE", text)) => {
                self.message = Some(text.to_owned());
                self.number = number;
            }
            Some(("_TRANSPORT" | "SYSLOG_IDENTIFIER", "kernel")) => self.kernel = true,
            Some(("_SOURCE_MONOTONIC_TIMESTAMP", micros)) => self.micros = micros.parse().ok(),
            Some(_) => {}
            // The other lines of a message stand below the first.
            None if line.starts_with(CONTINUED) && self.message.is_some() => {
                if let (Some(message), Some(text)) = (&mut self.message, line.strip_prefix(CONTINUED)) {
                    message.push('\n');
                    message.push_str(text);
                }
            }
            None if line.trim().is_empty() && self.message.is_some() && !self.ended => self.ended = true,
            None if is_head(line) && self.message.is_some() => return Added::Next,
            None if is_head(line) => {}
            None => return Added::Foreign,
        }
        Added::Taken
    }

    /// The message as the kernel's log would show it, and the line where it stands. A head begins the next record:
    /// its message comes as one of its own.
    pub(super) fn end(self) -> Option<(u32, String)> {
        let message = self.message?;
        let kernel = if self.kernel { "kernel: " } else { "" };
        let stamp = match self.micros.filter(|_| self.kernel) {
            Some(micros) => format!("[{:5}.{:06}] ", micros / 1_000_000, micros % 1_000_000),
            None => String::new(),
        };
        Some((self.number, format!("{kernel}{stamp}{message}")))
    }
}

/// Indentation of the second and further lines of a message: that of the fields and the width of the name.
const CONTINUED: &str = "            ";

/// Whether a line is the field with the message.
pub(super) fn is_message(line: &str) -> bool {
    field(line).is_some_and(|(name, _)| name == "MESSAGE")
}

/// `NAME=value`.
fn field(line: &str) -> Option<(&str, &str)> {
    let (name, value) = line.trim_start().split_once('=')?;
    let named =
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_');
    named.then_some((name, value))
}

/// `Mon 2023-11-20 12:00:00.123456 UTC [s=…;i=…`.
fn is_head(line: &str) -> bool {
    line.split_once(" [s=").is_some_and(|(date, rest)| date.len() < 48 && rest.contains(";i="))
}
