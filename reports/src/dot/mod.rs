//! DOT: the wait-for graph as Graphviz draws it. Tasks are boxes, objects ellipses; the edges of a ring are bold and
//! red, assumed ones dashed; what an edge rests on is its tooltip.
//!
//! Labels come from the ticket. In DOT a quoted string ends at `"`, `\N` and its like are replaced, and `&…;` is an
//! entity: [`quoted`] leaves none of them. A label in `<…>` is markup only without quotes, so that every one has them.

mod choice;

use crate::answer::first_line;
use crate::answer::picture::Phrases;
use crate::view::{EdgeView, NodeView, shorten};
use crate::{Format, Layout, Named, Report, visible};
use choice::Choice;
use stacklore_model::Known;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

/// The DOT format.
#[derive(Clone, Copy, Debug)]
pub struct Dot;

/// Characters of a label.
const LABEL: usize = 80;
/// Characters of a line of the text in a tooltip.
const LINE: usize = 160;

impl Named for Dot {
    fn id(&self) -> &'static str {
        "dot"
    }
}

impl Format for Dot {
    fn report(&self, report: &Report, _: &Layout, out: &mut dyn Write) -> io::Result<()> {
        let choice = Choice::of(report);
        let graph = &report.contents.wait_graph;
        // A rule may say again what the graph already has.
        let mut seen = BTreeSet::new();
        let drawn =
            |edge: &&EdgeView| choice.has(edge.from) && choice.has(edge.to) && seen.insert((edge.from, edge.to));
        let edges: Vec<&EdgeView> = graph.edges.iter().filter(drawn).collect();
        head(report, out)?;
        if choice.left_out > 0 {
            left_out(&choice, out)?;
        }
        for node in graph.nodes.iter().filter(|node| choice.has(node.id)) {
            write_node(node, choice.ring_nodes.contains(&node.id), out)?;
        }
        let words = Words { report, phrases: Phrases::of(report, &edges), lines: lines(report, &edges) };
        edges.iter().try_for_each(|edge| words.edge(edge, choice.is_ring(edge), out))?;
        writeln!(out, "}}")
    }
}

fn head(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let (word, _, line) = first_line(report);
    let title = format!("{word}  {line}");
    writeln!(out, "digraph {} {{", quoted(&report.case, LABEL))?;
    writeln!(out, "  label={}; labelloc=t; rankdir=LR;", quoted(title.trim(), 2 * LABEL))?;
    writeln!(out, "  node [fontname=\"sans-serif\", fontsize=11];")?;
    writeln!(out, "  edge [fontname=\"sans-serif\", fontsize=9];")
}

/// A picture of thousands of nodes shows nothing.
fn left_out(choice: &Choice, out: &mut dyn Write) -> io::Result<()> {
    let shown = choice.shown();
    let left_out = choice.left_out;
    let words = format!("{left_out} more nodes are left out: rings and findings come first, {shown} nodes are shown.");
    writeln!(out, "  // {words}")?;
    writeln!(out, "  left_out [shape=note, style=dashed, label={}];", quoted(&words, 2 * LABEL))
}

fn write_node(node: &NodeView, in_ring: bool, out: &mut dyn Write) -> io::Result<()> {
    let shape = match node.kind {
        "task" => "box",
        "process" => "box3d",
        "fact" => "note",
        _ => "ellipse",
    };
    let ring = if in_ring { ", color=red, penwidth=2" } else { "" };
    writeln!(out, "  n{} [shape={shape}, label={}{ring}];", node.id, quoted(&node.label, LABEL))
}

/// What edges say, and what they rest on.
struct Words<'a> {
    report: &'a Report,
    phrases: Phrases<'a>,
    lines: BTreeMap<(u32, u32), String>,
}

impl Words<'_> {
    fn edge(&self, edge: &EdgeView, in_ring: bool, out: &mut dyn Write) -> io::Result<()> {
        let style = match (in_ring, edge.known == Known::Assumed) {
            (true, true) => ", color=red, penwidth=2, style=\"bold,dashed\"",
            (true, false) => ", color=red, penwidth=2, style=bold",
            (false, true) => ", style=dashed",
            (false, false) => "",
        };
        let tooltip = quoted(&self.tooltip(edge), usize::MAX);
        let label = quoted(&self.phrases.says(edge), LABEL);
        let (from, to) = (edge.from, edge.to);
        writeln!(out, "  n{from} -> n{to} [label={label}, tooltip={tooltip}, labeltooltip={tooltip}{style}];")
    }

    fn tooltip(&self, edge: &EdgeView) -> String {
        let source = self.report.contents.sources.get(edge.source as usize);
        let name = shorten(source.map_or("", |source| &source.name), LABEL);
        match self.lines.get(&(edge.source, edge.line)) {
            Some(line) => format!("{name}:{}: {line}", edge.line),
            None => format!("{name}:{}", edge.line),
        }
    }
}

/// The lines of the texts that edges rest on: one pass over each text, no further than the last of them.
fn lines(report: &Report, edges: &[&EdgeView]) -> BTreeMap<(u32, u32), String> {
    let wanted: BTreeSet<(u32, u32)> = edges.iter().map(|edge| (edge.source, edge.line)).collect();
    let mut found = BTreeMap::new();
    for (source, text) in (0..).zip(&report.texts) {
        let mut wanted = wanted.range((source, 0)..=(source, u32::MAX)).map(|(_, line)| *line).peekable();
        if wanted.peek().is_none() {
            continue;
        }
        for (number, line) in (1..).zip(text.lines()) {
            if wanted.next_if_eq(&number).is_some() {
                found.insert((source, number), shorten(line.trim(), LINE));
            }
            if wanted.peek().is_none() {
                break;
            }
        }
    }
    found
}

/// A text as a quoted string that means nothing but itself.
fn quoted(text: &str, most: usize) -> String {
    let mut quoted = String::from("\"");
    for c in visible(&shorten(text, most)).chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '&' => quoted.push_str("&amp;"),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn labels_cannot_break_out() {
        for (label, expected) in [
            (r#"a" ]; evil [label="x"#, r#""a\" ]; evil [label=\"x""#),
            (r"ends with \", r#""ends with \\""#),
            (r"\N \G \l", r#""\\N \\G \\l""#),
            ("<b>bold</b>", r#""<b>bold</b>""#),
            ("a\nb\0", r#""a^Jb^@""#),
            ("&quot;]; &#10; a&&b", r#""&amp;quot;]; &amp;#10; a&amp;&amp;b""#),
            ("\u{202e}x", r#""\\u{202e}x""#),
        ] {
            assert_eq!(quoted(label, 100), expected);
        }
        assert_eq!(quoted(r#"""""""""#, 3), r#""\"…\"""#);
    }
}
