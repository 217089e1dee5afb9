//! The lines of a body: every property, told apart by the word that leads it.

use super::problem::Problem;
use super::terminal::{block, end_of_line, list, name, names, node, path, satisfy, string, token, word};
use super::{At, Ex, In, P, attempt, audit, columns, here, literal, quietly, report, skip};
use crate::ast::{FragmentAst, KindAst, Line, LineKind, LiteralAst, Name, OptionAst, SqlAst, StrAst};
use crate::errors::SyntaxErrorKind;
use crate::layout::Tok;
use crate::words::{BLOCKS, OPTIONS, leads_line, nearest, nearest_property};
use crate::{Span, TokenKind};
use chumsky::prelude::*;
use std::collections::BTreeMap;

/// `{ … }`: the lines of an item.
pub(super) fn lines<'t>() -> P<'t, Vec<Line>> {
    recursive(|lines| {
        let mut properties = properties();
        let version = literal::version().then(lines).map(|(version, body)| LineKind::Version { version, body });
        properties.insert("version", version.boxed());
        let option = option().map(LineKind::Option).boxed();
        let eol = end_of_line();
        block(custom::<_, In<'t>, Line, Ex<'t>>(move |at| line(at, &properties, &option, &eol)).boxed())
    })
    .boxed()
}

/// One line; what cannot be read of it is reported and passed over.
fn line<'t>(
    at: At<'t, '_, '_>,
    properties: &BTreeMap<&'static str, P<'t, LineKind>>,
    option: &P<'t, LineKind>,
    eol: &P<'t, ()>,
) -> Result<Line, Problem> {
    let start = at.cursor();
    let Some(first) = here(at) else {
        let end = at.span_since(&start);
        return Err(Problem::expected("a property", at.peek().map_or(end, |tok| tok.span)));
    };
    let docs = at.state().docs.get(&first.span.start).cloned();
    let (word, known) = known_word(at, &first);
    let kind = match word.and_then(|word| properties.get(word)) {
        Some(parser) => {
            at.skip();
            past_equals(at);
            // A line that begins with a slip was reported.
            if word == Some(first.text) { attempt(at, parser) } else { quietly(at, parser) }
        }
        None if known => attempt(at, option),
        None => Some(unknown(at, &first)),
    };
    let mut kind = kind.unwrap_or(LineKind::Broken);
    if let LineKind::Sql(sql) = &mut kind {
        sql.keyword = first.span;
    }
    match kind {
        LineKind::Broken | LineKind::Unknown(_) => past_broken_line(at, &first),
        _ => finish(at, eol),
    }
    Ok(Line { span: at.span_since(&start), keyword: first.span, docs, kind })
}

/// The property that a line begins with, and whether it is one or the word of an option. A slip of a word that leads a
/// block is reported and taken for that word, so that what the block says is not lost.
fn known_word<'t>(at: At<'t, '_, '_>, first: &Tok<'t>) -> (Option<&'t str>, bool) {
    if first.kind != TokenKind::Word {
        return (None, false);
    }
    if leads_line(first.text) {
        return (Some(first.text), true);
    }
    match nearest_property(first.text).filter(|word| BLOCKS.contains(word)) {
        Some(meant) => {
            let found = first.text.to_owned();
            report(at, first.span, SyntaxErrorKind::UnknownProperty { found, nearest: Some(meant) });
            (Some(meant), true)
        }
        None => (None, false),
    }
}

/// `kind: full`, `owner = "x"`: who writes these comes from another language.
pub(super) fn past_equals(at: At<'_, '_, '_>) {
    if let Some(tok) = here(at).filter(|tok| matches!(tok.kind, TokenKind::Colon | TokenKind::Equals)) {
        report(at, tok.span, SyntaxErrorKind::BadCharacter { written: tok.text.to_owned() });
        at.skip();
    }
}

