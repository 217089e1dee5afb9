//! The parser's tree to the query IR and its source map.
//!
//! The parser's own spans are not trusted beyond single identifiers and literals: the extent of everything larger is
//! made from its parts and from the brackets of the token stream.

mod call;
mod expr;
mod query;
mod table;
mod types;

use crate::brackets::{Brackets, nesting};
use crate::ir::{Expr, ExprId, Query, QueryId, QueryIr, Table, TableId, TableKind};
use crate::tokens::REF;
use crate::{SqlError, SqlErrorKind, mend, parse, tokens};
use esker_grammar::sql::{SqlText, SqlToken, SqlTokenKind};
use esker_resolve::RefExpr;
use std::ops::Range;

/// Where the parts of a [`QueryIr`] stand, as ranges of token indexes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct QuerySourceMap {
    /// By [`ExprId`].
    pub exprs: Vec<Range<u32>>,
    /// By [`QueryId`].
    pub queries: Vec<Range<u32>>,
    /// By [`TableId`]: the name or the parentheses, without the alias.
    pub tables: Vec<Range<u32>>,
    /// The column names in double quotes, in order: what may have been meant as a string.
    pub quoted: Vec<ExprId>,
    /// The names behind AS in select lists, in order of their expressions.
    pub aliases: Vec<(ExprId, Range<u32>)>,
}

impl QuerySourceMap {
    /// Where an expression stands.
    pub fn expr(&self, id: ExprId) -> Range<u32> {
        self.exprs.get(id.0 as usize).cloned().unwrap_or_default()
    }

    /// Where a query stands.
    pub fn query(&self, id: QueryId) -> Range<u32> {
        self.queries.get(id.0 as usize).cloned().unwrap_or_default()
    }

    /// Where a table stands.
    pub fn table(&self, id: TableId) -> Range<u32> {
        self.tables.get(id.0 as usize).cloned().unwrap_or_default()
    }

    /// Where an entry of a select list gets its name: the alias, else the expression.
    pub fn item(&self, id: ExprId) -> Range<u32> {
        let alias = self.aliases.iter().find(|(expr, _)| *expr == id);
        alias.map_or_else(|| self.expr(id), |(_, range)| range.clone())
    }
}

/// A table name that is no ref, no CTE and no table function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StrayTable {
    /// Its parts as written; one part with a path when it is a file.
    pub name: String,
    /// Whether it is a string: a file read by its path.
    pub file: bool,
    /// Its tokens.
    pub tokens: Range<u32>,
    /// The CTEs that can be seen from there.
    pub ctes: Vec<String>,
    /// Why a CTE of this name cannot be.
    pub unseen: Option<UnseenCte>,
}

/// Why a CTE cannot be seen although the query has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UnseenCte {
    /// It is defined behind the one that reads it, which this is.
    Later(String),
    /// It reads itself, and the WITH is not recursive.
    Itself,
}

/// A lowered body.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lowered {
    /// What it says.
    pub query: QueryIr,
    /// Where its parts stand.
    pub source_map: QuerySourceMap,
    /// What is wrong with it as SQL.
    pub errors: Vec<SqlError>,
    /// The tables that must be looked up among the project's names to be complained about.
    pub stray_tables: Vec<StrayTable>,
}

/// How deeply brackets and CASEs may nest: about as deeply as the engine reads expressions.
const NESTING: usize = 1000;

/// Reads a body. `refs` are its references, in token order.
pub(crate) fn lower(text: &SqlText, refs: &[RefExpr]) -> Lowered {
    // Chains of operators nest as deeply as they are long, here and in the parser's tree: the stack grows with the text.
    // The parser's own frames, one or more for each bracket, are large.
    let nesting = nesting(text).min(NESTING);
    let needed = 512 * 1024 + text.tokens.len() * 4096 + nesting * 96 * 1024;
    stacker::maybe_grow(needed, needed, || lower_here(text, refs))
}

