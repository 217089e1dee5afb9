//! Runs the parser over the mended tokens, and turns its refusal into an error at the right token with its own words.

use crate::dialect::DuckDb;
use crate::tokens::Fed;
use crate::{SqlError, SqlErrorKind};
use esker_grammar::sql::{SqlText, SqlToken, SqlTokenKind};
use sqlparser::ast::Query;
use sqlparser::parser::{Parser, ParserError, ParserOptions};
use sqlparser::tokenizer::Token;

/// How deeply the parser may call itself: more than what may be nested needs.
const DEPTH: usize = 2000;

/// Words that begin a statement which is no query.
const STATEMENTS: &[&str] = &[
    "create",
    "insert",
    "update",
    "delete",
    "drop",
    "alter",
    "merge",
    "copy",
    "attach",
    "detach",
    "use",
    "set",
    "reset",
    "pragma",
    "call",
    "install",
    "load",
    "begin",
    "commit",
    "rollback",
    "truncate",
    "vacuum",
    "analyze",
    "explain",
    "describe",
    "desc",
    "show",
    "summarize",
    "export",
    "import",
    "checkpoint",
    "execute",
    "prepare",
    "grant",
    "table",
];

/// The words that a misspelt one is compared with.
const KEYWORDS: &[&str] = &[
    "select",
    "from",
    "where",
    "group",
    "by",
    "having",
    "order",
    "limit",
    "offset",
    "join",
    "left",
    "right",
    "inner",
    "full",
    "cross",
    "outer",
    "on",
    "using",
    "union",
    "all",
    "except",
    "intersect",
    "with",
    "as",
    "and",
    "or",
    "not",
    "case",
    "when",
    "then",
    "else",
    "end",
    "between",
    "in",
    "like",
    "is",
    "null",
    "distinct",
    "qualify",
    "window",
    "over",
    "partition",
    "values",
];

/// Parses one query, and nothing behind it but a semicolon.
pub(crate) fn parse(text: &SqlText, mut fed: Vec<Fed>) -> Result<Query, SqlError> {
    let end = text.tokens.len() as u32;
    if fed.last().is_some_and(|fed| fed.token == Token::SemiColon) {
        fed.pop();
    }
    let Some(first) = fed.first() else { return Err(SqlError { tokens: 0..end, kind: SqlErrorKind::Empty }) };
    if let Some(word) = STATEMENTS.iter().find(|word| first.is(word)) {
        let kind = SqlErrorKind::NotAQuery { statement: word.to_string() };
        return Err(SqlError { tokens: first.at..first.at + 1, kind });
    }
    if let Some(semicolon) = fed.iter().find(|fed| fed.token == Token::SemiColon) {
        return Err(SqlError { tokens: semicolon.at..semicolon.at + 1, kind: SqlErrorKind::SecondStatement });
    }
    if let Some(error) = empty_select(text, &fed) {
        return Err(error);
    }
    let tokens = fed.into_iter().map(Fed::located).collect();
    let mut parser = Parser::new(&DuckDb)
        .with_options(ParserOptions::new().with_trailing_commas(true))
        .with_recursion_limit(DEPTH)
        .with_tokens_with_locations(tokens);
    let parsed = parser.parse_query().and_then(|query| match parser.peek_token_ref() {
        rest if rest.token == Token::EOF => Ok(query),
        _ => parser.expected_ref("the end of the query", parser.peek_token_ref()),
    });
    parsed.map(|query| *query).map_err(|error| explain(text, &error))
}

/// `SELECT FROM`: the parser takes it, the engine does not.
fn empty_select(text: &SqlText, fed: &[Fed]) -> Option<SqlError> {
    let pair = fed.windows(2).find(|pair| pair[0].is("select") && pair[1].is("from") && pair[0].at != pair[1].at)?;
    Some(unexpected(text, pair[1].at, "a column or an expression"))
}

