//! Text to tokens to tree: the whole syntax of Esker, and nothing of its meaning.
//!
//! [`parse`] never fails: any text gives a tree and a list of errors, and one broken piece never hides its neighbours.
//! The text passes four stages: `heads` finds where items begin, `lexer` cuts tokens (logos), `layout` balances
//! brackets, `parser` builds the tree (chumsky). `README.md` beside this crate holds the grammar as EBNF, the lexical
//! rules and the rules of recovery.

pub mod ast;
mod errors;
mod format;
mod heads;
mod layout;
mod lexer;
mod parser;
mod span;
pub mod sql;
mod token;
mod words;
mod written;

pub use errors::{SyntaxError, SyntaxErrorKind};
pub use format::format;
pub use span::Span;
pub use token::{Token, TokenKind};
pub use written::{written_name, written_string};

use heads::Heads;
use lexer::Lexed;
use parser::Outcome;
use std::collections::BTreeSet;

/// What a text says: its tree, its mistakes, its tokens.
#[derive(Clone, Debug, PartialEq)]
pub struct Parse {
    /// The tree, of whatever could be made out.
    pub file: ast::FileAst,
    /// The mistakes in source order; none is the consequence of another.
    pub errors: Vec<SyntaxError>,
    /// The tokens; their spans tile the text.
    pub tokens: Vec<Token>,
}

/// Reads a file. Never fails, never panics, in time linear in the text.
pub fn parse(text: &str) -> Parse {
    let heads = heads::heads(text);
    let Lexed { tokens, unclosed } = cut(text, &heads);
    let layout = layout::layout(text, &tokens, &heads.all, &unclosed);
    let Outcome { tree, errors, given_up } = parser::file(&layout, text.len() as u32);
    Parse { file: tree, errors: merged(text, layout.errors, errors, &given_up), tokens }
}

/// Cuts a file into tokens that cover every byte of it.
pub fn tokens(text: &str) -> Vec<Token> {
    cut(text, &heads::heads(text)).tokens
}

/// Reads a selection as it is typed on the command line or behind `selector NAME =`.
pub fn parse_selection(text: &str) -> (Option<ast::SelectionAst>, Vec<SyntaxError>) {
    let Lexed { mut tokens, unclosed } = lexer::lex_selection(text);
    tokens.retain(|token| token.kind != TokenKind::Newline);
    let layout = layout::layout(text, &tokens, &[], &unclosed);
    let Outcome { tree, errors, given_up } = parser::selection(&layout, text.len() as u32);
    (tree, merged(text, layout.errors, errors, &given_up))
}

/// Cuts a file; once more, with an eye on indentation, where items lack a closing brace.
fn cut(text: &str, heads: &Heads) -> Lexed {
    let lexed = lexer::lex(text, heads, &[]);
    let lacking = layout::lacking(&lexed.tokens, &heads.all);
    if lacking.is_empty() { lexed } else { lexer::lex(text, heads, &lacking) }
}

/// All mistakes in source order. What the parser stumbles over on a line with a bad bracket or token is a consequence;
/// a bad bracket or token inside a piece that the parser gave up as a whole is one too.
fn merged(text: &str, layout: Vec<SyntaxError>, parser: Vec<SyntaxError>, given_up: &[Span]) -> Vec<SyntaxError> {
    if layout.is_empty() && parser.is_empty() {
        return Vec::new();
    }
    let breaks: Vec<u32> = text.match_indices('\n').map(|(at, _)| at as u32).collect();
    let line = |error: &SyntaxError| breaks.partition_point(|newline| *newline < error.span.start);
    let lost = |error: &SyntaxError| {
        let piece = given_up[..given_up.partition_point(|piece| piece.start <= error.span.start)].last();
        error.kind != SyntaxErrorKind::UnclosedComment && piece.is_some_and(|piece| error.span.start < piece.end)
    };
    let mut told = BTreeSet::new();
    let mut errors: Vec<SyntaxError> =
        layout.into_iter().filter(|error| !lost(error) && told.insert((line(error), error.kind.code()))).collect();
    let bad: BTreeSet<usize> = told.iter().map(|(line, _)| *line).collect();
    errors.extend(parser.into_iter().filter(|error| !bad.contains(&line(error))));
    errors.sort_by_key(|error| error.span);
    // Of two things that are missed at one place the first is told.
    let missed = |error: &SyntaxError| matches!(error.kind, SyntaxErrorKind::Unexpected { .. });
    errors.dedup_by(|second, first| second.span == first.span && missed(first) && missed(second));
    errors
}
