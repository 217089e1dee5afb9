//! Tokens to a stream whose brackets are balanced: what makes a missing brace one mistake instead of many.
//!
//! The parser behind this sees no trivia, no newline inside parentheses, and for every opening bracket a closing one.
//! Where a bracket is missing, this file decides where it was meant to stand, reports it, and puts one there that
//! covers no bytes, as the end of a line covers none. It looks at items one by one, from head to head (see `heads`), so nothing open reaches the next
//! item; and only inside an item whose braces do not pair does indentation count.

use crate::errors::{SyntaxError, SyntaxErrorKind};
use crate::lexer::first_column;
use crate::sql::scan::hides_brace;
use crate::words::{ITEMS, leads_line};
use crate::{Span, Token, TokenKind};
use std::collections::BTreeMap;
use std::ops::Range;

/// How deep brackets may nest. Real files stay below ten; deeper ones would cost the parser its stack.
pub(crate) const MAX_DEPTH: usize = 32;

/// A token as the parser sees it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Tok<'t> {
    pub(crate) kind: TokenKind,
    pub(crate) text: &'t str,
    pub(crate) span: Span,
    /// How far its line is indented, if it is the first there.
    pub(crate) indent: Option<u32>,
    /// Whether at least two bytes part it from the token before.
    pub(crate) apart: bool,
}

/// The balanced stream.
#[derive(Default)]
pub(crate) struct Layout<'t> {
    /// The tokens and their places.
    pub(crate) tokens: Vec<(Tok<'t>, Span)>,
    /// The `///` lines above a token, by the offset of that token.
    pub(crate) docs: BTreeMap<u32, String>,
    /// What was wrong with brackets and single tokens.
    pub(crate) errors: Vec<SyntaxError>,
}

/// Balances a file's tokens.
pub(crate) fn layout<'t>(text: &'t str, tokens: &[Token], heads: &[u32], unclosed: &[u32]) -> Layout<'t> {
    let significant: Vec<Token> = tokens.iter().copied().filter(|token| !token.kind.is_trivia()).collect();
    let mut out = Layout::default();
    lexical_errors(text, tokens, &mut out.errors);
    for chunk in chunks(&significant, heads) {
        Balance::new(text, &significant[chunk], unclosed, &mut out).run();
    }
    out.errors.sort_by_key(|error| error.span);
    out
}

/// The items, from head to head, that lack a closing brace.
pub(crate) fn lacking(tokens: &[Token], heads: &[u32]) -> Vec<Range<u32>> {
    let mut lacking = Vec::new();
    for chunk in chunks(tokens, heads) {
        let chunk = &tokens[chunk];
        if count(chunk).0 > 0
            && let (Some(first), Some(last)) = (chunk.first(), chunk.last())
        {
            lacking.push(first.span.start..last.span.end);
        }
    }
    lacking
}

/// The ranges of token indexes between heads.
fn chunks(tokens: &[Token], heads: &[u32]) -> Vec<Range<usize>> {
    let mut chunks = Vec::new();
    let mut start = 0;
    for head in heads {
        let at = tokens.partition_point(|token| token.span.start < *head);
        if tokens.get(at).is_some_and(|token| token.span.start == *head) && at > start {
            let at = before_docs(tokens, at).max(start);
            chunks.push(start..at);
            start = at;
        }
    }
    chunks.push(start..tokens.len());
    chunks
}

/// The index of the first of the documentation lines right above a token.
fn before_docs(tokens: &[Token], mut at: usize) -> usize {
    loop {
        let above = tokens[..at].iter().rposition(|token| token.kind != TokenKind::Newline);
        match above {
            Some(doc)
                if tokens[doc].kind == TokenKind::Doc && (doc == 0 || tokens[doc - 1].kind == TokenKind::Newline) =>
            {
                at = doc
            }
            _ => return at,
        }
    }
}

/// How many opening braces nothing closes, and how many closing ones close nothing.
fn count(tokens: &[Token]) -> (usize, usize) {
    let (mut open, mut stray) = (0, 0);
    for token in tokens {
        match token.kind {
            TokenKind::OpenBrace => open += 1,
            TokenKind::CloseBrace if open == 0 => stray += 1,
            TokenKind::CloseBrace => open -= 1,
            _ => {}
        }
    }
    (open, stray)
}

