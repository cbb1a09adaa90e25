//! Writes the text of a page: folds spaces, ends lines at blocks, sets cells of a row beside each other.

/// Text as it is seen on a page.
#[derive(Debug, Default)]
pub(super) struct Writer {
    text: String,
    /// A run of spaces was met and something may follow it.
    space: bool,
    /// A block has ended: what follows begins a line.
    ended: bool,
    /// Open blocks whose spaces and line ends are as written.
    blocks: usize,
    /// Open elements within a line of that kind.
    codes: usize,
    /// The next line end belongs to the tag before it.
    drop_line_end: bool,
    row: Row,
}

/// The row of a table that is being written.
#[derive(Clone, Copy, Debug, Default)]
struct Row {
    /// A cell of it has begun.
    cells: bool,
    /// Where its text begins.
    from: usize,
    /// Where the text of the cell begins, if it stands beside another.
    cell: Option<usize>,
    /// It has taken more than one line: cells are set below each other from there on.
    lines: bool,
    /// The cell is verbatim, because it stands beside the numbers of its lines.
    code: bool,
}

/// A place to which the text can be taken back.
#[derive(Debug)]
pub(super) struct Place {
    length: usize,
    space: bool,
    ended: bool,
    row: Row,
}

impl Writer {
    /// The text so far, with a line end at its end.
    pub(super) fn finish(mut self) -> String {
        let end = self.text.trim_end().len();
        self.text.truncate(end);
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        self.text
    }

    /// Text between tags.
    pub(super) fn write(&mut self, text: &str) {
        let text = match std::mem::take(&mut self.drop_line_end) {
            true => text.strip_prefix('\n').unwrap_or(text),
            false => text,
        };
        if self.blocks > 0 || self.codes > 0 || self.row.code {
            self.write_verbatim(text);
        } else {
            self.write_folded(text);
        }
    }

    fn write_verbatim(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        self.begin();
        self.row.lines |= text.contains('\n');
        for piece in text.split_inclusive('\u{a0}') {
            match piece.strip_suffix('\u{a0}') {
                Some(piece) => {
                    self.text.push_str(piece);
                    self.text.push(' ');
                }
                None => self.text.push_str(piece),
            }
        }
    }

    fn write_folded(&mut self, text: &str) {
        for piece in text.split_inclusive(|c: char| c.is_ascii_whitespace()) {
            let word = piece.trim_end_matches(|c: char| c.is_ascii_whitespace());
            if !word.is_empty() {
                self.begin();
                // A space that does not break is one that the writer wanted: pages indent traces with them.
                self.text.extend(word.chars().map(|c| if c == '\u{a0}' { ' ' } else { c }));
            }
            self.space |= word.len() < piece.len();
        }
    }

    /// Something visible follows: settles the line end or the space that is due before it.
    fn begin(&mut self) {
        self.settle();
        if std::mem::take(&mut self.space) && !self.at_line_start() && !self.at_cell_start() {
            self.text.push(' ');
        }
    }

    fn settle(&mut self) {
        if std::mem::take(&mut self.ended) && !self.at_line_start() {
            let before_row = self.text.len() == self.row.from;
            let lines = self.row.lines;
            self.line_end();
            if before_row {
                self.row.from = self.text.len();
                self.row.lines = lines;
            }
        }
    }

    fn at_cell_start(&self) -> bool {
        self.row.cell == Some(self.text.len())
    }

    fn at_line_start(&self) -> bool {
        self.text.is_empty() || self.text.ends_with('\n')
    }

    fn line_end(&mut self) {
        self.space = false;
        self.text.push('\n');
        self.row.lines = true;
    }

    /// A block begins or ends.
    pub(super) fn block(&mut self) {
        self.space = false;
        // The first block in a cell does not part it from the cell before.
        self.ended |= !self.at_cell_start();
    }

    /// A line is ended by hand.
    pub(super) fn line_break(&mut self) {
        self.settle();
        self.line_end();
    }

    /// A block whose spaces and line ends are as written begins.
    pub(super) fn verbatim_begins(&mut self) {
        self.blocks += 1;
        self.space = false;
        self.ended = true;
        self.drop_line_end = true;
    }

    /// It ends.
    pub(super) fn verbatim_ends(&mut self) {
        self.blocks = self.blocks.saturating_sub(1);
        self.drop_line_end = false;
        self.block();
    }

    /// Code within a line begins.
    pub(super) fn code_begins(&mut self) {
        self.codes += 1;
    }

    /// It ends.
    pub(super) fn code_ends(&mut self) {
        self.codes = self.codes.saturating_sub(1);
    }

    /// A row of a table begins or ends.
    pub(super) fn row(&mut self) {
        self.space = false;
        self.ended = true;
        self.row = Row { from: self.text.len(), ..Row::default() };
    }

    /// A table begins or ends: cells that follow stand in lines of their own.
    pub(super) fn table(&mut self) {
        self.row();
        self.row.lines = true;
    }

    /// A cell begins. `code` tells that numbers of lines stand before it.
    pub(super) fn cell(&mut self, code: bool) {
        self.space = false;
        let beside = self.row.cells && !self.row.lines && self.text.len() > self.row.from;
        if beside {
            self.ended = false;
            self.text.push('\t');
            self.row.cell = Some(self.text.len());
        } else {
            self.ended |= self.row.lines;
        }
        self.row.cells = true;
        self.row.code = code;
    }

    /// The cell has ended.
    pub(super) fn cell_ends(&mut self) {
        self.row.code = false;
        self.space = false;
    }

    /// Where the text is now.
    pub(super) fn place(&self) -> Place {
        Place { length: self.text.len(), space: self.space, ended: self.ended, row: self.row }
    }

    /// Takes back what was written since, where it is nothing but numbers (and the signs of a difference).
    /// Tells whether it was.
    pub(super) fn take_back_numbers(&mut self, place: &Place) -> bool {
        let since = self.text.get(place.length..).unwrap_or_default();
        let numbers =
            since.chars().all(|c| c.is_ascii_digit() || c.is_whitespace() || matches!(c, '+' | '-' | '.' | ':'));
        if numbers {
            self.text.truncate(place.length);
            (self.space, self.ended, self.row) = (place.space, place.ended, place.row);
        }
        numbers
    }
}
