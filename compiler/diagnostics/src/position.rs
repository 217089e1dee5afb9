//! Byte offsets to the lines and columns that people count: both from one, columns in characters.

use esker_grammar::Span;

/// A line and a column, both from one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Position {
    /// The line; it ends behind `\n`.
    pub(crate) line: usize,
    /// The column in characters: a tab counts one, and so does a letter of any script.
    pub(crate) column: usize,
}

/// Where `offset` stands in `text`. An offset behind the end counts as the end.
pub(crate) fn position(text: &str, offset: u32) -> Position {
    let before = &text[..floor(text, offset as usize)];
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    Position {
        line: before.bytes().filter(|byte| *byte == b'\n').count() + 1,
        column: before[start..].chars().count() + 1,
    }
}

/// The span brought inside the text and onto whole characters, so that it can slice.
pub(crate) fn clamp(text: &str, span: Span) -> std::ops::Range<usize> {
    let start = floor(text, span.start as usize);
    let mut end = (span.end as usize).min(text.len());
    while !text.is_char_boundary(end) {
        end += 1;
    }
    start..end.max(start)
}

fn floor(text: &str, offset: usize) -> usize {
    let mut at = offset.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_behind_the_newline_and_columns_count_characters() {
        let text = "a\r\n\té𝄞x\n";
        let cases = [(0, 1, 1), (1, 1, 2), (3, 2, 1), (4, 2, 2), (6, 2, 3), (10, 2, 4), (11, 2, 5), (12, 3, 1)];
        for (offset, line, column) in cases {
            assert_eq!(position(text, offset), Position { line, column }, "offset {offset}");
        }
    }

    #[test]
    fn offsets_outside_the_text_or_inside_a_character_are_moved() {
        assert_eq!(position("é", 1), Position { line: 1, column: 1 });
        assert_eq!(position("ab", 99), Position { line: 1, column: 3 });
        assert_eq!(clamp("aéb", Span::new(2, 2)), 1..3);
        assert_eq!(clamp("ab", Span::new(7, 9)), 2..2);
        assert_eq!(clamp("ab", Span::new(2, 1)), 2..2);
    }
}
