//! Where the SQL of a node is: in a block of its item, in a file, or made by the compiler out of `derive from`.

mod derive;
mod errors;
mod files;

pub(crate) use derive::{Origin, derived};
pub use errors::BodyError;
pub use files::{sql_file_spans, sql_file_text, sql_file_warnings};

use crate::{Node, ResolveError, node_decl};
use esker_declare::{Item, ModelDecl, Part, Place, SqlDecl, VersionDecl};
use esker_grammar::sql::SqlText;
use esker_source::{Db, Project, SourceFile};

/// Where the SQL of a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NodeBody {
    /// In a `sql` block of its item: the key in [`Item::bodies`].
    Item(Option<u32>),
    /// In a file of its own.
    File(SourceFile),
    /// Nowhere: it is the projection that `derive from` asks for.
    Derived,
}

/// The SQL that makes a node; empty for what is not made by SQL.
#[salsa::tracked]
pub fn node_sql<'db>(db: &'db dyn Db, project: Project, node: Node<'db>) -> SqlText {
    match node_decl(db, project, node).body {
        Some(NodeBody::Item(body)) => node.item(db).bodies(db).get(&body).cloned().unwrap_or_default(),
        Some(NodeBody::File(file)) => sql_file_text(db, file).clone(),
        Some(NodeBody::Derived) => derived(db, project, node).text.clone(),
        None => SqlText::default(),
    }
}

/// The body of a model's node: its version's own, else the shared one; each in its block, in the file that it names, or
/// in the file that has the usual name.
pub(crate) fn body<'db>(
    db: &'db dyn Db,
    project: Project,
    item: Item<'db>,
    model: &ModelDecl,
    version: Option<&VersionDecl>,
    errors: &mut Vec<ResolveError<'db>>,
) -> Option<NodeBody> {
    if let Some(version) = version {
        if let Some(stated) = stated(db, project, item, Some(version.block), &version.own.sql, errors) {
            return stated;
        }
        if version.derive.is_some() {
            return Some(NodeBody::Derived);
        }
        if let Some(file) = files::usual(db, project, item, Some(&version.name)) {
            return Some(NodeBody::File(file));
        }
    }
    if let Some(stated) = stated(db, project, item, None, &model.shared.sql, errors) {
        return stated;
    }
    if let Some(file) = files::usual(db, project, item, None) {
        return Some(NodeBody::File(file));
    }
    if !model.incomplete {
        // Said once, at the model, when every version lacks it.
        let has_own = |version: &VersionDecl| {
            version.own.sql != SqlDecl::Inherited
                || version.derive.is_some()
                || files::usual(db, project, item, Some(&version.name)).is_some()
        };
        let block = version.map(|version| version.block).filter(|_| model.versions.iter().any(has_own));
        errors.push(BodyError::MissingSql { at: Place { version: block, part: Part::Name } }.into());
    }
    None
}

/// What a body says of its SQL: nothing when it says nothing, `Some(None)` when what it says cannot be followed.
fn stated<'db>(
    db: &'db dyn Db,
    project: Project,
    item: Item<'db>,
    block: Option<u32>,
    sql: &SqlDecl,
    errors: &mut Vec<ResolveError<'db>>,
) -> Option<Option<NodeBody>> {
    match sql {
        SqlDecl::Inherited => None,
        SqlDecl::Here => Some(Some(NodeBody::Item(block))),
        SqlDecl::Elsewhere => Some(None),
        SqlDecl::File(path) => match files::named(db, project, item, path) {
            Ok(file) => Some(Some(NodeBody::File(file))),
            Err((looked_for, there)) => {
                let at = Place { version: block, part: Part::Sql };
                errors.push(BodyError::MissingFile { at, path: looked_for, there }.into());
                Some(None)
            }
        },
    }
}
