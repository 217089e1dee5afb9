//! `.sql` files: the one that a body names, the ones with the usual names, and those that look as if somebody meant them.

use super::NodeBody;
use crate::versions::block;
use crate::{NodeRole, item_location, item_nodes, names, node_decl};
use esker_declare::{Item, ItemDecl, ItemKind, VersionName};
use esker_diagnostics::{self as diagnostics, Diagnostic, Location};
use esker_grammar::Span;
use esker_grammar::sql::{SqlSpans, SqlText, lex};
use esker_source::{Db, Project, SourceFile};
use std::collections::{BTreeMap, BTreeSet};

/// The tokens of a `.sql` file, without positions.
#[salsa::tracked]
pub fn sql_file_text(db: &dyn Db, file: SourceFile) -> SqlText {
    lexed(db, file).0
}

/// Where the tokens of a `.sql` file stand.
#[salsa::tracked]
pub fn sql_file_spans(db: &dyn Db, file: SourceFile) -> SqlSpans {
    lexed(db, file).1
}

fn lexed(db: &dyn Db, file: SourceFile) -> (SqlText, SqlSpans) {
    let text = file.text(db).as_deref().unwrap_or("");
    lex(text, Span::new(0, text.len() as u32))
}

/// The file that a body names, by its path from the folder of the item's file; else the path that was looked for, and
/// the `.sql` files that are in that folder.
pub(super) fn named<'db>(
    db: &'db dyn Db,
    project: Project,
    item: Item<'db>,
    path: &str,
) -> Result<SourceFile, (String, Vec<String>)> {
    let full = join(folder(item.file(db).path(db)), path);
    let files = project.files(db);
    match files.get(full.as_str()).filter(|_| full.ends_with(".sql")) {
        Some(file) => Ok(*file),
        None => {
            let there = files.keys().filter(|other| other.ends_with(".sql") && folder(other) == folder(&full));
            Err((full.clone(), there.map(|other| name(other).to_string()).collect()))
        }
    }
}

/// The file of the usual name beside the item's file: `orders_v2.sql` for version 2, `orders.sql` for the shared body.
pub(super) fn usual<'db>(
    db: &'db dyn Db,
    project: Project,
    item: Item<'db>,
    version: Option<&VersionName>,
) -> Option<SourceFile> {
    project.files(db).get(usual_path(db, item, version).as_str()).copied()
}

fn usual_path<'db>(db: &'db dyn Db, item: Item<'db>, version: Option<&VersionName>) -> String {
    let stem = last_part(item.name(db));
    let file = match version {
        Some(version) => format!("{stem}_v{}.sql", version.relation_suffix()),
        None => format!("{stem}.sql"),
    };
    join(folder(item.file(db).path(db)), &file)
}

fn last_part(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

fn name(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

/// A path from a folder, with `.` and `..` worked out.
fn join(folder: &str, path: &str) -> String {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// `.sql` files that nothing uses although their names say whose they would be: a version that is not declared, or a
/// model that has its SQL elsewhere. Other files are nobody's business.
pub fn sql_file_warnings(db: &dyn Db, project: Project) -> Vec<Diagnostic> {
    let mut used: BTreeSet<&str> = BTreeSet::new();
    // Whose each unused file of a usual name would be, and which version's.
    let mut usual: BTreeMap<String, (Item<'_>, Option<VersionName>)> = BTreeMap::new();
    let models = || names(db, project).items.values().filter(|item| item.kind(db) == ItemKind::Model);
    for item in models() {
        for node in item_nodes(db, *item) {
            let decl = node_decl(db, project, *node);
            if let Some(NodeBody::File(file)) = &decl.body {
                used.insert(file.path(db));
            }
            if decl.role != NodeRole::External {
                let versions = [node.version(db).clone(), None];
                usual.extend(versions.map(|version| (usual_path(db, *item, version.as_ref()), (*item, version))));
            }
        }
    }
    let mut found = Vec::new();
    for path in project.files(db).keys().filter(|path| path.ends_with(".sql") && !used.contains(&***path)) {
        let at = Location { file: path.clone(), span: Span::empty(0) };
        if let Some((item, version)) = usual.get(&**path) {
            found.push(unused(db, *item, version.as_ref(), at));
        } else if let Some((item, label)) = models().find_map(|item| looks_like(db, *item, path))
            && !item.broken(db)
        {
            found.push(undeclared(db, item, label, at));
        }
    }
    found
}

/// The label that the file's name would give to a version of the model, when it is beside the model and named so.
fn looks_like<'db, 'p>(db: &'db dyn Db, item: Item<'db>, path: &'p str) -> Option<(Item<'db>, &'p str)> {
    let beside = folder(path) == folder(item.file(db).path(db));
    let label = name(path).strip_suffix(".sql")?.strip_prefix(last_part(item.name(db)))?.strip_prefix("_v")?;
    let is_label = label.starts_with(|c: char| c.is_ascii_digit());
    (beside && is_label).then_some((item, label))
}

fn undeclared<'db>(db: &'db dyn Db, item: Item<'db>, label: &str, at: Location) -> Diagnostic {
    let name = item.name(db);
    // `m_v05.sql`: labels that are integers have no zeros before them.
    let number: Option<u64> = label.parse().ok();
    let renamed = number.filter(|number| number.to_string() != label);
    let label = match number {
        Some(number) => number.to_string(),
        None => format!("\"{}\"", label.replace('_', ".")),
    };
    let versions: Vec<String> = match item.decl(db) {
        ItemDecl::Model(model) => model.versions.iter().map(|version| version.name.to_string()).collect(),
        _ => Vec::new(),
    };
    let has = match &versions[..] {
        [] => "declared here, without versions".to_string(),
        [one] => format!("has version {one}"),
        all => format!("has versions {}", all.join(", ")),
    };
    let declared = versions.contains(&label);
    let title = match declared {
        true => format!("this file looks like version {label} of `{name}`, whose file is called otherwise"),
        false => format!("this file looks like version {label} of `{name}`, which has no such version"),
    };
    let declare = format!("Declare it in `{name}`: `version {label} {{ }}`");
    let file = format!("{}_v{label}.sql", last_part(name));
    Diagnostic::new(diagnostics::UNDECLARED_VERSION_FILE, title, at, "nothing reads this file")
        .related(item_location(db, item), has)
        .help(match renamed {
            Some(_) if declared => format!("Call it `{file}`."),
            Some(_) => format!("{declare}, and call the file `{file}`; or give it another name."),
            None => format!("{declare}; or give the file another name."),
        })
}

fn unused<'db>(db: &'db dyn Db, item: Item<'db>, version: Option<&VersionName>, at: Location) -> Diagnostic {
    let name = item.name(db);
    let label = version.map_or_else(|| name.clone(), |version| format!("{name}@{version}"));
    let place = match (item.decl(db), version) {
        (ItemDecl::Model(model), Some(version)) => block(model, version).map(|version| version.block),
        _ => None,
    };
    let sql = esker_declare::Place { version: place, part: esker_declare::Part::Sql };
    let title = format!("`{label}` does not use this file: its SQL is elsewhere");
    Diagnostic::new(diagnostics::UNUSED_SQL_FILE, title, at, "nothing reads this file")
        .related(crate::place_location(db, item, sql), "its SQL")
        .why("A file of this name is taken for the SQL of a model or version that has none of its own.")
        .help("Remove the file, or the SQL that stands in its way.")
}
