//! Parameters of functions and audits.

use super::{Lower, literal, types};
use crate::{DataType, DeclErrorKind, ItemKind, ParamDecl, ParamType, Part, Value, is_built_in_variable};
use esker_grammar::ast::{LiteralAst, ParamAst, TypeAst, TypeKindAst};
use std::collections::BTreeMap;

impl Lower<'_> {
    pub(super) fn params(&mut self, asts: &[ParamAst], item: ItemKind) -> Vec<ParamDecl> {
        let mut seen: BTreeMap<&str, Part> = BTreeMap::new();
        let mut optional = None;
        let mut params: Vec<ParamDecl> = Vec::new();
        for (index, ast) in asts.iter().enumerate() {
            let part = Part::Param(index as u32);
            self.put(part, ast.name.span);
            let name = ast.name.text.as_str();
            if let Some(first) = seen.get(name) {
                let first = Some(self.place(*first));
                self.error(part, DeclErrorKind::RepeatedName { what: "parameter", name: name.into(), first });
                continue;
            }
            seen.insert(name, part);
            if is_built_in_variable(name) {
                self.error(part, DeclErrorKind::ParameterIsVariable(name.into()));
            }
            let ty = self.param_type(index as u32, ast, item);
            let default = ast.default.as_ref().and_then(|literal| self.default(part, &ty, literal));
            match (&ast.default, optional) {
                (Some(_), None) => optional = Some(part),
                (None, Some(first)) => {
                    let first = self.place(first);
                    self.error(part, DeclErrorKind::RequiredBehindOptional { name: name.into(), first });
                }
                _ => {}
            }
            params.push(ParamDecl { name: name.into(), ty, default });
        }
        params
    }

    fn param_type(&mut self, index: u32, ast: &ParamAst, item: ItemKind) -> ParamType {
        let Some(ty) = &ast.ty else {
            let kind = DeclErrorKind::MissingType { what: "parameter", name: ast.name.text.clone() };
            self.missing(Part::Param(index), kind);
            return ParamType::Value(DataType::Unknown);
        };
        let part = Part::ParamType(index);
        match special(ty) {
            Some(special) if item == ItemKind::Audit => {
                self.put(part, ty.span);
                special
            }
            Some(_) => {
                self.put(part, ty.span);
                self.error(part, DeclErrorKind::AuditParameter(self.written(ty.span)));
                ParamType::Value(DataType::Unknown)
            }
            None => ParamType::Value(self.type_at(part, ty)),
        }
    }

    /// The value behind `=`, if the parameter can take it.
    fn default(&mut self, part: Part, ty: &ParamType, literal: &LiteralAst) -> Option<Value> {
        let value = match self.value(part, literal)? {
            // `interval = day`
            Value::Word(word) if *ty == ParamType::Value(DataType::Interval) => match literal::unit(&word) {
                Some(unit) => Value::Interval(1, unit.into()),
                None => Value::Word(word),
            },
            value => value,
        };
        let (fits, expected) = match ty {
            // A condition that always holds, or never, is the one that can be written out.
            ParamType::Condition => {
                (matches!(value, Value::Null | Value::Bool(_) | Value::Sql(_)), "`true`, `false` or `null`".to_string())
            }
            ParamType::Value(ty) => {
                (types::fits(&value, ty) && !is_name(&value), format!("a value of the type `{ty}`"))
            }
            ParamType::Any => {
                (!is_name(&value) && !matches!(value, Value::List(_)), "a value; texts are in quotes".to_string())
            }
            ParamType::AnyList => (
                matches!(value, Value::List(_) | Value::Null) && !is_name(&value),
                "a list of values, as `(1, 2)`".to_string(),
            ),
            ParamType::Column => (matches!(value, Value::Word(_) | Value::Null), "a column's name".to_string()),
            ParamType::Columns => (
                match &value {
                    Value::List(values) => values.iter().all(|value| matches!(value, Value::Word(_))),
                    value => matches!(value, Value::Word(_) | Value::Null),
                },
                "columns' names, as `(a, b)`".to_string(),
            ),
            ParamType::Model => {
                (matches!(value, Value::Word(_) | Value::Node(_) | Value::Null), "a model's name".to_string())
            }
        };
        if fits { Some(value) } else { self.bad_literal(part, literal, &expected) }
    }
}

/// The types that only an audit's parameters have.
fn special(ty: &TypeAst) -> Option<ParamType> {
    let any =
        |ty: &TypeAst| matches!(&ty.kind, TypeKindAst::Named { name, params } if name == "any" && params.is_empty());
    match &ty.kind {
        TypeKindAst::List(item) if any(item) => Some(ParamType::AnyList),
        TypeKindAst::Named { name, params } if params.is_empty() => match name.as_str() {
            "any" => Some(ParamType::Any),
            "column" => Some(ParamType::Column),
            "columns" => Some(ParamType::Columns),
            "model" => Some(ParamType::Model),
            "condition" => Some(ParamType::Condition),
            _ => None,
        },
        _ => None,
    }
}

fn is_name(value: &Value) -> bool {
    match value {
        Value::Word(_) | Value::Node(_) | Value::Sql(_) => true,
        Value::List(values) => values.iter().any(is_name),
        _ => false,
    }
}