/// The mistakes that are single tokens.
fn lexical_errors(text: &str, tokens: &[Token], errors: &mut Vec<SyntaxError>) {
    for token in tokens {
        let written = text[token.span.range()].to_owned();
        let kind = match token.kind {
            TokenKind::UnclosedString => {
                SyntaxErrorKind::UnclosedString { quote: written.chars().next().unwrap_or('"') }
            }
            TokenKind::UnclosedBacktick => SyntaxErrorKind::UnclosedString { quote: '`' },
            TokenKind::UnclosedComment => {
                let open = Span::new(token.span.start, token.span.start + 2);
                errors.push(SyntaxError { span: open, kind: SyntaxErrorKind::UnclosedComment });
                continue;
            }
            TokenKind::BadWord => SyntaxErrorKind::BadName { name: written },
            TokenKind::Unknown => {
                // A comment in another language: the sign that begins it is what is wrong.
                let sign = ["--", "#"].into_iter().find(|sign| written.starts_with(sign));
                let length = sign.map_or(written.len(), str::len) as u32;
                let span = Span::new(token.span.start, token.span.start + length);
                let written = sign.map_or(written, str::to_owned);
                errors.push(SyntaxError { span, kind: SyntaxErrorKind::BadCharacter { written } });
                continue;
            }
            _ => continue,
        };
        errors.push(SyntaxError { span: token.span, kind });
    }
}

/// An open brace.
struct Open {
    /// The index of its token in the chunk.
    token: usize,
    /// How far the line that it ends is indented.
    indent: usize,
    /// The first token of that line.
    lead: usize,
    /// Whether the first line inside is indented deeper; unknown until there is one.
    deeper: Option<bool>,
}

/// One item being balanced.
struct Balance<'a, 't> {
    text: &'t str,
    tokens: &'a [Token],
    unclosed: &'a [u32],
    out: &'a mut Layout<'t>,
    /// For every parenthesis whether it has its partner.
    paired: Vec<bool>,
    /// Braces.
    stack: Vec<Open>,
    /// Parentheses that are open now.
    parens: usize,
    /// An unpaired parenthesis is open until the end of the line.
    until_line_end: usize,
    /// Closing braces that the item lacks, and those that it has too many.
    missing: usize,
    surplus: usize,
    /// The first token of the line, its indentation, and whether a brace was opened on it.
    lead: usize,
    indent: usize,
    braced: bool,
    /// Documentation that waits for what it documents.
    docs: Vec<&'t str>,
    /// How many tokens there were behind the last SQL block without an end.
    sql_end: Option<usize>,
}

impl<'a, 't> Balance<'a, 't> {
    fn new(text: &'t str, tokens: &'a [Token], unclosed: &'a [u32], out: &'a mut Layout<'t>) -> Self {
        let (missing, surplus) = count(tokens);
        Self {
            text,
            tokens,
            unclosed,
            out,
            paired: pair(tokens),
            stack: Vec::new(),
            parens: 0,
            until_line_end: 0,
            missing,
            surplus,
            lead: 0,
            indent: 0,
            braced: false,
            docs: Vec::new(),
            sql_end: None,
        }
    }

    fn run(mut self) {
        let mut index = 0;
        let mut begins = true;
        while index < self.tokens.len() {
            let token = self.tokens[index];
            match token.kind {
                TokenKind::Newline => {
                    self.newline(index);
                    begins = true;
                    index += 1;
                    continue;
                }
                TokenKind::Doc => {
                    if begins {
                        self.docs.push(&self.text[token.span.range()]);
                    }
                    index += 1;
                    continue;
                }
                TokenKind::Unknown => {
                    index += 1;
                    continue;
                }
                _ => {}
            }
            if begins && token.kind != TokenKind::OpenBrace {
                self.begin_line(index);
            }
            begins = false;
            self.attach_docs(token);
            index = match token.kind {
                TokenKind::OpenBrace | TokenKind::OpenParen if self.stack.len() + self.parens >= MAX_DEPTH => {
                    self.error(token.span, SyntaxErrorKind::TooDeep);
                    self.past_group(index)
                }
                TokenKind::OpenBrace => self.open_brace(index),
                TokenKind::CloseBrace => self.close_brace(index),
                TokenKind::OpenParen => self.open_paren(index),
                TokenKind::CloseParen => self.close_paren(index),
                TokenKind::Sql if matches!(self.last_kind(), Some(TokenKind::Newline | TokenKind::Word)) => {
                    self.sql_without_brace(index)
                }
                _ => {
                    self.push(token);
                    index + 1
                }
            };
        }
        self.end();
    }

    fn error(&mut self, span: Span, kind: SyntaxErrorKind) {
        self.out.errors.push(SyntaxError { span, kind });
    }

