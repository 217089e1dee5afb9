//! Types: `bigint`, `decimal(18, 2)`, `timestamp with time zone`, `struct(…)`, `map(…)`, `enum(…)`, `bigint[]`.

use super::problem::Problem;
use super::terminal::{list, name, satisfy, string, token, word};
use super::{Ex, In, P};
use crate::ast::{TypeAst, TypeKindAst};
use crate::{Span, TokenKind};
use chumsky::prelude::*;

/// How many `[]` may follow one another.
const MAX_LISTS: usize = 8;

/// A type.
pub(super) fn ty<'t>() -> P<'t, TypeAst> {
    recursive(|ty| {
        let ty = ty.boxed();
        let structure = word!("struct")
            .ignore_then(list(name("a field").then(ty.clone()).boxed()))
            .map(TypeKindAst::Struct)
            .boxed();
        let map = map(ty);
        let enumeration = word!("enum").ignore_then(list(string())).map(TypeKindAst::Enum).boxed();
        let named = named();
        let base = custom::<_, In<'t>, TypeKindAst, Ex<'t>>(move |at| {
            let parser = match at.peek() {
                Some(tok) if tok.kind == TokenKind::Word => match tok.text {
                    "struct" => &structure,
                    "map" => &map,
                    "enum" => &enumeration,
                    _ => &named,
                },
                _ => &named,
            };
            at.parse(parser)
        });
        let brackets = token(TokenKind::OpenBracket, "`[`").then(token(TokenKind::CloseBracket, "`]`"));
        base.map_with(|kind, extra| TypeAst { kind, span: extra.span() })
            .foldl_with(brackets.repeated().at_most(MAX_LISTS), |element: TypeAst, _, extra| {
                let span: Span = extra.span();
                TypeAst { kind: TypeKindAst::List(Box::new(element)), span }
            })
            .boxed()
    })
    .boxed()
}

fn map<'t>(ty: P<'t, TypeAst>) -> P<'t, TypeKindAst> {
    word!("map")
        .ignore_then(
            ty.clone()
                .then_ignore(token(TokenKind::Comma, "`,`"))
                .then(ty)
                .delimited_by(token(TokenKind::OpenParen, "`(`"), token(TokenKind::CloseParen, "`)`")),
        )
        .map(|(key, value)| TypeKindAst::Map(Box::new(key), Box::new(value)))
        .boxed()
}

/// A word or several, and numbers in parentheses: `decimal(18, 2)`, `double precision`.
fn named<'t>() -> P<'t, TypeKindAst> {
    let first = name("a type");
    let words = custom::<_, In<'t>, String, Ex<'t>>(move |at| {
        let mut words = at.parse(&first)?.text;
        let next = at.peek().map_or("", |tok| tok.text);
        let following: &[&str] = match (words.to_ascii_lowercase().as_str(), next) {
            ("double", "precision") => &["precision"],
            ("character" | "char", "varying") => &["varying"],
            ("time" | "timestamp", "with") => &["with", "time", "zone"],
            ("time" | "timestamp", "without") => &["without", "time", "zone"],
            _ => &[],
        };
        for word in following {
            match at.peek() {
                Some(tok) if tok.text == *word => at.skip(),
                other => {
                    let cursor = at.cursor();
                    let end = at.span_since(&cursor);
                    return Err(Problem::expected("`time zone`", other.map_or(end, |tok| tok.span)));
                }
            }
            words.push(' ');
            words.push_str(word);
        }
        match at.peek() {
            Some(tok) if tok.text == "<" => Err(Problem::expected("`(`", tok.span)),
            _ => Ok(words),
        }
    });
    let number = satisfy("a number", |tok| (tok.kind == TokenKind::Integer).then(|| tok.text.to_owned()));
    words
        .then(list(number).or_not())
        .map(|(name, params)| TypeKindAst::Named { name, params: params.unwrap_or_default() })
        .boxed()
}
