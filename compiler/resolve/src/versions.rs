//! Versions: which is the latest, and which columns each has.

use crate::ResolveError;
use esker_declare::{
    ColumnDecl, ColumnsEdit, DataType, Item, ModelDecl, Part, Place, VersionDecl, VersionName, quote_always,
};
use esker_grammar::sql::{SqlToken, SqlTokenKind};
use esker_source::Db;

/// The stage of life of a node among its model's versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lifecycle {
    /// Greater than the latest.
    Prerelease,
    /// What an unpinned ref means; also everything that has no versions.
    Latest,
    /// Less than the latest.
    Old,
}

/// A column of a node, and the line that declares it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeColumn {
    /// The column, under its name in this node.
    pub decl: ColumnDecl,
    /// The line, in the shared body or in the version block.
    pub place: Place,
}

/// The version that an unpinned ref means: the one that `latest` names, else the greatest.
pub(crate) fn latest(model: &ModelDecl) -> Option<&VersionName> {
    model.latest.as_ref().or_else(|| model.versions.iter().map(|version| &version.name).max())
}

pub(crate) fn lifecycle(model: &ModelDecl, name: Option<&VersionName>) -> Lifecycle {
    match (name, latest(model)) {
        (Some(name), Some(latest)) if name > latest => Lifecycle::Prerelease,
        (Some(name), Some(latest)) if name != latest => Lifecycle::Old,
        _ => Lifecycle::Latest,
    }
}

/// Whether the item has version blocks at all, broken ones included.
pub(crate) fn has_blocks<'db>(db: &'db dyn Db, item: Item<'db>) -> bool {
    item.errors(db).iter().any(|error| error.at.version.is_some())
}

/// Columns declared in a shared body, with their places.
pub(crate) fn shared_columns(columns: &[ColumnDecl]) -> Vec<NodeColumn> {
    let node_column = |decl: &ColumnDecl| NodeColumn {
        decl: decl.clone(),
        place: Place { version: None, part: Part::Entry(decl.entry) },
    };
    columns.iter().map(node_column).collect()
}

/// The contract of a version: the shared columns, edited by the version's `columns` block.
///
/// Included columns keep the order of the shared contract, whatever the order of the block; new columns follow in the
/// order of the block. A redefined column stays where it was. An `exclude` or `rename` without any `include` starts
/// from all shared columns, and so does a block that only adds.
pub(crate) fn columns<'db>(
    model: &ModelDecl,
    version: Option<&VersionDecl>,
    errors: &mut Vec<ResolveError<'db>>,
) -> Option<Vec<NodeColumn>> {
    let shared = model.shared.contract.as_deref();
    let Some((version, edits)) = version.and_then(|version| Some((version, version.columns.as_deref()?))) else {
        return shared.map(shared_columns);
    };
    let at = |part| Place { version: Some(version.block), part };
    let Some(shared) = shared else {
        errors.push(ResolveError::ColumnsWithoutContract { at: at(Part::Columns) });
        return None;
    };
    let mut edit =
        Edit { shared, kept: vec![false; shared.len()], all: None, names: Vec::new(), errors, block: version.block };
    edit.include(edits);
    edit.exclude(edits);
    edit.rename(edits);
    Some(edit.finish(edits))
}

/// The edit of the shared contract by one `columns` block.
struct Edit<'a, 'db> {
    shared: &'a [ColumnDecl],
    /// Which of the shared columns the version has.
    kept: Vec<bool>,
    /// The entry that said `include all`.
    all: Option<u32>,
    /// New names of renamed columns, by their index.
    names: Vec<(usize, String, u32)>,
    errors: &'a mut Vec<ResolveError<'db>>,
    block: u32,
}

impl Edit<'_, '_> {
    fn at(&self, part: Part) -> Place {
        Place { version: Some(self.block), part }
    }

    /// The index of a shared column by its name, compared without case as the engine does; an error when it is not there.
    fn find(&mut self, name: &str, part: Part) -> Option<usize> {
        let found = position(self.shared, name);
        if found.is_none() {
            let columns = self.shared.iter().map(|column| column.name.clone()).collect();
            self.errors.push(ResolveError::UnknownBlockColumn { at: self.at(part), column: name.into(), columns });
        }
        found
    }

