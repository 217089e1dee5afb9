//! Queries: CTEs, set operations, VALUES, SELECT and its clauses.

use super::scope::{Clause, Relation, Resolution, Scope, column_value};
use super::{Binder, Column, Rows};
use crate::types::{Answer, Typed, common};
use crate::{At, InferError, InferErrorKind, Nullability};
use esker_declare::DataType;
use esker_sql::{Body, Cte, Distinct, Expr, ExprId, GroupBy, Item, Literal, OrderItem, QueryId, Select, SetOp};
use std::rc::Rc;

impl Binder<'_> {
    /// The columns of a query.
    pub(super) fn query(&mut self, id: QueryId) -> Rows {
        let query = self.ir.query(id);
        let in_sight = self.ctes.len();
        for cte in &query.with {
            let rows = self.cte(cte, query.recursive);
            self.ctes.push((cte.name.clone(), Rc::new(rows)));
        }
        let rows = match &query.body {
            Body::Select(select) => self.select(select, &query.order_by),
            body => {
                let rows = match body {
                    Body::Query(inner) => self.query(*inner),
                    Body::Values(values) => self.values(values),
                    Body::Set { op, by_name, left, right, .. } => {
                        let (rows, others) = (self.query(*left), self.query(*right));
                        match by_name {
                            true => combine_by_name(rows, others),
                            false => self.combine(*op, rows, others, *right, false),
                        }
                    }
                    Body::Select(_) => Rows::UNKNOWN,
                };
                self.order_of_rows(&rows, &query.order_by);
                rows
            }
        };
        for count in query.limit.iter().chain(&query.offset) {
            self.expr(*count);
        }
        self.ctes.truncate(in_sight);
        rows
    }

    fn cte(&mut self, cte: &Cte, recursive: bool) -> Rows {
        // A CTE does not see the tables of the SELECT that it stands in.
        let scopes = std::mem::take(&mut self.scopes);
        let rows = match &self.ir.query(cte.query).body {
            // A recursive CTE has the columns of its first branch; the others see them under its name.
            Body::Set { op, left, right, .. } if recursive => {
                let first = name_columns(self.query(*left), &cte.columns);
                let in_sight = self.ctes.len();
                self.ctes.push((cte.name.clone(), Rc::new(as_recursive(&first))));
                let others = self.query(*right);
                self.ctes.truncate(in_sight);
                as_recursive(&self.combine(*op, first, others, *right, true))
            }
            _ => self.query(cte.query),
        };
        self.scopes = scopes;
        name_columns(rows, &cte.columns)
    }

    fn values(&mut self, rows: &[Vec<ExprId>]) -> Rows {
        let width = rows.first().map_or(0, Vec::len);
        let mut columns: Vec<Vec<Typed>> = vec![Vec::new(); width];
        for row in rows {
            if row.len() != width {
                let (Some(first), Some(last)) = (row.first(), row.last()) else { continue };
                let what = "this row of VALUES".to_string();
                let kind = InferErrorKind::WrongCount { what, expected: width, found: row.len() };
                self.error(At::Between(*first, *last), kind);
            }
            for (n, value) in row.iter().enumerate() {
                let typed = self.expr(*value);
                if let Some(column) = columns.get_mut(n) {
                    column.push(typed);
                }
            }
        }
        let column = |(n, values): (usize, &Vec<Typed>)| {
            let ty = match common("coalesce", values) {
                Answer::Type(ty) => ty,
                _ => DataType::Unknown,
            };
            let expr = rows.first().and_then(|row| row.get(n)).copied();
            Column { name: format!("col{n}"), ty, nulls: any_null(values), expr, named: false }
        };
        Rows { columns: columns.iter().enumerate().map(column).collect(), complete: true }
    }

    /// Puts the rows of `other` under those of `rows`. With `keep`, the types stay those of the first.
    fn combine(&mut self, op: SetOp, mut rows: Rows, other: Rows, right: QueryId, keep: bool) -> Rows {
        let complete = rows.complete && other.complete;
        if complete && rows.columns.len() != other.columns.len() {
            let name = match op {
                SetOp::Union => "union",
                SetOp::Except => "except",
                SetOp::Intersect => "intersect",
            };
            let kind = InferErrorKind::SetMismatch { op: name, left: rows.columns.len(), right: other.columns.len() };
            let exprs = (other.columns.first().and_then(|c| c.expr), other.columns.last().and_then(|c| c.expr));
            let at = match exprs {
                (Some(first), Some(last)) => At::Between(first, last),
                _ => At::Query(right),
            };
            self.error(at, kind);
            return Rows::UNKNOWN;
        }
        for (own, column) in rows.columns.iter_mut().zip(&other.columns) {
            if keep {
                continue;
            }
            if let (Some(at), Answer::Refused) = (column.expr, mix_types(own, column)) {
                let kind = InferErrorKind::TypeClash {
                    what: format!("column `{}` of a set operation", own.name),
                    types: vec![own.ty.clone(), column.ty.clone()],
                };
                self.error(At::Expr(at), kind);
            }
            mix(own, column);
        }
        Rows { complete, ..rows }
    }

    pub(super) fn push_scope(&mut self) -> u32 {
        let id = self.next_scope;
        self.next_scope += 1;
        self.scopes.push(Scope {
            id,
            relations: Vec::new(),
            aliases: Vec::new(),
            windows: Vec::new(),
            lambda: Vec::new(),
            clause: Clause::Select,
            in_aggregate: false,
            aggregates: false,
        });
        id
    }

    fn select(&mut self, select: &Select, order_by: &[OrderItem]) -> Rows {
        let id = self.push_scope();
        for table in &select.from {
            self.table(*table);
        }
        self.scope().windows = select.windows.iter().map(|(name, _)| name.clone()).collect();
        let rows = self.items(&select.items);
        let having_aggregates = self.clauses(select, &rows);
        let aggregated = self.scope().aggregates || having_aggregates;
        self.check_groups(select, id, aggregated);
        self.scope().clause = Clause::OrderBy;
        self.order(order_by, &rows);
        self.scopes.pop();
        rows
    }

    fn items(&mut self, items: &[Item]) -> Rows {
        let mut rows = Rows { columns: Vec::new(), complete: true };
        for item in items {
            if let Expr::Star(star) = self.ir_expr(item.expr) {
                self.star(item.expr, star, &mut rows);
                continue;
            }
            let before = self.errors.len();
            let value = self.expr(item.expr);
            if self.expands(item.expr) || (item.alias.is_none() && self.misnamed(item.expr, before)) {
                rows.complete = false;
                continue;
            }
            if let Some(alias) = &item.alias {
                self.scope().aliases.push((alias.clone(), item.expr));
            }
            let name = item.alias.clone().unwrap_or_else(|| self.implied_name(item.expr));
            let named = item.alias.is_some() || matches!(self.ir_expr(item.expr), Expr::Column(_));
            rows.columns.push(Column { name, ty: value.ty, nulls: value.nulls, expr: Some(item.expr), named });
        }
        rows
    }

    /// Whether an entry of a select list has its name from a column that is not there, as the errors since then say: what
    /// reads it under the right name is not wrong as well.
    fn misnamed(&self, id: ExprId, since: usize) -> bool {
        let unknown =
            |error: &InferError| error.at == At::Expr(id) && matches!(error.kind, InferErrorKind::UnknownColumn { .. });
        matches!(self.ir_expr(id), Expr::Column(_)) && self.errors[since..].iter().any(unknown)
    }

    /// Whether an entry of a select list makes columns that are not known: `unnest` of a struct.
    fn expands(&self, id: ExprId) -> bool {
        let Expr::Call(call) = self.ir_expr(id) else { return false };
        let list = |arg: &esker_sql::Arg| {
            let typed = self.typed[arg.expr.0 as usize].as_ref();
            typed.is_some_and(|typed| matches!(typed.ty, DataType::List(_)))
        };
        call.name == "unnest" && (call.args.len() != 1 || !call.args.iter().all(list))
    }

    /// The clauses behind FROM; whether HAVING makes this an aggregation.
    fn clauses(&mut self, select: &Select, rows: &Rows) -> bool {
        let aggregates = self.scope().aggregates;
        if let Some(filter) = select.filter {
            self.scope().clause = Clause::Where;
            self.condition(filter);
        }
        if let GroupBy::Keys { exprs, .. } = &select.group_by {
            self.scope().clause = Clause::GroupBy;
            self.keys(exprs, rows);
        }
        self.scope().aggregates = aggregates;
        if let Some(having) = select.having {
            self.scope().clause = Clause::Having;
            self.condition(having);
        }
        self.scope().clause = Clause::Select;
        for (_, window) in &select.windows {
            self.window(window);
        }
        if let Some(qualify) = select.qualify {
            self.scope().clause = Clause::Qualify;
            self.condition(qualify);
        }
        self.scope().clause = Clause::OrderBy;
        if let Distinct::On(keys) = &select.distinct {
            self.keys(keys, rows);
        }
        select.having.is_some()
    }

    /// The number that an ORDER BY or GROUP BY names an entry of the select list by.
    pub(super) fn ordinal(&self, id: ExprId) -> Option<usize> {
        match self.ir_expr(id) {
            Expr::Literal(Literal::Number(digits)) => digits.parse().ok(),
            _ => None,
        }
    }

    fn order(&mut self, order_by: &[OrderItem], rows: &Rows) {
        let keys: Vec<ExprId> = order_by.iter().filter_map(|item| item.expr).collect();
        self.keys(&keys, rows);
    }

    /// Keys of an ORDER BY or GROUP BY: expressions, or numbers of columns.
    fn keys(&mut self, keys: &[ExprId], rows: &Rows) {
        for key in keys {
            match self.ordinal(*key) {
                None => {
                    self.expr(*key);
                }
                Some(number) if rows.complete && !(1..=rows.columns.len()).contains(&number) => {
                    let kind = InferErrorKind::UnknownOrdinal { number, columns: rows.columns.len() };
                    self.error(At::Expr(*key), kind);
                }
                Some(_) => {}
            }
        }
    }

    /// The ORDER BY of a query that is no SELECT sees its columns only.
    fn order_of_rows(&mut self, rows: &Rows, order_by: &[OrderItem]) {
        if order_by.is_empty() {
            return;
        }
        self.push_scope();
        self.scope().clause = Clause::OrderBy;
        self.scope().relations.push(Relation::new("the result".to_string(), rows.clone()));
        self.order(order_by, rows);
        self.scopes.pop();
    }

    /// What the engine calls a column that has no alias.
    fn implied_name(&self, id: ExprId) -> String {
        if let (Expr::Column(path), Resolution::Column { scope, relation, column }) =
            (self.ir_expr(id), self.resolutions[id.0 as usize])
            && path.len() <= 2
        {
            let scope = self.scopes.iter().find(|own| own.id == scope);
            let column = scope.map(|scope| &scope.relations[relation as usize].rows.columns[column as usize]);
            if let Some(column) = column {
                return column.name.clone();
            }
        }
        crate::implied::implied_name(self.ir, id)
    }
}

