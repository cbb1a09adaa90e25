//! The lines of a document by number.

/// Start of every line of a text; lines are cut at line feeds only.
pub(crate) struct Lines<'a> {
    text: &'a str,
    starts: Vec<usize>,
}

/// Number of lines of a text, as [`Lines::len`] counts them.
pub(crate) fn line_count(text: &str) -> u32 {
    let ends = memchr::memchr_iter(b'\n', text.as_bytes()).count();
    (ends + usize::from(!text.is_empty() && !text.ends_with('\n'))) as u32
}

impl<'a> Lines<'a> {
    pub(crate) fn of(text: &'a str) -> Self {
        // Counted first: a vector that grows takes twice the memory of the millions of lines of a large text.
        let mut starts = Vec::with_capacity(memchr::memchr_iter(b'\n', text.as_bytes()).count() + 1);
        starts.push(0);
        starts.extend(memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at + 1));
        Lines { text, starts }
    }

    /// Number of lines; the empty text after a final line feed counts for nothing.
    pub(crate) fn len(&self) -> u32 {
        let last_is_empty = self.starts.last() == Some(&self.text.len());
        (self.starts.len() - usize::from(last_is_empty)) as u32
    }

    /// The whole text.
    pub(crate) fn text(&self) -> &'a str {
        self.text
    }

    /// Byte at which a line (from 1) starts.
    pub(crate) fn start(&self, number: u32) -> usize {
        self.starts.get(number.saturating_sub(1) as usize).copied().unwrap_or(self.text.len())
    }

    /// Number of the line that holds this byte.
    pub(crate) fn number_at(&self, byte: usize) -> u32 {
        self.starts.partition_point(|start| *start <= byte) as u32
    }

    /// Whether this blank line is one of those that a page or a mailer has put between every two lines: the lines beside
    /// it are none, and every second one around it is.
    pub(crate) fn is_spacing(&self, number: u32) -> bool {
        let blank = |n: u32| self.get(n).trim().is_empty();
        if !blank(number) {
            return false;
        }
        let inside = |n: u32| (1..=self.len()).contains(&n);
        let beside = [number.saturating_sub(1), number + 1];
        if beside.iter().any(|n| inside(*n) && blank(*n)) {
            return false;
        }
        let around = (1..=3).flat_map(|step| [number.checked_sub(2 * step), Some(number + 2 * step)]);
        let mut seconds = around.flatten().filter(|n| inside(*n)).peekable();
        seconds.peek().is_some() && seconds.clone().count() >= 3 && seconds.all(blank)
    }

    /// A line as given, without its line feed and a carriage return before it; empty outside the text.
    pub(crate) fn get(&self, number: u32) -> &'a str {
        let Some(start) = number.checked_sub(1).and_then(|before| self.starts.get(before as usize)) else { return "" };
        // Behind the line feed the next line starts.
        let end = self.starts.get(number as usize).map_or(self.text.len(), |next| next - 1);
        let line = self.text.get(*start..end).unwrap_or_default();
        line.strip_suffix('\r').unwrap_or(line)
    }
}
