//! Properties: what a version restates, what it inherits from the model, and what models have by default.

use crate::columns::rename_tokens;
use crate::{NodeDecl, NodeRole, ResolveError};
use esker_declare::{
    Access, AuditUse, Item, KindDecl, KindForm, KindOptions, ModelDecl, Part, Place, Properties, SqlDecl, Value,
    VersionDecl, default_properties,
};
use esker_source::{Db, Project};

/// What models have that neither they nor their versions state.
#[salsa::tracked]
pub(crate) fn defaults(db: &dyn Db, project: Project) -> Properties {
    default_properties(&project.settings(db).defaults)
}

/// What a version restates replaces what the model states, property by property.
pub(crate) fn inherit(own: &Properties, shared: &Properties) -> Properties {
    Properties {
        kind: own.kind.clone().or_else(|| shared.kind.clone()),
        cron: own.cron.clone().or_else(|| shared.cron.clone()),
        tz: own.tz.clone().or_else(|| shared.tz.clone()),
        start: own.start.or(shared.start),
        end: own.end.or(shared.end),
        grain: own.grain.clone().or_else(|| shared.grain.clone()),
        owner: own.owner.clone().or_else(|| shared.owner.clone()),
        tags: own.tags.clone().or_else(|| shared.tags.clone()),
        access: own.access.or(shared.access),
        group: own.group.clone().or_else(|| shared.group.clone()),
        contract: None,
        alias: own.alias.clone().or_else(|| shared.alias.clone()),
        audits: None,
        sql: SqlDecl::Inherited,
    }
}

/// The kind `view`, without options.
pub(crate) fn view() -> KindDecl {
    KindDecl { form: KindForm::View, options: KindOptions::default() }
}

/// What a model states of its columns goes on to mean the same columns in a version that renames them.
pub(crate) fn rename(shared: &mut Properties, renames: &[(String, String)]) {
    let renamed = |column: &mut String| {
        if let Some((_, new)) = renames.iter().find(|(old, _)| old.eq_ignore_ascii_case(column)) {
            column.clone_from(new);
        }
    };
    if let Some(kind) = &mut shared.kind {
        match &mut kind.form {
            KindForm::Full | KindForm::View | KindForm::Ephemeral | KindForm::Append => {}
            KindForm::IncrementalByTime(column) | KindForm::Scd2ByTime(column) => renamed(column),
            KindForm::IncrementalByKey(columns)
            | KindForm::IncrementalByPartition(columns)
            | KindForm::Scd2ByColumns(columns) => columns.iter_mut().for_each(renamed),
        }
    }
    shared.grain.iter_mut().flatten().for_each(renamed);
    for AuditUse { args, .. } in shared.audits.iter_mut().flatten() {
        args.iter_mut().for_each(|(_, value)| rename_value(value, renames));
    }
}

fn rename_value(value: &mut Value, renames: &[(String, String)]) {
    match value {
        Value::Word(word) => {
            if let Some((_, new)) = renames.iter().find(|(old, _)| old.eq_ignore_ascii_case(word)) {
                word.clone_from(new);
            }
        }
        Value::Sql(sql) => rename_tokens(&mut sql.tokens, renames),
        Value::List(values) => values.iter_mut().for_each(|value| rename_value(value, renames)),
        _ => {}
    }
}

/// What a model cannot do without, and what does not go together.
pub(crate) fn check<'db>(
    db: &'db dyn Db,
    item: Item<'db>,
    model: &ModelDecl,
    version: Option<&VersionDecl>,
    decl: &mut NodeDecl<'db>,
) {
    let block = version.map(|version| version.block);
    match &decl.role {
        NodeRole::Model(None) => {
            // What is there but wrong was reported; it is not missing as well.
            let stated = item
                .errors(db)
                .iter()
                .any(|error| error.at.part == Part::Kind && (error.at.version.is_none() || error.at.version == block));
            if !stated && !model.incomplete {
                // Said once, at the model, when every version lacks it.
                let all = model.versions.iter().all(|version| version.own.kind.is_none() && version.derive.is_none());
                let at = Place { version: block.filter(|_| !all), part: Part::Name };
                decl.errors.push(ResolveError::MissingKind { at });
            }
        }
        NodeRole::Model(Some(KindDecl { form: KindForm::Ephemeral, .. })) => ephemeral(model, version, decl),
        _ => {}
    }
}

/// An ephemeral model is nothing in the engine: it has no name there, and no rows that could be judged.
fn ephemeral<'db>(model: &ModelDecl, version: Option<&VersionDecl>, decl: &mut NodeDecl<'db>) {
    if decl.properties.alias.is_some() {
        let own = version.filter(|version| version.own.alias.is_some()).map(|version| version.block);
        let at = Place { version: own, part: Part::Alias };
        decl.errors.push(ResolveError::EphemeralProperty { at, property: "an alias" });
    }
    // Public by default, or together with versions that are tables, is no mistake: such a one is just not published.
    let alone = version.is_none_or(|version| version.own.access.is_some() || model.versions.len() == 1);
    let own = version.filter(|version| version.own.access.is_some());
    let stated = own.map_or(&model.shared, |version| &version.own).access;
    if alone && stated == Some(Access::Public) {
        let at = Place { version: own.map(|version| version.block), part: Part::Access };
        decl.errors.push(ResolveError::EphemeralProperty { at, property: "`access public`" });
    }
    // What it inherits from a shared body that others share is meant for those.
    let inherited = version.is_some_and(|version| version.own.audits.is_none() && model.versions.len() > 1);
    if let Some(audit) = decl.audits.first().filter(|_| !inherited) {
        let at = Place { version: audit.block, part: Part::Audit(audit.decl.line) };
        decl.errors.push(ResolveError::EphemeralProperty { at, property: "audits" });
    }
    if inherited {
        decl.audits.clear();
    }
}
