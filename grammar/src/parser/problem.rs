//! The error type that the parsers collect in: what was expected, and where. Words are put to it at the very end.

use super::In;
use crate::Span;
use crate::TokenKind;
use crate::errors::{SyntaxError, SyntaxErrorKind, short};
use crate::layout::Tok;
use chumsky::error::{Error, LabelError};
use chumsky::util::MaybeRef;

/// How many alternatives are remembered; more would not be read by anybody.
const ALTERNATIVES: usize = 6;

/// Why a parser could not go on.
#[derive(Clone, Debug)]
pub(super) struct Problem {
    span: Span,
    expected: [&'static str; ALTERNATIVES],
    count: usize,
    kind: Option<Box<SyntaxErrorKind>>,
}

impl Problem {
    /// Something else stands at `span`.
    pub(super) fn expected(what: &'static str, span: Span) -> Self {
        let mut problem = Self::empty(span);
        problem.add(what);
        problem
    }

    /// A mistake of its own kind.
    pub(super) fn of(span: Span, kind: SyntaxErrorKind) -> Self {
        Self { kind: Some(Box::new(kind)), ..Self::empty(span) }
    }

    fn empty(span: Span) -> Self {
        Self { span, expected: [""; ALTERNATIVES], count: 0, kind: None }
    }

    /// Nothing is added for a thing without a name: it may stand here, but is not worth mentioning.
    fn add(&mut self, what: &'static str) {
        if !what.is_empty() && self.count < ALTERNATIVES && !self.expected[..self.count].contains(&what) {
            self.expected[self.count] = what;
            self.count += 1;
        }
    }

    /// The mistake in words; what was found is looked up in the tokens.
    pub(super) fn into_error(self, tokens: &[(Tok<'_>, Span)]) -> SyntaxError {
        let kind = match self.kind {
            Some(kind) => *kind,
            None => {
                let at = tokens.partition_point(|(_, span)| *span < self.span);
                let found = tokens.get(at).filter(|(_, span)| *span == self.span);
                SyntaxErrorKind::Unexpected {
                    expected: self.expected[..self.count].to_vec(),
                    found: found.map_or("the end of the file".to_owned(), |(tok, _)| found_words(tok)),
                }
            }
        };
        SyntaxError { span: self.span, kind }
    }
}

/// A token as a message names it.
fn found_words(tok: &Tok<'_>) -> String {
    match tok.kind {
        TokenKind::Newline => "the end of the line".to_owned(),
        TokenKind::CloseBrace => "`}`".to_owned(),
        TokenKind::CloseParen => "`)`".to_owned(),
        TokenKind::Sql => "SQL".to_owned(),
        TokenKind::String => short(tok.text),
        _ => format!("`{}`", short(tok.text)),
    }
}

impl<'t> Error<'t, In<'t>> for Problem {
    /// The one that got further; of two at the same place what both expected.
    fn merge(mut self, other: Self) -> Self {
        if self.kind.is_some() || self.span.start > other.span.start {
            return self;
        }
        if other.kind.is_some() || other.span.start > self.span.start {
            return other;
        }
        for what in &other.expected[..other.count] {
            self.add(what);
        }
        self
    }
}

impl<'t, L> LabelError<'t, In<'t>, L> for Problem {
    fn expected_found<E: IntoIterator<Item = L>>(_: E, _: Option<MaybeRef<'t, Tok<'t>>>, span: Span) -> Self {
        Self::empty(span)
    }
}
