//! The queries: what a node returns, and what it shows to its readers.

use crate::bind::{Column, Rows, bind, bind_condition};
use crate::{InferError, Inferred, NodeSurface, Nullability, OutputColumn, SurfaceColumn};
use esker_declare::DataType;
use esker_resolve::{Node, NodeColumn, NodeRole};
use esker_source::{Db, Project};
use esker_sql::QueryIr;

/// What a node's SQL returns, and what is wrong with its names and types. On a cycle nothing is known.
#[salsa::tracked(cycle_result = unknown_inferred)]
pub fn inferred<'db>(db: &'db dyn Db, project: Project, node: Node<'db>) -> Inferred {
    let ir = esker_sql::query(db, node);
    if ir.root.is_none() {
        return Inferred::default();
    }
    let refs: Vec<Rows> = esker_resolve::node_refs(db, project, node)
        .iter()
        .map(|found| found.target.map_or(Rows::UNKNOWN, |target| rows(surface(db, project, target))))
        .collect();
    let variables = esker_sql::variables(project.settings(db));
    let variables: Vec<(&str, DataType)> = variables.into_iter().map(|(name, ty, _)| (name, ty)).collect();
    let bound = bind(ir, &refs, &variables);
    inferred_of(bound.rows, bound.errors)
}

/// What is wrong with the names and types of a condition on rows of these columns, as [`esker_sql::lower_condition`]
/// reads it.
pub fn condition_errors(condition: &QueryIr, columns: &NodeSurface) -> Vec<InferError> {
    bind_condition(condition, rows(columns))
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
    let decl = esker_resolve::node_decl(db, node);
    let declared = |column: &NodeColumn| SurfaceColumn {
        name: column.decl.name.clone(),
        ty: column.decl.ty.clone(),
        not_null: column.decl.not_null,
    };
    if let Some(columns) = &decl.columns {
        return NodeSurface { columns: columns.iter().map(declared).collect(), complete: true };
    }
    match decl.role {
        NodeRole::Source(_) | NodeRole::Seed(_) => NodeSurface::default(),
        NodeRole::Model(_) => {
            let inferred = inferred(db, project, node);
            let output = |column: &OutputColumn| SurfaceColumn {
                name: column.name.clone(),
                // The engine stores a column that is always null as an integer.
                ty: if column.ty == DataType::Null { DataType::Integer } else { column.ty.clone() },
                not_null: column.nulls == Nullability::Never,
            };
            NodeSurface { columns: inferred.columns.iter().map(output).collect(), complete: inferred.complete }
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
