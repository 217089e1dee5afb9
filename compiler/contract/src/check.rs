//! Declared against inferred columns, by name without case, as the engine compares names.

use crate::{ContractError, ContractErrorKind};
use esker_declare::DataType;
use esker_infer::{At, Inferred, Nullability, OutputColumn};
use esker_resolve::{Node, NodeColumn, NodeRole};
use esker_source::{Db, Project};

/// Where a node's SQL breaks its contract.
#[salsa::tracked]
pub fn check_contract<'db>(db: &'db dyn Db, project: Project, node: Node<'db>) -> Vec<ContractError> {
    let decl = esker_resolve::node_decl(db, node);
    let Some(declared) = &decl.columns else { return Vec::new() };
    let model = matches!(decl.role, NodeRole::Model(_));
    // Without SQL that says anything, or with a column block that is wrong itself, there is nothing to compare.
    if !model || esker_sql::query(db, node).root.is_none() || !decl.errors.is_empty() {
        return Vec::new();
    }
    let shared = node.version(db).is_some() && decl.body == Some(None);
    compare(declared, esker_infer::inferred(db, project, node), shared)
}

/// The disagreements, in order of the declared columns, then of the others. `shared` is SQL that several versions use.
fn compare(declared: &[NodeColumn], inferred: &Inferred, shared: bool) -> Vec<ContractError> {
    let mut errors = Vec::new();
    let same = |a: &str, b: &str| a.eq_ignore_ascii_case(b);
    // A name that was not found may be the very column that seems to be missing.
    let judge_names = inferred.errors.is_empty();
    let mut extra: Vec<&OutputColumn> = inferred
        .columns
        .iter()
        .filter(|column| !declared.iter().any(|declared| same(&declared.decl.name, &column.name)))
        .collect();
    for column in declared {
        let name = &column.decl.name;
        let error = |at, kind| ContractError { at, column: name.clone(), declared: Some(column.place), kind };
        let Some(found) = inferred.columns.iter().find(|found| same(&found.name, name)) else {
            let Some(last) = inferred.columns.iter().rev().find_map(|found| found.expr) else { continue };
            if inferred.complete && judge_names {
                let near = esker_diagnostics::nearest(name, extra.iter().map(|extra| extra.name.as_str()));
                let meant = near.and_then(|near| extra.iter().position(|extra| extra.name == near));
                // A column under another name is one problem, not a missing and an extra one.
                let meant = meant.map(|n| extra.remove(n));
                let at = At::Item(meant.and_then(|meant| meant.expr).unwrap_or(last));
                errors.push(error(at, ContractErrorKind::Missing { meant: meant.map(|meant| meant.name.clone()) }));
            }
            continue;
        };
        let Some(expr) = found.expr else { continue };
        if !agrees(&column.decl.ty, &found.ty) {
            let (declared, found) = (column.decl.ty.clone(), found.ty.clone());
            errors.push(error(At::Expr(expr), ContractErrorKind::Type { declared, found }));
        }
        if column.decl.not_null && found.nulls == Nullability::Always {
            errors.push(error(At::Expr(expr), ContractErrorKind::Null));
        }
    }
    if judge_names {
        for column in extra {
            let Some(expr) = column.expr else { continue };
            let (column, ty) = (column.name.clone(), column.ty.clone());
            let kind = ContractErrorKind::Extra { ty, shared };
            errors.push(ContractError { at: At::Item(expr), column, declared: None, kind });
        }
    }
    errors
}

/// Whether a value of the found type is stored as the declared one says. What is not known agrees with everything, and
/// so does a bare null; the length of a varchar is not part of its type in the engine.
fn agrees(declared: &DataType, found: &DataType) -> bool {
    match (declared, found) {
        (DataType::Unknown, _) | (_, DataType::Unknown | DataType::Null) => true,
        (DataType::Varchar { .. }, DataType::Varchar { .. }) => true,
        (DataType::List(a), DataType::List(b)) => agrees(a, b),
        (DataType::Map(a, c), DataType::Map(b, d)) => agrees(a, b) && agrees(c, d),
        (DataType::Struct(a), DataType::Struct(b)) => {
            let field = |((name, ty), (other, found)): (&(String, DataType), &(String, DataType))| {
                name.eq_ignore_ascii_case(other) && agrees(ty, found)
            };
            a.len() == b.len() && a.iter().zip(b).all(field)
        }
        (a, b) => a == b,
    }
}
