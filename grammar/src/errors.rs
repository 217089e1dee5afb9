//! Every mistake of syntax as a typed value, and the one place where it is put into words.

use crate::Span;
use crate::words;

/// What the body of a function or of an audit holds.
pub(crate) const ONLY_SQL: &str = "one `sql { … }` and nothing else";

/// A mistake in the text, at its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// What is underlined.
    pub span: Span,
    /// What is wrong.
    pub kind: SyntaxErrorKind,
}

/// The kinds of mistake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SyntaxErrorKind {
    /// A `{` without its `}`.
    UnclosedBlock {
        /// The words that lead the block: `model dim_customers`.
        what: String,
        /// Where the `}` should stand.
        missing: Span,
    },
    /// A `sql {` whose end cannot be found.
    UnclosedSql,
    /// A `(` without its `)`.
    UnclosedParen,
    /// A `}` or `)` that closes nothing.
    StrayClose {
        /// Which of the two.
        bracket: char,
    },
    /// A line that needs a `{`, with the block's lines below it.
    MissingOpen {
        /// The line.
        what: String,
    },
    /// A string, or a name in backticks, without its closing quote.
    UnclosedString {
        /// The quote that opens it.
        quote: char,
    },
    /// A `/*` without its `*/`.
    UnclosedComment,
    /// A name with letters that need backticks.
    BadName {
        /// The name.
        name: String,
    },
    /// Characters that begin nothing.
    BadCharacter {
        /// What is written.
        written: String,
    },
    /// A backslash in a string before a character that it does not escape.
    BadEscape {
        /// The backslash and the character.
        escape: String,
    },
    /// Something that is no item where an item must begin.
    UnknownItem {
        /// What stands there.
        found: String,
        /// The keyword that it was probably meant to be.
        nearest: Option<&'static str>,
    },
    /// A line led by a word that is no property.
    UnknownProperty {
        /// The word.
        found: String,
        /// What it was probably meant to be.
        nearest: Option<&'static str>,
    },
    /// A word in a kind's block that is no option.
    UnknownOption {
        /// The word.
        found: String,
        /// What it was probably meant to be.
        nearest: Option<&'static str>,
    },
    /// A word behind a column's type that is no constraint.
    UnknownConstraint {
        /// The word.
        found: String,
        /// What it was probably meant to be.
        nearest: Option<&'static str>,
    },
    /// A type that the engine has and that no declaration can have.
    UndeclarableType {
        /// What is written.
        written: String,
        /// What to write instead.
        instead: &'static str,
    },
    /// Something else than what must follow.
    Unexpected {
        /// What may follow, in the words of the language.
        expected: Vec<&'static str>,
        /// What stands there.
        found: String,
    },
    /// A second property on the line of a first.
    SameLine {
        /// The word that leads the second.
        found: String,
    },
    /// A row of a test's table that does not stand in parentheses.
    BareRow,
    /// Brackets nested deeper than any real file's, or a selection with too many terms.
    TooDeep,
}