    fn push(&mut self, token: Token) {
        let indent = (self.tokens[self.lead].span == token.span).then_some(self.indent as u32);
        let apart = self.out.tokens.last().is_some_and(|(_, last)| token.span.start - last.end >= 2);
        let tok = Tok { kind: token.kind, text: &self.text[token.span.range()], span: token.span, indent, apart };
        self.out.tokens.push((tok, token.span));
    }

    /// Adds a token that covers no bytes, behind the last one.
    fn push_empty(&mut self, kind: TokenKind) -> Span {
        let span = Span::empty(self.out.tokens.last().map_or(0, |(_, span)| span.end));
        self.out.tokens.push((Tok { kind, text: "", span, indent: None, apart: false }, span));
        span
    }

    /// Adds a bracket that the text lacks, in front of the newline that was just added.
    fn insert(&mut self, kind: TokenKind) -> Span {
        let newline = self.out.tokens.pop_if(|(tok, _)| tok.kind == TokenKind::Newline);
        let span = self.push_empty(kind);
        self.out.tokens.extend(newline);
        span
    }

    fn last_kind(&self) -> Option<TokenKind> {
        self.out.tokens.last().map(|(tok, _)| tok.kind)
    }

    fn attach_docs(&mut self, token: Token) {
        if self.docs.is_empty() {
            return;
        }
        let lines: Vec<&str> = self
            .docs
            .drain(..)
            .map(|line| {
                let line = line.trim_start_matches("///").trim_end();
                line.strip_prefix(' ').unwrap_or(line)
            })
            .collect();
        if token.kind != TokenKind::CloseBrace {
            self.out.docs.insert(token.span.start, lines.join("\n"));
        }
    }

    fn newline(&mut self, index: usize) {
        self.end_line();
        if self.parens > 0 {
            return;
        }
        if !matches!(self.last_kind(), None | Some(TokenKind::Newline)) {
            self.open_where_missing(index);
            self.push_empty(TokenKind::Newline);
        }
    }

    /// Closes the parentheses that nothing closes and that end with their line.
    fn end_line(&mut self) {
        for _ in 0..std::mem::take(&mut self.until_line_end) {
            self.insert(TokenKind::CloseParen);
        }
    }

    /// A line that needs a block and has none, with deeper lines below it: its `{` is missing.
    fn open_where_missing(&mut self, newline: usize) {
        let next =
            self.tokens[newline..].iter().find(|token| !matches!(token.kind, TokenKind::Newline | TokenKind::Doc));
        let (false, Some(next), Some(lead)) = (self.braced, next, self.tokens.get(self.lead)) else { return };
        let word = &self.text[lead.span.range()];
        let needs = match self.stack.len() {
            0 => ITEMS.contains(&word) && word != "type" && word != "selector",
            _ => matches!(word, "version" | "contract") || word == "columns" && self.lead + 1 == newline,
        };
        let deeper = first_column(self.text, next.span.start as usize).is_some_and(|column| column > self.indent);
        if !needs || !deeper || next.kind == TokenKind::OpenBrace || self.lead >= newline {
            return;
        }
        self.surplus = self.surplus.saturating_sub(1);
        let line = Span::new(lead.span.start, self.out.tokens.last().map_or(lead.span.end, |(_, span)| span.end));
        let what = self.text[line.range()].trim().to_owned();
        let at = self.insert(TokenKind::OpenBrace);
        self.error(at, SyntaxErrorKind::MissingOpen { what });
        self.braced = true;
        self.stack.push(Open { token: self.lead, indent: self.indent, lead: self.lead, deeper: Some(true) });
    }

    /// Where braces are missing, a line that stands to the left of what it should be inside closes it.
    fn begin_line(&mut self, index: usize) {
        let token = self.tokens[index];
        if self.parens > 0 {
            return;
        }
        let column = first_column(self.text, token.span.start as usize).unwrap_or(0);
        (self.lead, self.indent, self.braced) = (index, column, false);
        while self.missing > 0
            && token.kind != TokenKind::CloseBrace
            && let Some(top) = self.stack.last_mut()
        {
            let deeper = *top.deeper.get_or_insert(column > top.indent);
            let item = self.stack.len() == 1;
            if !deeper || column > self.stack.last().map_or(0, |top| top.indent) {
                break;
            }
            // A property never begins an item, however it is indented.
            if item && leads_line(&self.text[token.span.range()]) {
                break;
            }
            self.close_where_missing();
        }
    }

    /// Closes the innermost brace, which the text does not.
    fn close_where_missing(&mut self) {
        let Some(open) = self.stack.pop() else { return };
        self.missing = self.missing.saturating_sub(1);
        let missing = self.insert(TokenKind::CloseBrace);
        self.unclosed_block(&open, missing);
    }

