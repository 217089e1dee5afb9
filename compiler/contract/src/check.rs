//! Declared against inferred columns, by name without case, as the engine compares names.

use crate::{ContractError, ContractErrorKind};
use esker_declare::{DataType, ItemDecl, VersionName};
use esker_infer::{At, Inferred, Nullability, OutputColumn};
use esker_resolve::{Node, NodeBody, NodeColumn, NodeRole, item_nodes, node_decl};
use esker_source::{Db, Project};

/// Where a node's SQL breaks its contract.
#[salsa::tracked]
pub fn check_contract<'db>(db: &'db dyn Db, project: Project, node: Node<'db>) -> Vec<ContractError> {
    let decl = node_decl(db, project, node);
    let Some(declared) = &decl.columns else { return Vec::new() };
    let model = matches!(decl.role, NodeRole::Model(_));
    // Without SQL that says anything, or with a column block that is wrong itself, there is nothing to compare.
    if !model || esker_sql::query(db, project, node).root.is_none() || decl.unsure() {
        return Vec::new();
    }
    let errors = compare(declared, esker_infer::inferred(db, project, node));
    let same_body = |other: &&Node<'db>| **other != node && node_decl(db, project, **other).body == decl.body;
    let derived = decl.body == Some(NodeBody::Derived);
    let shared = item_nodes(db, node.item(db)).iter().find(same_body).filter(|_| !derived && edits_columns(db, node));
    match shared.and_then(|other| other.version(db).as_ref()) {
        Some(other) => as_one(errors, other),
        None => errors,
    }
}

/// Whether the node is a version with a `columns` block.
fn edits_columns<'db>(db: &'db dyn Db, node: Node<'db>) -> bool {
    let ItemDecl::Model(model) = node.item(db).decl(db) else { return false };
    let own = model.versions.iter().find(|version| Some(&version.name) == node.version(db).as_ref());
    own.is_some_and(|version| version.columns.is_some())
}

/// A version that changes the columns and forgets the SQL has one problem, however many columns it changes.
fn as_one(errors: Vec<ContractError>, other: &VersionName) -> Vec<ContractError> {
    let (mut missing, mut extra, mut first) = (Vec::new(), Vec::new(), None);
    let mut others = Vec::new();
    for error in errors {
        match &error.kind {
            ContractErrorKind::Missing { meant } => {
                missing.push(error.column.clone());
                extra.extend(meant.clone());
            }
            ContractErrorKind::Extra { .. } => extra.push(error.column.clone()),
            _ => {
                others.push(error);
                continue;
            }
        }
        first.get_or_insert(error);
    }
    let one = first.map(|first| {
        let kind = ContractErrorKind::SharedSql { missing, extra, other: other.to_string() };
        ContractError { declared: None, kind, ..first }
    });
    one.into_iter().chain(others).collect()
}

/// The disagreements, in order of the declared columns, then of the others.
fn compare(declared: &[NodeColumn<'_>], inferred: &Inferred) -> Vec<ContractError> {
    let mut errors = Vec::new();
    let same = |a: &str, b: &str| a.eq_ignore_ascii_case(b);
    // A name that was not found may be the very column that seems to be missing.
    let judge_names = inferred.errors.is_empty();
    let mut extra: Vec<&OutputColumn> = inferred
        .columns
        .iter()
        .filter(|column| !declared.iter().any(|declared| same(&declared.decl.name, &column.name)))
        .collect();
    for (index, column) in declared.iter().enumerate() {
        let name = &column.decl.name;
        let error = |at, kind| ContractError { at, column: name.clone(), declared: Some(index), kind };
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
            let kind = ContractErrorKind::Extra { ty };
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
