//! Our tokens as the parser's tokens, each with its own index as its location, so that every position comes from ours.

use esker_grammar::sql::{SqlText, SqlToken, SqlTokenKind};
use esker_resolve::RefExpr;
use sqlparser::tokenizer::{Location, Span, Token, TokenWithSpan};

/// A token for the parser and the index of the token of the body that it stands for.
#[derive(Clone, Debug)]
pub(crate) struct Fed {
    /// What the parser sees.
    pub(crate) token: Token,
    /// The index in the body.
    pub(crate) at: u32,
}

impl Fed {
    /// A keyword or an identifier.
    pub(crate) fn word(text: &str, at: u32) -> Self {
        Self { token: Token::make_word(text, None), at }
    }

    /// Whether it is this word, unquoted, in any case.
    pub(crate) fn is(&self, word: &str) -> bool {
        matches!(&self.token, Token::Word(w) if w.quote_style.is_none() && w.value.eq_ignore_ascii_case(word))
    }

    /// Whether it is one of these words.
    pub(crate) fn is_any(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.is(word))
    }

    /// As the parser takes it.
    pub(crate) fn located(self) -> TokenWithSpan {
        let place = |column: u32| Location { line: 1, column: u64::from(column) };
        TokenWithSpan { token: self.token, span: Span::new(place(self.at + 1), place(self.at + 2)) }
    }
}

/// The name of the identifier that stands for the nth `ref(…)`, and of a construct that is kept out of the parser.
pub(crate) const REF: &str = "__esker_ref_";
pub(crate) const UNKNOWN: &str = "__esker_unknown";

/// The body for the parser; every `ref(…)` is one identifier.
pub(crate) fn feed(text: &SqlText, refs: &[RefExpr]) -> Vec<Fed> {
    let mut fed = Vec::with_capacity(text.tokens.len());
    let mut refs = refs.iter().enumerate().peekable();
    let mut at = 0;
    while let Some(token) = text.tokens.get(at as usize) {
        while refs.peek().is_some_and(|(_, found)| found.tokens.start < at) {
            refs.next();
        }
        if let Some((n, found)) = refs.next_if(|(_, found)| found.tokens.start == at && found.tokens.end > at) {
            fed.push(Fed::word(&format!("{REF}{n}"), at));
            at = found.tokens.end;
            continue;
        }
        push(&mut fed, token, at);
        at += 1;
    }
    fed
}

fn push(fed: &mut Vec<Fed>, token: &SqlToken, at: u32) {
    let text = token.text.as_str();
    let token = match token.kind {
        SqlTokenKind::Word => Token::make_word(text, None),
        SqlTokenKind::QuotedIdent => Token::make_word(&unquote(text, '"'), Some('"')),
        SqlTokenKind::String => string(text),
        SqlTokenKind::Number => Token::Number(text.replace('_', "").to_ascii_lowercase(), false),
        SqlTokenKind::Param => Token::Placeholder(text.to_string()),
        SqlTokenKind::Symbol | SqlTokenKind::Error => {
            match symbol(text) {
                Some(token) => fed.push(Fed { token, at }),
                // An operator that the parser does not have: its signs one by one, which it will refuse where it stands.
                None => fed.extend(
                    text.chars()
                        .map(|c| Fed { token: symbol(c.encode_utf8(&mut [0; 4])).unwrap_or(Token::Char(c)), at }),
                ),
            }
            return;
        }
    };
    fed.push(Fed { token, at });
}

/// The text between the quotes, doubled quotes halved.
fn unquote(text: &str, quote: char) -> String {
    let inner = text.strip_prefix(quote).unwrap_or(text);
    let inner = inner.strip_suffix(quote).unwrap_or(inner);
    let mut doubled = [quote, quote].iter().collect::<String>();
    let halved = doubled.split_off(quote.len_utf8());
    inner.replace(&format!("{quote}{quote}"), &halved)
}

fn string(text: &str) -> Token {
    if let Some(tag_end) = text.strip_prefix('$').and_then(|rest| rest.find('$')) {
        let tag = tag_end + 2;
        let inner = text.get(tag..text.len().saturating_sub(tag)).unwrap_or("");
        return Token::SingleQuotedString(inner.to_string());
    }
    match text.as_bytes() {
        [b'e' | b'E', b'\'', ..] => Token::SingleQuotedString(unescape(&unquote(&text[1..], '\''))),
        [b'x' | b'X', b'\'', ..] => Token::HexStringLiteral(unquote(&text[1..], '\'')),
        _ => Token::SingleQuotedString(unquote(text, '\'')),
    }
}

/// The escapes of an `e'…'` string that are common; others stand for themselves.
fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match (c, c == '\\') {
            (_, true) => match chars.next() {
                Some('n') => plain.push('\n'),
                Some('t') => plain.push('\t'),
                Some('r') => plain.push('\r'),
                Some(other) => plain.push(other),
                None => {}
            },
            (c, false) => plain.push(c),
        }
    }
    plain
}

fn symbol(text: &str) -> Option<Token> {
    Some(match text {
        "," => Token::Comma,
        "=" => Token::Eq,
        "==" => Token::DoubleEq,
        "<>" | "!=" => Token::Neq,
        "<" => Token::Lt,
        ">" => Token::Gt,
        "<=" => Token::LtEq,
        ">=" => Token::GtEq,
        "<=>" => Token::Spaceship,
        "<->" => Token::TwoWayArrow,
        "+" => Token::Plus,
        "-" => Token::Minus,
        "*" => Token::Mul,
        "/" => Token::Div,
        "//" => Token::DuckIntDiv,
        "%" => Token::Mod,
        "||" => Token::StringConcat,
        "(" => Token::LParen,
        ")" => Token::RParen,
        "." => Token::Period,
        ":" => Token::Colon,
        "::" => Token::DoubleColon,
        ":=" => Token::Assignment,
        ";" => Token::SemiColon,
        "[" => Token::LBracket,
        "]" => Token::RBracket,
        "{" => Token::LBrace,
        "}" => Token::RBrace,
        "&" => Token::Ampersand,
        "|" => Token::Pipe,
        "^" | "**" => Token::Caret,
        "=>" => Token::RArrow,
        "~" => Token::Tilde,
        "~*" => Token::TildeAsterisk,
        "!~" => Token::ExclamationMarkTilde,
        "!~*" => Token::ExclamationMarkTildeAsterisk,
        "~~" => Token::DoubleTilde,
        "~~*" => Token::DoubleTildeAsterisk,
        "!~~" => Token::ExclamationMarkDoubleTilde,
        "!~~*" => Token::ExclamationMarkDoubleTildeAsterisk,
        "<<" => Token::ShiftLeft,
        ">>" => Token::ShiftRight,
        "&&" => Token::Overlap,
        "!" => Token::ExclamationMark,
        "@" => Token::AtSign,
        "^@" => Token::CaretAt,
        "->" => Token::Arrow,
        "->>" => Token::LongArrow,
        "@>" => Token::AtArrow,
        "<@" => Token::ArrowAt,
        "#" => Token::Sharp,
        "?" => Token::Placeholder("?".to_string()),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_and_escapes_are_resolved() {
        let cases =
            [("'it''s'", "it's"), ("$$a'b$$", "a'b"), ("$q$a$$b$q$", "a$$b"), (r"e'a\n\'b'", "a\n'b"), ("''", "")];
        for (text, value) in cases {
            assert_eq!(string(text), Token::SingleQuotedString(value.to_string()), "{text}");
        }
        assert_eq!(unquote("\"a \"\"b\"\"\"", '"'), "a \"b\"");
    }
}
