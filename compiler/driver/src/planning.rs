//! From the checked project to the planner's input: nodes in order, fingerprints, SQL with the places of its parents.

use crate::reader::{read_query, relation_sql};
use crate::{Session, data_files, schedule};
use esker_declare::{KindDecl, Part, Place, Properties, quote_always};
use esker_diagnostics::{Diagnostic, Level};
use esker_grammar::sql::{SqlText, SqlTokenKind};
use esker_infer::{own_fingerprint, surface};
use esker_plan::file::{Check, CheckRule, Column, Relation};
use esker_plan::time::{Cron, Timestamp};
use esker_plan::{
    NodeError, NodeKind, OptionsError, PlanError, PlanFile, PlanInput, PlanNode, PlanOptions, RecordedState, SqlPiece,
};
use esker_resolve::{
    Node, NodeDecl, NodeRole, graph, node_decl, node_refs, node_relations, node_sql, place_location,
};
use esker_source::Db;
use std::collections::{BTreeMap, HashMap};

/// Why there is no plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlanFailure {
    /// What is wrong with the project, warnings included.
    Project(Vec<Diagnostic>),
    /// What is wrong with the options.
    Options(OptionsError),
}

/// Plans a project that has no errors.
pub(crate) fn plan(session: &Session, state: &RecordedState, options: &PlanOptions) -> Result<PlanFile, PlanFailure> {
    let diagnostics = session.check();
    if has_errors(&diagnostics) {
        return Err(PlanFailure::Project(diagnostics));
    }
    let built = Builder::build(session, Some(options));
    if has_errors(&built.found) {
        return Err(PlanFailure::Project(with(diagnostics, built.found)));
    }
    let input = PlanInput { project: session.config().settings.name.clone(), nodes: built.nodes };
    esker_plan::plan(&input, state, options).map_err(|errors| {
        let mut found = Vec::new();
        for error in errors {
            match error {
                PlanError::Options(error) => return PlanFailure::Options(error),
                PlanError::Node(error) => found.push(node_problem(session, &built.indexes, &input, &error)),
            }
        }
        PlanFailure::Project(with(diagnostics, found))
    })
}

/// What the planner would refuse whatever the state and the options are, for a project that is otherwise right.
pub(crate) fn problems(session: &Session) -> Vec<Diagnostic> {
    let built = Builder::build(session, None);
    let input = PlanInput { project: session.config().settings.name.clone(), nodes: built.nodes };
    let errors = esker_plan::node_errors(&input, false);
    errors.iter().map(|error| node_problem(session, &built.indexes, &input, error)).collect()
}

/// Whether any of them is an error.
pub(crate) fn has_errors(diagnostics: &[Diagnostic]) -> bool {
    diagnostics.iter().any(|diagnostic| diagnostic.level == Level::Error)
}

fn with(mut diagnostics: Vec<Diagnostic>, more: Vec<Diagnostic>) -> Vec<Diagnostic> {
    diagnostics.extend(more);
    Diagnostic::sort(&mut diagnostics);
    diagnostics
}

/// A planner's problem at the line that states the node's kind.
fn node_problem(session: &Session, indexes: &HashMap<Node<'_>, usize>, input: &PlanInput, error: &NodeError) -> Diagnostic {
    let db = session.db();
    let node = indexes.iter().find(|(_, index)| input.nodes[**index].name == error.node).map(|(node, _)| *node);
    let node = node.expect("the planner speaks of nodes that it was given");
    error.diagnostic(place_location(db, node.item(db), Place { version: kind_place(db, node), part: Part::Kind }))
}

/// The block that states a node's kind: its version's own, or the shared one.
fn kind_place<'db>(db: &'db dyn Db, node: Node<'db>) -> Option<u32> {
    let item = node.item(db);
    let blocks = match item.decl(db) {
        esker_declare::ItemDecl::Model(model) => &model.versions[..],
        _ => &[],
    };
    let block = blocks.iter().find(|version| Some(&version.name) == node.version(db).as_ref());
    block.filter(|block| block.own.kind.is_some()).map(|block| block.block)
}

