//! What the tree says about single tokens: where an element begins, where a type, which parenthesis clings to its name.

use crate::Span;
use crate::ast::{
    AuditUseAst, ColumnAst, ColumnsEntry, ConstraintKindAst, FileAst, ItemKindAst, KindAst, Line, LineKind, LiteralAst,
    Name, ParamAst, RowsAst, TestLine, TestSubjectAst, TypeAst,
};
use std::collections::HashMap;

/// What begins with a token.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Start {
    /// An item.
    Item,
    /// A one-line property whose value is aligned with those of its neighbours.
    Property,
    /// An element of a block that may stand beside others: an option, `include all`.
    Element,
    /// `exclude`: it stands closer to what it excludes from.
    Exclude,
    /// The old name behind `rename`, which begins the element.
    Renamed,
    /// A column.
    Column,
    /// The type of a column.
    Type,
    /// A constraint of a column.
    Constraint,
}

/// What ends with a token.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// A name that a parenthesis clings to: `unique_key(id)`.
    Call,
    /// The name of a setting: no `=` belongs behind it.
    Setting,
    /// The name of an argument: `=>` belongs behind it.
    Argument,
    /// A column that is nothing but its name: only a comma parts it from another on its line.
    Bare,
}

/// What a block holds, where that matters.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Block {
    /// Lines, or elements.
    #[default]
    Plain,
    /// Columns.
    Columns,
    /// Rows of a test.
    Rows,
}

/// Whether a line is aligned with its neighbours: the short facts about an item are.
fn aligned(line: &LineKind) -> bool {
    use LineKind as L;
    matches!(
        line,
        L::Kind(_)
            | L::Cron { .. }
            | L::Tz(_)
            | L::Start(_)
            | L::End(_)
            | L::Grain(_)
            | L::Owner(_)
            | L::Tags(_)
            | L::Access(_)
            | L::Group(_)
            | L::Schema(_)
            | L::Url(_)
    )
}

/// The roles of a file's tokens, by the offsets at which they begin or end. Only ever looked up.
#[derive(Default)]
pub(super) struct Roles {
    starts: HashMap<u32, Start>,
    ends: HashMap<u32, End>,
    blocks: HashMap<u32, Block>,
    /// In source order.
    types: Vec<Span>,
}

impl Roles {
    /// The roles that a tree gives.
    pub(super) fn of(file: &FileAst) -> Self {
        let mut roles = Self::default();
        for item in &file.items {
            roles.starts.insert(item.keyword.start, Start::Item);
            if let (ItemKindAst::Fn { .. } | ItemKindAst::Audit { .. }, Some(name)) = (&item.kind, &item.name) {
                roles.ends.insert(name.span.end, End::Call);
            }
            roles.item(&item.kind, item.keyword);
        }
        roles.types.sort();
        roles
    }

    /// What begins at an offset.
    pub(super) fn start(&self, offset: u32) -> Option<Start> {
        self.starts.get(&offset).copied()
    }

    /// What ends at an offset.
    pub(super) fn end(&self, offset: u32) -> Option<End> {
        self.ends.get(&offset).copied()
    }

    /// What the block holds that the word at an offset leads.
    pub(super) fn block(&self, keyword: u32) -> Option<Block> {
        self.blocks.get(&keyword).copied()
    }

    /// Whether an offset lies inside a type.
    pub(super) fn in_type(&self, offset: u32) -> bool {
        let before = self.types.partition_point(|ty| ty.start <= offset);
        before > 0 && offset < self.types[before - 1].end
    }

    fn item(&mut self, kind: &ItemKindAst, keyword: Span) {
        match kind {
            ItemKindAst::Source(lines)
            | ItemKindAst::Seed(lines)
            | ItemKindAst::Consumer(lines)
            | ItemKindAst::Group(lines)
            | ItemKindAst::Model { body: lines, .. } => self.lines(lines),
            ItemKindAst::Columns(columns) => self.columns(columns, keyword),
            ItemKindAst::Type(ty) => self.types.extend(ty.as_ref().map(|ty| ty.span)),
            ItemKindAst::Fn { params, returns, .. } => {
                self.params(params);
                self.types.extend(returns.as_ref().map(|ty| ty.span));
            }
            ItemKindAst::Audit { params, .. } => self.params(params),
            ItemKindAst::Test { subject, body, .. } => {
                if let Some(TestSubjectAst::Audit(audit)) = subject {
                    self.audit(audit);
                }
                body.iter().for_each(|line| self.test_line(line));
            }
            ItemKindAst::Selector(_) => {}
        }
    }

