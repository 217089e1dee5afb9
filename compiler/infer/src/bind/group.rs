//! Grouping: what is selected from groups must be a key or an aggregate. Reported only where it is certain.

use super::Binder;
use super::call::is_aggregate;
use super::scope::Resolution;
use crate::types::is_function;
use crate::{At, InferErrorKind};
use esker_sql::{Expr, ExprId, GroupBy, Select};

impl Binder<'_> {
    /// Checks the select list and HAVING of the innermost SELECT, whose scope has this id.
    pub(super) fn check_groups(&mut self, select: &Select, scope: u32, aggregated: bool) {
        let keys = match &select.group_by {
            GroupBy::None if aggregated => Vec::new(),
            GroupBy::None | GroupBy::All => return,
            GroupBy::Keys { exprs, .. } => exprs.clone(),
        };
        let keys: Vec<ExprId> = keys
            .into_iter()
            .map(|key| match (self.ordinal(key), self.resolutions[key.0 as usize]) {
                (Some(n), _) => n.checked_sub(1).and_then(|n| select.items.get(n)).map_or(key, |item| item.expr),
                (None, Resolution::Alias(item)) => item,
                _ => key,
            })
            .collect();
        // A key that is not known may be anything.
        let unknown = |key: &ExprId| self.typed[key.0 as usize].as_ref().is_none_or(|typed| typed.ty.is_unknown());
        if keys.iter().any(unknown) || keys.iter().any(|key| matches!(self.ir_expr(*key), Expr::Star(_))) {
            return;
        }
        let check = Check { binder: self, keys: &keys, scope };
        let mut stray = Vec::new();
        for id in select.items.iter().map(|item| item.expr).chain(select.having) {
            match self.ir_expr(id) {
                Expr::Star(star) => {
                    stray.extend(check.star(star.table.as_deref(), &star.exclude).map(|name| (id, name)))
                }
                _ => check.visit(id, &mut stray),
            }
        }
        for (id, name) in stray {
            self.error(At::Expr(id), InferErrorKind::NotGrouped { name });
        }
    }
}

struct Check<'a, 'b> {
    binder: &'a Binder<'b>,
    keys: &'a [ExprId],
    scope: u32,
}

impl Check<'_, '_> {
    /// The first column of a star that is no key.
    fn star(&self, table: Option<&str>, exclude: &[ExprId]) -> Option<String> {
        let scope = self.binder.scopes.last()?;
        let is_key = |relation: usize, column: usize| {
            let found = Resolution::Column { scope: self.scope, relation: relation as u32, column: column as u32 };
            self.keys.iter().any(|key| self.binder.resolutions[key.0 as usize] == found)
        };
        let excluded = |name: &str| {
            exclude.iter().any(|id| match self.binder.ir.expr(*id) {
                Expr::Column(path) => path.last().is_some_and(|last| last.eq_ignore_ascii_case(name)),
                _ => false,
            })
        };
        let relations = scope.relations.iter().enumerate();
        let wanted = relations.filter(|(_, r)| table.is_none_or(|table| table.eq_ignore_ascii_case(&r.name)));
        wanted.filter(|(_, relation)| relation.rows.complete).find_map(|(n, relation)| {
            let columns = relation.rows.columns.iter().enumerate();
            let mut stray =
                columns.filter(|(m, column)| !relation.merged[*m] && !is_key(n, *m) && !excluded(&column.name));
            stray.next().map(|(_, column)| column.name.clone())
        })
    }

    /// Collects the columns below `id` that are neither keys nor aggregated.
    fn visit(&self, id: ExprId, stray: &mut Vec<(ExprId, String)>) {
        if self.keys.iter().any(|key| self.same(*key, id)) {
            return;
        }
        let expr = self.binder.ir.expr(id);
        match (expr, self.binder.resolutions[id.0 as usize]) {
            (Expr::Column(path), Resolution::Column { scope, .. }) if scope == self.scope => {
                stray.push((id, path.join(".")));
            }
            // The entry that an alias stands for is checked where it stands.
            (Expr::Column(_), _) => {}
            (Expr::Call(call), _) if call.over.is_none() && is_aggregate(&call.name) => {}
            (Expr::Call(call), _) if call.name == "grouping" || call.name == "grouping_id" => {}
            (Expr::Lambda(..), _) => {}
            (Expr::Call(call), _) if !is_function(&call.name) => {}
            _ => expr.parts().into_iter().for_each(|part| self.visit(part, stray)),
        }
    }

    /// Whether two expressions are the same, their names resolved.
    fn same(&self, a: ExprId, b: ExprId) -> bool {
        if a == b {
            return true;
        }
        let resolutions = &self.binder.resolutions;
        match (resolutions[a.0 as usize], resolutions[b.0 as usize]) {
            (Resolution::None, Resolution::None) => {}
            (Resolution::Alias(item), _) => return self.same(item, b),
            (_, Resolution::Alias(item)) => return self.same(a, item),
            (left, right) => return left == right,
        }
        let (left, right) = (self.binder.ir.expr(a), self.binder.ir.expr(b));
        if std::mem::discriminant(left) != std::mem::discriminant(right) {
            return false;
        }
        let (left_parts, right_parts) = (left.parts(), right.parts());
        let blank = |expr: &Expr| {
            let mut expr = expr.clone();
            expr.each_part(&mut |part| *part = ExprId(0));
            expr
        };
        left_parts.len() == right_parts.len()
            && blank(left) == blank(right)
            && left_parts.into_iter().zip(right_parts).all(|(left, right)| self.same(left, right))
    }
}
