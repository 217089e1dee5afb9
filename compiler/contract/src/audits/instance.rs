//! An audit's SQL with its parameters put in: one query over the dataset, and where each of its tokens comes from.

use super::arguments::{Argument, words};
use esker_declare::{DataType, NodeName, ParamDecl, ParamType, Value, VersionName, quote_always, text_literal};
use esker_grammar::sql::{SqlText, SqlToken, SqlTokenKind};
use esker_source::Span;
use std::ops::Range;

/// The query that an audit makes of its arguments.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Instance {
    /// `with this as (select * from ref(node)) …`
    pub(crate) sql: SqlText,
    /// For each token where it comes from.
    origins: Vec<Origin>,
}

/// Where a token of an instance comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Origin {
    /// The nth token of the audit's body.
    Body(u32),
    /// What was put in for the nth parameter, which stands at a token of the body.
    Param(usize, u32),
    /// Neither: it says what `this` is.
    This,
}

/// Where a range of tokens of an instance comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Trace {
    /// The parameters among them, in order.
    pub(crate) params: Vec<usize>,
    /// The tokens of the audit's body.
    pub(crate) body: Option<Range<u32>>,
}

impl Instance {
    /// Puts `values` in for the parameters of the same numbers, and says that `this` is the node; `None` leaves a
    /// parameter as the variable that it is.
    pub(crate) fn new(body: &SqlText, params: &[ParamDecl], values: &[Option<Vec<SqlToken>>], this: &NodeName) -> Self {
        let mut tokens: Vec<(SqlToken, Origin)> = Vec::new();
        let end = body.tokens.iter().rposition(|token| token.text != ";").map_or(0, |last| last + 1);
        for (at, token) in body.tokens[..end].iter().enumerate() {
            let at = at as u32;
            let param = variable(token).and_then(|name| params.iter().position(|param| param.name == name));
            match param.and_then(|param| Some((param, values.get(param)?.as_ref()?))) {
                Some((param, value)) => {
                    tokens.extend(value.iter().map(|token| (token.clone(), Origin::Param(param, at))));
                }
                None => tokens.push((token.clone(), Origin::Body(at))),
            }
        }
        let is_word = |at: usize, word: &str| {
            tokens
                .get(at)
                .is_some_and(|(token, _)| token.kind == SqlTokenKind::Word && token.text.eq_ignore_ascii_case(word))
        };
        // What `this` is goes before the first of the body's own CTEs.
        let own = if !is_word(0, "with") { 0 } else { 1 + usize::from(is_word(1, "recursive")) };
        let (with, comma) = if own == 0 { ("with ", "") } else { ("", ",") };
        let head = lexed(&format!("{with}this as (select * from {}){comma}", ref_sql(this)));
        tokens.splice(own..own, head.into_iter().map(|token| (token, Origin::This)));
        let (tokens, origins) = tokens.into_iter().unzip();
        Self { sql: SqlText { tokens }, origins }
    }

    /// Where a range of its tokens comes from; an empty range is its first token, or the end of the body.
    pub(crate) fn trace(&self, tokens: Range<u32>) -> Trace {
        let mut trace = Trace::default();
        let range = tokens.start as usize..(tokens.end as usize).max(tokens.start as usize + 1);
        let origins = self.origins.get(range.start.min(self.origins.len())..range.end.min(self.origins.len()));
        for origin in origins.unwrap_or_default() {
            let at = match *origin {
                Origin::Body(at) => at,
                Origin::Param(param, at) => {
                    if !trace.params.contains(&param) {
                        trace.params.push(param);
                    }
                    at
                }
                Origin::This => continue,
            };
            let body = trace.body.get_or_insert(at..at + 1);
            *body = body.start.min(at)..body.end.max(at + 1);
        }
        trace
    }

    /// Whether a reference that begins at this token says what `this` is.
    pub(crate) fn is_this(&self, token: u32) -> bool {
        self.origins.get(token as usize) == Some(&Origin::This)
    }
}

/// The name of a `$variable`.
pub(crate) fn variable(token: &SqlToken) -> Option<&str> {
    (token.kind == SqlTokenKind::Param).then(|| token.text.trim_start_matches('$'))
}

/// An argument as SQL. Values stand in parentheses where what follows them could take them apart.
pub(crate) fn argument_tokens(param: &ParamDecl, argument: &Argument) -> Vec<SqlToken> {
    match (&param.ty, &argument.value) {
        (ParamType::Column | ParamType::Columns, Value::Null) => lexed("null"),
        (ParamType::Column | ParamType::Columns, value) if *value != Value::Null => {
            lexed(&words(value).into_iter().map(quote_always).collect::<Vec<_>>().join(", "))
        }
        (ParamType::Model, value) => lexed(&ref_sql(&node_name(value))),
        (ParamType::Condition, Value::Sql(sql)) => {
            let mut tokens = lexed("()");
            tokens.splice(1..1, sql.tokens.iter().cloned());
            tokens
        }
        (ParamType::Value(ty), value) => value_tokens(value, Some(ty)),
        (_, value) => value_tokens(value, None),
    }
}

