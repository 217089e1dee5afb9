//! A node's SQL as the plan has it: sources and variables in place, its parents as holes.

use crate::nodes::PlanNodes;
use crate::reader::{declared, read_query, relation_sql};
use esker_declare::{quote_always, text_literal};
use esker_grammar::sql::{SqlText, SqlTokenKind};
use esker_infer::expand_functions;
use esker_plan::SqlPiece;
use esker_resolve::{Node, NodeRole, Relation, node_decl, node_relations, node_sql, resolve, sql_refs};

impl<'a> PlanNodes<'a> {
    /// The value of a `$variable` that is known when the plan is made, as SQL; `$start` and the like are not.
    pub(crate) fn variable(&self, name: &str) -> Option<String> {
        match name {
            "now" => Some(format!("TIMESTAMP '{}'", self.options.now.to_sql())),
            "env" => Some(text_literal(&self.options.environment)),
            _ => self.session.config().settings.vars.get(name).cloned(),
        }
    }

    /// The node's SQL: functions, sources and variables in place, its parents as holes.
    pub(crate) fn sql(&self, node: Node<'a>) -> Vec<SqlPiece> {
        let (db, project) = (self.session.db(), self.session.project());
        self.pieces(node_sql(db, project, node), None)
    }

    /// A query as pieces. `this` is the node that is being made, when the query reads it.
    pub(crate) fn pieces(&self, text: &SqlText, this: Option<Node<'a>>) -> Vec<SqlPiece> {
        let (db, project) = (self.session.db(), self.session.project());
        let text = &expand_functions(db, project, text);
        let mut pieces = vec![];
        let mut at = 0;
        for expr in sql_refs(text) {
            let Some(name) = &expr.name else { continue };
            let Ok(target) = resolve(db, project, name, &expr.pin) else { continue };
            let range = expr.tokens.start as usize..expr.tokens.end as usize;
            pieces.push(SqlPiece::Text(self.text(text, at..range.start, this.is_some())));
            match (self.indexes.get(&target), self.inlined.get(&target)) {
                _ if this == Some(target) => pieces.push(SqlPiece::Node(self.nodes.len())),
                (Some(parent), _) => pieces.push(SqlPiece::Node(*parent)),
                (None, Some(sql)) => {
                    pieces.push(SqlPiece::Text("(".into()));
                    pieces.extend(sql.iter().cloned());
                    pieces.push(SqlPiece::Text(")".into()));
                }
                (None, None) => pieces.push(SqlPiece::Text(self.source_sql(target))),
            }
            if !has_alias(text, range.end) {
                let name = name.rsplit('.').next().unwrap_or(name);
                pieces.push(SqlPiece::Text(format!(" as {}", quote_always(name))));
            }
            pieces.push(SqlPiece::Text(" ".into()));
            at = range.end;
        }
        pieces.push(SqlPiece::Text(self.text(text, at..text.tokens.len(), this.is_some())));
        pieces.retain(|piece| !matches!(piece, SqlPiece::Text(text) if text.is_empty()));
        pieces
    }

    /// A range of a body's tokens as SQL, variables replaced, without the `;` that may end it.
    ///
    /// The time stays a variable in an audit: it is judged at the time of the plan that runs it, and is the same promise at
    /// every time.
    fn text(&self, text: &SqlText, range: std::ops::Range<usize>, audit: bool) -> String {
        let mut tokens = text.tokens[range.clone()].to_vec();
        if range.end == text.tokens.len() && tokens.last().is_some_and(|token| token.text == ";") {
            tokens.pop();
        }
        let replacements: Vec<_> = tokens
            .iter()
            .enumerate()
            .filter(|(_, token)| token.kind == SqlTokenKind::Param && !(audit && token.text == "$now"))
            .filter_map(|(index, token)| Some((index..index + 1, self.variable(&token.text[1..])?)))
            .collect();
        let mut sql = esker_grammar::sql::render(&SqlText { tokens }, &replacements);
        if range.end < text.tokens.len() && !sql.is_empty() {
            sql.push(' ');
        }
        sql
    }

    pub(crate) fn source_sql(&self, source: Node<'a>) -> String {
        let (db, project) = (self.session.db(), self.session.project());
        let decl = node_decl(db, project, source);
        match (&decl.role, node_relations(db, project, source).first()) {
            (NodeRole::Source(Some(read)), _) => {
                format!("({})", read_query(read, &declared(decl)))
            }
            (NodeRole::External, Some(relation)) => self.external_sql(source, relation),
            (_, Some(relation)) => relation_sql(relation),
            _ => String::new(),
        }
    }

    /// A table of another project: in that project's own database, where it has one.
    fn external_sql(&self, node: Node<'a>, relation: &Relation) -> String {
        let db = self.session.db();
        let project = node.item(db).name(db).split('.').next().unwrap_or_default();
        match self.databases.catalog(project) {
            Some(catalog) => format!("{}.{}", quote_always(catalog), relation_sql(relation)),
            None => relation_sql(relation),
        }
    }
}

/// Whether what follows a table in SQL gives it an alias: `as x`, or a bare name that is not the next clause.
pub(crate) fn has_alias(text: &SqlText, next: usize) -> bool {
    const CLAUSES: &[&str] = &[
        "where",
        "group",
        "order",
        "having",
        "qualify",
        "window",
        "limit",
        "offset",
        "union",
        "intersect",
        "except",
        "join",
        "inner",
        "left",
        "right",
        "full",
        "cross",
        "natural",
        "asof",
        "positional",
        "semi",
        "anti",
        "on",
        "using",
        "tablesample",
        "pivot",
        "unpivot",
        "select",
        "fetch",
        "at",
        "lateral",
    ];
    match text.tokens.get(next) {
        Some(token) if token.kind == SqlTokenKind::QuotedIdent => true,
        Some(token) if token.kind == SqlTokenKind::Word => !CLAUSES.contains(&token.text.to_ascii_lowercase().as_str()),
        _ => false,
    }
}
