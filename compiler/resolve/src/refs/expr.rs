//! A `ref(…)` as it is written: `( name [, [v|version =>|=|:=] label] )`.

use esker_declare::VersionName;
use esker_grammar::sql::{SqlText, SqlToken, SqlTokenKind};
use std::ops::Range;

/// A `ref(…)` as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefExpr {
    /// Its tokens in the body, from `ref` to `)`.
    pub tokens: Range<u32>,
    /// The tokens of the name.
    pub name_tokens: Range<u32>,
    /// The name, dots included; `None` when the reference is malformed.
    pub name: Option<String>,
    /// The version it pins.
    pub pin: RefPin,
    /// What is wrong with it when it is malformed.
    pub flaw: Option<RefFlaw>,
}

/// What a reference says about the version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RefPin {
    /// Nothing: the latest.
    Unpinned,
    /// `v => 2`, with the token of the label.
    Pinned(VersionName, u32),
}

/// What keeps a reference from being read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RefFlaw {
    /// No name where one must stand.
    NoName,
    /// An argument that is not `v`: `x => 1`.
    Argument(String),
    /// What is neither an integer nor a quoted string where the label must stand.
    Label(String),
    /// A version in another way: `m@1`, `m v1`, `m, v1`.
    OtherPin {
        /// The name.
        name: String,
        /// The version.
        label: VersionName,
    },
    /// A second version: `v => 1, v => 2`.
    SecondLabel,
    /// Something else, or nothing, where `)` must stand.
    Open,
}

/// The references of a body, in the order of their tokens.
pub fn sql_refs(text: &SqlText) -> Vec<RefExpr> {
    let tokens = &text.tokens;
    let mut refs = Vec::new();
    let mut at = 0;
    while at + 1 < tokens.len() {
        let starts = tokens[at].kind == SqlTokenKind::Word
            && tokens[at].text.eq_ignore_ascii_case("ref")
            && symbol(tokens.get(at + 1), "(")
            && !(at > 0 && symbol(tokens.get(at - 1), "."))
            && !in_template(&tokens[..at]);
        if starts {
            let expr = ref_at(tokens, at);
            at = expr.tokens.end as usize;
            refs.push(expr);
        } else {
            at += 1;
        }
    }
    refs
}

/// Whether what follows stands in a template of another tool, `{{ ref('m') }}`: there it is no SQL, which is reported.
fn in_template(before: &[SqlToken]) -> bool {
    matches!(before, [.., one, other] if symbol(Some(one), "{") && symbol(Some(other), "{"))
}

/// Reads the reference whose `ref` is token `start`.
fn ref_at(tokens: &[SqlToken], start: usize) -> RefExpr {
    let mut at = start + 2;
    let name_start = at;
    let mut parts: Vec<String> = Vec::new();
    while let Some(part) = tokens.get(at).and_then(identifier) {
        parts.push(part);
        at += 1;
        if !symbol(tokens.get(at), ".") {
            break;
        }
        at += 1;
    }
    let name_tokens = name_start as u32..at.max(name_start + 1) as u32;
    let mut pin = RefPin::Unpinned;
    let mut flaw = parts.is_empty().then_some(RefFlaw::NoName);
    if flaw.is_none() && symbol(tokens.get(at), ",") {
        at += 1;
        if ["=>", "=", ":="].iter().any(|sign| symbol(tokens.get(at + 1), sign)) {
            let name = tokens[at].text.to_ascii_lowercase();
            if !is_version(&name) {
                flaw = Some(RefFlaw::Argument(name));
            }
            at += 2;
        }
        match tokens.get(at).and_then(label) {
            Some(version) => pin = RefPin::Pinned(version, at as u32),
            None if flaw.is_none() && other_label(&tokens[at.min(tokens.len())..]).is_some() => {
                let label = other_label(&tokens[at..]);
                flaw = label.map(|label| RefFlaw::OtherPin { name: parts.join("."), label });
            }
            None => {
                let signs = tokens[at.min(tokens.len())..].iter().take_while(|token| symbol(Some(token), "-")).count();
                // `-1` is two tokens.
                let written = tokens.iter().skip(at).take(signs + 1).filter(|token| !symbol(Some(token), ")"));
                let written = written.map(|token| token.text.as_str()).collect();
                at += signs;
                flaw = flaw.or(Some(RefFlaw::Label(written)));
            }
        }
        at += 1;
    }
    if flaw.is_none() && !symbol(tokens.get(at), ")") {
        let pin = other_label(&tokens[at.min(tokens.len())..]);
        let further = match (symbol(tokens.get(at), ","), tokens.get(at + 1)) {
            (true, Some(token)) if symbol(tokens.get(at + 2), "=>") && is_version(&token.text) => RefFlaw::SecondLabel,
            (true, Some(token)) if symbol(tokens.get(at + 2), "=>") => RefFlaw::Argument(token.text.clone()),
            (false, _) if let Some(label) = pin => RefFlaw::OtherPin { name: parts.join("."), label },
            _ => RefFlaw::Open,
        };
        flaw = Some(further);
    }
    // A malformed reference ends at its closing parenthesis, or where the next clause must begin.
    let end = (at..tokens.len().min(start + 16))
        .find(|at| symbol(tokens.get(*at), ")"))
        .map_or(at.min(tokens.len()), |at| at + 1);
    RefExpr {
        tokens: start as u32..end.max(start + 2) as u32,
        name_tokens,
        name: flaw.is_none().then(|| parts.join(".")),
        pin,
        flaw,
    }
}

