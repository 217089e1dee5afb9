//! Types: `bigint`, `decimal(18, 2)`, `timestamp with time zone`, `struct(…)`, `map(…)`, `enum(…)`, `bigint[]`.

use super::problem::Problem;
use super::terminal::{list, name, satisfy, string, token, word};
use super::{At, Ex, In, P, report};
use crate::TokenKind;
use crate::ast::{TypeAst, TypeKindAst};
use crate::errors::SyntaxErrorKind;
use crate::words::nearest;
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
            undeclarable(at)?;
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
        let close = token(TokenKind::CloseBracket, "`]`");
        custom::<_, In<'t>, TypeAst, Ex<'t>>(move |at| {
            let start = at.cursor();
            let kind = at.parse(&base)?;
            let mut ty = TypeAst { kind, span: at.span_since(&start) };
            for _ in 0..MAX_LISTS {
                if at.peek().is_none_or(|tok| tok.kind != TokenKind::OpenBracket) {
                    break;
                }
                at.skip();
                past_length(at);
                at.parse(&close)?;
                ty = TypeAst { kind: TypeKindAst::List(Box::new(ty)), span: at.span_since(&start) };
            }
            Ok(ty)
        })
        .boxed()
    })
    .boxed()
}

/// Refuses the forms of types that other tools know, and those that hold nothing, where a parenthesis follows the word.
fn undeclarable(at: At<'_, '_, '_>) -> Result<(), Problem> {
    let Some(word) = at.peek().filter(|tok| tok.kind == TokenKind::Word) else { return Ok(()) };
    let before = at.save();
    at.skip();
    let form = at.next().is_some_and(|tok| tok.kind == TokenKind::OpenParen);
    let (first, second) = (at.next().map(|tok| tok.kind), at.peek().map(|tok| tok.kind));
    at.rewind(before);
    if !form {
        return Ok(());
    }
    let empty = first == Some(TokenKind::CloseParen);
    let single = first == Some(TokenKind::Word) && second == Some(TokenKind::CloseParen);
    let instead = match word.text.to_ascii_lowercase().as_str() {
        "union" => "Make a column of each of its types, or cast it in the SQL, as to `varchar` or `json`.",
        "list" | "array" => "Write the type of its values and `[]` behind it, as `integer[]`.",
        "struct" if empty => "Name its fields with their types, as `struct(id bigint, name varchar)`.",
        "enum" if empty => "Name its values, as `enum(\"open\", \"closed\")`.",
        "map" if empty || single => "Write the types of its keys and of its values, as `map(varchar, bigint)`.",
        "struct" | "map" | "enum" => return Ok(()),
        // `strct(a integer)`: what no type with numbers behind it is.
        other if first == Some(TokenKind::Word) => match nearest(other, &["struct", "map", "enum"]) {
            Some("struct") => "Did you mean `struct(…)`?",
            Some("map") => "Did you mean `map(…)`?",
            Some(_) => "Did you mean `enum(…)`?",
            None => return Ok(()),
        },
        _ => return Ok(()),
    };
    let written = if empty { format!("{}()", word.text) } else { format!("{}(…)", word.text) };
    Err(Problem::of(word.span, SyntaxErrorKind::UndeclarableType { written, instead }))
}

/// Reports the length of a list of fixed length, `[3]`, and passes over it.
fn past_length(at: At<'_, '_, '_>) {
    if let Some(tok) = at.peek().filter(|tok| tok.kind == TokenKind::Integer) {
        let written = format!("[{}]", tok.text);
        let instead = "Write `[]`, a list of any length; a `check` can promise its length.";
        report(at, tok.span, SyntaxErrorKind::UndeclarableType { written, instead });
        at.skip();
    }
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
