//! Uses of audits: the name, and arguments that are values, nodes or pieces of SQL.

use super::terminal::{as_name, list, name, node, token};
use super::{At, Ex, In, P, line, literal};
use crate::TokenKind;
use crate::ast::{AuditUseAst, LiteralAst, LiteralValue, Name};
use chumsky::prelude::*;

/// `accepted_range(lifetime, min => 0) warn`
pub(super) fn line<'t>() -> P<'t, AuditUseAst> {
    call().then(name("`warn` or `error`").or_not()).map(|(audit, level)| AuditUseAst { level, ..audit }).boxed()
}

/// `accepted_range(lifetime, min => 0)`
pub(super) fn call<'t>() -> P<'t, AuditUseAst> {
    let arrow = token(TokenKind::FatArrow, "`=>`").or(token(TokenKind::Equals, "`=>`")).boxed();
    let value = value();
    let argument = custom::<_, In<'t>, (Option<Name>, LiteralAst), Ex<'t>>(move |at| {
        let before = at.save();
        let name = at.next().and_then(|tok| as_name(&tok));
        if let Some(name) = name
            && at.peek().is_some_and(|tok| matches!(tok.kind, TokenKind::FatArrow | TokenKind::Equals))
        {
            at.parse(&arrow)?;
            return Ok((Some(name), at.parse(&value)?));
        }
        at.rewind(before);
        Ok((None, at.parse(&value)?))
    });
    let arguments = list(argument.boxed());
    // Arguments that cannot be read are not taken for none: that would be told as a second mistake.
    let arguments = custom::<_, In<'t>, Vec<(Option<Name>, LiteralAst)>, Ex<'t>>(move |at| match at.peek() {
        Some(tok) if tok.kind == TokenKind::OpenParen => at.parse(&arguments),
        _ => Ok(Vec::new()),
    });
    name("an audit").then(arguments).map(|(name, args)| AuditUseAst { name, args, level: None }).boxed()
}

/// An argument: `sql { … }`, a node that a dot or a version makes one, or a value.
fn value<'t>() -> P<'t, LiteralAst> {
    let literal = literal::literal();
    let node = node(literal::version())
        .map(|node| LiteralAst { span: node.span, value: LiteralValue::Node(Box::new(node)) })
        .boxed();
    let keyword = super::terminal::word!("sql");
    let sql = keyword.then(line::sql_block()).map_with(|(keyword, mut sql), extra| {
        sql.keyword = keyword;
        LiteralAst { value: LiteralValue::Sql(sql), span: extra.span() }
    });
    let sql = sql.boxed();
    custom::<_, In<'t>, LiteralAst, Ex<'t>>(move |at| {
        let parser = match two(at) {
            Some((true, TokenKind::OpenBrace)) => &sql,
            Some((_, TokenKind::Dot | TokenKind::At)) => &node,
            _ => &literal,
        };
        at.parse(parser)
    })
    .boxed()
}

/// For a name: whether it is the word `sql`, and the kind of the token behind it.
fn two(at: At<'_, '_, '_>) -> Option<(bool, TokenKind)> {
    let before = at.save();
    let first = at.next().filter(|tok| as_name(tok).is_some());
    let second = at.peek();
    at.rewind(before);
    Some((first?.text == "sql", second?.kind))
}
