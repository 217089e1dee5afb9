//! Columns over a lifetime: how those of two versions differ, which of them SQL uses, and the deprecated ones that it
//! still reads.

use super::messages::going_away;
use chrono::NaiveDateTime;
use esker_declare::{DataType, Deprecation, ItemDecl, ItemKind, Part, Place};
use esker_diagnostics::{Diagnostic, Location};
use esker_infer::surface;
use esker_resolve::{
    Node, NodeColumn, column_location, names, node_decl, node_refs, place_location, resolve_name, sql_location,
};
use esker_source::{Db, Project};
use esker_sql::{Body, Expr, ExprId, QueryId, QueryIr, QuerySourceMap, TableId, TableKind, query, query_source_map};
use std::collections::BTreeMap;

/// How the columns of another version differ.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Differences {
    /// Not there any more.
    pub lost: Vec<String>,
    /// Under another name: the one before and the one after.
    pub renamed: Vec<(String, String)>,
    /// Of another type: the name, the type before and after.
    pub retyped: Vec<(String, DataType, DataType)>,
    /// Never null before, and maybe null now: the name before.
    pub nullable: Vec<String>,
    /// New.
    pub gained: Vec<String>,
    /// Whether both are known: else there may be more.
    pub complete: bool,
}

/// How the columns of `to` differ from those of `from`.
pub(super) fn differences<'db>(db: &'db dyn Db, project: Project, from: Node<'db>, to: Node<'db>) -> Differences {
    let declared = |node| node_decl(db, project, node).columns.as_deref().unwrap_or_default();
    let (own, others) = (declared(from), declared(to));
    // The name of what is the same column by its declaration.
    let new_name = |name: &str| {
        let own = own.iter().find(|own| own.decl.name.eq_ignore_ascii_case(name))?;
        others.iter().find(|other| other.origin == own.origin).map(|other| other.decl.name.as_str())
    };
    let (from, to) = (surface(db, project, from), surface(db, project, to));
    let mut found = Differences { complete: from.complete && to.complete, ..Differences::default() };
    for column in &from.columns {
        let name = new_name(&column.name).unwrap_or(&column.name);
        if !name.eq_ignore_ascii_case(&column.name) {
            found.renamed.push((column.name.clone(), name.to_string()));
        }
        let other = to.columns.iter().find(|other| other.name.eq_ignore_ascii_case(name));
        if column.not_null && other.is_some_and(|other| !other.not_null && !other.ty.is_unknown()) {
            found.nullable.push(column.name.clone());
        }
        match other {
            Some(other) if other.ty != column.ty && !other.ty.is_unknown() && !column.ty.is_unknown() => {
                found.retyped.push((column.name.clone(), column.ty.clone(), other.ty.clone()));
            }
            None if to.complete => found.lost.push(column.name.clone()),
            _ => {}
        }
    }
    let renamed = |name: &str| found.renamed.iter().any(|(_, to)| to.eq_ignore_ascii_case(name));
    let there = |name: &str| from.columns.iter().any(|column| column.name.eq_ignore_ascii_case(name));
    let gained = to.columns.iter().filter(|column| from.complete && !renamed(&column.name) && !there(&column.name));
    found.gained = gained.map(|column| column.name.clone()).collect();
    found
}

/// Which columns of a reference a node's SQL uses.
pub(super) struct Uses<'a> {
    ir: &'a QueryIr,
    map: &'a QuerySourceMap,
    reference: u32,
    /// The names by which the referred table is called.
    tables: Vec<&'a str>,
    /// The columns of the other references, in lower case.
    others: BTreeMap<u32, Vec<String>>,
}

