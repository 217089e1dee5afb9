//! `*`: which columns it stands for.

use super::{Binder, Column, Rows};
use crate::{At, InferErrorKind, Nullability};
use esker_declare::DataType;
use esker_sql::{Expr, ExprId, Star};

impl Binder<'_> {
    /// Adds the columns of a star to `rows`.
    pub(super) fn star(&mut self, id: ExprId, star: &Star, rows: &mut Rows) {
        let replaced: Vec<_> = star.replace.iter().map(|(expr, name)| (*expr, name, self.expr(*expr))).collect();
        let mut columns: Vec<Column> = Vec::new();
        let mut open = false;
        let mut known = star.table.is_none();
        for relation in &self.scope().relations {
            let wanted = star.table.as_ref().is_none_or(|table| table.eq_ignore_ascii_case(&relation.name));
            if !wanted {
                continue;
            }
            known = true;
            open |= !relation.rows.complete;
            for (column, merged) in relation.rows.columns.iter().zip(&relation.merged) {
                // A bare star shows a merged column once; `t.*` shows all of t.
                if !(*merged && star.table.is_none()) {
                    columns.push(Column { expr: Some(id), named: true, ..column.clone() });
                }
            }
        }
        if let (false, Some(table)) = (known, &star.table) {
            // `s.*` of a struct, of an outer table, or of a table that is not there.
            let outer = self.scopes.iter().any(|scope| scope.relations.iter().any(|r| r.visible(table).is_some()))
                || self
                    .scopes
                    .iter()
                    .rev()
                    .skip(1)
                    .flat_map(|s| &s.relations)
                    .any(|r| r.name.eq_ignore_ascii_case(table));
            let unsure = self.scopes.iter().flat_map(|scope| &scope.relations).any(|r| !r.rows.complete);
            if !outer && !unsure {
                let tables = self.tables();
                self.error(At::Expr(id), InferErrorKind::UnknownTableAlias { name: table.clone(), tables });
            }
            open = true;
        }
        let all: Vec<String> = columns.iter().map(|column| column.name.clone()).collect();
        for exclude in &star.exclude {
            let Expr::Column(path) = self.ir_expr(*exclude) else { continue };
            let Some(name) = path.last() else { continue };
            let before = columns.len();
            columns.retain(|column| !column.name.eq_ignore_ascii_case(name));
            if columns.len() == before && !open {
                self.not_in_star(At::Expr(*exclude), name, &all);
            }
        }
        for (expr, name, value) in replaced {
            match columns.iter_mut().find(|column| column.name.eq_ignore_ascii_case(name)) {
                Some(column) => {
                    column.ty = value.ty;
                    column.nulls = value.nulls;
                    column.expr = Some(expr);
                }
                None if open => {}
                None => self.not_in_star(At::Expr(expr), name, &all),
            }
        }
        for (old, new) in &star.rename {
            let Expr::Column(path) = self.ir_expr(*old) else { continue };
            let Some(name) = path.last() else { continue };
            match columns.iter_mut().find(|column| column.name.eq_ignore_ascii_case(name)) {
                Some(column) => column.name = new.clone(),
                // Not refused by the engine; when the table is not known, the new name is there for certain.
                None if open => {
                    let (ty, nulls) = (DataType::Unknown, Nullability::Maybe);
                    columns.push(Column { name: new.clone(), ty, nulls, expr: Some(id), named: true });
                }
                None => {}
            }
        }
        rows.complete &= !open;
        rows.columns.extend(columns);
    }

    fn not_in_star(&mut self, at: At, name: &str, columns: &[String]) {
        let tables = self.scope().relations.iter().map(|relation| relation.name.clone()).collect();
        let kind = InferErrorKind::UnknownColumn { name: name.to_string(), tables, columns: columns.to_vec() };
        self.error(at, kind);
    }
}