/// The parser's message as an error of ours.
fn explain(text: &SqlText, error: &ParserError) -> SqlError {
    let message = match error {
        ParserError::RecursionLimitExceeded => {
            return SqlError { tokens: 0..text.tokens.len() as u32, kind: SqlErrorKind::TooDeep };
        }
        ParserError::TokenizerError(message) | ParserError::ParserError(message) => message,
    };
    let (message, at) = match message.rsplit_once(" at Line: 1, Column: ") {
        Some((message, column)) => (message, column.trim().parse::<u32>().map_or(0, |column| column.saturating_sub(1))),
        None => (message.as_str(), text.tokens.len() as u32),
    };
    match message.strip_prefix("Expected: ") {
        Some(rest) => unexpected(text, at, &expected(rest.split(", found: ").next().unwrap_or(rest))),
        // Other words of the parser's speak of its own insides.
        None => {
            let found = text.tokens.get(at as usize).map(|token| token.text.clone());
            SqlError { tokens: at..at + 1, kind: SqlErrorKind::Unreadable { found } }
        }
    }
}

fn unexpected(text: &SqlText, at: u32, expected: &str) -> SqlError {
    if let Some(error) = pinned_table(text, at as usize) {
        return error;
    }
    let (at, expected) = match misspelt(text, at) {
        Some((at, keyword)) => (at, format!("`{keyword}`")),
        None => (at, expected.to_string()),
    };
    let found = text.tokens.get(at as usize).map(|token| token.text.clone());
    SqlError { tokens: at..at + 1, kind: SqlErrorKind::Unexpected { expected, found } }
}

/// `from m@2`: `at` is the `@`.
fn pinned_table(text: &SqlText, at: usize) -> Option<SqlError> {
    let label = text.tokens.get(at..)?.get(1).filter(|_| text.tokens[at].text == "@")?;
    if !matches!(label.kind, SqlTokenKind::Number | SqlTokenKind::String) {
        return None;
    }
    let before = &text.tokens[..at];
    let named = |token: &SqlToken| matches!(token.kind, SqlTokenKind::Word | SqlTokenKind::QuotedIdent);
    let mut start = at.checked_sub(1).filter(|start| named(&before[*start]))?;
    while start > 1 && before[start - 1].text == "." && named(&before[start - 2]) {
        start -= 2;
    }
    let opens = before.get(start.checked_sub(1)?)?;
    let table = ["from", "join", ","].iter().any(|word| opens.text.eq_ignore_ascii_case(word));
    let name = before[start..].iter().map(|token| token.text.as_str()).collect();
    let kind = SqlErrorKind::PinnedTable { name, label: label.text.clone() };
    table.then_some(SqlError { tokens: start as u32..at as u32 + 2, kind })
}

/// The parser's words for what it wanted, as people say it.
fn expected(words: &str) -> String {
    match words {
        "SELECT, VALUES, or a subquery in the query body" => "`select`".to_string(),
        "an expression" => "an expression".to_string(),
        "identifier" => "a name".to_string(),
        "joined table" | "table name" => "a table".to_string(),
        "end of statement" | "the end of the query" => "the end of the query".to_string(),
        other if other.contains(' ') && other.chars().any(char::is_lowercase) => other.to_string(),
        "literal string" => "a string".to_string(),
        other => format!("`{}`", other.to_lowercase()),
    }
}

/// A misspelt keyword: the token where the parser gave up, or the word before it, which it then took for an alias
/// (`from orders wher id > 1`).
fn misspelt(text: &SqlText, at: u32) -> Option<(u32, &'static str)> {
    let candidates = [Some(at), at.checked_sub(1)];
    candidates.into_iter().flatten().find_map(|at| {
        let token = text.tokens.get(at as usize)?;
        let word = token.text.to_lowercase();
        if token.kind != SqlTokenKind::Word || word.len() < 3 || KEYWORDS.contains(&word.as_str()) {
            return None;
        }
        let meant = esker_diagnostics::nearest(&word, KEYWORDS.iter().copied())?;
        (meant.len().abs_diff(word.len()) <= 1).then_some((at, meant))
    })
}
