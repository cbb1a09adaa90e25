//! Forms of other runtimes that are recognised and not read: the report names them, so that nothing is passed over in
//! silence.

use crate::builder::Builder;
use crate::dialect::{Dialect, Fed, Reader};
use crate::text::{Context, Line};
use std::collections::BTreeSet;

/// The dialect.
pub(crate) struct OtherTools;

/// What a form is called, and the beginnings of lines that only it has.
const FORMS: &[(&str, &[&str])] = &[
    (
        "a report of Node.js",
        &[
            "<--- JS stacktrace --->",
            "----- Native stack trace -----",
            "----- JavaScript stack trace -----",
            "\"nodejsVersion\":",
        ],
    ),
    ("a dump of Ruby", &["-- Control frame information ---", "-- Ruby level backtrace information", "Sigdump at "]),
    ("a slow log of PHP-FPM", &["script_filename = "]),
    ("a crash dump of Erlang", &["=erl_crash_dump:"]),
    ("a core_backtrace of ABRT", &["\"crash_thread\": true", "{   \"signal\":"]),
    ("a stack of .NET (SOS)", &["OS Thread Id: 0x"]),
    ("a crash report of macOS", &["Exception Type:  EXC_", "Exception Type:        EXC_"]),
    ("a stack of asynchronous Rust tasks", &["\u{257c} "]),
];

impl Dialect for OtherTools {
    fn name(&self) -> &'static str {
        "other-tools"
    }

    fn needles(&self) -> &'static [&'static str] {
        &[
            "<--- JS stacktrace --->",
            "- Native stack trace -",
            "- JavaScript stack trace -",
            "\"nodejsVersion\":",
            "(node:internal/",
            "-- Control frame information ---",
            "-- Ruby level backtrace",
            "Sigdump at ",
            "script_filename = ",
            "=erl_crash_dump:",
            "\"crash_thread\": true",
            "{   \"signal\":",
            "OS Thread Id: 0x",
            "Exception Type:  ",
            "\u{257c} ",
        ]
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::<OtherReader>::default()
    }
}

#[derive(Default)]
struct OtherReader {
    told: BTreeSet<&'static str>,
}

impl Reader for OtherReader {
    fn opens(&mut self, line: &Line<'_>, _context: &Context<'_>) -> bool {
        form(line.trimmed()).is_some()
    }

    fn feed(&mut self, line: &Line<'_>, _context: &Context<'_>, out: &mut Builder) -> Fed {
        let Some(name) = form(line.trimmed()) else { return Fed::End };
        if self.told.insert(name) {
            let span = out.at(line.number);
            out.note(Some(span), format!("This is {name}, which is not supported: nothing of it was read."));
            out.unclear(line.number, "a form that is known and not supported");
        }
        Fed::Passed
    }

    fn close(&mut self, _out: &mut Builder) {}
}

/// What the line is of.
fn form(text: &str) -> Option<&'static str> {
    if text.starts_with("at ") && text.contains("(node:internal/") {
        return FORMS.first().map(|(name, _)| *name);
    }
    FORMS.iter().find(|(_, heads)| heads.iter().any(|head| text.starts_with(head))).map(|(name, _)| *name)
}

#[cfg(test)]
mod tests {
    use crate::driver::read;
    use stacklore_model::{Document, SourceId};

    #[test]
    fn forms_are_named_once() {
        for (text, name) in [
            (
                "Error: x\n    at f (/app/x.js:1:2)\n    at Module._compile (node:internal/modules/cjs/loader:1:2)\n",
                "Node.js",
            ),
            ("-- Control frame information ------\n-- Ruby level backtrace information ----\n", "Ruby"),
            (
                "[20-Nov-2026 20:50:51]  [pool www] pid 4711\nscript_filename = /var/www/index.php\n[0x00007f3b] sleep() /var/www/a.php:12\n",
                "PHP-FPM",
            ),
            ("=erl_crash_dump:0.5\nTue Nov 24\n", "Erlang"),
            ("{   \"signal\": 11\n,   \"stacktrace\":\n      [ {   \"crash_thread\": true\n", "ABRT"),
        ] {
            let reading = read(SourceId(0), &Document::from_text("x", text));
            assert_eq!(reading.notes.len(), 1, "{text}");
            assert!(reading.notes[0].text.contains(name), "{}", reading.notes[0].text);
            assert!(reading.stacks.is_empty());
        }
    }
}
