//! Blocks of a comment: paragraphs, headings, code, folded parts. Every block is whole in itself, so that a comment that
//! is too long can end after any of them.

use super::inline::{longest_run, prose};
use crate::visible;

/// Blocks from top to bottom, and how long their texts may be.
pub(super) struct Page {
    blocks: Vec<String>,
    /// Characters of a sentence or paragraph.
    pub(super) most: usize,
}

impl Page {
    pub(super) fn new(most: usize) -> Self {
        Page { blocks: Vec::new(), most }
    }

    /// An empty page with the same limits, for what is folded.
    pub(super) fn inner(&self) -> Self {
        Page::new(self.most)
    }

    /// Prose as far as it may be long.
    pub(super) fn prose(&self, text: &str) -> String {
        prose(text, self.most)
    }

    /// A block as it is.
    pub(super) fn block(&mut self, block: impl Into<String>) {
        let block = block.into();
        if !block.trim().is_empty() {
            self.blocks.push(block);
        }
    }

    /// A paragraph of words that may come from a ticket; items of a list stay items.
    pub(super) fn paragraph(&mut self, text: &str) {
        let text = text.trim();
        match text.strip_prefix("- ").or(text.strip_prefix("* ")) {
            Some(item) => self.item(&self.prose(item)),
            None => self.block(self.prose(text)),
        }
    }

    /// A heading of level 1 to 6.
    pub(super) fn heading(&mut self, level: usize, text: &str) {
        self.block(format!("{} {text}", "#".repeat(level.clamp(1, 6))));
    }

    /// One item of a list, after others of the same list in the same block.
    pub(super) fn item(&mut self, text: &str) {
        match self.blocks.last_mut().filter(|block| block.starts_with("- ")) {
            Some(list) => list.extend(["\n- ", text]),
            None => self.block(format!("- {text}")),
        }
    }

    /// Lines as they are, in a language for colours.
    pub(super) fn code(&mut self, language: &str, lines: &[String]) {
        if lines.is_empty() {
            return;
        }
        let text: Vec<String> = lines.iter().map(|line| visible(line)).map(|line| line.trim_end().to_owned()).collect();
        let text = text.join("\n");
        let fence = "`".repeat((longest_run(&text) + 1).max(3));
        self.block(format!("{fence}{language}\n{text}\n{fence}"));
    }

    /// A folded part under a line of our own words: in there Markdown means nothing.
    pub(super) fn details(&mut self, summary: &str, inner: Page) {
        if !inner.blocks.is_empty() {
            let inner = inner.blocks.join("\n\n");
            self.block(format!("<details>\n<summary>{summary}</summary>\n\n{inner}\n\n</details>"));
        }
    }

    /// Bytes of the page.
    pub(super) fn len(&self) -> usize {
        self.blocks.iter().map(|block| block.len() + 2).sum()
    }

    /// Keeps the first blocks that together are no longer than that.
    pub(super) fn cut(&mut self, most: usize) {
        let mut used = 0;
        let ends = self.blocks.iter().map(|block| {
            used += block.len() + 2;
            used
        });
        let kept = ends.take_while(|end| *end <= most).count();
        self.blocks.truncate(kept);
    }

    /// All of it, as a text.
    pub(super) fn text(&self) -> String {
        self.blocks.join("\n\n") + "\n"
    }

    /// The blocks of another page below.
    pub(super) fn append(&mut self, other: Page) {
        self.blocks.extend(other.blocks);
    }
}
