//! The smallest parsers: words, names, brackets, strings, lists.

use super::problem::Problem;
use super::{Ex, In, P, report};
use crate::ast::{Name, NodeRefAst, PathAst, StrAst, VersionAst};
use crate::errors::SyntaxErrorKind;
use crate::layout::Tok;
use crate::{Span, TokenKind};
use chumsky::prelude::*;

/// The next token, if `read` makes something of it; `what` names it in messages, unless it is empty.
pub(super) fn satisfy<'t, O: 't>(what: &'static str, read: impl Fn(&Tok<'t>) -> Option<O> + 't) -> P<'t, O> {
    custom::<_, In<'t>, O, Ex<'t>>(move |at| match at.peek() {
        Some(tok) => match read(&tok) {
            Some(output) => {
                at.skip();
                Ok(output)
            }
            None => Err(Problem::expected(what, tok.span)),
        },
        None => {
            let cursor = at.cursor();
            let end = at.span_since(&cursor);
            Err(Problem::expected(what, end))
        }
    })
    .boxed()
}

/// A token of one kind.
pub(super) fn token<'t>(kind: TokenKind, what: &'static str) -> P<'t, Span> {
    satisfy(what, move |tok| (tok.kind == kind).then_some(tok.span))
}

/// One word of the language.
macro_rules! word {
    ($word:literal) => {
        $crate::parser::terminal::keyword($word, concat!("`", $word, "`"))
    };
}
pub(super) use word;

/// See [`word!`].
pub(super) fn keyword<'t>(word: &'static str, what: &'static str) -> P<'t, Span> {
    satisfy(what, move |tok| (tok.kind == TokenKind::Word && tok.text == word).then_some(tok.span))
}

/// An identifier, plain or in backticks.
pub(super) fn name<'t>(what: &'static str) -> P<'t, Name> {
    satisfy(what, |tok| as_name(tok))
}

/// The token as an identifier. A badly written one counts: that was reported.
pub(super) fn as_name(tok: &Tok<'_>) -> Option<Name> {
    match tok.kind {
        TokenKind::Word | TokenKind::BadWord | TokenKind::Backtick | TokenKind::UnclosedBacktick => {
            Some(Name { text: tok.text.trim_matches('`').to_owned(), span: tok.span })
        }
        _ => None,
    }
}

/// `raw.orders`
pub(super) fn path<'t>() -> P<'t, PathAst> {
    name("a name")
        .separated_by(token(TokenKind::Dot, ""))
        .at_least(1)
        .collect::<Vec<_>>()
        .map_with(|parts, extra| PathAst { parts, span: extra.span() })
        .boxed()
}

/// `dim_customers@2`
pub(super) fn node<'t>(label: P<'t, VersionAst>) -> P<'t, NodeRefAst> {
    path()
        .then(token(TokenKind::At, "`@`").ignore_then(label).or_not())
        .map_with(|(name, version), extra| NodeRefAst { name, version, span: extra.span() })
        .boxed()
}

/// `"text"`
pub(super) fn string<'t>() -> P<'t, StrAst> {
    custom::<_, In<'t>, StrAst, Ex<'t>>(|at| match at.peek() {
        Some(tok) if is_string(&tok) => {
            at.skip();
            let (text, mistake) = unescape(&tok);
            if let Some((span, escape)) = mistake {
                report(at, span, SyntaxErrorKind::BadEscape { escape });
            }
            Ok(StrAst { text, span: tok.span })
        }
        Some(tok) => Err(Problem::expected("a string", tok.span)),
        None => {
            let cursor = at.cursor();
            let end = at.span_since(&cursor);
            Err(Problem::expected("a string", end))
        }
    })
    .boxed()
}

fn is_string(tok: &Tok<'_>) -> bool {
    matches!(tok.kind, TokenKind::String | TokenKind::UnclosedString)
}

/// The text that a string stands for, and its first mistaken escape.
fn unescape(tok: &Tok<'_>) -> (String, Option<(Span, String)>) {
    let end = tok.text.len() - usize::from(tok.kind == TokenKind::String);
    let inner = &tok.text[1.min(end)..end];
    let mut text = String::with_capacity(inner.len());
    let mut mistake = None;
    let mut chars = inner.char_indices();
    while let Some((at, c)) = chars.next() {
        if c != '\\' {
            text.push(c);
            continue;
        }
        match chars.next() {
            Some((_, 'n')) => text.push('\n'),
            Some((_, 'r')) => text.push('\r'),
            Some((_, 't')) => text.push('\t'),
            Some((_, escaped @ ('"' | '\'' | '\\'))) => text.push(escaped),
            Some((_, other)) => {
                text.push('\\');
                text.push(other);
                let start = tok.span.start + 1 + at as u32;
                let span = Span::new(start, start + 1 + other.len_utf8() as u32);
                mistake.get_or_insert((span, format!("\\{other}")));
            }
            None => text.push('\\'),
        }
    }
    (text, mistake)
}

/// `(a, b)`; a comma behind the last is allowed.
pub(super) fn list<'t, O: 't>(element: P<'t, O>) -> P<'t, Vec<O>> {
    element
        .separated_by(token(TokenKind::Comma, "`,`"))
        .allow_trailing()
        .collect::<Vec<_>>()
        .delimited_by(token(TokenKind::OpenParen, "`(`"), token(TokenKind::CloseParen, "`)`"))
        .boxed()
}

/// `(a, b)`, names.
pub(super) fn names<'t>() -> P<'t, Vec<Name>> {
    list(name("a name"))
}

/// Any number of line ends.
pub(super) fn newlines<'t>() -> P<'t, ()> {
    token(TokenKind::Newline, "the end of the line").repeated().boxed()
}

/// `{ element … }`: elements on lines of their own, or on one line. An element consumes something, or fails.
pub(super) fn block<'t, O: 't>(element: P<'t, O>) -> P<'t, Vec<O>> {
    token(TokenKind::OpenBrace, "`{`")
        .ignore_then(newlines())
        .ignore_then(element.then_ignore(newlines()).repeated().collect::<Vec<_>>())
        .then_ignore(token(TokenKind::CloseBrace, "`}`"))
        .boxed()
}

/// The end of the line, which is not consumed.
pub(super) fn end_of_line<'t>() -> P<'t, ()> {
    custom::<_, In<'t>, (), Ex<'t>>(|at| match super::here(at) {
        Some(tok) => Err(Problem::expected("the end of the line", tok.span)),
        None => Ok(()),
    })
    .boxed()
}
