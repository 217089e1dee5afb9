//! The project's own functions: their signatures, which a call is typed by, and which of them a piece of SQL calls.
//!
//! A function is one expression over its parameters. It is checked once, where it is declared ([`fn_errors`]); the IR of
//! what calls it keeps the call; only the engine's SQL has the expression in its place ([`expand_functions`]).

mod check;
mod expand;
mod lambda;
mod names;
#[cfg(test)]
mod tests;

pub use check::fn_errors;
pub(crate) use check::too_large;
pub use expand::expand_functions;
pub(crate) use expand::is_too_large;
pub(crate) use lambda::subqueries_in_lambdas;

use crate::types::{Typed, is_function};
use esker_declare::{DataType, Item, ItemDecl, ItemKind, ParamType};
use esker_grammar::sql::{SqlText, SqlToken, SqlTokenKind};
use esker_resolve::{item, names as index, resolve_type};
use esker_source::{Db, Project};
use esker_sql::{Expr, QueryIr};
use std::collections::{BTreeMap, BTreeSet};

/// What callers see of a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// Its parameters, in order.
    pub params: Vec<Parameter>,
    /// What it returns.
    pub returns: DataType,
    /// Whether the engine has a function of its name, which is reported where it is declared.
    pub taken: bool,
    /// Whether its definition could not be read whole: nothing is said of its calls.
    pub broken: bool,
}

/// A parameter of a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// Its name: `$name` in the body.
    pub name: String,
    /// The type of its values.
    pub ty: DataType,
    /// What it is when it is left out, as SQL.
    pub default: Option<String>,
}

/// The functions of a project by their names in lower case.
pub type Signatures = BTreeMap<String, Signature>;

/// The signatures of all functions. It depends on what they declare, not on their bodies.
#[salsa::tracked]
pub fn signatures(db: &dyn Db, project: Project) -> Signatures {
    let names: Vec<String> = index(db, project).of_kind(ItemKind::Fn).map(str::to_string).collect();
    let signature = |name: String| {
        let item = item(db, project, ItemKind::Fn, &name)?;
        let ItemDecl::Fn(decl) = item.decl(db) else { return None };
        let params = decl.params.iter().map(|param| Parameter {
            name: param.name.clone(),
            ty: match &param.ty {
                ParamType::Value(ty) => resolve_type(db, project, ty),
                _ => DataType::Unknown,
            },
            default: param.default.as_ref().and_then(|value| value.to_sql()),
        });
        let returns = resolve_type(db, project, &decl.returns);
        let (taken, broken) = (is_function(&name), item.broken(db));
        let returns = if broken { DataType::Unknown } else { returns };
        Some((name, Signature { params: params.collect(), returns, taken, broken }))
    };
    names.into_iter().filter_map(signature).collect()
}

impl Signature {
    /// `tier(amount decimal(18, 2), best boolean = true)`
    pub fn written(&self, name: &str) -> String {
        let param = |param: &Parameter| match &param.default {
            Some(default) => format!("{} {} = {default}", param.name, param.ty),
            None => format!("{} {}", param.name, param.ty),
        };
        let params: Vec<String> = self.params.iter().map(param).collect();
        format!("{name}({})", params.join(", "))
    }

    /// The parameter of each argument: by its name, else by its place. The error is the first argument that has none, or
    /// one that has its parameter twice.
    pub(crate) fn places<'n>(&self, args: impl Iterator<Item = Option<&'n str>>) -> Result<Vec<usize>, usize> {
        let mut places: Vec<usize> = Vec::new();
        for (n, name) in args.enumerate() {
            let place = match name {
                Some(name) => self.params.iter().position(|param| param.name.eq_ignore_ascii_case(name)),
                None => (n < self.params.len() && places.iter().enumerate().all(|(n, place)| n == *place)).then_some(n),
            };
            match place {
                Some(place) if !places.contains(&place) => places.push(place),
                _ => return Err(n),
            }
        }
        Ok(places)
    }

    /// Whether every parameter that needs an argument has one.
    pub(crate) fn is_filled(&self, places: &[usize]) -> bool {
        self.params.iter().enumerate().all(|(n, param)| param.default.is_some() || places.contains(&n))
    }
}

/// The types that the project names, by name in lower case: in SQL they have to be written out.
#[salsa::tracked]
pub(crate) fn project_types(db: &dyn Db, project: Project) -> BTreeMap<String, DataType> {
    let names = index(db, project).of_kind(ItemKind::Type);
    names.map(|name| (name.to_string(), resolve_type(db, project, &DataType::Named(name.to_string())))).collect()
}

