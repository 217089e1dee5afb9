//! Tests as they are run: the query, a table for everything that it reads, and the rows that must come out.

use super::{add_subjects, given_tables};
use crate::audits::{Dataset, title, usage};
use crate::values::type_of;
use esker_declare::{
    AuditUse, DataType, ExpectDecl, GivenDecl, Item, ItemDecl, NodeName, RowsDecl, TestDecl, TestSubject,
};
use esker_grammar::sql::SqlText;
use esker_infer::{NodeSurface, SurfaceColumn, surface};
use esker_resolve::{Node, RefExpr, RefPin, node_refs, node_sql, resolve_name, sql_refs};
use esker_source::{Db, Project};
use std::ops::Range;

/// One run of a test: of one version of a model, or of an audit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitCase<'db> {
    /// What is tested: `dim_customers@2`, `not_null(id)`.
    pub label: String,
    /// The node that is tested; nothing for an audit.
    pub node: Option<Node<'db>>,
    /// The query. Variables stand in it as they are written.
    pub sql: SqlText,
    /// What it reads.
    pub tables: Vec<CaseTable>,
    /// The references of the query as ranges of its tokens, in order, each with its table.
    pub reads: Vec<(Range<u32>, usize)>,
    /// What must come out.
    pub expect: CaseRows,
    /// Whether the order of the rows counts.
    pub ordered: bool,
    /// Whether just the columns that are named are compared.
    pub partial: bool,
}

/// A table that stands in for a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseTable {
    /// The node's label, or `this`.
    pub name: String,
    /// All its columns; none when they are not known, then it has those of its rows.
    pub columns: Vec<(String, DataType)>,
    /// Its rows. Columns that they do not name are null.
    pub rows: CaseRows,
}

/// Rows of a test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CaseRows {
    /// Written out, as literals of SQL.
    Values {
        /// The heading; none without rows.
        columns: Vec<String>,
        /// The rows.
        rows: Vec<Vec<String>>,
    },
    /// A CSV file with a heading, by its path from the project's root.
    Csv(String),
    /// A query that reads no table of the project.
    Sql(SqlText),
}

/// The runs of a test, one for each version that it is for; none where something is wrong with it.
pub fn test_cases<'db>(db: &'db dyn Db, project: Project, item: Item<'db>) -> Vec<UnitCase<'db>> {
    let ItemDecl::Test(decl) = item.decl(db) else { return Vec::new() };
    let Some(expect) = &decl.expect else { return Vec::new() };
    let make = Make { db, project, item, decl, expect };
    match &decl.subject {
        Some(TestSubject::Nodes(names)) => make.nodes(names),
        Some(TestSubject::Audit(used)) => make.audit(used).into_iter().collect(),
        None => Vec::new(),
    }
}

struct Make<'db> {
    db: &'db dyn Db,
    project: Project,
    item: Item<'db>,
    decl: &'db TestDecl,
    expect: &'db ExpectDecl,
}

