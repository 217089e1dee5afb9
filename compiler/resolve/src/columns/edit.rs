//! A version's `columns` block: the shared columns, included, excluded, renamed, redefined, and new ones.
//!
//! Included columns keep the order of the shared contract, whatever the order of the block; columns of sets and new
//! columns follow in the order of the block. A redefined column stays where it was. An `exclude` or `rename` without any
//! `include` starts from all shared columns, and so does a block that only adds.

use super::{Block, ColumnsError, NodeColumn, NodeColumns, own_column, set_of};
use crate::{ItemPlace, ResolveError};
use esker_declare::{ColumnDecl, ColumnsEdit, DataType, Item, Part, Place, quote_always};
use esker_grammar::sql::{SqlToken, SqlTokenKind};
use esker_source::{Db, Project};
use std::collections::BTreeMap;

/// The edit of the shared columns by one block.
pub(super) struct Edit<'db> {
    db: &'db dyn Db,
    project: Project,
    item: Item<'db>,
    block: u32,
    /// What can be included: the shared columns, and behind them those of the sets that the block includes.
    columns: Vec<Candidate<'db>>,
    /// How many of them are shared.
    shared: usize,
    incomplete: bool,
    errors: Vec<ResolveError<'db>>,
}

/// A column that the version may have.
struct Candidate<'db> {
    column: NodeColumn<'db>,
    kept: bool,
    /// The new name, and the entry that gives it.
    renamed: Option<(String, u32)>,
    /// The entry that includes its set.
    set: Option<u32>,
}

impl<'db> Edit<'db> {
    pub(super) fn new(db: &'db dyn Db, project: Project, item: Item<'db>, block: u32, shared: Block<'db>) -> Self {
        let candidate = |column| Candidate { column, kept: false, renamed: None, set: None };
        let Block { columns, incomplete, errors } = shared;
        let columns: Vec<_> = columns.into_iter().map(candidate).collect();
        Self { db, project, item, block, shared: columns.len(), columns, incomplete, errors }
    }

