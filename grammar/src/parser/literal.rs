//! Values: strings, numbers, dates, durations, words, lists of them.

use super::problem::Problem;
use super::terminal::{as_name, list, name, satisfy, string, token};
use super::{Ex, In, P};
use crate::TokenKind;
use crate::ast::{DurationAst, LiteralAst, LiteralValue, Name, VersionAst};
use chumsky::prelude::*;

/// The words that are units of time.
const UNITS: [&str; 16] = [
    "second", "seconds", "minute", "minutes", "hour", "hours", "day", "days", "week", "weeks", "month", "months",
    "quarter", "quarters", "year", "years",
];

/// A single value or a list of values.
pub(super) fn literal<'t>() -> P<'t, LiteralAst> {
    recursive(|literal| {
        let values = list(literal.boxed()).map(LiteralValue::List);
        let values = values.map_with(|value, extra| LiteralAst { value, span: extra.span() }).boxed();
        let scalar = scalar();
        custom::<_, In<'t>, LiteralAst, Ex<'t>>(move |at| match at.peek().map(|tok| tok.kind) {
            Some(TokenKind::OpenParen) => at.parse(&values),
            _ => at.parse(&scalar),
        })
        .boxed()
    })
    .boxed()
}

/// A single value.
pub(super) fn scalar<'t>() -> P<'t, LiteralAst> {
    let text =
        string().map(|string| LiteralAst { value: LiteralValue::String(string.text), span: string.span }).boxed();
    let other = number().or(plain()).boxed();
    custom::<_, In<'t>, LiteralAst, Ex<'t>>(move |at| match at.peek().map(|tok| tok.kind) {
        Some(TokenKind::String | TokenKind::UnclosedString) => at.parse(&text),
        _ => at.parse(&other),
    })
    .boxed()
}

/// `3 days`, `day`, `15 minutes`, with whatever word as its unit.
pub(super) fn duration<'t>() -> P<'t, DurationAst> {
    count()
        .or_not()
        .then(name("a unit of time"))
        .map_with(|(count, unit), extra| DurationAst { count, unit, span: extra.span() })
        .boxed()
}

/// [`duration`] as a value.
pub(super) fn duration_literal<'t>() -> P<'t, LiteralAst> {
    duration().map(|duration| LiteralAst { span: duration.span, value: LiteralValue::Duration(duration) }).boxed()
}

/// The label of a version: any single value, which `declare` judges.
pub(super) fn version<'t>() -> P<'t, VersionAst> {
    let scalar = scalar();
    custom::<_, In<'t>, VersionAst, Ex<'t>>(move |at| {
        let first = at.peek();
        if let Some(word) = first.filter(|tok| tok.kind == TokenKind::Word && tok.text == "version") {
            let before = at.save();
            at.skip();
            match at.peek().map(|tok| tok.kind) {
                // `latest version 2`
                Some(TokenKind::Integer | TokenKind::String) => {
                    at.emit(Problem::expected("the label of a version", word.span));
                }
                _ => at.rewind(before),
            }
        }
        let label = at.parse(&scalar).map(|literal| VersionAst { literal });
        label.map_err(|problem| first.map_or(problem, |tok| Problem::expected("the label of a version", tok.span)))
    })
    .boxed()
}

fn count<'t>() -> P<'t, String> {
    satisfy("a duration", |tok| (tok.kind == TokenKind::Integer).then(|| tok.text.to_owned()))
}

/// Numbers and durations: `-1`, `1.5`, `3 days`.
fn number<'t>() -> P<'t, LiteralAst> {
    let digits = satisfy("a value", |tok| match tok.kind {
        TokenKind::Integer => Some(LiteralValue::Integer(tok.text.to_owned())),
        TokenKind::Decimal => Some(LiteralValue::Decimal(tok.text.to_owned())),
        _ => None,
    });
    let unit = satisfy("", |tok| {
        let unit = tok.kind == TokenKind::Word && UNITS.contains(&tok.text);
        unit.then(|| Name { text: tok.text.to_owned(), span: tok.span })
    });
    let minus = token(TokenKind::Minus, "a value");
    minus
        .or_not()
        .then(digits)
        .then(unit.or_not())
        .map_with(|((minus, value), unit), extra| {
            let sign = if minus.is_some() { "-" } else { "" };
            let value = match (value, unit) {
                (LiteralValue::Integer(count), Some(unit)) => {
                    let count = Some(format!("{sign}{count}"));
                    LiteralValue::Duration(DurationAst { count, unit, span: extra.span() })
                }
                (LiteralValue::Integer(digits), None) => LiteralValue::Integer(format!("{sign}{digits}")),
                (LiteralValue::Decimal(digits), Some(unit)) => {
                    let count = Some(format!("{sign}{digits}"));
                    LiteralValue::Duration(DurationAst { count, unit, span: extra.span() })
                }
                (LiteralValue::Decimal(digits), None) => LiteralValue::Decimal(format!("{sign}{digits}")),
                (other, _) => other,
            };
            LiteralAst { value, span: extra.span() }
        })
        .boxed()
}

/// Dates and words.
fn plain<'t>() -> P<'t, LiteralAst> {
    satisfy("a value", |tok| {
        let value = match tok.kind {
            TokenKind::Date => LiteralValue::Date(tok.text.to_owned()),
            TokenKind::Timestamp => LiteralValue::Timestamp(tok.text.to_owned()),
            TokenKind::Word => match tok.text {
                "true" => LiteralValue::Bool(true),
                "false" => LiteralValue::Bool(false),
                "null" => LiteralValue::Null,
                word => LiteralValue::Word(word.to_owned()),
            },
            _ => LiteralValue::Word(as_name(tok)?.text),
        };
        Some(LiteralAst { value, span: tok.span })
    })
}
