//! Models: the shared body, the version blocks, and which version is the latest.

use super::Lower;
use super::body::BodyKind;
use crate::{ColumnsEdit, DeclErrorKind, DeriveDecl, ModelDecl, Part, Place, SqlDecl, VersionDecl, VersionName};
use esker_grammar::ast::{FragmentAst, Line, LineKind, Name, VersionAst};
use std::collections::BTreeMap;

const MODEL: BodyKind = BodyKind {
    inside: "a model",
    keys: &[
        "access",
        "alias",
        "audit",
        "contract",
        "cron",
        "deprecated",
        "end",
        "grain",
        "group",
        "kind",
        "latest",
        "owner",
        "schema",
        "sql",
        "start",
        "tags",
        "tz",
        "version",
    ],
    instead: None,
};

const VERSION: BodyKind = BodyKind {
    inside: "a version block",
    keys: &[
        "access",
        "alias",
        "audit",
        "columns",
        "cron",
        "deprecated",
        "derive",
        "end",
        "grain",
        "group",
        "kind",
        "owner",
        "sql",
        "start",
        "tags",
        "tz",
    ],
    instead: None,
};

/// The shared body of a model with versions, as messages call it.
const SHARED: BodyKind = BodyKind { inside: "a model's shared body", keys: &[], instead: None };

/// What a `derive from` line holds.
type DeriveAst<'l> = (&'l VersionAst, &'l [(Name, FragmentAst)], Part);

