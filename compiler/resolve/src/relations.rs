//! Which table or view each node is in the engine, and clashes between them.

use crate::{Lifecycle, Node, NodeRole, ResolveError, node_decl, project_nodes};
use esker_declare::{KindDecl, KindForm};
use esker_source::{Db, Project};
use std::collections::BTreeMap;

/// A table or view of the engine, by schema and name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Relation {
    /// The schema.
    pub schema: String,
    /// The name in it.
    pub name: String,
}

impl std::fmt::Display for Relation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.schema, self.name)
    }
}

/// The relations under which readers outside find a node; the first is its own, a second one the canonical name of a
/// model whose latest version it is. A source that is read from files and an ephemeral model have none; that of a node
/// which another project publishes is in that project's database.
#[salsa::tracked]
pub fn node_relations<'db>(db: &'db dyn Db, project: Project, node: Node<'db>) -> Vec<Relation> {
    let decl = node_decl(db, project, node);
    let item = node.item(db).name(db);
    let default_schema = || decl.schema.clone().unwrap_or_else(|| project.settings(db).schema.clone());
    let dotted = |text: &str| match text.rsplit_once('.') {
        Some((schema, name)) => Relation { schema: schema.into(), name: name.into() },
        None => Relation { schema: default_schema(), name: text.into() },
    };
    let alias = decl.properties.alias.as_deref();
    match (&decl.role, node.version(db)) {
        (NodeRole::Source(Some(_)), _) => Vec::new(),
        (NodeRole::Model(Some(KindDecl { form: KindForm::Ephemeral, .. })), _) => Vec::new(),
        (NodeRole::External, _) => alias.map(dotted).into_iter().collect(),
        (NodeRole::Source(None), _) => vec![dotted(item)],
        (_, None) => vec![dotted(alias.unwrap_or(item))],
        (_, Some(version)) => {
            let usual = format!("{item}_v{}", version.relation_suffix());
            let mut relations = vec![dotted(alias.unwrap_or(&usual))];
            let canonical = dotted(item);
            if decl.lifecycle == Lifecycle::Latest && relations[0] != canonical {
                relations.push(canonical);
            }
            relations
        }
    }
}

/// Schemas that are not the project's to fill: Esker's own and the engine's.
const RESERVED: &[&str] = &["esker_data", "esker_state", "information_schema", "pg_catalog", "temp", "system"];

/// Nodes that claim a relation which another node has, or that nobody may have. Names are compared without case, as the
/// engine does.
#[salsa::tracked]
pub fn relation_clashes<'db>(db: &'db dyn Db, project: Project) -> Vec<(Node<'db>, ResolveError<'db>)> {
    let mut owners: BTreeMap<String, Node<'db>> = BTreeMap::new();
    let mut clashes = Vec::new();
    for node in project_nodes(db, project) {
        let role = &node_decl(db, project, *node).role;
        if *role == NodeRole::External {
            continue;
        }
        let made = !matches!(role, NodeRole::Source(_));
        for relation in node_relations(db, project, *node) {
            if made && RESERVED.contains(&relation.schema.to_lowercase().as_str()) {
                clashes.push((*node, ResolveError::ReservedSchema { schema: relation.schema.clone() }));
                break;
            }
            let first = *owners.entry(relation.to_string().to_lowercase()).or_insert(*node);
            // Two items with one name were reported as such.
            let same_name = first.item(db) != node.item(db) && first.item(db).name(db) == node.item(db).name(db);
            if first != *node && !same_name {
                clashes.push((*node, ResolveError::RelationClash { relation: relation.to_string(), first }));
            }
        }
    }
    clashes
}
