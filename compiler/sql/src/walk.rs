//! Walking over expressions: the parts of one, without going into subqueries.

use crate::{Expr, ExprId, OrderItem, Window};

impl Expr {
    /// The expressions that this one is made of, in order; those of subqueries are not among them.
    pub fn parts(&self) -> Vec<ExprId> {
        let mut parts = Vec::new();
        // Only the ids are looked at: what the closure writes back is what was there.
        self.clone().each_part(&mut |part| parts.push(*part));
        parts
    }

    /// Calls `visit` on every part.
    pub fn each_part(&mut self, visit: &mut impl FnMut(&mut ExprId)) {
        match self {
            Self::Column(_)
            | Self::Literal(_)
            | Self::Param(_)
            | Self::Exists(_)
            | Self::Subquery(_)
            | Self::ArrayQuery(_) => {}
            Self::Star(star) => star.replace.iter_mut().for_each(|(part, _)| visit(part)),
            Self::Unary(_, part)
            | Self::Is(part, ..)
            | Self::InQuery(part, _)
            | Self::Quantified(part, ..)
            | Self::Cast { expr: part, .. }
            | Self::Field(part, _)
            | Self::Interval(part, _)
            | Self::Lambda(_, part) => visit(part),
            Self::Binary(_, left, right) | Self::Index(left, right) => [left, right].into_iter().for_each(visit),
            Self::Between(value, low, high) => [value, low, high].into_iter().for_each(visit),
            Self::InList(value, list) | Self::Slice(value, list) => {
                visit(value);
                list.iter_mut().for_each(visit);
            }
            Self::Case { operand, branches, otherwise } => {
                operand.iter_mut().for_each(&mut *visit);
                for (when, then) in branches {
                    visit(when);
                    visit(then);
                }
                otherwise.iter_mut().for_each(visit);
            }
            Self::Call(call) => {
                call.args.iter_mut().for_each(|arg| visit(&mut arg.expr));
                keys(&mut call.order_by, visit);
                call.filter.iter_mut().for_each(&mut *visit);
                if let Some(window) = &mut call.over {
                    window.each_part(visit);
                }
            }
            Self::List(list) | Self::Row(list) | Self::Unknown(_, list) => list.iter_mut().for_each(visit),
            Self::Struct(fields) => fields.iter_mut().for_each(|(_, value)| visit(value)),
            Self::Map(entries) => entries.iter_mut().for_each(|(key, value)| {
                visit(key);
                visit(value);
            }),
        }
    }
}

impl Window {
    /// Calls `visit` on every expression of the window.
    pub fn each_part(&mut self, visit: &mut impl FnMut(&mut ExprId)) {
        self.partition_by.iter_mut().for_each(&mut *visit);
        keys(&mut self.order_by, visit);
        self.frame.iter_mut().flat_map(|(_, values)| values).for_each(visit);
    }
}

fn keys(order_by: &mut [OrderItem], visit: &mut impl FnMut(&mut ExprId)) {
    order_by.iter_mut().filter_map(|item| item.expr.as_mut()).for_each(visit);
}