fn unknown<'t>(at: At<'t, '_, '_>, first: &Tok<'t>) -> LineKind {
    match super::terminal::as_name(first) {
        Some(name) => {
            at.skip();
            let nearest = nearest_property(&name.text);
            report(at, first.span, SyntaxErrorKind::UnknownProperty { found: name.text.clone(), nearest });
            LineKind::Unknown(name)
        }
        None => {
            at.emit(Problem::expected("a property", first.span));
            LineKind::Broken
        }
    }
}

/// Passes over the rest of a broken line and over deeper lines below it that begin with no property: they belong to it.
fn past_broken_line<'t>(at: At<'t, '_, '_>, first: &Tok<'t>) {
    skip(at, |_| false);
    while let Some(indent) = first.indent {
        let before = at.save();
        while at.peek().is_some_and(|tok| tok.kind == TokenKind::Newline) {
            at.skip();
        }
        match here(at) {
            Some(tok) if tok.indent.is_some_and(|deeper| deeper > indent) && !leads_line(tok.text) => {
                let start = at.cursor();
                skip(at, |_| false);
                let line = at.span_since(&start);
                at.state().given_up.push(line);
            }
            _ => {
                at.rewind(before);
                return;
            }
        }
    }
}

/// A property ends with its line.
fn finish<'t>(at: At<'t, '_, '_>, eol: &P<'t, ()>) {
    match here(at) {
        Some(tok) if tok.kind == TokenKind::Word && leads_line(tok.text) => {
            report(at, tok.span, SyntaxErrorKind::SameLine { found: tok.text.to_owned() });
        }
        Some(tok) => {
            // Who writes a semicolon comes from another language.
            if tok.text == ";" {
                report(at, tok.span, SyntaxErrorKind::BadCharacter { written: tok.text.to_owned() });
            } else {
                attempt(at, eol);
            }
            skip(at, |_| false);
        }
        None => {}
    }
}

/// The parsers of what stands behind each word.
fn properties<'t>() -> BTreeMap<&'static str, P<'t, LineKind>> {
    let value = literal::literal();
    let node = node(literal::version());
    let columns = columns::columns();
    let strings = list(string()).or(string().map(|one| vec![one])).boxed();
    let tz = word!("tz").ignore_then(string());
    let sql_file = word!("file").ignore_then(string()).map(LineKind::SqlFile);
    let tag = name("a tag").or(string().map(|string| Name { text: string.text, span: string.span })).boxed();

    let mut map: BTreeMap<&'static str, P<'t, LineKind>> = BTreeMap::new();
    map.insert("kind", kind().map(LineKind::Kind).boxed());
    map.insert("cron", cron().then(tz.or_not()).map(|(expr, tz)| LineKind::Cron { expr, tz }).boxed());
    map.insert("tz", string().map(LineKind::Tz).boxed());
    map.insert("start", value.clone().map(LineKind::Start).boxed());
    map.insert("end", value.clone().map(LineKind::End).boxed());
    map.insert("grain", names().map(LineKind::Grain).boxed());
    map.insert("owner", string().map(LineKind::Owner).boxed());
    map.insert("tags", list(tag).map(LineKind::Tags).boxed());
    map.insert("access", name("`private`, `protected` or `public`").map(LineKind::Access).boxed());
    map.insert("group", name("a group").map(LineKind::Group).boxed());
    map.insert("schema", name("a schema").map(LineKind::Schema).boxed());
    map.insert(
        "contract",
        name("`enforced`")
            .or_not()
            .then(columns.clone())
            .map(|(mode, columns)| LineKind::Contract { mode, columns })
            .boxed(),
    );
    map.insert("columns", columns.map(LineKind::Columns).boxed());
    map.insert("audit", audit::line().map(LineKind::Audit).boxed());
    map.insert("sql", sql_file.or(sql_block().map(LineKind::Sql)).boxed());
    map.insert("latest", literal::version().map(LineKind::Latest).boxed());
    map.insert(
        "deprecated",
        value.clone().then(string().or_not()).map(|(date, reason)| LineKind::Deprecated { date, reason }).boxed(),
    );
    map.insert("alias", path().map(LineKind::Alias).boxed());
    map.insert("derive", derive());
    map.insert(
        "read",
        name("`csv`, `parquet` or `json`")
            .then(string())
            .then(settings(value.clone()).or_not())
            .map(|((format, path), options)| LineKind::Read { format, path, options: options.unwrap_or_default() })
            .boxed(),
    );
    map.insert("path", string().map(LineKind::Path).boxed());
    map.insert("csv", settings(value).map(LineKind::Csv).boxed());
    map.insert("freshness", freshness());
    map.insert("url", string().map(LineKind::Url).boxed());
    map.insert(
        "reads",
        node.then(names().or_not())
            .map(|(node, columns)| LineKind::Reads { node, columns: columns.unwrap_or_default() })
            .boxed(),
    );
    map.insert("members", strings.map(|values| LineKind::Strings { values }).boxed());
    map
}

