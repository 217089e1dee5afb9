//! Expressions: each is bound once, its parts first.

use super::scope::Clause;
use super::Binder;
use crate::types::{Answer, Kind, Literal as TypedLiteral, Resolved, Typed, binary_answer, catalog, common, resolve, unary_answer};
use crate::{At, InferErrorKind, Nullability};
use esker_declare::DataType;
use esker_diagnostics::nearest;
use esker_sql::{BinaryOp, Call, Expr, ExprId, Literal, QueryId, UnaryOp, Window};

/// Functions that are never null, whatever their arguments are.
const NEVER_NULL: &[&str] = &[
    "count", "count_star", "count_if", "countif", "row_number", "rank", "dense_rank", "percent_rank", "cume_dist", "ntile",
    "concat", "now", "current_date", "current_timestamp", "today", "random", "uuid", "pi", "grouping", "approx_count_distinct",
    "regr_count",
];

/// Functions that are null only where an argument is.
const NULL_IN_NULL_OUT: &[&str] = &[
    "upper", "lower", "ucase", "lcase", "trim", "ltrim", "rtrim", "length", "len", "strlen", "abs", "round", "floor",
    "replace", "reverse", "date_trunc", "datetrunc", "year", "month", "day", "hour", "minute", "second", "md5", "left",
    "right", "starts_with", "contains", "sign", "last_day",
];

