//! Where things are kept: the physical table of a snapshot, and the views of an environment.
//!
//! Tables of all snapshots stand in one schema of their own, named by node and identity, so that an environment is
//! nothing but views. Production's views have the project's names; those of any other environment stand in schemas
//! that end in the environment's name: `analytics__dev.dim_customers`.

use crate::file::Relation;
use crate::input::{NodeKind, PlanNode};
use crate::read::digest;

/// The environment whose views have the project's own names.
pub const PRODUCTION: &str = "prod";
/// The schema of physical tables.
pub const DATA_SCHEMA: &str = "esker_data";
/// Identifiers of PostgreSQL end after 63 bytes; 18 of them are the identity.
const NODE_BYTES: usize = 45;

/// The identities of all nodes, which stand parents first.
pub(crate) fn identities(nodes: &[PlanNode]) -> Vec<Identity> {
    let mut known: Vec<Identity> = Vec::with_capacity(nodes.len());
    for node in nodes {
        let parents: Vec<&Identity> = node.parents().into_iter().map(|parent| &known[parent]).collect();
        let own = identity(node, &parents);
        known.push(own);
    }
    known
}

/// A snapshot's key and its physical table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Identity {
    pub(crate) snapshot: String,
    pub(crate) table: Relation,
}

/// The identity of a node's data: its name, kind and data fingerprint. A view names its parents' tables inside, so it is another one when those are.
fn identity(node: &PlanNode, parents: &[&Identity]) -> Identity {
    let mut texts = vec![node.name.as_str(), node.fingerprint.as_str()];
    match &node.kind {
        NodeKind::Seed => texts.push("seed"),
        NodeKind::Full => texts.push("full"),
        NodeKind::IncrementalByTime { column, .. } => texts.extend(["incremental by time", column]),
        NodeKind::View => {
            texts.push("view");
            texts.extend(parents.iter().map(|parent| parent.snapshot.as_str()));
        }
    }
    let snapshot = digest(&texts);
    let plain = node.name.replace('@', "_v");
    let plain: String =
        plain.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).take(NODE_BYTES).collect();
    let name = format!("{plain}__{}", &snapshot[..16]);
    Identity { table: Relation { schema: DATA_SCHEMA.to_owned(), name }, snapshot }
}

/// The view of an environment for a relation that readers know by production's name.
pub fn environment_view(environment: &str, relation: &Relation) -> Relation {
    if environment == PRODUCTION {
        relation.clone()
    } else {
        Relation { schema: format!("{}__{environment}", relation.schema), name: relation.name.clone() }
    }
}

/// The catalog under which the database of another project is attached: `project_shop`. It is not the project's own name,
/// which a schema may well have, too: the engine could not tell `shop.orders` apart then.
pub fn catalog(project: &str) -> String {
    format!("project_{project}")
}

/// Whether a word can name an environment: lower-case letters, digits and `_`, a letter first, short enough for a
/// schema's name. The engine does not tell cases apart, so two names that differ in case only would share their views.
pub fn is_environment_name(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(|first| first.is_ascii_lowercase())
        && chars.all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        && name.len() <= 30
}
