//! The arguments of a use of an audit: which parameter each is for, and whether it can be.

use crate::values::{misfit, text, type_of};
use esker_declare::{AuditUse, DataType, ParamDecl, ParamType, Value};

/// What a parameter is at a use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Argument {
    /// The value, or the default.
    pub(crate) value: Value,
    /// Which arguments of the use say so; none for a default.
    pub(crate) given: Vec<u32>,
}

/// The parameters of an audit at a use, and what is wrong with the arguments.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Arguments {
    /// By parameter; nothing for one without a value, or with a wrong one.
    pub(crate) values: Vec<Option<Argument>>,
    /// What is wrong.
    pub(crate) problems: Vec<ArgumentProblem>,
}

/// A wrong argument, or one that is missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ArgumentProblem {
    /// Which argument; nothing for the use as a whole.
    pub(crate) arg: Option<u32>,
    /// What is wrong with it.
    pub(crate) kind: ArgumentProblemKind,
}

/// What can be wrong with an argument.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ArgumentProblemKind {
    /// No parameter has this name.
    Unknown(String),
    /// The parameter has a value already.
    Twice(String),
    /// There are more arguments than parameters.
    TooMany,
    /// The parameter must be given.
    Missing(String),
    /// The parameter does not take this.
    Wrong {
        /// The parameter.
        param: String,
        /// What it takes.
        takes: String,
        /// The value as written.
        value: String,
        /// What to write instead.
        help: String,
    },
}

/// The columns that a value names: a word, or a list of words.
pub(crate) fn words(value: &Value) -> Vec<&str> {
    match value {
        Value::Word(word) => vec![word],
        Value::List(values) => values.iter().flat_map(words).collect(),
        _ => Vec::new(),
    }
}

/// Gives each argument to its parameter, by name or else by place. A parameter for several columns takes all the bare
/// words that stand at its place.
pub(crate) fn bind(params: &[ParamDecl], usage: &AuditUse) -> Arguments {
    let mut bound = Arguments { values: vec![None; params.len()], problems: Vec::new() };
    let mut wrong = vec![false; params.len()];
    let mut place = 0;
    let mut args = usage.args.iter().enumerate().peekable();
    while let Some((n, (name, value))) = args.next() {
        let n = n as u32;
        let mut problem = |kind| bound.problems.push(ArgumentProblem { arg: Some(n), kind });
        let at = match name {
            Some(name) => match params.iter().position(|param| param.name == *name) {
                Some(at) => at,
                None => {
                    problem(ArgumentProblemKind::Unknown(name.clone()));
                    continue;
                }
            },
            None if place < params.len() => {
                place += 1;
                place - 1
            }
            None => {
                problem(ArgumentProblemKind::TooMany);
                break;
            }
        };
        let param = &params[at];
        if bound.values[at].is_some() || wrong[at] {
            problem(ArgumentProblemKind::Twice(param.name.clone()));
            continue;
        }
        if let Some(help) = refusal(&param.ty, value) {
            let (takes, value) = (takes(&param.ty), text(value));
            problem(ArgumentProblemKind::Wrong { param: param.name.clone(), takes, value, help });
            wrong[at] = true;
            continue;
        }
        let mut argument = Argument { value: value.clone(), given: vec![n] };
        if param.ty == ParamType::Columns && matches!(value, Value::Word(_)) {
            let mut columns = vec![value.clone()];
            let more = |(_, (other, value)): &(usize, &(Option<String>, Value))| {
                name.is_none() && other.is_none() && matches!(value, Value::Word(_))
            };
            while let Some((m, (_, more))) = args.next_if(more) {
                columns.push(more.clone());
                argument.given.push(m as u32);
            }
            argument.value = Value::List(columns);
        }
        bound.values[at] = Some(argument);
    }
    // One that was given under a wrong name is not missing, too.
    let misnamed = bound.problems.iter().any(|problem| matches!(problem.kind, ArgumentProblemKind::Unknown(_)));
    for (at, param) in params.iter().enumerate() {
        if bound.values[at].is_some() || wrong[at] {
            continue;
        }
        match &param.default {
            Some(default) => bound.values[at] = Some(Argument { value: default.clone(), given: Vec::new() }),
            None if misnamed => {}
            None => {
                let kind = ArgumentProblemKind::Missing(param.name.clone());
                bound.problems.push(ArgumentProblem { arg: None, kind });
            }
        }
    }
    bound
}