impl SyntaxErrorKind {
    /// The code: `E0101`.
    pub fn code(&self) -> &'static str {
        self.code_and_name().0
    }

    /// The kebab name: `unclosed-block`.
    pub fn name(&self) -> &'static str {
        self.code_and_name().1
    }

    fn code_and_name(&self) -> (&'static str, &'static str) {
        match self {
            Self::UnclosedBlock { .. } => ("E0101", "unclosed-block"),
            Self::UnclosedSql => ("E0102", "unclosed-sql"),
            Self::UnclosedParen => ("E0103", "unclosed-parenthesis"),
            Self::StrayClose { .. } => ("E0104", "stray-close"),
            Self::MissingOpen { .. } => ("E0105", "missing-open-brace"),
            Self::UnclosedString { .. } => ("E0106", "unclosed-string"),
            Self::UnclosedComment => ("E0107", "unclosed-comment"),
            Self::BadName { .. } => ("E0108", "bad-name"),
            Self::BadCharacter { .. } => ("E0109", "bad-character"),
            Self::BadEscape { .. } => ("E0110", "bad-escape"),
            Self::UnknownItem { .. } => ("E0111", "unknown-item"),
            Self::UnknownProperty { .. } => ("E0112", "unknown-property"),
            Self::UnknownOption { .. } => ("E0113", "unknown-option"),
            Self::UnknownConstraint { .. } => ("E0114", "unknown-constraint"),
            Self::Unexpected { .. } => ("E0115", "unexpected-token"),
            Self::SameLine { .. } => ("E0116", "same-line"),
            Self::TooDeep => ("E0117", "too-deep"),
            Self::BareRow => ("E0118", "bare-row"),
            Self::UndeclarableType { .. } => ("E0205", "unknown-type"),
        }
    }

    /// What is wrong, in one line.
    pub fn title(&self) -> String {
        match self {
            Self::UnclosedBlock { what, .. } => format!("the block of `{}` is never closed", short(what)),
            Self::UnclosedSql => "this SQL block is never closed".to_owned(),
            Self::UnclosedParen => "this `(` is never closed".to_owned(),
            Self::StrayClose { bracket } => format!("this `{bracket}` closes nothing"),
            Self::MissingOpen { what } => format!("`{{` is missing behind `{}`", short(what)),
            Self::UnclosedString { quote: '`' } => "this name has no closing backtick".to_owned(),
            Self::UnclosedString { .. } => "this string has no closing quote".to_owned(),
            Self::UnclosedComment => "this comment is never closed".to_owned(),
            Self::BadName { name } if name == "``" => "a name cannot be empty".to_owned(),
            Self::BadName { name } => format!("`{}` must stand in backticks", short(name)),
            Self::BadCharacter { written } if is_comment(written) => format!("`{written}` begins no comment"),
            Self::BadCharacter { written } => match written.chars().count() {
                1 => format!("`{}` means nothing here", visible(written)),
                _ => format!("`{}` mean nothing here", visible(written)),
            },
            Self::BadEscape { escape } => format!("`{}` is no escape", visible(escape)),
            Self::UnknownItem { found, .. } if words::leads_line(found) => format!("`{found}` stands outside any item"),
            Self::UnknownItem { found, nearest: Some(_) } => format!("there is no item `{}`", visible(found)),
            Self::UnknownItem { found, .. } => format!("expected an item, found `{}`", visible(found)),
            Self::UnknownProperty { found, nearest: None } if words::belongs(found).is_some() => {
                format!("`{found}` does not belong here")
            }
            Self::UnknownProperty { found, .. } => format!("there is no property `{}`", short(found)),
            Self::UnknownOption { found, .. } => format!("there is no option `{}`", short(found)),
            Self::UnknownConstraint { found, .. } => format!("there is no constraint `{}`", short(found)),
            Self::Unexpected { expected, found } => format!("expected {}, found {found}", alternatives(expected)),
            Self::SameLine { found } => format!("`{}` must begin a line of its own", short(found)),
            Self::BareRow => "a row stands in parentheses".to_owned(),
            Self::UndeclarableType { written, .. } => format!("the type `{}` cannot be declared", short(written)),
            Self::TooDeep => format!("brackets nest more than {} levels deep", crate::layout::MAX_DEPTH),
        }
    }

    /// What the underlined place is told.
    pub fn label(&self) -> String {
        match self {
            Self::UnclosedBlock { .. } => "opened here".to_owned(),
            Self::UnclosedSql => "its `}` is missing".to_owned(),
            Self::UnclosedParen => "its `)` is missing on this line".to_owned(),
            Self::StrayClose { bracket: '}' } => "no `{` above belongs to it".to_owned(),
            Self::StrayClose { .. } => "no `(` before it belongs to it".to_owned(),
            Self::MissingOpen { .. } => "`{` belongs here".to_owned(),
            Self::UnclosedString { .. } => "runs to the end of the line".to_owned(),
            Self::UnclosedComment => "its `*/` is missing".to_owned(),
            Self::BadName { .. } => "no plain name".to_owned(),
            Self::BadCharacter { written } if is_comment(written) => "comments are written `//`".to_owned(),
            Self::BadCharacter { .. } => "begins nothing".to_owned(),
            Self::BadEscape { .. } => "not an escape".to_owned(),
            Self::UnknownItem { nearest: None, .. } => "no item begins so".to_owned(),
            Self::UnknownItem { nearest: Some(nearest), .. }
            | Self::UnknownProperty { nearest: Some(nearest), .. }
            | Self::UnknownOption { nearest: Some(nearest), .. }
            | Self::UnknownConstraint { nearest: Some(nearest), .. } => format!("did you mean `{nearest}`?"),
            Self::UnknownProperty { found, .. } if words::belongs(found).is_some() => "no property here".to_owned(),
            Self::UnknownProperty { .. } => "no property begins so".to_owned(),
            Self::UnknownOption { .. } => "no option begins so".to_owned(),
            Self::UnknownConstraint { .. } => "not a constraint".to_owned(),
            Self::Unexpected { expected, .. } => format!("expected {}", alternatives(expected)),
            Self::SameLine { .. } => "a second property on this line".to_owned(),
            Self::BareRow => "expected `(`".to_owned(),
            Self::UndeclarableType { .. } => "not supported as a declared type".to_owned(),
            Self::TooDeep => "too deep".to_owned(),
        }
    }

    /// Why it is wrong, where that is not plain.
    pub fn why(&self) -> Option<String> {
        let why = match self {
            Self::UnclosedSql => {
                "SQL reaches to the `}` that pairs with its `{`; braces in strings and comments do not count."
            }
            Self::BadName { .. } => {
                "A plain name is made of the letters A to Z, digits and `_`, and begins with no digit."
            }
            Self::BadEscape { .. } => "In a string a backslash begins one of `\\\"` `\\'` `\\\\` `\\n` `\\r` `\\t`.",
            Self::UnknownItem { found, .. } if words::leads_line(found) => {
                "A `}` above closes the item that this line was probably meant for."
            }
            Self::SameLine { .. } => "A newline ends a property.",
            _ => return None,
        };
        Some(why.to_owned())
    }

    /// What to do.
    pub fn help(&self) -> Option<String> {
        Some(match self {
            Self::UnclosedBlock { .. } => "Add the missing `}`.".to_owned(),
            Self::UnclosedSql => "Add the missing `}` on a line of its own.".to_owned(),
            Self::UnclosedParen => "Add the missing `)`.".to_owned(),
            Self::StrayClose { bracket } => format!("Remove this `{bracket}`."),
            Self::MissingOpen { .. } => "Add `{` behind it.".to_owned(),
            Self::UnclosedString { quote } => format!("Add the closing {quote}."),
            Self::UnclosedComment => "Add `*/`.".to_owned(),
            Self::BadName { name } if name == "``" => "Write a name between the backticks.".to_owned(),
            Self::BadName { name } => format!("Write `` `{name}` ``."),
            Self::BadCharacter { written } if is_comment(written) => {
                "Write `//` instead; in SQL, comments are `--`.".to_owned()
            }
            Self::BadCharacter { written } if matches!(written.as_str(), ":" | "=") => {
                "Remove it: a value stands right behind the word that it belongs to.".to_owned()
            }
            Self::BadCharacter { .. } => "Remove it.".to_owned(),
            Self::BadEscape { escape } => format!("Write `\\{}` for a backslash.", visible(escape)),
            Self::UnknownProperty { found, .. } if words::elsewhere(found).is_some() => {
                return words::elsewhere(found).map(str::to_owned);
            }
            Self::UnknownItem { nearest: Some(nearest), .. }
            | Self::UnknownProperty { nearest: Some(nearest), .. }
            | Self::UnknownOption { nearest: Some(nearest), .. }
            | Self::UnknownConstraint { nearest: Some(nearest), .. } => format!("Write `{nearest}`."),
            Self::UnknownItem { found, .. } if words::leads_line(found) => {
                "Move it into an item, or remove the `}` that closes its item too early.".to_owned()
            }
            Self::UnknownItem { .. } => format!("Items begin with {}.", listed(&words::ITEMS)),
            Self::UnknownProperty { found, .. } if words::ITEMS.contains(&found.as_str()) => {
                format!("`{found}` begins an item: write it outside, at the start of a line.")
            }
            Self::UnknownProperty { found, .. } => return words::belongs(found).map(str::to_owned),
            Self::UnknownOption { .. } => format!("Options are {}.", listed(&words::OPTIONS)),
            Self::UnknownConstraint { .. } => "Constraints are `not null`, `primary key`, `unique`, `check (…)`, \
                 `references …`, `default …`, `deprecated …`, `tags (…)`; between two columns on one line stands a comma."
                .to_owned(),
            Self::Unexpected { expected, found } if expected.contains(&"`all`") => match found.as_str() {
                "`*`" => "Write `include all`.".to_owned(),
                _ => "Write `include all`, or columns in parentheses: `include (id, name)`.".to_owned(),
            },
            Self::Unexpected { expected, found } if expected == &["`(`"] && is_word(found) && found != "`all`" => {
                format!("A list stands in parentheses: `({})`.", found.trim_matches('`'))
            }
            Self::UndeclarableType { instead, .. } => (*instead).to_owned(),
            Self::Unexpected { expected, .. } if expected == &[ONLY_SQL] => {
                "The body of a function or of an audit is one block, `sql { … }`: remove this, or make it an item of its own.".to_owned()
            }
            Self::Unexpected { expected, found } if expected == &["the label of a version"] && found == "`version`" => {
                "Write the label alone, as `2` or `\"2024-01\"`.".to_owned()
            }
            Self::Unexpected { expected, found } if expected == &["`{`"] && found == "`in`" => {
                "Only a model has `in`: write the schema before the name, as `source raw.orders`.".to_owned()
            }
            Self::Unexpected { expected, found } if expected == &["a name"] && found.starts_with(['"', '\'']) => {
                let name = found.trim_matches(['"', '\'']);
                match name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '.') && !name.is_empty() {
                    true => format!("Names have no quotes: write `{name}`."),
                    false => "Names have no quotes; one that is no plain word stands in backticks.".to_owned(),
                }
            }
            Self::Unexpected { expected, .. } if expected == &["a comma or the end of the line"] => {
                "On one line, entries have a comma between them.".to_owned()
            }
            Self::Unexpected { found, .. } if found == "`-`" => {
                "A name that holds `-` must stand in backticks.".to_owned()
            }
            Self::Unexpected { found, .. } if found == "`[`" => {
                "A list of values stands in parentheses: `(a, b)`.".to_owned()
            }
            Self::Unexpected { found, .. } if found == "`<`" => {
                "Write `integer[]` for a list, `struct(a integer, b varchar)`, `map(varchar, integer)`.".to_owned()
            }
            Self::Unexpected { expected, .. } if expected.contains(&"`file`") => {
                "SQL stands in braces: `sql { select … }`; or in a file of its own: `sql file \"name.sql\"`.".to_owned()
            }
            Self::Unexpected { expected, found } if expected[..] == ["a string"] && found.starts_with('`') => {
                let word = found.trim_matches('`');
                if word == "for" || !word.starts_with(|c: char| c.is_alphanumeric()) {
                    return None;
                }
                format!("Write `\"{word}\"`.")
            }
            Self::Unexpected { expected, found } if expected.contains(&"`@daily` or the like") && found.starts_with('`') => {
                "Write `@hourly`, `@daily`, `@weekly`, `@monthly` or `@yearly`, or five fields: `cron \"0 5 * * *\"`.".to_owned()
            }
            Self::Unexpected { .. } => return None,
            Self::SameLine { found } => format!("Begin a new line before `{}`.", short(found)),
            Self::BareRow => {
                "Write the columns first, `(id, status)`, and below them a row a line: `(1, \"paid\")`.".to_owned()
            }
            Self::TooDeep => "Write it flatter.".to_owned(),
        })
    }

    /// A second place that explains the first, and what it is told.
    pub fn secondary(&self) -> Option<(Span, String)> {
        match self {
            Self::UnclosedBlock { missing, .. } => Some((*missing, "`}` is missing here".to_owned())),
            _ => None,
        }
    }
}

