//! What is wrong with a function where it is declared: its name, its expression, what that returns, and circles.

use super::{Signature, called, fits, is_too_large, project_types, signatures};
use crate::bind::{Known, bind, is_aggregate};
use crate::types::Typed;
use crate::{At, InferError, InferErrorKind};
use esker_declare::{DataType, Item, ItemKind, Part, Place};
use esker_diagnostics::{self as diagnostics, Diagnostic, Location, nearest};
use esker_grammar::sql::{SqlText, SqlTokenKind};
use esker_resolve::{item, item_location, place_location, sql_refs};
use esker_source::{Db, Project};
use esker_sql::{Body, Expr, ExprId, Lowered, QueryIr, QuerySourceMap, lower_expression};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// What is wrong with a function; nothing for other items.
pub fn fn_errors<'db>(db: &'db dyn Db, project: Project, function: Item<'db>) -> Vec<Diagnostic> {
    if function.kind(db) != ItemKind::Fn {
        return Vec::new();
    }
    let name = function.name(db).to_lowercase();
    let Some(signature) = signatures(db, project).get(&name) else { return Vec::new() };
    // Another function of the name was reported: the signature is that one's.
    if item(db, project, ItemKind::Fn, &name) != Some(function) {
        return Vec::new();
    }
    let check = Check { db, project, function, name: &name, signature };
    let mut found = Vec::new();
    if signature.taken {
        found.push(check.taken());
    }
    if let Some(body) = function.bodies(db).get(&None) {
        found.extend(check.body(body));
        found.extend(check.circle());
    }
    found
}

struct Check<'db, 'a> {
    db: &'db dyn Db,
    project: Project,
    function: Item<'db>,
    name: &'a str,
    signature: &'db Signature,
}

impl Check<'_, '_> {
    /// Where tokens of its expression stand.
    fn at(&self, tokens: Range<u32>) -> Location {
        let span = self.function.places(self.db).sql_span(None, tokens);
        Location { file: self.function.file(self.db).path(self.db).clone(), span }
    }

    fn place(&self, part: Part) -> Location {
        place_location(self.db, self.function, Place { version: None, part })
    }

    fn taken(&self) -> Diagnostic {
        let name = self.function.name(self.db);
        let title = format!("the engine has a function `{name}` of its own");
        Diagnostic::new(diagnostics::FUNCTION_NAME, title, self.place(Part::Name), "taken by the engine")
            .why("A reader of the SQL could not tell which of the two is meant.")
            .help("Give it another name.")
    }

    /// What is wrong with the expression: as SQL, as an expression over the parameters, or in its types.
    fn body(&self, body: &SqlText) -> Vec<Diagnostic> {
        if body.tokens.is_empty() {
            let found = self.unfit(0..0, "the function has no expression", "nothing to compute");
            return vec![found.help("Write the expression over the parameters, as `$name`.")];
        }
        let reads: Vec<Diagnostic> =
            sql_refs(body).iter().map(|found| self.reads_table(found.tokens.clone())).collect();
        if !reads.is_empty() {
            return reads;
        }
        let mut found = self.variables(body);
        let lowered = lower_expression(body);
        if !lowered.errors.is_empty() {
            found.extend(lowered.errors.iter().map(|error| error.diagnostic(|tokens| self.at(tokens))));
            return found;
        }
        let Some(value) = only_value(&lowered.query) else {
            let whole = 0..body.tokens.len() as u32;
            found.push(match &lowered.query.opaque {
                Some(construct) => {
                    self.unfit(whole, &format!("`{construct}` cannot stand in a function"), "not a value")
                }
                None => self
                    .unfit(whole, "a function is one expression", "more than one value")
                    .help("Return a struct, `{'a': …, 'b': …}`, or write a function for each."),
            });
            return found;
        };
        let unfit = self.unfit_parts(&lowered);
        if !unfit.is_empty() {
            found.extend(unfit);
            return found;
        }
        let (errors, result) = self.value(&lowered.query);
        found.extend(errors.iter().map(|error| self.type_error(error, &lowered.source_map)));
        if errors.is_empty() && is_too_large(self.db, self.project, body) {
            found.push(too_large(self.place(Part::Name)));
        }
        if let Some(result) = result.filter(|result| errors.is_empty() && !fits(result, &self.signature.returns)) {
            found.push(self.wrong_result(&result.ty, lowered.source_map.expr(value)));
        }
        found
    }