impl Lower<'_> {
    pub(super) fn model(&mut self, docs: Option<String>, schema: Option<&Name>, body: &[Line]) -> ModelDecl {
        let mut decl = ModelDecl { docs, schema: schema.map(|name| name.text.clone()), ..ModelDecl::default() };
        if let Some(schema) = schema {
            self.put(Part::Schema, schema.span);
        }
        let mut blocks: Vec<(&VersionAst, &Line, &[Line])> = Vec::new();
        let mut latest = None;
        let versioned = body.iter().any(|line| matches!(line.kind, LineKind::Version { .. }));
        decl.shared = self.properties(body, &MODEL, |lower, part, line| {
            match &line.kind {
                LineKind::Version { version, body } => blocks.push((version, line, body)),
                LineKind::Latest(version) => latest = Some(version),
                LineKind::Schema(_) if schema.is_some() => lower.repeated(part, "schema", Part::Schema),
                LineKind::Schema(schema) => {
                    lower.put(Part::Schema, schema.span);
                    decl.schema = Some(schema.text.clone());
                }
                LineKind::Columns(_) => {
                    let instead = "The columns of a model are promised by `contract enforced { … }`.";
                    lower.misplaced(part, line, &SHARED.instead(instead));
                }
                LineKind::Derive { .. } => {
                    lower.misplaced(part, line, &SHARED.instead("Move it into the version block that is meant."));
                }
                LineKind::Deprecated { .. } if versioned => {
                    let instead = "Deprecate the version: move the line into its block.";
                    lower.misplaced(part, line, &SHARED.instead(instead));
                }
                LineKind::Deprecated { date, reason } => {
                    decl.deprecated = lower.deprecation(Part::Deprecated, date, reason.as_ref());
                }
                _ => return false,
            }
            true
        });
        self.timeline(&decl.shared, None);
        let derived = self.versions(&mut decl, blocks);
        // With a label that could not be read, nobody knows which versions there are.
        let all_known = !self.errors.iter().any(is_bad_label);
        for (version, ast) in derived {
            self.derive(&mut decl.versions, version, ast, all_known);
        }
        if let Some(version) = latest {
            decl.latest = self.latest(version, &decl.versions, all_known);
        } else if !decl.has_clear_latest() {
            let mut names: Vec<_> = decl.versions.iter().map(|version| &version.name).collect();
            names.sort();
            let labels = names.into_iter().map(VersionName::written).collect();
            self.missing(Part::Name, DeclErrorKind::LatestNeeded(labels));
        }
        self.shared_alias(&mut decl);
        decl.incomplete = self.is_broken() || self.errors.iter().any(|error| error.at.part == Part::Kind);
        decl
    }

    /// Lowers the version blocks into `decl`; what derives from what is left until all versions are known, with the
    /// number of the version in `decl`.
    fn versions<'l>(
        &mut self,
        decl: &mut ModelDecl,
        blocks: Vec<(&VersionAst, &Line, &'l [Line])>,
    ) -> Vec<(usize, DeriveAst<'l>)> {
        // By what tells versions apart in names of relations, which have no case: `"1.5"` and `"1_5"` are one.
        let mut relations: BTreeMap<String, usize> = BTreeMap::new();
        // By their order: of `"1.0"` and `"1.00"` neither is later.
        let mut order: BTreeMap<VersionName, usize> = BTreeMap::new();
        let mut derived = Vec::new();
        for (index, (version, line, body)) in blocks.into_iter().enumerate() {
            self.version = Some(index as u32);
            let (block, derive) = self.version_block(index as u32, version, line, body);
            if let Some(block) = block {
                self.timeline(&block.own, Some(&decl.shared));
                let relation = block.name.relation_suffix().to_lowercase();
                let same_relation = relations.get(&relation);
                match same_relation.or(order.get(&block.name)) {
                    Some(first) => {
                        let one_relation = same_relation.is_some();
                        self.duplicate(&mut decl.versions[*first], &block.name, one_relation);
                    }
                    None => {
                        let number = decl.versions.len();
                        relations.insert(relation, number);
                        order.insert(block.name.clone(), number);
                        derived.extend(derive.map(|derive| (number, derive)));
                        decl.versions.push(block);
                    }
                }
            }
            self.version = None;
        }
        derived
    }

    fn latest(&mut self, version: &VersionAst, versions: &[VersionDecl], all_known: bool) -> Option<VersionName> {
        let name = self.version_name(Part::Latest, version)?;
        // `1` and `"1"` are one label.
        let label = name.to_string();
        if all_known && versions.iter().all(|version| version.name.to_string() != label) {
            let (latest, versions) = (name.written(), labels(versions.iter()));
            self.missing(Part::Latest, DeclErrorKind::UnknownLatest { latest, versions });
        }
        // Kept even if it is wrong, so that refs to the latest find nothing, instead of another version than was meant.
        Some(name)
    }

    fn version_block<'l>(
        &mut self,
        block: u32,
        version: &VersionAst,
        line: &Line,
        body: &'l [Line],
    ) -> (Option<VersionDecl>, Option<DeriveAst<'l>>) {
        self.put(Part::Whole, line.span);
        self.put(Part::Keyword, line.keyword);
        let name = self.version_name(Part::Name, version);
        let (mut columns, mut deprecated, mut derive): (Option<Vec<ColumnsEdit>>, _, Option<DeriveAst<'l>>) =
            (None, None, None);
        let mut own = self.properties(body, &VERSION, |lower, part, line| {
            match &line.kind {
                LineKind::Columns(entries) => {
                    lower.put(Part::Columns, line.keyword);
                    columns = Some(lower.columns_edits(entries));
                }
                LineKind::Deprecated { date, reason } => {
                    deprecated = lower.deprecation(Part::Deprecated, date, reason.as_ref());
                }
                LineKind::Derive { from, columns } => derive = Some((from, columns, part)),
                LineKind::Contract { .. } => {
                    let instead = "Write `columns { … }`: it says how the version differs from the shared contract.";
                    lower.misplaced(part, line, &VERSION.instead(instead));
                }
                _ => return false,
            }
            true
        });
        if let Some((.., part)) = derive
            && own.sql != SqlDecl::Inherited
        {
            let other = self.place(Part::Sql);
            self.error(part, DeclErrorKind::DeriveAndSql { other });
            own.sql = SqlDecl::Elsewhere;
            derive = None;
        }
        let docs = line.docs.clone();
        let decl = |name| VersionDecl { name, block, docs, own, columns, deprecated, derive: None, duplicated: false };
        (name.map(decl), derive)
    }

    /// Puts in what a version derives from. If that is no version, nothing is known of its SQL.
    fn derive(&mut self, versions: &mut [VersionDecl], number: usize, ast: DeriveAst<'_>, all_known: bool) {
        let (from, columns, _) = ast;
        self.version = Some(versions[number].block);
        let decl = self.derived_from(versions, number, from, all_known).map(|from| {
            let columns = self.derived_columns(columns);
            DeriveDecl { from, columns }
        });
        if decl.is_none() {
            versions[number].own.sql = SqlDecl::Elsewhere;
        }
        versions[number].derive = decl;
        self.version = None;
    }

    fn derived_from(
        &mut self,
        versions: &[VersionDecl],
        number: usize,
        from: &VersionAst,
        all_known: bool,
    ) -> Option<VersionName> {
        let from = self.version_name(Part::Derive, from)?;
        let others = || versions.iter().filter(|version| version.name != versions[number].name);
        if from == versions[number].name {
            self.error(Part::Derive, DeclErrorKind::DeriveFromItself { versions: labels(others()) });
            return None;
        }
        if versions.iter().any(|version| version.name == from) {
            return Some(from);
        }
        if all_known {
            let (from, versions) = (from.written(), labels(versions.iter()));
            self.missing(Part::Derive, DeclErrorKind::DeriveFromUnknown { from, versions });
        }
        None
    }

    fn derived_columns(&mut self, columns: &[(Name, FragmentAst)]) -> Vec<(String, esker_grammar::sql::SqlText)> {
        let block = self.version.unwrap_or_default();
        let mut seen: BTreeMap<String, Part> = BTreeMap::new();
        let mut kept = Vec::new();
        for (index, (name, expression)) in columns.iter().enumerate() {
            let part = Part::DeriveName(index as u32);
            self.put(part, name.span);
            if let Some(first) = seen.get(&name.text.to_lowercase()) {
                let first = self.place(*first);
                self.error(part, DeclErrorKind::DuplicateColumn { column: name.text.clone(), first });
                continue;
            }
            seen.insert(name.text.to_lowercase(), part);
            let (tokens, spans) = esker_grammar::sql::lex(self.text, expression.span);
            self.places.derived.insert((block, kept.len() as u32), spans);
            kept.push((name.text.clone(), tokens));
        }
        kept
    }

    /// Reports the current block as a second one of a label.
    fn duplicate(&mut self, first: &mut VersionDecl, name: &VersionName, one_relation: bool) {
        first.duplicated = true;
        let place = Place { version: Some(first.block), part: Part::Name };
        let (version, other) = (name.written(), first.name.written());
        self.error(Part::Name, DeclErrorKind::DuplicateVersion { version, other, first: place, one_relation });
    }

    /// An alias of the shared body would be that of every version without its own: it is left out when they are several.
    fn shared_alias(&mut self, decl: &mut ModelDecl) {
        let sharing = labels(decl.versions.iter().filter(|version| version.own.alias.is_none()));
        if sharing.len() > 1
            && let Some(alias) = decl.shared.alias.take()
        {
            self.error(Part::Alias, DeclErrorKind::SharedAlias { alias, versions: sharing });
        }
    }
}

fn is_bad_label(error: &crate::DeclError) -> bool {
    error.at.part == Part::Name && matches!(error.kind, DeclErrorKind::BadVersion { .. })
}

fn labels<'a>(versions: impl Iterator<Item = &'a VersionDecl>) -> Vec<String> {
    versions.map(|version| version.name.written()).collect()
}
