//! The queries that the other stages ask.

use crate::{Lowered, QueryIr, QuerySourceMap, SqlError, SqlErrorKind, StrayTable, params};
use esker_grammar::sql::{SqlText, SqlToken, SqlTokenKind};
use esker_resolve::Node;
use esker_source::{Db, Project};

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

#[salsa::tracked]
fn lowered<'db>(db: &'db dyn Db, node: Node<'db>) -> Lowered {
    let text = esker_resolve::node_sql(db, node);
    match text.tokens.is_empty() && esker_resolve::node_decl(db, node).body.is_none() {
        true => Lowered::default(),
        false => lower(text),
    }
}

/// What a node's SQL says, without positions. Without a root for sources and seeds, wrong SQL and opaque SQL.
#[salsa::tracked]
pub fn query<'db>(db: &'db dyn Db, node: Node<'db>) -> QueryIr {
    lowered(db, node).query.clone()
}

/// Where the parts of a node's SQL stand.
#[salsa::tracked]
pub fn query_source_map<'db>(db: &'db dyn Db, node: Node<'db>) -> QuerySourceMap {
    lowered(db, node).source_map.clone()
}

/// Whether the engine may take a node's SQL although it cannot be analysed: its columns are those of its contract.
pub fn is_opaque<'db>(db: &'db dyn Db, node: Node<'db>) -> bool {
    query(db, node).opaque.is_some()
}

/// What is wrong with a node's SQL as SQL.
#[salsa::tracked]
pub fn sql_errors<'db>(db: &'db dyn Db, project: Project, node: Node<'db>) -> Vec<SqlError> {
    let lowered = lowered(db, node);
    let mut errors = lowered.errors.clone();
    let role = &esker_resolve::node_decl(db, node).role;
    errors.extend(params::wrong_params(esker_resolve::node_sql(db, node), project.settings(db), role));
    errors.extend(lowered.stray_tables.iter().map(|stray| stray_table(db, project, stray)));
    if let Some(construct) = &lowered.query.opaque
        && esker_resolve::node_decl(db, node).columns.is_none()
    {
        let kind = SqlErrorKind::OpaqueWithoutContract { construct: construct.clone() };
        errors.push(SqlError { tokens: 0..1, kind });
    }
    errors
}

fn stray_table(db: &dyn Db, project: Project, stray: &StrayTable) -> SqlError {
    let kind = if stray.file {
        SqlErrorKind::FileAsTable { path: stray.name.clone() }
    } else if let Some(why) = &stray.unseen {
        SqlErrorKind::UnseenCte { name: stray.name.clone(), why: why.clone() }
    } else {
        let names = &esker_resolve::names(db, project).items;
        let last = stray.name.rsplit('.').next().unwrap_or(&stray.name);
        let exact = names.keys().find(|name| name.rsplit('.').next().is_some_and(|end| end.eq_ignore_ascii_case(last)));
        let likely = exact
            .map(String::as_str)
            .or_else(|| esker_diagnostics::nearest(&stray.name, names.keys().map(String::as_str)));
        let cte = esker_diagnostics::nearest(&stray.name, stray.ctes.iter().map(String::as_str));
        SqlErrorKind::UnknownTable {
            name: stray.name.clone(),
            likely: likely.map(str::to_string),
            cte: cte.filter(|_| exact.is_none()).map(str::to_string),
        }
    };
    SqlError { tokens: stray.tokens.clone(), kind }
}
