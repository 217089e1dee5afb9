//! Foreign keys: `references customers(id)` names a column that is there and comparable, and becomes a query for the
//! rows whose value is not.

use crate::audits::{AuditQuery, lexed, name_of, ref_sql};
use crate::keys::columns_known;
use crate::messages::no_column;
use crate::values::is_numeric;
use esker_declare::{DataType, ForeignKey, NodeName, quote_always};
use esker_diagnostics::{self as diagnostics, Diagnostic};
use esker_grammar::sql::SqlText;
use esker_infer::surface;
use esker_resolve::{
    Node, NodeColumn, access_diagnostic, access_problem, constraint_location, node_decl, problem_diagnostic,
    resolve_name,
};
use esker_source::{Db, Project};

/// The column that a foreign key means, or why there is none.
enum Target<'db> {
    Column(Node<'db>, String),
    /// The node has no primary key, or one of several columns.
    NoKey(Node<'db>),
    /// The node is not there.
    NoNode,
}

/// The node is the only one that a name without a version means.
fn node<'db>(db: &'db dyn Db, project: Project, name: &NodeName) -> Option<Node<'db>> {
    resolve_name(db, project, name).ok()?.first().copied()
}

fn target<'db>(db: &'db dyn Db, project: Project, key: &ForeignKey) -> Target<'db> {
    let Some(node) = node(db, project, &key.node) else { return Target::NoNode };
    if let Some(column) = &key.column {
        return Target::Column(node, column.clone());
    }
    let columns = node_decl(db, project, node).columns.iter().flatten();
    let keys: Vec<_> = columns.filter(|column| column.decl.primary_key).collect();
    match &keys[..] {
        [column] => Target::Column(node, column.decl.name.clone()),
        _ => Target::NoKey(node),
    }
}

/// What is wrong with the foreign keys of a node.
pub(crate) fn check_foreign_keys<'db>(db: &'db dyn Db, project: Project, node: Node<'db>) -> Vec<Diagnostic> {
    let columns = node_decl(db, project, node).columns.iter().flatten();
    let keys = columns.filter_map(|column| Some((column, column.decl.references.as_ref()?)));
    keys.filter_map(|(column, key)| problem(db, project, node, column, key)).collect()
}

fn problem<'db>(
    db: &'db dyn Db,
    project: Project,
    node: Node<'db>,
    column: &NodeColumn<'db>,
    key: &ForeignKey,
) -> Option<Diagnostic> {
    let at = constraint_location(db, column, key.constraint);
    let (name, own) = (&column.decl.name, &column.decl.ty);
    let (target, referenced) = match target(db, project, key) {
        Target::Column(target, referenced) => (target, referenced),
        Target::NoNode => {
            let problem = resolve_name(db, project, &key.node).err()?;
            return problem_diagnostic(db, project, &problem, &key.node.name, at);
        }
        Target::NoKey(target) => {
            let label = target.label(db);
            let title = format!("`{label}` has no primary key of one column");
            return Some(
                Diagnostic::new(diagnostics::BAD_FOREIGN_KEY, title, at, "which column is meant?")
                    .help(format!("Name the column: `references {}(id)`.", key.node)),
            );
        }
    };
    if let Some(problem) = access_problem(db, project, Some(node), target) {
        return Some(access_diagnostic(db, project, target, &problem, at));
    }
    let shown = surface(db, project, target);
    let label = target.label(db);
    let Some(found) = shown.columns.iter().find(|column| column.name.eq_ignore_ascii_case(&referenced)) else {
        if !shown.complete || !columns_known(db, project, target) {
            return None;
        }
        let columns: Vec<String> = shown.columns.iter().map(|column| column.name.clone()).collect();
        return Some(no_column(format!("`{label}` has no column `{referenced}`"), at, &referenced, &columns));
    };
    if comparable(own, &found.ty) {
        return None;
    }
    let title = format!("`{name}` is `{own}`, and `{label}` has `{}` as `{}`", found.name, found.ty);
    Some(
        Diagnostic::new(diagnostics::BAD_FOREIGN_KEY, title, at, "values that are never equal")
            .help("Declare both with the same type."),
    )
}

/// Whether values of the types can be equal.
fn comparable(a: &DataType, b: &DataType) -> bool {
    let text = |ty: &DataType| matches!(ty, DataType::Varchar { .. } | DataType::Enum(_));
    let time = |ty: &DataType| matches!(ty, DataType::Date | DataType::Timestamp | DataType::TimestampTz);
    a.is_unknown()
        || b.is_unknown()
        || a == b
        || (is_numeric(a) && is_numeric(b))
        || (text(a) && text(b))
        || (time(a) && time(b))
        || (matches!((a, b), (DataType::List(_), DataType::List(_)) | (DataType::Struct(_), DataType::Struct(_))))
}

/// The queries that judge the foreign keys of a node; none for a key that is wrong.
pub fn foreign_key_queries<'db>(db: &'db dyn Db, project: Project, node: Node<'db>) -> Vec<AuditQuery> {
    let mut queries = Vec::new();
    for column in node_decl(db, project, node).columns.iter().flatten() {
        let Some(key) = &column.decl.references else { continue };
        let Target::Column(target, referenced) = target(db, project, key) else { continue };
        let name = &column.decl.name;
        queries.push(AuditQuery {
            title: format!("{name} references {}({referenced})", key.node),
            warn: false,
            sql: query(&name_of(db, node), &name_of(db, target), name, &referenced),
        });
    }
    queries
}

/// The rows whose value is not null and not there. A node that refers to itself reads its own rows twice.
fn query(this: &NodeName, parent: &NodeName, column: &str, referenced: &str) -> SqlText {
    let (column, referenced) = (quote_always(column), quote_always(referenced));
    let sql = format!(
        "select child.* from {} as child where child.{column} is not null and not exists \
         (select 1 from {} as parent where parent.{referenced} = child.{column})",
        ref_sql(this),
        ref_sql(parent)
    );
    SqlText { tokens: lexed(&sql) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_query_finds_values_without_a_partner() {
        let node = |name: &str| NodeName { name: name.into(), version: None };
        let sql = query(&node("orders"), &node("customers"), "customer_id", "id");
        assert_eq!(
            esker_grammar::sql::render(&sql, &[]),
            "select child.* from ref (\"orders\") as child where child.\"customer_id\" is not null and not exists \
             (select 1 from ref (\"customers\") as parent where parent.\"id\" = child.\"customer_id\")"
        );
    }

    #[test]
    fn types_of_one_family_are_comparable() {
        let decimal = DataType::Decimal { precision: 18, scale: 2 };
        assert!(comparable(&DataType::BigInt, &decimal));
        assert!(comparable(&DataType::Unknown, &DataType::Date));
        assert!(!comparable(&DataType::BigInt, &DataType::VARCHAR));
    }
}
