//! The names that an expression binds itself, as parameters of its lambdas, and how they are made fresh: where a
//! function's expression is put into other SQL, they must not catch a name of that.

use super::{identifier, is_sign};
use esker_grammar::sql::{SqlToken, SqlTokenKind};

/// Gives every name that the expression binds a new one.
pub(super) fn freshen(tokens: &mut [SqlToken], number: usize) {
    let bound = bound_names(tokens);
    if bound.is_empty() {
        return;
    }
    let mut open: Vec<bool> = Vec::new();
    let stands_for: Vec<Option<usize>> = (0..tokens.len())
        .map(|at| {
            if is_sign(&tokens[at], &["(", "[", "{"]) {
                open.push(tokens[at].text == "{");
            } else if is_sign(&tokens[at], &[")", "]", "}"]) {
                open.pop();
            }
            let name = identifier(&tokens[at])?;
            let index = bound.iter().position(|bound| bound.eq_ignore_ascii_case(&name))?;
            is_value(tokens, at, open.last() == Some(&true)).then_some(index)
        })
        .collect();
    for (token, index) in tokens.iter_mut().zip(stands_for) {
        if let Some(index) = index {
            *token = SqlToken { kind: SqlTokenKind::Word, text: format!("__esker_{number}_{}", bound[index]) };
        }
    }
}

/// Whether a name stands for a value here: it is no field, type, function, key or name of an argument.
fn is_value(tokens: &[SqlToken], at: usize, in_braces: bool) -> bool {
    let before = at.checked_sub(1).map(|at| &tokens[at]);
    let behind = tokens.get(at + 1);
    let after = |signs: &[&str]| before.is_some_and(|token| is_sign(token, signs));
    let ahead = |signs: &[&str]| behind.is_some_and(|token| is_sign(token, signs));
    let behind_as = before.is_some_and(|token| is_word(token, "as"));
    let key = in_braces && after(&["{", ","]) && ahead(&[":"]);
    !(after(&[".", "::"]) || behind_as || ahead(&["(", ":=", "=>"]) || key)
}

/// The parameters of `x -> …`, `(x, y) -> …`, `lambda x, y: …`, and the variables of `… for x, i in …`.
fn bound_names(tokens: &[SqlToken]) -> Vec<String> {
    let mut bound: Vec<String> = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let names = if is_sign(token, &["->"]) {
            match at.checked_sub(1).map(|before| &tokens[before]) {
                Some(close) if is_sign(close, &[")"]) => {
                    let open = tokens[..at].iter().rposition(|token| is_sign(token, &["("]));
                    open.and_then(|open| list(&tokens[open + 1..at - 1], |rest| rest.is_empty()))
                }
                Some(name) => identifier(name).map(|name| vec![name]),
                None => None,
            }
        } else if is_word(token, "lambda") {
            list(&tokens[at + 1..], |rest| rest.first().is_some_and(|token| is_sign(token, &[":"])))
        } else if is_word(token, "for") {
            list(&tokens[at + 1..], |rest| rest.first().is_some_and(|token| is_word(token, "in")))
        } else {
            None
        };
        bound.extend(names.into_iter().flatten());
    }
    bound.sort();
    bound.dedup_by(|a, b| a.eq_ignore_ascii_case(b));
    bound
}

/// Names parted by commas, when what they end with is right.
fn list(tokens: &[SqlToken], ends: impl Fn(&[SqlToken]) -> bool) -> Option<Vec<String>> {
    let mut names = Vec::new();
    let mut rest = tokens;
    loop {
        names.push(identifier(rest.first()?)?);
        rest = &rest[1..];
        if ends(rest) {
            return Some(names);
        }
        rest = rest.first().filter(|token| is_sign(token, &[","])).map(|_| &rest[1..])?;
    }
}

fn is_word(token: &SqlToken, word: &str) -> bool {
    token.kind == SqlTokenKind::Word && token.text.eq_ignore_ascii_case(word)
}

#[cfg(test)]
mod tests {
    use super::freshen;
    use esker_grammar::Span;
    use esker_grammar::sql::{lex, render};

    #[test]
    fn what_an_expression_binds_gets_new_names_and_nothing_else_does() {
        let cases = [
            ("list_transform($l, x -> x + $a)", "list_transform ($l, __esker_1_x -> __esker_1_x + $a)"),
            ("f($l, (x, Y) -> X * y)", "f ($l, (__esker_1_x, __esker_1_Y) -> __esker_1_x * __esker_1_Y)"),
            ("f($l, lambda x, i: x + i)", "f ($l, lambda __esker_1_x, __esker_1_i : __esker_1_x + __esker_1_i)"),
            ("[x * 2 for x in $l if x > 1]", "[__esker_1_x * 2 for __esker_1_x in $l if __esker_1_x > 1]"),
            ("f($l, x -> x -> '$.a')", "f ($l, __esker_1_x -> __esker_1_x -> '$.a')"),
            ("f($l, x -> {x: x.x, 'y': x(1)})", "f ($l, __esker_1_x -> { x : __esker_1_x.x, 'y' : x (1) })"),
            (
                "f($l, date -> cast(date as date)::date)",
                "f ($l, __esker_1_date -> cast (__esker_1_date as date)::date)",
            ),
            ("g(x => 1, h($l, \"x\" -> x))", "g (x => 1, h ($l, __esker_1_x -> __esker_1_x))"),
            ("($a::json) -> 'k'", "($a::json) -> 'k'"),
            ("case when $a then 1 end", "case when $a then 1 end"),
        ];
        for (body, expected) in cases {
            let mut text = lex(body, Span::new(0, body.len() as u32)).0;
            freshen(&mut text.tokens, 1);
            assert_eq!(render(&text, &[]), expected, "{body}");
        }
    }
}
