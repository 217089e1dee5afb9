//! Where the pieces of a declaration stand. Kept apart from what they say: this changes with every keystroke above it.

use esker_grammar::Span;
use esker_grammar::sql::SqlSpans;
use std::collections::BTreeMap;

/// The address of a piece of an item, in the declaration's own terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The version block that holds it, by its number in the item; `None` for the shared body.
    pub version: Option<u32>,
    /// The piece.
    pub part: Part,
}

/// A piece of an item's shared body or of one version block. Numbers count entries of a column block, from zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// The whole item or block.
    Whole,
    /// The word that leads it.
    Keyword,
    /// The item's name, or the version's label.
    Name,
    /// `kind …`, the words.
    Kind,
    /// The time column of an incremental kind.
    TimeColumn,
    /// The nth column in a kind's parentheses.
    KindColumn(u32),
    /// `every …` of a kind.
    Every,
    /// `partials` of a kind.
    Partials,
    /// `forward only` of a kind.
    ForwardOnly,
    /// The nth option of a kind.
    Option(u32),
    /// `cron …`, the expression.
    Cron,
    /// `start …`, the literal.
    Start,
    /// `grain (…)`, the nth name.
    Grain(u32),
    /// `in …` or `schema …`, the name.
    Schema,
    /// `tags (…)`, the nth word.
    Tag(u32),
    /// `alias …`, the name.
    Alias,
    /// `latest …`, the label.
    Latest,
    /// `contract …`, the keyword.
    Contract,
    /// `columns …`, the keyword.
    Columns,
    /// The nth entry of the column block (or contract).
    Entry(u32),
    /// The name that leads the nth entry.
    EntryName(u32),
    /// The type of the nth entry.
    EntryType(u32),
    /// The mth name in the nth entry's parentheses.
    EntryItem(u32, u32),
    /// `sql { … }`, the keyword.
    Sql,
    /// `read …`, the word for the format.
    ReadFormat,
    /// The nth option of `read …`.
    ReadOption(u32),
    /// `access …`, the word.
    Access,
    /// `contract …`, the word behind it.
    ContractMode,
    /// `read …`, the path; or a seed's `path`.
    ReadPath,
    /// The nth line of the body, whatever it is.
    Line(u32),
    /// `end …`, the literal.
    End,
    /// `tz …`, the string.
    Tz,
    /// `group …`, the name.
    Group,
    /// `deprecated …`, the date.
    Deprecated,
    /// The nth `audit …` line: the audit's name.
    Audit(u32),
    /// The word behind the nth `audit …` line.
    AuditLevel(u32),
    /// The mth argument of the nth `audit …` line.
    AuditArg(u32, u32),
    /// `derive from …`, the label.
    Derive,
    /// The name of the nth column of `derive from`.
    DeriveName(u32),
    /// The nth parameter: its name, and its type.
    Param(u32),
    /// The type of the nth parameter.
    ParamType(u32),
    /// What a `fn` returns, or what a `type` stands for.
    Type,
    /// `freshness …`, the column.
    Freshness,
    /// The nth limit of `freshness …`.
    Limit(u32),
    /// The nth of a group's members.
    Member(u32),
    /// `now …` of a test, the literal.
    Now,
    /// The words behind `expect`, in the nth line of a test.
    Modifier(u32),
    /// The nth `reads …` line: the node.
    Reads(u32),
    /// The mth column of the nth `reads …` line.
    ReadsColumn(u32, u32),
    /// The nth node (or the audit) that a test is for.
    Subject(u32),
    /// The mth name in the heading of the nth line of a test.
    Heading(u32, u32),
    /// The mth written row of the nth line of a test.
    Row(u32, u32),
    /// The value at row m, column k of the nth line of a test.
    Cell(u32, u32, u32),
    /// In the nth line of a test, the value that it sets, or the path of its rows.
    Value(u32),
    /// The nth leaf of a selection.
    Leaf(u32),
}

impl Part {
    /// Whether it is a column, or a line that may have been meant to be one.
    pub(crate) fn is_column(self) -> bool {
        matches!(
            self,
            Self::Columns
                | Self::Entry(_)
                | Self::EntryName(_)
                | Self::EntryType(_)
                | Self::EntryItem(..)
                | Self::Line(_)
        )
    }
}

/// The positions of one item's pieces and of the tokens of its SQL bodies.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Places {
    spans: BTreeMap<Place, Span>,
    /// The tokens of each body, by the version block that holds it (`None` for the shared one).
    pub sql: BTreeMap<Option<u32>, SqlSpans>,
    /// The tokens of the expressions of `derive from`, by version block and number of the column.
    pub derived: BTreeMap<(u32, u32), SqlSpans>,
}

impl Places {
    /// Records where a piece stands. The first record of a piece stays: duplicates are reported against it.
    pub fn put(&mut self, place: Place, span: Span) {
        self.spans.entry(place).or_insert(span);
    }

    /// Where a piece stands; the nearest larger piece when it has no place of its own.
    pub fn get(&self, place: Place) -> Span {
        let Place { version, part } = place;
        let wider = match part {
            Part::EntryItem(n, _) | Part::EntryName(n) | Part::EntryType(n) => Part::Entry(n),
            Part::Entry(_) => Part::Columns,
            Part::TimeColumn
            | Part::KindColumn(_)
            | Part::Every
            | Part::Partials
            | Part::ForwardOnly
            | Part::Option(_) => Part::Kind,
            Part::ContractMode => Part::Contract,
            Part::AuditArg(n, _) | Part::AuditLevel(n) => Part::Audit(n),
            Part::ReadsColumn(n, _) => Part::Reads(n),
            Part::ParamType(n) => Part::Param(n),
            Part::DeriveName(_) => Part::Derive,
            Part::Modifier(n) | Part::Heading(n, _) | Part::Row(n, _) | Part::Cell(n, ..) | Part::Value(n) => {
                Part::Line(n)
            }
            Part::Limit(_) => Part::Freshness,
            Part::Whole => Part::Keyword,
            Part::Name => Part::Whole,
            _ => Part::Name,
        };
        match self.spans.get(&place) {
            Some(span) => *span,
            None if part == Part::Keyword => Span::default(),
            None => self.get(Place { version, part: wider }),
        }
    }

    /// The smallest piece that holds a byte.
    pub fn at(&self, offset: u32) -> Option<(Place, Span)> {
        let holding = self.spans.iter().filter(|(_, span)| span.start <= offset && offset < span.end);
        holding.map(|(place, span)| (*place, *span)).min_by_key(|(_, span)| span.end - span.start)
    }

    /// Whether the piece has a place of its own.
    pub fn has(&self, place: Place) -> bool {
        self.spans.contains_key(&place)
    }

    /// The bytes of a range of tokens of a body; an empty range is the place of its first token, or the body's end.
    pub fn sql_span(&self, body: Option<u32>, tokens: std::ops::Range<u32>) -> Span {
        let spans = self.sql.get(&body).map_or(&[][..], |spans| spans.as_slice());
        let last = tokens.end.max(tokens.start + 1) as usize - 1;
        match (spans.get(tokens.start as usize), spans.get(last)) {
            (Some(first), Some(last)) => first.to(*last),
            (Some(first), None) => *first,
            (None, _) => match spans.last() {
                Some(last) => Span::empty(last.end),
                None => self.get(Place { version: body, part: Part::Sql }),
            },
        }
    }
}
