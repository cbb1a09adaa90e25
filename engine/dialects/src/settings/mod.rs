//! Kernel settings (`sysctl`, `/proc/sys`) and the counters of FUSE connections (`/sys/fs/fuse/connections/N/waiting`).
//!
//! ```text
//! # sysctl kernel.watchdog
//! kernel.watchdog = 0
//! # cat /sys/fs/fuse/connections/38/waiting
//! 1
//! ```

use crate::builder::Builder;
use crate::dialect::{Dialect, Fed, Reader};
use crate::text::pattern;
use crate::text::{Command, Context, Line, Tool};
use pest::Parser;
use pest_derive::Parser;
use regex::Regex;
use stacklore_model::{Fact, Value};
use std::sync::LazyLock;

#[derive(Parser)]
#[grammar = "settings/grammar.pest"]
struct Grammar;

/// The dialect.
pub(crate) struct Settings;

const NAME: &str = "settings";

impl Dialect for Settings {
    fn name(&self) -> &'static str {
        NAME
    }

    fn needles(&self) -> &'static [&'static str] {
        &["kernel.", "sysctl ", "fuse/connections", "/proc/sys/"]
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::<SettingsReader>::default()
    }
}

/// `cat /proc/sys/kernel/watchdog`.
static SYS_FILE: LazyLock<Regex> = LazyLock::new(|| pattern(r"/proc/sys/([\w./-]+)"));

/// `cat /sys/fs/fuse/connections/38/waiting`, or all of them.
static FUSE_FILE: LazyLock<Regex> = LazyLock::new(|| pattern(r"/sys/fs/fuse/connections/(\d+|\*)/(?:waiting|\*)"));

/// A file whose one value follows.
#[derive(Clone, Debug, PartialEq)]
enum Awaited {
    Setting(String),
    /// Id of the connection; `None` where the command names all of them and only one exists.
    Fuse(Option<u64>),
}

#[derive(Default)]
struct SettingsReader {
    awaited: Option<Awaited>,
    /// A `sysctl` command stands just before.
    listed: bool,
}

impl Reader for SettingsReader {
    fn opens(&mut self, line: &Line<'_>, context: &Context<'_>) -> bool {
        let text = line.trimmed();
        if let Some(rest) = text.strip_prefix("==> ") {
            self.awaited = rest.strip_suffix(" <==").and_then(awaited);
            return self.awaited.is_some();
        }
        if context.command_just_before().is_some() {
            match &self.awaited {
                Some(Awaited::Fuse(_)) if is(Rule::count, text) => return true,
                Some(Awaited::Setting(_)) if !text.is_empty() && text.len() < 200 && !text.starts_with('/') => {
                    return true;
                }
                _ => {}
            }
        }
        if text.starts_with('/') {
            return is(Rule::prefixed, text);
        }
        if !text.contains('=') || !is(Rule::setting, text) {
            return false;
        }
        // Program text also assigns to names with dots; a lone line must be in sysctl's own spacing.
        (self.listed && context.command().is_some()) || text.contains(" = ") && text.len() < 200 && !text.ends_with(';')
    }

    fn feed(&mut self, line: &Line<'_>, _context: &Context<'_>, out: &mut Builder) -> Fed {
        let text = line.head().trim();
        if text.is_empty() {
            return Fed::End;
        }
        if let Some(rest) = text.strip_prefix("==> ") {
            self.awaited = rest.strip_suffix(" <==").and_then(awaited);
            return if self.awaited.is_some() { Fed::Taken } else { Fed::End };
        }
        if let Some(awaited) = self.awaited.take() {
            match awaited {
                Awaited::Fuse(id) if is(Rule::count, text) => {
                    fuse(id, text, line.number, out);
                    return Fed::Taken;
                }
                Awaited::Setting(key) if !text.starts_with('/') => {
                    setting(&key, text, line.number, out);
                    return Fed::Taken;
                }
                _ => {}
            }
        }
        if read(text, line.number, out) { Fed::Taken } else { Fed::End }
    }

    fn close(&mut self, _out: &mut Builder) {
        self.awaited = None;
    }

    fn command(&mut self, command: &Command, _out: &mut Builder) -> bool {
        let shell = command.tool == Tool::Shell;
        self.listed = shell && command.text.contains("sysctl");
        // What is written into a file (`echo 1 > /proc/sys/…`) prints nothing.
        self.awaited = if shell && !command.text.contains('>') { awaited(&command.text) } else { None };
        self.listed || self.awaited.is_some()
    }
}

fn awaited(text: &str) -> Option<Awaited> {
    if let Some(id) = FUSE_FILE.captures(text).and_then(|found| found.get(1)) {
        return Some(Awaited::Fuse(id.as_str().parse().ok()));
    }
    let mut files = SYS_FILE.captures_iter(text).filter_map(|found| found.get(1));
    let (first, more) = (files.next()?, files.next());
    more.is_none().then(|| Awaited::Setting(first.as_str().trim_end_matches(['/', '.']).replace('/', ".")))
}

fn is(rule: Rule, text: &str) -> bool {
    Grammar::parse(rule, text).is_ok()
}

fn read(text: &str, line: u32, out: &mut Builder) -> bool {
    let rule = if text.starts_with('/') { Rule::prefixed } else { Rule::setting };
    let Some(parsed) = Grammar::parse(rule, text).ok().and_then(|mut all| all.next()) else { return false };
    let (mut key, mut id, mut value) = (None, None, "");
    for part in parsed.into_inner() {
        match part.as_rule() {
            Rule::key => key = Some(part.as_str().to_owned()),
            Rule::proc_path => key = part.into_inner().next().map(|file| file.as_str().replace('/', ".")),
            Rule::fuse_path => id = part.into_inner().next().and_then(|id| id.as_str().parse().ok()),
            Rule::value => value = part.as_str().trim(),
            _ => {}
        }
    }
    match (key, id) {
        (Some(key), _) => setting(&key, value, line, out),
        (None, Some(id)) => fuse(Some(id), value, line, out),
        (None, None) => return false,
    }
    true
}

fn setting(key: &str, value: &str, line: u32, out: &mut Builder) {
    let fields = vec![("key", Value::Text(out.name(key))), ("value", Value::Text(out.name(value)))];
    let span = out.at(line);
    out.fact(Fact { relation: "sysctl", fields, span });
}

fn fuse(id: Option<u64>, count: &str, line: u32, out: &mut Builder) {
    let Ok(count) = count.trim().parse::<f64>() else { return };
    let mut fields = Vec::with_capacity(2);
    fields.extend(id.map(|id| ("id", Value::Number(id as f64))));
    fields.push(("waiting", Value::Number(count)));
    let span = out.at(line);
    out.fact(Fact { relation: "fuse_connection", fields, span });
}
