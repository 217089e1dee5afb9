//! Function calls: aggregates and windows where they may stand, arguments that fit, and what comes out.

use super::Binder;
use super::expr::strict;
use super::scope::Clause;
use crate::functions::Signature;
use crate::types::{Kind, Resolved, Typed, catalog, is_function, is_implicit, resolve};
use crate::{At, InferErrorKind, Nullability};
use esker_declare::DataType;
use esker_diagnostics::nearest;
use esker_sql::{Call, Expr, ExprId, Literal, Window};

/// Functions that are never null, whatever their arguments are.
const NEVER_NULL: &[&str] = &[
    "count",
    "count_star",
    "count_if",
    "countif",
    "row_number",
    "rank",
    "dense_rank",
    "percent_rank",
    "cume_dist",
    "ntile",
    "concat",
    "now",
    "current_date",
    "current_timestamp",
    "today",
    "random",
    "uuid",
    "pi",
    "grouping",
    "approx_count_distinct",
    "regr_count",
];

/// Functions that are null only where an argument is.
const NULL_IN_NULL_OUT: &[&str] = &[
    "upper",
    "lower",
    "ucase",
    "lcase",
    "trim",
    "ltrim",
    "rtrim",
    "length",
    "len",
    "strlen",
    "abs",
    "round",
    "floor",
    "replace",
    "reverse",
    "date_trunc",
    "datetrunc",
    "year",
    "month",
    "day",
    "hour",
    "minute",
    "second",
    "md5",
    "left",
    "right",
    "starts_with",
    "contains",
    "sign",
    "last_day",
];

/// Aggregates that only make sense over a window.
const WINDOW_ONLY: &[&str] = &[
    "row_number",
    "rank",
    "dense_rank",
    "rank_dense",
    "percent_rank",
    "cume_dist",
    "ntile",
    "lag",
    "lead",
    "first_value",
    "last_value",
    "nth_value",
];

/// Functions of other engines, and what this one has for them.
const ELSEWHERE: &[(&str, &str)] = &[
    ("charindex", "instr(text, part)"),
    ("convert", "cast(… as …)"),
    ("date_format", "strftime(time, format)"),
    ("dateadd", "time + interval 1 day"),
    ("getdate", "now()"),
    ("getutcdate", "now()"),
    ("iff", "if(condition, a, b)"),
    ("iif", "if(condition, a, b)"),
    ("isnull", "coalesce(a, b)"),
    ("newid", "uuid()"),
    ("nvl", "coalesce(a, b)"),
    ("nvl2", "if(a is not null, b, c)"),
    ("regexp_substr", "regexp_extract(text, pattern)"),
    ("safe_cast", "try_cast(… as …)"),
    ("safe_divide", "a / b"),
    ("str_to_date", "strptime(text, format)"),
    ("substring_index", "split_part(text, separator, index)"),
    ("sysdate", "now()"),
    ("to_char", "strftime(time, format)"),
    ("to_date", "cast(… as date)"),
    ("to_number", "cast(… as …)"),
    ("zeroifnull", "coalesce(a, 0)"),
];

