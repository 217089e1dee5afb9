//! Hover: what a `ref(…)` resolves to and why, and what an item or a version is at its own name.

use crate::describe::{code, describe, in_words};
use esker_driver::declare::{Item, ItemDecl, Part, Place, VersionName, item_tree};
use esker_driver::diagnostics::nearest;
use esker_driver::grammar::Span;
use esker_driver::resolve::{
    Lifecycle, Node, RefExpr, RefPin, RefProblem, item_nodes, names, node_decl, resolve, sql_refs,
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
pub fn hover(db: &dyn Db, project: Project, file: SourceFile, offset: u32) -> Option<Hover> {
    let items = &item_tree(db, file).items;
    items.iter().find_map(|item| on_ref(db, project, *item, offset).or_else(|| on_name(db, project, *item, offset)))
}

/// A reference in one of the item's bodies.
fn on_ref(db: &dyn Db, project: Project, item: Item<'_>, offset: u32) -> Option<Hover> {
    let places = item.places(db);
    for (body, text) in item.bodies(db) {
        for expr in sql_refs(text) {
            let span = places.sql_span(*body, expr.tokens.clone());
            if !holds(span, offset) {
                continue;
            }
            // The name as it is written is what a corrected reference would be written with.
            let name_tokens = expr.name_tokens.start as usize..expr.name_tokens.end as usize;
            let written: String = text.tokens.get(name_tokens)?.iter().map(|token| token.text.as_str()).collect();
            return Some(Hover { span, markdown: reference(db, project, &expr, &written)? });
        }
    }
    None
}

/// The name of the item, or the label of one of its versions.
fn on_name(db: &dyn Db, project: Project, item: Item<'_>, offset: u32) -> Option<Hover> {
    let places = item.places(db);
    let at = |version| Some(Place { version, part: Part::Name }).filter(|place| places.has(*place));
    let pointed = |place: &Place| holds(places.get(*place), offset);
    let ItemDecl::Model(model) = item.decl(db) else {
        let place = at(None).filter(pointed)?;
        let node = item_nodes(db, item).first()?;
        return Some(Hover { span: places.get(place), markdown: describe(db, project, *node) });
    };
    if let Some(place) = at(None).filter(pointed) {
        let latest = item_nodes(db, item).iter().find(|node| node_decl(db, **node).lifecycle == Lifecycle::Latest)?;
        let mut markdown = String::new();
        if latest.version(db).is_some() {
            markdown = format!("{}.\n\n", versions(db, item));
        }
        return Some(Hover { span: places.get(place), markdown: markdown + &describe(db, project, *latest) });
    }
    let version = model.versions.iter().find(|version| at(Some(version.block)).is_some_and(|place| pointed(&place)))?;
    let node = item_nodes(db, item).iter().find(|node| node.version(db).as_ref() == Some(&version.name))?;
    let span = places.get(Place { version: Some(version.block), part: Part::Name });
    Some(Hover { span, markdown: describe(db, project, *node) })
}

fn holds(span: Span, offset: u32) -> bool {
    span.start <= offset && offset < span.end
}

/// What a reference means, or what is near when it means nothing. Nothing for one that cannot be read.
fn reference(db: &dyn Db, project: Project, expr: &RefExpr, written: &str) -> Option<String> {
    let name = expr.name.as_deref()?;
    Some(match resolve(db, project, name, &expr.pin) {
        Ok(node) => format!("{}\n\n{}", why(db, node, &expr.pin, written), describe(db, project, node)),
        Err(RefProblem::UnknownName) => {
            let items = &names(db, project).items;
            match nearest(name, items.keys().map(String::as_str)) {
                Some(likely) => {
                    let node = resolve(db, project, likely, &RefPin::Unpinned).ok();
                    let near = node.map(|node| format!("\n\n{}", describe(db, project, node))).unwrap_or_default();
                    format!("Nothing is named {}. Did you mean `ref({likely})`?{near}", code(name))
                }
                None => format!("Nothing is named {}, and no name is near.", code(name)),
            }
        }
        Err(RefProblem::UnknownVersion(item, label)) => {
            format!("{} has no version {label}. {}.", code(item.name(db)), versions(db, item))
        }
        Err(RefProblem::NotVersioned(item)) => {
            let node = item_nodes(db, item).first()?;
            format!("{} has no versions: write `ref({written})`.\n\n{}", code(name), describe(db, project, *node))
        }
        Err(RefProblem::Broken) => format!("{} is declared, but its declaration is broken.", code(name)),
    })
}

/// Why a reference means this node and no other, and what it could be instead.
fn why(db: &dyn Db, node: Node<'_>, pin: &RefPin, written: &str) -> String {
    let Some(version) = node.version(db) else {
        return format!("`ref({written})` means it as it is: it has no versions.");
    };
    let all = item_nodes(db, node.item(db));
    let follow = format!("`ref({written})`");
    let pinned = |version: &VersionName| format!("`ref({written}, v => {})`", label(version));
    let mut text = match pin {
        RefPin::Unpinned if all.len() == 1 => {
            format!("{follow} pins no version and means version {version}, the only one.")
        }
        RefPin::Unpinned => {
            let because = match node.item(db).decl(db) {
                ItemDecl::Model(model) if model.latest.is_some() => format!("`latest {}` says so", label(version)),
                _ => "the greatest".into(),
            };
            format!(
                "{follow} pins no version and means version {version}, the latest of {} ({because}).",
                labels(db, all)
            )
        }
        RefPin::Pinned(..) => {
            let latest = all.iter().find(|node| node_decl(db, **node).lifecycle == Lifecycle::Latest);
            let latest = latest.and_then(|node| node.version(db).as_ref()).unwrap_or(version);
            let standing = match node_decl(db, node).lifecycle {
                _ if all.len() == 1 => format!("the only one; {follow} means it too"),
                Lifecycle::Latest => {
                    format!("the latest of {}; {follow} means it too, until there is a later one", labels(db, all))
                }
                Lifecycle::Old => format!("an old one: the latest is version {latest}, which {follow} means"),
                Lifecycle::Prerelease => format!("a prerelease: the latest is version {latest}, which {follow} means"),
            };
            format!("Pinned to version {version}, {standing}.")
        }
    };
    let newer: Vec<&VersionName> = all
        .iter()
        .filter(|other| **other != node && node_decl(db, **other).lifecycle == Lifecycle::Prerelease)
        .filter_map(|other| other.version(db).as_ref())
        .collect();
    match newer.as_slice() {
        [] => {}
        [one] => text += &format!(" Version {one} is a prerelease: {} reads it.", pinned(one)),
        [one, ..] => {
            let all: Vec<_> = newer.iter().map(ToString::to_string).collect();
            text += &format!(" Versions {} are prereleases: {} reads the first.", in_words(&all), pinned(one));
        }
    }
    if *pin == RefPin::Unpinned {
        text += &format!(" To stay on version {version} when another becomes the latest, pin it: {}.", pinned(version));
    }
    text
}

/// `It has versions 1, 2 and 3; the latest is 2`
fn versions<'db>(db: &'db dyn Db, item: Item<'db>) -> String {
    let all = item_nodes(db, item);
    let latest = all.iter().find(|node| node_decl(db, **node).lifecycle == Lifecycle::Latest);
    match (all.as_slice(), latest.and_then(|node| node.version(db).as_ref())) {
        ([_, _, ..], Some(latest)) => format!("It has versions {}; the latest is {latest}", labels(db, all)),
        _ => format!("It has version {} only", labels(db, all)),
    }
}

fn labels<'db>(db: &'db dyn Db, nodes: &[Node<'db>]) -> String {
    let labels: Vec<String> =
        nodes.iter().filter_map(|node| node.version(db).as_ref().map(ToString::to_string)).collect();
    in_words(&labels)
}

/// A version's label as a reference writes it.
fn label(version: &VersionName) -> String {
    match version {
        VersionName::Integer(number) => number.to_string(),
        VersionName::Text(text) => format!("'{}'", text.replace('\'', "''")),
    }
}
