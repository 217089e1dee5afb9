//! Expressions. Each arm lowers the parts, and then says where the whole stands.

use super::{Lowerer, cover, token};
use crate::ir::{Arg, BinaryOp, Expr, ExprId, IsTest, Literal, UnaryOp};
use crate::tokens::UNKNOWN;
use crate::{SqlError, SqlErrorKind};
use esker_declare::is_reserved;
use esker_grammar::sql::SqlTokenKind;
use sqlparser::ast;
use std::ops::Range;

impl Lowerer<'_> {
    pub(super) fn exprs(&mut self, exprs: &[ast::Expr]) -> Vec<ExprId> {
        exprs.iter().map(|expr| self.expr(expr)).collect()
    }

    pub(super) fn expr(&mut self, expr: &ast::Expr) -> ExprId {
        use ast::Expr as E;
        match expr {
            E::Identifier(ident) => self.column(std::slice::from_ref(ident)),
            E::CompoundIdentifier(parts) => self.column(parts),
            E::CompoundFieldAccess { root, access_chain } => self.access(root, access_chain),
            E::Nested(inner) => {
                // Redundant parentheses mean nothing; only the place of the whole grows.
                let id = self.expr(inner);
                let at = self.at(id);
                let at = self.enclosing(at.start).unwrap_or(at);
                self.out.source_map.exprs[id.0 as usize] = at;
                id
            }
            E::Value(value) => self.value(value),
            E::TypedString(typed) => self.typed_string(typed),
            E::UnaryOp { op, expr } => self.unary(*op, expr),
            E::BinaryOp { left, op, right } => self.binary(left, op, right),
            E::IsNull(inner) => self.is(inner, IsTest::Null, false),
            E::IsNotNull(inner) => self.is(inner, IsTest::Null, true),
            E::IsUnknown(inner) => self.is(inner, IsTest::Null, false),
            E::IsNotUnknown(inner) => self.is(inner, IsTest::Null, true),
            E::IsTrue(inner) => self.is(inner, IsTest::True, false),
            E::IsNotTrue(inner) => self.is(inner, IsTest::True, true),
            E::IsFalse(inner) => self.is(inner, IsTest::False, false),
            E::IsNotFalse(inner) => self.is(inner, IsTest::False, true),
            E::IsDistinctFrom(left, right) => self.infix(left, BinaryOp::Distinct, right),
            E::IsNotDistinctFrom(left, right) => self.infix(left, BinaryOp::NotDistinct, right),
            E::Like { negated, expr, pattern, .. } => {
                self.negatable(*negated, |s| s.infix(expr, BinaryOp::Like, pattern))
            }
            E::ILike { negated, expr, pattern, .. } => {
                self.negatable(*negated, |s| s.infix(expr, BinaryOp::ILike, pattern))
            }
            E::SimilarTo { negated, expr, pattern, .. } => {
                self.negatable(*negated, |s| s.infix(expr, BinaryOp::Similar, pattern))
            }
            E::RLike { negated, expr, pattern, .. } => {
                self.negatable(*negated, |s| s.infix(expr, BinaryOp::Regex, pattern))
            }
            E::Collate { expr, collation } => {
                let left = self.expr(expr);
                let name = collation.to_string().to_lowercase();
                let at = self.at(left).start..self.at(left).end + 2;
                let right = self.push_expr(Expr::Literal(Literal::String(name)), at.end - 1..at.end);
                self.push_expr(Expr::Binary(BinaryOp::Collate, left, right), at)
            }
            E::Between { expr, negated, low, high } => self.negatable(*negated, |s| {
                let (value, low, high) = (s.expr(expr), s.expr(low), s.expr(high));
                let at = cover(s.at(value), s.at(high));
                s.push_expr(Expr::Between(value, low, high), at)
            }),
            E::InList { expr, list, negated } => self.negatable(*negated, |s| {
                let value = s.expr(expr);
                let list = s.exprs(list);
                let at = s.through_list(s.at(value), list.first().map(|id| s.at(*id)));
                s.push_expr(Expr::InList(value, list), at)
            }),
            E::InSubquery { expr, subquery, negated } => self.negatable(*negated, |s| {
                let value = s.expr(expr);
                let (query, at) = s.subquery(subquery);
                let at = cover(s.at(value), at);
                s.push_expr(Expr::InQuery(value, query), at)
            }),
            E::InUnnest { expr, array_expr, negated } => self.negatable(*negated, |s| {
                let (value, list) = (s.expr(expr), s.expr(array_expr));
                let at = cover(s.at(value), s.at(list));
                s.call_at("list_contains", vec![list, value], at)
            }),
            E::AnyOp { left, compare_op, right, .. } => self.quantified(left, compare_op, right, false),
            E::AllOp { left, compare_op, right } => self.quantified(left, compare_op, right, true),
            E::Exists { subquery, negated } => self.negatable(*negated, |s| {
                let (query, at) = s.subquery(subquery);
                s.push_expr(Expr::Exists(query), at.start.saturating_sub(1)..at.end)
            }),
            E::Subquery(query) => {
                let (query, at) = self.subquery(query);
                self.push_expr(Expr::Subquery(query), at)
            }
            E::Case { case_token, end_token, operand, conditions, else_result } => {
                let operand = operand.as_ref().map(|operand| self.expr(operand));
                let branches =
                    conditions.iter().map(|branch| (self.expr(&branch.condition), self.expr(&branch.result))).collect();
                let otherwise = else_result.as_ref().map(|result| self.expr(result));
                let at = cover(token(case_token.0.span), token(end_token.0.span));
                self.push_expr(Expr::Case { operand, branches, otherwise }, at)
            }
            E::Cast { kind, expr, data_type, .. } => self.cast(kind, expr, data_type),
            E::AtTimeZone { timestamp, time_zone } => {
                let (value, zone) = (self.expr(timestamp), self.expr(time_zone));
                let at = cover(self.at(value), self.at(zone));
                self.call_at("timezone", vec![zone, value], at)
            }
            E::Extract { field, expr, .. } => {
                let value = self.expr(expr);
                let at = self.call_around(self.at(value), &["extract"]);
                let field = field.to_string().trim_matches('\'').to_lowercase();
                let field = self.push_expr(Expr::Literal(Literal::String(field)), at.start + 2..at.start + 3);
                self.call_at("date_part", vec![field, value], at)
            }
            E::Ceil { expr, .. } => self.special("ceil", &["ceil", "ceiling"], &[expr]),
            E::Floor { expr, .. } => self.special("floor", &["floor"], &[expr]),
            E::Position { expr, r#in } => self.special("position", &["position"], &[r#in, expr]),
            E::Substring { expr, substring_from, substring_for, shorthand, .. } => {
                let mut args: Vec<&ast::Expr> = vec![expr];
                args.extend(substring_from.as_deref());
                args.extend(substring_for.as_deref());
                let name = if *shorthand { "substr" } else { "substring" };
                self.special(name, &["substring", "substr"], &args)
            }
            E::Trim { trim_where, trim_what, expr, trim_characters } => {
                let name = match trim_where {
                    Some(ast::TrimWhereField::Leading) => "ltrim",
                    Some(ast::TrimWhereField::Trailing) => "rtrim",
                    _ => "trim",
                };
                let mut args: Vec<&ast::Expr> = vec![expr];
                args.extend(trim_what.as_deref());
                args.extend(trim_characters.iter().flatten());
                self.special(name, &["trim"], &args)
            }
            E::Function(function) => self.function(function),
            E::Tuple(parts) => {
                let parts = self.exprs(parts);
                let at = self.bracketed(&parts);
                self.push_expr(Expr::Row(parts), at)
            }
            E::Array(array) => {
                let parts = self.exprs(&array.elem);
                let mut at = self.bracketed(&parts);
                if array.named {
                    at.start = at.start.saturating_sub(1);
                }
                self.push_expr(Expr::List(parts), at)
            }
            E::Dictionary(fields) => {
                let fields: Vec<_> =
                    fields.iter().map(|field| (field.key.value.clone(), self.expr(&field.value))).collect();
                let parts: Vec<ExprId> = fields.iter().map(|(_, value)| *value).collect();
                let at = self.bracketed(&parts);
                self.push_expr(Expr::Struct(fields), at)
            }
            E::Map(map) => {
                let entries: Vec<_> =
                    map.entries.iter().map(|entry| (self.expr(&entry.key), self.expr(&entry.value))).collect();
                let parts: Vec<ExprId> = entries.iter().flat_map(|(key, value)| [*key, *value]).collect();
                let at = self.bracketed(&parts);
                self.push_expr(Expr::Map(entries), at.start.saturating_sub(1)..at.end)
            }
            E::Interval(interval) => {
                let value = self.expr(&interval.value);
                let unit = interval.leading_field.as_ref().map(|unit| unit.to_string().to_lowercase());
                let at = self.at(value);
                let at = at.start.saturating_sub(1)..at.end + u32::from(unit.is_some());
                self.push_expr(Expr::Interval(value, unit), at)
            }
            E::Lambda(lambda) => {
                let params: Vec<&ast::Ident> = match &lambda.params {
                    ast::OneOrManyWithParens::One(param) => vec![&param.name],
                    ast::OneOrManyWithParens::Many(params) => params.iter().map(|param| &param.name).collect(),
                };
                let names = params.iter().map(|param| param.value.clone()).collect();
                let first = params.first().map_or(0..0, |param| token(param.span));
                let body = self.expr(&lambda.body);
                let at = cover(first, self.at(body));
                self.push_expr(Expr::Lambda(names, body), at)
            }
            E::Wildcard(star) => {
                let at = token(star.0.span);
                self.push_expr(Expr::Star(Box::default()), at)
            }
            E::Overlay { expr, overlay_what, overlay_from, overlay_for } => {
                let mut args: Vec<&ast::Expr> = vec![expr, overlay_what, overlay_from];
                args.extend(overlay_for.as_deref());
                self.special("overlay", &["overlay"], &args)
            }
            other => {
                self.give_up(&other.to_string());
                self.push_expr(Expr::Unknown(other.to_string(), Vec::new()), 0..0)
            }
        }
    }

    fn negatable(&mut self, negated: bool, make: impl FnOnce(&mut Self) -> ExprId) -> ExprId {
        let inner = make(self);
        if !negated {
            return inner;
        }
        let at = self.at(inner);
        self.push_expr(Expr::Unary(UnaryOp::Not, inner), at)
    }

    pub(super) fn column(&mut self, parts: &[ast::Ident]) -> ExprId {
        let at = parts.iter().map(|part| token(part.span)).reduce(cover).unwrap_or_default();
        if let [only] = parts
            && only.value == UNKNOWN
        {
            let at = at.start..self.brackets.partner.get(at.start as usize).map_or(at.end, |close| close + 1);
            return self.push_expr(Expr::Unknown("list comprehension".to_string(), Vec::new()), at);
        }
        if let Some((_, at)) = parts.first().and_then(|first| self.reference(&first.value)) {
            self.out.errors.push(SqlError { tokens: at.clone(), kind: SqlErrorKind::RefAsValue });
            return self.push_expr(Expr::Unknown("ref".to_string(), Vec::new()), at);
        }
        let id = self.push_expr(Expr::Column(parts.iter().map(|part| part.value.clone()).collect()), at);
        let at = self.at(id);
        match self.text.tokens.get(at.start as usize) {
            Some(token) if token.kind == SqlTokenKind::QuotedIdent && parts.len() == 1 => {
                self.out.source_map.quoted.push(id);
            }
            // The field or column behind a dot may have any name.
            Some(token) if token.kind == SqlTokenKind::Word && is_reserved(&token.text) => {
                let kind = SqlErrorKind::ReservedWord { word: token.text.clone() };
                self.out.errors.push(SqlError { tokens: at.start..at.start + 1, kind });
            }
            _ => {}
        }
        id
    }

    fn value(&mut self, value: &ast::ValueWithSpan) -> ExprId {
        use ast::Value as V;
        let at = token(value.span);
        let literal = match &value.value {
            V::Number(digits, _) => Literal::Number(digits.clone()),
            V::Boolean(value) => Literal::Bool(*value),
            V::Null => Literal::Null,
            V::HexStringLiteral(text) => Literal::Blob(text.clone()),
            V::Placeholder(name) => {
                if !name.starts_with('$') {
                    let kind = SqlErrorKind::Placeholder { text: name.clone() };
                    // `:name` is two tokens, of which the parser locates one.
                    let start = at.start - u32::from(at.start > 0 && !self.is_symbol(at.start, name));
                    let start = if self.is_symbol(at.start, ":") { at.start } else { start };
                    let end = if name.starts_with(':') { start + 2 } else { start + 1 };
                    self.out.errors.push(SqlError { tokens: start..end, kind });
                }
                return self.push_expr(Expr::Param(name.trim_start_matches('$').to_string()), at);
            }
            V::SingleQuotedString(text) => Literal::String(text.clone()),
            other => Literal::String(other.to_string()),
        };
        self.push_expr(Expr::Literal(literal), at)
    }

    /// `date '2024-01-31'`
    fn typed_string(&mut self, typed: &ast::TypedString) -> ExprId {
        let value = self.value(&typed.value);
        let at = self.at(value);
        let (ty, written) = super::types::data_type(&typed.data_type);
        // The type stands right before the string, as many tokens as its words, brackets and commas are.
        let words = esker_words(&written);
        let at = at.start.saturating_sub(words)..at.end;
        self.push_expr(Expr::Cast { expr: value, ty, written, lenient: false }, at)
    }

    fn unary(&mut self, op: ast::UnaryOperator, inner: &ast::Expr) -> ExprId {
        use ast::UnaryOperator as U;
        let inner = self.expr(inner);
        let at = self.at(inner);
        let (op, at) = match op {
            U::Minus => (UnaryOp::Minus, at.start.saturating_sub(1)..at.end),
            U::Plus => (UnaryOp::Plus, at.start.saturating_sub(1)..at.end),
            U::Not | U::BangNot => (UnaryOp::Not, at.start.saturating_sub(1)..at.end),
            U::BitwiseNot => (UnaryOp::BitNot, at.start.saturating_sub(1)..at.end),
            U::PGAbs => (UnaryOp::Abs, at.start.saturating_sub(1)..at.end),
            U::PGPostfixFactorial => (UnaryOp::Factorial, at.start..at.end + 1),
            other => return self.push_expr(Expr::Unknown(other.to_string(), vec![inner]), at),
        };
        self.push_expr(Expr::Unary(op, inner), at)
    }

    fn infix(&mut self, left: &ast::Expr, op: BinaryOp, right: &ast::Expr) -> ExprId {
        let (left, right) = (self.expr(left), self.expr(right));
        let at = cover(self.at(left), self.at(right));
        self.push_expr(Expr::Binary(op, left, right), at)
    }

    fn binary(&mut self, left: &ast::Expr, op: &ast::BinaryOperator, right: &ast::Expr) -> ExprId {
        match operator(op) {
            Some((op, negated)) => self.negatable(negated, |s| s.infix(left, op, right)),
            None => {
                let parts = vec![self.expr(left), self.expr(right)];
                let at = cover(self.at(parts[0]), self.at(parts[1]));
                self.push_expr(Expr::Unknown(op.to_string(), parts), at)
            }
        }
    }

    fn is(&mut self, inner: &ast::Expr, test: IsTest, negated: bool) -> ExprId {
        let inner = self.expr(inner);
        let at = self.at(inner);
        // `is null`, `is not null`, or the one word `isnull`, `notnull`.
        let mut end = at.end;
        while self.is_word(end, &["is", "not"]) {
            end += 1;
        }
        end += u32::from(self.is_word(end, &["null", "true", "false", "unknown", "isnull", "notnull"]));
        self.push_expr(Expr::Is(inner, test, negated), at.start..end)
    }

    fn quantified(&mut self, left: &ast::Expr, op: &ast::BinaryOperator, right: &ast::Expr, all: bool) -> ExprId {
        let value = self.expr(left);
        match (right, operator(op)) {
            (ast::Expr::Subquery(query), Some((op, _))) => {
                let (query, at) = self.subquery(query);
                let at = cover(self.at(value), at);
                self.push_expr(Expr::Quantified(value, op, query, all), at)
            }
            _ => {
                let list = self.expr(right);
                let at = self.with_group(self.at(value).start..self.at(list).start.saturating_sub(1));
                self.call_at("list_contains", vec![list, value], at)
            }
        }
    }

    /// `value in ( first, … )`
    fn through_list(&self, value: Range<u32>, first: Option<Range<u32>>) -> Range<u32> {
        let mut open = value.end;
        while self.is_word(open, &["in", "not"]) {
            open += 1;
        }
        let at = first.map_or(value.clone(), |first| cover(value, first));
        let group = self.with_group(open..open);
        cover(at, group)
    }

    /// The brackets around the first of these parts, or the parts where there is none.
    fn bracketed(&self, parts: &[ExprId]) -> Range<u32> {
        let Some(first) = parts.first() else { return 0..0 };
        self.enclosing(self.at(*first).start).unwrap_or(self.at(*first))
    }

    fn cast(&mut self, kind: &ast::CastKind, inner: &ast::Expr, data_type: &ast::DataType) -> ExprId {
        let expr = self.expr(inner);
        let (ty, written) = super::types::data_type(data_type);
        let at = self.at(expr);
        let (at, lenient) = match kind {
            ast::CastKind::DoubleColon => (at.start..self.type_end(at.end + 1), false),
            ast::CastKind::Cast => (self.call_around(at, &["cast"]), false),
            ast::CastKind::TryCast | ast::CastKind::SafeCast => (self.call_around(at, &["try_cast"]), true),
        };
        self.push_expr(Expr::Cast { expr, ty, written, lenient }, at)
    }

    /// The end of the type that begins at token `at`: words that belong together, and the brackets behind them.
    fn type_end(&self, at: u32) -> u32 {
        let mut end = at + 1;
        let two_words = self.is_word(at, &["double"]) && self.is_word(end, &["precision"])
            || self.is_word(at, &["character"]) && self.is_word(end, &["varying"]);
        end += u32::from(two_words);
        if self.is_word(at, &["timestamp", "time"]) && self.is_word(end, &["with", "without"]) {
            end += 3;
        }
        loop {
            let wider = self.with_group(at..end).end;
            if wider == end {
                return end;
            }
            end = wider;
        }
    }

    fn access(&mut self, root: &ast::Expr, chain: &[ast::AccessExpr]) -> ExprId {
        let mut value = self.expr(root);
        for access in chain {
            let at = self.at(value);
            value = match access {
                ast::AccessExpr::Dot(ast::Expr::Identifier(field)) => {
                    let at = cover(at, token(field.span));
                    self.push_expr(Expr::Field(value, field.value.clone()), at)
                }
                ast::AccessExpr::Dot(ast::Expr::Function(function)) => {
                    // `value.upper()` is `upper(value)`.
                    let call = self.function(function);
                    let call_at = self.at(call);
                    if let Expr::Call(call) = &mut self.out.query.exprs[call.0 as usize] {
                        call.args.insert(0, Arg { name: None, expr: value });
                    }
                    self.out.source_map.exprs[call.0 as usize] = cover(at, call_at);
                    call
                }
                ast::AccessExpr::Dot(other) => {
                    let other = self.expr(other);
                    let at = cover(at, self.at(other));
                    self.push_expr(Expr::Unknown("field".to_string(), vec![value, other]), at)
                }
                ast::AccessExpr::Subscript(subscript) => {
                    let at = self.with_group(at);
                    match subscript {
                        ast::Subscript::Index { index } => {
                            let index = self.expr(index);
                            self.push_expr(Expr::Index(value, index), at)
                        }
                        ast::Subscript::Slice { lower_bound, upper_bound, stride } => {
                            let bounds = [lower_bound, upper_bound, stride];
                            let bounds = bounds.into_iter().flatten().map(|bound| self.expr(bound)).collect();
                            self.push_expr(Expr::Slice(value, bounds), at)
                        }
                    }
                }
            };
        }
        value
    }
}

