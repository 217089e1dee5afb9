//! Formatting keeps the meaning: over everything in the repository that is written in Esker (the examples, the standard
//! library, every example of the specification, the manual and the code pages), the declarations, the nodes, the queries,
//! the fingerprints and the problems are the same before and after. That no token and no comment is lost is tested in
//! `grammar/`.

use esker_driver::Session;
use esker_driver::declare::item_tree;
use esker_driver::grammar::format;
use esker_driver::grammar::sql::SqlText;
use esker_driver::infer::{own_fingerprint, surface};
use esker_driver::resolve::{RefPin, node_decl, node_refs, project_nodes, sql_refs};
use esker_driver::source::STD_PREFIX;
use esker_driver::sql::query;
use esker_tests::{case, page};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The files of a project by their paths.
type Files = BTreeMap<String, String>;

#[test]
fn formatting_keeps_the_meaning() {
    let projects = projects();
    assert!(projects.len() > 300, "just {} projects were found", projects.len());
    let mut changed = 0;
    let mut wrong = Vec::new();
    for (name, files) in &projects {
        let formatted = |(path, text): (&String, &String)| {
            let after = if path.ends_with(".esk") { format(text) } else { text.clone() };
            assert_eq!(format(&after), after, "{name}: {path} is not the same the second time");
            (path.clone(), after)
        };
        let after: Files = files.iter().map(formatted).collect();
        if after == *files {
            continue;
        }
        changed += 1;
        let (before, after) = (meaning(files), meaning(&after));
        let differs = before.iter().zip(&after).find(|(before, after)| before != after);
        if let Some((before, after)) = differs {
            wrong.push(format!("{name}:\n- {before}\n+ {after}"));
        } else if before.len() != after.len() {
            wrong.push(format!("{name}: {} facts became {}", before.len(), after.len()));
        }
    }
    assert!(changed > 50, "just {changed} projects were changed by formatting them: nothing was tested");
    assert!(wrong.is_empty(), "{} of {}\n{}", wrong.len(), projects.len(), wrong.join("\n\n"));
}

#[test]
fn the_form_of_references_says_nothing_also_in_sql_that_cannot_be_analysed() {
    let text = "model a {
    kind full
    contract enforced { id bigint }
    sql { select 1::bigint as id }
    version 1 { }
}
model b {
    kind full
    contract enforced { id bigint }
    sql { from (pivot ref('a', v=1) as x on id using count(*)) select 1::bigint as id }
}
";
    let files = |text: &str| Files::from([("models/main.esk".to_string(), text.to_string())]);
    let (before, after) = (files(text), files(&format(text)));
    assert!(after["models/main.esk"].contains("ref(a, v => 1)"), "{after:?}");
    let opaque = Session::in_memory(before.clone());
    let (db, project) = (opaque.db(), opaque.project());
    let is_opaque = |node: &esker_driver::resolve::Node<'_>| esker_driver::sql::is_opaque(db, project, *node);
    assert!(project_nodes(db, project).iter().any(is_opaque), "{:?}", opaque.check());
    assert_eq!(meaning(&before), meaning(&after));
}

