//! Mending on the token stream: what DuckDB takes and the parser does not is rewritten to an equal form that it takes,
//! or left out with a note. What cannot be mended makes the body opaque.

use crate::brackets::Brackets;
use crate::tokens::{Fed, UNKNOWN};
use esker_grammar::sql::SqlText;
use sqlparser::tokenizer::Token;

/// What came of mending.
pub(crate) struct Mended {
    /// The tokens for the parser.
    pub(crate) fed: Vec<Fed>,
    /// What was left out although it means something.
    pub(crate) notes: Vec<String>,
    /// The construct that makes the body opaque.
    pub(crate) opaque: Option<String>,
}

/// Words that may open a clause behind a table or a select list.
const CLAUSES: &[&str] = &[
    "from",
    "where",
    "group",
    "having",
    "qualify",
    "window",
    "order",
    "limit",
    "offset",
    "union",
    "except",
    "intersect",
    "using",
    "select",
    "fetch",
];

/// Words behind which a value begins.
const OPENERS: &[&str] = &[
    "select", "distinct", "where", "and", "or", "not", "on", "by", "having", "qualify", "when", "then", "else", "case",
    "between", "in", "like", "limit",
];

/// Mends the tokens of a body.
pub(crate) fn mend(text: &SqlText, brackets: &Brackets, fed: Vec<Fed>) -> Mended {
    let mut mender =
        Mender { text, brackets, out: Vec::with_capacity(fed.len() + 8), fed, notes: Vec::new(), opaque: None };
    let mut at = 0;
    while at < mender.fed.len() {
        at = mender.step(at);
    }
    let fed = select_before_from(mender.out);
    Mended { fed, notes: mender.notes, opaque: mender.opaque }
}

struct Mender<'a> {
    text: &'a SqlText,
    brackets: &'a Brackets,
    fed: Vec<Fed>,
    out: Vec<Fed>,
    notes: Vec<String>,
    opaque: Option<String>,
}

