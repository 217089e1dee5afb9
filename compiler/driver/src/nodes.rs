//! From the checked project to the planner's nodes: in order, with fingerprints, columns, promises and SQL.

use crate::reader::read_query;
use crate::{Session, data_files, schedule};
use esker_declare::{KindDecl, Part, Place, Properties, quote_always};
use esker_diagnostics::Diagnostic;
use esker_grammar::sql::SqlTokenKind;
use esker_infer::{combine, own_fingerprint, surface};
use esker_plan::file::{Check, CheckRule, Column, DataFile, Relation};
use esker_plan::time::Timestamp;
use esker_plan::{NodeKind, PlanNode, PlanOptions, SqlPiece};
use esker_resolve::{Node, NodeDecl, NodeRole, graph, node_decl, node_refs, node_relations, node_sql, place_location};
use std::collections::{BTreeMap, HashMap};

/// The planner's nodes while they are made.
pub(crate) struct PlanNodes<'a> {
    pub(crate) session: &'a Session,
    pub(crate) options: &'a PlanOptions,
    pub(crate) nodes: Vec<PlanNode>,
    /// For each of them, where its time begins.
    starts: Vec<Option<Timestamp>>,
    /// The index of each node among the planner's nodes; sources have none.
    pub(crate) indexes: HashMap<Node<'a>, usize>,
    /// What is wrong with data files.
    pub(crate) found: Vec<Diagnostic>,
}

impl<'a> PlanNodes<'a> {
    pub(crate) fn build(session: &'a Session, options: &'a PlanOptions) -> Self {
        let mut builder = Self {
            session,
            options,
            nodes: Vec::new(),
            starts: Vec::new(),
            indexes: HashMap::new(),
            found: Vec::new(),
        };
        builder.add_nodes();
        builder
    }

    fn add_nodes(&mut self) {
        let (db, project) = (self.session.db(), self.session.project());
        let graph = graph(db, project);
        for (node, parents) in graph.order.iter().zip(&graph.parents) {
            let decl = node_decl(db, *node);
            if let NodeRole::Source(_) = decl.role {
                self.check_files(*node, decl);
                continue;
            }
            let source_start = schedule::source_start(db, graph, parents);
            // Where its time begins, were it said by what it reads through others.
            let read = parents.iter().filter_map(|parent| self.indexes.get(&graph.order[*parent]));
            let inherited = read.filter_map(|parent| self.starts[*parent]).chain(source_start).min();
            let start = decl.properties.start.map(Timestamp::from_naive).or(inherited);
            let planned = self.node(*node, decl, source_start, start);
            self.nodes.push(planned);
            self.starts.push(start);
            self.indexes.insert(*node, self.nodes.len() - 1);
        }
    }

    fn node(
        &mut self,
        node: Node<'a>,
        decl: &NodeDecl<'a>,
        source_start: Option<Timestamp>,
        start: Option<Timestamp>,
    ) -> PlanNode {
        let (db, project) = (self.session.db(), self.session.project());
        let properties = &decl.properties;
        let kind = match &decl.role {
            NodeRole::Model(Some(KindDecl::View)) => NodeKind::View,
            NodeRole::Model(Some(KindDecl::IncrementalByTime { column, lookback, batch, .. })) => {
                NodeKind::IncrementalByTime {
                    column: column.clone(),
                    every: schedule::every(properties).and_then(Result::ok),
                    lookback: *lookback,
                    batch: *batch,
                }
            }
            NodeRole::Model(_) => NodeKind::Full,
            NodeRole::Seed(_) | NodeRole::Source(_) => NodeKind::Seed,
        };
        let sql = match &decl.role {
            NodeRole::Seed(Some(read)) => {
                vec![SqlPiece::Text(read_query(read, decl.columns.as_deref().unwrap_or_default()))]
            }
            _ => self.sql(node),
        };
        let seed = self.seed_file(node, decl);
        let mut own = own_fingerprint(db, project, node).clone();
        own.parts.extend(seed.iter().map(|file| ("content".to_string(), file.hash.clone())));
        own.parts.extend(self.variables(node));
        let cron = schedule::cron(properties);
        if let NodeKind::IncrementalByTime { every, .. } = &kind {
            // Rows from before a later start, or beyond the last whole cell of a longer unit, would have to go: a table
            // is not trimmed, it is made anew.
            own.parts.insert("start".to_string(), start.map_or(String::new(), |start| start.to_short()));
            own.parts.insert("unit".to_string(), every.unwrap_or_else(|| cron.unit()).to_string());
        }
        let read = node_refs(db, project, node).iter().filter_map(|found| found.target);
        let fingerprint = combine(
            &own,
            read.map(|target| {
                let data = match self.indexes.get(&target) {
                    Some(parent) => self.nodes[*parent].fingerprint.clone(),
                    None => combine(own_fingerprint(db, project, target), []).data,
                };
                (target.label(db), data)
            }),
        );
        let shown = surface(db, project, node);
        let docs = |name: &str| {
            let mut declared = decl.columns.iter().flatten().map(|column| &column.decl);
            declared.find(|column| column.name == name).and_then(|column| column.docs.clone())
        };
        let columns = shown.columns.iter().filter(|_| shown.complete).map(|column| Column {
            name: column.name.clone(),
            ty: (!column.ty.is_unknown()).then(|| column.ty.to_string()),
            comment: docs(&column.name),
        });
        PlanNode {
            name: node.label(db),
            kind,
            cron,
            start: properties.start.map(Timestamp::from_naive),
            source_start,
            fingerprint: fingerprint.data,
            metadata: hash(&metadata(decl)),
            parts: fingerprint.parts,
            relations: node_relations(db, project, node)
                .iter()
                .map(|relation| Relation { schema: relation.schema.clone(), name: relation.name.clone() })
                .collect(),
            columns: columns.collect(),
            checks: checks(decl),
            comment: decl.docs.clone(),
            file: seed,
            sql,
        }
    }

