//! Sources and seeds.

use super::{Lower, literal};
use crate::{DeclErrorKind, FileFormat, Part, ReadDecl, SeedDecl, SourceDecl};
use esker_grammar::ast::{Line, LineKind, LiteralAst, Name, StrAst};

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
            LineKind::Owner(_) | LineKind::Tags(_) => {}
            LineKind::Freshness { .. } => lower.not_supported(part, "`freshness`"),
            _ => lower.misplaced(part, line, "a source"),
        });
        if decl.columns.is_empty() {
            self.missing(
                Part::Name,
                DeclErrorKind::Missing { what: "the list of columns", example: "columns { id bigint }" },
            );
        }
        decl
    }

    pub(super) fn seed(&mut self, docs: Option<String>, body: &[Line]) -> SeedDecl {
        let mut decl = SeedDecl { docs, schema: None, columns: Vec::new(), read: None };
        let mut path_given = false;
        self.lines(body, |lower, part, line| match &line.kind {
            LineKind::Columns(entries) => {
                lower.put(Part::Columns, line.keyword);
                decl.columns = lower.declared_columns(entries, "a seed's columns");
            }
            LineKind::Path(path) => {
                path_given = true;
                lower.put(Part::ReadPath, path.span);
                decl.read = Some(ReadDecl { format: FileFormat::Csv, path: path.text.clone(), options: Vec::new() });
            }
            LineKind::Read { format, path, options } => {
                path_given = true;
                decl.read = lower.read(format, path, options);
            }
            LineKind::Schema(schema) => decl.schema = Some(schema.text.clone()),
            LineKind::Owner(_) | LineKind::Tags(_) => {}
            _ => lower.misplaced(part, line, "a seed"),
        });
        if !path_given {
            self.missing(
                Part::Name,
                DeclErrorKind::Missing { what: "the seed's file", example: "path \"seeds/name.csv\"" },
            );
        }
        if decl.columns.is_empty() {
            self.missing(
                Part::Name,
                DeclErrorKind::Missing { what: "the list of columns", example: "columns { id bigint }" },
            );
        }
        decl
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
        let mut read = ReadDecl { format, path: path.text.clone(), options: Vec::new() };
        for (index, (name, value)) in options.iter().enumerate() {
            let part = Part::ReadOption(index as u32);
            self.put(part, name.span.to(value.span));
            match literal::sql_literal(value) {
                Some(value) => read.options.push((name.text.clone(), value)),
                None => self.error(
                    part,
                    DeclErrorKind::BadOption {
                        option: name.text.clone(),
                        expected: "a string, a number, `true`, `false` or `null`",
                    },
                ),
            }
        }
        Some(read)
    }
}
