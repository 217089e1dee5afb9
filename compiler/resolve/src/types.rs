//! Named types: what a type means once the project's own names in it are looked up.

use crate::circle::circle;
use crate::{ResolveError, item, names};
use esker_declare::{DataType, Item, ItemDecl, ItemKind, Part, Place, unknown_type_diagnostic};
use esker_diagnostics::{Diagnostic, Location};
use esker_source::{Db, Project};

/// More parts than this are no type that anybody wrote: named types that hold each other twice double at every step.
const MOST_PARTS: usize = 10_000;

/// A type with what the project's names in it stand for. An unknown name and one that stands for itself are an unknown
/// type.
pub fn resolve_type(db: &dyn Db, project: Project, ty: &DataType) -> DataType {
    let resolve = |ty: &DataType| resolve_type(db, project, ty);
    match ty {
        DataType::Named(name) => match item(db, project, ItemKind::Type, name) {
            Some(item) => named_type(db, project, item).clone(),
            None => DataType::Unknown,
        },
        DataType::List(of) => DataType::List(Box::new(resolve(of))),
        DataType::Map(key, value) => DataType::Map(Box::new(resolve(key)), Box::new(resolve(value))),
        DataType::Struct(fields) => {
            DataType::Struct(fields.iter().map(|(name, ty)| (name.clone(), resolve(ty))).collect())
        }
        plain => plain.clone(),
    }
}

/// What a `type` item stands for.
#[salsa::tracked(cycle_result = loops)]
fn named_type<'db>(db: &'db dyn Db, project: Project, item: Item<'db>) -> DataType {
    let ItemDecl::Type(ty) = item.decl(db) else { return DataType::Unknown };
    if item.broken(db) {
        return DataType::Unknown;
    }
    let ty = resolve_type(db, project, ty);
    if parts(&ty) > MOST_PARTS { DataType::Unknown } else { ty }
}

fn loops<'db>(_: &'db dyn Db, _: salsa::Id, _: Project, _: Item<'db>) -> DataType {
    DataType::Unknown
}

fn parts(ty: &DataType) -> usize {
    match ty {
        DataType::List(of) => 1 + parts(of),
        DataType::Map(key, value) => 1 + parts(key) + parts(value),
        DataType::Struct(fields) => 1 + fields.iter().map(|(_, ty)| parts(ty)).sum::<usize>(),
        _ => 1,
    }
}

/// The names in a type that nothing has, in order.
pub fn unknown_types(db: &dyn Db, project: Project, ty: &DataType) -> Vec<String> {
    let mut found = Vec::new();
    named(ty, &mut |name| {
        if item(db, project, ItemKind::Type, name).is_none() && !found.iter().any(|other| other == name) {
            found.push(name.to_string());
        }
    });
    found
}

/// That there is no type of this name, with the nearest of those that the item may name: the engine's, the project's,
/// and for the parameters of an audit the words of its own.
pub fn unknown_type(db: &dyn Db, project: Project, of: Item<'_>, name: &str, at: Location) -> Diagnostic {
    let words: &[&str] = match of.kind(db) {
        ItemKind::Audit => &["any", "column", "columns", "condition", "model"],
        _ => &[],
    };
    let own: Vec<&str> = names(db, project).of_kind(ItemKind::Type).chain(words.iter().copied()).collect();
    unknown_type_diagnostic(name, &own, at)
}

/// Calls `each` with every name of the project in a type.
fn named(ty: &DataType, each: &mut impl FnMut(&str)) {
    match ty {
        DataType::Named(name) => each(name),
        DataType::List(of) => named(of, each),
        DataType::Map(key, value) => {
            named(key, each);
            named(value, each);
        }
        DataType::Struct(fields) => fields.iter().for_each(|(_, ty)| named(ty, each)),
        _ => {}
    }
}

/// What is wrong with a `type` item: a name that the engine has, a type that holds itself.
pub(crate) fn errors<'db>(db: &'db dyn Db, project: Project, of: Item<'db>, ty: &DataType) -> Vec<ResolveError<'db>> {
    let mut found = Vec::new();
    if let Some(engine) = DataType::from_name(of.name(db), &[]) {
        let at = Place { version: None, part: Part::Name };
        found.push(ResolveError::TypeNameTaken { at, engine: engine.to_string() });
    }
    let next = |of: Item<'db>| {
        let mut used = Vec::new();
        if let ItemDecl::Type(ty) = of.decl(db) {
            named(ty, &mut |name| used.extend(item(db, project, ItemKind::Type, name)));
        }
        used
    };
    let mut used = false;
    named(ty, &mut |_| used = true);
    if used && let Some(path) = circle(db, of, next) {
        let at = Place { version: None, part: Part::Type };
        found.push(ResolveError::TypeLoop { at, path });
    }
    found
}
