//! Expressions: each is bound once, its parts first.

use super::Binder;
use crate::types::{Answer, Literal as TypedLiteral, Typed, binary_answer, common, unary_answer};
use crate::{At, InferErrorKind, Nullability};
use esker_declare::DataType;
use esker_diagnostics::nearest;
use esker_sql::{BinaryOp, Expr, ExprId, Literal, QueryId, UnaryOp};

/// Types of the engine that Esker does not have.
const OTHER_TYPES: &[&str] = &[
    "timestamp_ns",
    "timestamp_ms",
    "timestamp_s",
    "time_ns",
    "timetz",
    "bignum",
    "varint",
    "variant",
    "oid",
    "union",
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
            self.error(At::Expr(id), InferErrorKind::NoCondition { ty: value.ty });
        }
    }

    pub(super) fn exprs(&mut self, ids: &[ExprId]) -> Vec<Typed> {
        ids.iter().map(|id| self.expr(*id)).collect()
    }

    fn bind_expr(&mut self, id: ExprId) -> Typed {
        match self.ir_expr(id) {
            Expr::Column(path) => self.column(id, path),
            Expr::Literal(literal) => literal_value(literal),
            Expr::Param(name) => {
                let found = self.known.variables.iter().find(|(known, _)| known == name);
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
                // Text or JSON among them makes all of them that.
                let lenient = values.iter().any(|value| matches!(value.ty, DataType::Varchar { .. } | DataType::Json));
                for (n, other) in values.iter().enumerate().skip(1) {
                    if !lenient && binary_answer(BinaryOp::Eq, &values[0], other) == Answer::Refused {
                        let types = [values[0].clone(), other.clone()];
                        self.clash(list[n - 1], "in", &types);
                    }
                }
                Typed::of(DataType::Boolean).nulls(strict(&values))
            }
            Expr::InQuery(value, query) | Expr::Quantified(value, _, query, _) => {
                self.expr(*value);
                match self.ir_expr(*value) {
                    Expr::Row(_) => drop(self.query(*query)),
                    _ => drop(self.subquery(*query)),
                }
                Typed::of(DataType::Boolean)
            }
            Expr::Exists(query) => {
                self.query(*query);
                Typed::never_null(DataType::Boolean)
            }
            Expr::Subquery(query) => Typed::of(self.subquery(*query)),
            Expr::ArrayQuery(query) => Typed::of(DataType::List(Box::new(self.subquery(*query)))),
            Expr::Case { operand, branches, otherwise } => self.case(id, *operand, branches, *otherwise),
            Expr::Cast { expr, ty, lenient, written } => {
                let value = self.expr(*expr);
                if *ty == DataType::Unknown
                    && let Some(own) = self.known.types.get(written)
                {
                    let kind = InferErrorKind::ProjectType { name: written.clone(), ty: own.clone() };
                    self.error(At::Expr(id), kind);
                } else if *ty == DataType::Unknown
                    // Arrays of a fixed size and the like are not Esker's.
                    && !written.contains(['[', '('])
                    && !OTHER_TYPES.contains(&written.as_str())
                    && let Some(near) = nearest(written, DataType::NAMES.iter().copied())
                {
                    let kind = InferErrorKind::UnknownType { name: written.clone(), near: near.to_string() };
                    self.error(At::Expr(id), kind);
                }
                let refused = self.cast_refused(&value, ty);
                if refused && !lenient {
                    let what = format!("cast to {ty}");
                    self.clash(id, &what, std::slice::from_ref(&value));
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
            columns if rows.complete => {
                let what = "this subquery".to_string();
                let kind = InferErrorKind::WrongCount { what, expected: 1, found: columns.len() };
                let (first, last) = (columns.first().and_then(|c| c.expr), columns.last().and_then(|c| c.expr));
                let at = match (first, last) {
                    (Some(first), Some(last)) => At::Between(first, last),
                    _ => At::Query(query),
                };
                self.error(at, kind);
                DataType::Unknown
            }
            _ => DataType::Unknown,
        }
    }

    pub(super) fn clash(&mut self, id: ExprId, what: &str, values: &[Typed]) {
        let types = values.iter().map(|value| value.ty.clone()).collect();
        self.error(At::Expr(id), InferErrorKind::TypeClash { what: what.to_string(), types });
    }

    fn unary(&mut self, id: ExprId, op: UnaryOp, inner: ExprId) -> Typed {
        let value = self.expr(inner);
        let nulls = value.nulls;
        if let (UnaryOp::Minus, TypedLiteral::Integer(n)) = (op, value.literal) {
            // The least bigint has no positive counterpart.
            let ty = if n == -i128::from(i64::MIN) { DataType::BigInt } else { value.ty };
            return Typed { ty, nulls, literal: TypedLiteral::Integer(-n) };
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
        if op.is_comparison() {
            self.no_number(left, &values[1]);
            self.no_number(right, &values[0]);
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

    /// A string that is compared with a number is read as one: a word is none.
    fn no_number(&mut self, id: ExprId, other: &Typed) {
        let Expr::Literal(Literal::String(text)) = self.ir_expr(id) else { return };
        let integer = other.ty.integer_range().is_some();
        let number = integer || matches!(other.ty, DataType::Decimal { .. } | DataType::Float | DataType::Double);
        let word = text.trim().trim_start_matches(['+', '-']).to_ascii_lowercase();
        // `inf` and `nan` are numbers; what holds a digit may be one in some way of writing.
        let special = !integer && ["inf", "infinity", "nan"].contains(&word.as_str());
        if number && other.literal != TypedLiteral::String && !special && !word.contains(|c: char| c.is_numeric()) {
            let (text, ty) = (text.clone(), other.ty.clone());
            self.error(At::Expr(id), InferErrorKind::NoNumber { text, ty });
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
}

/// Null when any part is.
pub(super) fn strict(values: &[Typed]) -> Nullability {
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
        B::Eq
        | B::NotEq
        | B::Lt
        | B::LtEq
        | B::Gt
        | B::GtEq
        | B::And
        | B::Or
        | B::Distinct
        | B::NotDistinct
        | B::Like
        | B::ILike
        | B::Similar
        | B::Glob
        | B::Regex
        | B::Overlap => Typed::of(DataType::Boolean),
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
    if digits.parse::<u128>().is_ok() {
        return Typed::never_null(DataType::UHugeInt);
    }
    let Some((whole, fraction)) = digits.split_once('.') else { return Typed::never_null(DataType::Double) };
    let plain = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let precision = whole.len() + fraction.len();
    match (plain(whole) && plain(fraction), u8::try_from(precision), u8::try_from(fraction.len())) {
        (true, Ok(precision @ 1..=38), Ok(scale)) => Typed::never_null(DataType::Decimal { precision, scale }),
        _ => Typed::never_null(DataType::Double),
    }
}
