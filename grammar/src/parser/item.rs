//! Items: `model`, `source`, … A head that cannot be read does not take its body with it, nor the items around it.

use super::problem::Problem;
use super::terminal::{as_name, end_of_line, list, name, newlines, node, path, satisfy, string, token, word};
use super::{At, Ex, In, P, attempt, audit, columns, line, literal, report, selection, skip, test, types};
use crate::ast::{ItemAst, ItemKindAst, Line, LineKind, ParamAst, PathAst, SqlAst, TestSubjectAst};
use crate::errors::{ONLY_SQL, SyntaxErrorKind};
use crate::layout::Tok;
use crate::words::{ITEMS, nearest_item};
use crate::{Span, TokenKind};
use chumsky::prelude::*;
use std::collections::BTreeMap;

/// What is behind an item's keyword.
type Rest = (Option<PathAst>, ItemKindAst);

/// A whole file.
pub(super) fn items<'t>() -> P<'t, Vec<ItemAst>> {
    let kinds = kinds();
    let item = custom::<_, In<'t>, Option<ItemAst>, Ex<'t>>(move |at| item(at, &kinds));
    newlines()
        .ignore_then(item.then_ignore(newlines()).repeated().collect::<Vec<_>>())
        .map(|items| items.into_iter().flatten().collect())
        .boxed()
}

fn item<'t>(at: At<'t, '_, '_>, kinds: &BTreeMap<&'static str, P<'t, Rest>>) -> Result<Option<ItemAst>, Problem> {
    let start = at.cursor();
    let Some(first) = at.peek() else {
        let end = at.span_since(&start);
        return Err(Problem::expected("an item", end));
    };
    let docs = at.state().docs.get(&first.span.start).cloned();
    let Some((keyword, parser)) = keyword(at, &first).and_then(|word| Some((word, kinds.get(word)?))) else {
        let nearest = if first.kind == TokenKind::Word { nearest_item(first.text) } else { None };
        report(at, first.span, SyntaxErrorKind::UnknownItem { found: first.text.to_owned(), nearest });
        past_junk(at, &first);
        return Ok(None);
    };
    if keyword != first.text {
        let found = first.text.to_owned();
        report(at, first.span, SyntaxErrorKind::UnknownItem { found, nearest: Some(keyword) });
    }
    at.skip();
    let (name, kind) = at.parse(parser)?;
    let span = at.span_since(&start);
    Ok(Some(ItemAst { span, docs, keyword: first.span, name, kind }))
}

/// The keyword that an item begins with: the word itself, or the one that it is a slip of if a name follows.
fn keyword<'t>(at: At<'t, '_, '_>, first: &Tok<'t>) -> Option<&'static str> {
    if first.kind != TokenKind::Word {
        return None;
    }
    if let Some(word) = ITEMS.iter().find(|word| **word == first.text) {
        return Some(word);
    }
    let before = at.save();
    at.skip();
    let followed = at.peek().is_some_and(|tok| as_name(&tok).is_some() || tok.kind == TokenKind::String);
    at.rewind(before);
    if followed { nearest_item(first.text) } else { None }
}

/// Passes over everything up to the next line that begins with an item: one mistake, however long. What is indented is
/// likely the body of an item without its head: in it, a word like `audit` at the same depth begins no item.
fn past_junk<'t>(at: At<'t, '_, '_>, first: &Tok<'t>) {
    let start = at.cursor();
    let depth = first.indent.unwrap_or(0);
    let begins = |tok: &Tok<'_>| tok.indent.is_some_and(|indent| indent == 0 || indent < depth);
    loop {
        skip(at, |_| false);
        // Behind the line: its end, and brackets that belong to nothing.
        while at.peek().is_some_and(|tok| matches!(tok.kind, TokenKind::Newline | TokenKind::CloseBrace)) {
            at.skip();
        }
        match at.peek() {
            Some(tok) if !begins(&tok) || keyword(at, &tok).is_none() => {}
            _ => break,
        }
    }
    let begun = at.span_since(&start).start;
    let end = at.peek().map_or(u32::MAX, |tok| tok.span.start);
    at.state().given_up.push(Span::new(begun, end));
}

/// The parsers of what stands behind each keyword. None of them fails: each reports what it misses.
fn kinds<'t>() -> BTreeMap<&'static str, P<'t, Rest>> {
    let lines = body(line::lines());
    let name = head(path(), |_| false);
    let plain = |make: fn(Vec<Line>) -> ItemKindAst| {
        name.clone().then(lines.clone()).map(move |(name, lines)| (name, make(lines))).boxed()
    };
    let schema = word!("in").ignore_then(super::terminal::name("a schema"));
    let model = name
        .clone()
        .then(schema.or_not())
        .then(lines.clone())
        .map(|((name, schema), body)| (name, ItemKindAst::Model { schema, body }));
    let columns =
        name.clone().then(body(columns::columns())).map(|(name, columns)| (name, ItemKindAst::Columns(columns)));

    let mut kinds: BTreeMap<&'static str, P<'t, Rest>> = BTreeMap::new();
    kinds.insert("source", plain(ItemKindAst::Source));
    kinds.insert("seed", plain(ItemKindAst::Seed));
    kinds.insert("consumer", plain(ItemKindAst::Consumer));
    kinds.insert("group", plain(ItemKindAst::Group));
    kinds.insert("model", model.boxed());
    kinds.insert("columns", columns.boxed());
    kinds.insert("type", defined(types::ty(), ItemKindAst::Type));
    kinds.insert("selector", defined(selection::selection(), ItemKindAst::Selector));
    kinds.insert("fn", function(lines.clone()));
    kinds.insert("audit", audit_definition(lines));
    kinds.insert("test", unit_test());
    kinds
}