    fn unfit(&self, tokens: Range<u32>, title: &str, label: &str) -> Diagnostic {
        Diagnostic::new(diagnostics::FUNCTION_BODY, title, self.at(tokens), label)
            .why("A function makes one value out of its arguments, for each row alone.")
    }

    fn reads_table(&self, tokens: Range<u32>) -> Diagnostic {
        self.unfit(tokens, "a function reads no table", "reads a table")
            .help("Make what reads tables a model; pass the values that this needs as arguments.")
    }

    /// Variables that are no parameters.
    fn variables(&self, body: &SqlText) -> Vec<Diagnostic> {
        let names = || self.signature.params.iter().map(|param| param.name.as_str());
        let params = body.tokens.iter().enumerate().filter(|(_, token)| token.kind == SqlTokenKind::Param);
        let foreign = params.filter(|(_, token)| !names().any(|name| name == token.text.trim_start_matches('$')));
        let error = |(at, name): (usize, &str)| {
            let at = self.at(at as u32..at as u32 + 1);
            let title = format!("`${name}` is no parameter of this function");
            let found = Diagnostic::new(diagnostics::UNKNOWN_VARIABLE, title, at, "no such parameter");
            match nearest(name, names()) {
                Some(near) => found.help(format!("Did you mean `${near}`?")),
                None => found
                    .why("A function knows its parameters only, so that its result hangs on nothing else.")
                    .help(format!("Declare a parameter `{name}`, and pass the value where the function is called.")),
            }
        };
        foreign.map(|(at, token)| error((at, token.text.trim_start_matches('$')))).collect()
    }

    /// Subqueries, aggregates, windows, and functions that make rows: not a value of one row.
    fn unfit_parts(&self, lowered: &Lowered) -> Vec<Diagnostic> {
        let (ir, map) = (&lowered.query, &lowered.source_map);
        let mut found: Vec<(Range<u32>, Diagnostic)> = Vec::new();
        for (n, expr) in ir.exprs.iter().enumerate() {
            let at = map.expr(ExprId(n as u32));
            let diagnostic = match expr {
                Expr::Subquery(_)
                | Expr::ArrayQuery(_)
                | Expr::Exists(_)
                | Expr::InQuery(..)
                | Expr::Quantified(..) => self
                    .unfit(at.clone(), "a subquery stands in a function", "a query of its own")
                    .help("Pass what it returns as an argument."),
                Expr::Call(call) if call.over.is_some() || is_aggregate(&call.name) => {
                    let (name, window) = (call.name.clone(), call.over.is_some());
                    let kind = InferErrorKind::MisplacedAggregate { name, window, clause: "a function" };
                    let error = InferError { at: At::Expr(ExprId(n as u32)), kind };
                    error.diagnostic(map, |tokens| self.at(tokens)).help("Pass what it returns as an argument.")
                }
                Expr::Call(call) if ["unnest", "unlist", "generate_subscripts"].contains(&call.name.as_str()) => {
                    let title = format!("`{}` makes rows, and stands in a function", call.name);
                    self.unfit(at.clone(), &title, "not a value of one row")
                }
                Expr::Star(_) => self.unfit(at.clone(), "a `*` stands in a function", "there are no columns here"),
                _ => continue,
            };
            found.push((at, diagnostic));
        }
        // What stands inside another is a part of that.
        let inside = |a: &Range<u32>, b: &Range<u32>| a != b && b.start <= a.start && a.end <= b.end;
        let outer: Vec<Range<u32>> = found.iter().map(|(at, _)| at.clone()).collect();
        found.retain(|(at, _)| !outer.iter().any(|other| inside(at, other)));
        found.into_iter().map(|(_, diagnostic)| diagnostic).collect()
    }

    /// The type of an expression over the parameters, and what is wrong with its names and types.
    fn value(&self, ir: &QueryIr) -> (Vec<InferError>, Option<Typed>) {
        let params = &self.signature.params;
        let variables: Vec<(&str, DataType)> = params.iter().map(|p| (p.name.as_str(), p.ty.clone())).collect();
        let known = Known {
            variables: &variables,
            functions: signatures(self.db, self.project),
            types: project_types(self.db, self.project),
        };
        let bound = bind(ir, &[], known);
        let only = only_value(ir).and_then(|value| bound.typed.get(value.0 as usize).cloned().flatten());
        (bound.errors, only)
    }

