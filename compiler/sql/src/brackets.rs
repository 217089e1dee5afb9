//! Which bracket closes which, on the tokens of a body: what tells the extent of a call or a subquery.

use crate::{SqlError, SqlErrorKind};
use esker_grammar::sql::{SqlText, SqlTokenKind};

/// The brackets of a body, by token index.
#[derive(Debug)]
pub(crate) struct Brackets {
    /// The other bracket of a bracket; itself for every other token.
    pub(crate) partner: Vec<u32>,
    /// The innermost bracket that is open at a token (for a bracket: around it); `None` at the top.
    pub(crate) around: Vec<Option<u32>>,
}

impl Brackets {
    /// Pairs the brackets up; a bracket without a partner is the error.
    pub(crate) fn new(text: &SqlText) -> Result<Self, u32> {
        let mut partner: Vec<u32> = (0..text.tokens.len() as u32).collect();
        let mut around = Vec::with_capacity(text.tokens.len());
        let mut open: Vec<u32> = Vec::new();
        for (at, token) in text.tokens.iter().enumerate() {
            let at = at as u32;
            if token.kind != SqlTokenKind::Symbol {
                around.push(open.last().copied());
                continue;
            }
            match token.text.as_str() {
                "(" | "[" | "{" => {
                    around.push(open.last().copied());
                    open.push(at);
                }
                close @ (")" | "]" | "}") => {
                    let opener = open.pop().ok_or(at)?;
                    let wanted = match text.tokens[opener as usize].text.as_str() {
                        "(" => ")",
                        "[" => "]",
                        _ => "}",
                    };
                    if wanted != close {
                        return Err(opener);
                    }
                    partner[opener as usize] = at;
                    partner[at as usize] = opener;
                    around.push(open.last().copied());
                }
                _ => around.push(open.last().copied()),
            }
        }
        match open.last() {
            Some(opener) => Err(*opener),
            None => Ok(Self { partner, around }),
        }
    }
}

/// The error of a body whose brackets do not pair.
pub(crate) fn unbalanced(text: &SqlText) -> Option<SqlError> {
    let at = Brackets::new(text).err()?;
    let kind = SqlErrorKind::Unbalanced { bracket: text.tokens[at as usize].text.clone() };
    Some(SqlError { tokens: at..at + 1, kind })
}

/// How deeply brackets and CASEs nest at most.
pub(crate) fn nesting(text: &SqlText) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    for token in &text.tokens {
        match (token.kind, token.text.as_str()) {
            (SqlTokenKind::Symbol, "(" | "[" | "{") => depth += 1,
            (SqlTokenKind::Symbol, ")" | "]" | "}") => depth = depth.saturating_sub(1),
            (SqlTokenKind::Word, word) if word.eq_ignore_ascii_case("case") => depth += 1,
            (SqlTokenKind::Word, word) if word.eq_ignore_ascii_case("end") => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}
