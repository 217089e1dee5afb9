//! Column blocks: columns with types and constraints, `include`, `exclude`, `rename`.

use super::line::past_equals;
use super::problem::Problem;
use super::terminal::{as_name, block, list, name, names, node, satisfy, string, token, word};
use super::{At, Ex, In, P, attempt, here, literal, report, skip, types};
use crate::ast::{ColumnAst, ColumnsEntry, ConstraintAst, ConstraintKindAst, FragmentAst, IncludeAst, Name};
use crate::errors::SyntaxErrorKind;
use crate::layout::Tok;
use crate::words::{CONSTRAINTS, nearest};
use crate::{Span, TokenKind};
use chumsky::prelude::*;
use std::rc::Rc;

/// `{ … }`: entries on lines of their own, by commas, or two spaces apart on one line.
pub(super) fn columns<'t>() -> P<'t, Vec<ColumnsEntry>> {
    let include = include();
    let exclude = exclude();
    let rename = rename();
    let column = column();
    let entry = custom::<_, In<'t>, ColumnsEntry, Ex<'t>>(move |at| {
        let Some(first) = here(at) else { return fail(at, "a column") };
        let start = at.cursor();
        let word = edit(at, &first);
        if let Some(word) = word.filter(|word| *word != first.text) {
            let found = first.text.to_owned();
            report(at, first.span, SyntaxErrorKind::UnknownProperty { found, nearest: Some(word) });
        }
        let parser = match word {
            Some("include") => &include,
            Some("exclude") => &exclude,
            Some(_) => &rename,
            None => &column,
        };
        let entry = match attempt(at, parser) {
            Some(entry) => entry,
            None => {
                skip(at, |_| false);
                return Ok(ColumnsEntry::Broken(at.span_since(&start)));
            }
        };
        if at.peek().is_some_and(|tok| tok.kind == TokenKind::Comma) {
            at.skip();
        } else {
            end_entry(at, matches!(entry, ColumnsEntry::Column(_)));
        }
        Ok(entry)
    });
    block(entry.boxed())
}

/// The words that lead an entry that is no column.
const EDITS: [&str; 3] = ["include", "exclude", "rename"];

/// Which of `include`, `exclude`, `rename` an entry begins with: the word itself, or the one that it is a slip of, judged
/// by what follows.
fn edit<'t>(at: At<'t, '_, '_>, first: &Tok<'t>) -> Option<&'static str> {
    if first.kind != TokenKind::Word || CONSTRAINTS.contains(&first.text) {
        return None;
    }
    let meant = nearest(first.text, &EDITS)?;
    if meant == first.text {
        return Some(meant);
    }
    let before = at.save();
    at.skip();
    let second = at.next();
    let third = at.peek();
    at.rewind(before);
    let follows = match meant {
        "rename" => third.is_some_and(|tok| tok.text == "as"),
        _ => second.is_some_and(|tok| tok.kind == TokenKind::OpenParen || tok.text == "all"),
    };
    follows.then_some(meant)
}

/// What may stand behind an entry on its line: nothing, an entry of another kind, or a column two spaces away.
fn end_entry(at: At<'_, '_, '_>, column: bool) {
    let Some(next) = here(at) else { return };
    if edit(at, &next).is_some() {
        return;
    }
    let constraint = column && next.kind == TokenKind::Word && {
        let nearest = nearest(next.text, &CONSTRAINTS).filter(|word| !(next.apart && begins_column(at, word)));
        next.text == "null" || nearest.is_some() || !next.apart
    };
    if constraint {
        let nearest = nearest(next.text, &CONSTRAINTS);
        report(at, next.span, SyntaxErrorKind::UnknownConstraint { found: next.text.to_owned(), nearest });
    } else if as_name(&next).is_some() && next.apart {
        return;
    } else if next.text == ";" {
        report(at, next.span, SyntaxErrorKind::BadCharacter { written: next.text.to_owned() });
    } else {
        let another = as_name(&next).is_some();
        let expected = if another { "a comma or the end of the line" } else { "the end of the line" };
        at.emit(Problem::expected(expected, next.span));
    }
    skip(at, |_| false);
}

/// Whether the next word, a slip of `constraint` by its letters, has a type behind it and not what that constraint goes on
/// with: `note varchar` is a column, `nto null` is not.
fn begins_column(at: At<'_, '_, '_>, constraint: &str) -> bool {
    let before = at.save();
    at.skip();
    let second = at.peek();
    at.rewind(before);
    let Some(second) = second.filter(|tok| tok.kind == TokenKind::Word) else { return false };
    match constraint {
        "not" => nearest(second.text, &["null"]).is_none(),
        "primary" => nearest(second.text, &["key"]).is_none(),
        "unique" => nearest(second.text, &CONSTRAINTS).is_none(),
        _ => false,
    }
}

