//! Column blocks: declared columns, and the edits of a version.

use super::Lower;
use crate::{CheckDecl, ColumnDecl, ColumnsEdit, DataType, DeclErrorKind, Deprecation, ForeignKey, Part};
use esker_grammar::ast::{ColumnAst, ColumnsEntry, ConstraintAst, ConstraintKindAst, IncludeAst, LiteralAst, Name};
use esker_grammar::ast::{NodeRefAst, StrAst};
use std::collections::BTreeMap;

impl Lower<'_> {
    /// The columns of a source, a seed, a set or a contract: there is nothing to start from, but sets may be included.
    pub(super) fn declared_columns(&mut self, entries: &[ColumnsEntry], inside: &'static str) -> Vec<ColumnsEdit> {
        let mut kept = Vec::new();
        for edit in self.columns_edits(entries) {
            let (entry, property) = match &edit {
                ColumnsEdit::Define(column) => {
                    if column.ty == DataType::Unknown && !self.reported(Part::EntryType(column.entry)) {
                        let kind = DeclErrorKind::MissingType { what: "column", name: column.name.clone() };
                        if !self.is_mistaken(self.places.get(self.place(Part::Entry(column.entry)))) {
                            self.error(Part::EntryName(column.entry), kind);
                        }
                    }
                    kept.push(edit);
                    continue;
                }
                ColumnsEdit::IncludeSet { .. } => {
                    kept.push(edit);
                    continue;
                }
                ColumnsEdit::IncludeAll { entry } => (*entry, "include all"),
                ColumnsEdit::Include { entry, .. } => (*entry, "include (…)"),
                ColumnsEdit::Exclude { entry, .. } => (*entry, "exclude"),
                ColumnsEdit::Rename { entry, .. } => (*entry, "rename"),
            };
            let instead = Some(
                "Only the column block of a version has columns to start from: write the columns out here, or include a set, as `include address`.",
            );
            let property = property.into();
            self.error(Part::Entry(entry), DeclErrorKind::Misplaced { property, inside, keys: &[], instead });
        }
        kept
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
                    edits.push(match what {
                        IncludeAst::All => ColumnsEdit::IncludeAll { entry },
                        IncludeAst::Columns(columns) => {
                            ColumnsEdit::Include { columns: self.entry_names(entry, columns), entry }
                        }
                        IncludeAst::Set(set) => {
                            self.put(Part::EntryName(entry), set.span);
                            ColumnsEdit::IncludeSet { set: set.text.clone(), entry }
                        }
                    });
                }
                ColumnsEntry::Exclude { span, columns } => {
                    self.put(Part::Entry(entry), *span);
                    edits.push(ColumnsEdit::Exclude { columns: self.entry_names(entry, columns), entry });
                }
                ColumnsEntry::Rename { from, to } => {
                    self.put(Part::Entry(entry), from.span.to(to.span));
                    self.entry_names(entry, &[from.clone(), to.clone()]);
                    edits.push(ColumnsEdit::Rename { from: from.text.clone(), to: to.text.clone(), entry });
                }
                ColumnsEntry::Broken(_) => {}
            }
        }
        edits
    }

    /// Names in an entry's parentheses; doubles are judged with what the block starts from.
    fn entry_names(&mut self, entry: u32, names: &[Name]) -> Vec<String> {
        for (index, name) in names.iter().enumerate() {
            self.put(Part::EntryItem(entry, index as u32), name.span);
        }
        names.iter().map(|name| name.text.clone()).collect()
    }

    fn column(&mut self, entry: u32, ast: &ColumnAst) -> ColumnDecl {
        self.put(Part::Entry(entry), ast.span);
        self.put(Part::EntryName(entry), ast.name.span);
        let ty = ast.ty.as_ref().map_or(DataType::Unknown, |ty| self.type_at(Part::EntryType(entry), ty));
        let mistaken = ast.ty.as_ref().is_some_and(|ty| self.is_mistaken(ty.span));
        let ty = if mistaken { DataType::Unknown } else { ty };
        let mut column = ColumnDecl {
            docs: ast.docs.clone(),
            name: ast.name.text.clone(),
            ty,
            not_null: false,
            primary_key: false,
            unique: false,
            checks: Vec::new(),
            references: None,
            default: None,
            deprecated: None,
            tags: Vec::new(),
            entry,
        };
        let mut seen: BTreeMap<&str, Part> = BTreeMap::new();
        for (index, constraint) in ast.constraints.iter().enumerate() {
            let part = Part::EntryItem(entry, index as u32);
            self.put(part, constraint.span);
            if let Some(word) = single(&constraint.kind) {
                if let Some(first) = seen.get(word) {
                    self.repeated(part, word, *first);
                    continue;
                }
                seen.insert(word, part);
            }
            self.constraint(&mut column, part, index as u32, constraint);
        }
        column
    }

    fn constraint(&mut self, column: &mut ColumnDecl, part: Part, constraint: u32, ast: &ConstraintAst) {
        match &ast.kind {
            ConstraintKindAst::NotNull => column.not_null = true,
            ConstraintKindAst::PrimaryKey => (column.primary_key, column.not_null) = (true, true),
            ConstraintKindAst::Unique => column.unique = true,
            ConstraintKindAst::Check(sql) => {
                let condition = esker_grammar::sql::lex(self.text, sql.span).0;
                column.checks.push(CheckDecl { condition, constraint });
            }
            ConstraintKindAst::Tags(tags) => column.tags = self.names(tags, "tag", |_| part),
            ConstraintKindAst::References(node, key) => {
                column.references = self.foreign_key(part, constraint, node, key.as_ref());
            }
            // Whether it fits the column is judged where all types are known.
            ConstraintKindAst::Default(literal) => column.default = self.constant(part, literal),
            ConstraintKindAst::Deprecated(date, reason) => {
                column.deprecated = self.deprecation(part, date, reason.as_ref());
            }
        }
    }

    fn foreign_key(
        &mut self,
        part: Part,
        constraint: u32,
        node: &NodeRefAst,
        column: Option<&Name>,
    ) -> Option<ForeignKey> {
        let node = self.node_name(part, node)?;
        Some(ForeignKey { node, column: column.map(|column| column.text.clone()), constraint })
    }

    /// `deprecated 2027-06-30 "why"` of a model, a version or a column.
    pub(super) fn deprecation(
        &mut self,
        part: Part,
        date: &LiteralAst,
        reason: Option<&StrAst>,
    ) -> Option<Deprecation> {
        let date = self.moment(part, date)?;
        Some(Deprecation { date, reason: reason.map(|reason| reason.text.clone()) })
    }

    fn reported(&self, part: Part) -> bool {
        let at = self.place(part);
        self.errors.iter().any(|error| error.at == at)
    }
}

/// The words of a constraint that a column has once; checks may be many.
fn single(kind: &ConstraintKindAst) -> Option<&'static str> {
    Some(match kind {
        ConstraintKindAst::NotNull => "not null",
        ConstraintKindAst::PrimaryKey => "primary key",
        ConstraintKindAst::Unique => "unique",
        ConstraintKindAst::Check(_) => return None,
        ConstraintKindAst::References(..) => "references",
        ConstraintKindAst::Default(_) => "default",
        ConstraintKindAst::Deprecated(..) => "deprecated",
        ConstraintKindAst::Tags(_) => "tags",
    })
}
