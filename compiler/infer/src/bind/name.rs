//! Names of columns: looked up from the inside out, as the engine does.

use super::Binder;
use super::scope::{Clause, Relation, Resolution, Scope, column_value};
use crate::types::Typed;
use crate::{At, InferErrorKind, Nullability};
use esker_declare::DataType;
use esker_sql::ExprId;

/// Columns that every table of the engine has without listing them.
const PSEUDO: &[&str] = &["rowid", "filename", "file_row_number"];

/// Words that the engine answers itself where no column has their name.
const SESSION: &[&str] = &["current_user", "session_user", "user", "current_role", "current_schema", "current_catalog"];

impl Binder<'_> {
    /// The value of `a`, `t.a`, `t.a.field`.
    pub(super) fn column(&mut self, id: ExprId, path: &[String]) -> Typed {
        match path {
            [name] => self.bare(id, name),
            [first, rest @ ..] => self.qualified(id, first, rest),
            [] => Typed::UNKNOWN,
        }
    }

    fn bare(&mut self, id: ExprId, name: &str) -> Typed {
        if self.scopes.iter().any(|scope| scope.lambda.iter().any(|param| param.eq_ignore_ascii_case(name))) {
            return Typed::UNKNOWN;
        }
        let mut open = false;
        for depth in (0..self.scopes.len()).rev() {
            let innermost = depth + 1 == self.scopes.len();
            if innermost
                && self.scopes[depth].clause == Clause::OrderBy
                && let Some(value) = self.alias(id, depth, name)
            {
                return value;
            }
            let scope = &self.scopes[depth];
            match found(scope, name)[..] {
                [] => {}
                [(relation, column)] => return self.found(id, depth, relation, column),
                ref several => {
                    let names = several.iter().map(|(relation, _)| scope.relations[*relation].name.clone()).collect();
                    let kind = InferErrorKind::AmbiguousColumn { name: name.to_string(), tables: names };
                    self.error(At::Expr(id), kind);
                    return Typed::UNKNOWN;
                }
            }
            if innermost && let Some(value) = self.alias(id, depth, name) {
                return value;
            }
            let scope = &self.scopes[depth];
            if let Some(relation) = scope.relations.iter().find(|relation| relation.name.eq_ignore_ascii_case(name)) {
                let row = row_type(relation);
                self.resolutions[id.0 as usize] = Resolution::Row;
                return Typed::never_null(row);
            }
            open |= scope.relations.iter().any(|relation| !relation.rows.complete);
        }
        if SESSION.iter().any(|word| word.eq_ignore_ascii_case(name)) {
            return Typed::of(DataType::VARCHAR);
        }
        let tables = self.scopes.iter().any(|scope| !scope.relations.is_empty());
        let pseudo = tables && PSEUDO.iter().any(|pseudo| pseudo.eq_ignore_ascii_case(name));
        if !open && !pseudo {
            self.unknown_column(id, name);
        }
        Typed::UNKNOWN
    }

    /// An entry of the select list by its name.
    fn alias(&mut self, id: ExprId, depth: usize, name: &str) -> Option<Typed> {
        let scope = &self.scopes[depth];
        if scope.clause == Clause::On {
            return None;
        }
        let (_, item) = scope.aliases.iter().find(|(alias, _)| alias.eq_ignore_ascii_case(name))?;
        let item = *item;
        self.resolutions[id.0 as usize] = Resolution::Alias(item);
        self.forbid_aggregates(id, item);
        Some(self.typed[item.0 as usize].clone().unwrap_or(Typed::UNKNOWN))
    }

    fn found(&mut self, id: ExprId, depth: usize, relation: usize, column: usize) -> Typed {
        let scope = &self.scopes[depth];
        self.resolutions[id.0 as usize] =
            Resolution::Column { scope: scope.id, relation: relation as u32, column: column as u32 };
        column_value(&scope.relations[relation].rows.columns[column])
    }

    fn qualified(&mut self, id: ExprId, first: &str, rest: &[String]) -> Typed {
        for depth in (0..self.scopes.len()).rev() {
            let scope = &self.scopes[depth];
            let Some(relation) = scope.relations.iter().position(|table| table.name.eq_ignore_ascii_case(first)) else {
                continue;
            };
            let more = scope.relations[relation + 1..].iter().any(|table| table.name.eq_ignore_ascii_case(first));
            if more {
                self.error(At::Expr(id), InferErrorKind::AmbiguousTable { name: first.to_string() });
                return Typed::UNKNOWN;
            }
            return match scope.relations[relation].position(&rest[0]) {
                Some(column) => {
                    let value = self.found(id, depth, relation, column);
                    self.fields(id, value, &rest[1..])
                }
                None => {
                    let relation = &scope.relations[relation];
                    if relation.rows.complete && !PSEUDO.iter().any(|pseudo| pseudo.eq_ignore_ascii_case(&rest[0])) {
                        let columns = relation.rows.columns.iter().map(|column| column.name.clone()).collect();
                        let tables = vec![relation.name.clone()];
                        let name = format!("{first}.{}", rest[0]);
                        self.error(At::Expr(id), InferErrorKind::UnknownColumn { name, tables, columns });
                    }
                    Typed::UNKNOWN
                }
            };
        }
        // No such table: a field of a struct, or a table with its schema before it.
        if let Some((depth, relation, column)) = self.lone(first) {
            let value = self.found(id, depth, relation, column);
            if matches!(value.ty, DataType::Struct(_) | DataType::Map(..) | DataType::Json) || value.ty.is_unknown() {
                return self.fields(id, value, rest);
            }
            self.resolutions[id.0 as usize] = Resolution::None;
        }
        if let [table, _, ..] = rest
            && self.scopes.iter().any(|scope| scope.relations.iter().any(|r| r.name.eq_ignore_ascii_case(table)))
        {
            return self.qualified(id, table, &rest[1..]);
        }
        let lambda = self.scopes.iter().any(|scope| scope.lambda.iter().any(|param| param.eq_ignore_ascii_case(first)));
        let open = self.scopes.iter().flat_map(|scope| &scope.relations).any(|relation| !relation.rows.complete);
        if !open && !lambda {
            let tables = self.tables();
            self.error(At::Expr(id), InferErrorKind::UnknownTableAlias { name: first.to_string(), tables });
        }
        Typed::UNKNOWN
    }

    /// The one column of this name in sight.
    fn lone(&self, name: &str) -> Option<(usize, usize, usize)> {
        (0..self.scopes.len()).rev().find_map(|depth| match found(&self.scopes[depth], name)[..] {
            [(relation, column)] => Some((depth, relation, column)),
            _ => None,
        })
    }

    /// The fields of a struct, one inside the other.
    pub(super) fn fields(&mut self, id: ExprId, mut value: Typed, fields: &[String]) -> Typed {
        for field in fields {
            // What is grouped or read is the whole value, not the field: nothing certain follows from it.
            self.resolutions[id.0 as usize] = Resolution::None;
            value = match &value.ty {
                DataType::Struct(known) => {
                    let found = known.iter().find(|(name, _)| name.eq_ignore_ascii_case(field));
                    Typed::of(found.map_or(DataType::Unknown, |(_, ty)| ty.clone()))
                }
                DataType::Json => Typed::of(DataType::Json),
                _ => Typed::UNKNOWN,
            };
        }
        value
    }

    fn unknown_column(&mut self, id: ExprId, name: &str) {
        let tables = self.tables();
        let mut columns = Vec::new();
        for column in self.scopes.iter().rev().flat_map(|scope| &scope.relations).flat_map(|r| &r.rows.columns) {
            if !columns.contains(&column.name) {
                columns.push(column.name.clone());
            }
        }
        self.error(At::Expr(id), InferErrorKind::UnknownColumn { name: name.to_string(), tables, columns });
    }

    /// The names of the tables in sight.
    pub(super) fn tables(&self) -> Vec<String> {
        self.scopes.iter().rev().flat_map(|scope| &scope.relations).map(|relation| relation.name.clone()).collect()
    }

    /// Whether a column must not be null to reach its reader.
    pub(super) fn make_nullable(relations: &mut [Relation]) {
        for column in relations.iter_mut().flat_map(|relation| &mut relation.rows.columns) {
            if column.nulls == Nullability::Never {
                column.nulls = Nullability::Maybe;
            }
        }
    }
}

/// The tables of a SELECT that have the column, with its index.
fn found(scope: &Scope, name: &str) -> Vec<(usize, usize)> {
    let tables = scope.relations.iter().enumerate();
    tables.filter_map(|(n, relation)| relation.visible(name).map(|column| (n, column))).collect()
}

fn row_type(relation: &Relation) -> DataType {
    match relation.rows.complete {
        false => DataType::Unknown,
        true => {
            let field = |column: &super::Column| (column.name.clone(), column.ty.clone());
            DataType::Struct(relation.rows.columns.iter().map(field).collect())
        }
    }
}