impl Mender<'_> {
    fn word(&self, at: usize, words: &[&str]) -> bool {
        self.fed.get(at).is_some_and(|fed| fed.is_any(words))
    }

    fn sign(&self, at: usize, token: &Token) -> bool {
        self.fed.get(at).is_some_and(|fed| fed.token == *token)
    }

    fn before(&self, words: &[&str]) -> bool {
        self.out.last().is_some_and(|fed| fed.is_any(words))
    }

    /// Handles the token `at` and returns the next one to handle.
    fn step(&mut self, at: usize) -> usize {
        let Token::Word(word) = &self.fed[at].token else { return self.step_sign(at) };
        if word.quote_style.is_some() {
            return self.keep(at);
        }
        let word = word.value.to_ascii_lowercase();
        match word.as_str() {
            "materialized" if self.before(&["as"]) && self.sign(at + 1, &Token::LParen) => at + 1,
            "not" if self.before(&["as"]) && self.word(at + 1, &["materialized"]) => at + 2,
            "asof" if self.word(at + 1, &["join", "left", "inner", "right", "full"]) => self.leave_out(at, at + 1),
            "positional" if self.word(at + 1, &["join"]) => {
                self.note(at, at + 1);
                self.out.push(Fed::word("full", self.fed[at].at));
                at + 1
            }
            "exclude" if self.before(&["row", "preceding", "following"]) => {
                let two = self.word(at + 1, &["current", "no"]);
                self.leave_out(at, at + if two { 3 } else { 2 })
            }
            "symmetric" if self.before(&["between"]) => self.leave_out(at, at + 1),
            "filter" if self.sign(at + 1, &Token::LParen) && !self.word(at + 2, &["where"]) => {
                self.keep(at);
                self.keep(at + 1);
                self.out.push(Fed::word("where", self.fed[at + 1].at));
                at + 2
            }
            "using" if self.word(at + 1, &["sample"]) => self.sample(at, at + 2),
            "tablesample" => self.sample(at, at + 1),
            "using" if self.word(at + 1, &["key"]) => self.give_up(at, "USING KEY"),
            "pivot" | "unpivot" | "pivot_wider" | "pivot_longer" if self.is_pivot(at) => self.give_up(at, "PIVOT"),
            "describe" | "summarize" | "show" if self.out.last().is_some_and(|p| p.token == Token::LParen) => {
                self.give_up(at, "DESCRIBE")
            }
            // A function behind a dot is plain, also where its name has a syntax of its own: `name.substr(1)`.
            _ if self.sign(at + 1, &Token::LParen) && self.out.last().is_some_and(|p| p.token == Token::Period) => {
                self.quote(at)
            }
            "interval" if !self.begins_interval(at) => self.quote(at),
            "columns" if self.sign(at + 1, &Token::LParen) && self.in_condition() => {
                let close = self.closing(at + 1);
                self.note(at, close + 1);
                self.out.push(Fed::word(UNKNOWN, self.fed[at].at));
                close + 1
            }
            "columns" if self.sign(at + 1, &Token::LParen) && !self.before(&["as"]) => self.give_up(at, "COLUMNS(…)"),
            "like" | "ilike" | "similar" | "glob" | "not" if self.behind_star() => self.give_up(at, "* LIKE"),
            _ if self.sign(at + 1, &Token::Colon) && self.opens_item() => self.prefix_alias(at),
            _ => self.keep(at),
        }
    }

    fn step_sign(&mut self, at: usize) -> usize {
        match &self.fed[at].token {
            Token::LBracket if self.is_comprehension(at) => {
                let close = self.closing(at);
                self.note(at, close + 1);
                self.out.push(Fed::word(UNKNOWN, self.fed[at].at));
                close + 1
            }
            Token::Sharp if matches!(self.fed.get(at + 1), Some(Fed { token: Token::Number(..), .. })) => at + 1,
            Token::Eq if self.compares_argument(at) => {
                self.out.push(Fed { token: Token::DoubleEq, at: self.fed[at].at });
                at + 1
            }
            Token::Mod if self.limit_in_percent(at) => self.leave_out(at, at + 1),
            _ => self.keep(at),
        }
    }

    fn keep(&mut self, at: usize) -> usize {
        self.out.push(self.fed[at].clone());
        at + 1
    }

    /// Keeps a word as a plain name.
    fn quote(&mut self, at: usize) -> usize {
        let Fed { token, at: place } = &self.fed[at];
        let token = match token {
            Token::Word(word) => Token::make_word(&word.value, Some('"')),
            other => other.clone(),
        };
        self.out.push(Fed { token, at: *place });
        at + 1
    }

    /// Whether `interval` is the word of `interval 1 day`, or a type; else it is a name.
    fn begins_interval(&self, at: usize) -> bool {
        let is_value = |fed: &Fed| {
            matches!(
                fed.token,
                Token::Number(..) | Token::SingleQuotedString(_) | Token::Placeholder(_) | Token::LParen
            )
        };
        let is_type = match self.out.last() {
            None => false,
            Some(Fed { token: Token::Word(word), .. }) => word.quote_style.is_some() || !self.before(OPENERS),
            Some(before) => before.token == Token::DoubleColon,
        };
        is_type || self.fed.get(at + 1).is_some_and(is_value)
    }

    /// Whether what stands here only decides about rows, and adds no columns: it is in WHERE, HAVING or QUALIFY.
    fn in_condition(&self) -> bool {
        let mut depth = 0;
        for (n, fed) in self.out.iter().enumerate().rev() {
            match &fed.token {
                Token::RParen | Token::RBracket | Token::RBrace => depth += 1,
                Token::LParen | Token::LBracket | Token::LBrace if depth > 0 => depth -= 1,
                _ if depth > 0 => {}
                // `filter (where …)` belongs to an entry of the select list.
                _ if fed.is("where") => return n == 0 || self.out[n - 1].token != Token::LParen,
                _ if fed.is_any(&["having", "qualify"]) => return true,
                _ if fed.is_any(&["select", "from", "by"]) => return false,
                _ => {}
            }
        }
        false
    }

    fn leave_out(&mut self, from: usize, to: usize) -> usize {
        self.note(from, to);
        to
    }

    fn note(&mut self, from: usize, to: usize) {
        let first = self.fed[from].at as usize;
        let last = self.fed.get(to).map_or(self.text.tokens.len(), |fed| fed.at as usize);
        let words: Vec<String> =
            self.text.tokens[first..last.max(first)].iter().map(|t| t.text.to_lowercase()).collect();
        self.notes.push(words.join(" "));
    }

    fn give_up(&mut self, at: usize, construct: &str) -> usize {
        self.opaque.get_or_insert_with(|| construct.to_string());
        self.keep(at)
    }

    /// `PIVOT t ON …` where a query may begin, or `t PIVOT (…)`.
    fn is_pivot(&self, at: usize) -> bool {
        match self.out.last() {
            None => true,
            Some(before) => {
                before.token == Token::LParen
                    || self.sign(at + 1, &Token::LParen)
                    || before.token == Token::RParen && !self.word(at + 1, CLAUSES)
            }
        }
    }

    fn behind_star(&self) -> bool {
        let mut before = self.out.iter().rev();
        before.next().is_some_and(|fed| fed.token == Token::Mul)
            && before.next().is_some_and(|fed| fed.is_any(&["select", "distinct"]) || fed.token == Token::Comma)
    }

    /// Whether an entry of a select list begins here, outside `{…}`, `[…]` and a call's arguments.
    fn opens_item(&self) -> bool {
        match self.out.last() {
            Some(before) if before.is_any(&["select", "distinct"]) => true,
            Some(Fed { token: Token::Comma, at }) => match self.brackets.around[*at as usize] {
                None => true,
                Some(open) => {
                    let behind = self.text.tokens.get(open as usize + 1);
                    behind.is_some_and(|token| token.text.eq_ignore_ascii_case("select"))
                }
            },
            _ => false,
        }
    }

    /// `name: expr` is `expr AS name`.
    fn prefix_alias(&mut self, at: usize) -> usize {
        let depth = self.brackets.around[self.fed[at].at as usize];
        let same = |fed: &Fed| self.brackets.around[fed.at as usize] == depth;
        let ends = |fed: &Fed| fed.token == Token::Comma || fed.is_any(CLAUSES) || fed.token == Token::SemiColon;
        let closes = depth.map(|open| self.brackets.partner[open as usize]);
        let end = (at + 2..self.fed.len())
            .find(|i| {
                let fed = &self.fed[*i];
                Some(fed.at) == closes || same(fed) && ends(fed)
            })
            .unwrap_or(self.fed.len());
        let mut inner = at + 2;
        while inner < end {
            inner = self.step(inner);
        }
        let name = self.fed[at].clone();
        self.out.push(Fed::word("as", name.at));
        self.out.push(name);
        end
    }

    /// The index of the bracket that closes the one at `at`.
    fn closing(&self, at: usize) -> usize {
        let partner = self.brackets.partner[self.fed[at].at as usize];
        (at..self.fed.len()).find(|i| self.fed[*i].at >= partner).unwrap_or(self.fed.len() - 1)
    }

    /// `[x + 1 for x in list]`
    fn is_comprehension(&self, at: usize) -> bool {
        let open = self.fed[at].at;
        let inside = |fed: &Fed| self.brackets.around[fed.at as usize] == Some(open);
        self.fed[at + 1..self.closing(at)].iter().any(|fed| inside(fed) && fed.is("for"))
    }

    /// `if(a = 1, …)`, which the parser would take for an argument named `a`. Only table functions have those with `=`.
    fn compares_argument(&self, at: usize) -> bool {
        let mut before = self.out.iter().rev();
        let begins = matches!(before.next(), Some(Fed { token: Token::Word(_), .. }))
            && before.next().is_some_and(|fed| matches!(fed.token, Token::LParen | Token::Comma));
        let Some(name) = self.brackets.around[self.fed[at].at as usize].and_then(|open| open.checked_sub(1)) else {
            return false;
        };
        let word = |at: u32| self.text.tokens.get(at as usize).map_or(String::new(), |token| token.text.to_lowercase());
        let behind_from =
            name.checked_sub(1).is_some_and(|at| ["from", "join", "lateral"].contains(&word(at).as_str()));
        begins && !behind_from && !word(name).starts_with("read_")
    }

    /// `LIMIT 10%`
    fn limit_in_percent(&self, at: usize) -> bool {
        let mut before = self.out.iter().rev();
        let number = matches!(before.next(), Some(Fed { token: Token::Number(..), .. }));
        let behind = self.fed.get(at + 1);
        let ends =
            behind.is_none_or(|fed| matches!(fed.token, Token::RParen | Token::SemiColon) || fed.is_any(CLAUSES));
        number && before.next().is_some_and(|fed| fed.is("limit")) && ends
    }

    /// `USING SAMPLE reservoir(10 rows) REPEATABLE (1)`: from `at`, the size and the method from `behind`.
    fn sample(&mut self, at: usize, behind: usize) -> usize {
        const WORDS: &[&str] =
            &["percent", "rows", "row", "bernoulli", "system", "reservoir", "repeatable", "seed", "block"];
        let mut end = behind;
        while let Some(fed) = self.fed.get(end) {
            end = match fed.token {
                Token::LParen => self.closing(end) + 1,
                Token::Number(..) | Token::Mod => end + 1,
                _ if fed.is_any(WORDS) => end + 1,
                _ => break,
            };
        }
        self.leave_out(at, end)
    }
}

