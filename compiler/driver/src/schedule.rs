//! The schedule of a model: its `cron` and `every` as the planner's values, judged where they stand.

use esker_declare::{Item, ItemDecl, KindDecl, Part, Place, Properties};
use esker_diagnostics::Diagnostic;
use esker_plan::time::{Cron, Unit};
use esker_resolve::place_location;
use esker_source::Db;

/// What is wrong with the schedules of an item, its shared body's and its versions'.
pub(crate) fn problems<'db>(db: &'db dyn Db, item: Item<'db>) -> Vec<Diagnostic> {
    let ItemDecl::Model(model) = item.decl(db) else { return Vec::new() };
    let mut found = Vec::new();
    let bodies = model.versions.iter().map(|version| (Some(version.block), &version.own));
    for (version, properties) in std::iter::once((None, &model.shared)).chain(bodies) {
        let at = |part| place_location(db, item, Place { version, part });
        if let Some(Err(error)) = properties.cron.as_deref().map(Cron::parse) {
            found.push(error.diagnostic(at(Part::Cron)));
        }
        if let Some(Err(error)) = every(properties) {
            found.push(error.diagnostic(at(Part::Every)));
        }
    }
    found
}

/// The unit of an incremental kind, if it names one.
pub(crate) fn every(properties: &Properties) -> Option<Result<Unit, esker_plan::time::UnitError>> {
    match &properties.kind {
        Some(KindDecl::IncrementalByTime { every: Some((count, word)), .. }) => {
            Some(Unit::new(u64::from(*count), word))
        }
        _ => None,
    }
}
