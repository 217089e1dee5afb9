//! Unit tests: `given` tables, `during` an interval, `expect` rows.

use super::problem::Problem;
use super::terminal::{as_name, block, list, name, names, newlines, node, satisfy, string, token, word};
use super::{Ex, In, P, attempt, here, line, literal, report, skip};
use crate::TokenKind;
use crate::ast::{LiteralAst, Name, RowsAst, TestLine};
use crate::errors::SyntaxErrorKind;
use crate::words::{TEST_LINES, nearest};
use chumsky::prelude::*;

/// `{ … }`: the lines of a test.
pub(super) fn lines<'t>() -> P<'t, Vec<TestLine>> {
    let parsers = line();
    let eol = super::terminal::end_of_line();
    let line = custom::<_, In<'t>, Vec<TestLine>, Ex<'t>>(move |at| {
        let start = at.cursor();
        let Some(first) = here(at) else {
            let end = at.span_since(&start);
            return Err(Problem::expected("a line of a test", at.peek().map_or(end, |tok| tok.span)));
        };
        let known = first.kind == TokenKind::Dollar || TEST_LINES.contains(&first.text);
        let read = if known {
            attempt(at, &parsers)
        } else {
            match as_name(&first) {
                Some(name) => {
                    let nearest = nearest(&name.text, &TEST_LINES);
                    report(at, first.span, SyntaxErrorKind::UnknownProperty { found: name.text, nearest });
                }
                None => at.emit(Problem::expected("a line of a test", first.span)),
            }
            None
        };
        if read.is_some() && here(at).is_some() {
            attempt(at, &eol);
        }
        skip(at, |_| false);
        Ok(read.unwrap_or_else(|| vec![TestLine::Broken(at.span_since(&start))]))
    });
    block(line.boxed()).map(|lines| lines.into_iter().flatten().collect()).boxed()
}

fn line<'t>() -> P<'t, Vec<TestLine>> {
    let value = literal::literal();
    let equals = || token(TokenKind::Equals, "`=`");
    let given = lead("given").then(node(literal::version()).map(Some)).then(rows());
    let given = given.map(|((keyword, node), rows)| TestLine::Table { keyword, node, modifiers: Vec::new(), rows });
    let modifier = satisfy("`ordered` or `partial`", |tok| as_name(tok).filter(|_| !matches!(tok.text, "csv" | "sql")));
    let expect = lead("expect").then(modifier.repeated().collect::<Vec<_>>()).then(rows());
    let expect = expect.map(|((keyword, modifiers), rows)| TestLine::Table { keyword, node: None, modifiers, rows });
    let during = word!("during")
        .ignore_then(value.clone())
        .then(word!("to").ignore_then(value.clone()).or_not())
        .map(|(start, end)| TestLine::During { start, end });
    let now = lead("now").then(value.clone()).map(|(name, value)| TestLine::Set(name, value));
    let variable = token(TokenKind::Dollar, "`$`")
        .then(name("a variable"))
        .then_ignore(equals())
        .then(value.clone())
        .map(|((dollar, name), value)| TestLine::Set(Name { span: dollar.to(name.span), ..name }, value));
    let vars = name("a variable").then_ignore(equals()).then(value).map(|(name, value)| TestLine::Set(name, value));
    let vars = word!("vars").ignore_then(line::recovered(vars.boxed()));
    let one = choice((given.boxed(), expect.boxed(), during.boxed(), now.boxed(), variable.boxed()));
    one.map(|line| vec![line]).or(vars).boxed()
}

/// A word that leads a line, as a name.
fn lead<'t>(word: &'static str) -> P<'t, Name> {
    satisfy(word, move |tok| as_name(tok).filter(|name| name.text == word))
}

/// `{ (id, status)  (1, "paid") }`, `csv "x.csv"`, `sql { … }`; the latter two in braces or without.
fn rows<'t>() -> P<'t, RowsAst> {
    let file = word!("csv").ignore_then(string()).map(RowsAst::File).boxed();
    let sql = word!("sql").then(line::sql_block()).map(|(keyword, mut sql)| {
        sql.keyword = keyword;
        RowsAst::Sql(sql)
    });
    let sql = sql.boxed();
    let heading = names().or_not().then_ignore(newlines());
    let literal = heading
        .then(table_rows())
        .map(|(columns, rows)| RowsAst::Literal { columns: columns.unwrap_or_default(), rows });
    let inside = choice((file.clone(), sql.clone(), literal.boxed()));
    let block = inside
        .padded_by(newlines())
        .delimited_by(token(TokenKind::OpenBrace, "`{`"), token(TokenKind::CloseBrace, "`}`"));
    choice((block.boxed(), file, sql)).boxed()
}

/// `(1, "paid")` lines; a row that cannot be read is passed over, rows without parentheses are told of once.
fn table_rows<'t>() -> P<'t, Vec<Vec<LiteralAst>>> {
    let row = list(literal::literal()).then_ignore(token(TokenKind::Comma, "`,`").or_not()).boxed();
    let between = newlines();
    let row = custom::<_, In<'t>, Option<Vec<LiteralAst>>, Ex<'t>>(move |at| {
        let Some(first) = here(at) else {
            return at.parse(&row).map(Some);
        };
        if first.kind != TokenKind::OpenParen {
            report(at, first.span, SyntaxErrorKind::BareRow);
            while here(at).is_some_and(|tok| tok.kind != TokenKind::OpenParen) {
                skip(at, |_| false);
                at.parse(&between)?;
            }
            return Ok(None);
        }
        let read = attempt(at, &row);
        if read.is_none() {
            skip(at, |_| false);
        }
        Ok(read)
    });
    row.then_ignore(newlines()).repeated().collect::<Vec<_>>().map(|rows| rows.into_iter().flatten().collect()).boxed()
}