    fn params(&mut self, params: &[ParamAst]) {
        self.types.extend(params.iter().filter_map(|param| param.ty.as_ref().map(|ty: &TypeAst| ty.span)));
    }

    fn lines(&mut self, lines: &[Line]) {
        for line in lines {
            match &line.kind {
                LineKind::Kind(kind) => self.kind(kind),
                LineKind::Contract { columns, .. } | LineKind::Columns(columns) => self.columns(columns, line.keyword),
                LineKind::Audit(audit) => self.audit(audit),
                LineKind::Version { body, .. } => self.lines(body),
                LineKind::Derive { columns, .. } => self.elements(columns.iter().map(|(name, _)| name)),
                LineKind::Read { options, .. } | LineKind::Csv(options) => self.settings(options),
                LineKind::Freshness { limits, .. } => self.elements(limits.iter().map(|(level, _)| level)),
                _ => {}
            }
            if aligned(&line.kind) {
                self.starts.insert(line.keyword.start, Start::Property);
            }
        }
    }

    fn kind(&mut self, kind: &KindAst) {
        for option in &kind.options {
            self.starts.insert(option.span.start, Start::Element);
        }
    }

    fn elements<'a>(&mut self, names: impl Iterator<Item = &'a Name>) {
        for name in names {
            self.starts.insert(name.span.start, Start::Element);
        }
    }

    fn settings(&mut self, settings: &[(Name, LiteralAst)]) {
        for (name, _) in settings {
            self.starts.insert(name.span.start, Start::Element);
            self.ends.insert(name.span.end, End::Setting);
        }
    }

    fn audit(&mut self, audit: &AuditUseAst) {
        self.ends.insert(audit.name.span.end, End::Call);
        for (name, _) in &audit.args {
            if let Some(name) = name {
                self.ends.insert(name.span.end, End::Argument);
            }
        }
    }

    fn columns(&mut self, columns: &[ColumnsEntry], keyword: Span) {
        self.blocks.insert(keyword.start, Block::Columns);
        for entry in columns {
            match entry {
                ColumnsEntry::Column(column) => self.column(column),
                ColumnsEntry::Include { span, .. } => {
                    self.starts.insert(span.start, Start::Element);
                }
                ColumnsEntry::Exclude { span, .. } => {
                    self.starts.insert(span.start, Start::Exclude);
                }
                ColumnsEntry::Rename { from, .. } => {
                    self.starts.insert(from.span.start, Start::Renamed);
                }
                ColumnsEntry::Broken(_) => {}
            }
        }
    }

    fn column(&mut self, column: &ColumnAst) {
        self.starts.insert(column.name.span.start, Start::Column);
        if let Some(ty) = &column.ty {
            self.starts.insert(ty.span.start, Start::Type);
            self.types.push(ty.span);
        } else if column.constraints.is_empty() {
            self.ends.insert(column.name.span.end, End::Bare);
        }
        for constraint in &column.constraints {
            self.starts.insert(constraint.span.start, Start::Constraint);
            if let ConstraintKindAst::References(node, Some(_)) = &constraint.kind {
                self.ends.insert(node.span.end, End::Call);
            }
        }
    }

    fn test_line(&mut self, line: &TestLine) {
        match line {
            TestLine::Table { keyword, rows: RowsAst::Literal { .. }, .. } => {
                self.blocks.insert(keyword.span.start, Block::Rows);
            }
            TestLine::Set(name, _) => {
                self.starts.insert(name.span.start, Start::Element);
            }
            _ => {}
        }
    }
}