impl<'db> Make<'db> {
    fn nodes(&self, names: &[NodeName]) -> Vec<UnitCase<'db>> {
        let first = |name: &NodeName| resolve_name(self.db, self.project, name).ok()?.first().copied();
        let mut subjects = Vec::new();
        for name in names {
            if let Some(node) = first(name) {
                add_subjects(self.db, node, name, &mut subjects);
            }
        }
        subjects.into_iter().filter_map(|node| self.node(node)).collect()
    }

    fn node(&self, node: Node<'db>) -> Option<UnitCase<'db>> {
        let (db, project) = (self.db, self.project);
        let mut tables: Vec<CaseTable> = Vec::new();
        let mut nodes: Vec<Node<'db>> = Vec::new();
        let mut reads = Vec::new();
        for found in node_refs(db, project, node) {
            let target = found.target?;
            let table = match nodes.iter().position(|known| *known == target) {
                Some(table) => table,
                None => {
                    let given = self.decl.given.iter().find(|given| {
                        resolve_name(db, project, &given.node).is_ok_and(|nodes| nodes.first() == Some(&target))
                    })?;
                    nodes.push(target);
                    tables.push(self.table(given, target.label(db), surface(db, project, target)));
                    nodes.len() - 1
                }
            };
            reads.push((found.expr.tokens.clone(), table));
        }
        let sql = node_sql(db, project, node).clone();
        Some(self.case(node.label(db), Some(node), sql, tables, reads))
    }

    fn audit(&self, used: &AuditUse) -> Option<UnitCase<'db>> {
        let (db, project) = (self.db, self.project);
        let given = given_tables(db, project, self.item, self.decl);
        let (this_name, this) = given.iter().find(|(name, _)| name.name == "this")?;
        let on = Dataset { this: this_name.clone(), node: None, columns: this, given: &given };
        let usage = usage(db, project, used, &on);
        if usage.broken {
            return None;
        }
        let tables = self.decl.given.iter().zip(&given);
        let tables = tables.map(|(decl, (name, columns))| self.table(decl, name.to_string(), columns)).collect();
        let sql = usage.instance.sql;
        let read = |expr: RefExpr| {
            let name = ref_name(&expr)?;
            Some((expr.tokens, given.iter().position(|(given, _)| *given == name)?))
        };
        let reads = sql_refs(&sql).into_iter().map(read).collect::<Option<Vec<_>>>()?;
        Some(self.case(title(used), None, sql, tables, reads))
    }

    fn case(
        &self,
        label: String,
        node: Option<Node<'db>>,
        sql: SqlText,
        tables: Vec<CaseTable>,
        reads: Vec<(Range<u32>, usize)>,
    ) -> UnitCase<'db> {
        let expect = self.rows(&self.expect.rows, self.expect.line);
        let (ordered, partial) = (self.expect.ordered, self.expect.partial);
        UnitCase { label, node, sql, tables, reads, expect, ordered, partial }
    }

    fn table(&self, given: &GivenDecl, name: String, shown: &NodeSurface) -> CaseTable {
        let literal = |column: &str| match &given.rows {
            RowsDecl::Table { columns, rows } => {
                let n = columns.iter().position(|known| known.eq_ignore_ascii_case(column));
                type_of(rows.iter().filter_map(|row| row.get(n?)))
            }
            _ => DataType::Unknown,
        };
        let typed = |column: &SurfaceColumn| {
            let ty = if column.ty.is_unknown() { literal(&column.name) } else { column.ty.clone() };
            // The engine has a column of which nothing but null is known as an integer.
            let ty = if ty.is_unknown() || ty == DataType::Null { DataType::Integer } else { ty };
            (column.name.clone(), ty)
        };
        let open: Vec<SurfaceColumn> = match &given.rows {
            RowsDecl::Table { columns, .. } if !shown.complete => columns
                .iter()
                .filter(|column| !shown.columns.iter().any(|known| known.name.eq_ignore_ascii_case(column)))
                .map(|name| SurfaceColumn { name: name.clone(), ty: DataType::Unknown, not_null: false })
                .collect(),
            _ => Vec::new(),
        };
        let known = shown.complete || matches!(given.rows, RowsDecl::Table { .. });
        let columns = shown.columns.iter().chain(&open).filter(|_| known).map(typed).collect();
        CaseTable { name, columns, rows: self.rows(&given.rows, given.line) }
    }

    fn rows(&self, rows: &RowsDecl, line: u32) -> CaseRows {
        match rows {
            RowsDecl::Table { columns, rows } => {
                let cell = |value: &esker_declare::Value| value.to_sql().unwrap_or_else(|| "null".into());
                let rows = rows.iter().map(|row| row.iter().map(cell).collect()).collect();
                CaseRows::Values { columns: columns.clone(), rows }
            }
            RowsDecl::Csv(path) => CaseRows::Csv(path.clone()),
            RowsDecl::Sql => CaseRows::Sql(self.item.bodies(self.db).get(&Some(line)).cloned().unwrap_or_default()),
        }
    }
}

/// The name that a reference says, with its version.
pub(super) fn ref_name(expr: &RefExpr) -> Option<NodeName> {
    let version = match &expr.pin {
        RefPin::Pinned(version, _) => Some(version.clone()),
        _ => None,
    };
    Some(NodeName { name: expr.name.clone()?, version })
}
