//! Functions put in place, on tokens: what the engine runs. `tier(a + b)` becomes `cast((body) as type)`, where the body
//! has `cast((a + b) as type of the parameter)` for the parameter, so that neither the precedence of operators nor a name
//! of the one can change the other.

use super::{Signature, Signatures, call_at, identifier, is_sign, names::freshen, signatures};
use esker_declare::{DataType, ItemKind};
use esker_grammar::Span;
use esker_grammar::sql::{SqlText, SqlToken, SqlTokenKind, lex};
use esker_resolve::item;
use esker_source::{Db, Project};

/// How many tokens functions may become in one piece of SQL: each use of a parameter repeats the argument.
const MOST_TOKENS: usize = 200_000;

/// The SQL with the project's functions in place. Calls that are wrong, and what would become too large, stay as they
/// are: both are reported.
pub fn expand_functions(db: &dyn Db, project: Project, text: &SqlText) -> SqlText {
    let signatures = signatures(db, project);
    if super::called(text, signatures).is_empty() {
        return text.clone();
    }
    expanded(db, project, signatures, text).0
}

/// Whether a piece of SQL is too large with its functions in place.
pub(crate) fn is_too_large(db: &dyn Db, project: Project, text: &SqlText) -> bool {
    let signatures = signatures(db, project);
    !super::called(text, signatures).is_empty() && expanded(db, project, signatures, text).1
}

fn expanded(db: &dyn Db, project: Project, signatures: &Signatures, text: &SqlText) -> (SqlText, bool) {
    let mut expansion = Expansion { db, project, signatures, path: Vec::new(), count: 0, made: 0 };
    let tokens = expansion.tokens(&text.tokens);
    (SqlText { tokens }, expansion.made > MOST_TOKENS)
}

struct Expansion<'a> {
    db: &'a dyn Db,
    project: Project,
    signatures: &'a Signatures,
    /// The functions whose bodies we are in: one of them again would never end.
    path: Vec<&'a str>,
    /// How many bodies were put in place: what makes new names new.
    count: usize,
    /// How many tokens came of that.
    made: usize,
}

impl<'a> Expansion<'a> {
    /// Calls nest as deeply as brackets do, and functions as long as their chain is: the stack grows with them.
    fn tokens(&mut self, tokens: &[SqlToken]) -> Vec<SqlToken> {
        stacker::maybe_grow(128 * 1024, 1024 * 1024, || self.tokens_here(tokens))
    }

    fn tokens_here(&mut self, tokens: &[SqlToken]) -> Vec<SqlToken> {
        let mut out: Vec<SqlToken> = Vec::with_capacity(tokens.len());
        let mut at = 0;
        while at < tokens.len() {
            let Some((name, close)) = call_at(tokens, at, self.signatures) else {
                out.push(tokens[at].clone());
                at += 1;
                continue;
            };
            let mut args: Vec<(Option<String>, Vec<SqlToken>)> = Vec::new();
            for arg in arguments(&tokens[at + 2..close]) {
                let (name, value) = named(arg);
                args.push((name, self.tokens(value)));
            }
            let receiver = receiver_start(&out);
            if let Some(start) = receiver {
                args.insert(0, (None, out[start..out.len() - 1].to_vec()));
            }
            match self.call(name, &args) {
                Some(made) => {
                    out.truncate(receiver.unwrap_or(out.len()));
                    out.extend(made);
                }
                None => out.extend_from_slice(&tokens[at..=close]),
            }
            at = close + 1;
        }
        out
    }

