//! Subqueries that come into a lambda by a function's expression: the engine refuses them there.

use super::{Signatures, signatures};
use crate::{At, InferError, InferErrorKind};
use esker_declare::ItemKind;
use esker_resolve::item;
use esker_source::{Db, Project};
use esker_sql::{Call, Expr, ExprId, QueryIr, lower_expression};

/// The arguments that are, or hold, a subquery, of functions that put them into a lambda.
pub(crate) fn subqueries_in_lambdas(db: &dyn Db, project: Project, ir: &QueryIr) -> Vec<InferError> {
    let signatures = signatures(db, project);
    let mut errors = Vec::new();
    for expr in &ir.exprs {
        let Expr::Call(call) = expr else { continue };
        for (argument, place) in arguments(call, signatures) {
            let is_query = |expr: &Expr| {
                matches!(
                    expr,
                    Expr::Subquery(_)
                        | Expr::ArrayQuery(_)
                        | Expr::Exists(_)
                        | Expr::InQuery(..)
                        | Expr::Quantified(..)
                )
            };
            if holds(ir, argument, &is_query) && in_lambda(db, project, &call.name, place, &mut Vec::new()) {
                let param = signatures[&call.name].params[place].name.clone();
                let kind = InferErrorKind::QueryInLambda { function: call.name.clone(), param };
                errors.push(InferError { at: At::Expr(argument), kind });
            }
        }
    }
    errors
}

/// The arguments of a call of a function of the project, each with the number of its parameter.
fn arguments(call: &Call, signatures: &Signatures) -> Vec<(ExprId, usize)> {
    let Some(signature) = signatures.get(&call.name) else { return Vec::new() };
    let places = signature.places(call.args.iter().map(|arg| arg.name.as_deref())).unwrap_or_default();
    call.args.iter().map(|arg| arg.expr).zip(places).collect()
}

/// Whether an expression, or a part of it, is so.
fn holds(ir: &QueryIr, expr: ExprId, is: &impl Fn(&Expr) -> bool) -> bool {
    let mut todo = vec![expr];
    while let Some(id) = todo.pop() {
        let expr = ir.expr(id);
        if is(expr) {
            return true;
        }
        todo.extend(expr.parts());
    }
    false
}

/// Whether a function has a parameter in a lambda, itself or through another function. `seen` keeps off circles.
fn in_lambda(db: &dyn Db, project: Project, name: &str, place: usize, seen: &mut Vec<(String, usize)>) -> bool {
    let signatures = signatures(db, project);
    let Some(param) = signatures.get(name).and_then(|signature| signature.params.get(place)) else { return false };
    let step = (name.to_string(), place);
    if seen.contains(&step) {
        return false;
    }
    seen.push(step);
    let body = item(db, project, ItemKind::Fn, name).and_then(|function| function.bodies(db).get(&None));
    let Some(body) = body else { return false };
    let ir = lower_expression(body).query;
    let is_param = |expr: &Expr| matches!(expr, Expr::Param(name) if *name == param.name);
    ir.exprs.iter().any(|expr| match expr {
        Expr::Lambda(_, value) => holds(&ir, *value, &is_param),
        Expr::Call(call) => arguments(call, signatures).into_iter().any(|(argument, place)| {
            holds(&ir, argument, &is_param) && in_lambda(db, project, &call.name, place, seen)
        }),
        _ => false,
    })
}
