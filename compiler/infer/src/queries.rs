//! The queries: what a node returns, and what it shows to its readers.

use crate::bind::{Column, Known, Rows, bind, bind_condition, is_aggregate};
use crate::functions::{is_too_large, project_types, signatures, subqueries_in_lambdas};
use crate::{At, InferError, InferErrorKind, Inferred, NodeSurface, Nullability, OutputColumn, SurfaceColumn};
use esker_declare::DataType;
use esker_resolve::{Node, NodeBody, NodeColumn, NodeRole};
use esker_source::{Db, Project};
use esker_sql::{Body, Expr, ExprId, QueryIr, Table, TableKind};

/// What a node's SQL returns, and what is wrong with its names and types. On a cycle nothing is known.
#[salsa::tracked(cycle_result = unknown_inferred)]
pub fn inferred<'db>(db: &'db dyn Db, project: Project, node: Node<'db>) -> Inferred {
    let ir = esker_sql::query(db, project, node);
    let unknown = NodeSurface::default();
    let refs: Vec<&NodeSurface> = esker_resolve::node_refs(db, project, node)
        .iter()
        .map(|found| found.target.map_or(&unknown, |target| surface(db, project, target)))
        .collect();
    let variables = esker_sql::variables(project.settings(db));
    let variables: Vec<(&str, DataType)> = variables.into_iter().map(|(name, ty, _)| (name, ty)).collect();
    let mut inferred = infer_query(db, project, ir, &refs, &variables);
    name_versions(db, project, node, ir, &mut inferred.errors);
    let aggregates = aggregates(ir);
    if !aggregates.is_empty() && esker_resolve::node_decl(db, project, node).body == Some(NodeBody::Derived) {
        refuse(aggregates, &mut inferred.errors);
    }
    if inferred.errors.is_empty() {
        inferred.errors.extend(subqueries_in_lambdas(db, project, ir));
    }
    if let Some(root) = ir.root
        && inferred.errors.is_empty()
        && !signatures(db, project).is_empty()
        && outgrows(db, project, node)
    {
        inferred.errors.push(InferError { at: At::Query(root), kind: InferErrorKind::TooLarge });
    }
    inferred
}

/// The aggregates in what a query selects, its subqueries left out.
fn aggregates(ir: &QueryIr) -> Vec<(ExprId, &String)> {
    let Some(Body::Select(select)) = ir.root.map(|root| &ir.query(root).body) else { return Vec::new() };
    let mut found = Vec::new();
    let mut todo: Vec<ExprId> = select.items.iter().map(|item| item.expr).collect();
    while let Some(id) = todo.pop() {
        match ir.expr(id) {
            Expr::Call(call) if call.over.is_none() && is_aggregate(&call.name) => found.push((id, &call.name)),
            expr => todo.extend(expr.parts()),
        }
    }
    found
}

/// An aggregate in a column of `derive from` would group the version that it is derived from, which nobody wrote: that is
/// what is wrong, and not the columns beside it.
fn refuse(aggregates: Vec<(ExprId, &String)>, errors: &mut Vec<InferError>) {
    errors.retain(|error| !matches!(error.kind, InferErrorKind::NotGrouped { .. }));
    errors.extend(aggregates.into_iter().map(|(id, name)| {
        let kind = InferErrorKind::MisplacedAggregate { name: name.clone(), window: false, clause: "`derive from`" };
        InferError { at: At::Expr(id), kind }
    }));
}

/// Says of the tables that lack a column which versions they are: `customers@2`, `customers@2 as c`.
fn name_versions(db: &dyn Db, project: Project, node: Node<'_>, ir: &QueryIr, errors: &mut [InferError]) {
    let refs = esker_resolve::node_refs(db, project, node);
    let label = |table: &Table| match &table.kind {
        TableKind::Ref { index, .. } => refs.get(*index as usize)?.target.map(|target| target.label(db)),
        _ => None,
    };
    for error in errors {
        let InferErrorKind::UnknownColumn { tables, .. } = &mut error.kind else { continue };
        for shown in tables {
            let named = |table: &&Table| match (&table.alias, &table.kind) {
                (Some(alias), _) => alias == shown,
                (None, TableKind::Ref { name, .. }) => name == shown,
                _ => false,
            };
            // The same name may stand for something else in another part of the query.
            let mut meant = ir.tables.iter().filter(named);
            let (Some(table), None) = (meant.next(), meant.next()) else { continue };
            match (label(table).filter(|label| label.contains('@')), &table.alias) {
                (Some(label), Some(alias)) => *shown = format!("{label} as {alias}"),
                (Some(label), None) => *shown = label,
                _ => {}
            }
        }
    }
}

