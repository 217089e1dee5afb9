//! Lowering of items: AST in, a declaration without positions and its places out.

mod audit;
mod body;
mod certain;
mod columns;
mod kind;
mod literal;
mod model;
mod outside;
mod params;
mod properties;
mod source;
mod test;
mod types;

use crate::{
    AuditDecl, DataType, DeclError, DeclErrorKind, FnDecl, Item, ItemDecl, ItemKind, NodeName, Part, Place, Places,
    Properties, Selection,
};
use esker_grammar::Span;
use esker_grammar::ast::{ItemAst, ItemKindAst, Name, NodeRefAst};
use esker_grammar::sql::SqlText;
use esker_source::{Db, SourceFile};
use std::collections::BTreeMap;

/// Lowers one item. `mistakes` are the places at which the parser complained inside it: where there are any, nothing is
/// reported as missing. `open` says that one of them is a bracket or a quote that is open.
pub(crate) fn item<'db>(
    db: &'db dyn Db,
    file: SourceFile,
    text: &str,
    ast: &ItemAst,
    mistakes: Vec<u32>,
    open: bool,
) -> Item<'db> {
    let mut lower = Lower::new(text, mistakes);
    lower.put(Part::Whole, ast.span);
    lower.put(Part::Keyword, ast.keyword);
    let mut name = ast.name.as_ref().map(|name| name.text()).unwrap_or_default();
    if let Some(name) = &ast.name {
        lower.put(Part::Name, name.span);
    }
    if let ItemKindAst::Test { title: Some(title), .. } = &ast.kind {
        lower.put(Part::Name, title.span);
        name.clone_from(&title.text);
    }
    let (kind, decl) = lower.decl(ast);
    if !kind.is_dataset() && kind != ItemKind::Test && name.contains('.') {
        lower.error(Part::Name, DeclErrorKind::DottedName { keyword: kind.keyword(), name: name.clone() });
    }
    lower.two_schemas(&name, &decl, ast);
    let broken = lower.is_broken() || lower.errors.iter().any(|error| error.at.part.is_column());
    let columns_open = lower.may_have_other_columns(ast, open);
    // A piece that the parser complained about is not told again.
    let Lower { errors, places, mistakes, .. } = &mut lower;
    errors.retain(|error| !mistakes.contains(&places.get(error.at).start));
    Item::new(db, file, kind, name, decl, lower.bodies, lower.errors, broken, columns_open, lower.places)
}

/// What lines of a model's body state, as `[defaults]` of a project holds them; wrong ones are left out.
pub fn default_properties(lines: &str) -> Properties {
    let text = format!("model defaults {{\n{lines}\n}}\n");
    let tree = esker_grammar::parse(&text);
    let mut lower = Lower::new(&text, tree.errors.iter().map(|error| error.span.start).collect());
    match tree.file.items.first().map(|ast| lower.decl(ast)) {
        Some((_, ItemDecl::Model(model))) => model.shared,
        _ => Properties::default(),
    }
}

/// The state of lowering one item: where we are, and what has come out so far.
struct Lower<'a> {
    text: &'a str,
    /// Where the parser complained.
    mistakes: Vec<u32>,
    /// The version block that is being lowered.
    version: Option<u32>,
    places: Places,
    bodies: BTreeMap<Option<u32>, SqlText>,
    errors: Vec<DeclError>,
}

impl<'a> Lower<'a> {
    fn new(text: &'a str, mistakes: Vec<u32>) -> Self {
        let (places, bodies) = (Places::default(), BTreeMap::new());
        Self { text, mistakes, version: None, places, bodies, errors: Vec::new() }
    }
}

