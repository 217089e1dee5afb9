//! Models: the shared body, the version blocks, and the kinds.

use super::{Lower, literal};
use crate::errors::KINDS;
use crate::{DeclErrorKind, KindDecl, ModelDecl, Part, Place, Properties, SqlDecl, VersionDecl, VersionName};
use std::collections::BTreeMap;

use esker_grammar::ast::{KindAst, Line, LineKind, LiteralAst, LiteralValue, Name, OptionAst, VersionAst};

impl Lower<'_> {
    pub(super) fn model(&mut self, docs: Option<String>, schema: Option<&Name>, body: &[Line]) -> ModelDecl {
        let mut decl = ModelDecl { docs, schema: schema.map(|name| name.text.clone()), ..ModelDecl::default() };
        let mut blocks: Vec<(&VersionAst, &Line, &[Line])> = Vec::new();
        let mut latest = None;
        let mut shared = Properties::default();
        self.lines(body, |lower, part, line| match &line.kind {
            LineKind::Version { version, body } => blocks.push((version, line, body)),
            LineKind::Latest(version) => latest = Some(version),
            LineKind::Schema(schema) => decl.schema = Some(schema.text.clone()),
            LineKind::Columns(_) => {
                lower.misplaced(part, line, "a model's shared body (its columns are promised by `contract`)")
            }
            LineKind::Deprecated { .. } | LineKind::Derive { .. } => {
                lower.misplaced(part, line, "a model's shared body")
            }
            _ => lower.property(&mut shared, part, line, "a model"),
        });
        decl.shared = shared;
        // By what tells versions apart in names of relations: `"1.5"` and `"1_5"` are one.
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        for (index, (version, line, body)) in blocks.into_iter().enumerate() {
            self.version = Some(index as u32);
            if let Some(block) = self.version_block(index as u32, version, line, body) {
                let label = block.name.relation_suffix();
                match seen.get(&label) {
                    Some(first) => self.duplicate(&mut decl.versions[*first], &block.name),
                    None => {
                        seen.insert(label, decl.versions.len());
                        decl.versions.push(block);
                    }
                }
            }
            self.version = None;
        }
        if let Some(version) = latest {
            decl.latest = self.latest(version, &decl.versions);
        } else if decl.versions.iter().any(|version| matches!(version.name, VersionName::Text(_))) {
            self.missing(Part::Name, DeclErrorKind::LatestNeeded(labels(&decl.versions)));
        }
        self.needs(&decl);
        decl
    }

    /// What a model cannot do without: SQL and a kind, shared or in each version. Said once, not for every version.
    fn needs(&mut self, decl: &ModelDecl) {
        self.need(decl, Part::Sql, |properties| properties.sql != SqlDecl::Inherited, DeclErrorKind::MissingSql);
        let kind = DeclErrorKind::Missing { what: "the model's kind", example: "kind full" };
        self.need(decl, Part::Kind, |properties| properties.kind.is_some(), kind);
    }

    fn need(&mut self, decl: &ModelDecl, part: Part, has: impl Fn(&Properties) -> bool, error: DeclErrorKind) {
        let lacking = decl.versions.iter().find(|version| !has(&version.own)).map(|version| version.block);
        if has(&decl.shared) || (lacking.is_none() && !decl.versions.is_empty()) {
            return;
        }
        self.version = lacking;
        // What is there but wrong was reported; it is not missing as well.
        let stated = self.places.has(Place { version: None, part }) || self.places.has(self.place(part));
        if !stated {
            self.missing(Part::Name, error);
        }
        self.version = None;
    }

    fn latest(&mut self, version: &VersionAst, versions: &[VersionDecl]) -> Option<VersionName> {
        let name = self.version_name(Part::Latest, version)?;
        if versions.iter().any(|version| version.name == name) {
            return Some(name);
        }
        self.missing(
            Part::Latest,
            DeclErrorKind::UnknownLatest { latest: name.to_string(), versions: labels(versions) },
        );
        // Kept, so that refs to the latest find nothing, instead of another version than was meant.
        Some(name)
    }

    fn version_block(&mut self, block: u32, version: &VersionAst, line: &Line, body: &[Line]) -> Option<VersionDecl> {
        self.put(Part::Whole, line.span);
        self.put(Part::Keyword, line.keyword);
        let name = self.version_name(Part::Name, version);
        let mut own = Properties::default();
        let mut columns = None;
        self.lines(body, |lower, part, line| match &line.kind {
            LineKind::Columns(entries) => {
                lower.put(Part::Columns, line.keyword);
                columns = Some(lower.columns_edits(entries));
            }
            LineKind::Deprecated { .. } => lower.not_supported(part, "deprecating a version"),
            LineKind::Derive { .. } => {
                lower.not_supported(part, "`derive from`");
                own.sql = SqlDecl::Elsewhere;
            }
            LineKind::Contract { .. } => lower.misplaced(part, line, "a version block (write `columns { … }`)"),
            LineKind::Version { .. } | LineKind::Latest(_) => lower.misplaced(part, line, "a version block"),
            _ => lower.property(&mut own, part, line, "a version block"),
        });
        Some(VersionDecl { name: name?, block, docs: line.docs.clone(), own, columns, duplicated: false })
    }

    /// Reports the current block as a second one of a label.
    fn duplicate(&mut self, first: &mut VersionDecl, name: &VersionName) {
        first.duplicated = true;
        let place = Place { version: Some(first.block), part: Part::Name };
        let (version, other) = (name.to_string(), first.name.to_string());
        self.error(Part::Name, DeclErrorKind::DuplicateVersion { version, other, first: place });
    }

    /// A line that a shared body and a version block may both hold.
    fn property(&mut self, properties: &mut Properties, part: Part, line: &Line, inside: &'static str) {
        match &line.kind {
            LineKind::Kind(kind) => properties.kind = self.kind(kind),
            LineKind::Cron { expr, tz } => {
                self.put(Part::Cron, expr.span);
                properties.cron = Some(expr.text.clone());
                if tz.as_ref().is_some_and(|tz| tz.text != "UTC") {
                    self.not_supported(part, "a time zone other than UTC");
                }
            }
            LineKind::Tz(tz) if tz.text == "UTC" => {}
            LineKind::Tz(_) => self.not_supported(part, "a time zone other than UTC"),
            LineKind::Start(literal) => properties.start = self.moment(Part::Start, literal),
            LineKind::Grain(names) => {
                for (index, name) in names.iter().enumerate() {
                    self.put(Part::Grain(index as u32), name.span);
                }
                properties.grain = Some(names.iter().map(|name| name.text.clone()).collect());
            }
            LineKind::Owner(owner) => properties.owner = Some(owner.text.clone()),
            LineKind::Tags(tags) => properties.tags = Some(tags.iter().map(|tag| tag.text.clone()).collect()),
            LineKind::Access(word) => match word.text.as_str() {
                "public" | "protected" => {}
                "private" => self.not_supported(part, "`access private`"),
                _ => {
                    self.put(Part::Access, word.span);
                    let allowed = &["private", "protected", "public"];
                    self.error(Part::Access, DeclErrorKind::UnknownWord { word: word.text.clone(), allowed });
                }
            },
            LineKind::Contract { mode, columns } => {
                self.put(Part::Contract, line.keyword);
                if let Some(mode) = mode.as_ref().filter(|mode| mode.text != "enforced") {
                    self.put(Part::ContractMode, mode.span);
                    self.error(
                        Part::ContractMode,
                        DeclErrorKind::UnknownWord { word: mode.text.clone(), allowed: &["enforced"] },
                    );
                }
                properties.contract = Some(self.declared_columns(columns, "a contract"));
            }
            LineKind::Alias(path) => {
                self.put(Part::Alias, path.span);
                properties.alias = Some(path.text());
            }
            LineKind::Sql(sql) => properties.sql = self.sql(part, sql),
            LineKind::SqlFile(file) => {
                self.put(Part::Sql, file.span);
                self.not_supported(part, "SQL in a file of its own (`sql file`)");
                properties.sql = SqlDecl::Elsewhere;
            }
            LineKind::Group(_) => self.not_supported(part, "`group`"),
            LineKind::Audit(_) => self.not_supported(part, "an `audit`"),
            LineKind::Option(option) => {
                self.not_supported(part, &format!("`{}` outside a kind's options", option.words));
            }
            _ => self.misplaced(part, line, inside),
        }
    }

    fn kind(&mut self, ast: &KindAst) -> Option<KindDecl> {
        self.put(Part::Kind, ast.span);
        let columns = |count: usize| ast.columns.len() == count;
        let kind = match ast.words.as_str() {
            "full" if columns(0) => KindDecl::Full,
            "view" if columns(0) => KindDecl::View,
            "incremental by time" if columns(1) => {
                self.put(Part::TimeColumn, ast.columns[0].span);
                KindDecl::IncrementalByTime {
                    column: ast.columns[0].text.clone(),
                    every: None,
                    lookback: 0,
                    batch: None,
                }
            }
            "full" | "view" | "incremental by time" => {
                self.missing(Part::Kind, DeclErrorKind::BadKindColumns(ast.words.clone()));
                return None;
            }
            words if KINDS.contains(&words) => {
                self.not_supported(Part::Kind, &format!("the kind `{words}`"));
                return None;
            }
            words => {
                self.error(Part::Kind, DeclErrorKind::UnknownKind(words.into()));
                return None;
            }
        };
        let options = ast.options.iter().enumerate();
        Some(options.fold(kind, |kind, (index, option)| self.kind_option(kind, index as u32, option)))
    }

    fn kind_option(&mut self, mut kind: KindDecl, index: u32, option: &OptionAst) -> KindDecl {
        let bad = |expected| DeclErrorKind::BadOption { option: option.words.clone(), expected };
        let problem = match (&mut kind, option.words.as_str()) {
            (KindDecl::IncrementalByTime { every, .. }, "every") => {
                *every = unit(option.value.as_ref());
                every.is_none().then(|| bad("a duration, as `day`, `15 minutes` or `month`"))
            }
            (KindDecl::IncrementalByTime { lookback, .. }, "lookback") => {
                let cells = literal::count(option.value.as_ref());
                *lookback = cells.unwrap_or_default();
                cells.is_none().then(|| bad("a number of cells, as `lookback 2`"))
            }
            (KindDecl::IncrementalByTime { batch, .. }, "batch") => {
                *batch = literal::count(option.value.as_ref()).filter(|cells| *cells > 0);
                batch.is_none().then(|| bad("a number of cells from 1, as `batch 30`"))
            }
            // An upper bound: running fewer at once keeps it.
            (KindDecl::IncrementalByTime { .. }, "concurrency") => {
                let bound = literal::count(option.value.as_ref()).filter(|bound| *bound > 0);
                bound.is_none().then(|| bad("a number from 1, as `concurrency 4`"))
            }
            (KindDecl::IncrementalByTime { .. }, words) => {
                Some(DeclErrorKind::NotSupported(format!("the option `{words}`")))
            }
            (_, words) if words.starts_with("on ") => {
                Some(DeclErrorKind::NotSupported(format!("the option `{words}`")))
            }
            (KindDecl::Full, words) => {
                Some(DeclErrorKind::Misplaced { property: words.into(), inside: "the kind `full`, which has no cells" })
            }
            (KindDecl::View, words) => {
                Some(DeclErrorKind::Misplaced { property: words.into(), inside: "the kind `view`, which has no cells" })
            }
        };
        if option.words == "every" {
            self.put(Part::Every, option.span);
        }
        if let Some(problem) = problem {
            let end = option.value.as_ref().map_or(option.span, |value| value.span);
            self.put(Part::Option(index), option.span.to(end));
            self.error(Part::Option(index), problem);
        }
        kind
    }
}

/// `day` or `15 minutes` as a count and a unit.
fn unit(literal: Option<&LiteralAst>) -> Option<(u32, String)> {
    match &literal?.value {
        LiteralValue::Duration(duration) => {
            let count = duration.count.as_deref().unwrap_or("1").parse().ok()?;
            Some((count, duration.unit.text.clone()))
        }
        LiteralValue::Word(word) => Some((1, word.clone())),
        _ => None,
    }
}

fn labels(versions: &[VersionDecl]) -> Vec<String> {
    versions.iter().map(|version| version.name.to_string()).collect()
}
