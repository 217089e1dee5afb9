//! FROM: tables, joins, and what USING merges.

use super::scope::{Clause, Relation};
use super::{Binder, Column, Rows};
use crate::types::{Answer, Kind, Typed, catalog, common, is_function};
use crate::{At, InferErrorKind, Nullability};
use esker_declare::DataType;
use esker_sql::{Arg, Expr, ExprId, JoinKind, JoinOn, TableId, TableKind};

impl Binder<'_> {
    /// Adds a table to the innermost scope.
    pub(super) fn table(&mut self, id: TableId) {
        let table = self.ir.table(id);
        let (implied, rows) = match &table.kind {
            TableKind::Ref { index, name } => {
                let rows = self.refs.get(*index as usize).cloned().unwrap_or(Rows::UNKNOWN);
                (name.clone(), rows)
            }
            TableKind::Name(parts) => {
                let name = parts.last().map_or("", String::as_str);
                let cte = self.ctes.iter().rev().find(|(cte, _)| cte.eq_ignore_ascii_case(name));
                (name.to_string(), cte.map_or(Rows::UNKNOWN, |(_, rows)| rows.as_ref().clone()))
            }
            TableKind::Query(query) => {
                let rows = self.query(*query);
                ("subquery".to_string(), rows)
            }
            TableKind::Function { name, args, ordinality } => {
                let mut rows = self.table_function(id, name, args);
                if *ordinality {
                    rows.columns.push(plain_column("ordinality", DataType::BigInt));
                }
                (name.clone(), rows)
            }
            TableKind::Join { left, right, kind, on } => return self.join(*left, *right, *kind, on),
            TableKind::Unknown => (String::new(), Rows::UNKNOWN),
        };
        let rows = self.renamed(id, rows, &table.columns);
        let name = table.alias.clone().unwrap_or(implied);
        self.scope().relations.push(Relation::new(name, rows));
    }

    /// The innermost scope.
    pub(super) fn scope(&mut self) -> &mut super::Scope {
        if self.scopes.is_empty() {
            self.push_scope();
        }
        let last = self.scopes.len() - 1;
        &mut self.scopes[last]
    }

    /// `AS t (a, b)`: the first columns get these names.
    fn renamed(&mut self, id: TableId, mut rows: Rows, names: &[String]) -> Rows {
        if rows.complete && names.len() > rows.columns.len() {
            let what = "the list of names behind the alias".to_string();
            let kind = InferErrorKind::WrongCount { what, expected: rows.columns.len(), found: names.len() };
            self.error(At::Table(id), kind);
        }
        for (n, name) in names.iter().enumerate() {
            match rows.columns.get_mut(n) {
                Some(column) => column.name = name.clone(),
                None => rows.columns.push(plain_column(name, DataType::Unknown)),
            }
        }
        rows
    }

    fn table_function(&mut self, id: TableId, name: &str, args: &[Arg]) -> Rows {
        let known = self.errors.len();
        let values: Vec<Typed> = args.iter().map(|arg| self.expr(arg.expr)).collect();
        let one = |name: &str, ty| Rows { columns: vec![plain_column(name, ty)], complete: true };
        match (name, values.first().map(|value| &value.ty)) {
            ("range" | "generate_series", Some(first)) => {
                let ty = match first {
                    DataType::Timestamp | DataType::TimestampTz => first.clone(),
                    DataType::Date => DataType::Timestamp,
                    DataType::Unknown => DataType::Unknown,
                    _ => DataType::BigInt,
                };
                one(name, ty)
            }
            ("unnest", Some(DataType::List(item))) if values.len() == 1 => one("unnest", (**item).clone()),
            ("unnest", Some(_)) if values.len() == 1 => one("unnest", DataType::Unknown),
            _ => {
                let is_table = |name: &str| {
                    catalog().get(name).is_some_and(|forms| forms.iter().any(|form| form.kind == Kind::Table))
                };
                if self.known.functions.contains_key(name) {
                    let kind = InferErrorKind::MisusedFunction { name: name.to_string(), how: "as a table" };
                    self.error(At::Table(id), kind);
                } else if !is_function(name) {
                    self.errors.truncate(known);
                    self.unknown_function(At::Table(id), name, catalog().keys().copied().filter(|name| is_table(name)));
                }
                Rows::UNKNOWN
            }
        }
    }

    fn join(&mut self, left: TableId, right: TableId, kind: JoinKind, on: &JoinOn) {
        let start = self.scope().relations.len();
        self.table(left);
        let split = self.scope().relations.len();
        self.table(right);
        let relations = &mut self.scope().relations;
        match kind {
            JoinKind::Left => Self::make_nullable(&mut relations[split..]),
            JoinKind::Right => Self::make_nullable(&mut relations[start..split]),
            JoinKind::Full => Self::make_nullable(&mut relations[start..]),
            JoinKind::Inner | JoinKind::Cross | JoinKind::Semi | JoinKind::Anti => {}
        }
        match on {
            JoinOn::None => {}
            JoinOn::Condition(condition) => {
                let clause = std::mem::replace(&mut self.scope().clause, Clause::On);
                self.condition(*condition);
                self.scope().clause = clause;
            }
            JoinOn::Using(columns) => self.using(columns, start, split, kind),
            JoinOn::Natural => self.natural(start, split, kind),
        }
        if matches!(kind, JoinKind::Semi | JoinKind::Anti) {
            self.scope().relations.truncate(split);
        }
    }

    fn using(&mut self, columns: &[ExprId], start: usize, split: usize, kind: JoinKind) {
        for id in columns {
            let Expr::Column(path) = self.ir_expr(*id) else { continue };
            let Some(name) = path.last() else { continue };
            let relations = &self.scope().relations;
            let side = |range: std::ops::Range<usize>| {
                let found = range.clone().find_map(|n| relations[n].visible(name).map(|column| (n, column)));
                (found, relations[range].iter().any(|relation| !relation.rows.complete))
            };
            let (left, left_open) = side(start..split);
            let (right, right_open) = side(split..relations.len());
            let missing = match (left, right) {
                (None, _) if !left_open => Some(start..split),
                (_, None) if !right_open => Some(split..relations.len()),
                _ => None,
            };
            if let Some(range) = missing {
                let tables = relations[range.clone()].iter().map(|relation| relation.name.clone()).collect();
                let columns = relations[range].iter().flat_map(|r| &r.rows.columns).map(|c| c.name.clone()).collect();
                self.error(At::Expr(*id), InferErrorKind::UnknownColumn { name: name.clone(), tables, columns });
            }
            if let (Some(left), Some(right)) = (left, right) {
                self.merge(left, right, kind);
            }
        }
    }

    fn natural(&mut self, start: usize, split: usize, kind: JoinKind) {
        let relations = &self.scope().relations;
        let end = relations.len();
        let mut pairs = Vec::new();
        for n in split..end {
            for (m, column) in relations[n].rows.columns.iter().enumerate() {
                let left = (start..split).find_map(|l| relations[l].visible(&column.name).map(|column| (l, column)));
                pairs.extend(left.map(|left| (left, (n, m))));
            }
        }
        // With a side that is not known, neither is what it shares.
        let open = relations[start..].iter().any(|relation| !relation.rows.complete);
        for (left, right) in pairs {
            self.merge(left, right, kind);
        }
        if open {
            for relation in &mut self.scope().relations[start..] {
                relation.rows.complete = false;
            }
        }
    }

    /// One column of two: the left one stays in sight, as what the join makes of it.
    fn merge(&mut self, left: (usize, usize), right: (usize, usize), kind: JoinKind) {
        let relations = &mut self.scope().relations;
        relations[right.0].merged[right.1] = true;
        let other = relations[right.0].rows.columns[right.1].clone();
        let column = &mut relations[left.0].rows.columns[left.1];
        match kind {
            JoinKind::Right => {
                column.ty = other.ty;
                column.nulls = other.nulls;
            }
            JoinKind::Full => {
                let sides = [Typed::of(column.ty.clone()), Typed::of(other.ty)];
                column.ty = match common("coalesce", &sides) {
                    Answer::Type(ty) => ty,
                    _ => DataType::Unknown,
                };
                column.nulls = Nullability::Maybe;
            }
            _ => {}
        }
    }
}

fn plain_column(name: &str, ty: DataType) -> Column {
    Column { name: name.to_string(), ty, nulls: Nullability::Maybe, expr: None, named: true }
}
