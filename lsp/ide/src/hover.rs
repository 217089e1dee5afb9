//! Hover: finds what stands at a place, and asks for the words about it.

use crate::describe::describe;
use crate::item::describe_item;
use crate::reference::{Reference, describe_reference};
use crate::version::versions;
use esker_driver::Session;
use esker_driver::declare::{
    AuditUse, ColumnsEdit, Item, ItemDecl, ItemKind, ModelDecl, NodeName, Part, Place, TestSubject, VersionName,
    item_tree,
};
use esker_driver::grammar::Span;
use esker_driver::grammar::sql::{SqlText, SqlTokenKind};
use esker_driver::resolve::{
    Lifecycle, Node, item, item_nodes, node_decl, resolve_name, sql_file_spans, sql_file_text, sql_refs,
};
use esker_driver::source::{Db, Project, SourceFile};

/// What to show at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hover {
    /// What it is about.
    pub span: Span,
    /// The text.
    pub markdown: String,
}

/// What there is to say about the place at byte `offset` of `file`.
pub fn hover(session: &Session, file: SourceFile, offset: u32) -> Option<Hover> {
    let db = session.db();
    if file.path(db).ends_with(".sql") {
        let spans = sql_file_spans(db, file);
        return in_sql(session, sql_file_text(db, file), spans, offset);
    }
    let items = &item_tree(db, file).items;
    items.iter().find_map(|item| in_bodies(session, *item, offset).or_else(|| on_piece(session, *item, offset)))
}

/// In one of the item's bodies, or in an expression of its `derive from`.
fn in_bodies(session: &Session, item: Item<'_>, offset: u32) -> Option<Hover> {
    let db = session.db();
    let places = item.places(db);
    let bodies = item.bodies(db).iter().filter_map(|(body, text)| Some((text, places.sql.get(body)?)));
    let versions = match item.decl(db) {
        ItemDecl::Model(model) => &model.versions[..],
        _ => &[],
    };
    let derived = versions.iter().flat_map(|version| {
        let columns = version.derive.iter().flat_map(|derive| derive.columns.iter().enumerate());
        columns.filter_map(|(n, (_, text))| Some((text, places.derived.get(&(version.block, n as u32))?)))
    });
    bodies.chain(derived).find_map(|(text, spans)| in_sql(session, text, spans, offset))
}

/// A reference or a call of one of the project's functions, in SQL.
fn in_sql(session: &Session, text: &SqlText, spans: &[Span], offset: u32) -> Option<Hover> {
    let (db, project) = (session.db(), session.project());
    let token = spans.iter().position(|span| holds(*span, offset))?;
    for expr in sql_refs(text) {
        if expr.tokens.contains(&(token as u32)) {
            let span = spans.get(expr.tokens.start as usize)?.to(*spans.get(expr.tokens.end as usize - 1)?);
            let name_tokens = text.tokens.get(expr.name_tokens.start as usize..expr.name_tokens.end as usize)?;
            let written: String = name_tokens.iter().map(|token| token.text.as_str()).collect();
            let markdown = describe_reference(session, &Reference { expr: &expr, written: &written })?;
            return Some(Hover { span, markdown });
        }
    }
    let name = text.tokens.get(token).filter(|token| token.kind == SqlTokenKind::Word)?;
    let sign =
        |at: Option<usize>, sign: &str| at.and_then(|at| text.tokens.get(at)).is_some_and(|token| token.text == sign);
    if !sign(Some(token + 1), "(") || sign(token.checked_sub(1), ".") {
        return None;
    }
    let function = item(db, project, ItemKind::Fn, &name.text)?;
    Some(Hover { span: spans[token], markdown: describe_item(db, function) })
}

/// A piece of a declaration: a name, or something that is named.
fn on_piece(session: &Session, of: Item<'_>, offset: u32) -> Option<Hover> {
    let (db, project) = (session.db(), session.project());
    let (place, span) = of.places(db).at(offset)?;
    let text = of.file(db).text(db).as_deref()?;
    let named = |kind, name: &str| item(db, project, kind, name).map(|item| describe_item(db, item));
    let decl = of.decl(db);
    let markdown = match place.part {
        Part::Name => named_here(db, project, of, place.version)?,
        Part::Latest | Part::Derive => version_named(db, project, of, place)?,
        Part::Group => named(ItemKind::Group, text[span.range()].trim_matches('`'))?,
        Part::Audit(line) => named(ItemKind::Audit, &audit_use(decl, place.version, line)?.name)?,
        Part::EntryType(_) | Part::ParamType(_) | Part::Type => {
            let span = word(text, span, offset);
            let markdown = named(ItemKind::Type, text[span.range()].trim_matches('`'))?;
            return Some(Hover { span, markdown });
        }
        Part::EntryName(entry) => named(ItemKind::Columns, included_set(decl, place.version, entry)?)?,
        Part::EntryItem(entry, constraint) => {
            let edits = block(decl, place.version)?.iter();
            let key = edits
                .filter_map(|edit| match edit {
                    ColumnsEdit::Define(column) if column.entry == entry => column.references.as_ref(),
                    _ => None,
                })
                .find(|key| key.constraint == constraint)?;
            node(db, project, &key.node)?
        }
        Part::Leaf(_) => {
            let leaf = text[span.range()].trim_matches(|c: char| c == '+' || c.is_ascii_digit());
            named(ItemKind::Selector, leaf.strip_prefix("selector:")?)?
        }
        Part::Subject(n) => match decl {
            ItemDecl::Test(test) => match test.subject.as_ref()? {
                TestSubject::Nodes(nodes) => node(db, project, nodes.get(n as usize)?)?,
                TestSubject::Audit(used) => named(ItemKind::Audit, &used.name)?,
            },
            _ => return None,
        },
        Part::Line(line) => match decl {
            ItemDecl::Test(test) => node(db, project, &test.given.iter().find(|given| given.line == line)?.node)?,
            _ => return None,
        },
        Part::Reads(n) => match decl {
            ItemDecl::Consumer(consumer) => node(db, project, &consumer.reads.get(n as usize)?.0)?,
            _ => return None,
        },
        _ => return None,
    };
    Some(Hover { span, markdown })
}