impl Binder<'_> {
    /// The value of a call.
    pub(super) fn call(&mut self, id: ExprId, call: &Call) -> Typed {
        if let Some(signature) = self.known.functions.get(&call.name) {
            return self.project_call(id, call, signature);
        }
        let is_aggregate = is_aggregate(&call.name);
        let is_window = call.over.is_some();
        let outer = self.scope().in_aggregate;
        if is_window {
            self.misplaced_window(id, call);
        } else if WINDOW_ONLY.contains(&call.name.as_str()) {
            self.error(At::Expr(id), InferErrorKind::NeedsWindow { name: call.name.clone() });
        } else if is_aggregate {
            self.misplaced_aggregate(id, &call.name, outer);
            self.scope().aggregates = true;
            self.scope().in_aggregate = true;
        }
        let known = self.errors.len();
        let args: Vec<Typed> = call.args.iter().map(|arg| self.expr(arg.expr)).collect();
        for key in call.order_by.iter().filter_map(|item| item.expr) {
            self.expr(key);
        }
        if let Some(filter) = call.filter {
            self.condition(filter);
        }
        self.scope().in_aggregate = outer;
        if let Some(window) = &call.over {
            self.known_window(id, window);
            self.window(window);
        }
        if !is_function(&call.name) {
            // What its arguments mean depends on which function was meant.
            self.errors.truncate(known);
            let own = self.known.functions.keys().map(String::as_str);
            self.unknown_function(At::Expr(id), &call.name, catalog().keys().copied().chain(own));
            return Typed::UNKNOWN;
        }
        let text = call.args.first().and_then(|arg| match self.ir_expr(arg.expr) {
            Expr::Literal(Literal::String(text)) => Some(text.to_lowercase()),
            _ => None,
        });
        let named = call.args.iter().any(|arg| arg.name.is_some());
        let star = call.args.iter().any(|arg| matches!(self.ir_expr(arg.expr), Expr::Star(_)));
        let types: &[Typed] = if star && call.name == "count" { &[] } else { &args };
        // `percentile_cont(0.5) within group (order by x)` is `quantile_cont(x, 0.5)`.
        let ty = match within_group(call, self) {
            Some((name, value)) => match resolve(name, &[value, Typed::of(DataType::Double)], None) {
                Resolved::Returns(ty) => ty,
                _ => DataType::Unknown,
            },
            None => match resolve(&call.name, types, text.as_deref()) {
                Resolved::Returns(ty) => ty,
                Resolved::Mixed => {
                    let clashing = if call.name == "if" { args[1..].to_vec() } else { args.clone() };
                    self.clash(id, &call.name, &clashing);
                    DataType::Unknown
                }
                Resolved::NoForm(forms) if !named && !star && call.order_by.is_empty() => {
                    let types = args.iter().map(|arg| arg.ty.clone()).collect();
                    let kind = InferErrorKind::WrongArguments { name: call.name.clone(), types, forms };
                    self.error(At::Expr(id), kind);
                    DataType::Unknown
                }
                Resolved::NoForm(_) => DataType::Unknown,
                Resolved::NotListed => DataType::Unknown,
            },
        };
        Typed::of(ty).nulls(call_nulls(call, &args))
    }

    /// The value of a call of a function of the project: what its signature says, whatever the arguments are.
    fn project_call(&mut self, id: ExprId, call: &Call, signature: &Signature) -> Typed {
        let args: Vec<Typed> = call.args.iter().map(|arg| self.expr(arg.expr)).collect();
        let keys = call.order_by.iter().filter_map(|item| item.expr);
        keys.chain(call.filter).for_each(|part| drop(self.expr(part)));
        if let Some(window) = &call.over {
            self.window(window);
        }
        let result = Typed::of(signature.returns.clone());
        if signature.taken || signature.broken {
            return result;
        }
        let misused = [
            (call.schema, "behind a schema"),
            (call.over.is_some(), "over a window"),
            (call.distinct, "with `distinct`"),
            (call.filter.is_some(), "with a filter"),
            (!call.order_by.is_empty() || call.ignore_nulls, "over ordered rows"),
        ];
        if let Some((_, how)) = misused.iter().find(|(misused, _)| *misused) {
            self.error(At::Expr(id), InferErrorKind::MisusedFunction { name: call.name.clone(), how });
            return result;
        }
        let places = match signature.places(call.args.iter().map(|arg| arg.name.as_deref())) {
            Ok(places) if signature.is_filled(&places) => places,
            Err(n) if call.args[n].name.is_some() => {
                let argument = call.args[n].name.clone().unwrap_or_default();
                let params = signature.params.iter().map(|param| param.name.clone()).collect();
                let kind = InferErrorKind::UnknownArgument { function: call.name.clone(), argument, params };
                self.error(At::Expr(call.args[n].expr), kind);
                return result;
            }
            _ => {
                let types = args.iter().map(|arg| arg.ty.clone()).collect();
                let forms = vec![signature.written(&call.name)];
                self.error(At::Expr(id), InferErrorKind::WrongArguments { name: call.name.clone(), types, forms });
                return result;
            }
        };
        for ((arg, value), place) in call.args.iter().zip(&args).zip(places) {
            let param = &signature.params[place];
            if !is_implicit(value, &param.ty) {
                let kind = InferErrorKind::ArgumentType {
                    function: call.name.clone(),
                    param: param.name.clone(),
                    wanted: param.ty.clone(),
                    found: value.ty.clone(),
                };
                self.error(At::Expr(arg.expr), kind);
            }
        }
        result
    }

    /// A function that the engine does not have: near ones are looked for in `known`.
    pub(super) fn unknown_function<'n>(&mut self, at: At, name: &str, known: impl Iterator<Item = &'n str>) {
        let elsewhere = ELSEWHERE.iter().find(|(foreign, _)| *foreign == name).map(|(_, own)| *own);
        let near = elsewhere.or_else(|| near_function(name, known)).map(str::to_string);
        self.error(at, InferErrorKind::UnknownFunction { name: name.to_string(), near });
    }

    fn misplaced_aggregate(&mut self, id: ExprId, name: &str, inside: bool) {
        let clause = self.scope().clause;
        let clause = match clause {
            _ if inside => "another aggregate",
            Clause::Where | Clause::On | Clause::GroupBy => clause.name(),
            _ => return,
        };
        self.error(At::Expr(id), InferErrorKind::MisplacedAggregate { name: name.to_string(), window: false, clause });
    }

    fn misplaced_window(&mut self, id: ExprId, call: &Call) {
        let (clause, inside) = (self.scope().clause, self.scope().in_aggregate);
        let clause = match clause {
            _ if inside => "an aggregate",
            Clause::Where | Clause::On | Clause::GroupBy | Clause::Having => clause.name(),
            _ => return,
        };
        self.error(At::Expr(id), InferErrorKind::MisplacedAggregate { name: call.name.clone(), window: true, clause });
    }

    /// An alias in a clause stands for its expression: what that may not hold there, the alias may not either.
    pub(super) fn forbid_aggregates(&mut self, at: ExprId, item: ExprId) {
        let clause = self.scope().clause;
        if !matches!(clause, Clause::Where | Clause::On | Clause::GroupBy) {
            return;
        }
        let mut todo = vec![item];
        while let Some(id) = todo.pop() {
            let expr = self.ir_expr(id);
            if let Expr::Call(call) = expr {
                let window = call.over.is_some();
                if window || is_aggregate(&call.name) {
                    let kind =
                        InferErrorKind::MisplacedAggregate { name: call.name.clone(), window, clause: clause.name() };
                    return self.error(At::Expr(at), kind);
                }
            }
            todo.extend(expr.parts());
        }
    }

    fn known_window(&mut self, id: ExprId, window: &Window) {
        let Some(name) = &window.base else { return };
        let windows = &self.scope().windows;
        if !windows.iter().any(|known| known.eq_ignore_ascii_case(name)) {
            let kind = InferErrorKind::UnknownWindow { name: name.clone(), windows: windows.clone() };
            self.error(At::Expr(id), kind);
        }
    }

    pub(super) fn window(&mut self, window: &Window) {
        let mut parts = Vec::new();
        window.clone().each_part(&mut |part| parts.push(*part));
        self.exprs(&parts);
    }
}

