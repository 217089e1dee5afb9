//! The interface of a project: its public models as others may read them, written in Esker itself. It says which
//! versions there are, their columns, relations and deprecation; never their SQL.

use crate::Session;
use esker_declare::{Access, ColumnDecl, DataType, Deprecation, Item, ItemDecl, Part, Place, VersionName};
use esker_diagnostics::{self as diagnostics, Diagnostic};
use esker_grammar::{written_name, written_string};
use esker_infer::surface;
use esker_resolve::{Lifecycle, Node, NodeRole, item_nodes, names, node_decl, node_relations, place_location};
use std::fmt::Write;

/// The interface's file of a project of this name, from its root.
pub(crate) fn file_name(project: &str) -> String {
    format!("{project}.interface.esk")
}

/// Whether a file is an interface, which is no source of the project that wrote it.
pub fn is_interface(path: &str) -> bool {
    path.ends_with(".interface.esk")
}

/// The text of the interface, for a project without errors.
///
/// # Errors
/// The columns whose types are not known: nobody could be promised them.
pub(crate) fn text(session: &Session) -> Result<String, Vec<Diagnostic>> {
    let (db, project) = (session.db(), session.project());
    let name = &session.config().settings.name;
    let mut out =
        format!("// The public models of `{name}`, written by `esker publish --interface`: not to be edited.\n");
    let mut untyped = Vec::new();
    for item in names(db, project).items.values() {
        let public = |node: &&Node<'_>| {
            let decl = node_decl(db, project, **node);
            // What is public by default may be ephemeral: there is nothing of it that could be read.
            let somewhere = !node_relations(db, project, **node).is_empty();
            matches!(decl.role, NodeRole::Model(_)) && decl.access == Access::Public && somewhere
        };
        let nodes: Vec<Node<'_>> = item_nodes(db, *item).iter().filter(public).copied().collect();
        if !nodes.is_empty() {
            model(session, *item, &nodes, &mut out, &mut untyped);
        }
    }
    if untyped.is_empty() { Ok(esker_grammar::format(&out)) } else { Err(untyped) }
}

fn model<'a>(
    session: &'a Session,
    item: Item<'a>,
    nodes: &[Node<'a>],
    out: &mut String,
    untyped: &mut Vec<Diagnostic>,
) {
    let (db, project) = (session.db(), session.project());
    let ItemDecl::Model(decl) = item.decl(db) else { return };
    let docs = docs(decl.docs.as_deref());
    let parts = item.name(db).split('.').map(written_name).collect::<Vec<_>>().join(".");
    let _ = write!(out, "\n{docs}model {}.{parts} {{\naccess public\n", written_name(&session.config().settings.name));
    if let [node] = nodes
        && node.version(db).is_none()
    {
        let columns = columns(session, *node, untyped);
        let _ = write!(out, "{}contract enforced {{\n{columns}}}\n}}\n", standing(session, *node));
        return;
    }
    // A latest version that is not public does not exist for others: theirs is the last one before it that is.
    let lifecycle = |node: &Node<'a>| node_decl(db, project, *node).lifecycle;
    let latest = nodes.iter().rfind(|node| lifecycle(node) != Lifecycle::Prerelease);
    if let Some(version) = latest.or(nodes.last()).and_then(|node| node.version(db).as_ref()) {
        let _ = writeln!(out, "latest {}", label(version));
    }
    out.push_str("contract enforced {\n}\n");
    for node in nodes {
        let Some(version) = node.version(db) else { continue };
        let columns = columns(session, *node, untyped);
        let own = docs_of_version(decl, version);
        let _ = write!(
            out,
            "\n{own}version {} {{\n{}columns {{\ninclude ()\n{columns}}}\n}}\n",
            label(version),
            standing(session, *node)
        );
    }
    out.push_str("}\n");
}

fn docs_of_version(model: &esker_declare::ModelDecl, name: &VersionName) -> String {
    let version = model.versions.iter().find(|version| &version.name == name);
    docs(version.and_then(|version| version.docs.as_deref()))
}