fn fail<'t, O>(at: At<'t, '_, '_>, what: &'static str) -> Result<O, Problem> {
    let cursor = at.cursor();
    let end = at.span_since(&cursor);
    Err(Problem::expected(what, at.peek().map_or(end, |tok: Tok<'t>| tok.span)))
}

/// The word that `edit` has recognised, a slip included.
fn edit_word<'t>() -> P<'t, ()> {
    satisfy("", |tok| (tok.kind == TokenKind::Word).then_some(()))
}

/// `include all`, `include (a, b)`, `include address`
fn include<'t>() -> P<'t, ColumnsEntry> {
    let all = word!("all").to(IncludeAst::All);
    let listed = names().map(IncludeAst::Columns);
    let set = name("a column set").map(IncludeAst::Set);
    let colon = custom::<_, In<'t>, (), Ex<'t>>(|at| {
        past_equals(at);
        Ok(())
    });
    edit_word()
        .ignore_then(colon)
        .ignore_then(choice((all, listed, set)))
        .map_with(|what, extra| ColumnsEntry::Include { span: extra.span(), what })
        .boxed()
}

/// `exclude (a, b)`
fn exclude<'t>() -> P<'t, ColumnsEntry> {
    edit_word()
        .ignore_then(names())
        .map_with(|columns, extra| ColumnsEntry::Exclude { span: extra.span(), columns })
        .boxed()
}

/// `rename a as b`
fn rename<'t>() -> P<'t, ColumnsEntry> {
    edit_word()
        .ignore_then(name("a column"))
        .then_ignore(word!("as"))
        .then(name("the new name"))
        .map(|(from, to)| ColumnsEntry::Rename { from, to })
        .boxed()
}

/// `lifetime money not null check (lifetime >= 0)`
fn column<'t>() -> P<'t, ColumnsEntry> {
    let ty = types::ty();
    // A word that leads a constraint is no type, and neither is a name two spaces behind `include`'s like.
    let ty = custom::<_, In<'t>, _, Ex<'t>>(move |at| match at.peek() {
        Some(tok) if as_name(&tok).is_some() && !CONSTRAINTS.contains(&tok.text) => at.parse(&ty).map(Some),
        _ => Ok(None),
    });
    let past_colon = custom::<_, In<'t>, (), Ex<'t>>(|at| {
        super::line::past_equals(at);
        Ok(())
    });
    name("a column")
        .then_ignore(past_colon)
        .then(ty)
        .then(constraint().repeated().collect::<Vec<_>>().map(|all| all.into_iter().flatten().collect()))
        .map_with(|((name, ty), constraints), extra| {
            let span: Span = extra.span();
            let docs = extra.state().docs.get(&span.start).cloned();
            ColumnsEntry::Column(ColumnAst { docs, name, ty, constraints, span })
        })
        .boxed()
}

/// A constraint; one that begins as such and cannot be read is reported, with the rest of the line passed over.
fn constraint<'t>() -> P<'t, Option<ConstraintAst>> {
    use ConstraintKindAst as Kind;
    let value = literal::literal();
    let open = || token(TokenKind::OpenParen, "`(`");
    let close = || token(TokenKind::CloseParen, "`)`");
    let column = name("a column").delimited_by(open(), close());
    // An empty check holds no token of SQL: its place is between the parentheses.
    let sql = satisfy("a condition", |tok| (tok.kind == TokenKind::Sql).then_some(tok.span));
    let check = open()
        .then(sql.or_not())
        .then(close())
        .map(|((open, sql), _)| Kind::Check(FragmentAst { span: sql.unwrap_or(Span::empty(open.end)) }));
    let tag = name("a tag").or(string().map(|string| Name { text: string.text, span: string.span }));
    let parsers: Rc<[P<'t, Kind>; CONSTRAINTS.len()]> = Rc::new([
        second("null", "`null`", "not null", Kind::NotNull),
        second("key", "`key`", "primary key", Kind::PrimaryKey),
        empty().to(Kind::Unique).boxed(),
        check.boxed(),
        node(literal::version()).then(column.or_not()).map(|(node, column)| Kind::References(node, column)).boxed(),
        value.clone().map(Kind::Default).boxed(),
        value.then(string().or_not()).map(|(date, why)| Kind::Deprecated(date, why)).boxed(),
        list(tag.boxed()).map(Kind::Tags).boxed(),
    ]);
    custom::<_, In<'t>, Option<ConstraintAst>, Ex<'t>>(move |at| {
        let start = at.cursor();
        let index = at
            .peek()
            .filter(|tok| tok.kind == TokenKind::Word)
            .and_then(|tok| CONSTRAINTS.iter().position(|word| *word == tok.text));
        let Some(index) = index else { return fail(at, "a constraint") };
        at.skip();
        match attempt(at, &parsers[index]) {
            Some(kind) => Ok(Some(ConstraintAst { kind, span: at.span_since(&start) })),
            None => {
                skip(at, |_| false);
                Ok(None)
            }
        }
    })
    .boxed()
}

/// The second of two words that make a constraint.
fn second<'t>(
    word: &'static str,
    label: &'static str,
    both: &'static str,
    kind: ConstraintKindAst,
) -> P<'t, ConstraintKindAst> {
    custom::<_, In<'t>, ConstraintKindAst, Ex<'t>>(move |at| match at.peek() {
        Some(tok) if tok.text == word => {
            at.skip();
            Ok(kind.clone())
        }
        Some(tok) if tok.kind == TokenKind::Word => {
            let first = both.strip_suffix(word).unwrap_or(both);
            let found = format!("{first}{}", tok.text);
            Err(Problem::of(tok.span, SyntaxErrorKind::UnknownConstraint { found, nearest: Some(both) }))
        }
        _ => fail(at, label),
    })
    .boxed()
}
