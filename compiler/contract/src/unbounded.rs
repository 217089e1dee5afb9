//! Models that are computed range by range, by SQL that asks for no range.

use crate::check_keys;
use esker_declare::{KindDecl, KindForm, Part, quote};
use esker_diagnostics::{self as diagnostics, Diagnostic};
use esker_grammar::sql::SqlTokenKind;
use esker_resolve::{Node, NodeRole, node_decl, node_refs, node_sql, property_location, sql_location};
use esker_source::{Db, Project};

/// The variables that bound what is read.
const BOUNDS: [&str; 4] = ["$start", "$end", "$start_date", "$end_date"];

/// That a model incremental by time reads all there is for each of its ranges. One that reads nothing of the project
/// makes its rows itself.
pub(crate) fn check_unbounded<'db>(db: &'db dyn Db, project: Project, node: Node<'db>) -> Option<Diagnostic> {
    let decl = node_decl(db, project, node);
    let NodeRole::Model(Some(KindDecl { form: KindForm::IncrementalByTime(column), .. })) = &decl.role else {
        return None;
    };
    let reads = node_refs(db, project, node);
    // What it lacks may be in what could not be read, or in a column that was not meant.
    let unsure = !check_keys(db, project, node).is_empty()
        || decl.unsure()
        || node.item(db).broken(db)
        || reads.iter().any(|read| read.target.is_none());
    if unsure || reads.is_empty() || is_bounded(db, project, node, &mut Vec::new()) {
        return None;
    }
    let title = format!("the SQL of `{}` uses neither `$start` nor `$end`", node.label(db));
    let at = property_location(db, node, Part::TimeColumn);
    let column = quote(column);
    Some(
        Diagnostic::new(diagnostics::UNBOUNDED, title, at, "computed range by range")
            .why("Each range of time would be computed of everything there is, and a row outside the range fails the run.")
            .help(format!(
                "Write `where {column} >= $start and {column} < $end`, with what `{column}` is in what is read; or `kind full`."
            )),
    )
}

/// The references of a model without ranges to ephemeral models whose SQL asks for one: put into it, it has none.
pub(crate) fn check_ranges<'db>(db: &'db dyn Db, project: Project, node: Node<'db>) -> Vec<Diagnostic> {
    let NodeRole::Model(Some(KindDecl { form: KindForm::Full | KindForm::View, .. })) =
        &node_decl(db, project, node).role
    else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for read in node_refs(db, project, node) {
        let Some(target) = read.target.filter(|target| node_decl(db, project, *target).role.is_ephemeral()) else {
            continue;
        };
        if is_bounded(db, project, target, &mut Vec::new()) {
            let title = format!("`{}` uses `$start` or `$end`, which have no value in this model", target.label(db));
            let at = sql_location(db, project, node, read.expr.tokens.clone());
            found.push(
                Diagnostic::new(diagnostics::NO_RANGE, title, at, "there is no range of time here")
                    .why("The SQL of an ephemeral model is put into what reads it, and only a model that is computed range by range is given a range.")
                    .help("Read it from a `kind incremental by time` model, or move the condition into those that have a range."),
            );
        }
    }
    found
}

/// Whether a node's SQL, or that of an ephemeral model which is put into it, uses a bound.
fn is_bounded<'db>(db: &'db dyn Db, project: Project, node: Node<'db>, seen: &mut Vec<Node<'db>>) -> bool {
    if seen.contains(&node) {
        return false;
    }
    seen.push(node);
    let mut params = node_sql(db, project, node).tokens.iter().filter(|token| token.kind == SqlTokenKind::Param);
    if params.any(|token| BOUNDS.contains(&token.text.as_str())) {
        return true;
    }
    let ephemeral = |read: &Node<'db>| node_decl(db, project, *read).role.is_ephemeral();
    let reads = node_refs(db, project, node).iter().filter_map(|read| read.target);
    reads.filter(ephemeral).any(|read| is_bounded(db, project, read, seen))
}
