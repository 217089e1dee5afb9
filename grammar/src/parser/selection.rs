//! Selections: `+dim_customers, tag:core or path:models/* except (a b)`. `except` binds loosest, then `or` or a space,
//! then `and` or a comma.

use super::problem::Problem;
use super::terminal::{end_of_line, newlines, satisfy, token};
use super::{Ex, In, P, here};
use crate::ast::{Name, SelectionAst, SelectionKind};
use crate::errors::{SyntaxErrorKind, short};
use crate::layout::Tok;
use crate::{Span, TokenKind};
use chumsky::prelude::*;

/// The words that join terms.
const OPERATORS: [&str; 3] = ["and", "or", "except"];

/// A selection that is all there is.
pub(super) fn alone<'t>() -> P<'t, Option<SelectionAst>> {
    let rest = custom::<_, In<'t>, Option<SelectionAst>, Ex<'t>>(|at| {
        while at.peek().is_some() {
            at.skip();
        }
        Ok(None)
    });
    let whole = selection().then_ignore(end_of_line()).then_ignore(newlines()).then_ignore(end());
    whole.map(Some).recover_with(via_parser(rest)).boxed()
}

/// A selection.
pub(super) fn selection<'t>() -> P<'t, SelectionAst> {
    recursive(|selection| {
        let group = selection
            .delimited_by(token(TokenKind::OpenParen, ""), token(TokenKind::CloseParen, "`)`"))
            .map_with(|inner: SelectionAst, extra| SelectionAst { span: extra.span(), ..inner });
        let operand = term().or(group).boxed();
        let and = token(TokenKind::Comma, "").or(operator("and"));
        let all = operand.clone().then(and.ignore_then(operand).repeated().collect::<Vec<_>>());
        let all = all.map(|(first, more)| joined(first, more, SelectionKind::And)).boxed();
        let or = operator("or").or_not();
        let any = all.clone().then(or.ignore_then(all).repeated().collect::<Vec<_>>());
        let any = any.map(|(first, more)| joined(first, more, SelectionKind::Or)).boxed();
        let except = operator("except").ignore_then(any.clone());
        any.then(except.repeated().collect::<Vec<_>>())
            .map(|(from, mut excluded)| {
                if excluded.is_empty() {
                    return from;
                }
                // (a except b) except c leaves what a except (b or c) leaves.
                let first = excluded.remove(0);
                let excluded = joined(first, excluded, SelectionKind::Or);
                let span = from.span.to(excluded.span);
                SelectionAst { span, kind: SelectionKind::Except(Box::new(from), Box::new(excluded)) }
            })
            .boxed()
    })
    .boxed()
}

fn operator<'t>(word: &'static str) -> P<'t, Span> {
    satisfy("", move |tok| (tok.kind == TokenKind::Term && tok.text == word).then_some(tok.span))
}

/// Joins operands as a balanced tree, so that a thousand of them nest ten levels deep and not a thousand.
fn joined(
    first: SelectionAst,
    mut more: Vec<SelectionAst>,
    make: fn(Box<SelectionAst>, Box<SelectionAst>) -> SelectionKind,
) -> SelectionAst {
    if more.is_empty() {
        return first;
    }
    let mut right = more.split_off(more.len() / 2);
    let middle = right.remove(0);
    let (left, right) = (joined(first, more, make), joined(middle, right, make));
    SelectionAst { span: left.span.to(right.span), kind: make(Box::new(left), Box::new(right)) }
}

/// `2+dim_customers@2+1`
fn term<'t>() -> P<'t, SelectionAst> {
    custom::<_, In<'t>, SelectionAst, Ex<'t>>(|at| {
        let Some(tok) = here(at).filter(|tok| {
            matches!(tok.kind, TokenKind::Term | TokenKind::UnclosedString) && !OPERATORS.contains(&tok.text)
        }) else {
            let cursor = at.cursor();
            let end = at.span_since(&cursor);
            return Err(Problem::expected("a name", at.peek().map_or(end, |tok| tok.span)));
        };
        at.skip();
        leaf(&tok)
    })
    .boxed()
}

/// Takes a term apart.
fn leaf(tok: &Tok<'_>) -> Result<SelectionAst, Problem> {
    let wrong = || {
        let found = format!("`{}`", short(tok.text));
        Problem::of(tok.span, SyntaxErrorKind::Unexpected { expected: vec!["a name"], found })
    };
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let depth = |text: &str| if text.is_empty() { Ok(None) } else { text.parse().map(Some).map_err(|_| wrong()) };
    let mut start = tok.span.start;
    let mut text = tok.text;
    let mut up = None;
    if let Some((count, rest)) = text.split_once('+')
        && digits(count)
    {
        up = Some(depth(count)?);
        start += count.len() as u32 + 1;
        text = rest;
    }
    let mut down = None;
    if let Some((rest, count)) = text.rsplit_once('+')
        && digits(count)
    {
        down = Some(depth(count)?);
        text = rest;
    }
    let mut method = None;
    if let Some((word, rest)) = text.split_once(':')
        && !word.is_empty()
        && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
    {
        let end = start + word.len() as u32;
        method = Some(Name { text: word.to_owned(), span: Span::new(start, end) });
        start = end + 1;
        text = rest;
    }
    let span = Span::new(start, start + text.len() as u32);
    let bare = text.trim_matches('"');
    let quoted = text.starts_with('"');
    if bare.is_empty() || !quoted && text.split('"').step_by(2).any(|outside| outside.contains('+')) {
        return Err(wrong());
    }
    let value = Name { text: if quoted { bare } else { text }.to_owned(), span };
    Ok(SelectionAst { kind: SelectionKind::Leaf { up, method, value, down }, span: tok.span })
}