/// A literal as SQL; of a type, where it is not of it already.
pub(crate) fn value_tokens(value: &Value, ty: Option<&DataType>) -> Vec<SqlToken> {
    let Some(literal) = value.to_sql() else { return lexed("null") };
    let own = match (value, ty) {
        (_, None) => true,
        (Value::Text(_), Some(DataType::Varchar { .. })) | (Value::Bool(_), Some(DataType::Boolean)) => true,
        (Value::Date(_), Some(DataType::Date)) | (Value::Timestamp(_), Some(DataType::Timestamp)) => true,
        (Value::Interval(..), Some(DataType::Interval)) => true,
        (_, Some(ty)) => ty.is_unknown(),
    };
    let sql = match (own, ty, value) {
        (false, Some(ty), _) => format!("cast({literal} as {ty})"),
        (_, _, Value::Interval(..)) => format!("({literal})"),
        (_, _, Value::Integer(digits) | Value::Decimal(digits)) if digits.starts_with('-') => format!("({literal})"),
        _ => literal,
    };
    lexed(&sql)
}

/// `ref(raw.orders)`, `ref(customers, v => 2)`
pub(crate) fn ref_sql(node: &NodeName) -> String {
    let name = node.name.split('.').map(quote_always).collect::<Vec<_>>().join(".");
    match &node.version {
        Some(VersionName::Integer(version)) => format!("ref({name}, v => {version})"),
        Some(VersionName::Text(version)) => format!("ref({name}, v => {})", text_literal(version)),
        None => format!("ref({name})"),
    }
}

/// A piece of SQL as tokens.
pub(crate) fn lexed(sql: &str) -> Vec<SqlToken> {
    esker_grammar::sql::lex(sql, Span::new(0, sql.len() as u32)).0.tokens
}

/// The node that a value names.
pub(crate) fn node_name(value: &Value) -> NodeName {
    match value {
        Value::Node(node) => node.clone(),
        Value::Word(name) => NodeName { name: name.clone(), version: None },
        _ => NodeName { name: String::new(), version: None },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(sql: &str) -> SqlText {
        SqlText { tokens: lexed(sql) }
    }

    fn param(name: &str, ty: ParamType) -> ParamDecl {
        ParamDecl { name: name.into(), ty, default: None }
    }

    fn instance(body: &str, params: &[(ParamDecl, Value)]) -> (String, Instance) {
        let values = params.iter().map(|(param, value)| {
            let argument = Argument { value: value.clone(), given: Vec::new() };
            Some(argument_tokens(param, &argument))
        });
        let values: Vec<_> = values.collect();
        let params: Vec<ParamDecl> = params.iter().map(|(param, _)| param.clone()).collect();
        let this = NodeName { name: "shop.orders".into(), version: Some(VersionName::Integer(2)) };
        let made = Instance::new(&text(body), &params, &values, &this);
        (esker_grammar::sql::render(&made.sql, &[]), made)
    }

    const THIS: &str = "this as (select * from ref (\"shop\".\"orders\", v => 2))";

    #[test]
    fn parameters_become_sql_of_their_kind() {
        let list = Value::List(vec![Value::Text("a".into()), Value::Text("it's".into())]);
        let words = Value::List(vec![Value::Word("id".into()), Value::Word("Day".into())]);
        for (ty, value, sql) in [
            (ParamType::Column, Value::Word("id".into()), "\"id\""),
            (ParamType::Columns, words, "\"id\", \"Day\""),
            (ParamType::Columns, Value::Null, "null"),
            (ParamType::Columns, Value::Null, "null"),
            (ParamType::Model, Value::Word("raw.orders".into()), "ref (\"raw\".\"orders\")"),
            (ParamType::Condition, Value::Sql(text("a or b")), "(a or b)"),
            (ParamType::Condition, Value::Bool(true), "true"),
            (ParamType::Any, Value::Integer("-1".into()), "(- 1)"),
            (ParamType::Any, Value::Null, "null"),
            (ParamType::AnyList, list, "['a', 'it''s']"),
            (ParamType::Value(DataType::BigInt), Value::Integer("1".into()), "cast (1 as bigint)"),
            (ParamType::Value(DataType::VARCHAR), Value::Text("x".into()), "'x'"),
            (ParamType::Value(DataType::Interval), Value::Interval(3, "day".into()), "(interval 3 day)"),
        ] {
            let (text, _) = instance("select $p", &[(param("p", ty), value)]);
            assert_eq!(text, format!("with {THIS} select {sql}"));
        }
    }

    #[test]
    fn this_stands_before_the_bodys_own_ctes() {
        assert_eq!(instance("with a as (select 1) select 2;", &[]).0, format!("with {THIS}, a as (select 1) select 2"));
        let (text, _) = instance("with recursive a as (select 1) select 2", &[]);
        assert_eq!(text, format!("with recursive {THIS}, a as (select 1) select 2"));
    }

    #[test]
    fn tokens_know_where_they_come_from() {
        let value = Value::List(vec![Value::Word("a".into()), Value::Word("b".into())]);
        let (_, made) = instance("select $cols from this", &[(param("cols", ParamType::Columns), value)]);
        let from = made.sql.tokens.len() as u32 - 2;
        assert_eq!(made.trace(from..from + 1), Trace { params: vec![], body: Some(2..3) });
        assert_eq!(made.trace(from - 1..from + 2), Trace { params: vec![0], body: Some(1..4) });
        assert!(made.is_this(8) && !made.is_this(from));
    }
}
