//! From the checked project to the planner's nodes: in order, with fingerprints, columns, promises and SQL.

use crate::reader::{declared, read_query};
use crate::{Databases, Session, data_files, schedule};
use esker_contract::{AuditQuery, audit_query, foreign_key_queries};
use esker_declare::{DataType, KindDecl, KindForm, Part, Place, Properties, quote_always};
use esker_diagnostics::Diagnostic;
use esker_grammar::sql::{SqlText, SqlTokenKind};
use esker_infer::{NodeFingerprint, combine, expand_functions, own_fingerprint, surface};
use esker_plan::file::{Check, CheckRule, Column, DataFile, Relation};
use esker_plan::time::Timestamp;
use esker_plan::{NodeKind, PlanAudit, PlanNode, PlanOptions, SqlPiece};
use esker_resolve::{Node, NodeDecl, NodeRole, graph, node_decl, node_refs, node_relations, node_sql, place_location};
use std::collections::{BTreeMap, HashMap};

/// The planner's nodes while they are made.
pub(crate) struct PlanNodes<'a> {
    pub(crate) session: &'a Session,
    pub(crate) options: &'a PlanOptions,
    pub(crate) nodes: Vec<PlanNode>,
    /// Where the time of each node of the graph begins.
    starts: HashMap<Node<'a>, Timestamp>,
    /// The data fingerprint of each node of the graph.
    fingerprints: HashMap<Node<'a>, String>,
    /// The index of each node among the planner's nodes; what is written by others and what is put into its readers has
    /// none.
    pub(crate) indexes: HashMap<Node<'a>, usize>,
    /// The queries of ephemeral nodes, to be put into their readers.
    pub(crate) inlined: HashMap<Node<'a>, Vec<SqlPiece>>,
    /// The databases of other projects.
    pub(crate) databases: Databases,
    /// What is wrong with the files of seeds.
    pub(crate) found: Vec<Diagnostic>,
}

impl<'a> PlanNodes<'a> {
    pub(crate) fn build(session: &'a Session, options: &'a PlanOptions) -> Self {
        let mut builder = Self {
            session,
            options,
            databases: session.databases(),
            nodes: Vec::new(),
            starts: HashMap::new(),
            fingerprints: HashMap::new(),
            indexes: HashMap::new(),
            inlined: HashMap::new(),
            found: Vec::new(),
        };
        builder.add_nodes();
        builder
    }