/// `incremental by time (updated_at) { every day  lookback 2 }`
fn kind<'t>() -> P<'t, KindAst> {
    let word = satisfy("a kind", |tok| (tok.kind == TokenKind::Word).then_some(tok.text));
    let words = custom::<_, In<'t>, Vec<&'t str>, Ex<'t>>(move |at| {
        let mut words = vec![at.parse(&word)?];
        // The word of another property is no part of a kind, but for `scd2 by columns`.
        while let Some(tok) = here(at).filter(|tok| tok.kind == TokenKind::Word)
            && (!leads_line(tok.text) || words.last() == Some(&"by"))
        {
            at.skip();
            words.push(tok.text);
        }
        Ok(words)
    });
    let words = words.map_with(|words, extra| (words.join(" "), extra.span()));
    words
        .then(names().or_not())
        .then(options().or_not())
        .map(|(((words, span), columns), options)| KindAst {
            words,
            span,
            columns: columns.unwrap_or_default(),
            options: options.unwrap_or_default(),
        })
        .boxed()
}

/// `{ every day  lookback 2 }`: options are known by their words, on one line or several.
fn options<'t>() -> P<'t, Vec<OptionAst>> {
    let option = option();
    let element = custom::<_, In<'t>, Option<OptionAst>, Ex<'t>>(move |at| {
        let Some(first) = here(at) else {
            let start = at.cursor();
            let end = at.span_since(&start);
            return Err(Problem::expected("an option", at.peek().map_or(end, |tok| tok.span)));
        };
        let read = if leads_option(&first) {
            attempt(at, &option)
        } else {
            let nearest = nearest(first.text, OPTIONS.iter());
            match first.kind {
                TokenKind::Word => {
                    report(at, first.span, SyntaxErrorKind::UnknownOption { found: first.text.to_owned(), nearest });
                }
                _ => at.emit(Problem::expected("an option", first.span)),
            }
            None
        };
        if read.is_none() {
            skip(at, |tok| tok.span != first.span && leads_option(tok));
        }
        Ok(read)
    });
    block(element.boxed()).map(|options| options.into_iter().flatten().collect()).boxed()
}

/// Whether an option begins with this token.
fn leads_option(tok: &Tok<'_>) -> bool {
    let first = |option: &&str| option.split(' ').next() == Some(tok.text);
    tok.kind == TokenKind::Word && OPTIONS.iter().any(first)
}

