//! Tables of a FROM clause and the joins between them.

use super::{Lowerer, StrayTable, cover, token};
use crate::ir::{Arg, Expr, JoinKind, JoinOn, Table, TableId, TableKind};
use crate::tokens::REF;
use crate::{SqlError, SqlErrorKind};
use esker_grammar::sql::{SqlTokenKind, is_no_table_name};
use sqlparser::ast;
use std::ops::Range;

impl Lowerer<'_> {
    pub(super) fn table_with_joins(&mut self, table: &ast::TableWithJoins) -> TableId {
        let mut left = self.table(&table.relation);
        for join in &table.joins {
            let right = self.table(&join.relation);
            left = self.join(left, right, &join.join_operator);
        }
        left
    }

    fn join(&mut self, left: TableId, right: TableId, operator: &ast::JoinOperator) -> TableId {
        use ast::JoinOperator as J;
        let (kind, constraint) = match operator {
            J::Join(on) | J::Inner(on) => (JoinKind::Inner, on),
            J::Left(on) | J::LeftOuter(on) => (JoinKind::Left, on),
            J::Right(on) | J::RightOuter(on) => (JoinKind::Right, on),
            J::FullOuter(on) => (JoinKind::Full, on),
            J::CrossJoin(on) => (JoinKind::Cross, on),
            J::Semi(on) | J::LeftSemi(on) => (JoinKind::Semi, on),
            J::Anti(on) | J::LeftAnti(on) => (JoinKind::Anti, on),
            _ => {
                self.give_up("this JOIN");
                (JoinKind::Inner, &ast::JoinConstraint::None)
            }
        };
        let on = match constraint {
            ast::JoinConstraint::None => {
                let at = self.out.source_map.table(right);
                let positional = self.out.query.notes.iter().any(|note| note == "positional");
                if kind != JoinKind::Cross && !positional {
                    self.out.errors.push(SqlError { tokens: at, kind: SqlErrorKind::JoinWithoutCondition });
                }
                JoinOn::None
            }
            ast::JoinConstraint::Natural => JoinOn::Natural,
            ast::JoinConstraint::On(condition) => JoinOn::Condition(self.expr(condition)),
            ast::JoinConstraint::Using(names) => {
                let idents: Vec<&ast::Ident> =
                    names.iter().filter_map(|name| name.0.last().and_then(|part| part.as_ident())).collect();
                let columns = idents
                    .into_iter()
                    .map(|ident| self.push_expr(Expr::Column(vec![ident.value.clone()]), token(ident.span)));
                JoinOn::Using(columns.collect())
            }
        };
        let at = cover(self.out.source_map.table(left), self.out.source_map.table(right));
        let kind = TableKind::Join { left, right, kind, on };
        self.push_table(Table { kind, alias: None, columns: Vec::new() }, at)
    }

    fn table(&mut self, factor: &ast::TableFactor) -> TableId {
        use ast::TableFactor as F;
        let (kind, alias, at) = match factor {
            F::Table { name, alias, args: Some(args), with_ordinality, .. } => {
                let (kind, at) = self.table_function(name, &args.args, *with_ordinality);
                (kind, alias, at)
            }
            F::Table { name, alias, .. } => {
                let (kind, at) = self.named_table(name);
                (kind, alias, at)
            }
            F::Function { name, args, alias, with_ordinality, .. } => {
                let (kind, at) = self.table_function(name, args, *with_ordinality);
                (kind, alias, at)
            }
            F::UNNEST { array_exprs, alias, with_ordinality, .. } => {
                let args: Vec<Arg> = array_exprs.iter().map(|list| Arg { name: None, expr: self.expr(list) }).collect();
                let at = args.first().map_or(0..0, |first| self.call_around(self.at(first.expr), &["unnest"]));
                let name = "unnest".to_string();
                (TableKind::Function { name, args, ordinality: *with_ordinality }, alias, at)
            }
            F::Derived { subquery, alias, .. } => {
                let (query, at) = self.subquery(subquery);
                (TableKind::Query(query), alias, at)
            }
            F::NestedJoin { table_with_joins, alias } => {
                let inner = self.table_with_joins(table_with_joins);
                if alias.is_some() {
                    self.give_up("an alias of a join");
                }
                return inner;
            }
            F::Pivot { .. } => {
                self.give_up("PIVOT");
                (TableKind::Unknown, &None, 0..0)
            }
            F::Unpivot { .. } => {
                self.give_up("UNPIVOT");
                (TableKind::Unknown, &None, 0..0)
            }
            _ => {
                self.give_up("this table");
                (TableKind::Unknown, &None, 0..0)
            }
        };
        let columns = alias.iter().flat_map(|alias| &alias.columns).map(|column| column.name.value.clone()).collect();
        let alias = alias.as_ref().map(|alias| alias.name.value.clone());
        self.push_table(Table { kind, alias, columns }, at)
    }

    fn named_table(&mut self, name: &ast::ObjectName) -> (TableKind, Range<u32>) {
        let parts: Vec<&ast::Ident> = name.0.iter().filter_map(|part| part.as_ident()).collect();
        let at = parts.iter().map(|part| token(part.span)).reduce(cover).unwrap_or_default();
        if let [only] = parts[..]
            && let Some(reference) = self.reference(&only.value)
        {
            return reference;
        }
        let names: Vec<String> = parts.iter().map(|part| part.value.clone()).collect();
        if let [only] = parts[..]
            && only.quote_style.is_none()
            && is_no_table_name(&only.value)
        {
            let kind = SqlErrorKind::Unexpected { expected: "a table".to_string(), found: Some(only.value.clone()) };
            self.out.errors.push(SqlError { tokens: at.clone(), kind });
            return (TableKind::Unknown, at);
        }
        // Something hangs on a reference: `ref(m).v1`.
        if let [first, rest @ ..] = &names[..]
            && first.starts_with(REF)
        {
            let kind = SqlErrorKind::Unexpected {
                expected: "an alias or the next clause behind the reference".to_string(),
                found: Some(format!(".{}", rest.join("."))),
            };
            self.out.errors.push(SqlError { tokens: at.clone(), kind });
            return (TableKind::Unknown, at);
        }
        if let [only] = &names[..]
            && self.ctes.iter().any(|cte| cte.eq_ignore_ascii_case(only))
        {
            return (TableKind::Name(names), at);
        }
        let name = names.join(".");
        let file = parts.first().is_some_and(|part| part.quote_style == Some('\''));
        let at = if file { self.file(&name) } else { at };
        let unseen = self.unseen.iter().rev().find(|(cte, _)| cte.eq_ignore_ascii_case(&name));
        let unseen = unseen.map(|(_, why)| why.clone());
        self.out.stray_tables.push(StrayTable { name, file, tokens: at.clone(), ctes: self.ctes.clone(), unseen });
        (TableKind::Unknown, at)
    }

    /// The token of a file that is read by its path, which the parser does not locate: the next such string.
    fn file(&mut self, path: &str) -> Range<u32> {
        let behind = self.files as usize..self.text.tokens.len();
        let found = behind.into_iter().find(|at| {
            let token = &self.text.tokens[*at];
            token.kind == SqlTokenKind::String && token.text.trim_matches('\'').replace("''", "'") == path
        });
        let at = found.map_or(0, |at| at as u32);
        self.files = at + 1;
        at..at + 1
    }

    fn table_function(
        &mut self,
        name: &ast::ObjectName,
        args: &[ast::FunctionArg],
        ordinality: bool,
    ) -> (TableKind, Range<u32>) {
        let parts: Vec<&ast::Ident> = name.0.iter().filter_map(|part| part.as_ident()).collect();
        let at = parts.iter().map(|part| token(part.span)).reduce(cover).unwrap_or_default();
        let at = self.with_group(at);
        let name = parts.last().map_or(String::new(), |part| part.value.to_lowercase());
        let args = args.iter().map(|arg| self.arg(arg)).collect();
        (TableKind::Function { name, args, ordinality }, at)
    }
}