/// The functions that a piece of SQL calls itself.
pub(crate) fn called<'s>(text: &SqlText, signatures: &'s Signatures) -> BTreeSet<&'s str> {
    let tokens = &text.tokens;
    let calls = (0..tokens.len()).filter_map(|at| call_at(tokens, at, signatures));
    calls.map(|(name, _)| name).collect()
}

/// The call of a function of the project that begins at token `at`: its name and its closing parenthesis.
fn call_at<'s>(tokens: &[SqlToken], at: usize, signatures: &'s Signatures) -> Option<(&'s str, usize)> {
    tokens.get(at + 1).filter(|token| is_sign(token, &["("]))?;
    let (name, _) = signatures.get_key_value(&identifier(&tokens[at])?.to_lowercase())?;
    Some((name, closing(tokens, at + 1)?))
}

/// What one function means: the types, the defaults, and the expression, with parameters by their number.
#[salsa::tracked]
fn own_meaning<'db>(db: &'db dyn Db, project: Project, function: Item<'db>) -> String {
    let signatures = signatures(db, project);
    let Some(signature) = signatures.get(&function.name(db).to_lowercase()) else { return String::new() };
    let body = function.bodies(db).get(&None).cloned().unwrap_or_default();
    let mut ir = esker_sql::lower_expression(&body).query;
    for expr in &mut ir.exprs {
        if let Expr::Param(name) = expr
            && let Some(n) = signature.params.iter().position(|param| param.name == *name)
        {
            *name = n.to_string();
        }
    }
    by_place(&mut ir, signatures);
    let params: Vec<String> =
        signature.params.iter().map(|param| format!("{} = {:?}", param.ty, param.default)).collect();
    format!("({}) -> {} {ir:?}", params.join(", "), signature.returns)
}

/// What the functions mean that a piece of SQL calls, directly or through others; empty when it calls none.
pub(crate) fn meaning_of_called(db: &dyn Db, project: Project, text: &SqlText) -> String {
    let signatures = signatures(db, project);
    let mut all: BTreeMap<&str, String> = BTreeMap::new();
    let mut todo: Vec<&str> = called(text, signatures).into_iter().collect();
    while let Some(name) = todo.pop() {
        let Some(function) = item(db, project, ItemKind::Fn, name).filter(|_| !all.contains_key(name)) else {
            continue;
        };
        all.insert(name, own_meaning(db, project, function).clone());
        todo.extend(function.bodies(db).values().flat_map(|body| called(body, signatures)));
    }
    all.iter().map(|(name, meaning)| format!("{name}{meaning}\n")).collect()
}

/// Names the arguments of the project's functions by the number of their parameter, which a new name leaves as it is.
pub(crate) fn by_place(ir: &mut QueryIr, signatures: &Signatures) {
    for expr in &mut ir.exprs {
        let Expr::Call(call) = expr else { continue };
        let Some(signature) = signatures.get(&call.name).filter(|_| call.args.iter().any(|arg| arg.name.is_some()))
        else {
            continue;
        };
        let Ok(places) = signature.places(call.args.iter().map(|arg| arg.name.as_deref())) else { continue };
        for (n, (arg, place)) in call.args.iter_mut().zip(places).enumerate() {
            arg.name = (place != n).then(|| place.to_string());
        }
    }
}

/// Whether a value becomes one of this type by itself.
pub(crate) fn fits(value: &Typed, ty: &DataType) -> bool {
    crate::types::is_implicit(value, ty)
}

fn is_sign(token: &SqlToken, signs: &[&str]) -> bool {
    token.kind == SqlTokenKind::Symbol && signs.contains(&token.text.as_str())
}

/// The name that a token is, if it is one.
fn identifier(token: &SqlToken) -> Option<String> {
    match token.kind {
        SqlTokenKind::Word => Some(token.text.clone()),
        SqlTokenKind::QuotedIdent => Some(token.text.trim_matches('"').replace("\"\"", "\"")),
        _ => None,
    }
}

/// The bracket that closes the one at `open`.
fn closing(tokens: &[SqlToken], open: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate().skip(open) {
        if is_sign(token, &["(", "[", "{"]) {
            depth += 1;
        } else if is_sign(token, &[")", "]", "}"]) {
            depth -= 1;
            if depth == 0 {
                return Some(at);
            }
        }
    }
    None
}
