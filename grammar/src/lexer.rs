//! Text to tokens. logos cuts; this file decides by the last few tokens what comes next: Esker, a piece of raw SQL as
//! one token, or a selection.

mod raw;

use crate::heads::{Heads, next_head};
use crate::sql::scan::{self, Until};
use crate::words::{leads_line, nearest_property};
use crate::{Span, Token, TokenKind};
use logos::Logos as _;
use raw::{Raw, RawSelection, kind_of};
use std::ops::Range;

/// The tokens of a text.
#[derive(Default)]
pub(crate) struct Lexed {
    /// They tile the text.
    pub(crate) tokens: Vec<Token>,
    /// The offsets of the brackets that open a piece of SQL that nothing closes.
    pub(crate) unclosed: Vec<u32>,
}

/// Cuts a file. In the ranges `suspicious`, known to lack a closing brace, a SQL block does not accept a brace that
/// stands to the left of its own line.
pub(crate) fn lex(text: &str, heads: &Heads, suspicious: &[Range<u32>]) -> Lexed {
    Lexer::new(text, heads, suspicious).run()
}

/// Cuts a selection that stands alone.
pub(crate) fn lex_selection(text: &str) -> Lexed {
    let heads = Heads::default();
    let mut lexer = Lexer::new(text, &heads, &[]);
    lexer.selection = Some(0);
    lexer.stay = true;
    lexer.run()
}

/// A token that was cut, before this file looks at it.
enum Cut {
    Token(TokenKind),
    CommentOpen,
}

struct Lexer<'t> {
    text: &'t str,
    heads: &'t Heads,
    suspicious: &'t [Range<u32>],
    at: usize,
    /// Where the line that `at` stands on begins.
    line_start: usize,
    /// Whether a significant token stands on this line already.
    line_begun: bool,
    /// The last significant tokens, the newest last, with whether each began its line.
    recent: [(Option<Token>, bool); 4],
    /// Inside a selection: how many parentheses are open.
    selection: Option<u32>,
    /// A newline does not end the selection.
    stay: bool,
    /// Inside `derive from N { … }`: where its brace stands.
    derive: Option<usize>,
    /// No `*/` stands in the rest.
    comments_failed: bool,
    /// How many searches for a closing bracket failed before this head.
    failed: (u32, u32),
    /// How many blocks were looked for beyond the next head.
    wide: u32,
    out: Lexed,
}

/// How many searches for the end of a piece of SQL may fail before one and the same head: each costs a look at all the
/// text up to it.
const SEARCHES: u32 = 8;

impl<'t> Lexer<'t> {
    fn new(text: &'t str, heads: &'t Heads, suspicious: &'t [Range<u32>]) -> Self {
        Self {
            text,
            heads,
            suspicious,
            at: 0,
            line_start: 0,
            line_begun: false,
            recent: [(None, false); 4],
            selection: None,
            stay: false,
            derive: None,
            comments_failed: false,
            failed: (0, 0),
            wide: 0,
            out: Lexed::default(),
        }
    }

    fn run(mut self) -> Lexed {
        while self.at < self.text.len() {
            if self.derive.is_some() && self.heads.all.binary_search(&(self.at as u32)).is_ok() {
                self.derive = None;
            }
            let (cut, length) = if self.selection.is_some() { self.cut_selection() } else { self.cut() };
            match cut {
                Cut::CommentOpen => self.comment(),
                Cut::Token(kind) => {
                    self.push(kind, self.at + length);
                    self.lead_into(kind);
                }
            }
        }
        self.out
    }

    /// Adds a token that ends at `end`.
    fn push(&mut self, kind: TokenKind, end: usize) {
        let token = Token { kind, span: Span::from(self.at..end) };
        match kind {
            TokenKind::Newline => {
                self.line_start = end;
                self.line_begun = false;
            }
            _ if kind.is_trivia() || kind == TokenKind::Doc || kind == TokenKind::Sql => {
                if let Some(newline) = self.text[self.at..end].rfind('\n') {
                    self.line_start = self.at + newline + 1;
                }
            }
            _ => {
                self.recent.rotate_left(1);
                self.recent[3] = (Some(token), !self.line_begun);
                self.line_begun = true;
            }
        }
        self.at = end;
        // Characters that begin nothing are one mistake together.
        if kind == TokenKind::Unknown
            && let Some(last) = self.out.tokens.last_mut()
            && last.kind == TokenKind::Unknown
        {
            last.span.end = token.span.end;
        } else {
            self.out.tokens.push(token);
        }
    }