/// Everything that a project says, without positions: a line for each fact, in order.
fn meaning(files: &Files) -> Vec<String> {
    let mut session = Session::in_memory(files.clone());
    session.set_now("2026-01-01T00:00:00".parse().expect("a moment"));
    let (db, project) = (session.db(), session.project());
    let mut facts = Vec::new();
    for (path, file) in project.files(db).iter() {
        if !path.ends_with(".esk") || path.starts_with(STD_PREFIX) {
            continue;
        }
        let tree = item_tree(db, *file);
        facts.push(format!("{path} lossy {}", tree.lossy));
        for item in &tree.items {
            let bodies: Vec<_> = item.bodies(db).iter().map(|(key, text)| (key, said(text))).collect();
            facts.push(format!("{path} {} {} {:?}", item.kind(db).keyword(), item.name(db), item.decl(db)));
            facts.push(format!("its bodies {bodies:?}"));
            facts.push(format!("its errors {:?} broken {}", item.errors(db), item.broken(db)));
        }
    }
    for node in project_nodes(db, project) {
        let decl = node_decl(db, project, *node);
        let columns: Vec<_> = decl.columns.iter().flatten().map(|column| &column.decl).collect();
        let targets: Vec<_> =
            node_refs(db, project, *node).iter().map(|found| found.target.map(|target| target.label(db))).collect();
        facts.push(format!("{} {:?} {:?} {:?}", node.label(db), decl.role, decl.lifecycle, decl.properties));
        facts.push(format!("its docs {:?} and columns {columns:?}", decl.docs));
        facts.push(format!("its audits {:?} and deprecation {:?}", decl.audits, decl.deprecated));
        facts.push(format!("it is read by {:?} of {:?} in {:?}", decl.access, decl.group, decl.schema));
        facts.push(format!("it reads {targets:?}"));
        facts.push(format!("its query {:?}", query(db, project, *node)));
        facts.push(format!("its surface {:?}", surface(db, project, *node)));
        facts.push(format!("its identity {:?}", own_fingerprint(db, project, *node)));
    }
    let told = |problem: esker_driver::diagnostics::Diagnostic| {
        format!("{} {} {}", problem.primary.at.file, problem.code.id(), problem.title)
    };
    facts.extend(session.check().into_iter().map(told));
    facts
}

/// The tokens of a body, its references written one way: their form is the formatter's to choose.
fn said(text: &SqlText) -> Vec<String> {
    let mut said = Vec::new();
    let mut at = 0;
    for expr in sql_refs(text).iter().filter(|expr| expr.name.is_some()) {
        said.extend(text.tokens[at..expr.tokens.start as usize].iter().map(|token| token.text.clone()));
        let pin = match &expr.pin {
            RefPin::Unpinned => String::new(),
            RefPin::Pinned(version, _) => format!("@{version}"),
        };
        said.push(format!("ref {}{pin}", expr.name.as_deref().unwrap_or_default()));
        at = expr.tokens.end as usize;
    }
    said.extend(text.tokens[at..].iter().map(|token| token.text.clone()));
    said
}

/// The projects of the repository: the examples, the standard library with its tests, every section of a page, and every
/// file by itself.
fn projects() -> Vec<(String, Files)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut paths = Vec::new();
    walk(&root, &mut paths);
    paths.sort();
    let name = |path: &Path| path.strip_prefix(&root).unwrap_or(path).display().to_string();
    let read = |path: &PathBuf| std::fs::read_to_string(path).expect("UTF-8");
    let mut projects = Vec::new();
    for path in paths.iter().filter(|path| has_extension(path, "esk")) {
        projects.push((name(path), Files::from([("models/main.esk".into(), read(path))])));
    }
    let roots = paths.iter().filter(|path| path.ends_with("esker.toml")).filter_map(|path| path.parent());
    for folder in roots.chain([root.join("std").as_path()]) {
        let own = paths.iter().filter(|path| path.starts_with(folder) && !has_extension(path, "md"));
        projects.push((name(folder), own.map(|path| (inside(folder, path), read(path))).collect()));
    }
    for path in paths.iter().filter(|path| has_extension(path, "md")) {
        // A page that cannot be run is a problem of the suite.
        for section in page::sections(&name(path), &read(path)).unwrap_or_default() {
            let files = section.fences.iter().filter_map(|fence| Some((case::path(fence)?.into(), fence.body.clone())));
            projects.push((section.name.clone(), files.collect()));
        }
    }
    projects
}

fn inside(folder: &Path, path: &Path) -> String {
    let parts: Vec<_> = path.strip_prefix(folder).unwrap_or(path).iter().map(|part| part.to_string_lossy()).collect();
    parts.join("/")
}

fn has_extension(path: &Path, extension: &str) -> bool {
    path.extension().is_some_and(|found| found == extension)
}

fn walk(folder: &Path, paths: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("readable") {
        let path = entry.expect("readable").path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() {
            if !name.starts_with('.') && name != "target" {
                walk(&path, paths);
            }
        } else if ["esk", "sql", "md", "toml"].iter().any(|extension| has_extension(&path, extension)) {
            paths.push(path);
        }
    }
}