/// What a parameter takes, with its article.
pub(crate) fn takes(ty: &ParamType) -> String {
    match ty {
        ParamType::Value(DataType::List(item)) => format!("a list of `{item}`"),
        ParamType::Value(ty) => {
            let ty = ty.to_string();
            let article = if ty.starts_with(['a', 'e', 'i', 'o']) { "an" } else { "a" };
            format!("{article} `{ty}`")
        }
        ParamType::Any => "a value".into(),
        ParamType::AnyList => "a list of values".into(),
        ParamType::Column => "a column".into(),
        ParamType::Columns => "columns".into(),
        ParamType::Model => "a model".into(),
        ParamType::Condition => "a condition".into(),
    }
}

/// A parameter's type as it is written.
pub(crate) fn type_text(ty: &ParamType) -> String {
    match ty {
        ParamType::Value(ty) => ty.to_string(),
        ParamType::Any => "any".into(),
        ParamType::AnyList => "any[]".into(),
        ParamType::Column => "column".into(),
        ParamType::Columns => "columns".into(),
        ParamType::Model => "model".into(),
        ParamType::Condition => "condition".into(),
    }
}

/// What to write instead of a value that a parameter does not take; nothing when it does.
fn refusal(ty: &ParamType, value: &Value) -> Option<String> {
    let bare = |value: &Value| match value {
        Value::Text(text) => format!("A column stands without quotes: `{text}`."),
        _ => "Write the name of a column, without quotes.".into(),
    };
    match (ty, value) {
        (ParamType::Value(ty), value) => misfit(value, ty),
        (ParamType::Any, Value::Word(word)) => Some(format!("A text stands in quotes: `\"{word}\"`.")),
        (ParamType::Any, Value::Node(node)) => Some(format!("A text stands in quotes: `\"{node}\"`.")),
        (ParamType::Any, Value::Sql(_) | Value::List(_)) => Some("Write one value: `42`, `\"text\"`.".into()),
        (ParamType::Any, _) => None,
        (ParamType::AnyList, Value::Null) => None,
        (ParamType::AnyList, Value::List(values)) => {
            let word = values.iter().find_map(|value| refusal(&ParamType::Any, value));
            let mixed = values.iter().any(|value| *value != Value::Null) && type_of(values) == DataType::Unknown;
            word.or_else(|| mixed.then(|| "Write values of one type.".into()))
        }
        (ParamType::AnyList, Value::Sql(_)) => Some("Write a list in parentheses: `(1, 2)`.".into()),
        (ParamType::AnyList, Value::Word(word)) => Some(format!("Write a list in parentheses: `(\"{word}\")`.")),
        (ParamType::AnyList, value) => Some(format!("Write a list in parentheses: `({})`.", text(value))),
        (ParamType::Column, Value::Word(_) | Value::Null) => None,
        (ParamType::Column, Value::List(_)) => Some("Name one column.".into()),
        (ParamType::Columns, Value::List(values)) if !values.is_empty() => {
            values.iter().find(|value| !matches!(value, Value::Word(_))).map(bare)
        }
        (ParamType::Columns, Value::Word(_) | Value::Null) => None,
        (ParamType::Columns, Value::List(_)) => Some("Name one column or more: `(a, b)`.".into()),
        (ParamType::Column | ParamType::Columns, value) => Some(bare(value)),
        (ParamType::Model, Value::Word(_) | Value::Node(_)) => None,
        (ParamType::Model, _) => Some("Name a model, a seed or a source: `customers`, `customers@2`.".into()),
        (ParamType::Condition, Value::Sql(_) | Value::Bool(_) | Value::Null) => None,
        (ParamType::Condition, Value::Text(text)) => Some(format!("Write it as SQL: `sql {{ {text} }}`.")),
        (ParamType::Condition, _) => Some("Write it as SQL: `sql { a > b }`.".into()),
    }
}

