//! A node in Markdown: what it is, where it is found, its documentation, and the columns that its readers see.

use esker_driver::declare::{FileFormat, KindDecl};
use esker_driver::infer::surface;
use esker_driver::resolve::{Node, NodeRole, node_decl, node_relations};
use esker_driver::source::{Db, Project};

/// The node with its kind, relations, documentation and columns.
pub(crate) fn describe(db: &dyn Db, project: Project, node: Node<'_>) -> String {
    let decl = node_decl(db, project, node);
    let mut facts = vec![format!("**{}**", code(&node.label(db)))];
    match &decl.role {
        NodeRole::Source(read) => {
            facts.push("source".into());
            facts.extend(read.iter().map(|read| format!("{} {}", format_name(read.format), code(&read.path))));
        }
        NodeRole::Seed(read) => {
            facts.push("seed".into());
            facts.extend(read.iter().map(|read| code(&read.path)));
        }
        NodeRole::Model(kind) => {
            facts.push("model".into());
            facts.extend(kind.iter().map(kind_words));
        }
        NodeRole::External => facts.push("model of another project".into()),
    }
    facts.extend(
        node_relations(db, project, node).iter().map(|relation| format!("relation {}", code(&relation.to_string()))),
    );
    let mut parts = vec![facts.join(" · ")];
    parts.extend(decl.docs.clone());
    parts.push(columns(db, project, node));
    parts.join("\n\n")
}

/// The columns that readers see, as a table.
fn columns(db: &dyn Db, project: Project, node: Node<'_>) -> String {
    let surface = surface(db, project, node);
    if surface.columns.is_empty() && !surface.complete {
        return "Its columns are not known.".into();
    }
    let declared = node_decl(db, project, node).columns.as_deref().unwrap_or_default();
    let mut table = String::from("| column | type | nulls | |\n|---|---|---|---|");
    for column in &surface.columns {
        let docs = declared
            .iter()
            .find(|declared| declared.decl.name == column.name)
            .and_then(|found| found.decl.docs.as_deref());
        let docs = docs.unwrap_or_default().lines().collect::<Vec<_>>().join(" ");
        let nulls = if column.not_null { "no" } else { "yes" };
        let cells = [code(&column.name), code(&column.ty.to_string()), nulls.into(), docs];
        // A bar would end its cell, in code as well.
        table += &format!("\n| {} |", cells.map(|cell| cell.replace('|', "\\|")).join(" | "));
    }
    if !surface.complete {
        table += "\n\nIt may have more columns than these.";
    }
    table
}

fn format_name(format: FileFormat) -> &'static str {
    match format {
        FileFormat::Csv => "csv",
        FileFormat::Parquet => "parquet",
        FileFormat::Json => "json",
    }
}

fn kind_words(kind: &KindDecl) -> String {
    let columns: Vec<String> = kind.form.columns().iter().map(|column| code(column)).collect();
    match columns.as_slice() {
        [] => kind.form.words().into(),
        columns => format!("{} ({})", kind.form.words(), columns.join(", ")),
    }
}

/// Text as code, whatever backticks it holds.
pub(crate) fn code(text: &str) -> String {
    if text.contains('`') { format!("`` {text} ``") } else { format!("`{text}`") }
}

/// `1, 2 and 3`
pub(crate) fn in_words(names: &[String]) -> String {
    match names.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
        None => String::new(),
    }
}