/// Whether the engine has an aggregate of this name.
pub(crate) fn is_aggregate(name: &str) -> bool {
    // The first two are forms of the grammar, not functions.
    matches!(name, "percentile_cont" | "percentile_disc")
        || catalog().get(name).is_some_and(|forms| forms.iter().any(|form| form.kind == Kind::Aggregate))
}

/// A function that is meant for certain: one slip away in a name of some length.
pub(super) fn near_function<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let near = nearest(name, known.filter(|known| known.len().abs_diff(name.len()) <= 1))?;
    let same = name.bytes().zip(near.bytes()).filter(|(a, b)| a == b).count();
    (name.len() >= 3 && same + 3 >= near.len().min(name.len())).then_some(near)
}

fn within_group<'a>(call: &Call, binder: &Binder) -> Option<(&'a str, Typed)> {
    let name = match call.name.as_str() {
        "percentile_cont" => "quantile_cont",
        "percentile_disc" => "quantile_disc",
        "mode" if call.args.is_empty() => "mode",
        _ => return None,
    };
    let key = call.order_by.first()?.expr?;
    Some((name, binder.typed[key.0 as usize].clone().unwrap_or(Typed::UNKNOWN)))
}

fn call_nulls(call: &Call, args: &[Typed]) -> Nullability {
    let name = call.name.as_str();
    match name {
        _ if NEVER_NULL.contains(&name) => Nullability::Never,
        _ if NULL_IN_NULL_OUT.contains(&name) => strict(args),
        "coalesce" | "ifnull" if args.iter().any(|arg| arg.nulls == Nullability::Never) => Nullability::Never,
        "coalesce" | "ifnull" if args.iter().all(|arg| arg.nulls == Nullability::Always) => Nullability::Always,
        _ => Nullability::Maybe,
    }
}
