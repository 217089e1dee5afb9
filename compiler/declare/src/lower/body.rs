//! What all bodies have in common: lines that stand once, lines that do not belong, and SQL blocks.

use super::Lower;
use crate::{DeclErrorKind, Part, SqlDecl};
use esker_grammar::ast::{Line, LineKind, SqlAst};
use std::collections::BTreeMap;

/// A kind of body: what it is called, and the properties that it may hold.
pub(super) struct BodyKind {
    pub(super) inside: &'static str,
    pub(super) keys: &'static [&'static str],
    /// What to do instead of a line that does not belong.
    pub(super) instead: Option<&'static str>,
}

impl BodyKind {
    /// The same with an advice.
    pub(super) fn instead(&self, instead: &'static str) -> Self {
        Self { instead: Some(instead), ..*self }
    }
}

impl Lower<'_> {
    /// Walks the lines of a body: gives each a place, reports repeated properties, and hands the rest to `line`.
    pub(super) fn lines<'l>(&mut self, body: &'l [Line], mut line: impl FnMut(&mut Self, Part, &'l Line)) {
        let mut seen: BTreeMap<&str, Part> = BTreeMap::new();
        for (index, ast) in body.iter().enumerate() {
            let part = Part::Line(index as u32);
            self.put(part, ast.keyword);
            if let Some(property) = single(&ast.kind) {
                if let Some(first) = seen.get(property) {
                    self.repeated(part, property, *first);
                    continue;
                }
                seen.insert(property, part);
            }
            line(self, part, ast);
        }
    }

    /// Reports a line that has no place in this body; lines that the parser reported are passed over.
    pub(super) fn misplaced(&mut self, part: Part, line: &Line, body: &BodyKind) {
        let property = self.written(line.keyword);
        let slip = matches!(line.kind, LineKind::Version { .. }) && property != "version"
            || single(&line.kind).is_some_and(|meant| meant != property);
        if !slip && !matches!(line.kind, LineKind::Broken | LineKind::Unknown(_)) {
            let BodyKind { inside, keys, instead } = *body;
            self.error(part, DeclErrorKind::Misplaced { property, inside, keys, instead });
        }
    }

    /// Takes a `sql` block as the body of the shared part or of the current version.
    pub(super) fn sql(&mut self, part: Part, sql: &SqlAst) -> SqlDecl {
        if self.for_engine(part, sql) {
            return SqlDecl::Elsewhere;
        }
        self.put(Part::Sql, sql.keyword);
        self.body(self.version, sql);
        SqlDecl::Here
    }

    /// The one `sql` block of a function or an audit.
    pub(super) fn only_body(&mut self, sql: Option<&SqlAst>, what: &'static str, example: &'static str) {
        match sql {
            Some(sql) => {
                self.put(Part::Sql, sql.keyword);
                if !self.for_engine(Part::Sql, sql) {
                    self.body(None, sql);
                }
            }
            None => self.missing(Part::Name, DeclErrorKind::Missing { what, example }),
        }
    }

    /// Records the tokens of a block under the number of the version block, or of the line of a test, that holds it.
    pub(super) fn body(&mut self, number: Option<u32>, sql: &SqlAst) {
        let (tokens, spans) = esker_grammar::sql::lex(self.text, sql.inner);
        self.places.sql.insert(number, spans);
        self.bodies.insert(number, tokens);
    }

    /// Whether a block is for one engine only, which is reported.
    pub(super) fn for_engine(&mut self, part: Part, sql: &SqlAst) -> bool {
        if let Some(engine) = &sql.engine {
            self.error(part, DeclErrorKind::SqlForEngine(engine.text.clone()));
        }
        sql.engine.is_some()
    }
}

/// The name of a line that may stand once in a body; nothing for those that may be repeated.
fn single(kind: &LineKind) -> Option<&'static str> {
    Some(match kind {
        LineKind::Kind(_) => "kind",
        LineKind::Cron { .. } => "cron",
        LineKind::Tz(_) => "tz",
        LineKind::Start(_) => "start",
        LineKind::End(_) => "end",
        LineKind::Grain(_) => "grain",
        LineKind::Owner(_) => "owner",
        LineKind::Tags(_) => "tags",
        LineKind::Access(_) => "access",
        LineKind::Group(_) => "group",
        LineKind::Schema(_) => "schema",
        LineKind::Contract { .. } => "contract",
        LineKind::Columns(_) => "columns",
        LineKind::Sql(sql) if sql.engine.is_some() => return None,
        LineKind::Sql(_) | LineKind::SqlFile(_) => "sql",
        LineKind::Latest(_) => "latest",
        LineKind::Deprecated { .. } => "deprecated",
        LineKind::Alias(_) => "alias",
        LineKind::Derive { .. } => "derive",
        LineKind::Read { .. } => "read",
        LineKind::Path(_) => "path",
        LineKind::Csv(_) => "csv",
        LineKind::Freshness { .. } => "freshness",
        LineKind::Url(_) => "url",
        LineKind::Strings { .. } => "members",
        LineKind::Option(_)
        | LineKind::Audit(_)
        | LineKind::Version { .. }
        | LineKind::Reads { .. }
        | LineKind::Unknown(_)
        | LineKind::Broken => return None,
    })
}
