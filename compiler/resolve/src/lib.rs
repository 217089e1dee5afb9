//! Names to nodes: which node a reference means, what a version effectively declares, and how nodes hang together.
//!
//! A [`Node`] is what the graph is made of: a source, a seed, an unversioned model, one version of a model, or a model
//! that another project publishes.

mod audited;
mod body;
mod circle;
mod columns;
mod errors;
mod groups;
mod index;
mod interface;
mod items;
mod list;
mod locate;
mod node;
mod order;
mod properties;
mod refs;
mod relations;
mod selection;
#[cfg(test)]
mod tests;
mod types;
mod versions;

pub use audited::{Promise, audit_reads};
pub use body::{BodyError, NodeBody, node_sql, sql_file_spans, sql_file_text, sql_file_warnings};
pub use columns::{ColumnsError, NodeColumn};
pub use errors::ResolveError;
pub use groups::{AccessProblem, access_problem};
pub use index::{Names, item, item_nodes, names, project_nodes};
pub use interface::{is_external, is_published};
pub use items::item_errors;
pub use locate::{
    ItemPlace, column_location, constraint_location, item_location, place_location, property_location, sql_location,
};
pub use node::{Node, NodeAudit, NodeDecl, NodeRole, node_decl};
pub use order::{Edge, Graph, cycle_diagnostic, graph};
pub use refs::{
    RefError, RefExpr, RefFlaw, RefPin, RefProblem, ResolvedRef, access_diagnostic, node_refs, problem_diagnostic,
    resolve, resolve_name, sql_refs,
};
pub use relations::{Relation, node_relations, relation_clashes};
pub use selection::{
    NodeState, Selected, SelectionContext, SelectionError, SelectionErrorKind, select, selector_errors,
};
pub use types::{resolve_type, unknown_type, unknown_types};
pub use versions::Lifecycle;