impl Binder<'_> {
    /// What is known of an expression's value.
    pub(super) fn expr(&mut self, id: ExprId) -> Typed {
        if let Some(known) = &self.typed[id.0 as usize] {
            return known.clone();
        }
        let typed = self.bind_expr(id);
        self.typed[id.0 as usize] = Some(typed.clone());
        typed
    }

    /// An expression that must be true or false.
    pub(super) fn condition(&mut self, id: ExprId) {
        let value = self.expr(id);
        if unary_answer(UnaryOp::Not, &value) == Answer::Refused {
            let kind = InferErrorKind::TypeClash { what: "a condition".to_string(), types: vec![value.ty] };
            self.error(At::Expr(id), kind);
        }
    }

    fn exprs(&mut self, ids: &[ExprId]) -> Vec<Typed> {
        ids.iter().map(|id| self.expr(*id)).collect()
    }

    fn bind_expr(&mut self, id: ExprId) -> Typed {
        match self.ir_expr(id) {
            Expr::Column(path) => self.column(id, path),
            Expr::Literal(literal) => literal_value(literal),
            Expr::Param(name) => {
                let found = self.variables.iter().find(|(known, _)| known == name);
                found.map_or(Typed::UNKNOWN, |(_, ty)| Typed::never_null(ty.clone()))
            }
            Expr::Star(_) => Typed::UNKNOWN,
            Expr::Unary(op, inner) => self.unary(id, *op, *inner),
            Expr::Binary(op, left, right) => self.binary(id, *op, *left, *right),
            Expr::Is(inner, ..) => {
                self.expr(*inner);
                Typed::never_null(DataType::Boolean)
            }
            Expr::Between(value, low, high) => {
                let values = self.exprs(&[*value, *low, *high]);
                let answer = common("coalesce", &values);
                if answer == Answer::Refused {
                    self.clash(id, "between", &values);
                    return Typed::UNKNOWN;
                }
                Typed::of(DataType::Boolean).nulls(strict(&values))
            }
            Expr::InList(value, list) => {
                let mut values = vec![self.expr(*value)];
                values.extend(self.exprs(list));
                for (n, other) in values.iter().enumerate().skip(1) {
                    if binary_answer(BinaryOp::Eq, &values[0], other) == Answer::Refused {
                        let types = [values[0].clone(), other.clone()];
                        self.clash(list[n - 1], "in", &types);
                    }
                }
                Typed::of(DataType::Boolean).nulls(strict(&values))
            }
            Expr::InQuery(value, query) | Expr::Quantified(value, _, query, _) => {
                self.expr(*value);
                self.subquery(*query);
                Typed::of(DataType::Boolean)
            }
            Expr::Exists(query) => {
                self.subquery(*query);
                Typed::never_null(DataType::Boolean)
            }
            Expr::Subquery(query) => Typed::of(self.subquery(*query)),
            Expr::ArrayQuery(query) => Typed::of(DataType::List(Box::new(self.subquery(*query)))),
            Expr::Case { operand, branches, otherwise } => self.case(id, *operand, branches, *otherwise),
            Expr::Cast { expr, ty, lenient, .. } => {
                let value = self.expr(*expr);
                let refused = self.cast_refused(&value, ty);
                if refused && !lenient {
                    let what = format!("cast to {ty}");
                    self.clash(id, &what, &[value.clone()]);
                }
                let nulls = match (value.nulls, lenient) {
                    (Nullability::Never, true) => Nullability::Maybe,
                    (nulls, _) => nulls,
                };
                Typed::of(ty.clone()).nulls(nulls)
            }
            Expr::Call(call) => self.call(id, call),
            Expr::List(items) => {
                let values = self.exprs(items);
                let item = match common("coalesce", &values) {
                    Answer::Type(DataType::Null) => DataType::Integer,
                    Answer::Type(ty) => ty,
                    Answer::Refused => {
                        self.clash(id, "a list", &values);
                        DataType::Unknown
                    }
                    Answer::Unknown => DataType::Unknown,
                };
                Typed::never_null(DataType::List(Box::new(item)))
            }
            Expr::Struct(fields) => {
                let fields = fields.iter().map(|(name, value)| (name.clone(), settled(self.expr(*value).ty))).collect();
                Typed::never_null(DataType::Struct(fields))
            }
            Expr::Map(entries) => {
                let keys: Vec<Typed> = entries.iter().map(|(key, _)| self.expr(*key)).collect();
                let values: Vec<Typed> = entries.iter().map(|(_, value)| self.expr(*value)).collect();
                match (common("coalesce", &keys), common("coalesce", &values)) {
                    (Answer::Type(key), Answer::Type(value)) if !entries.is_empty() => {
                        Typed::never_null(DataType::Map(Box::new(settled(key)), Box::new(settled(value))))
                    }
                    _ => Typed::UNKNOWN,
                }
            }
            Expr::Row(parts) | Expr::Unknown(_, parts) => {
                self.exprs(parts);
                Typed::UNKNOWN
            }
            Expr::Index(value, index) => {
                let value = self.expr(*value);
                self.expr(*index);
                let field = match self.ir_expr(*index) {
                    Expr::Literal(Literal::String(field)) => Some(field.clone()),
                    _ => None,
                };
                match (value.ty, field) {
                    (DataType::List(item), _) => Typed::of(*item),
                    (DataType::Map(_, item), _) => Typed::of(*item),
                    (DataType::Varchar { .. }, _) => Typed::of(DataType::VARCHAR),
                    (ty @ (DataType::Struct(_) | DataType::Json), Some(field)) => {
                        self.fields(id, Typed::of(ty), &[field])
                    }
                    _ => Typed::UNKNOWN,
                }
            }
            Expr::Slice(value, bounds) => {
                self.exprs(bounds);
                let value = self.expr(*value);
                match value.ty {
                    ty @ (DataType::List(_) | DataType::Varchar { .. }) => Typed::of(ty),
                    _ => Typed::UNKNOWN,
                }
            }
            Expr::Field(value, field) => {
                let value = self.expr(*value);
                self.fields(id, value, std::slice::from_ref(field))
            }
            Expr::Interval(value, _) => {
                let value = self.expr(*value);
                Typed::of(DataType::Interval).nulls(value.nulls)
            }
            Expr::Lambda(params, body) => {
                let known = self.scope().lambda.len();
                self.scope().lambda.extend(params.iter().cloned());
                self.expr(*body);
                self.scope().lambda.truncate(known);
                Typed::UNKNOWN
            }
        }
    }

    /// The type of the only column of a query that stands as a value.
    fn subquery(&mut self, query: QueryId) -> DataType {
        let rows = self.query(query);
        match &rows.columns[..] {
            [only] if rows.complete => only.ty.clone(),
            _ => DataType::Unknown,
        }
    }

    fn clash(&mut self, id: ExprId, what: &str, values: &[Typed]) {
        let types = values.iter().map(|value| value.ty.clone()).collect();
        self.error(At::Expr(id), InferErrorKind::TypeClash { what: what.to_string(), types });
    }

    fn unary(&mut self, id: ExprId, op: UnaryOp, inner: ExprId) -> Typed {
        let value = self.expr(inner);
        let nulls = value.nulls;
        if let (UnaryOp::Minus, TypedLiteral::Integer(n)) = (op, value.literal) {
            return Typed { literal: TypedLiteral::Integer(-n), ..value };
        }
        match unary_answer(op, &value) {
            Answer::Type(ty) => Typed::of(ty).nulls(nulls),
            Answer::Unknown => Typed::UNKNOWN,
            Answer::Refused => {
                let sign = match op {
                    UnaryOp::Not => "not",
                    _ => "-",
                };
                self.clash(id, sign, &[value]);
                Typed::UNKNOWN
            }
        }
    }

    fn binary(&mut self, id: ExprId, op: BinaryOp, left: ExprId, right: ExprId) -> Typed {
        let values = [self.expr(left), self.expr(right)];
        let logical = matches!(op, BinaryOp::And | BinaryOp::Or);
        let nulls = match op {
            BinaryOp::Distinct | BinaryOp::NotDistinct => Nullability::Never,
            // Null comes out of a division by zero, of a missing key, and of whatever is not strict.
            BinaryOp::IntDiv | BinaryOp::Mod | BinaryOp::Arrow | BinaryOp::LongArrow => match strict(&values) {
                Nullability::Never => Nullability::Maybe,
                nulls => nulls,
            },
            BinaryOp::And | BinaryOp::Or if values.iter().any(|value| value.nulls != Nullability::Never) => {
                Nullability::Maybe
            }
            _ => strict(&values),
        };
        if values.iter().any(|value| value.ty.is_unknown()) {
            return unknown_operand(op).nulls(nulls);
        }
        match binary_answer(op, &values[0], &values[1]) {
            Answer::Type(ty) => Typed::of(ty).nulls(nulls),
            Answer::Unknown => Typed::UNKNOWN,
            Answer::Refused if logical => {
                // The side that is no condition is the cause.
                for (side, value) in [left, right].into_iter().zip(values) {
                    if unary_answer(UnaryOp::Not, &value) == Answer::Refused {
                        self.clash(side, op.text(), &[value]);
                    }
                }
                Typed::of(DataType::Boolean)
            }
            Answer::Refused => {
                self.clash(id, op.text(), &values);
                unknown_operand(op)
            }
        }
    }

    fn case(
        &mut self,
        id: ExprId,
        operand: Option<ExprId>,
        branches: &[(ExprId, ExprId)],
        otherwise: Option<ExprId>,
    ) -> Typed {
        let compared = operand.map(|operand| self.expr(operand));
        let mut results = Vec::new();
        for (when, then) in branches {
            match &compared {
                Some(operand) => {
                    let value = self.expr(*when);
                    if binary_answer(BinaryOp::Eq, operand, &value) == Answer::Refused {
                        self.clash(*when, "case", &[operand.clone(), value]);
                    }
                }
                None => self.condition(*when),
            }
            results.push(self.expr(*then));
        }
        // The engine mixes the ELSE first.
        match otherwise {
            Some(otherwise) => {
                let value = self.expr(otherwise);
                results.insert(0, value);
            }
            None => results.push(Typed::of(DataType::Null).nulls(Nullability::Always)),
        }
        let nulls = match results.iter().all(|result| result.nulls == results[0].nulls) {
            true => results[0].nulls,
            false => Nullability::Maybe,
        };
        match common("coalesce", &results) {
            Answer::Type(ty) => Typed::of(ty).nulls(nulls),
            Answer::Unknown => Typed::UNKNOWN,
            Answer::Refused => {
                let mut types: Vec<Typed> = Vec::new();
                for result in results {
                    if !types.iter().any(|known| known.ty == result.ty) {
                        types.push(result);
                    }
                }
                self.clash(id, "case", &types);
                Typed::UNKNOWN
            }
        }
    }

    fn cast_refused(&self, value: &Typed, ty: &DataType) -> bool {
        use crate::types::{answer, key};
        let target = Typed::of(ty.clone());
        let simple = key(value).is_some() && key(&target).is_some() && value.ty != DataType::Null;
        simple && answer("cast", value, &target) == Answer::Refused
    }

    pub(super) fn window(&mut self, window: &Window) {
        let mut parts = Vec::new();
        window.clone().each_part(&mut |part| parts.push(*part));
        self.exprs(&parts);
    }

    fn call(&mut self, id: ExprId, call: &Call) -> Typed {
        let is_aggregate = is_aggregate(&call.name);
        let is_window = call.over.is_some();
        let outer = self.scope().in_aggregate;
        if is_window {
            self.misplaced_window(id, call);
        } else if is_aggregate {
            self.misplaced_aggregate(id, &call.name, outer);
            self.scope().aggregates = true;
            self.scope().in_aggregate = true;
        }
        let args: Vec<Typed> = call.args.iter().map(|arg| self.expr(arg.expr)).collect();
        for key in call.order_by.iter().filter_map(|item| item.expr) {
            self.expr(key);
        }
        if let Some(filter) = call.filter {
            self.condition(filter);
        }
        self.scope().in_aggregate = outer;
        if let Some(window) = &call.over {
            self.window(window);
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
                Resolved::NoForm(forms) if !named && !star => {
                    let types = args.iter().map(|arg| arg.ty.clone()).collect();
                    let kind = InferErrorKind::WrongArguments { name: call.name.clone(), types, forms };
                    self.error(At::Expr(id), kind);
                    DataType::Unknown
                }
                Resolved::NoForm(_) => DataType::Unknown,
                Resolved::NotListed => {
                    if let Some(near) = near_function(&call.name, catalog().keys().copied()) {
                        let (name, near) = (call.name.clone(), near.to_string());
                        self.error(At::Expr(id), InferErrorKind::UnknownFunction { name, near });
                    }
                    DataType::Unknown
                }
            },
        };
        Typed::of(ty).nulls(call_nulls(call, &args))
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
}