    fn add_nodes(&mut self) {
        let (db, project) = (self.session.db(), self.session.project());
        let graph = graph(db, project);
        for (node, parents) in graph.order.iter().zip(&graph.parents) {
            let decl = node_decl(db, project, *node);
            // Where its time begins, were it said by what it reads.
            let inherited = parents.iter().filter_map(|parent| self.starts.get(&graph.order[*parent]).copied()).min();
            let start = decl.properties.start.map(Timestamp::from_naive).or(inherited);
            self.starts.extend(start.map(|start| (*node, start)));
            match &decl.role {
                NodeRole::Source(_) | NodeRole::External => {
                    let mut own = own_fingerprint(db, project, *node).clone();
                    if decl.role == NodeRole::External {
                        // What it holds is its project's to tell; where it is, is in the SQL of views that read it.
                        own.parts.insert("relation".to_string(), self.source_sql(*node));
                    }
                    let data = combine(&own, []).data;
                    self.fingerprints.insert(*node, data);
                }
                NodeRole::Model(Some(KindDecl { form: KindForm::Ephemeral, .. })) => {
                    let data = self.fingerprint(*node, decl, None, start).data;
                    self.fingerprints.insert(*node, data);
                    let sql = self.sql(*node);
                    self.inlined.insert(*node, sql);
                }
                NodeRole::Model(_) | NodeRole::Seed(_) => {
                    let planned = self.node(*node, decl, schedule::source_start(db, project, *node), start);
                    self.fingerprints.insert(*node, planned.fingerprint.clone());
                    self.indexes.insert(*node, self.nodes.len());
                    self.nodes.push(planned);
                }
            }
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
            NodeRole::Model(Some(KindDecl { form: KindForm::View, .. })) => NodeKind::View,
            NodeRole::Model(Some(KindDecl { form: KindForm::IncrementalByTime(column), options })) => {
                NodeKind::IncrementalByTime {
                    column: column.clone(),
                    every: schedule::every(properties).and_then(Result::ok),
                    lookback: options.lookback,
                    batch: options.batch,
                }
            }
            // Other kinds have no plan yet, which is said before.
            NodeRole::Model(_) => NodeKind::Full,
            NodeRole::Seed(_) | NodeRole::Source(_) | NodeRole::External => NodeKind::Seed,
        };
        let sql = match &decl.role {
            NodeRole::Seed(Some(read)) => {
                vec![SqlPiece::Text(read_query(read, &declared(decl)))]
            }
            _ => self.sql(node),
        };
        let seed = self.seed_file(node, decl);
        let fingerprint = self.fingerprint(node, decl, seed.as_ref(), start);
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
            cron: schedule::cron(properties),
            start: properties.start.map(Timestamp::from_naive),
            end: properties.end.map(Timestamp::from_naive),
            source_start,
            fingerprint: fingerprint.data,
            metadata: hash(&metadata(decl)),
            parts: fingerprint.parts,
            relations: node_relations(db, project, node)
                .iter()
                .map(|relation| Relation { schema: relation.schema.clone(), name: relation.name.clone() })
                .collect(),
            columns: columns.collect(),
            checks: self.checks(decl),
            audits: self.audits(node, decl),
            comment: decl.docs.clone(),
            file: seed,
            sql,
        }
    }

    /// The identity of a node's data: its own text, the values that are put into it, and what it reads.
    fn fingerprint(
        &self,
        node: Node<'a>,
        decl: &NodeDecl<'a>,
        seed: Option<&DataFile>,
        start: Option<Timestamp>,
    ) -> NodeFingerprint {
        let (db, project) = (self.session.db(), self.session.project());
        let mut own = own_fingerprint(db, project, node).clone();
        own.parts.extend(seed.map(|file| ("content".to_string(), file.hash.clone())));
        own.parts.extend(self.variables(node));
        if let NodeRole::Model(Some(KindDecl { form: KindForm::IncrementalByTime(_), .. })) = &decl.role {
            // Rows from before a later start, or beyond the last whole cell of a longer unit, would have to go: a table
            // is not trimmed, it is made anew. So it is with the rows behind an end.
            let moment = |moment: Option<Timestamp>| moment.map_or(String::new(), |moment| moment.to_short());
            own.parts.insert("start".to_string(), moment(start));
            own.parts.insert("unit".to_string(), schedule::unit(&decl.properties).to_string());
            let end = decl.properties.end.map(Timestamp::from_naive);
            own.parts.extend(end.map(|end| ("end".to_string(), moment(Some(end)))));
        }
        let read = node_refs(db, project, node).iter().filter_map(|found| found.target);
        // Every node that is read comes before its readers; in a circle, which is an error, it does not.
        combine(&own, read.filter_map(|target| Some((target.label(db), self.fingerprints.get(&target)?.clone()))))
    }

    /// The rules that the rows keep: the audits, and the values that stand in other nodes.
    fn audits(&self, node: Node<'a>, decl: &NodeDecl<'a>) -> Vec<PlanAudit> {
        let (db, project) = (self.session.db(), self.session.project());
        let audits = decl.audits.iter().filter_map(|audit| audit_query(db, project, node, audit).ok());
        let queries = audits.chain(foreign_key_queries(db, project, node));
        let planned = |query: AuditQuery| PlanAudit {
            sql: self.pieces(&query.sql, Some(node)),
            title: query.title,
            warn: query.warn,
        };
        queries.map(planned).collect()
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
        let (db, project) = (self.session.db(), self.session.project());
        let tokens = expand_functions(db, project, node_sql(db, project, node)).tokens;
        let used = tokens.iter().filter(|token| token.kind == SqlTokenKind::Param && token.text != "$now");
        used.filter_map(|token| Some((token.text.clone(), self.variable(&token.text[1..])?))).collect()
    }

    /// What a contract promises of the data: nullability, lengths, keys, grain, conditions. Sources promise nothing; they are read
    /// as they are.
    fn checks(&self, decl: &NodeDecl<'_>) -> Vec<Check> {
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
            if let DataType::Varchar { limit: Some(limit) } = column.ty {
                // The engine takes any length: it is a promise like the others.
                let condition = format!("length({}) <= {limit}", quote_always(&column.name));
                checks
                    .push(Check { title: format!("{} {}", column.name, column.ty), rule: CheckRule::Holds(condition) });
            }
            for check in &column.checks {
                let sql = |text: &SqlText| esker_grammar::sql::render(text, &[]);
                let (db, project) = (self.session.db(), self.session.project());
                let condition = sql(&expand_functions(db, project, &check.condition));
                checks.push(Check {
                    title: format!("check ({})", sql(&check.condition)),
                    rule: CheckRule::Holds(condition),
                });
            }
        }
        let key: Vec<String> =
            columns().filter(|column| column.primary_key).map(|column| column.name.clone()).collect();
        let grain = decl.properties.grain.clone().unwrap_or_default();
        for (word, names) in [("primary key", key), ("grain", grain)] {
            if !names.is_empty() {
                checks.push(Check { title: format!("{word} ({})", names.join(", ")), rule: CheckRule::Unique(names) });
            }
        }
        checks
    }
}

/// What a node declares that does not decide about its data.
fn metadata(decl: &NodeDecl<'_>) -> BTreeMap<String, String> {
    let Properties { kind, cron, tz, start, end, grain, owner, tags, access, group, .. } = &decl.properties;
    let columns: Vec<_> = decl.columns.iter().flatten().map(|column| (&column.decl.name, &column.decl.docs)).collect();
    let stated = [
        ("docs", format!("{:?}", decl.docs)),
        ("columns", format!("{columns:?}")),
        ("schedule", format!("{kind:?} {cron:?} {tz:?} {start:?} {end:?}")),
        ("grain", format!("{grain:?}")),
        ("owner", format!("{owner:?}")),
        ("tags", format!("{tags:?}")),
        ("readers", format!("{access:?} {group:?} {:?}", decl.deprecated)),
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
