//! A node and its effective declaration: the shared body of its model with its version block laid over it.

#![allow(missing_docs, reason = "salsa's macros make constructors that cannot be documented")]

use crate::ResolveError;
use crate::versions::{self, Lifecycle, NodeColumn};
use esker_declare::{
    ColumnDecl, Item, ItemDecl, KindDecl, ModelDecl, Properties, ReadDecl, SqlDecl, VersionDecl, VersionName,
};
use esker_grammar::sql::SqlText;
use esker_source::Db;

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
}

/// What a node declares, with everything inherited.
#[derive(Clone, Debug, PartialEq, Eq, salsa::SalsaValue)]
pub struct NodeDecl<'db> {
    /// What it is.
    pub role: NodeRole,
    /// The `///` text: the version's own, else the model's.
    pub docs: Option<String>,
    /// The columns that it promises (or, for sources and seeds, has), in order; nothing when none are declared.
    pub columns: Option<Vec<NodeColumn>>,
    /// The body that holds its SQL, for [`Item::bodies`]; nothing when there is none.
    pub body: Option<Option<u32>>,
    /// Its stage of life.
    pub lifecycle: Lifecycle,
    /// The other properties, inherited and restated.
    pub properties: Properties,
    /// The schema it names.
    pub schema: Option<String>,
    /// What is wrong with its `columns` block.
    pub errors: Vec<ResolveError<'db>>,
}

/// The effective declaration of a node.
#[salsa::tracked]
pub fn node_decl<'db>(db: &'db dyn Db, node: Node<'db>) -> NodeDecl<'db> {
    let item = node.item(db);
    let plain = |role, docs: &Option<String>, columns: &[ColumnDecl]| NodeDecl {
        role,
        docs: docs.clone(),
        columns: (!columns.is_empty()).then(|| versions::shared_columns(columns)),
        body: None,
        lifecycle: Lifecycle::Latest,
        properties: Properties::default(),
        schema: None,
        errors: Vec::new(),
    };
    match item.decl(db) {
        ItemDecl::Source(source) => NodeDecl {
            properties: Properties { start: source.start, ..Properties::default() },
            ..plain(NodeRole::Source(source.read.clone()), &source.docs, &source.columns)
        },
        ItemDecl::Seed(seed) => NodeDecl {
            schema: seed.schema.clone(),
            ..plain(NodeRole::Seed(seed.read.clone()), &seed.docs, &seed.columns)
        },
        ItemDecl::Model(model) => model_node(node.version(db).as_ref(), model),
        ItemDecl::Other => plain(NodeRole::Model(None), &None, &[]),
    }
}

fn model_node<'db>(name: Option<&VersionName>, model: &ModelDecl) -> NodeDecl<'db> {
    let version = model.versions.iter().find(|version| Some(&version.name) == name);
    let own = version.map(|version| &version.own);
    let mut errors = Vec::new();
    let block = version.map(|version: &VersionDecl| version.block);
    NodeDecl {
        role: NodeRole::Model(own.and_then(|own| own.kind.clone()).or_else(|| model.shared.kind.clone())),
        docs: version.and_then(|version| version.docs.clone()).or_else(|| model.docs.clone()),
        columns: versions::columns(model, version, &mut errors),
        body: match own.map_or(SqlDecl::Inherited, |own| own.sql) {
            SqlDecl::Here => Some(block),
            SqlDecl::Elsewhere => None,
            SqlDecl::Inherited => (model.shared.sql == SqlDecl::Here).then_some(None),
        },
        lifecycle: versions::lifecycle(model, name),
        properties: own.map_or_else(|| model.shared.clone(), |own| inherit(own, &model.shared)),
        schema: model.schema.clone(),
        errors,
    }
}

/// What a version restates replaces what the model states, property by property. An alias that two versions inherit is
/// told as a clash of relations.
fn inherit(own: &Properties, shared: &Properties) -> Properties {
    Properties {
        kind: own.kind.clone().or_else(|| shared.kind.clone()),
        cron: own.cron.clone().or_else(|| shared.cron.clone()),
        start: own.start.or(shared.start),
        grain: own.grain.clone().or_else(|| shared.grain.clone()),
        owner: own.owner.clone().or_else(|| shared.owner.clone()),
        tags: own.tags.clone().or_else(|| shared.tags.clone()),
        contract: None,
        alias: own.alias.clone().or_else(|| shared.alias.clone()),
        sql: SqlDecl::Inherited,
    }
}

/// The SQL that makes a node; empty for what is not made by SQL.
#[salsa::tracked]
pub fn node_sql<'db>(db: &'db dyn Db, node: Node<'db>) -> SqlText {
    let body = node_decl(db, node).body;
    body.and_then(|body| node.item(db).bodies(db).get(&body)).cloned().unwrap_or_default()
}