    pub(super) fn apply(mut self, edits: &[ColumnsEdit]) -> NodeColumns<'db> {
        self.include(edits);
        self.exclude(edits);
        self.rename(edits);
        self.finish(edits)
    }

    fn at(&self, part: Part) -> Place {
        Place { version: Some(self.block), part }
    }

    fn here(&self, part: Part) -> ItemPlace<'db> {
        ItemPlace { item: self.item, place: self.at(part) }
    }

    /// The index of a column by its name, compared without case as the engine does; an error when it is not there.
    fn find(&mut self, name: &str, part: Part) -> Option<usize> {
        let named = |candidate: &Candidate<'db>| candidate.column.decl.name.eq_ignore_ascii_case(name);
        let kept = self.columns.iter().position(|candidate| candidate.kept && named(candidate));
        let at = self.at(part);
        match kept.or_else(|| self.columns.iter().position(named)) {
            Some(index) => {
                let declared = &self.columns[index].column.decl.name;
                if declared != name {
                    let error = ColumnsError::Case { at, column: name.into(), declared: declared.clone() };
                    self.errors.push(error.into());
                }
                Some(index)
            }
            // It may be a column of the set that is not known.
            None if self.incomplete => None,
            None => {
                let columns = self.columns.iter().map(|candidate| candidate.column.decl.name.clone()).collect();
                self.errors.push(ColumnsError::Unknown { at, column: name.into(), columns }.into());
                None
            }
        }
    }

    fn include(&mut self, edits: &[ColumnsEdit]) {
        let lists = |edit: &ColumnsEdit| {
            matches!(
                edit,
                ColumnsEdit::IncludeAll { .. } | ColumnsEdit::Include { .. } | ColumnsEdit::IncludeSet { .. }
            )
        };
        if !edits.iter().any(lists) {
            self.keep_shared();
        }
        let mut seen: BTreeMap<String, u32> = BTreeMap::new();
        for edit in edits {
            match edit {
                ColumnsEdit::IncludeAll { entry } => {
                    self.once(&mut seen, "all", *entry);
                    self.keep_shared();
                }
                ColumnsEdit::IncludeSet { set, entry } if self.once(&mut seen, set, *entry) => {
                    self.include_set(set, *entry);
                }
                _ => {}
            }
        }
        let all = edits.iter().find_map(|edit| match edit {
            ColumnsEdit::IncludeAll { entry } => Some(Part::Entry(*entry)),
            _ => None,
        });
        let of_all = all.into_iter().flat_map(|part| (0..self.shared).map(move |column| (column, part)));
        let mut explicit: BTreeMap<usize, Part> = of_all.collect();
        for edit in edits {
            let ColumnsEdit::Include { columns, entry } = edit else { continue };
            for (index, name) in columns.iter().enumerate() {
                let part = Part::EntryItem(*entry, index as u32);
                let Some(column) = self.find(name, part) else { continue };
                if let Some(first) = explicit.insert(column, part) {
                    let what = format!("column `{name}` is included twice");
                    self.clash(part, what, self.here(first));
                }
                self.columns[column].kept = true;
            }
        }
    }

    fn keep_shared(&mut self) {
        self.columns[..self.shared].iter_mut().for_each(|candidate| candidate.kept = true);
    }

    /// Says when the same include stands twice; whether it is the first.
    fn once(&mut self, seen: &mut BTreeMap<String, u32>, what: &str, entry: u32) -> bool {
        match seen.get(what) {
            Some(first) => {
                self.clash(
                    Part::Entry(entry),
                    format!("`include {what}` stands twice"),
                    self.here(Part::Entry(*first)),
                );
                false
            }
            None => seen.insert(what.to_string(), entry).is_none(),
        }
    }

    /// Columns of a set that the shared contract includes too are those of the contract.
    fn include_set(&mut self, set: &str, entry: u32) {
        let Block { columns, incomplete, .. } = set_of(self.db, self.project, set);
        self.incomplete |= incomplete;
        for column in columns {
            match self.columns.iter_mut().find(|candidate| candidate.column.origin == column.origin) {
                Some(candidate) => candidate.kept = true,
                None => self.columns.push(Candidate { column, kept: true, renamed: None, set: Some(entry) }),
            }
        }
    }

    fn exclude(&mut self, edits: &[ColumnsEdit]) {
        for edit in edits {
            let ColumnsEdit::Exclude { columns, entry } = edit else { continue };
            for (index, name) in columns.iter().enumerate() {
                let part = Part::EntryItem(*entry, index as u32);
                let Some(column) = self.find(name, part) else { continue };
                if !self.columns[column].kept {
                    self.errors.push(ColumnsError::NotIncluded { at: self.at(part), column: name.clone() }.into());
                }
                self.columns[column].kept = false;
            }
        }
    }

    fn rename(&mut self, edits: &[ColumnsEdit]) {
        for edit in edits {
            let ColumnsEdit::Rename { from, to, entry } = edit else { continue };
            let part = Part::EntryItem(*entry, 0);
            let Some(column) = self.find(from, part) else { continue };
            if from == to {
                let at = self.at(Part::Entry(*entry));
                self.errors.push(ColumnsError::SameName { at, column: from.clone() }.into());
            } else if !self.columns[column].kept {
                self.errors.push(ColumnsError::NotIncluded { at: self.at(part), column: from.clone() }.into());
            } else if let Some((_, first)) = self.columns[column].renamed {
                self.clash(part, format!("column `{from}` is renamed twice"), self.here(Part::Entry(first)));
            } else {
                self.columns[column].renamed = Some((to.clone(), *entry));
            }
        }
    }

    fn clash(&mut self, part: Part, what: String, first: ItemPlace<'db>) {
        let at = self.at(part);
        self.errors.push(ColumnsError::Clash { at, what, first }.into());
    }

    fn finish(mut self, edits: &[ColumnsEdit]) -> NodeColumns<'db> {
        let renames: Vec<(String, String)> = self
            .columns
            .iter()
            .filter_map(|candidate| Some((candidate.column.decl.name.clone(), candidate.renamed.clone()?.0)))
            .collect();
        let mut columns = self.included(None);
        let mut redefined: Vec<&ColumnDecl> = Vec::new();
        for edit in edits {
            match edit {
                ColumnsEdit::IncludeSet { entry, .. } => columns.extend(self.included(Some(*entry))),
                ColumnsEdit::Define(own) if self.includes(&own.name) => redefined.push(own),
                ColumnsEdit::Define(own) => {
                    if own.ty == DataType::Unknown && !self.type_reported(own.entry) {
                        let at = self.at(Part::EntryName(own.entry));
                        self.errors.push(ColumnsError::NewWithoutType { at, column: own.name.clone() }.into());
                    }
                    columns.push(own_column(self.db, self.project, self.item, Some(self.block), own));
                }
                _ => {}
            }
        }
        let mut columns = self.told_apart(columns);
        rename_in_checks(&mut columns, &renames);
        for own in redefined {
            self.redefine(&mut columns, own);
        }
        NodeColumns { columns: Some(columns), renames, incomplete: self.incomplete, errors: self.errors }
    }

    /// The kept columns that are shared, or of the set which this entry includes, under their names here.
    fn included(&self, set: Option<u32>) -> Vec<NodeColumn<'db>> {
        let kept = self.columns.iter().filter(|candidate| candidate.kept && candidate.set == set);
        kept.map(|candidate| {
            let mut column = candidate.column.clone();
            if let Some((name, entry)) = &candidate.renamed {
                column.decl.name = name.clone();
                column.renamed = Some(self.here(Part::Entry(*entry)));
            }
            column
        })
        .collect()
    }

    /// Whether the version includes a column under this name.
    fn includes(&self, name: &str) -> bool {
        let named = |candidate: &Candidate<'db>| match &candidate.renamed {
            Some((renamed, _)) => renamed.eq_ignore_ascii_case(name),
            None => candidate.column.decl.name.eq_ignore_ascii_case(name),
        };
        self.columns.iter().any(|candidate| candidate.kept && named(candidate))
    }

    /// Whether the type of a defined column was reported as wrong: it is not missing as well.
    fn type_reported(&self, entry: u32) -> bool {
        let at = self.at(Part::EntryType(entry));
        self.item.errors(self.db).iter().any(|error| error.at == at)
    }

    /// The columns without those whose name another one has, which are reported.
    fn told_apart(&mut self, all: Vec<NodeColumn<'db>>) -> Vec<NodeColumn<'db>> {
        // A name that was not found may be the very one that makes room.
        let unknown = |error: &ResolveError<'db>| matches!(error, ResolveError::Columns(ColumnsError::Unknown { .. }));
        let unknown = self.errors.iter().any(unknown);
        let mut columns: Vec<NodeColumn<'db>> = Vec::new();
        for column in all {
            let same_name = |other: &&NodeColumn<'db>| other.decl.name.eq_ignore_ascii_case(&column.decl.name);
            let Some(first) = columns.iter().find(same_name) else {
                columns.push(column);
                continue;
            };
            let own = |column: &NodeColumn<'db>| column.renamed.map(|renamed| renamed.place);
            let set = self.columns.iter().find(|candidate| candidate.column.origin == column.origin);
            let entry = set.and_then(|candidate| candidate.set).map(Part::Entry);
            let at = own(&column).or_else(|| own(first)).or_else(|| entry.map(|part| self.at(part)));
            let other = match own(&column).is_none() && own(first).is_some() {
                true => column.origin,
                false => first.renamed.unwrap_or(first.origin),
            };
            if let Some(at) = at.filter(|_| !unknown) {
                let what = format!("two columns of this version are named `{}`", column.decl.name);
                self.errors.push(ColumnsError::Clash { at, what, first: other }.into());
            }
        }
        columns
    }

    /// A column with another type or other constraints, where it stood; one that the block renames by its new name.
    fn redefine(&mut self, columns: &mut [NodeColumn<'db>], own: &ColumnDecl) {
        let Some(column) = columns.iter_mut().find(|column| column.decl.name.eq_ignore_ascii_case(&own.name)) else {
            return;
        };
        if own.promises_nothing() {
            match &own.docs {
                // Other words for the same column.
                Some(docs) => column.decl.docs = Some(docs.clone()),
                None if self.type_reported(own.entry) => {}
                None => {
                    let at = self.at(Part::EntryName(own.entry));
                    self.errors.push(ColumnsError::Bare { at, column: own.name.clone() }.into());
                }
            }
            return;
        }
        let mut new = own_column(self.db, self.project, self.item, Some(self.block), own);
        if own.ty == DataType::Unknown {
            new.decl.ty = column.decl.ty.clone();
        }
        new.decl.docs = new.decl.docs.or_else(|| column.decl.docs.take());
        (new.origin, new.renamed) = (column.origin, None);
        *column = new;
    }
}

/// A condition goes on to mean the same column under its new name.
fn rename_in_checks(columns: &mut [NodeColumn<'_>], renames: &[(String, String)]) {
    for check in columns.iter_mut().flat_map(|column| &mut column.decl.checks) {
        rename_tokens(&mut check.condition.tokens, renames);
    }
}

/// Puts the new names of columns into SQL on the rows of the shared contract.
pub(crate) fn rename_tokens(tokens: &mut [SqlToken], renames: &[(String, String)]) {
    for token in tokens {
        if let Some((_, name)) = renames.iter().find(|(from, _)| names_column(token, from)) {
            *token = SqlToken { kind: SqlTokenKind::QuotedIdent, text: quote_always(name) };
        }
    }
}

/// Whether a token of SQL names this column, bare or quoted.
fn names_column(token: &SqlToken, column: &str) -> bool {
    match token.kind {
        SqlTokenKind::Word => token.text.eq_ignore_ascii_case(column),
        SqlTokenKind::QuotedIdent => token.text.trim_matches('"').eq_ignore_ascii_case(column),
        _ => false,
    }
}