    fn unclosed_block(&mut self, open: &Open, missing: Span) {
        let brace = self.tokens[open.token].span;
        if self.unclosed.binary_search(&brace.start).is_ok() {
            return;
        }
        let lead = self.tokens[open.lead].span;
        let what = self.text[lead.start as usize..brace.start.max(lead.end) as usize].trim();
        let what: String = what.split_whitespace().collect::<Vec<_>>().join(" ");
        self.error(lead.to(brace), SyntaxErrorKind::UnclosedBlock { what, missing });
    }

    fn open_brace(&mut self, index: usize) -> usize {
        let token = self.tokens[index];
        self.end_line();
        if self.last_kind() == Some(TokenKind::Newline) && !self.out.tokens.is_empty() {
            self.out.tokens.pop();
        }
        self.push(token);
        self.braced = true;
        if self.unclosed.binary_search(&token.span.start).is_ok() {
            self.sql_block_without_end(index)
        } else {
            // A block that begins on the line of its brace says nothing about indentation: it counts as indented.
            let next = self.tokens.get(index + 1).map(|token| token.kind);
            let deeper = (!matches!(next, None | Some(TokenKind::Newline | TokenKind::Doc))).then_some(true);
            self.stack.push(Open { token: index, indent: self.indent, lead: self.lead, deeper });
            index + 1
        }
    }

    /// `sql {` whose end was not found: the lexer has decided how far it goes. Where a quote hides the end, whoever
    /// analyses the SQL reports that quote.
    fn sql_block_without_end(&mut self, index: usize) -> usize {
        let lead = self.sql_word(index);
        let sql = self.tokens.get(index + 1).filter(|token| token.kind == TokenKind::Sql).copied();
        if !sql.is_some_and(|sql| hides_brace(&self.text[sql.span.range()])) {
            self.error(lead.to(self.tokens[index].span), SyntaxErrorKind::UnclosedSql);
        }
        self.missing = self.missing.saturating_sub(1);
        if let Some(sql) = sql {
            self.push(sql);
        }
        self.insert(TokenKind::CloseBrace);
        self.sql_end = Some(self.out.tokens.len());
        index + 1 + usize::from(sql.is_some())
    }

    /// SQL below or behind the word `sql`, without the brace between the two.
    fn sql_without_brace(&mut self, index: usize) -> usize {
        let at = self.insert(TokenKind::OpenBrace);
        self.out.tokens.pop_if(|(tok, _)| tok.kind == TokenKind::Newline);
        self.error(at, SyntaxErrorKind::MissingOpen { what: "sql".to_owned() });
        self.surplus = self.surplus.saturating_sub(1);
        self.stack.push(Open { token: index, indent: self.indent, lead: self.lead, deeper: Some(true) });
        self.push(self.tokens[index]);
        index + 1
    }

    /// Where the word `sql` in front of a brace stands.
    fn sql_word(&self, brace: usize) -> Span {
        let before = &self.tokens[self.lead.min(brace)..brace];
        let sql = before.iter().rev().find(|token| &self.text[token.span.range()] == "sql");
        sql.or(before.last()).map_or(self.tokens[brace].span, |token| token.span)
    }

    fn close_brace(&mut self, index: usize) -> usize {
        let token = self.tokens[index];
        self.end_line();
        let column = first_column(self.text, token.span.start as usize);
        if self.missing > 0
            && let Some(column) = column
            && self.stack.iter().any(|open| open.indent == column)
        {
            while self.missing > 0 && self.stack.last().is_some_and(|top| column < top.indent) {
                self.close_where_missing();
            }
        }
        let top = self.stack.last();
        let from_above = top.is_some_and(|top| top.lead != self.lead);
        if self.surplus > 0 && from_above && column.is_none() && self.lacks_open() {
            // The parser will say what is missing on this line.
            self.surplus -= 1;
            return index + 1;
        }
        let early = self.surplus > 0
            && self.stack.len() == 1
            && from_above
            && column.is_none_or(|column| top.is_some_and(|top| column != top.indent))
            && self.tokens[index + 1..].iter().any(|token| token.kind == TokenKind::CloseBrace)
            && !self.item_lacks_open(index + 1);
        if early || self.stack.is_empty() {
            self.surplus = self.surplus.saturating_sub(1);
            self.error(token.span, SyntaxErrorKind::StrayClose { bracket: '}' });
            return index + 1;
        }
        self.stack.pop();
        self.push(token);
        index + 1
    }