/// What an item or a version is, at its own name.
fn named_here(db: &dyn Db, project: Project, item: Item<'_>, block: Option<u32>) -> Option<String> {
    let nodes = item_nodes(db, item);
    match (item.decl(db), block) {
        (ItemDecl::Model(model), Some(block)) => {
            let version = model.versions.iter().find(|version| version.block == block)?;
            version_node(db, item, &version.name).map(|node| describe(db, project, node))
        }
        (ItemDecl::Model(_), None) => {
            let latest = nodes.iter().find(|node| node_decl(db, project, **node).lifecycle == Lifecycle::Latest)?;
            let intro = latest.version(db).as_ref().map(|_| format!("{}.\n\n", versions(db, project, item)));
            Some(intro.unwrap_or_default() + &describe(db, project, *latest))
        }
        (ItemDecl::Source(_) | ItemDecl::Seed(_), _) => nodes.first().map(|node| describe(db, project, *node)),
        (ItemDecl::Test(_), _) => None,
        _ => Some(describe_item(db, item)),
    }
}

/// The version that `latest` or `derive from` names.
fn version_named(db: &dyn Db, project: Project, item: Item<'_>, place: Place) -> Option<String> {
    let ItemDecl::Model(model) = item.decl(db) else { return None };
    let version = match place.part {
        Part::Latest => model.latest.as_ref()?,
        _ => &own(model, place.version)?.derive.as_ref()?.from,
    };
    version_node(db, item, version).map(|node| describe(db, project, node))
}

fn version_node<'db>(db: &'db dyn Db, item: Item<'db>, name: &VersionName) -> Option<Node<'db>> {
    item_nodes(db, item).iter().find(|node| node.version(db).as_ref() == Some(name)).copied()
}

fn own(model: &ModelDecl, block: Option<u32>) -> Option<&esker_driver::declare::VersionDecl> {
    model.versions.iter().find(|version| Some(version.block) == block)
}

/// A node that a declaration names.
fn node(db: &dyn Db, project: Project, name: &NodeName) -> Option<String> {
    let nodes = resolve_name(db, project, name).ok()?;
    nodes.first().map(|node| describe(db, project, *node))
}

fn audit_use(decl: &ItemDecl, version: Option<u32>, line: u32) -> Option<&AuditUse> {
    match decl {
        ItemDecl::Test(test) => match &test.subject {
            Some(TestSubject::Audit(used)) => Some(used),
            _ => None,
        },
        ItemDecl::Model(model) => {
            let properties =
                version.map_or(Some(&model.shared), |_| own(model, version).map(|version| &version.own))?;
            properties.audits.iter().flatten().find(|used| used.line == line)
        }
        _ => None,
    }
}

/// The column block of an item, or of one of its versions.
fn block(decl: &ItemDecl, version: Option<u32>) -> Option<&[ColumnsEdit]> {
    match (decl, version) {
        (ItemDecl::Source(source), _) => Some(&source.columns),
        (ItemDecl::Seed(seed), _) => Some(&seed.columns),
        (ItemDecl::Columns(edits), _) => Some(edits),
        (ItemDecl::Model(model), None) => model.shared.contract.as_deref(),
        (ItemDecl::Model(model), Some(_)) => own(model, version)?.columns.as_deref(),
        _ => None,
    }
}

fn included_set(decl: &ItemDecl, version: Option<u32>, wanted: u32) -> Option<&str> {
    block(decl, version)?.iter().find_map(|edit| match edit {
        ColumnsEdit::IncludeSet { set, entry } if *entry == wanted => Some(set.as_str()),
        _ => None,
    })
}

fn holds(span: Span, offset: u32) -> bool {
    span.start <= offset && offset < span.end
}

/// The word at a byte of a span.
fn word(text: &str, within: Span, offset: u32) -> Span {
    let part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '`');
    let (before, behind) = (&text[within.start as usize..offset as usize], &text[offset as usize..within.end as usize]);
    let left: usize = before.chars().rev().take_while(|c| part(*c)).map(char::len_utf8).sum();
    let right: usize = behind.chars().take_while(|c| part(*c)).map(char::len_utf8).sum();
    Span::new(offset - left as u32, offset + right as u32)
}