/// `FROM t WHERE …` without a SELECT gets its `SELECT *` in front.
fn select_before_from(fed: Vec<Fed>) -> Vec<Fed> {
    #[derive(Default, Clone, Copy)]
    struct Level {
        selected: bool,
        with: bool,
        /// Whether a set operation opened it.
        operand: bool,
    }
    const SET: &[&str] = &["union", "except", "intersect"];
    let mut missing = Vec::new();
    let mut levels = vec![Level::default()];
    for (at, token) in fed.iter().enumerate() {
        let top = levels.len() - 1;
        match &token.token {
            Token::LParen | Token::LBracket | Token::LBrace => levels.push(Level::default()),
            Token::RParen | Token::RBracket | Token::RBrace if top > 0 => {
                levels.pop();
            }
            Token::Word(_) if token.is("select") => levels[top].selected = true,
            Token::Word(_) if token.is("with") => levels[top].with = true,
            Token::Word(_) if token.is_any(SET) => levels[top] = Level { operand: true, ..Level::default() },
            Token::Word(_) if token.is("from") && !levels[top].selected => {
                let opens = match at.checked_sub(1).map(|i| &fed[i]) {
                    None => true,
                    Some(before) => {
                        before.token == Token::LParen
                            || before.is_any(SET)
                            || levels[top].operand && before.is_any(&["all", "name", "distinct"])
                            || before.token == Token::RParen && levels[top].with
                    }
                };
                levels[top].selected = true;
                if opens && !selects(&fed[at + 1..]) {
                    missing.push(at);
                }
            }
            _ => {}
        }
    }
    if missing.is_empty() {
        return fed;
    }
    let mut out = Vec::with_capacity(fed.len() + 2 * missing.len());
    let mut missing = missing.into_iter().peekable();
    for (i, token) in fed.into_iter().enumerate() {
        if missing.next_if_eq(&i).is_some() {
            out.push(Fed::word("select", token.at));
            out.push(Fed { token: Token::Mul, at: token.at });
        }
        out.push(token);
    }
    out
}

/// Whether the query that these tokens go on with has a SELECT of its own.
fn selects(rest: &[Fed]) -> bool {
    let mut depth = 0;
    for fed in rest {
        match &fed.token {
            Token::LParen | Token::LBracket | Token::LBrace => depth += 1,
            Token::RParen | Token::RBracket | Token::RBrace if depth == 0 => return false,
            Token::RParen | Token::RBracket | Token::RBrace => depth -= 1,
            _ if depth == 0 && fed.is("select") => return true,
            _ if depth == 0 && fed.is_any(&["union", "except", "intersect"]) => return false,
            _ => {}
        }
    }
    false
}