impl Lower<'_> {
    fn decl(&mut self, ast: &ItemAst) -> (ItemKind, ItemDecl) {
        let docs = ast.docs.clone();
        match &ast.kind {
            ItemKindAst::Source(body) => (ItemKind::Source, ItemDecl::Source(self.source(docs, body))),
            ItemKindAst::Seed(body) => (ItemKind::Seed, ItemDecl::Seed(self.seed(docs, body))),
            ItemKindAst::Model { schema, body } => {
                (ItemKind::Model, ItemDecl::Model(self.model(docs, schema.as_ref(), body)))
            }
            ItemKindAst::Columns(entries) => {
                (ItemKind::Columns, ItemDecl::Columns(self.declared_columns(entries, "a column set")))
            }
            ItemKindAst::Type(ty) => {
                let ty = ty.as_ref().map_or(DataType::Unknown, |ty| self.type_at(Part::Type, ty));
                (ItemKind::Type, ItemDecl::Type(ty))
            }
            ItemKindAst::Fn { params, returns, sql } => {
                let params = self.params(params, ItemKind::Fn);
                let returns = returns.as_ref().map_or(DataType::Unknown, |ty| self.type_at(Part::Type, ty));
                self.only_body(sql.as_ref(), "the function's expression", "sql { $a * 2 }");
                (ItemKind::Fn, ItemDecl::Fn(FnDecl { docs, params, returns }))
            }
            ItemKindAst::Audit { params, sql } => {
                let params = self.params(params, ItemKind::Audit);
                self.only_body(sql.as_ref(), "the audit's query", "sql { select * from this where … }");
                (ItemKind::Audit, ItemDecl::Audit(AuditDecl { docs, params }))
            }
            ItemKindAst::Test { title, subject, body } => {
                if title.as_ref().is_none_or(|title| title.text.trim().is_empty()) {
                    self.missing(
                        if title.is_some() { Part::Name } else { Part::Keyword },
                        DeclErrorKind::Missing {
                            what: "the test's title",
                            example: "test \"what is shown\" for a { … }",
                        },
                    );
                }
                (ItemKind::Test, ItemDecl::Test(self.test(subject.as_ref(), body)))
            }
            ItemKindAst::Selector(selection) => {
                let selection = selection.as_ref().map(|ast| {
                    let (selection, leaves) = Selection::new(ast);
                    for (index, span) in leaves.into_iter().enumerate() {
                        self.put(Part::Leaf(index as u32), span);
                    }
                    selection
                });
                (ItemKind::Selector, ItemDecl::Selector(selection))
            }
            ItemKindAst::Consumer(body) => (ItemKind::Consumer, ItemDecl::Consumer(self.consumer(docs, body))),
            ItemKindAst::Group(body) => (ItemKind::Group, ItemDecl::Group(self.group(docs, body))),
        }
    }

    /// Reports a schema beside the one that the name begins with.
    fn two_schemas(&mut self, name: &str, decl: &ItemDecl, ast: &ItemAst) {
        let (schema, by_line) = match (decl, &ast.kind) {
            (ItemDecl::Model(model), ItemKindAst::Model { schema, .. }) => (&model.schema, schema.is_none()),
            (ItemDecl::Seed(seed), _) => (&seed.schema, true),
            _ => return,
        };
        if let (Some(schema), Some((first, _))) = (schema, name.rsplit_once('.'))
            && first != schema
        {
            let (name, schema) = (name.to_string(), schema.clone());
            self.error(Part::Schema, DeclErrorKind::TwoSchemas { name, schema, by_line });
        }
    }

    fn place(&self, part: Part) -> Place {
        Place { version: self.version, part }
    }

    fn put(&mut self, part: Part, span: Span) {
        self.places.put(self.place(part), span);
    }

    fn written(&self, span: Span) -> String {
        self.text[span.range()].to_string()
    }

    fn error(&mut self, part: Part, kind: DeclErrorKind) {
        self.errors.push(DeclError { at: self.place(part), kind });
    }

    fn is_broken(&self) -> bool {
        !self.mistakes.is_empty()
    }

    /// Whether the parser complained inside this piece, or the file ends right behind it: it may have been meant otherwise,
    /// as `time` to be `timestamp`.
    fn is_mistaken(&self, piece: Span) -> bool {
        let inside = |at: &u32| piece.start <= *at && *at <= piece.end;
        self.text[piece.end as usize..].is_empty() || self.mistakes.iter().any(inside)
    }

    /// Says that something the item needs is not there, unless the parser already complained inside the item.
    fn missing(&mut self, part: Part, kind: DeclErrorKind) {
        if !self.is_broken() {
            self.error(part, kind);
        }
    }

    /// Says that a property is stated again; `first` is where it stood first.
    fn repeated(&mut self, part: Part, property: impl Into<String>, first: Part) {
        let (property, first) = (property.into(), self.place(first));
        self.error(part, DeclErrorKind::Repeated { property, first });
    }

    /// A list of names without doubles, which are reported; `part` gives the nth one's address. Names of columns are
    /// compared without case, as in the engine.
    fn names(&mut self, names: &[Name], what: &'static str, part: impl Fn(u32) -> Part) -> Vec<String> {
        let mut seen: BTreeMap<String, Part> = BTreeMap::new();
        let mut kept = Vec::new();
        for (index, name) in names.iter().enumerate() {
            let at = part(index as u32);
            self.put(at, name.span);
            let key = if what == "tag" { name.text.clone() } else { name.text.to_lowercase() };
            if let Some(first) = seen.get(&key) {
                let first = Some(self.place(*first)).filter(|_| *first != at);
                self.error(at, DeclErrorKind::RepeatedName { what, name: name.text.clone(), first });
                continue;
            }
            seen.insert(key, at);
            kept.push(name.text.clone());
        }
        kept
    }

    /// A node that is named; nothing when its version is no label.
    fn node_name(&mut self, part: Part, node: &NodeRefAst) -> Option<NodeName> {
        self.put(part, node.span);
        let version = match &node.version {
            Some(version) => Some(self.version_name(part, version)?),
            None => None,
        };
        Some(NodeName { name: node.name.text(), version })
    }
}
