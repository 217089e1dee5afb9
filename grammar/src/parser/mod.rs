//! Tokens to tree, with chumsky. Brackets are balanced when they come here (see `layout`), so every mistake has an end:
//! an unreadable line ends with its line, an unreadable head with its block.

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
#[derive(Default)]
struct Notes {
    /// The documentation above a token, by the offset of that token.
    docs: BTreeMap<u32, String>,
    /// Pieces that were given up as wholes: nothing in them is worth a message of its own.
    given_up: Vec<Span>,
}

type Ex = extra::Full<Problem, SimpleState<Notes>, ()>;

/// A parser. All are boxed: nested generics would cost minutes of compile time.
type P<'t, O> = Boxed<'t, 't, In<'t>, O, Ex>;

/// The input inside a hand-written step.
type At<'t, 'p, 'i> = &'i mut InputRef<'t, 'p, In<'t>, Ex>;

/// Reads a file: its tree and all that is wrong in it, brackets and single tokens included.
pub(crate) fn file(layout: Layout<'_>, end: u32) -> (FileAst, Errors) {
    let (items, errors) = run(item::items(), layout, end);
    (FileAst { items: items.unwrap_or_default() }, errors)
}

/// Reads a selection that stands alone.
pub(crate) fn selection(layout: Layout<'_>, end: u32) -> (Option<SelectionAst>, Errors) {
    let (selection, errors) = run(selection::alone(), layout, end);
    (selection.flatten(), errors)
}

/// What went wrong, by who found it.
pub(crate) struct Errors {
    /// Brackets and single tokens.
    pub(crate) layout: Vec<SyntaxError>,
    /// All that the parser could not read.
    pub(crate) parser: Vec<SyntaxError>,
}

fn run<'t, O>(parser: P<'_, O>, layout: Layout<'t>, end: u32) -> (Option<O>, Errors) {
    todo(parser, layout, end)
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
