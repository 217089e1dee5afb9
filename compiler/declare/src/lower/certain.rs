//! What of an item is certain although something in it is wrong: a slip in one line says nothing against the others.

use super::Lower;
use crate::{DeclErrorKind, Part};
use esker_grammar::ast::{ItemAst, ItemKindAst, Line, LineKind};

/// The properties that say nothing of columns or SQL.
const HARMLESS: [&str; 13] = [
    "access",
    "alias",
    "audit",
    "cron",
    "deprecated",
    "end",
    "grain",
    "group",
    "owner",
    "schema",
    "start",
    "tags",
    "tz",
];

impl Lower<'_> {
    /// Whether the item may have other columns than it says: something is wrong with its column blocks, or with a line
    /// that may have been meant as one. `open` says that a bracket or a quote is.
    pub(super) fn may_have_other_columns(&self, ast: &ItemAst, open: bool) -> bool {
        let body = match &ast.kind {
            ItemKindAst::Source(body) | ItemKindAst::Seed(body) | ItemKindAst::Model { body, .. } => body.as_slice(),
            _ => &[],
        };
        open || self.errors.iter().any(|error| hides_columns(error.at.part, &error.kind))
            || self.mistakes.iter().any(|at| !self.leaves_columns(body, *at))
    }

    /// Whether the parser's mistake is one of a line that stands alone and is no column block, nor says where the SQL is.
    fn leaves_columns(&self, body: &[Line], at: u32) -> bool {
        let start = self.text[..at as usize].rfind('\n').map_or(0, |newline| newline as u32 + 1);
        let end = self.text[at as usize..].find('\n').map_or(self.text.len() as u32, |length| at + length as u32);
        let alone = !self.text[start as usize..end as usize].contains(['{', '}']);
        let here = |line: &Line| start <= line.span.start && line.span.end <= end;
        alone
            && body.iter().any(|line| match &line.kind {
                LineKind::Version { body, .. } => self.leaves_columns(body, at),
                LineKind::Owner(_)
                | LineKind::Tags(_)
                | LineKind::Access(_)
                | LineKind::Group(_)
                | LineKind::Schema(_)
                | LineKind::Start(_)
                | LineKind::End(_)
                | LineKind::Cron { .. }
                | LineKind::Tz(_)
                | LineKind::Grain(_)
                | LineKind::Alias(_)
                | LineKind::Audit(_)
                | LineKind::Deprecated { .. } => here(line),
                // What resembles none of them may be a piece of the SQL, or say where that is.
                LineKind::Unknown(word) => here(line) && esker_diagnostics::nearest(&word.text, HARMLESS).is_some(),
                _ => false,
            })
    }
}

/// Whether a problem leaves open which columns there are. One of a type or a constraint does not; but of a column without
/// a type the name may be missing.
fn hides_columns(part: Part, kind: &DeclErrorKind) -> bool {
    match kind {
        DeclErrorKind::Misplaced { .. } | DeclErrorKind::MissingType { .. } | DeclErrorKind::DuplicateColumn { .. } => {
            part.is_column()
        }
        DeclErrorKind::Repeated { .. } => matches!(part, Part::Line(_)),
        _ => false,
    }
}