/// `accepted_range(column column, min any = null)`
pub(crate) fn signature(name: &str, params: &[ParamDecl]) -> String {
    let param = |param: &ParamDecl| {
        let default = param.default.as_ref().map(|default| format!(" = {}", text(default))).unwrap_or_default();
        format!("{} {}{default}", param.name, type_text(&param.ty))
    };
    format!("{name}({})", params.iter().map(param).collect::<Vec<_>>().join(", "))
}

/// A use as it is written: `accepted_range(lifetime, min => 0)`.
pub(crate) fn title(usage: &AuditUse) -> String {
    let arg = |(name, value): &(Option<String>, Value)| match name {
        Some(name) => format!("{name} => {}", text(value)),
        None => text(value),
    };
    match &usage.args[..] {
        [] => usage.name.clone(),
        args => format!("{}({})", usage.name, args.iter().map(arg).collect::<Vec<_>>().join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn params() -> Vec<ParamDecl> {
        let param = |name: &str, ty, default| ParamDecl { name: name.into(), ty, default };
        vec![
            param("columns", ParamType::Columns, None),
            param("min", ParamType::Value(DataType::BigInt), Some(Value::Null)),
            param("where", ParamType::Condition, Some(Value::Bool(true))),
        ]
    }

    fn word(word: &str) -> Value {
        Value::Word(word.into())
    }

    fn bound(args: Vec<(Option<&str>, Value)>) -> Result<Vec<String>, Vec<String>> {
        let args = args.into_iter().map(|(name, value)| (name.map(str::to_string), value)).collect();
        let bound = bind(&params(), &AuditUse { name: "a".into(), args, warn: false, line: 0 });
        match bound.problems.is_empty() {
            true => Ok(bound.values.iter().flatten().map(|argument| text(&argument.value)).collect()),
            false => {
                Err(bound.problems.iter().map(|problem| format!("{:?} {:?}", problem.arg, problem.kind)).collect())
            }
        }
    }

    #[test]
    fn arguments_go_to_their_parameters() {
        let min = || Value::Integer("1".into());
        for (args, values) in [
            (vec![(None, word("a"))], "(a) null true"),
            (vec![(None, word("a")), (None, word("b")), (None, min())], "(a, b) 1 true"),
            (vec![(None, Value::List(vec![word("a"), word("b")])), (None, min())], "(a, b) 1 true"),
            (vec![(Some("min"), min()), (Some("columns"), word("a"))], "(a) 1 true"),
        ] {
            assert_eq!(bound(args).map(|values| values.join(" ")), Ok(values.to_string()));
        }
    }

    #[test]
    fn every_wrong_argument_is_found() {
        for (args, expected) in [
            (vec![], vec!["None Missing(\"columns\")"]),
            (vec![(Some("colums"), word("a"))], vec!["Some(0) Unknown(\"colums\")"]),
            (vec![(None, word("a")), (Some("columns"), word("b"))], vec!["Some(1) Twice(\"columns\")"]),
        ] {
            assert_eq!(bound(args), Err(expected.into_iter().map(str::to_string).collect()));
        }
        let text = || Value::Text("x".into());
        let number = || Value::Integer("1".into());
        let too_many = vec![(None, word("a")), (None, number()), (None, Value::Bool(true)), (None, number())];
        assert_eq!(bound(too_many), Err(vec!["Some(3) TooMany".to_string()]));
        // A wrong argument is not missing, too.
        for args in [vec![(None, text())], vec![(None, word("a")), (None, text())]] {
            assert_eq!(bound(args).unwrap_err().len(), 1);
        }
    }
}