fn lower_here(text: &SqlText, refs: &[RefExpr]) -> Lowered {
    // A malformed reference was reported as such; what the parser makes of its rest would be a consequence.
    let malformed = refs.iter().any(|found| found.name.is_none());
    let wrong = |tokens, kind| {
        let errors = if malformed { Vec::new() } else { vec![SqlError { tokens, kind }] };
        Lowered { errors, ..Lowered::default() }
    };
    if let Some(tokens) = template(text) {
        // What stands in it is no SQL: nothing more is said, not even of a `ref('x')` that looks malformed.
        return Lowered { errors: vec![SqlError { tokens, kind: SqlErrorKind::Template }], ..Lowered::default() };
    }
    if let Some(at) = text.tokens.iter().position(|token| token.kind == SqlTokenKind::Error) {
        let kind = SqlErrorKind::BadToken { text: text.tokens[at].text.clone() };
        return wrong(at as u32..at as u32 + 1, kind);
    }
    let in_ref = |at: u32| refs.iter().any(|found| found.tokens.contains(&at));
    let backticks = |(at, token): (usize, &SqlToken)| {
        token.kind == SqlTokenKind::QuotedIdent && token.text.starts_with('`') && !in_ref(at as u32)
    };
    if let Some(at) = text.tokens.iter().enumerate().position(backticks) {
        let name = text.tokens[at].text.trim_matches('`').to_string();
        return wrong(at as u32..at as u32 + 1, SqlErrorKind::Backticks { name });
    }
    let brackets = match Brackets::new(text) {
        Ok(brackets) => brackets,
        Err(at) => {
            let kind = SqlErrorKind::Unbalanced { bracket: text.tokens[at as usize].text.clone() };
            return wrong(at..at + 1, kind);
        }
    };
    if nesting(text) > NESTING {
        return wrong(0..text.tokens.len() as u32, SqlErrorKind::TooDeep);
    }
    let mended = mend::mend(text, &brackets, tokens::feed(text, refs));
    let opaque = |construct: String| {
        let query = QueryIr { opaque: Some(construct), ..QueryIr::default() };
        Lowered { query, ..Lowered::default() }
    };
    if let Some(construct) = mended.opaque {
        return opaque(construct);
    }
    let parsed = match parse::parse(text, mended.fed) {
        Ok(parsed) => parsed,
        Err(error) => return wrong(error.tokens, error.kind),
    };
    let mut lowerer = Lowerer {
        text,
        brackets: &brackets,
        refs,
        out: Lowered::default(),
        ctes: Vec::new(),
        unseen: Vec::new(),
        files: 0,
        opaque: None,
    };
    lowerer.out.query.notes = mended.notes;
    let root = lowerer.query(&parsed, 0..text.tokens.len() as u32);
    lowerer.out.query.root = Some(root);
    match lowerer.opaque {
        Some(construct) => opaque(construct),
        None => lowerer.out,
    }
}

struct Lowerer<'a> {
    text: &'a SqlText,
    brackets: &'a Brackets,
    refs: &'a [RefExpr],
    out: Lowered,
    /// The names of the CTEs in sight.
    ctes: Vec<String>,
    /// The names of the CTEs that are not in sight yet, and why.
    unseen: Vec<(String, UnseenCte)>,
    /// The token behind the last file that was read by its path.
    files: u32,
    opaque: Option<String>,
}

/// The first `{{ … }}` or `{% … %}`, which no SQL has.
fn template(text: &SqlText) -> Option<Range<u32>> {
    let sign = |at: usize, sign: &str| {
        text.tokens.get(at).is_some_and(|token| token.kind == SqlTokenKind::Symbol && token.text == sign)
    };
    let mut places = 0..text.tokens.len();
    let start = places.find(|at| sign(*at, "{") && ["{", "%", "#"].iter().any(|second| sign(at + 1, second)))?;
    let last = places.find(|at| sign(*at, "}") && ["}", "%", "#"].iter().any(|first| sign(at - 1, first)));
    let end = last.map_or(start + 2, |last| last + 1);
    Some(start as u32..end as u32)
}