    fn type_error(&self, error: &InferError, map: &QuerySourceMap) -> Diagnostic {
        let found = error.diagnostic(map, |tokens| self.at(tokens));
        let (InferErrorKind::UnknownColumn { name, .. } | InferErrorKind::UnknownTableAlias { name, .. }) = &error.kind
        else {
            return found;
        };
        let title = format!("a function has no column `{name}`");
        let found = Diagnostic::new(found.code, title, found.primary.at, "there are no columns here");
        match nearest(name, self.signature.params.iter().map(|param| param.name.as_str())) {
            Some(near) if near.eq_ignore_ascii_case(name) => found.help(format!("The parameter is written `${near}`.")),
            Some(near) => found.help(format!("Did you mean the parameter `${near}`?")),
            None => found.help(format!("Declare a parameter `{name}`, and write `${name}`.")),
        }
    }

    fn wrong_result(&self, ty: &DataType, tokens: Range<u32>) -> Diagnostic {
        let returns = &self.signature.returns;
        let title = format!("`{}` returns `{ty}`, not `{returns}`", self.function.name(self.db));
        Diagnostic::new(diagnostics::FUNCTION_RESULT, title, self.at(tokens), format!("this is `{ty}`"))
            .related(self.place(Part::Type), format!("declared to return `{returns}`"))
            .help(format!("Write `cast(… as {returns})`, or declare `-> {ty}`."))
    }

    /// A circle of functions through this one, told at the first of them by name.
    fn circle(&self) -> Option<Diagnostic> {
        let path = self.path_back()?;
        if path.iter().min() != path.first() {
            return None;
        }
        let body = self.function.bodies(self.db).get(&None)?;
        let next = path.get(1).unwrap_or(&path[0]);
        let calls = |n: &usize| {
            super::call_at(&body.tokens, *n, signatures(self.db, self.project)).is_some_and(|(f, _)| f == next)
        };
        let call = (0..body.tokens.len()).find(calls).unwrap_or(0) as u32;
        let title = match &path[..] {
            [only] => format!("the function `{only}` calls itself"),
            _ => {
                let circle: Vec<&str> = path.iter().chain(path.first()).map(String::as_str).collect();
                format!("these functions call each other in a circle: {}", circle.join(" → "))
            }
        };
        let mut found =
            Diagnostic::new(diagnostics::FUNCTION_CYCLE, title, self.at(call..call + 1), format!("calls `{next}`"));
        for name in path.iter().skip(1) {
            let other = item(self.db, self.project, ItemKind::Fn, name)?;
            found = found.related(item_location(self.db, other), format!("`{name}` is declared here"));
        }
        Some(
            found
                .why("A function stands for its expression, which would never end.")
                .help("Take one of these calls out; what goes on and on is a query with `with recursive`."),
        )
    }

    /// The shortest way from the function over those it calls back to itself, without its end.
    fn path_back(&self) -> Option<Vec<String>> {
        let signatures = signatures(self.db, self.project);
        let mut came_from: BTreeMap<&str, &str> = BTreeMap::new();
        let mut rim: Vec<&str> = vec![self.name];
        while !rim.is_empty() {
            let mut next = Vec::new();
            for name in rim {
                let body = item(self.db, self.project, ItemKind::Fn, name)?.bodies(self.db).get(&None);
                let calls: BTreeSet<&str> = body.map(|body| called(body, signatures)).unwrap_or_default();
                for callee in calls {
                    if callee == self.name {
                        let mut path = vec![name.to_string()];
                        while let Some(before) = came_from.get(path[path.len() - 1].as_str()) {
                            path.push(before.to_string());
                        }
                        path.reverse();
                        return Some(path);
                    }
                    if !came_from.contains_key(callee) {
                        came_from.insert(callee, name);
                        next.push(callee);
                    }
                }
            }
            rim = next;
        }
        None
    }
}

/// The one expression of a query that is nothing but that.
fn only_value(ir: &QueryIr) -> Option<ExprId> {
    let Body::Select(select) = &ir.query(ir.root?).body else { return None };
    match &select.items[..] {
        [only] if select.from.is_empty() && !matches!(ir.expr(only.expr), Expr::Row(_)) => Some(only.expr),
        _ => None,
    }
}

/// That functions would become too much SQL.
pub(crate) fn too_large(at: Location) -> Diagnostic {
    Diagnostic::new(
        diagnostics::FUNCTION_BODY,
        "too much SQL comes of these functions",
        at,
        "repeats its arguments too often",
    )
    .why("A function's expression is put where it is called, with the argument wherever the parameter stands.")
    .help("Use a parameter once, or compute the inner values in a CTE.")
}
