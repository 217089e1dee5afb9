//! A node and its effective declaration: the shared body of its model with its version block laid over it.

#![allow(missing_docs, reason = "salsa's macros make constructors that cannot be documented")]

use crate::body::{self, NodeBody};
use crate::columns::{NodeColumn, node_columns};
use crate::properties::{self, defaults, inherit};
use crate::versions::{self, Lifecycle};
use crate::{ResolveError, groups, is_external};
use esker_declare::{
    Access, AuditUse, Deprecation, Item, ItemDecl, KindDecl, KindForm, ModelDecl, Properties, ReadDecl, VersionName,
};
use esker_source::{Db, Project};

/// A source, a seed, an unversioned model, or one version of a model.
#[salsa::interned(debug)]
pub struct Node<'db> {
    /// The item that declares it.
    #[returns(copy)]
    pub item: Item<'db>,
    /// Its version; nothing for what has none.
    #[returns(ref)]
    pub version: Option<VersionName>,
}

impl<'db> Node<'db> {
    /// `stg_orders`, `dim_customers@2`: how people name it.
    pub fn label(self, db: &'db dyn Db) -> String {
        match self.version(db) {
            Some(version) => format!("{}@{version}", self.item(db).name(db)),
            None => self.item(db).name(db).clone(),
        }
    }
}

/// What a node is to the rest of the graph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NodeRole {
    /// Others write it.
    Source(Option<ReadDecl>),
    /// Loaded from a file of the project.
    Seed(Option<ReadDecl>),
    /// Made by SQL, of this kind; `None` when the kind is missing or wrong, which was reported.
    Model(Option<KindDecl>),
    /// Made and published by another project.
    External,
}

/// A rule that a node's rows keep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeAudit {
    /// The version block that states it; `None` for the shared body.
    pub block: Option<u32>,
    /// The audit and its arguments; columns have the names that they have in this node.
    pub decl: AuditUse,
}

impl NodeRole {
    /// Whether its SQL is put into what reads it.
    pub fn is_ephemeral(&self) -> bool {
        matches!(self, Self::Model(Some(KindDecl { form: KindForm::Ephemeral, .. })))
    }
}

/// What a node declares, with everything inherited.
#[derive(Clone, Debug, PartialEq, Eq, salsa::SalsaValue)]
pub struct NodeDecl<'db> {
    /// What it is.
    pub role: NodeRole,
    /// The `///` text: the version's own, else the model's.
    pub docs: Option<String>,
    /// The columns that it promises (or, for sources and seeds, has), in order; nothing when none are declared.
    pub columns: Option<Vec<NodeColumn<'db>>>,
    /// Whether its readers may take them for all: a set that it includes may be missing, or something else in the item
    /// may be wrong, which was reported.
    pub columns_complete: bool,
    /// Whether it may be judged by them itself: what is wrong has nothing to do with them.
    pub columns_known: bool,
    /// Where its SQL is; nothing when there is none.
    pub body: Option<NodeBody>,
    /// Its stage of life.
    pub lifecycle: Lifecycle,
    /// The other properties, inherited and restated, defaults put in. `contract`, `sql` and `audits` are empty here.
    pub properties: Properties,
    /// The rules that its rows keep.
    pub audits: Vec<NodeAudit>,
    /// Who may read it.
    pub access: Access,
    /// The group that it belongs to.
    pub group: Option<String>,
    /// From when on it is not to be read any more.
    pub deprecated: Option<Deprecation>,
    /// The schema it names.
    pub schema: Option<String>,
    /// What is wrong with how its parts hang together.
    pub errors: Vec<ResolveError<'db>>,
}

impl NodeDecl<'_> {
    /// Whether its columns or its SQL may be other than was meant, which was reported: then nothing follows from them.
    pub fn unsure(&self) -> bool {
        !self.columns_known || self.errors.iter().any(ResolveError::leaves_unsure)
    }
}

/// The effective declaration of a node.
#[salsa::tracked]
pub fn node_decl<'db>(db: &'db dyn Db, project: Project, node: Node<'db>) -> NodeDecl<'db> {
    let columns = node_columns(db, project, node);
    let mut decl = NodeDecl {
        role: NodeRole::Model(None),
        docs: None,
        columns: columns.columns.clone(),
        columns_complete: !columns.incomplete && !node.item(db).broken(db),
        columns_known: !columns.incomplete && !node.item(db).columns_open(db),
        body: None,
        lifecycle: Lifecycle::Latest,
        properties: Properties::default(),
        audits: Vec::new(),
        access: Access::default(),
        group: None,
        deprecated: None,
        schema: None,
        errors: columns.errors.clone(),
    };
    match node.item(db).decl(db) {
        ItemDecl::Source(source) => {
            decl.role = NodeRole::Source(source.read.clone());
            decl.docs = source.docs.clone();
            decl.properties.start = source.start;
            decl.properties.owner = source.owner.clone();
            decl.properties.tags = source.tags.clone();
        }
        ItemDecl::Seed(seed) => {
            decl.role = NodeRole::Seed(seed.read.clone());
            decl.docs = seed.docs.clone();
            decl.schema = seed.schema.clone();
            decl.properties.owner = seed.owner.clone();
            decl.properties.tags = seed.tags.clone();
        }
        ItemDecl::Model(model) => model_node(db, project, node, model, &columns.renames, &mut decl),
        _ => {}
    }
    decl
}

fn model_node<'db>(
    db: &'db dyn Db,
    project: Project,
    node: Node<'db>,
    model: &ModelDecl,
    renames: &[(String, String)],
    decl: &mut NodeDecl<'db>,
) {
    let item = node.item(db);
    let version = model.versions.iter().find(|version| Some(&version.name) == node.version(db).as_ref());
    let own = version.map(|version| &version.own);
    let external = is_external(db, project, item);
    decl.docs = version.and_then(|version| version.docs.clone()).or_else(|| model.docs.clone());
    decl.lifecycle = versions::lifecycle(model, node.version(db).as_ref());
    decl.deprecated = version.and_then(|version| version.deprecated.clone()).or_else(|| model.deprecated.clone());
    decl.schema = model.schema.clone();
    let mut shared = model.shared.clone();
    if let Some(own) = own {
        properties::rename(&mut shared, renames);
        decl.properties = inherit(own, &shared);
    } else {
        decl.properties = shared.clone();
    }
    if !external {
        decl.properties = inherit(&decl.properties, defaults(db, project));
    }
    // A projection over another version costs nothing as a view, whatever the shared body is.
    if version.is_some_and(|version| version.derive.is_some() && version.own.kind.is_none()) {
        decl.properties.kind = Some(properties::view());
    }
    decl.audits = match own.and_then(|own| Some((own.audits.as_ref()?, version.map(|version| version.block)))) {
        Some((audits, block)) => audits.iter().map(|decl| NodeAudit { block, decl: decl.clone() }).collect(),
        None => shared.audits.iter().flatten().map(|decl| NodeAudit { block: None, decl: decl.clone() }).collect(),
    };
    decl.access = decl.properties.access.unwrap_or_default();
    decl.group = decl.properties.group.clone();
    if external {
        decl.role = NodeRole::External;
        return;
    }
    decl.role = NodeRole::Model(decl.properties.kind.clone());
    decl.body = body::body(db, project, item, model, version, &mut decl.errors);
    if let Some(NodeBody::Derived) = decl.body {
        let derived = body::derived(db, project, node);
        decl.errors.extend(derived.errors.iter().cloned());
        if derived.text.tokens.is_empty() {
            decl.body = None;
        }
    }
    properties::check(db, item, model, version, decl);
    groups::check(db, project, model, version, decl);
}