/// Whether a node's SQL is too large with its functions in place. It reads their bodies, an edit of which is nothing to
/// [`inferred`].
#[salsa::tracked(returns(copy))]
fn outgrows<'db>(db: &'db dyn Db, project: Project, node: Node<'db>) -> bool {
    is_too_large(db, project, esker_resolve::node_sql(db, project, node))
}

/// What a query returns that reads these tables, in the order of its references, and may use these variables.
pub fn infer_query(
    db: &dyn Db,
    project: Project,
    ir: &QueryIr,
    refs: &[&NodeSurface],
    variables: &[(&str, DataType)],
) -> Inferred {
    if ir.root.is_none() {
        return Inferred::default();
    }
    let refs: Vec<Rows> = refs.iter().map(|surface| rows(surface)).collect();
    let known = Known { variables, functions: signatures(db, project), types: project_types(db, project) };
    let mut bound = bind(ir, &refs, known);
    if esker_resolve::names(db, project).lossy {
        bound.errors.retain(|error| !matches!(error.kind, InferErrorKind::UnknownFunction { .. }));
    }
    inferred_of(bound.rows, bound.errors)
}

/// What is wrong with the names and types of a condition on rows of these columns, as [`esker_sql::lower_condition`]
/// reads it.
pub fn condition_errors(db: &dyn Db, project: Project, condition: &QueryIr, columns: &NodeSurface) -> Vec<InferError> {
    let known = Known { variables: &[], functions: signatures(db, project), types: project_types(db, project) };
    bind_condition(condition, rows(columns), known)
}

fn unknown_inferred<'db>(_: &'db dyn Db, _: salsa::Id, _: Project, _: Node<'db>) -> Inferred {
    Inferred::default()
}

pub(crate) fn inferred_of(rows: Rows, errors: Vec<InferError>) -> Inferred {
    let output =
        |column: Column| OutputColumn { name: column.name, ty: column.ty, nulls: column.nulls, expr: column.expr };
    Inferred { columns: rows.columns.into_iter().map(output).collect(), complete: rows.complete, errors }
}

/// What a node shows to its readers: the columns that it declares, else those that its SQL returns. Everything that
/// reads a node reads this, so that an edit of a body that leaves it as it was stops here.
#[salsa::tracked(cycle_result = unknown_surface)]
pub fn surface<'db>(db: &'db dyn Db, project: Project, node: Node<'db>) -> NodeSurface {
    let decl = esker_resolve::node_decl(db, project, node);
    let declared = |column: &NodeColumn<'_>| SurfaceColumn {
        name: column.decl.name.clone(),
        ty: column.decl.ty.clone(),
        not_null: column.decl.not_null,
    };
    if let Some(columns) = &decl.columns {
        return NodeSurface { columns: columns.iter().map(declared).collect(), complete: decl.columns_complete };
    }
    match decl.role {
        NodeRole::Source(_) | NodeRole::Seed(_) | NodeRole::External => NodeSurface::default(),
        NodeRole::Model(_) => {
            let inferred = inferred(db, project, node);
            let output = |column: &OutputColumn| SurfaceColumn {
                name: column.name.clone(),
                // The engine stores a column that is always null as an integer.
                ty: if column.ty == DataType::Null { DataType::Integer } else { column.ty.clone() },
                not_null: column.nulls == Nullability::Never,
            };
            let complete = inferred.complete && decl.columns_complete;
            NodeSurface { columns: inferred.columns.iter().map(output).collect(), complete }
        }
    }
}

fn unknown_surface<'db>(_: &'db dyn Db, _: salsa::Id, _: Project, _: Node<'db>) -> NodeSurface {
    NodeSurface::default()
}

/// A surface as the table that a query reads.
fn rows(surface: &NodeSurface) -> Rows {
    let column = |column: &SurfaceColumn| Column {
        name: column.name.clone(),
        ty: column.ty.clone(),
        nulls: if column.not_null { Nullability::Never } else { Nullability::Maybe },
        expr: None,
        named: true,
    };
    Rows { columns: surface.columns.iter().map(column).collect(), complete: surface.complete }
}
