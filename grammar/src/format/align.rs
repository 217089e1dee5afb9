//! Lines to text: neighbouring lines of one kind share their columns, and so do the comments behind them.

/// A piece of the output.
pub(super) enum Out<'t> {
    /// A line.
    Line(Line),
    /// An empty line.
    Blank,
    /// Text that stays as it is, line breaks included.
    Copy(&'t str),
}

/// A line, and the lines inside a token that spans several.
#[derive(Default)]
pub(super) struct Line {
    /// How far it is indented.
    pub(super) indent: usize,
    /// What it is aligned as.
    pub(super) align: Align,
    /// Its text, in cells where it is aligned.
    pub(super) cells: Vec<String>,
    /// The comment behind it.
    pub(super) comment: String,
}

/// Which lines share their columns.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Align {
    /// None.
    #[default]
    No,
    /// A comment alone on its line: it parts no neighbours.
    Comment,
    /// The word of a property, and its value.
    Property,
    /// The name of a column, its type, its constraints.
    Column,
    /// The values of a row.
    Row,
}

/// The text.
pub(super) fn write(mut out: Vec<Out<'_>>) -> String {
    align_cells(&mut out);
    align_comments(&mut out);
    let mut text = String::new();
    for piece in out {
        match piece {
            Out::Line(line) => {
                text.push_str(&" ".repeat(line.indent));
                text.push_str(&line.cells.concat());
                text.push_str(&line.comment);
                text.push('\n');
            }
            Out::Blank => text.push('\n'),
            Out::Copy(copied) => text.push_str(copied),
        }
    }
    text
}

impl Line {
    /// Whether it begins or ends a block.
    fn brackets(&self) -> bool {
        let begins = self.cells.first().is_some_and(|first| first.starts_with(['}', ')']));
        begins || self.cells.last().is_some_and(|last| last.ends_with(['{', '(']))
    }

    /// Makes one cell of all, aligned with nothing: the line is part of something that takes several.
    pub(super) fn settle(&mut self) {
        pad(&mut vec![self]);
        self.cells = vec![self.cells.concat()];
        self.align = Align::No;
    }
}

fn as_line<'o>(out: &'o mut Out<'_>) -> Option<&'o mut Line> {
    match out {
        Out::Line(line) => Some(line),
        _ => None,
    }
}

/// Pads the cells of runs of aligned lines.
fn align_cells(out: &mut [Out<'_>]) {
    let mut run: Vec<&mut Line> = Vec::new();
    for piece in out {
        let line = as_line(piece);
        let goes_on =
            |line: &Line| run.last().is_some_and(|last| last.align == line.align && last.indent == line.indent);
        match line {
            Some(line) if line.align == Align::Comment => {}
            Some(line) if line.align != Align::No && goes_on(line) => run.push(line),
            line => {
                pad(&mut run);
                run = line.into_iter().filter(|line| line.align != Align::No).collect();
            }
        }
    }
    pad(&mut run);
}

/// Makes the cells of some lines as wide as the widest of their column.
fn pad(lines: &mut Vec<&mut Line>) {
    let mut widths: Vec<usize> = Vec::new();
    for line in lines.iter() {
        // What nothing follows needs no room, but for the names of columns.
        let cells = line.cells.iter().rposition(|cell| !cell.is_empty()).unwrap_or(0);
        let counted = if line.align == Align::Column { cells.max(1) } else { cells };
        for (number, cell) in line.cells.iter().take(counted).enumerate() {
            if number == widths.len() {
                widths.push(0);
            }
            widths[number] = widths[number].max(cell.chars().count());
        }
    }
    for line in lines.drain(..) {
        let last = line.cells.iter().rposition(|cell| !cell.is_empty()).unwrap_or(0);
        for (number, cell) in line.cells.iter_mut().take(last).enumerate() {
            // Constraints stand two spaces from types.
            let gap = if line.align == Align::Column && number == 1 { 2 } else { 1 };
            let room = widths[number] + gap - cell.chars().count();
            if widths[number] > 0 {
                cell.push_str(&" ".repeat(room));
            }
        }
    }
}

/// Puts the comments behind adjacent lines below one another, two spaces from the longest line.
fn align_comments(out: &mut [Out<'_>]) {
    let mut run: Vec<&mut Line> = Vec::new();
    for piece in out {
        let line = as_line(piece).filter(|line| !line.comment.is_empty());
        let goes_on = |line: &Line| {
            run.last().is_some_and(|last| last.indent == line.indent && !line.brackets() && !last.brackets())
        };
        match line {
            Some(line) if goes_on(line) => run.push(line),
            line => {
                place_comments(&mut run);
                run = line.into_iter().collect();
            }
        }
    }
    place_comments(&mut run);
}

fn place_comments(lines: &mut Vec<&mut Line>) {
    let width = |line: &Line| {
        let text = line.cells.concat();
        text.rsplit('\n').next().map_or(0, |last| last.chars().count())
    };
    let widest = lines.iter().map(|line| width(line)).max().unwrap_or(0);
    for line in lines.drain(..) {
        let gap = widest - width(line) + 2;
        line.comment.insert_str(0, &" ".repeat(gap));
    }
}