    fn cut(&self) -> (Cut, usize) {
        let mut lexer = Raw::lexer(&self.text[self.at..]);
        let kind = match lexer.next() {
            Some(Ok(Raw::CommentOpen)) => return (Cut::CommentOpen, 2),
            // `# …` behind white space is a comment of other languages, as `-- …` is.
            Some(Ok(Raw::Sign))
                if lexer.slice() == "#" && (self.at == 0 || self.text[..self.at].ends_with([' ', '\t', '\n'])) =>
            {
                return (Cut::Token(TokenKind::Unknown), self.line_end() - self.at);
            }
            Some(Ok(raw)) => kind_of(raw),
            Some(Err(())) | None => TokenKind::Unknown,
        };
        (Cut::Token(kind), lexer.span().end)
    }

    fn cut_selection(&self) -> (Cut, usize) {
        let mut lexer = RawSelection::lexer(&self.text[self.at..]);
        let kind = match lexer.next() {
            Some(Ok(RawSelection::Term)) if lexer.slice().starts_with("/*") => return (Cut::CommentOpen, 2),
            Some(Ok(RawSelection::Space)) => TokenKind::Space,
            Some(Ok(RawSelection::Newline)) => TokenKind::Newline,
            Some(Ok(RawSelection::LineComment)) => TokenKind::LineComment,
            Some(Ok(RawSelection::OpenParen)) => TokenKind::OpenParen,
            Some(Ok(RawSelection::CloseParen)) => TokenKind::CloseParen,
            Some(Ok(RawSelection::Comma)) => TokenKind::Comma,
            Some(Ok(RawSelection::Term)) => TokenKind::Term,
            Some(Ok(RawSelection::UnclosedString)) => TokenKind::UnclosedString,
            Some(Err(())) | None => TokenKind::Unknown,
        };
        (Cut::Token(kind), lexer.span().end)
    }

    /// `/*` up to its `*/`. Without one, up to the next item if it begins a line; else it is likely no comment (a glob
    /// without its quotes), and damages its line only.
    fn comment(&mut self) {
        let found = if self.comments_failed { None } else { self.text[self.at + 2..].find("*/") };
        match found {
            Some(length) => self.push(TokenKind::BlockComment, self.at + 2 + length + 2),
            None => {
                self.comments_failed = true;
                let end = if self.line_begun { self.line_end() } else { self.limit() };
                self.push(TokenKind::UnclosedComment, end);
            }
        }
    }

    /// The next head behind `at`: no open comment goes further, and of SQL only a block that has an end.
    fn limit(&self) -> usize {
        next_head(&self.heads.all, self.at as u32, self.text) as usize
    }

    /// The end of the line, white space at its end excluded.
    fn line_end(&self) -> usize {
        let rest = &self.text[self.at..];
        let line = &rest[..rest.find('\n').unwrap_or(rest.len())];
        self.at + line.trim_end().len()
    }

    /// What the token that was just pushed leads into.
    fn lead_into(&mut self, kind: TokenKind) {
        match kind {
            TokenKind::OpenBrace if self.leads_sql() => self.sql_block(),
            TokenKind::OpenBrace if self.leads_derive() => self.derive = Some(self.at - 1),
            TokenKind::CloseBrace => self.derive = None,
            TokenKind::Newline if self.selection.is_none() => self.sql_without_brace(),
            TokenKind::Space if self.selection.is_none() => self.sql_on_its_line(),
            TokenKind::OpenParen if self.selection.is_none() && self.word_before(1) == "check" => self.check(),
            TokenKind::Equals if self.derive.is_some() => {
                let one_line = self.derive.is_some_and(|open| open >= self.line_start);
                let end = self.at + scan::expression_end(&self.text[self.at..self.limit()], one_line);
                self.push_piece(end);
            }
            TokenKind::Equals if self.word_before(2) == "selector" && self.recent[1].1 => self.selection = Some(0),
            _ => {}
        }
        if let Some(open) = &mut self.selection {
            match kind {
                TokenKind::OpenParen => *open += 1,
                TokenKind::CloseParen => *open = open.saturating_sub(1),
                TokenKind::Newline if *open == 0 && !self.stay => self.selection = None,
                TokenKind::Newline if self.heads.all.binary_search(&(self.at as u32)).is_ok() => self.selection = None,
                _ => {}
            }
        }
    }

