//! Sources and seeds.

use super::body::BodyKind;
use super::{Lower, literal};
use crate::{DeclErrorKind, FileFormat, FreshnessDecl, Part, ReadDecl, SeedDecl, SourceDecl};
use esker_grammar::ast::{DurationAst, Line, LineKind, LiteralAst, Name, StrAst};
use std::collections::BTreeMap;

const SOURCE: BodyKind =
    BodyKind { inside: "a source", keys: &["columns", "freshness", "owner", "read", "start", "tags"], instead: None };

const SEED: BodyKind =
    BodyKind { inside: "a seed", keys: &["columns", "csv", "owner", "path", "read", "schema", "tags"], instead: None };

impl Lower<'_> {
    pub(super) fn source(&mut self, docs: Option<String>, body: &[Line]) -> SourceDecl {
        let mut decl = SourceDecl { docs, ..SourceDecl::default() };
        self.lines(body, |lower, part, line| match &line.kind {
            LineKind::Columns(entries) => {
                lower.put(Part::Columns, line.keyword);
                decl.columns = lower.declared_columns(entries, "a source's columns");
            }
            LineKind::Start(literal) => decl.start = lower.moment(Part::Start, literal),
            LineKind::Read { format, path, options } => decl.read = lower.read(format, path, options),
            LineKind::Owner(owner) => decl.owner = Some(owner.text.clone()),
            LineKind::Tags(tags) => decl.tags = Some(lower.names(tags, "tag", Part::Tag)),
            LineKind::Freshness { column, limits } => decl.freshness = lower.freshness(part, column, limits),
            _ => lower.misplaced(part, line, &SOURCE),
        });
        self.needs_columns(decl.columns.is_empty());
        decl
    }

    pub(super) fn seed(&mut self, docs: Option<String>, body: &[Line]) -> SeedDecl {
        let mut decl = SeedDecl { docs, schema: None, columns: Vec::new(), read: None, owner: None, tags: None };
        let (mut file, mut csv): (Option<Part>, Option<(Part, _)>) = (None, None);
        let mut by_read = false;
        self.lines(body, |lower, part, line| match &line.kind {
            LineKind::Columns(entries) => {
                lower.put(Part::Columns, line.keyword);
                decl.columns = lower.declared_columns(entries, "a seed's columns");
            }
            LineKind::Path(_) | LineKind::Read { .. } if file.is_some() => {
                lower.repeated(part, "path", file.unwrap_or(part));
            }
            LineKind::Path(path) => {
                file = Some(part);
                lower.put(Part::ReadPath, path.span);
                decl.read = Some(ReadDecl { format: FileFormat::Csv, path: path.text.clone(), options: Vec::new() });
            }
            LineKind::Read { format, path, options } => {
                (file, by_read) = (Some(part), true);
                decl.read = lower.read(format, path, options);
            }
            LineKind::Csv(options) => csv = Some((part, options)),
            LineKind::Schema(schema) => {
                lower.put(Part::Schema, schema.span);
                decl.schema = Some(schema.text.clone());
            }
            LineKind::Owner(owner) => decl.owner = Some(owner.text.clone()),
            LineKind::Tags(tags) => decl.tags = Some(lower.names(tags, "tag", Part::Tag)),
            _ => lower.misplaced(part, line, &SEED),
        });
        match (csv, file, &mut decl.read) {
            // `read csv "…" { … }` has its options in its own braces.
            (Some((part, _)), Some(file), _) if by_read => self.repeated(part, "csv", file),
            (Some((_, options)), _, Some(read)) => read.options = self.read_options(FileFormat::Csv, options),
            _ => {}
        }
        if file.is_none() {
            self.missing(
                Part::Name,
                DeclErrorKind::Missing { what: "the seed's file", example: "path \"seeds/name.csv\"" },
            );
        }
        self.needs_columns(decl.columns.is_empty());
        decl
    }

    fn needs_columns(&mut self, none: bool) {
        // A block of which nothing was right was reported line by line.
        if none && self.errors.iter().all(|error| !matches!(error.at.part, Part::Entry(_))) {
            self.missing(
                Part::Name,
                DeclErrorKind::Missing { what: "the list of columns", example: "columns { id bigint }" },
            );
        }
    }

    fn read(&mut self, format: &Name, path: &StrAst, options: &[(Name, LiteralAst)]) -> Option<ReadDecl> {
        self.put(Part::ReadFormat, format.span);
        self.put(Part::ReadPath, path.span);
        let word = format.text.clone();
        let format = match word.as_str() {
            "csv" => FileFormat::Csv,
            "parquet" => FileFormat::Parquet,
            "json" => FileFormat::Json,
            _ => {
                self.error(Part::ReadFormat, DeclErrorKind::UnknownWord { word, allowed: &["csv", "parquet", "json"] });
                return None;
            }
        };
        Some(ReadDecl { format, path: path.text.clone(), options: self.read_options(format, options) })
    }

    fn read_options(&mut self, format: FileFormat, options: &[(Name, LiteralAst)]) -> Vec<(String, String)> {
        let mut kept: Vec<(String, String)> = Vec::new();
        for (index, (name, literal)) in options.iter().enumerate() {
            let part = Part::ReadOption(index as u32);
            self.put(part, name.span.to(literal.span));
            let same = |(known, _): &(Name, LiteralAst)| known.text.eq_ignore_ascii_case(&name.text);
            if let Some(first) = options[..index].iter().position(same) {
                self.repeated(part, name.text.as_str(), Part::ReadOption(first as u32));
                continue;
            }
            if !format.options().iter().any(|known| known.eq_ignore_ascii_case(&name.text)) {
                let option = name.text.clone();
                self.error(part, DeclErrorKind::UnknownReadOption { option, format });
                continue;
            }
            if let Some(value) = self.constant(part, literal).and_then(|value| value.to_sql()) {
                kept.push((name.text.clone(), value));
            }
        }
        kept
    }

    fn freshness(&mut self, part: Part, column: &Name, limits: &[(Name, DurationAst)]) -> Option<FreshnessDecl> {
        self.put(Part::Freshness, column.span);
        let mut decl = FreshnessDecl { column: column.text.clone(), warn: None, error: None };
        let mut seen: BTreeMap<&str, Part> = BTreeMap::new();
        for (index, (level, age)) in limits.iter().enumerate() {
            let at = Part::Limit(index as u32);
            self.put(at, level.span.to(age.span));
            let (word, known) = match level.text.as_str() {
                "warn" => ("warn after", &mut decl.warn),
                "error" => ("error after", &mut decl.error),
                _ => {
                    let allowed = &["warn", "error"];
                    self.error(at, DeclErrorKind::UnknownWord { word: level.text.clone(), allowed });
                    continue;
                }
            };
            if let Some(first) = seen.get(word) {
                self.repeated(at, word, *first);
                continue;
            }
            seen.insert(word, at);
            *known = minutes(age);
            if known.is_none() {
                let written = self.written(age.span);
                let expected = "a length of time in minutes, hours, days or weeks, as `12 hours`".into();
                self.error(at, DeclErrorKind::BadLiteral { written, expected });
            }
        }
        if limits.is_empty() {
            let kind = DeclErrorKind::Missing { what: "the age that is too old", example: "warn after 12 hours" };
            self.missing(part, kind);
        }
        if let (Some(warn), Some(error)) = (decl.warn, decl.error)
            && error <= warn
        {
            let expected = "a longer time than `warn after`: what is an error already is no warning any more";
            self.error(part, DeclErrorKind::BadOption { option: "error after".into(), expected });
        }
        Some(decl)
    }
}

/// A length of time that is the same on every day of the calendar.
fn minutes(age: &DurationAst) -> Option<u32> {
    let (count, unit) = literal::duration(age)?;
    let each = match unit {
        "minute" => 1,
        "hour" => 60,
        "day" => 24 * 60,
        "week" => 7 * 24 * 60,
        _ => return None,
    };
    count.checked_mul(each).filter(|minutes| *minutes > 0)
}