impl Lowerer<'_> {
    fn push_expr(&mut self, expr: Expr, at: Range<u32>) -> ExprId {
        self.out.query.exprs.push(expr);
        self.out.source_map.exprs.push(at);
        ExprId(self.out.query.exprs.len() as u32 - 1)
    }

    fn push_query(&mut self, query: Query, at: Range<u32>) -> QueryId {
        self.out.query.queries.push(query);
        self.out.source_map.queries.push(at);
        QueryId(self.out.query.queries.len() as u32 - 1)
    }

    fn push_table(&mut self, table: Table, at: Range<u32>) -> TableId {
        self.out.query.tables.push(table);
        self.out.source_map.tables.push(at);
        TableId(self.out.query.tables.len() as u32 - 1)
    }

    fn give_up(&mut self, construct: &str) {
        self.opaque.get_or_insert_with(|| construct.to_string());
    }

    fn at(&self, id: ExprId) -> Range<u32> {
        self.out.source_map.expr(id)
    }

    /// The table that the parser's name stands for, when it stands for a `ref(…)`.
    fn reference(&self, name: &str) -> Option<(TableKind, Range<u32>)> {
        let index: u32 = name.strip_prefix(REF)?.parse().ok()?;
        let found = self.refs.get(index as usize)?;
        let name = found.name.as_deref().unwrap_or("ref");
        let name = name.rsplit('.').next().unwrap_or(name).to_string();
        Some((TableKind::Ref { index, name }, found.tokens.clone()))
    }

    /// Whether token `at` is this word.
    fn is_word(&self, at: u32, words: &[&str]) -> bool {
        let token = self.text.tokens.get(at as usize);
        token.is_some_and(|token| {
            token.kind == SqlTokenKind::Word && words.iter().any(|word| token.text.eq_ignore_ascii_case(word))
        })
    }

    /// Whether token `at` is this sign.
    fn is_symbol(&self, at: u32, sign: &str) -> bool {
        let token = self.text.tokens.get(at as usize);
        token.is_some_and(|token| token.kind == SqlTokenKind::Symbol && token.text == sign)
    }

    /// The bracket that is open at a token, and the one that closes it.
    fn enclosing(&self, at: u32) -> Option<Range<u32>> {
        let open = (*self.brackets.around.get(at as usize)?)?;
        Some(open..self.brackets.partner[open as usize] + 1)
    }

    /// The call `word( … )` around a token, from its name to its closing parenthesis; `inner` when there is none.
    fn call_around(&self, inner: Range<u32>, words: &[&str]) -> Range<u32> {
        let mut around = self.enclosing(inner.start);
        while let Some(brackets) = around {
            if let Some(name) = brackets.start.checked_sub(1)
                && self.is_word(name, words)
            {
                return name..brackets.end;
            }
            around = self.enclosing(brackets.start);
        }
        inner
    }

    /// The range with the bracket group that opens right behind it, if one does.
    fn with_group(&self, range: Range<u32>) -> Range<u32> {
        let opens = |text: &str| matches!(text, "(" | "[" | "{");
        match self.text.tokens.get(range.end as usize) {
            Some(token) if token.kind == SqlTokenKind::Symbol && opens(&token.text) => {
                range.start..self.brackets.partner[range.end as usize] + 1
            }
            _ => range,
        }
    }
}

/// The smallest range that holds both.
fn cover(a: Range<u32>, b: Range<u32>) -> Range<u32> {
    if a.is_empty() {
        return b;
    }
    if b.is_empty() {
        return a;
    }
    a.start.min(b.start)..a.end.max(b.end)
}

/// The token that a parser's span stands for; an empty range when it stands for none.
fn token(span: sqlparser::tokenizer::Span) -> Range<u32> {
    match span.start.column {
        0 => 0..0,
        column => column as u32 - 1..(span.end.column as u32).max(2) - 1,
    }
}