/// One option, its words and its value.
fn option<'t>() -> P<'t, OptionAst> {
    let value = literal::literal();
    let simple = |words: P<'t, Span>, text: &'static str, value: P<'t, LiteralAst>| {
        words.then(value).map(move |(span, value)| (text.to_owned(), span, Some(value))).boxed()
    };
    let every = simple(word!("every"), "every", literal::duration_literal());
    let lookback = simple(word!("lookback"), "lookback", value.clone());
    let batch = simple(word!("batch"), "batch", value.clone());
    let concurrency = simple(word!("concurrency"), "concurrency", value.clone());
    let partials = word!("partials").map(|span| ("partials".to_owned(), span, None));
    let forward = word!("forward").then(word!("only")).map(|(a, b)| ("forward only".to_owned(), a.to(b), None));
    let no = word!("no").then(word!("restatement")).map(|(a, b)| ("no restatement".to_owned(), a.to(b), None));
    let change = word!("destructive").to("destructive").or(word!("additive").to("additive"));
    let on = word!("on")
        .then(change)
        .then(word!("change"))
        .then(value)
        .map(|(((on, which), change), value)| (format!("on {which} change"), on.to(change), Some(value)));
    choice((every, lookback, batch, concurrency, partials, forward, no, on))
        .map(|(words, span, value)| OptionAst { words, span, value })
        .boxed()
}

/// `@daily` or a string.
fn cron<'t>() -> P<'t, StrAst> {
    let at = token(TokenKind::At, "`@daily` or the like");
    let nickname = at
        .then(name("`daily` or the like"))
        .map(|(at, name)| StrAst { text: format!("@{}", name.text), span: at.to(name.span) });
    nickname.or(string()).boxed()
}

/// `{ … }` or `for spark { … }`, behind the word `sql`, whose place the caller knows.
pub(super) fn sql_block<'t>() -> P<'t, SqlAst> {
    let open = token(TokenKind::OpenBrace, "`{`");
    let close = token(TokenKind::CloseBrace, "`}`");
    let sql = satisfy("SQL", |tok| (tok.kind == TokenKind::Sql).then_some(tok.span));
    word!("for")
        .ignore_then(name("an engine"))
        .or_not()
        .then(open)
        .then(sql.or_not())
        .then_ignore(close)
        .map(|((engine, open), sql)| SqlAst { engine, keyword: open, inner: sql.unwrap_or(Span::empty(open.end)) })
        .boxed()
}

/// `from 2 { segment = case … end }`
fn derive<'t>() -> P<'t, LineKind> {
    let sql = satisfy("an expression", |tok| (tok.kind == TokenKind::Sql).then_some(FragmentAst { span: tok.span }));
    let column = name("a column").then_ignore(token(TokenKind::Equals, "`=`")).then(sql);
    word!("from")
        .ignore_then(literal::version())
        .then(recovered(column.boxed()).or_not())
        .map(|(from, columns)| LineKind::Derive { from, columns: columns.unwrap_or_default() })
        .boxed()
}

/// `{ header true  delimiter ";" }`
fn settings<'t>(value: P<'t, LiteralAst>) -> P<'t, Vec<(Name, LiteralAst)>> {
    recovered(name("an option").then_ignore(token(TokenKind::Equals, "`=`").or_not()).then(value).boxed())
}

/// `ordered_at { warn after 12 hours  error after 1 day }`
fn freshness<'t>() -> P<'t, LineKind> {
    let limit = name("`warn` or `error`").then_ignore(word!("after")).then(literal::duration());
    name("a column")
        .then(recovered(limit.boxed()))
        .map(|(column, limits)| LineKind::Freshness { column, limits })
        .boxed()
}

/// A block whose elements are read one by one; one that cannot be read is passed over together with its line.
pub(super) fn recovered<'t, O: 't>(element: P<'t, O>) -> P<'t, Vec<O>> {
    let tolerant = custom::<_, In<'t>, Option<O>, Ex<'t>>(move |at| {
        if here(at).is_none() {
            return at.parse(&element).map(Some);
        }
        let read = attempt(at, &element);
        if read.is_none() {
            skip(at, |_| false);
        }
        Ok(read)
    });
    block(tolerant.boxed()).map(|read| read.into_iter().flatten().collect()).boxed()
}
