//! Access: who may read a node, and the groups that private ones belong to.

use crate::{Node, NodeDecl, ResolveError, item, names, node_decl};
use esker_declare::{Access, ItemKind, ModelDecl, Part, Place, VersionDecl};
use esker_source::{Db, Project};

/// Why a node may not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AccessProblem {
    /// It is private to a group that the reader is not of.
    Private {
        /// The group.
        group: String,
        /// The reader's group.
        reader: Option<String>,
    },
    /// It is another project's and not public.
    NotPublic,
}

/// Why the reader (nobody for somebody outside of the graph) may not read a node; nothing when it may.
pub fn access_problem<'db>(
    db: &'db dyn Db,
    project: Project,
    reader: Option<Node<'db>>,
    target: Node<'db>,
) -> Option<AccessProblem> {
    if reader.is_some_and(|reader| reader.item(db) == target.item(db)) {
        return None;
    }
    let decl = node_decl(db, project, target);
    if decl.role == crate::NodeRole::External {
        // Of one that cannot be read as a whole, nobody knows what it is.
        let public = decl.access == Access::Public || target.item(db).broken(db);
        return (!public).then_some(AccessProblem::NotPublic);
    }
    if decl.access != Access::Private {
        return None;
    }
    // A private model without a group, and groups that nobody declares, were reported.
    let known = |group: &String| item(db, project, ItemKind::Group, group).is_some();
    let group = decl.group.clone().filter(known)?;
    let own = reader.and_then(|reader| node_decl(db, project, reader).group.clone());
    let allowed = own.as_ref().is_some_and(|own| *own == group || !known(own));
    (!allowed).then_some(AccessProblem::Private { group, reader: own })
}

/// What is wrong with a model's group.
pub(crate) fn check<'db>(
    db: &'db dyn Db,
    project: Project,
    model: &ModelDecl,
    version: Option<&VersionDecl>,
    decl: &mut NodeDecl<'db>,
) {
    match &decl.group {
        Some(group) if item(db, project, ItemKind::Group, group).is_none() => {
            let own = version.filter(|version| version.own.group.is_some()).map(|version| version.block);
            // A default has no place in any model.
            let stated = own.is_some() || model.shared.group.is_some();
            if stated && !names(db, project).lossy {
                let at = Place { version: own, part: Part::Group };
                let groups = names(db, project).of_kind(ItemKind::Group).map(str::to_string).collect();
                decl.errors.push(ResolveError::UnknownGroup { at, group: group.clone(), groups });
            }
        }
        None if decl.access == Access::Private => {
            let own = version.filter(|version| version.own.access.is_some()).map(|version| version.block);
            decl.errors.push(ResolveError::PrivateWithoutGroup { at: Place { version: own, part: Part::Access } });
        }
        _ => {}
    }
}