/// How many tokens a type as written has: its words, and its brackets, numbers and commas.
fn esker_words(written: &str) -> u32 {
    let signs = written.chars().filter(|c| matches!(c, '(' | ')' | ',' | '[' | ']')).count();
    let words = written.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty()).count();
    (signs + words) as u32
}

/// The operator, and whether it is the negation of that.
fn operator(op: &ast::BinaryOperator) -> Option<(BinaryOp, bool)> {
    use ast::BinaryOperator as B;
    Some(match op {
        B::Plus => (BinaryOp::Add, false),
        B::Minus => (BinaryOp::Sub, false),
        B::Multiply => (BinaryOp::Mul, false),
        B::Divide => (BinaryOp::Div, false),
        B::DuckIntegerDivide | B::MyIntegerDivide => (BinaryOp::IntDiv, false),
        B::Modulo => (BinaryOp::Mod, false),
        B::PGExp | B::BitwiseXor | B::PGBitwiseXor => (BinaryOp::Pow, false),
        B::StringConcat => (BinaryOp::Concat, false),
        B::BitwiseAnd => (BinaryOp::BitAnd, false),
        B::BitwiseOr => (BinaryOp::BitOr, false),
        B::Xor => (BinaryOp::BitXor, false),
        B::PGBitwiseShiftLeft => (BinaryOp::ShiftLeft, false),
        B::PGBitwiseShiftRight => (BinaryOp::ShiftRight, false),
        B::Eq => (BinaryOp::Eq, false),
        B::NotEq => (BinaryOp::NotEq, false),
        B::Lt => (BinaryOp::Lt, false),
        B::LtEq => (BinaryOp::LtEq, false),
        B::Gt => (BinaryOp::Gt, false),
        B::GtEq => (BinaryOp::GtEq, false),
        B::And => (BinaryOp::And, false),
        B::Or => (BinaryOp::Or, false),
        B::Glob => (BinaryOp::Glob, false),
        B::PGLikeMatch => (BinaryOp::Like, false),
        B::PGNotLikeMatch => (BinaryOp::Like, true),
        B::PGILikeMatch => (BinaryOp::ILike, false),
        B::PGNotILikeMatch => (BinaryOp::ILike, true),
        B::PGRegexMatch | B::PGRegexIMatch | B::Regexp | B::Match => (BinaryOp::Regex, false),
        B::PGRegexNotMatch | B::PGRegexNotIMatch => (BinaryOp::Regex, true),
        B::Arrow => (BinaryOp::Arrow, false),
        B::LongArrow => (BinaryOp::LongArrow, false),
        B::PGOverlap | B::AtArrow | B::ArrowAt | B::PGStartsWith => (BinaryOp::Overlap, false),
        _ => return None,
    })
}