    /// The word that stands `back` significant tokens before the newest; empty when it is no word.
    fn word_before(&self, back: usize) -> &'t str {
        match self.recent[3 - back].0 {
            Some(Token { kind: TokenKind::Word, span }) => &self.text[span.range()],
            _ => "",
        }
    }

    /// Whether the newest token, a brace, opens raw SQL: `sql {`, `sql for spark {`, and a slip of either.
    fn leads_sql(&self) -> bool {
        let is_sql = |back: usize| {
            let word = self.word_before(back);
            word == "sql"
                || self.recent[3 - back].1
                    && !word.is_empty()
                    && !leads_line(word)
                    && nearest_property(word) == Some("sql")
        };
        is_sql(1) || self.word_before(2) == "for" && is_sql(3)
    }

    /// Whether the newest token, a brace, opens the columns of `derive from N {`.
    fn leads_derive(&self) -> bool {
        self.word_before(3) == "derive" && self.word_before(2) == "from"
    }

    /// Adds a piece of SQL that ends at `end`, unless it is empty.
    fn push_piece(&mut self, end: usize) {
        if end > self.at {
            self.push(TokenKind::Sql, end);
        }
    }

    /// The end of a piece of SQL, unless too many searches have failed already.
    fn search(&mut self, until: Until) -> Option<usize> {
        let limit = self.limit();
        if self.failed.0 != limit as u32 {
            self.failed = (limit as u32, 0);
        }
        if self.failed.1 >= SEARCHES {
            return None;
        }
        let found = scan::closing(&self.text[self.at..limit], until);
        self.failed.1 += u32::from(found.is_none());
        found.map(|length| self.at + length)
    }

    /// All between the braces of a SQL block.
    fn sql_block(&mut self) {
        let open = self.at - 1;
        let indent = indent(&self.text[self.line_start..]);
        let suspicious = self.suspicious.iter().any(|range| range.contains(&(open as u32)));
        let mut found = self.sql_end();
        if suspicious {
            found = found.filter(|close| first_column(self.text, *close).is_none_or(|column| column >= indent));
            found = self.own_brace(indent).filter(|own| found.is_none_or(|close| *own < close)).or(found);
        }
        let end = found.unwrap_or_else(|| {
            let end = self.dedent(indent);
            // A brace right below the line that opened the block is its end, whatever stands between the two.
            let brace = end + self.text[end..].len() - self.text[end..].trim_start().len();
            if self.text[brace..].starts_with('}') && first_column(self.text, brace) == Some(indent) {
                return brace;
            }
            self.out.unclosed.push(open as u32);
            end
        });
        self.push_piece(end);
    }

    /// The brace that ends the SQL at hand. Of its lines some may look like heads: a head whose keyword is misspelt ends
    /// no block that has an end of its own, one that is spelt right only a block that throws its item off balance.
    fn sql_end(&mut self) -> Option<usize> {
        let (near, exact) = (self.limit(), next_head(&self.heads.exact, self.at as u32, self.text) as usize);
        if near == self.text.len() {
            return self.search(Until::Brace);
        }
        // Looks beyond the next head cost: in a text that defeats too many of them there are no more.
        if near < exact && self.wide < SEARCHES {
            match scan::clean_end(&self.text[self.at..exact]) {
                Some(length) => return Some(self.at + length),
                None => self.wide += 1,
            }
        }
        let found = self.search(Until::Brace);
        if found.is_some() || self.wide >= SEARCHES {
            return found;
        }
        self.wide += 1;
        let ends = |length: &usize| self.open_behind(self.at + length) == 0;
        if let Some(length) = scan::clean_end(&self.text[self.at..]).filter(ends) {
            return Some(self.at + length);
        }
        if near == exact {
            return None;
        }
        scan::closing(&self.text[self.at..exact], Until::Brace).map(|length| self.at + length)
    }

    /// How many braces of the item at hand are open where the next one begins, if `close` is the brace that ends its SQL.
    fn open_behind(&self, close: usize) -> i32 {
        let head = self.heads.all.partition_point(|head| *head < self.at as u32).checked_sub(1);
        let item = head.map_or(0, |head| self.heads.all[head]);
        let tokens = self.out.tokens.iter().rev().take_while(|token| token.span.start >= item);
        let open: i32 = tokens
            .map(|token| match token.kind {
                TokenKind::OpenBrace => 1,
                TokenKind::CloseBrace => -1,
                _ => 0,
            })
            .sum();
        let next = next_head(&self.heads.all, close as u32, self.text) as usize;
        open - scan::closed(&self.text[close..next])
    }

    /// The word `sql` that begins the line of the newest token, if that is it or the engine behind its `for`.
    fn sql_word(&self) -> Option<Token> {
        let (sql, begins) = match (self.word_before(0), self.word_before(2)) {
            ("sql", _) => self.recent[3],
            (_, "sql") if self.word_before(1) == "for" => self.recent[1],
            _ => return None,
        };
        sql.filter(|_| begins)
    }

    /// `sql` alone on its line, with deeper lines or a query, and a closing brace below: its `{` was forgotten.
    fn sql_without_brace(&mut self) {
        let (Some(sql), Some(last)) = (self.sql_word(), self.recent[3].0) else { return };
        let one_line = self.text[last.span.end as usize..self.at].matches('\n').count() == 1;
        let column = first_column(self.text, sql.span.start as usize).unwrap_or(usize::MAX);
        let below = &self.text[self.at..self.limit()];
        let deeper = indent(below) > column && !below.trim_start().starts_with(['{', '}']);
        if one_line && deeper {
            if let Some(end) = self.search(Until::Brace) {
                self.push_piece(end);
            }
        } else if one_line && begins_query(below) {
            self.query_without_brace();
        }
    }

    /// `sql select 1 }`: the `{` was forgotten.
    fn sql_on_its_line(&mut self) {
        if self.sql_word().is_some() && begins_query(&self.text[self.at..]) {
            self.query_without_brace();
        }
    }

    /// The query at hand, which no brace opens, if the item has a brace more than it opens.
    fn query_without_brace(&mut self) {
        if let Some(end) = self.search(Until::Brace) {
            // It costs a look at all the text up to the next head.
            self.failed.1 += 1;
            if self.open_behind(end) < 0 {
                self.push_piece(end);
            }
        }
    }

    /// The first brace right below the line that opened the block, whatever stands between the two, unless lines of the
    /// item seem to stand there: an unclosed bracket in the SQL takes the brace for its own.
    fn own_brace(&self, indent_of_block: usize) -> Option<usize> {
        let mut at = self.at;
        for line in self.text[self.at..self.limit()].split_inclusive('\n').skip(1) {
            at += self.text[at..].find('\n')? + 1;
            let written = line.trim();
            let column = indent(line);
            if written.is_empty() || column > indent_of_block {
                continue;
            }
            if column == indent_of_block && written.starts_with('}') {
                return Some(at + column);
            }
            let word = written.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next().unwrap_or_default();
            if column < indent_of_block || leads_line(word) || written.ends_with('{') {
                return None;
            }
        }
        None
    }

    /// The end of a SQL block that nothing closes: before the first line that is not indented deeper than its own.
    fn dedent(&self, indent_of_block: usize) -> usize {
        let rest = &self.text[self.at..self.limit()];
        let mut end = rest.find('\n').unwrap_or(rest.len());
        while end < rest.len() {
            let line_start = end + 1;
            let line = &rest[line_start..];
            let length = line.find('\n').unwrap_or(line.len());
            if !line[..length].trim().is_empty() && indent(line) <= indent_of_block {
                break;
            }
            end = line_start + length;
        }
        self.at + rest[..end.min(rest.len())].trim_end().len()
    }

    /// All between the parentheses of a check.
    fn check(&mut self) {
        let open = self.at - 1;
        let end = self.search(Until::Paren).unwrap_or_else(|| {
            self.out.unclosed.push(open as u32);
            self.line_end()
        });
        self.push_piece(end);
    }
}