    fn include(&mut self, edits: &[ColumnsEdit]) {
        let listed = |edit: &ColumnsEdit| matches!(edit, ColumnsEdit::IncludeAll { .. } | ColumnsEdit::Include { .. });
        if !edits.iter().any(listed) {
            self.kept.fill(true);
        }
        let mut explicit: Vec<Option<Part>> = vec![None; self.shared.len()];
        for edit in edits {
            match edit {
                ColumnsEdit::IncludeAll { entry } => match self.all {
                    Some(first) => {
                        let first = self.at(Part::Entry(first));
                        self.errors.push(ResolveError::ColumnClash {
                            at: self.at(Part::Entry(*entry)),
                            what: "`include all` stands twice".into(),
                            first,
                        });
                    }
                    None => {
                        self.all = Some(*entry);
                        self.kept.fill(true);
                    }
                },
                ColumnsEdit::Include { columns, entry } => {
                    for (index, name) in columns.iter().enumerate() {
                        let part = Part::EntryItem(*entry, index as u32);
                        let Some(column) = self.find(name, part) else { continue };
                        if let Some(first) = explicit[column] {
                            let first = self.at(first);
                            let what = format!("column `{name}` is included twice");
                            self.errors.push(ResolveError::ColumnClash { at: self.at(part), what, first });
                        }
                        explicit[column] = Some(part);
                        self.kept[column] = true;
                    }
                }
                _ => {}
            }
        }
    }

    fn exclude(&mut self, edits: &[ColumnsEdit]) {
        for edit in edits {
            let ColumnsEdit::Exclude { columns, entry } = edit else { continue };
            for (index, name) in columns.iter().enumerate() {
                let part = Part::EntryItem(*entry, index as u32);
                let Some(column) = self.find(name, part) else { continue };
                if !self.kept[column] {
                    self.errors.push(ResolveError::NotIncluded { at: self.at(part), column: name.clone() });
                }
                self.kept[column] = false;
            }
        }
    }

    fn rename(&mut self, edits: &[ColumnsEdit]) {
        for edit in edits {
            let ColumnsEdit::Rename { from, to, entry } = edit else { continue };
            let Some(column) = self.find(from, Part::EntryItem(*entry, 0)) else { continue };
            if !self.kept[column] {
                self.errors
                    .push(ResolveError::NotIncluded { at: self.at(Part::EntryItem(*entry, 0)), column: from.clone() });
                continue;
            }
            self.names.push((column, to.clone(), *entry));
        }
    }

    /// A condition goes on to mean the same column under its new name.
    fn rename_in_checks(&self, columns: &mut [NodeColumn]) {
        for check in columns.iter_mut().flat_map(|column| &mut column.decl.checks) {
            for token in &mut check.condition.tokens {
                let renamed = self.names.iter().find(|(index, ..)| names_column(token, &self.shared[*index].name));
                if let Some((_, name, _)) = renamed {
                    *token = SqlToken { kind: SqlTokenKind::QuotedIdent, text: quote_always(name) };
                }
            }
        }
    }

    fn finish(self, edits: &[ColumnsEdit]) -> Vec<NodeColumn> {
        let unknown = self.errors.iter().any(|error| matches!(error, ResolveError::UnknownBlockColumn { .. }));
        let mut columns: Vec<NodeColumn> = Vec::new();
        let included: Vec<NodeColumn> = shared_columns(self.shared);
        for (index, mut column) in included.into_iter().enumerate().filter(|(index, _)| self.kept[*index]) {
            if let Some((_, name, entry)) = self.names.iter().find(|(renamed, ..)| *renamed == index) {
                column.decl.name = name.clone();
                column.place = self.at(Part::Entry(*entry));
            }
            match columns.iter().find(|other| other.decl.name.eq_ignore_ascii_case(&column.decl.name)) {
                // A name that was not found may be the very one that makes room.
                Some(_) if unknown => {}
                Some(first) => self.errors.push(ResolveError::ColumnClash {
                    at: column.place,
                    what: format!("two columns of this version are named `{}`", column.decl.name),
                    first: first.place,
                }),
                None => columns.push(column),
            }
        }
        self.rename_in_checks(&mut columns);
        for edit in edits {
            let ColumnsEdit::Define(own) = edit else { continue };
            let place = self.at(Part::Entry(own.entry));
            let Some(index) = columns.iter().position(|column| column.decl.name.eq_ignore_ascii_case(&own.name)) else {
                if own.ty == DataType::Unknown {
                    self.errors.push(ResolveError::NewColumnWithoutType {
                        at: self.at(Part::EntryName(own.entry)),
                        column: own.name.clone(),
                    });
                }
                columns.push(NodeColumn { decl: own.clone(), place });
                continue;
            };
            if columns[index].place.version.is_some() {
                // Included under this name by a rename of this very block, so it is not a redefinition.
                let what = format!("column `{}` already has this name", own.name);
                self.errors.push(ResolveError::ColumnClash { at: place, what, first: columns[index].place });
                continue;
            }
            let before = columns[index].decl.clone();
            let mut decl = own.clone();
            if decl.ty == DataType::Unknown {
                decl.ty = before.ty;
            }
            decl.docs = decl.docs.or(before.docs);
            columns[index] = NodeColumn { decl, place };
        }
        columns
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

fn position(columns: &[ColumnDecl], name: &str) -> Option<usize> {
    columns.iter().position(|column| column.name.eq_ignore_ascii_case(name))
}