    /// Whether an item without its `{` begins on the line behind `index`: a line that no brace ends, and deeper ones.
    fn item_lacks_open(&self, index: usize) -> bool {
        let rest = &self.tokens[index..];
        let blank = |token: &Token| matches!(token.kind, TokenKind::Newline | TokenKind::Doc);
        let Some(head) = rest.iter().position(|token| !blank(token)) else { return false };
        let Some(line) = rest[head..].iter().position(|token| token.kind == TokenKind::Newline) else { return false };
        let line = &rest[head..head + line];
        let below = rest[head + line.len()..].iter().find(|token| !blank(token));
        let column = |token: &Token| first_column(self.text, token.span.start as usize);
        column(&line[0]) == Some(0)
            && ITEMS.contains(&&self.text[line[0].span.range()])
            && !line.iter().any(|token| token.kind == TokenKind::OpenBrace)
            && below.and_then(column).is_some_and(|column| column > 0)
    }

    /// Whether this line begins with a word that leads a block, and has no block.
    fn lacks_open(&self) -> bool {
        let word = self.tokens.get(self.lead).map_or("", |lead| &self.text[lead.span.range()]);
        !self.braced && matches!(word, "contract" | "columns" | "sql" | "derive" | "version" | "freshness" | "csv")
    }

    fn open_paren(&mut self, index: usize) -> usize {
        let token = self.tokens[index];
        if self.paired[index] {
            self.push(token);
            self.parens += 1;
        } else if self.until_line_end == 0 {
            self.push(token);
            // SQL without an end has swallowed the `)`.
            let mut rest = self.tokens[index..].iter().take_while(|next| next.kind != TokenKind::Newline);
            let brace = rest.find(|next| next.kind == TokenKind::OpenBrace);
            if brace.is_none_or(|brace| self.unclosed.binary_search(&brace.span.start).is_err()) {
                self.error(token.span, SyntaxErrorKind::UnclosedParen);
            }
            self.until_line_end += 1;
        }
        index + 1
    }

    fn close_paren(&mut self, index: usize) -> usize {
        if self.paired[index] {
            self.parens = self.parens.saturating_sub(1);
            self.push(self.tokens[index]);
        } else {
            self.error(self.tokens[index].span, SyntaxErrorKind::StrayClose { bracket: ')' });
        }
        index + 1
    }

    /// The index behind the group that opens at `index`.
    fn past_group(&self, index: usize) -> usize {
        let mut depth = 0_usize;
        for (offset, token) in self.tokens[index..].iter().enumerate() {
            match token.kind {
                TokenKind::OpenBrace | TokenKind::OpenParen => depth += 1,
                TokenKind::CloseBrace | TokenKind::CloseParen => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth == 0 {
                return index + offset + 1;
            }
        }
        self.tokens.len()
    }

    /// Closes what is open where the item ends. Only the innermost block is reported: the others are likely a consequence.
    fn end(&mut self) {
        self.end_line();
        let since_sql = |end: usize| self.out.tokens[end..].iter().all(|(tok, _)| tok.kind == TokenKind::Newline);
        let mut told = self.sql_end.is_some_and(since_sql);
        while let Some(open) = self.stack.pop() {
            let missing = self.insert(TokenKind::CloseBrace);
            if !std::mem::replace(&mut told, true) {
                self.unclosed_block(&open, missing);
            }
        }
        if !matches!(self.last_kind(), None | Some(TokenKind::Newline)) {
            self.push_empty(TokenKind::Newline);
        }
    }
}

/// For every parenthesis whether it has its partner: no brace may stand between the two, but for those of `sql { … }`.
fn pair(tokens: &[Token]) -> Vec<bool> {
    let mut paired = vec![false; tokens.len()];
    let mut open = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        match token.kind {
            TokenKind::OpenParen => open.push(index),
            TokenKind::CloseParen => {
                if let Some(partner) = open.pop() {
                    paired[partner] = true;
                    paired[index] = true;
                }
            }
            TokenKind::OpenBrace if around_sql(tokens, index) => {}
            TokenKind::CloseBrace if index > 1 && (around_sql(tokens, index - 2) || around_sql(tokens, index - 1)) => {}
            TokenKind::OpenBrace | TokenKind::CloseBrace => open.clear(),
            _ => {}
        }
    }
    paired
}

/// Whether a brace opens a piece of SQL, or nothing at all, that the next brace closes.
fn around_sql(tokens: &[Token], open: usize) -> bool {
    let kind = |at: usize| tokens.get(at).map(|token| token.kind);
    let inside = usize::from(kind(open + 1) == Some(TokenKind::Sql));
    kind(open) == Some(TokenKind::OpenBrace) && kind(open + 1 + inside) == Some(TokenKind::CloseBrace)
}
