//! Byte offsets to lines and columns, and back: in bytes, in characters, and in UTF-16 units as editors count them.

/// A line and a column, both from zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineColumn {
    /// The line, from zero.
    pub line: u32,
    /// The column, from zero, in the unit that was asked for.
    pub column: u32,
}

/// Where the lines of one text begin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineIndex {
    starts: Vec<u32>,
    len: u32,
}

impl LineIndex {
    /// Indexes `text`. A line ends behind `\n`; a `\r` before it belongs to the line.
    pub fn new(text: &str) -> Self {
        let newlines = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let starts = std::iter::once(0).chain(newlines.map(|(at, _)| at as u32 + 1)).collect();
        Self { starts, len: text.len() as u32 }
    }

    /// The line of a byte offset, from zero. Offsets behind the end count as the end.
    pub fn line(&self, offset: u32) -> u32 {
        self.starts.partition_point(|start| *start <= offset.min(self.len)) as u32 - 1
    }

    /// Line and column in characters, for people. `text` is the text that was indexed.
    pub fn characters(&self, text: &str, offset: u32) -> LineColumn {
        self.count(text, offset, |_| 1)
    }

    /// Line and column in UTF-16 units, for editors. `text` is the text that was indexed.
    pub fn utf16(&self, text: &str, offset: u32) -> LineColumn {
        self.count(text, offset, |c| c.len_utf16() as u32)
    }

    fn count(&self, text: &str, offset: u32, width: impl Fn(char) -> u32) -> LineColumn {
        let line = self.line(offset);
        let start = self.starts[line as usize] as usize;
        let end = offset.min(self.len) as usize;
        let column = text[start..].char_indices().take_while(|(at, _)| start + at < end).map(|(_, c)| width(c)).sum();
        LineColumn { line, column }
    }

    /// The byte offset of a line and a column in UTF-16 units. What lies behind the end of its line is the line's end,
    /// and a line behind the last is the end of the text, as the protocol wants.
    pub fn offset_utf16(&self, text: &str, at: LineColumn) -> u32 {
        let Some(&start) = self.starts.get(at.line as usize) else { return self.len };
        let mut left = at.column;
        for (offset, c) in text[start as usize..].char_indices() {
            let width = c.len_utf16() as u32;
            if c == '\n' || left < width {
                return start + offset as u32;
            }
            left -= width;
        }
        self.len
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_round_trip_over_wide_characters() {
        let text = "a\né𝄞x\r\n\nend";
        let index = LineIndex::new(text);
        let x = text.find('x').expect("is there") as u32;
        assert_eq!(index.characters(text, x), LineColumn { line: 1, column: 2 });
        assert_eq!(index.utf16(text, x), LineColumn { line: 1, column: 3 });
        for (offset, _) in text.char_indices() {
            let at = index.utf16(text, offset as u32);
            assert_eq!(index.offset_utf16(text, at), offset as u32);
        }
    }

    #[test]
    fn offsets_outside_the_text_are_its_ends() {
        let index = LineIndex::new("ab\nc");
        assert_eq!(index.offset_utf16("ab\nc", LineColumn { line: 0, column: 99 }), 2);
        assert_eq!(index.offset_utf16("ab\nc", LineColumn { line: 9, column: 0 }), 4);
        assert_eq!(index.characters("ab\nc", 99), LineColumn { line: 1, column: 1 });
    }
}