/// The lines that say where a node stands in the engine and how long it will.
fn standing(session: &Session, node: Node<'_>) -> String {
    let (db, project) = (session.db(), session.project());
    let mut out = String::new();
    if let Some(Deprecation { date, reason }) = &node_decl(db, project, node).deprecated {
        let reason = reason.as_deref().map(|reason| format!(" {}", written_string(reason))).unwrap_or_default();
        let _ = writeln!(out, "deprecated {}{reason}", moment(*date));
    }
    if let Some(relation) = node_relations(db, project, node).first() {
        let _ = writeln!(out, "alias {}.{}", written_name(&relation.schema), written_name(&relation.name));
    }
    out
}

fn columns(session: &Session, node: Node<'_>, untyped: &mut Vec<Diagnostic>) -> String {
    let (db, project) = (session.db(), session.project());
    let declared = node_decl(db, project, node).columns.as_deref().unwrap_or_default();
    let shown = surface(db, project, node);
    let mut out = String::new();
    let mut unknown: Vec<&str> = Vec::new();
    for column in &shown.columns {
        if column.ty.is_unknown() {
            unknown.push(&column.name);
            continue;
        }
        let found = declared.iter().find(|declared| declared.decl.name.eq_ignore_ascii_case(&column.name));
        let decl = found.map(|found| &found.decl);
        out.push_str(&docs(decl.and_then(|decl| decl.docs.as_deref())));
        let _ = write!(out, "{}  {}", written_name(&column.name), type_text(&column.ty));
        if column.not_null {
            out.push_str("  not null");
        }
        out.push_str(&decl.map(promises).unwrap_or_default());
        out.push('\n');
    }
    if !unknown.is_empty() || !shown.complete {
        let item = node.item(db);
        let at = place_location(db, item, Place { version: None, part: Part::Name });
        let title = match unknown[..] {
            [] => format!("not all columns of `{}` are known", node.label(db)),
            _ => format!("the types of {} of `{}` are not known", unknown.join(", "), node.label(db)),
        };
        untyped.push(
            Diagnostic::new(diagnostics::UNKNOWN_INTERFACE, title, at, "is public")
                .why("A public model promises its columns and their types to other projects.")
                .help("Declare them in a `contract enforced { … }`."),
        );
    }
    out
}

/// What a column promises besides its type.
fn promises(column: &ColumnDecl) -> String {
    let mut out = String::new();
    if column.primary_key {
        out.push_str("  primary key");
    }
    if column.unique {
        out.push_str("  unique");
    }
    if let Some(Deprecation { date, reason }) = &column.deprecated {
        let reason = reason.as_deref().map(|reason| format!(" {}", written_string(reason))).unwrap_or_default();
        let _ = write!(out, "  deprecated {}{reason}", moment(*date));
    }
    if !column.tags.is_empty() {
        let tags: Vec<String> = column.tags.iter().map(|tag| written_name(tag)).collect();
        let _ = write!(out, "  tags ({})", tags.join(", "));
    }
    out
}

/// A type as Esker writes it: as the engine does, but for the names and texts inside.
fn type_text(ty: &DataType) -> String {
    match ty {
        DataType::Enum(values) => {
            let values: Vec<String> = values.iter().map(|value| written_string(value)).collect();
            format!("enum({})", values.join(", "))
        }
        DataType::List(of) => format!("{}[]", type_text(of)),
        DataType::Map(key, value) => format!("map({}, {})", type_text(key), type_text(value)),
        DataType::Struct(fields) => {
            let fields: Vec<String> =
                fields.iter().map(|(name, ty)| format!("{} {}", written_name(name), type_text(ty))).collect();
            format!("struct({})", fields.join(", "))
        }
        other => other.to_string(),
    }
}

fn docs(text: Option<&str>) -> String {
    text.map(|text| text.lines().map(|line| format!("/// {line}\n")).collect()).unwrap_or_default()
}

fn label(version: &VersionName) -> String {
    match version {
        VersionName::Integer(number) => number.to_string(),
        VersionName::Text(text) => written_string(text),
    }
}

fn moment(moment: chrono::NaiveDateTime) -> String {
    match moment.time() == chrono::NaiveTime::MIN {
        true => moment.date().to_string(),
        false => moment.format("%Y-%m-%dT%H:%M:%SZ").to_string(),
    }
}