struct Builder<'a> {
    session: &'a Session,
    /// Nothing while checking: then data files are not looked at.
    options: Option<&'a PlanOptions>,
    nodes: Vec<PlanNode>,
    /// The index of each node among the planner's nodes; sources have none.
    indexes: HashMap<Node<'a>, usize>,
    found: Vec<Diagnostic>,
}

impl<'a> Builder<'a> {
    fn build(session: &'a Session, options: Option<&'a PlanOptions>) -> Self {
        let mut builder = Self { session, options, nodes: Vec::new(), indexes: HashMap::new(), found: Vec::new() };
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
            let sources = parents.iter().map(|parent| node_decl(db, graph.order[*parent]));
            let sources = sources.filter(|parent| matches!(parent.role, NodeRole::Source(_)));
            let source_start = sources.filter_map(|source| source.properties.start).min();
            let planned = self.node(*node, decl, source_start.map(Timestamp::from_naive));
            self.nodes.push(planned);
            self.indexes.insert(*node, self.nodes.len() - 1);
        }
    }

    fn node(&mut self, node: Node<'a>, decl: &NodeDecl<'a>, source_start: Option<Timestamp>) -> PlanNode {
        let (db, project) = (self.session.db(), self.session.project());
        let properties = &decl.properties;
        let kind = match &decl.role {
            NodeRole::Model(Some(KindDecl::View)) => NodeKind::View,
            NodeRole::Model(Some(KindDecl::IncrementalByTime { column, lookback, batch, .. })) => NodeKind::IncrementalByTime {
                column: column.clone(),
                every: schedule::every(properties).and_then(Result::ok),
                lookback: *lookback,
                batch: *batch,
            },
            NodeRole::Model(_) => NodeKind::Full,
            NodeRole::Seed(_) | NodeRole::Source(_) => NodeKind::Seed,
        };
        let sql = match &decl.role {
            NodeRole::Seed(Some(read)) => vec![SqlPiece::Text(read_query(read, decl.columns.as_deref().unwrap_or_default()))],
            _ => self.sql(node),
        };
        let mut parts = own_fingerprint(db, project, node).parts.clone();
        parts.extend(self.outside_parts(node, decl));
        for target in node_refs(db, project, node).iter().filter_map(|found| found.target) {
            let upstream = match self.indexes.get(&target) {
                Some(parent) => self.nodes[*parent].fingerprint.clone(),
                None => hash(&own_fingerprint(db, project, target).parts),
            };
            parts.insert(format!("upstream:{}", target.label(db)), upstream);
        }
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
            cron: properties.cron.as_deref().and_then(|cron| Cron::parse(cron).ok()).unwrap_or_else(Cron::daily),
            start: properties.start.map(Timestamp::from_naive),
            source_start,
            fingerprint: hash(&parts),
            metadata: hash(&metadata(decl)),
            parts,
            relations: node_relations(db, project, node)
                .iter()
                .map(|relation| Relation { schema: relation.schema.clone(), name: relation.name.clone() })
                .collect(),
            columns: columns.collect(),
            checks: checks(decl),
            comment: decl.docs.clone(),
            sql,
        }
    }

    /// What decides about a node's data and is not in its text: the content of a seed's file, the values of the
    /// project's variables, the environment where the SQL asks for it.
    fn outside_parts(&mut self, node: Node<'a>, decl: &NodeDecl<'a>) -> Vec<(String, String)> {
        let db = self.session.db();
        let mut parts = Vec::new();
        if let (NodeRole::Seed(Some(read)), Some(_)) = (&decl.role, self.options) {
            let at = place_location(db, node.item(db), Place { version: None, part: Part::ReadPath });
            match data_files::content_hash(self.session.root(), &read.path, &at) {
                Ok(hash) => parts.push(("content".to_string(), hash)),
                Err(diagnostic) => self.found.push(diagnostic),
            }
        }
        for token in &node_sql(db, node).tokens {
            if token.kind == SqlTokenKind::Param
                && let Some(value) = self.variable(&token.text[1..])
                && token.text != "$now"
            {
                parts.push((token.text.clone(), value));
            }
        }
        parts
    }

    fn check_files(&mut self, node: Node<'a>, decl: &NodeDecl<'a>) {
        let db = self.session.db();
        if let (NodeRole::Source(Some(read)), Some(_)) = (&decl.role, self.options) {
            let at = place_location(db, node.item(db), Place { version: None, part: Part::ReadPath });
            self.found.extend(data_files::missing(self.session.root(), &read.path, &at));
        }
    }

    /// The value of a `$variable` that is known when the plan is made, as SQL; `$start` and the like are not.
    fn variable(&self, name: &str) -> Option<String> {
        match name {
            "now" => Some(self.options?.now.to_sql()),
            "env" => Some(format!("'{}'", self.options?.environment.replace('\'', "''"))),
            _ => self.session.config().settings.vars.get(name).cloned(),
        }
    }

    /// The node's SQL: sources and variables in place, its parents as holes.
    fn sql(&self, node: Node<'a>) -> Vec<SqlPiece> {
        let (db, project) = (self.session.db(), self.session.project());
        let text = node_sql(db, node);
        let mut pieces = vec![];
        let mut at = 0;
        for resolved in node_refs(db, project, node) {
            let Some(target) = resolved.target else { continue };
            let range = resolved.expr.tokens.start as usize..resolved.expr.tokens.end as usize;
            pieces.push(SqlPiece::Text(self.text(text, at..range.start)));
            match self.indexes.get(&target) {
                Some(parent) => pieces.push(SqlPiece::Node(*parent)),
                None => pieces.push(SqlPiece::Text(self.source_sql(target))),
            }
            if !has_alias(text, range.end) {
                let name = resolved.expr.name.as_deref().unwrap_or_default();
                let name = name.rsplit('.').next().unwrap_or(name);
                pieces.push(SqlPiece::Text(format!(" as {}", quote_always(name))));
            }
            pieces.push(SqlPiece::Text(" ".into()));
            at = range.end;
        }
        pieces.push(SqlPiece::Text(self.text(text, at..text.tokens.len())));
        pieces.retain(|piece| !matches!(piece, SqlPiece::Text(text) if text.is_empty()));
        pieces
    }

    /// A range of a body's tokens as SQL, variables replaced, without the `;` that may end it.
    fn text(&self, text: &SqlText, range: std::ops::Range<usize>) -> String {
        let mut tokens = text.tokens[range.clone()].to_vec();
        if range.end == text.tokens.len() && tokens.last().is_some_and(|token| token.text == ";") {
            tokens.pop();
        }
        let replacements: Vec<_> = tokens
            .iter()
            .enumerate()
            .filter(|(_, token)| token.kind == SqlTokenKind::Param)
            .filter_map(|(index, token)| Some((index..index + 1, self.variable(&token.text[1..])?)))
            .collect();
        let mut sql = esker_grammar::sql::render(&SqlText { tokens }, &replacements);
        if range.end < text.tokens.len() && !sql.is_empty() {
            sql.push(' ');
        }
        sql
    }

    fn source_sql(&self, source: Node<'a>) -> String {
        let (db, project) = (self.session.db(), self.session.project());
        let decl = node_decl(db, source);
        match (&decl.role, node_relations(db, project, source).first()) {
            (NodeRole::Source(Some(read)), _) => format!("({})", read_query(read, decl.columns.as_deref().unwrap_or_default())),
            (_, Some(relation)) => relation_sql(relation),
            _ => String::new(),
        }
    }
}

/// Whether what follows a table in SQL gives it an alias: `as x`, or a bare name that is not the next clause.
fn has_alias(text: &SqlText, next: usize) -> bool {
    const CLAUSES: &[&str] = &[
        "where", "group", "order", "having", "qualify", "window", "limit", "offset", "union", "intersect", "except", "join",
        "inner", "left", "right", "full", "cross", "natural", "asof", "positional", "semi", "anti", "on", "using",
        "tablesample", "pivot", "unpivot", "select", "fetch", "at", "lateral",
    ];
    match text.tokens.get(next) {
        Some(token) if token.kind == SqlTokenKind::QuotedIdent => true,
        Some(token) if token.kind == SqlTokenKind::Word => !CLAUSES.contains(&token.text.to_ascii_lowercase().as_str()),
        _ => false,
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
            checks.push(Check { title: format!("{} unique", column.name), rule: CheckRule::Unique(vec![column.name.clone()]) });
        }
        for check in &column.checks {
            let condition = esker_grammar::sql::render(check, &[]);
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
