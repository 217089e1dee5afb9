//! Queries: WITH, set operations, SELECT and its clauses.

use super::{Lowerer, UnseenCte, cover, token};
use crate::ir::{
    Body, Cte, Distinct, Expr, ExprId, GroupBy, Item, OrderItem, Query, QueryId, Select, SetOp, Star, Window,
};
use crate::{SqlError, SqlErrorKind};
use sqlparser::ast;
use std::ops::Range;

impl Lowerer<'_> {
    /// A query whose tokens are `at`.
    pub(super) fn query(&mut self, query: &ast::Query, at: Range<u32>) -> QueryId {
        let in_sight = self.ctes.len();
        let mut with = Vec::new();
        let recursive = query.with.as_ref().is_some_and(|with| with.recursive);
        let unseen = self.unseen.len();
        let ctes: &[ast::Cte] = query.with.as_ref().map_or(&[], |with| &with.cte_tables);
        for (n, cte) in ctes.iter().enumerate() {
            let name = &cte.alias.name.value;
            if ctes[..n].iter().any(|before| before.alias.name.value.eq_ignore_ascii_case(name)) {
                let kind = SqlErrorKind::DuplicateCte { name: name.clone() };
                self.out.errors.push(SqlError { tokens: token(cte.alias.name.span), kind });
            }
            let later = ctes[n + 1..].iter().map(|later| &later.alias.name.value);
            self.unseen.extend(later.map(|later| (later.clone(), UnseenCte::Later(name.clone()))));
            self.unseen.push((name.clone(), UnseenCte::Itself));
            with.push(self.cte(cte, recursive));
            self.unseen.truncate(unseen);
        }
        let body = self.body(&query.body, &at);
        let order_by = query.order_by.as_ref().map_or_else(Vec::new, |order_by| self.order_by(order_by));
        let (mut limit, mut offset) = (None, None);
        match &query.limit_clause {
            Some(ast::LimitClause::LimitOffset { limit: size, offset: skip, .. }) => {
                limit = size.as_ref().map(|size| self.expr(size));
                offset = skip.as_ref().map(|skip| self.expr(&skip.value));
            }
            Some(ast::LimitClause::OffsetCommaLimit { offset: skip, limit: size }) => {
                limit = Some(self.expr(size));
                offset = Some(self.expr(skip));
            }
            None => {}
        }
        if let Some(quantity) = query.fetch.as_ref().and_then(|fetch| fetch.quantity.as_ref()) {
            limit = Some(self.expr(quantity));
        }
        self.ctes.truncate(in_sight);
        // A query that only wraps another is that other.
        if let Body::Query(inner) = body
            && with.is_empty()
            && order_by.is_empty()
            && limit.is_none()
            && offset.is_none()
        {
            return inner;
        }
        self.push_query(Query { with, recursive, body, order_by, limit, offset }, at)
    }

    fn cte(&mut self, cte: &ast::Cte, recursive: bool) -> Cte {
        let name = cte.alias.name.value.clone();
        if recursive {
            self.ctes.push(name.clone());
        }
        let close = token(cte.closing_paren_token.0.span).start;
        let open = self.brackets.partner.get(close as usize).copied().unwrap_or(close);
        let query = self.query(&cte.query, open + 1..close);
        if !recursive {
            self.ctes.push(name.clone());
        }
        let columns = cte.alias.columns.iter().map(|column| column.name.value.clone()).collect();
        Cte { name, columns, query }
    }

    /// A token of the query that stands outside all brackets in it.
    pub(super) fn anchor(&self, query: &ast::Query) -> u32 {
        match &query.with {
            Some(with) => token(with.with_token.0.span).start,
            None => self.body_anchor(&query.body),
        }
    }

    fn body_anchor(&self, body: &ast::SetExpr) -> u32 {
        match body {
            ast::SetExpr::Select(select) => token(select.select_token.0.span).start,
            ast::SetExpr::SetOperation { left, .. } => self.body_anchor(left),
            ast::SetExpr::Query(query) => self.enclosing(self.anchor(query)).map_or(0, |brackets| brackets.start),
            ast::SetExpr::Values(values) => values.rows.first().map_or(0, |row| token(row.opening_token.0.span).start),
            _ => 0,
        }
    }

    /// A query in parentheses, found by where its parts stand.
    pub(super) fn subquery(&mut self, query: &ast::Query) -> (QueryId, Range<u32>) {
        let brackets = self.enclosing(self.anchor(query)).unwrap_or(0..self.text.tokens.len() as u32);
        let inner = brackets.start + 1..brackets.end.saturating_sub(1);
        (self.query(query, inner), brackets)
    }

    fn body(&mut self, body: &ast::SetExpr, at: &Range<u32>) -> Body {
        match body {
            ast::SetExpr::Select(select) => Body::Select(Box::new(self.select(select))),
            ast::SetExpr::Query(query) => Body::Query(self.subquery(query).0),
            ast::SetExpr::SetOperation { left, op, set_quantifier, right } => {
                let op = match op {
                    ast::SetOperator::Union => SetOp::Union,
                    ast::SetOperator::Except | ast::SetOperator::Minus => SetOp::Except,
                    ast::SetOperator::Intersect => SetOp::Intersect,
                };
                use ast::SetQuantifier::{All, AllByName, ByName, DistinctByName};
                let all = matches!(set_quantifier, All | AllByName);
                let by_name = matches!(set_quantifier, ByName | AllByName | DistinctByName);
                let split = self.body_anchor(right);
                let left = self.operand(left, at.start..split.saturating_sub(1));
                let right = self.operand(right, split..at.end);
                Body::Set { op, all, by_name, left, right }
            }
            ast::SetExpr::Values(values) => {
                let rows = &values.rows;
                Body::Values(
                    rows.iter().map(|row| row.content.iter().map(|value| self.expr(value)).collect()).collect(),
                )
            }
            _ => {
                self.give_up("TABLE");
                Body::Values(Vec::new())
            }
        }
    }

    fn operand(&mut self, body: &ast::SetExpr, at: Range<u32>) -> QueryId {
        match self.body(body, &at) {
            Body::Query(inner) => inner,
            body => {
                let none = Vec::new();
                let query =
                    Query { with: Vec::new(), recursive: false, body, order_by: none, limit: None, offset: None };
                self.push_query(query, at)
            }
        }
    }

    fn select(&mut self, select: &ast::Select) -> Select {
        let foreign = select.top.is_some()
            || select.into.is_some()
            || !select.lateral_views.is_empty()
            || select.prewhere.is_some()
            || !select.connect_by.is_empty()
            || select.value_table_mode.is_some();
        if foreign {
            self.give_up("this SELECT");
        }
        let distinct = match &select.distinct {
            None | Some(ast::Distinct::All) => Distinct::No,
            Some(ast::Distinct::Distinct) => Distinct::Yes,
            Some(ast::Distinct::On(keys)) => Distinct::On(self.exprs(keys)),
        };
        let from: Vec<_> = select.from.iter().map(|table| self.table_with_joins(table)).collect();
        let mut items: Vec<Item> = select.projection.iter().filter_map(|item| self.item(item)).collect();
        if matches!(select.flavor, ast::SelectFlavor::FromFirstNoSelect) {
            let at = token(select.select_token.0.span);
            let expr = self.push_expr(Expr::Star(Box::default()), at);
            items.push(Item { expr, alias: None });
        }
        let filter = select.selection.as_ref().map(|filter| self.expr(filter));
        let group_by = self.group_by(&select.group_by);
        let having = select.having.as_ref().map(|having| self.expr(having));
        let windows = select.named_window.iter().map(|window| self.named_window(window)).collect();
        let qualify = select.qualify.as_ref().map(|qualify| self.expr(qualify));
        Select { distinct, items, from, filter, group_by, having, windows, qualify }
    }

    fn item(&mut self, item: &ast::SelectItem) -> Option<Item> {
        let (expr, alias) = match item {
            ast::SelectItem::UnnamedExpr(expr) => (self.expr(expr), None),
            ast::SelectItem::ExprWithAlias { expr, alias } => (self.expr(expr), Some(alias)),
            ast::SelectItem::Wildcard(options) => (self.star(None, options), None),
            ast::SelectItem::QualifiedWildcard(ast::SelectItemQualifiedWildcardKind::ObjectName(name), options) => {
                (self.star(name.0.last().and_then(|part| part.as_ident()), options), None)
            }
            ast::SelectItem::QualifiedWildcard(..) => {
                self.give_up("expression.*");
                return None;
            }
            ast::SelectItem::ExprWithAliases { .. } => {
                self.give_up("several aliases");
                return None;
            }
        };
        if let Some(alias) = alias {
            self.out.source_map.aliases.push((expr, token(alias.span)));
        }
        Some(Item { expr, alias: alias.map(|alias| alias.value.clone()) })
    }

    fn star(&mut self, table: Option<&ast::Ident>, options: &ast::WildcardAdditionalOptions) -> ExprId {
        let star_at = token(options.wildcard_token.0.span);
        let mut at = match table {
            Some(table) => cover(token(table.span), star_at.clone()),
            None => star_at.clone(),
        };
        let mut star = Star { table: table.map(|table| table.value.clone()), ..Star::default() };
        let column = |this: &mut Self, ident: &ast::Ident| {
            this.push_expr(Expr::Column(vec![ident.value.clone()]), token(ident.span))
        };
        let excluded: Vec<&ast::ObjectName> = match &options.opt_exclude {
            Some(ast::ExcludeSelectItem::Single(name)) => vec![name],
            Some(ast::ExcludeSelectItem::Multiple(names)) => names.iter().collect(),
            None => Vec::new(),
        };
        for name in excluded {
            let idents: Vec<&ast::Ident> = name.0.iter().filter_map(|part| part.as_ident()).collect();
            let path = idents.iter().map(|ident| ident.value.clone()).collect();
            let name_at = idents.iter().map(|ident| token(ident.span)).reduce(cover).unwrap_or(star_at.clone());
            at = cover(at, name_at.clone());
            star.exclude.push(self.push_expr(Expr::Column(path), name_at));
        }
        for item in options.opt_replace.iter().flat_map(|replace| &replace.items) {
            let expr = self.expr(&item.expr);
            at = cover(at, token(item.column_name.span));
            star.replace.push((expr, item.column_name.value.clone()));
        }
        let renamed: Vec<&ast::IdentWithAlias> = match &options.opt_rename {
            Some(ast::RenameSelectItem::Single(one)) => vec![one],
            Some(ast::RenameSelectItem::Multiple(many)) => many.iter().collect(),
            None => Vec::new(),
        };
        for rename in renamed {
            at = cover(at, token(rename.alias.span));
            star.rename.push((column(self, &rename.ident), rename.alias.value.clone()));
        }
        // The parentheses around the last list belong to it.
        let depth = self.brackets.around.get(star_at.start as usize).copied().flatten();
        if let Some(brackets) = self.enclosing(at.end.saturating_sub(1))
            && Some(brackets.start) != depth
        {
            at.end = at.end.max(brackets.end);
        }
        self.push_expr(Expr::Star(Box::new(star)), at)
    }

    fn group_by(&mut self, group_by: &ast::GroupByExpr) -> GroupBy {
        let (keys, modifiers) = match group_by {
            ast::GroupByExpr::All(_) => return GroupBy::All,
            ast::GroupByExpr::Expressions(keys, modifiers) => (keys, modifiers),
        };
        if keys.is_empty() && modifiers.is_empty() {
            return GroupBy::None;
        }
        let mut exprs = Vec::new();
        let mut sets = !modifiers.is_empty();
        for key in keys {
            match key {
                ast::Expr::GroupingSets(lists) | ast::Expr::Cube(lists) | ast::Expr::Rollup(lists) => {
                    sets = true;
                    self.out.query.notes.push(key.to_string().to_lowercase());
                    for key in lists.iter().flatten() {
                        exprs.push(self.expr(key));
                    }
                }
                ast::Expr::Tuple(parts) => exprs.extend(parts.iter().map(|part| self.expr(part))),
                key => exprs.push(self.expr(key)),
            }
        }
        GroupBy::Keys { exprs, sets }
    }

    pub(super) fn order_by(&mut self, order_by: &ast::OrderBy) -> Vec<OrderItem> {
        match &order_by.kind {
            ast::OrderByKind::All(options) => vec![order_item(None, options)],
            ast::OrderByKind::Expressions(items) => self.order_items(items),
        }
    }

    pub(super) fn order_items(&mut self, items: &[ast::OrderByExpr]) -> Vec<OrderItem> {
        items.iter().map(|item| order_item(Some(self.expr(&item.expr)), &item.options)).collect()
    }

    fn named_window(&mut self, window: &ast::NamedWindowDefinition) -> (String, Window) {
        let ast::NamedWindowDefinition(name, spec) = window;
        let spec = match spec {
            ast::NamedWindowExpr::NamedWindow(base) => Window { base: Some(base.value.clone()), ..Window::default() },
            ast::NamedWindowExpr::WindowSpec(spec) => self.window(spec),
        };
        (name.value.clone(), spec)
    }

    pub(super) fn window(&mut self, spec: &ast::WindowSpec) -> Window {
        let partition_by = self.exprs(&spec.partition_by);
        let order_by = self.order_items(&spec.order_by);
        let frame = spec.window_frame.as_ref().map(|frame| {
            let mut values = Vec::new();
            let mut bound = |bound: &ast::WindowFrameBound| match bound {
                ast::WindowFrameBound::CurrentRow => "current row",
                ast::WindowFrameBound::Preceding(value) => {
                    values.extend(value.as_ref().map(|value| self.expr(value)));
                    if value.is_some() { "preceding" } else { "unbounded preceding" }
                }
                ast::WindowFrameBound::Following(value) => {
                    values.extend(value.as_ref().map(|value| self.expr(value)));
                    if value.is_some() { "following" } else { "unbounded following" }
                }
            };
            let start = bound(&frame.start_bound);
            let end = frame.end_bound.as_ref().map_or("current row", &mut bound);
            (format!("{} {start} {end}", frame.units.to_string().to_lowercase()), values)
        });
        Window { base: spec.window_name.as_ref().map(|name| name.value.clone()), partition_by, order_by, frame }
    }
}

fn order_item(expr: Option<ExprId>, options: &ast::OrderByOptions) -> OrderItem {
    let descending = matches!(options.sort, Some(ast::OrderBySort::Desc));
    OrderItem { expr, descending, nulls_first: options.nulls_first }
}