impl<'a> Uses<'a> {
    /// Of the nth reference; nothing when the SQL cannot be read.
    pub(super) fn of<'db: 'a>(db: &'db dyn Db, project: Project, node: Node<'db>, reference: u32) -> Option<Self> {
        let ir = query(db, project, node);
        ir.root?;
        let named = |table: &'a esker_sql::Table| match &table.kind {
            TableKind::Ref { index, name } if *index == reference => {
                Some(table.alias.as_ref().unwrap_or(name).as_str())
            }
            _ => None,
        };
        let columns = |target| surface(db, project, target).columns.iter().map(|column| column.name.to_lowercase());
        let refs = (0..).zip(node_refs(db, project, node));
        let others = refs.filter(|(n, _)| *n != reference).filter_map(|(n, found)| Some((n, found.target?)));
        Some(Self {
            ir,
            map: query_source_map(db, project, node),
            reference,
            tables: ir.tables.iter().filter_map(named).collect(),
            others: others.map(|(n, target)| (n, columns(target).collect())).collect(),
        })
    }

    /// Whether a bare name in an expression may be a column of the reference: the SELECT around it reads the reference,
    /// or one further out does, and none between reads another that has such a column.
    fn bare(&self, expr: ExprId, column: &str) -> bool {
        let at = self.map.expr(expr).start;
        let mut around: Vec<_> = (0..)
            .zip(&self.ir.queries)
            .map(|(n, query)| (self.map.query(QueryId(n)), &query.body))
            .filter(|(tokens, _)| tokens.contains(&at))
            .collect();
        around.sort_by_key(|(tokens, _)| tokens.len());
        for (_, body) in around {
            let Body::Select(select) = body else { continue };
            let mut refs = Vec::new();
            select.from.iter().for_each(|table| self.refs(*table, &mut refs));
            if refs.contains(&self.reference) {
                return true;
            }
            let has = |n| self.others.get(n).is_some_and(|columns| columns.contains(&column.to_lowercase()));
            if refs.iter().any(has) {
                return false;
            }
        }
        false
    }

    /// The references among the tables of a FROM clause.
    fn refs(&self, table: TableId, found: &mut Vec<u32>) {
        match &self.ir.table(table).kind {
            TableKind::Ref { index, .. } => found.push(*index),
            TableKind::Join { left, right, .. } => [left, right].iter().for_each(|side| self.refs(**side, found)),
            _ => {}
        }
    }

    /// The first expression that uses the column.
    pub(super) fn first(&self, column: &str) -> Option<ExprId> {
        let same = |name: &String| name.eq_ignore_ascii_case(column);
        let ours = |name: &String| self.tables.iter().any(|table| name.eq_ignore_ascii_case(table));
        let mut left_out: Vec<ExprId> = Vec::new();
        let mut stars: Vec<ExprId> = Vec::new();
        for (n, expr) in self.ir.exprs.iter().enumerate() {
            let Expr::Star(star) = expr else { continue };
            let excluded =
                |id: &ExprId| matches!(self.ir.expr(*id), Expr::Column(path) if path.last().is_some_and(same));
            left_out.extend(star.exclude.iter().filter(|id| excluded(id)));
            if star.table.as_ref().is_none_or(ours) && !star.exclude.iter().any(excluded) {
                stars.push(ExprId(n as u32));
            }
        }
        // `count(*)` is no star of a select list.
        let listed = |id: &ExprId| {
            self.ir.queries.iter().any(|query| match &query.body {
                Body::Select(select) => select.items.iter().any(|item| item.expr == *id),
                _ => false,
            })
        };
        stars.retain(listed);
        let uses = |(n, expr): (usize, &Expr)| {
            let id = ExprId(n as u32);
            let names = match expr {
                Expr::Column(path) => match &path[..] {
                    [name] => same(name) && self.bare(id, column),
                    [first, second, ..] => (ours(first) && same(second)) || (same(first) && self.bare(id, column)),
                    [] => false,
                },
                _ => false,
            };
            (names && !left_out.contains(&id)).then_some(id)
        };
        self.ir.exprs.iter().enumerate().find_map(uses).or(stars.first().copied())
    }
}

/// The deprecated columns that a node's SQL reads: each once for each reference.
pub(super) fn deprecated_uses<'db>(
    db: &'db dyn Db,
    project: Project,
    node: Node<'db>,
    now: NaiveDateTime,
) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (n, target) in node_refs(db, project, node).iter().enumerate().filter_map(|(n, found)| Some((n, found.target?)))
    {
        let columns = node_decl(db, project, target).columns.iter().flatten();
        let deprecated: Vec<_> = columns.filter(|column| column.decl.deprecated.is_some()).collect();
        if deprecated.is_empty() {
            continue;
        }
        let Some(uses) = Uses::of(db, project, node, n as u32) else { continue };
        for column in deprecated {
            let (Some(id), Some(deprecation)) = (uses.first(&column.decl.name), &column.decl.deprecated) else {
                continue;
            };
            let tokens = query_source_map(db, project, node).expr(id);
            let at = sql_location(db, project, node, tokens);
            found.push(leaving(db, target, column, deprecation, at, now));
        }
    }
    found
}

/// The deprecated columns that consumers say they read.
pub(super) fn deprecated_outside(db: &dyn Db, project: Project, now: NaiveDateTime) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for ((kind, _), item) in &names(db, project).others {
        let (ItemKind::Consumer, ItemDecl::Consumer(consumer)) = (kind, item.decl(db)) else { continue };
        for (line, (name, read)) in (0..).zip(&consumer.reads) {
            let Some(target) = resolve_name(db, project, name).ok().and_then(|nodes| nodes.first().copied()) else {
                continue;
            };
            for (n, name) in (0..).zip(read) {
                let mut columns = node_decl(db, project, target).columns.iter().flatten();
                let Some(column) = columns.find(|column| column.decl.name.eq_ignore_ascii_case(name)) else { continue };
                let Some(deprecation) = &column.decl.deprecated else { continue };
                let at = place_location(db, *item, Place { version: None, part: Part::ReadsColumn(line, n) });
                found.push(leaving(db, target, column, deprecation, at, now));
            }
        }
    }
    found
}

/// That a column which is read is going away.
fn leaving<'db>(
    db: &'db dyn Db,
    target: Node<'db>,
    column: &NodeColumn<'db>,
    deprecation: &Deprecation,
    at: Location,
    now: NaiveDateTime,
) -> Diagnostic {
    let (name, label) = (&column.decl.name, target.label(db));
    going_away(&format!("column `{name}` of `{label}`"), deprecation, at, now)
        .related(column_location(db, column), "deprecated here")
        .help(format!("Read what takes its place, or do without `{name}`."))
}
