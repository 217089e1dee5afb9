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
    /// `every …` of a kind.
    Every,
    /// The nth option of a kind.
    Option(u32),
    /// `cron …`, the expression.
    Cron,
    /// `start …`, the literal.
    Start,
    /// `grain (…)`, the nth name.
    Grain(u32),
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
}

/// The positions of one item's pieces and of the tokens of its SQL bodies.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Places {
    spans: BTreeMap<Place, Span>,
    /// The tokens of each body, by the version block that holds it (`None` for the shared one).
    pub sql: BTreeMap<Option<u32>, SqlSpans>,
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
            Part::TimeColumn | Part::Every | Part::Option(_) => Part::Kind,
            Part::ContractMode => Part::Contract,
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
