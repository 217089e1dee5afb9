//! Column blocks: declared columns, and the edits of a version.

use super::Lower;
use crate::{CheckDecl, ColumnDecl, ColumnsEdit, DataType, DeclErrorKind, Part};
use esker_grammar::ast::{ColumnAst, ColumnsEntry, ConstraintKindAst, IncludeAst, Name, TypeAst, TypeKindAst};
use std::collections::BTreeMap;

impl Lower<'_> {
    /// The columns of a source, a seed or a contract; `include` and the like have no place there.
    pub(super) fn declared_columns(&mut self, entries: &[ColumnsEntry], inside: &'static str) -> Vec<ColumnDecl> {
        let mut columns = Vec::new();
        for edit in self.columns_edits(entries) {
            let (entry, property) = match edit {
                ColumnsEdit::Define(column) => {
                    if column.ty == DataType::Unknown && !self.reported(Part::EntryType(column.entry)) {
                        self.missing(Part::EntryName(column.entry), DeclErrorKind::MissingType(column.name.clone()));
                    }
                    columns.push(column);
                    continue;
                }
                ColumnsEdit::IncludeAll { entry } | ColumnsEdit::Include { entry, .. } => (entry, "include"),
                ColumnsEdit::Exclude { entry, .. } => (entry, "exclude"),
                ColumnsEdit::Rename { entry, .. } => (entry, "rename"),
            };
            self.error(Part::Entry(entry), DeclErrorKind::Misplaced { property: property.into(), inside });
        }
        columns
    }

    /// The lines of any column block. Broken lines were reported and are left out.
    pub(super) fn columns_edits(&mut self, entries: &[ColumnsEntry]) -> Vec<ColumnsEdit> {
        let mut names: BTreeMap<String, u32> = BTreeMap::new();
        let mut edits = Vec::new();
        for (index, ast) in entries.iter().enumerate() {
            let entry = index as u32;
            match ast {
                ColumnsEntry::Column(column) => {
                    let column = self.column(entry, column);
                    match names.get(&column.name.to_lowercase()) {
                        Some(first) => {
                            let first = self.place(Part::EntryName(*first));
                            self.error(
                                Part::EntryName(entry),
                                DeclErrorKind::DuplicateColumn { column: column.name, first },
                            );
                        }
                        None => {
                            names.insert(column.name.to_lowercase(), entry);
                            edits.push(ColumnsEdit::Define(column));
                        }
                    }
                }
                ColumnsEntry::Include { span, what } => {
                    self.put(Part::Entry(entry), *span);
                    match what {
                        IncludeAst::All => edits.push(ColumnsEdit::IncludeAll { entry }),
                        IncludeAst::Columns(columns) => {
                            edits.push(ColumnsEdit::Include { columns: self.names(entry, columns), entry });
                        }
                        IncludeAst::Set(_) => self.not_supported(Part::Entry(entry), "including a reusable column set"),
                    }
                }
                ColumnsEntry::Exclude { span, columns } => {
                    self.put(Part::Entry(entry), *span);
                    edits.push(ColumnsEdit::Exclude { columns: self.names(entry, columns), entry });
                }
                ColumnsEntry::Rename { from, to } => {
                    self.put(Part::Entry(entry), from.span.to(to.span));
                    self.names(entry, &[from.clone(), to.clone()]);
                    edits.push(ColumnsEdit::Rename { from: from.text.clone(), to: to.text.clone(), entry });
                }
                ColumnsEntry::Broken(_) => {}
            }
        }
        edits
    }

    fn names(&mut self, entry: u32, names: &[Name]) -> Vec<String> {
        for (index, name) in names.iter().enumerate() {
            self.put(Part::EntryItem(entry, index as u32), name.span);
        }
        names.iter().map(|name| name.text.clone()).collect()
    }

    fn column(&mut self, entry: u32, ast: &ColumnAst) -> ColumnDecl {
        self.put(Part::Entry(entry), ast.span);
        self.put(Part::EntryName(entry), ast.name.span);
        let ty = match &ast.ty {
            Some(ty) => {
                self.put(Part::EntryType(entry), ty.span);
                self.data_type(Part::EntryType(entry), ty)
            }
            None => DataType::Unknown,
        };
        let mut column = ColumnDecl {
            docs: ast.docs.clone(),
            name: ast.name.text.clone(),
            ty,
            not_null: false,
            primary_key: false,
            unique: false,
            checks: Vec::new(),
            entry,
        };
        for (index, constraint) in ast.constraints.iter().enumerate() {
            let part = Part::EntryItem(entry, index as u32);
            self.put(part, constraint.span);
            match &constraint.kind {
                ConstraintKindAst::NotNull => column.not_null = true,
                ConstraintKindAst::PrimaryKey => (column.primary_key, column.not_null) = (true, true),
                ConstraintKindAst::Unique => column.unique = true,
                ConstraintKindAst::Check(sql) => {
                    let condition = esker_grammar::sql::lex(self.text, sql.span).0;
                    column.checks.push(CheckDecl { condition, constraint: index as u32 });
                }
                ConstraintKindAst::Tags(_) => {}
                ConstraintKindAst::References(..) => self.not_supported(part, "a foreign key (`references`)"),
                ConstraintKindAst::Default(_) => self.not_supported(part, "a column's `default`"),
                ConstraintKindAst::Deprecated(..) => self.not_supported(part, "deprecating a column"),
            }
        }
        column
    }

    fn data_type(&mut self, part: Part, ast: &TypeAst) -> DataType {
        match &ast.kind {
            TypeKindAst::Named { name, params } => {
                let numbers: Option<Vec<u32>> = params.iter().map(|param| param.parse().ok()).collect();
                if let Some(ty) = numbers.and_then(|numbers| DataType::from_name(name, &numbers)) {
                    return ty;
                }
                let written = self.text[ast.span.range()].to_string();
                self.error(
                    part,
                    match DataType::from_name(name, &[]) {
                        Some(_) => DeclErrorKind::BadTypeParameters(written),
                        None => DeclErrorKind::UnknownType(name.clone()),
                    },
                );
                DataType::Unknown
            }
            TypeKindAst::List(item) => DataType::List(Box::new(self.data_type(part, item))),
            TypeKindAst::Map(key, value) => {
                DataType::Map(Box::new(self.data_type(part, key)), Box::new(self.data_type(part, value)))
            }
            TypeKindAst::Struct(fields) => {
                let field = |(name, ty): &(Name, TypeAst)| (name.text.clone(), self.data_type(part, ty));
                DataType::Struct(fields.iter().map(field).collect())
            }
            TypeKindAst::Enum(values) => DataType::Enum(values.iter().map(|value| value.text.clone()).collect()),
        }
    }

    fn reported(&self, part: Part) -> bool {
        let at = self.place(part);
        self.errors.iter().any(|error| error.at == at)
    }
}
