//! Collects what every stage has to say of a project, each problem once.

use esker_contract::{contract_diagnostics, item_diagnostics};
use esker_declare::{Item, item_tree};
use esker_diagnostics::{Code, Diagnostic, Location};
use esker_grammar::SyntaxError;
use esker_infer::{fn_errors, inferred};
use esker_resolve::{
    Node, cycle_diagnostic, graph, item_errors, names, node_decl, node_refs, place_location, relation_clashes,
    selector_errors, sql_file_warnings, sql_location,
};
use esker_source::{Db, Project, STD_PREFIX, SourceFile, parse};
use esker_sql::{query_source_map, sql_errors};
use std::sync::Arc;

/// Everything that is wrong, in no particular order.
pub(crate) fn project(db: &dyn Db, project: Project) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    // The standard library is held right by its tests.
    let own = |file: &&SourceFile| file.path(db).ends_with(".esk") && !file.path(db).starts_with(STD_PREFIX);
    for file in project.files(db).values().filter(own) {
        found.extend(self::file(db, *file));
        for item in &item_tree(db, *file).items {
            let errors = item_errors(db, project, *item).iter();
            found.extend(errors.map(|error| error.diagnostic(db, project, *item, None)));
            found.extend(item_diagnostics(db, project, *item));
            found.extend(fn_errors(db, project, *item));
        }
    }
    let names = names(db, project);
    found.extend(names.errors().map(|(item, error)| error.diagnostic(db, project, item, None)));
    found.extend(sql_file_warnings(db, project));
    found.extend(selector_errors(db, project));
    // What is read comes first, so that no query waits for a long chain of others.
    let graph = graph(db, project);
    for node in &graph.order {
        node_problems(db, project, *node, &mut found);
    }
    found.extend(graph.cycles.iter().map(|path| cycle_diagnostic(db, project, path)));
    let clashes = relation_clashes(db, project).iter();
    found.extend(clashes.map(|(node, error)| error.diagnostic(db, project, node.item(db), Some(*node))));
    found
}

/// What is wrong with a file by itself: its syntax and its declarations.
pub(crate) fn file(db: &dyn Db, file: SourceFile) -> Vec<Diagnostic> {
    let mut found: Vec<Diagnostic> = parse(db, file).errors.iter().map(|error| syntax(error, file.path(db))).collect();
    for item in &item_tree(db, file).items {
        declarations(db, *item, &mut found);
    }
    found
}

/// A mistake of the parser in the text of this name.
pub(crate) fn syntax(error: &SyntaxError, file: &Arc<str>) -> Diagnostic {
    let code = Code::find(error.kind.code()).expect("a test holds that every syntax error's code is registered");
    let at = |span| Location { file: file.clone(), span };
    let mut diagnostic = Diagnostic::new(code, error.kind.title(), at(error.span), error.kind.label());
    if let Some((span, text)) = error.kind.secondary() {
        diagnostic = diagnostic.related(at(span), text);
    }
    (diagnostic.why, diagnostic.help) = (error.kind.why(), error.kind.help());
    diagnostic
}

fn declarations<'db>(db: &'db dyn Db, item: Item<'db>, found: &mut Vec<Diagnostic>) {
    let locate = |place| place_location(db, item, place);
    found.extend(item.errors(db).iter().map(|error| error.diagnostic(&locate)));
    found.extend(crate::schedule::problems(db, item));
}

/// What is wrong with one node. A body that several versions share is judged once for each of them, and what they
/// agree on is told once (the sort drops equal diagnostics).
fn node_problems<'db>(db: &'db dyn Db, project: Project, node: Node<'db>, found: &mut Vec<Diagnostic>) {
    let item = node.item(db);
    let errors = node_decl(db, project, node).errors.iter();
    found.extend(errors.map(|error| error.diagnostic(db, project, item, Some(node))));
    found.extend(node_refs(db, project, node).iter().filter_map(|found| found.diagnostic(db, project, node)));
    let locate = |tokens| sql_location(db, project, node, tokens);
    found.extend(sql_errors(db, project, node).iter().map(|error| error.diagnostic(locate)));
    let map = query_source_map(db, project, node);
    found.extend(inferred(db, project, node).errors.iter().map(|error| error.diagnostic(map, locate)));
    found.extend(contract_diagnostics(db, project, node));
}