/// Whether a text begins with a word that begins a query.
fn begins_query(text: &str) -> bool {
    let text = text.trim_start_matches([' ', '\t']);
    let word = &text[..text.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(text.len())];
    ["select", "with", "from", "values"].iter().any(|begins| word.eq_ignore_ascii_case(begins))
}

/// How far a line is indented, in bytes.
fn indent(line: &str) -> usize {
    line.len() - line.trim_start_matches([' ', '\t']).len()
}

/// The column of what stands at `offset`, if it is the first on its line.
pub(crate) fn first_column(text: &str, offset: usize) -> Option<usize> {
    let before = text[..offset].trim_end_matches([' ', '\t']);
    (before.is_empty() || before.ends_with('\n')).then(|| offset - before.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::heads::heads;

    /// The significant tokens as `Kind text`, with the rule checked that all of them tile the text.
    fn cut(text: &str) -> Vec<String> {
        let lexed = lex(text, &heads(text), &[]);
        let mut at = 0;
        for token in &lexed.tokens {
            assert_eq!(token.span.start, at);
            at = token.span.end;
        }
        assert_eq!(at as usize, text.len());
        let significant =
            lexed.tokens.iter().filter(|token| !token.kind.is_trivia() && token.kind != TokenKind::Newline);
        significant.map(|token| format!("{:?} {}", token.kind, &text[token.span.range()])).collect()
    }

    #[test]
    fn literals() {
        for (text, kinds) in [
            ("42", "Integer"),
            ("1_000", "Integer"),
            ("1.5", "Decimal"),
            ("2e3", "Decimal"),
            ("2024-01-31", "Date"),
            ("2024/1/31", "Date"),
            ("2024-01-31T05:00:00Z", "Timestamp"),
            ("\"a \\\" b\"", "String"),
            ("'a'", "String"),
            ("`a b`", "Backtick"),
            ("größe", "BadWord"),
            ("/// doc", "Doc"),
            ("\"abc", "UnclosedString"),
            ("\"abc\\", "UnclosedString"),
            ("§§", "Unknown"),
        ] {
            assert_eq!(cut(text), [format!("{kinds} {text}")]);
        }
        assert!(cut("//// no doc").is_empty());
        assert!(cut("// x").is_empty());
    }

    #[test]
    fn raw_sql_is_one_token() {
        for (text, expected) in [
            ("sql { a '}' }", "Word sql|OpenBrace {|Sql  a '}' |CloseBrace }"),
            ("sql for spark {x}", "Word sql|Word for|Word spark|OpenBrace {|Sql x|CloseBrace }"),
            (
                "x money check (a // b > ')') unique",
                "Word x|Word money|Word check|OpenParen (|Sql a // b > ')'|CloseParen )|Word unique",
            ),
            (
                "derive from 2 { a = b::int\n c = 1 }",
                "Word derive|Word from|Integer 2|OpenBrace {|Word a|Equals =|Sql  b::int|Word c|Equals =|Sql  1|CloseBrace }",
            ),
            (
                "selector x = path:models/* a\nmodel",
                "Word selector|Word x|Equals =|Term path:models/*|Term a|Word model",
            ),
        ] {
            assert_eq!(cut(text).join("|"), expected);
        }
    }

    #[test]
    fn an_open_comment_ends_before_the_next_item() {
        assert_eq!(cut("/* x\nmodel a {\n}").join("|"), "Word model|Word a|OpenBrace {|CloseBrace }");
        assert_eq!(cut("/* x\nmodel a {\n*/"), Vec::<String>::new());
    }
}