    /// The body of a function with these arguments in it; nothing when the call is wrong.
    fn call(&mut self, name: &'a str, args: &[(Option<String>, Vec<SqlToken>)]) -> Option<Vec<SqlToken>> {
        let signature = self.signatures.get(name).filter(|signature| !signature.taken)?;
        let places = signature.places(args.iter().map(|(name, _)| name.as_deref())).ok()?;
        let known = |ty: &DataType| !ty.is_unknown();
        let complete = known(&signature.returns) && signature.params.iter().all(|param| known(&param.ty));
        let endless = self.path.contains(&name) || self.made > MOST_TOKENS;
        if endless || !complete || !signature.is_filled(&places) {
            return None;
        }
        let mut body = item(self.db, self.project, ItemKind::Fn, name)?.bodies(self.db).get(&None)?.tokens.clone();
        self.count += 1;
        freshen(&mut body, self.count);
        self.path.push(name);
        let body = self.tokens(&body);
        self.path.pop();
        let values: Vec<Vec<SqlToken>> =
            (0..signature.params.len()).map(|n| value(signature, n, &places, args)).collect();
        let param = |token: &SqlToken| {
            let name = (token.kind == SqlTokenKind::Param).then(|| token.text.trim_start_matches('$'))?;
            signature.params.iter().position(|param| param.name == name)
        };
        let mut made = Vec::new();
        for token in &body {
            match param(token) {
                Some(n) => made.extend_from_slice(&values[n]),
                None => made.push(token.clone()),
            }
            if self.made + made.len() > MOST_TOKENS {
                self.made += made.len();
                return None;
            }
        }
        let made = cast(&made, &signature.returns);
        self.made += made.len();
        Some(made)
    }
}

/// What stands for the nth parameter.
fn value(signature: &Signature, n: usize, places: &[usize], args: &[(Option<String>, Vec<SqlToken>)]) -> Vec<SqlToken> {
    let param = &signature.params[n];
    match places.iter().position(|place| *place == n) {
        Some(arg) => cast(&args[arg].1, &param.ty),
        None => cast(&lexed(param.default.as_deref().unwrap_or("null")), &param.ty),
    }
}

/// `cast((…) as type)`
fn cast(value: &[SqlToken], ty: &DataType) -> Vec<SqlToken> {
    let mut made = lexed("cast((");
    made.extend_from_slice(value);
    made.extend(lexed(&format!(") as {ty})")));
    made
}

fn lexed(text: &str) -> Vec<SqlToken> {
    lex(text, Span::new(0, text.len() as u32)).0.tokens
}

/// The pieces between the commas.
fn arguments(tokens: &[SqlToken]) -> Vec<&[SqlToken]> {
    let mut pieces = Vec::new();
    let (mut start, mut depth) = (0, 0_usize);
    for (at, token) in tokens.iter().enumerate() {
        if is_sign(token, &["(", "[", "{"]) {
            depth += 1;
        } else if is_sign(token, &[")", "]", "}"]) {
            depth = depth.saturating_sub(1);
        } else if depth == 0 && is_sign(token, &[","]) {
            pieces.push(&tokens[start..at]);
            start = at + 1;
        }
    }
    if start < tokens.len() {
        pieces.push(&tokens[start..]);
    }
    pieces
}

/// The name before `=>` or `:=`, and the value.
fn named(arg: &[SqlToken]) -> (Option<String>, &[SqlToken]) {
    match arg {
        [name, sign, value @ ..] if is_sign(sign, &["=>", ":="]) => (identifier(name), value),
        value => (None, value),
    }
}

/// Where the value begins that stands before the dot of `value.f(…)`; nothing when no dot ends these tokens.
fn receiver_start(out: &[SqlToken]) -> Option<usize> {
    const WORDS: &[&str] = &["and", "or", "not", "in", "when", "then", "else", "select", "where", "on", "by", "having"];
    let mut at = out.len().checked_sub(1).filter(|dot| is_sign(&out[*dot], &["."]))?;
    loop {
        at = at.checked_sub(1)?;
        if is_sign(&out[at], &[")", "]", "}"]) {
            at = opening(out, at)?;
            let owner = at.checked_sub(1).map(|before| &out[before]);
            let owns = owner.is_some_and(|token| {
                let name = identifier(token).is_some_and(|name| !WORDS.contains(&name.to_lowercase().as_str()));
                name || is_sign(token, &[")", "]"])
            });
            if owns {
                continue;
            }
        }
        match at.checked_sub(1) {
            Some(before) if is_sign(&out[before], &["."]) => at = before,
            _ => return Some(at),
        }
    }
}

/// The bracket that opens the group that ends at `close`.
fn opening(tokens: &[SqlToken], close: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for at in (0..=close).rev() {
        if is_sign(&tokens[at], &[")", "]", "}"]) {
            depth += 1;
        } else if is_sign(&tokens[at], &["(", "[", "{"]) {
            depth = depth.checked_sub(1)?;
            if depth == 0 {
                return Some(at);
            }
        }
    }
    None
}
