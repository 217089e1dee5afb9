//! Names to nodes: which node a reference means, what a version effectively declares, and how nodes hang together.
//!
//! A [`Node`] is what the graph is made of: a source, a seed, an unversioned model, or one version of a model.

mod errors;
mod index;
mod locate;
mod node;
mod order;
mod refs;
mod relations;
mod versions;

pub use errors::{ResolveError, cycle_diagnostic};
pub use index::{Names, item_nodes, names, project_nodes};
pub use locate::{item_location, place_location, property_location, sql_location};
pub use node::{Node, NodeDecl, NodeRole, node_decl, node_sql};
pub use order::{Graph, graph};
pub use refs::{RefExpr, RefPin, RefProblem, ResolvedRef, node_refs, resolve, sql_refs};
pub use relations::{Relation, node_relations, relation_clashes};
pub use versions::{Lifecycle, NodeColumn};