/// `a`, `a or b`, `a, b or c`; of many the first ones.
fn alternatives(expected: &[&str]) -> String {
    const SHOWN: usize = 4;
    match expected {
        [] => "something else".to_owned(),
        [one] => (*one).to_owned(),
        [.., _] if expected.len() > SHOWN => format!("{} or the like", expected[..SHOWN - 1].join(", ")),
        [init @ .., last] => format!("{} or {last}", init.join(", ")),
    }
}

/// Whether what was found is a word, in code quotes.
fn is_word(found: &str) -> bool {
    found.strip_prefix('`').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_'))
}

/// Whether this begins a comment in another language.
fn is_comment(written: &str) -> bool {
    matches!(written, "--" | "#")
}

/// Each in code quotes, by commas.
fn listed(words: &[&str]) -> String {
    let words: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    words.join(", ")
}

/// At most 40 characters.
pub(crate) fn short(text: &str) -> String {
    const LIMIT: usize = 40;
    match text.char_indices().nth(LIMIT) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// Short, and control characters as escapes.
fn visible(text: &str) -> String {
    // Blanks that are none of SQL's, what has no width, and what turns the direction of writing.
    let unseen = |c: char| {
        c.is_control()
            || (c != ' ' && c.is_whitespace())
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
    };
    let escape = |c: char| if unseen(c) { c.escape_unicode().to_string() } else { c.to_string() };
    short(text).chars().map(escape).collect()
}
