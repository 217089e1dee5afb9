//! Tokens to tree, with chumsky. Brackets are balanced when they come here (see `layout`), so every mistake has an end:
//! an unreadable line ends with its line, an unreadable head with its block.

mod audit;
mod columns;
mod item;
mod line;
mod literal;
mod problem;
mod selection;
mod terminal;
mod test;
mod types;

use crate::ast::{FileAst, SelectionAst};
use crate::errors::{SyntaxError, SyntaxErrorKind};
use crate::layout::{Layout, Tok};
use crate::{Span, TokenKind};
use chumsky::input::{Input as _, InputRef, MappedInput};
use chumsky::inspector::SimpleState;
use chumsky::{Boxed, Parser as _, extra};
use problem::Problem;
use std::collections::BTreeMap;

/// What the parsers read.
type In<'t> = MappedInput<'t, Tok<'t>, Span, &'t [(Tok<'t>, Span)]>;

/// What the parsers know and note beside the tokens.
struct Notes<'t> {
    /// The documentation above a token, by the offset of that token.
    docs: &'t BTreeMap<u32, String>,
    /// Pieces that were given up as wholes: nothing in them is worth a message of its own.
    given_up: Vec<Span>,
}

type Ex<'t> = extra::Full<Problem, SimpleState<Notes<'t>>, ()>;

/// A parser. All are boxed: nested generics would cost minutes of compile time.
type P<'t, O> = Boxed<'t, 't, In<'t>, O, Ex<'t>>;

/// The input inside a hand-written step.
type At<'t, 'p, 'i> = &'i mut InputRef<'t, 'p, In<'t>, Ex<'t>>;

/// What came of a text.
pub(crate) struct Outcome<T> {
    /// The tree.
    pub(crate) tree: T,
    /// What could not be read.
    pub(crate) errors: Vec<SyntaxError>,
    /// Pieces that were given up as wholes, in order.
    pub(crate) given_up: Vec<Span>,
}

/// Reads a file.
pub(crate) fn file(layout: &Layout<'_>, end: u32) -> Outcome<FileAst> {
    run(item::items().map(|items| FileAst { items }).boxed(), layout, end)
}

/// Reads a selection that stands alone.
pub(crate) fn selection(layout: &Layout<'_>, end: u32) -> Outcome<Option<SelectionAst>> {
    run(selection::alone(), layout, end)
}

fn run<'t, O: Default>(parser: P<'t, O>, layout: &'t Layout<'t>, end: u32) -> Outcome<O> {
    let mut notes = SimpleState(Notes { docs: &layout.docs, given_up: Vec::new() });
    let input = layout.tokens.as_slice().split_token_span(Span::empty(end));
    let (tree, problems) = parser.parse_with_state(input, &mut notes).into_output_errors();
    let errors = problems.into_iter().map(|problem| problem.into_error(&layout.tokens)).collect();
    let mut given_up = notes.0.given_up;
    given_up.sort();
    Outcome { tree: tree.unwrap_or_default(), errors, given_up }
}

/// Reports a mistake that the parser goes on from.
fn report(at: At<'_, '_, '_>, span: Span, kind: SyntaxErrorKind) {
    at.emit(Problem::of(span, kind));
}

/// The next token, if it is not the end of the line or of the block.
fn here<'t>(at: At<'t, '_, '_>) -> Option<Tok<'t>> {
    at.peek().filter(|tok| !matches!(tok.kind, TokenKind::Newline | TokenKind::CloseBrace))
}

/// Passes over whatever follows, groups as wholes, up to a token for which `stop` holds, the end of the line or of the block.
fn skip<'t>(at: At<'t, '_, '_>, stop: impl Fn(&Tok<'t>) -> bool) {
    let mut depth = 0_usize;
    while let Some(tok) = at.peek() {
        match tok.kind {
            TokenKind::Newline | TokenKind::CloseBrace if depth == 0 => break,
            TokenKind::OpenBrace | TokenKind::OpenParen if depth > 0 || !stop(&tok) => depth += 1,
            TokenKind::CloseBrace | TokenKind::CloseParen => depth = depth.saturating_sub(1),
            _ if depth == 0 && stop(&tok) => break,
            _ => {}
        }
        at.skip();
    }
}

/// Runs a parser; when it fails, goes back to where it began.
fn quietly<'t, O>(at: At<'t, '_, '_>, parser: &P<'t, O>) -> Option<O> {
    let before = at.save();
    let read = at.parse(parser).ok();
    if read.is_none() {
        at.rewind(before);
    }
    read
}

/// Runs a parser; when it fails, reports why and goes back to where it began.
fn attempt<'t, O>(at: At<'t, '_, '_>, parser: &P<'t, O>) -> Option<O> {
    let before = at.save();
    match at.parse(parser) {
        Ok(output) => Some(output),
        Err(problem) => {
            at.rewind(before);
            at.emit(problem);
            None
        }
    }
}