/// The label at the beginning of these tokens in the way of selections and relations: `@1`, `v1`.
fn other_label(tokens: &[SqlToken]) -> Option<VersionName> {
    match tokens {
        [sign, next, ..] if symbol(Some(sign), "@") => label(next).or_else(|| other_label(&tokens[1..])),
        [word, ..] if word.kind == SqlTokenKind::Word => {
            let digits = word.text.strip_prefix(['v', 'V'])?;
            digits.parse().ok().map(VersionName::Integer)
        }
        _ => None,
    }
}

/// Whether an argument of this name is the version.
fn is_version(name: &str) -> bool {
    ["v", "version"].iter().any(|known| name.eq_ignore_ascii_case(known))
}

fn symbol(token: Option<&SqlToken>, text: &str) -> bool {
    token.is_some_and(|token| token.kind == SqlTokenKind::Symbol && token.text == text)
}

fn identifier(token: &SqlToken) -> Option<String> {
    let inner = |text: &str| text[1..text.len() - 1].to_string();
    match token.kind {
        SqlTokenKind::Word => Some(token.text.clone()),
        SqlTokenKind::QuotedIdent if token.text.len() > 2 => Some(inner(&token.text).replace("\"\"", "\"")),
        SqlTokenKind::String if token.text.len() > 2 && token.text.starts_with('\'') => Some(inner(&token.text)),
        _ => None,
    }
}

fn label(token: &SqlToken) -> Option<VersionName> {
    match token.kind {
        SqlTokenKind::Number => token.text.parse().ok().map(VersionName::Integer),
        SqlTokenKind::String | SqlTokenKind::QuotedIdent => identifier(token).map(VersionName::Text),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use esker_grammar::Span;

    fn only(sql: &str) -> RefExpr {
        let text = esker_grammar::sql::lex(sql, Span::new(0, sql.len() as u32)).0;
        sql_refs(&text).pop().expect("has a ref")
    }

    #[test]
    fn spellings() {
        let pinned = |sql| match only(sql).pin {
            RefPin::Pinned(version, _) => version.to_string(),
            RefPin::Unpinned => String::new(),
        };
        for (sql, name, version) in [
            ("from ref(m)", "m", ""),
            ("from ref(raw.orders) as o", "raw.orders", ""),
            ("from ref('m', v=2)", "m", "2"),
            ("from ref(m, 1)", "m", "1"),
            ("from ref(m, version => \"1.5\")", "m", "1.5"),
            ("from REF(\"m\", v := '2')", "m", "2"),
        ] {
            assert_eq!(only(sql).name.as_deref(), Some(name), "{sql}");
            assert_eq!(pinned(sql), version, "{sql}");
        }
    }

    #[test]
    fn templates_hold_no_references() {
        for sql in ["from {{ ref('m') }}", "from {{ref(m)}}"] {
            let text = esker_grammar::sql::lex(sql, Span::new(0, sql.len() as u32)).0;
            assert_eq!(sql_refs(&text), [], "{sql}");
        }
    }

    #[test]
    fn flaws() {
        for (sql, flaw) in [
            ("from ref()", RefFlaw::NoName),
            ("from ref(m, x => 1)", RefFlaw::Argument("x".into())),
            ("from ref(m, v => 1, x => 1)", RefFlaw::Argument("x".into())),
            ("from ref(m, v => 1, Version => 2)", RefFlaw::SecondLabel),
            ("from ref(m, v => 1.0)", RefFlaw::Label("1.0".into())),
            ("from ref(m, v => -1)", RefFlaw::Label("-1".into())),
            ("from ref(m, v => null)", RefFlaw::Label("null".into())),
            ("from ref(m, none)", RefFlaw::Label("none".into())),
            ("from ref(m, v => 1_000)", RefFlaw::Label("1_000".into())),
            ("from ref(m, v => v1)", RefFlaw::OtherPin { name: "m".into(), label: VersionName::Integer(1) }),
            ("from ref(m, v1)", RefFlaw::OtherPin { name: "m".into(), label: VersionName::Integer(1) }),
            ("from ref(m v1)", RefFlaw::OtherPin { name: "m".into(), label: VersionName::Integer(1) }),
            ("from ref(m@1)", RefFlaw::OtherPin { name: "m".into(), label: VersionName::Integer(1) }),
            ("from ref(m@'a')", RefFlaw::OtherPin { name: "m".into(), label: VersionName::Text("a".into()) }),
            ("from ref(m@)", RefFlaw::Open),
            ("from ref(m n)", RefFlaw::Open),
        ] {
            let found = only(sql);
            assert_eq!((found.flaw, found.name), (Some(flaw), None), "{sql}");
        }
    }
}