/// A piece of a head: when it cannot be read, the rest of the head is passed over up to the block or to `stop`.
fn head<'t, O: 't>(piece: P<'t, O>, stop: fn(&Tok<'_>) -> bool) -> P<'t, Option<O>> {
    let to_block = custom::<_, In<'t>, Option<O>, Ex<'t>>(move |at| {
        skip(at, |tok| tok.kind == TokenKind::OpenBrace || stop(tok));
        Ok(None)
    });
    piece.map(Some).recover_with(via_parser(to_block)).boxed()
}

/// A block that must be there; without one the item has no body.
fn body<'t, O: Default + 't>(block: P<'t, O>) -> P<'t, O> {
    let open = token(TokenKind::OpenBrace, "`{`");
    custom::<_, In<'t>, O, Ex<'t>>(move |at| {
        let opens = |at: At<'t, '_, '_>| at.peek().is_some_and(|tok| tok.kind == TokenKind::OpenBrace);
        if !opens(at) {
            attempt(at, &open);
            skip(at, |tok| tok.kind == TokenKind::OpenBrace);
        }
        if opens(at) { at.parse(&block) } else { Ok(O::default()) }
    })
    .boxed()
}

/// `NAME = …`
fn defined<'t, O: 't>(value: P<'t, O>, make: fn(Option<O>) -> ItemKindAst) -> P<'t, Rest> {
    let equals = |tok: &Tok<'_>| tok.kind == TokenKind::Equals;
    let name = head(path(), equals);
    let value = token(TokenKind::Equals, "`=`").ignore_then(value).then_ignore(end_of_line());
    let value = head(value.boxed(), |_| false);
    name.then(value).map(move |(name, value)| (name, make(value))).boxed()
}

/// `threshold decimal = 0`
fn parameters<'t>() -> P<'t, Vec<ParamAst>> {
    let ty = types::ty();
    let default = token(TokenKind::Equals, "`=`").ignore_then(literal::literal());
    let parameter = name("a parameter")
        .then(ty.or_not())
        .then(default.or_not())
        .map(|((name, ty), default)| ParamAst { name, ty, default });
    list(parameter.boxed())
}

/// `name(arg type, …) -> type { sql { … } }`
fn function<'t>(lines: P<'t, Vec<Line>>) -> P<'t, Rest> {
    let returns = token(TokenKind::Arrow, "`->`").ignore_then(types::ty());
    head(path(), |tok| tok.kind == TokenKind::OpenParen)
        .then(head(parameters(), |tok| tok.kind == TokenKind::Arrow))
        .then(head(returns.boxed(), |_| false))
        .then(only_sql(lines))
        .map(|(((name, params), returns), sql)| {
            (name, ItemKindAst::Fn { params: params.unwrap_or_default(), returns, sql })
        })
        .boxed()
}

/// `name(args) { sql { … } }`
fn audit_definition<'t>(lines: P<'t, Vec<Line>>) -> P<'t, Rest> {
    let opens = |tok: &Tok<'_>| tok.kind == TokenKind::OpenParen;
    let peek = satisfy("`(`", move |tok| opens(tok).then_some(())).rewind();
    let params = peek.ignore_then(head(parameters(), |_| false)).or_not();
    head(path(), opens)
        .then(params)
        .then(only_sql(lines))
        .map(|((name, params), sql)| (name, ItemKindAst::Audit { params: params.flatten().unwrap_or_default(), sql }))
        .boxed()
}

/// A body that holds one SQL block and nothing else.
fn only_sql<'t>(lines: P<'t, Vec<Line>>) -> P<'t, Option<SqlAst>> {
    custom::<_, In<'t>, Option<SqlAst>, Ex<'t>>(move |at| {
        let start = at.cursor();
        let opens = at.peek().is_some_and(|tok| tok.kind == TokenKind::OpenBrace);
        let lines = at.parse(&lines)?;
        let end = at.span_since(&start).end;
        let empty = lines.is_empty();
        let mut body = None;
        for line in lines {
            match line.kind {
                LineKind::Sql(sql) if body.is_none() => body = Some(sql),
                LineKind::Broken | LineKind::Unknown(_) => {}
                _ => at.emit(Problem::expected(ONLY_SQL, line.keyword)),
            }
        }
        if opens && empty {
            let span = Span::new(end.saturating_sub(1), end);
            let kind = SyntaxErrorKind::Unexpected { expected: vec!["`sql { … }`"], found: "`}`".to_owned() };
            report(at, span, kind);
        }
        Ok(body)
    })
    .boxed()
}

/// `"…" for model@v { … }`, `"…" for audit unique_key(id) { … }`
fn unit_test<'t>() -> P<'t, Rest> {
    let is_for = |tok: &Tok<'_>| tok.kind == TokenKind::Word && tok.text == "for";
    let nodes = node(literal::version()).separated_by(token(TokenKind::Comma, "`,`")).at_least(1);
    let nodes = nodes.collect::<Vec<_>>().map(TestSubjectAst::Nodes).boxed();
    let audit = word!("audit").ignore_then(audit::call()).map(TestSubjectAst::Audit).boxed();
    let subject = custom::<_, In<'t>, TestSubjectAst, Ex<'t>>(move |at| {
        let before = at.save();
        let word = at.next().is_some_and(|tok| tok.kind == TokenKind::Word && tok.text == "audit");
        let named = at.peek().is_some_and(|tok| as_name(&tok).is_some());
        at.rewind(before);
        at.parse(if word && named { &audit } else { &nodes })
    });
    let subject = word!("for").ignore_then(subject);
    head(string(), is_for)
        .then(head(subject.boxed(), |_| false))
        .then(body(test::lines()))
        .map(|((title, subject), body)| (None, ItemKindAst::Test { title, subject, body }))
        .boxed()
}