/// `UNION BY NAME`: columns that one side lacks are null there.
fn combine_by_name(mut rows: Rows, others: Rows) -> Rows {
    rows.complete &= others.complete;
    for own in &mut rows.columns {
        own.nulls = if own.nulls == Nullability::Never { Nullability::Maybe } else { own.nulls };
    }
    for column in others.columns {
        match rows.columns.iter_mut().find(|own| own.name.eq_ignore_ascii_case(&column.name)) {
            Some(own) => mix(own, &column),
            None => rows.columns.push(Column { nulls: Nullability::Maybe, ..column }),
        }
    }
    rows
}

/// What is certain of the rows of a recursive CTE from its first branch: not that a column is never, or always, null.
fn as_recursive(first: &Rows) -> Rows {
    let mut rows = first.clone();
    for column in &mut rows.columns {
        column.nulls = Nullability::Maybe;
    }
    rows
}

/// Two columns of a set operation become one.
fn mix(own: &mut Column, other: &Column) {
    own.ty = match mix_types(own, other) {
        Answer::Type(ty) => ty,
        _ => DataType::Unknown,
    };
    if own.nulls != other.nulls {
        own.nulls = Nullability::Maybe;
    }
}

fn mix_types(own: &Column, other: &Column) -> Answer {
    common("union", &[column_value(own), column_value(other)])
}

/// Null as soon as one of them may be.
fn any_null(values: &[Typed]) -> Nullability {
    let mut all = values.iter().map(|value| value.nulls);
    let first = all.next().unwrap_or(Nullability::Maybe);
    if all.all(|nulls| nulls == first) { first } else { Nullability::Maybe }
}

fn name_columns(mut rows: Rows, names: &[String]) -> Rows {
    for (n, name) in names.iter().enumerate() {
        match rows.columns.get_mut(n) {
            Some(column) => {
                column.name = name.clone();
                column.named = true;
            }
            None if !rows.complete => {
                let (ty, nulls) = (DataType::Unknown, Nullability::Maybe);
                rows.columns.push(Column { name: name.clone(), ty, nulls, expr: None, named: true });
            }
            None => {}
        }
    }
    rows
}
