//! The queries that the other stages ask.

use crate::{Lowered, QueryIr, QuerySourceMap, SqlError, SqlErrorKind, StrayTable, params};
use esker_grammar::sql::{SqlText, SqlToken, SqlTokenKind};
use esker_resolve::{Node, item_nodes, node_relations, project_nodes};
use esker_source::{Db, Project};
use std::ops::Range;

/// Reads a body of SQL. Pure; the queries below are what a database remembers of it.
pub fn lower(text: &SqlText) -> Lowered {
    crate::lower::lower(text, &esker_resolve::sql_refs(text))
}

/// Reads a condition on the rows of a table: as the query `select 1 from ref(table) where (condition)`, whose positions
/// mean nothing.
pub fn lower_condition(condition: &SqlText, table: &str) -> Lowered {
    let token = |kind, text: &str| SqlToken { kind, text: text.to_string() };
    let word = |text: &str| token(SqlTokenKind::Word, text);
    let sign = |text: &str| token(SqlTokenKind::Symbol, text);
    let mut tokens =
        vec![word("select"), token(SqlTokenKind::Number, "1"), word("from"), word("ref"), sign("("), word(table)];
    tokens.extend([sign(")"), word("where"), sign("(")]);
    tokens.extend(condition.tokens.iter().cloned());
    tokens.push(sign(")"));
    lower(&SqlText { tokens })
}

/// Reads one expression, as the query `select (expression)`; positions are those of the expression's own tokens.
pub fn lower_expression(expression: &SqlText) -> Lowered {
    let open = [(SqlTokenKind::Word, "select"), (SqlTokenKind::Symbol, "(")];
    let close = (SqlTokenKind::Symbol, ")");
    let before = open.len() as u32;
    let end = expression.tokens.len() as u32;
    // A bracket of the expression's own must not pair with the one around it.
    if let Some(error) = crate::brackets::unbalanced(expression) {
        return Lowered { errors: vec![error], ..Lowered::default() };
    }
    let token = |(kind, text): (SqlTokenKind, &str)| SqlToken { kind, text: text.to_string() };
    let mut tokens: Vec<SqlToken> = open.into_iter().map(token).collect();
    tokens.extend(expression.tokens.iter().cloned());
    tokens.push(token(close));
    let mut lowered = lower(&SqlText { tokens });
    let own = |range: &mut Range<u32>| {
        *range = range.start.saturating_sub(before).min(end)..range.end.saturating_sub(before).min(end);
    };
    for error in &mut lowered.errors {
        // The expression ends where the bracket around it closes.
        if error.tokens.start == before + end
            && let SqlErrorKind::Unexpected { found, .. } | SqlErrorKind::Unreadable { found } = &mut error.kind
        {
            *found = None;
        }
        own(&mut error.tokens);
    }
    let map = &mut lowered.source_map;
    map.exprs.iter_mut().chain(&mut map.queries).chain(&mut map.tables).for_each(own);
    map.aliases.iter_mut().for_each(|(_, range)| own(range));
    lowered.stray_tables.iter_mut().for_each(|stray| own(&mut stray.tokens));
    lowered
}

#[salsa::tracked]
fn lowered<'db>(db: &'db dyn Db, project: Project, node: Node<'db>) -> Lowered {
    let text = esker_resolve::node_sql(db, project, node);
    match text.tokens.is_empty() && esker_resolve::node_decl(db, project, node).body.is_none() {
        true => Lowered::default(),
        false => lower(text),
    }
}

/// What a node's SQL says, without positions. Without a root for sources and seeds, wrong SQL and opaque SQL.
#[salsa::tracked]
pub fn query<'db>(db: &'db dyn Db, project: Project, node: Node<'db>) -> QueryIr {
    lowered(db, project, node).query.clone()
}

/// Where the parts of a node's SQL stand.
#[salsa::tracked]
pub fn query_source_map<'db>(db: &'db dyn Db, project: Project, node: Node<'db>) -> QuerySourceMap {
    lowered(db, project, node).source_map.clone()
}

/// Whether the engine may take a node's SQL although it cannot be analysed: its columns are those of its contract.
pub fn is_opaque<'db>(db: &'db dyn Db, project: Project, node: Node<'db>) -> bool {
    query(db, project, node).opaque.is_some()
}

/// What is wrong with a node's SQL as SQL.
#[salsa::tracked]
pub fn sql_errors<'db>(db: &'db dyn Db, project: Project, node: Node<'db>) -> Vec<SqlError> {
    let lowered = lowered(db, project, node);
    let mut errors = lowered.errors.clone();
    let role = &esker_resolve::node_decl(db, project, node).role;
    errors.extend(params::wrong_params(esker_resolve::node_sql(db, project, node), project.settings(db), role));
    errors.extend(lowered.stray_tables.iter().map(|stray| stray_table(db, project, stray)));
    if let Some(construct) = &lowered.query.opaque
        && esker_resolve::node_decl(db, project, node).columns.is_none()
    {
        let kind = SqlErrorKind::OpaqueWithoutContract { construct: construct.clone() };
        errors.push(SqlError { tokens: 0..1, kind });
    }
    errors
}

/// A table name that is no ref, no CTE and no table function, as a mistake: with the reference that was likely meant.
pub fn stray_table(db: &dyn Db, project: Project, stray: &StrayTable) -> SqlError {
    let kind = if stray.file {
        SqlErrorKind::FileAsTable { path: stray.name.clone() }
    } else if let Some(why) = &stray.unseen {
        SqlErrorKind::UnseenCte { name: stray.name.clone(), why: why.clone() }
    } else {
        if let Some(node) = relation_of(db, project, &stray.name) {
            let kind = SqlErrorKind::Relation {
                name: stray.name.clone(),
                model: node.item(db).name(db).clone(),
                version: node.version(db).clone(),
            };
            return SqlError { tokens: stray.tokens.clone(), kind };
        }
        let names = &esker_resolve::names(db, project).items;
        let last = stray.name.rsplit('.').next().unwrap_or(&stray.name);
        let exact = names.keys().find(|name| name.rsplit('.').next().is_some_and(|end| end.eq_ignore_ascii_case(last)));
        let likely = exact
            .map(String::as_str)
            .or_else(|| esker_diagnostics::nearest(&stray.name, names.keys().map(String::as_str)));
        let pin = likely.and_then(|name| item_nodes(db, names[name]).last()?.version(db).as_ref());
        let cte = esker_diagnostics::nearest(&stray.name, stray.ctes.iter().map(String::as_str));
        SqlErrorKind::UnknownTable {
            name: stray.name.clone(),
            likely: likely.map(str::to_string),
            version: pin.cloned(),
            cte: cte.filter(|_| exact.is_none()).map(str::to_string),
        }
    };
    SqlError { tokens: stray.tokens.clone(), kind }
}

/// The node whose own relation has this name, with or without its schema.
fn relation_of<'db>(db: &'db dyn Db, project: Project, name: &str) -> Option<Node<'db>> {
    let named = |node: &&Node<'db>| {
        let own = node_relations(db, project, **node).first();
        own.is_some_and(|own| own.name.eq_ignore_ascii_case(name) || own.to_string().eq_ignore_ascii_case(name))
    };
    project_nodes(db, project).iter().find(named).copied()
}