    /// A seed's file with the hash of its content, which decides about its data.
    fn seed_file(&mut self, node: Node<'a>, decl: &NodeDecl<'a>) -> Option<DataFile> {
        let NodeRole::Seed(Some(read)) = &decl.role else { return None };
        let db = self.session.db();
        let at = place_location(db, node.item(db), Place { version: None, part: Part::ReadPath });
        match data_files::content_hash(self.session.root(), &read.path, &at) {
            Ok(hash) => Some(DataFile { path: read.path.clone(), hash }),
            Err(diagnostic) => {
                self.found.push(*diagnostic);
                None
            }
        }
    }

    /// The values of the variables that a node's SQL uses. The time of planning is not one: it would never be the same.
    fn variables(&self, node: Node<'a>) -> Vec<(String, String)> {
        let tokens = &node_sql(self.session.db(), node).tokens;
        let used = tokens.iter().filter(|token| token.kind == SqlTokenKind::Param && token.text != "$now");
        used.filter_map(|token| Some((token.text.clone(), self.variable(&token.text[1..])?))).collect()
    }

    fn check_files(&mut self, node: Node<'a>, decl: &NodeDecl<'a>) {
        let db = self.session.db();
        if let NodeRole::Source(Some(read)) = &decl.role {
            let at = place_location(db, node.item(db), Place { version: None, part: Part::ReadPath });
            self.found.extend(data_files::missing(self.session.root(), &read.path, &at));
        }
    }
}

/// What a contract promises of the data: nullability, keys, grain, conditions. Sources promise nothing; they are read
/// as they are.
fn checks(decl: &NodeDecl<'_>) -> Vec<Check> {
    let columns = || decl.columns.iter().flatten().map(|column| &column.decl);
    let mut checks = Vec::new();
    for column in columns() {
        if column.not_null {
            let condition = format!("{} is not null", quote_always(&column.name));
            checks.push(Check { title: format!("{} not null", column.name), rule: CheckRule::Holds(condition) });
        }
        if column.unique {
            checks.push(Check {
                title: format!("{} unique", column.name),
                rule: CheckRule::Unique(vec![column.name.clone()]),
            });
        }
        for check in &column.checks {
            let condition = esker_grammar::sql::render(&check.condition, &[]);
            checks.push(Check { title: format!("check ({condition})"), rule: CheckRule::Holds(condition) });
        }
    }
    let key: Vec<String> = columns().filter(|column| column.primary_key).map(|column| column.name.clone()).collect();
    let grain = decl.properties.grain.clone().unwrap_or_default();
    for (word, names) in [("primary key", key), ("grain", grain)] {
        if !names.is_empty() {
            checks.push(Check { title: format!("{word} ({})", names.join(", ")), rule: CheckRule::Unique(names) });
        }
    }
    checks
}

/// What a node declares that does not decide about its data.
fn metadata(decl: &NodeDecl<'_>) -> BTreeMap<String, String> {
    let Properties { kind, cron, start, grain, owner, tags, .. } = &decl.properties;
    let columns: Vec<_> = decl.columns.iter().flatten().map(|column| (&column.decl.name, &column.decl.docs)).collect();
    let stated = [
        ("docs", format!("{:?}", decl.docs)),
        ("columns", format!("{columns:?}")),
        ("schedule", format!("{kind:?} {cron:?} {start:?}")),
        ("grain", format!("{grain:?}")),
        ("owner", format!("{owner:?}")),
        ("tags", format!("{tags:?}")),
    ];
    stated.into_iter().map(|(name, value)| (name.to_string(), value)).collect()
}

/// A hash of named parts: 32 hexadecimal digits.
fn hash(parts: &BTreeMap<String, String>) -> String {
    let mut hasher = blake3::Hasher::new();
    for text in parts.iter().flat_map(|(name, value)| [name, value]) {
        hasher.update(&(text.len() as u64).to_le_bytes());
        hasher.update(text.as_bytes());
    }
    hasher.finalize().to_hex()[..32].to_string()
}
