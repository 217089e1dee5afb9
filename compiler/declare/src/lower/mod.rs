//! Lowering of items: AST in, a declaration without positions and its places out.

mod columns;
mod literal;
mod model;
mod source;

use crate::{DeclError, DeclErrorKind, Item, ItemDecl, ItemKind, Part, Place, Places, SqlDecl};
use esker_grammar::Span;
use esker_grammar::ast::{ItemAst, ItemKindAst, Line, LineKind, SqlAst};
use esker_grammar::sql::SqlText;
use esker_source::{Db, SourceFile};
use std::collections::BTreeMap;

/// Lowers one item. `broken` says that the parser complained inside it: then nothing is reported as missing.
pub(crate) fn item<'db>(db: &'db dyn Db, file: SourceFile, text: &str, ast: &ItemAst, broken: bool) -> Item<'db> {
    let mut lower =
        Lower { text, broken, version: None, places: Places::default(), bodies: BTreeMap::new(), errors: Vec::new() };
    lower.put(Part::Whole, ast.span);
    lower.put(Part::Keyword, ast.keyword);
    if let Some(name) = &ast.name {
        lower.put(Part::Name, name.span);
    }
    let name = ast.name.as_ref().map(|name| name.text()).unwrap_or_default();
    let docs = ast.docs.clone();
    let (kind, decl) = match &ast.kind {
        ItemKindAst::Source(body) => (ItemKind::Source, ItemDecl::Source(lower.source(docs, body))),
        ItemKindAst::Seed(body) => (ItemKind::Seed, ItemDecl::Seed(lower.seed(docs, body))),
        ItemKindAst::Model { schema, body } => {
            (ItemKind::Model, ItemDecl::Model(lower.model(docs, schema.as_ref(), body)))
        }
        other => {
            let what = match other {
                ItemKindAst::Columns(_) => "a reusable `columns` set",
                ItemKindAst::Type(_) => "a named `type`",
                ItemKindAst::Fn { .. } => "a `fn`",
                ItemKindAst::Audit { .. } => "an `audit` definition",
                ItemKindAst::Test { .. } => "a unit `test`",
                ItemKindAst::Selector(_) => "a named `selector`",
                ItemKindAst::Consumer(_) => "a `consumer`",
                _ => "a `group`",
            };
            lower.error(Part::Keyword, DeclErrorKind::NotSupported(what.into()));
            (ItemKind::Other, ItemDecl::Other)
        }
    };
    Item::new(db, file, kind, name, decl, lower.bodies, lower.errors, lower.places)
}

/// The state of lowering one item: where we are, and what has come out so far.
struct Lower<'a> {
    text: &'a str,
    broken: bool,
    /// The version block that is being lowered.
    version: Option<u32>,
    places: Places,
    bodies: BTreeMap<Option<u32>, SqlText>,
    errors: Vec<DeclError>,
}

impl Lower<'_> {
    fn place(&self, part: Part) -> Place {
        Place { version: self.version, part }
    }

    fn put(&mut self, part: Part, span: Span) {
        self.places.put(self.place(part), span);
    }

    fn error(&mut self, part: Part, kind: DeclErrorKind) {
        self.errors.push(DeclError { at: self.place(part), kind });
    }

    fn not_supported(&mut self, part: Part, what: &str) {
        self.error(part, DeclErrorKind::NotSupported(what.into()));
    }

    /// Says that something the item needs is not there, unless the parser already complained inside the item.
    fn missing(&mut self, part: Part, kind: DeclErrorKind) {
        if !self.broken {
            self.error(part, kind);
        }
    }

    /// Walks the lines of a body: gives each a place, reports repeated properties, and hands the rest to `line`.
    fn lines<'l>(&mut self, body: &'l [Line], mut line: impl FnMut(&mut Self, Part, &'l Line)) {
        let mut seen: BTreeMap<&str, Part> = BTreeMap::new();
        for (index, ast) in body.iter().enumerate() {
            let part = Part::Line(index as u32);
            self.put(part, ast.keyword);
            if let Some(property) = single(&ast.kind) {
                if let Some(first) = seen.get(property) {
                    let first = self.place(*first);
                    self.error(part, DeclErrorKind::Repeated { property: property.into(), first });
                    continue;
                }
                seen.insert(property, part);
            }
            line(self, part, ast);
        }
    }

    /// Reports a line that has no place in this body; lines that the parser reported are passed over.
    fn misplaced(&mut self, part: Part, line: &Line, inside: &'static str) {
        if !matches!(line.kind, LineKind::Broken | LineKind::Unknown(_)) {
            let property = self.text[line.keyword.range()].to_string();
            self.error(part, DeclErrorKind::Misplaced { property, inside });
        }
    }

    /// Takes a `sql` block as the body of the shared part or of the current version.
    fn sql(&mut self, part: Part, sql: &SqlAst) -> SqlDecl {
        if sql.engine.is_some() {
            self.not_supported(part, "SQL for one engine (`sql for …`)");
            return SqlDecl::Elsewhere;
        }
        self.put(Part::Sql, sql.keyword);
        let (tokens, spans) = esker_grammar::sql::lex(self.text, sql.inner);
        self.places.sql.insert(self.version, spans);
        self.bodies.insert(self.version, tokens);
        SqlDecl::Here
    }
}

/// The name of a line that may stand once in a body; nothing for those that may be repeated.
fn single(kind: &LineKind) -> Option<&'static str> {
    Some(match kind {
        LineKind::Kind(_) => "kind",
        LineKind::Cron { .. } => "cron",
        LineKind::Tz(_) => "tz",
        LineKind::Start(_) => "start",
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
        LineKind::Freshness { .. } => "freshness",
        LineKind::Url(_) => "url",
        _ => return None,
    })
}