/// Whether the engine has an aggregate of this name.
pub(super) fn is_aggregate(name: &str) -> bool {
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

/// Null when any part is.
fn strict(values: &[Typed]) -> Nullability {
    if values.iter().any(|value| value.nulls == Nullability::Always) {
        Nullability::Always
    } else if values.iter().all(|value| value.nulls == Nullability::Never) {
        Nullability::Never
    } else {
        Nullability::Maybe
    }
}

/// What an operator gives whatever its operands are.
fn unknown_operand(op: BinaryOp) -> Typed {
    use BinaryOp as B;
    match op {
        B::Eq | B::NotEq | B::Lt | B::LtEq | B::Gt | B::GtEq | B::And | B::Or | B::Distinct | B::NotDistinct | B::Like
        | B::ILike | B::Similar | B::Glob | B::Regex | B::Overlap => Typed::of(DataType::Boolean),
        B::Collate => Typed::of(DataType::VARCHAR),
        _ => Typed::UNKNOWN,
    }
}

/// The type of a null inside a struct or a map.
fn settled(ty: DataType) -> DataType {
    if ty == DataType::Null { DataType::Integer } else { ty }
}

fn literal_value(literal: &Literal) -> Typed {
    match literal {
        Literal::Number(digits) => number(digits),
        Literal::String(_) => Typed { literal: TypedLiteral::String, ..Typed::never_null(DataType::VARCHAR) },
        Literal::Blob(_) => Typed::never_null(DataType::Unknown),
        Literal::Bool(_) => Typed::never_null(DataType::Boolean),
        Literal::Null => Typed::of(DataType::Null).nulls(Nullability::Always),
    }
}

fn number(digits: &str) -> Typed {
    if let Ok(n) = digits.parse::<i128>() {
        let ty = match n {
            _ if i32::try_from(n).is_ok() => DataType::Integer,
            _ if i64::try_from(n).is_ok() => DataType::BigInt,
            _ => DataType::HugeInt,
        };
        return Typed { literal: TypedLiteral::Integer(n), ..Typed::never_null(ty) };
    }
    let Some((whole, fraction)) = digits.split_once('.') else { return Typed::never_null(DataType::Double) };
    let plain = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let precision = whole.len() + fraction.len();
    match (plain(whole) && plain(fraction), u8::try_from(precision), u8::try_from(fraction.len())) {
        (true, Ok(precision @ 1..=38), Ok(scale)) => Typed::never_null(DataType::Decimal { precision, scale }),
        _ => Typed::never_null(DataType::Double),
    }
}
