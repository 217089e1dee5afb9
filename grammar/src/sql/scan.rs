//! Where a piece of SQL inside an Esker file ends: found on SQL tokens, so that a brace in a string or a comment does
//! not count. A scan needs no stack, however deep the brackets nest.

use super::lexer::{Raw, RawLexer};

/// What closes the piece that is looked for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Until {
    /// The `}` of `sql { … }`.
    Brace,
    /// The `)` of `check ( … )`; a `}` that closes nothing ends the search in vain.
    Paren,
}

/// The offset of the closing bracket in `text`, which begins behind the opening one.
///
/// Where the quotes do not pair, a second look takes strings to end with their lines.
pub(crate) fn closing(text: &str, until: Until) -> Option<usize> {
    scan(text, until, RawLexer::new(text)).or_else(|| scan(text, until, RawLexer::single_line(text)))
}

/// The offset of the closing brace in `text`, if all quotes and comments before it pair.
pub(crate) fn clean_end(text: &str) -> Option<usize> {
    let mut braces = 0_u32;
    for (raw, range) in RawLexer::new(text) {
        match (raw?, &text[range.clone()]) {
            (Raw::Symbol, "{") => braces += 1,
            (Raw::Symbol, "}") if braces == 0 => return Some(range.start),
            (Raw::Symbol, "}") => braces -= 1,
            _ => {}
        }
    }
    None
}

/// How many more braces a text closes than it opens.
pub(crate) fn closed(text: &str) -> i32 {
    let symbols = RawLexer::new(text).filter(|(raw, _)| *raw == Some(Raw::Symbol));
    symbols
        .map(|(_, range)| match &text[range] {
            "{" => -1,
            "}" => 1,
            _ => 0,
        })
        .sum()
}

/// Whether a quote or a comment without its end hides a brace in `text`: why a block has no end.
pub(crate) fn hides_brace(text: &str) -> bool {
    RawLexer::new(text).any(|(raw, range)| raw.is_none() && text[range].contains('}'))
}

fn scan(text: &str, until: Until, lexer: RawLexer<'_>) -> Option<usize> {
    let mut braces = 0_u32;
    let mut parens = 0_u32;
    for (raw, range) in lexer {
        if raw != Some(Raw::Symbol) {
            continue;
        }
        match &text[range.clone()] {
            "{" => braces += 1,
            "}" if braces == 0 => return (until == Until::Brace).then_some(range.start),
            "}" => braces -= 1,
            "(" => parens += 1,
            ")" if parens == 0 && until == Until::Paren => return Some(range.start),
            ")" => parens = parens.saturating_sub(1),
            _ => {}
        }
    }
    None
}

/// The end of an expression that a line or a closing brace ends: newlines inside brackets and inside `case … end` do not
/// count. White space and a comment at its end do not belong to it. At most `text.len()`.
///
/// A quote without its partner hides what follows on its line: where the closing brace is known to stand on that line,
/// the last one there is taken for it.
pub(crate) fn expression_end(text: &str, one_line: bool) -> usize {
    let mut end = 0;
    let mut depth = 0_u32;
    for (raw, range) in RawLexer::new(text) {
        let piece = &text[range.clone()];
        match raw {
            Some(Raw::Space) if depth == 0 && piece.contains('\n') && end > 0 => return end,
            Some(Raw::Space | Raw::LineComment | Raw::BlockComment) => continue,
            Some(Raw::Symbol) => match piece {
                "(" | "[" | "{" => depth += 1,
                "}" if depth == 0 => return end,
                ")" | "]" | "}" => depth = depth.saturating_sub(1),
                _ => {}
            },
            None if one_line && piece.trim_end().ends_with('}') => return range.start + piece.trim_end().len() - 1,
            Some(Raw::Word) if piece.eq_ignore_ascii_case("case") => depth += 1,
            Some(Raw::Word) if piece.eq_ignore_ascii_case("end") => depth = depth.saturating_sub(1),
            _ => {}
        }
        end = range.end;
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_brace_in_a_string_or_comment_does_not_close() {
        // Each closes at its last brace, or not at all. A quote without its partner hides the rest of its line, no more.
        for (text, closes) in [
            (" select 1 }", true),
            (" '}' \"}\" -- }\n /* } /* } */ } */ $$ } $$ e'\\'}' {'a': 1} }", true),
            (" select 'abc }", false),
            (" select 'abc }\n }", true),
            (" select 1", false),
            (" { } ", false),
        ] {
            assert_eq!(closing(text, Until::Brace), text.rfind('}').filter(|_| closes), "{text}");
        }
    }

    #[test]
    fn a_check_ends_at_its_parenthesis() {
        assert_eq!(closing("a in (1, 2) and b <> ')') x", Until::Paren), Some(24));
        assert_eq!(closing("a > 0\n } (", Until::Paren), None);
    }

    #[test]
    fn an_expression_ends_with_its_line() {
        for (text, expected) in [
            (" a + 1 \n b = 2", " a + 1"),
            (" case when a\n then 'x' else 'y' end -- why\n }", " case when a\n then 'x' else 'y' end"),
            (" coalesce(a,\n b) }", " coalesce(a,\n b)"),
            (" {'a': 1}\n", " {'a': 1}"),
            ("", ""),
        ] {
            assert_eq!(&text[..expression_end(text, false)], expected);
        }
    }
}
