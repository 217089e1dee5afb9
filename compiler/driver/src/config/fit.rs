//! Holds the text of the project file against its JSON Schema. Everything that does not fit is reported, all at once and
//! each at its place, and taken out: what is left can be read as [`super::file::ProjectFile`].

use super::{Found, environment};
use esker_diagnostics as diagnostics;
use esker_diagnostics::nearest;
use serde_json::Value as Schema;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Takes out of `table` what the schema does not allow; what is returned are the names of it: `vars.smallest`.
pub(super) fn fit(schema: &Schema, table: &mut DeTable<'_>, found: &mut Found<'_>) -> Vec<String> {
    let mut fit = Fit { root: schema, path: Vec::new(), removed: Vec::new(), found };
    fit.table(schema, table);
    fit.removed
}

struct Fit<'a, 'f> {
    root: &'a Schema,
    /// The keys that lead to what is looked at.
    path: Vec<String>,
    removed: Vec<String>,
    found: &'a mut Found<'f>,
}

impl Fit<'_, '_> {
    fn table(&mut self, schema: &Schema, table: &mut DeTable<'_>) {
        let mut wrong = Vec::new();
        for (key, value) in table.iter_mut() {
            let name = key.get_ref().to_string();
            let child = schema["properties"].get(&name).or_else(|| schema.get("additionalProperties"));
            let fits = match child.filter(|child| child.is_object()) {
                Some(child) => {
                    self.path.push(name.clone());
                    let fits = self.value(child, value);
                    if !fits {
                        self.removed.push(self.name());
                    }
                    self.path.pop();
                    fits
                }
                None => {
                    self.unknown(&name, key.span(), schema);
                    false
                }
            };
            if !fits {
                wrong.push(name);
            }
        }
        for name in wrong {
            table.remove(name.as_str());
        }
    }

    fn value(&mut self, schema: &Schema, value: &mut Spanned<DeValue<'_>>) -> bool {
        let Some(schema) = alternatives(schema).find(|schema| may_be(schema, value.get_ref())) else {
            self.wrong_type(schema, value);
            return false;
        };
        let span = value.span();
        match value.get_mut() {
            DeValue::Table(table) => {
                let given = |name: &&str| table.contains_key(*name);
                let missing = strings(&schema["required"]).find(|name| !given(name)).map(str::to_string);
                self.table(schema, table);
                if let Some(missing) = missing {
                    let title = format!("{} has no `{missing}`", self.section());
                    self.found.bad(title, span, "is incomplete").help = Some(format!("Add `{missing} = …`."));
                    return false;
                }
                strings(&schema["required"]).all(|name| table.contains_key(name))
            }
            DeValue::Array(items) => {
                if items.is_empty() && schema["minItems"].is_u64() {
                    self.found.bad(format!("`{}` must not be empty", self.name()), span, "is empty");
                    return false;
                }
                // Every item is looked at, so that all that is wrong is told.
                let mut fits = true;
                for item in items.iter_mut() {
                    fits &= self.value(&schema["items"], item);
                }
                fits
            }
            DeValue::String(text) => {
                let text = text.to_string();
                self.text(schema, &text, span)
            }
            number if is_too_large(number) => {
                self.found.bad(format!("`{}` is too large", self.name()), span, "more than 64 bits");
                false
            }
            _ => true,
        }
    }

    fn text(&mut self, schema: &Schema, text: &str, span: Range<usize>) -> bool {
        let words: Vec<&str> = words(schema).collect();
        if text.is_empty() && schema["minLength"].is_u64() {
            self.found.bad(format!("`{}` must not be empty", self.name()), span, "is empty");
            false
        } else if !words.is_empty() && !words.contains(&text) {
            let title = format!("`{}` must be {}", self.name(), expected(schema));
            let help = nearest(text, words).map(|likely| format!("Did you mean \"{likely}\"?"));
            self.found.bad(title, span, "does not fit").help = help;
            false
        } else if self.path[0] != "engine" && environment::is_used(text) {
            let title = "variables of the environment may stand only under `[engine.…]`";
            let problem = self.found.bad(title, span, "not here");
            problem.why = Some("Everywhere else the project has to mean the same on every machine.".into());
            problem.help = Some(
                "Write the value itself; one that changes from run to run is a variable of `[vars]`, set with `--var`."
                    .into(),
            );
            false
        } else {
            true
        }
    }

    fn wrong_type(&mut self, schema: &Schema, value: &Spanned<DeValue<'_>>) {
        let (name, is) = (self.name(), kind(value.get_ref()));
        let title = match alternatives(schema).all(|schema| schema["type"] == "object") {
            true => format!("`{name}` must be a section: `[{name}]`"),
            false => format!("`{name}` must be {}", expected(schema)),
        };
        let problem = self.found.bad(title, value.span(), format!("this is {is}"));
        if name == "engine.default" {
            problem.help = Some("`engine` under `[project]` names the engine that is used.".into());
        }
    }

    fn unknown(&mut self, name: &str, span: Range<usize>, schema: &Schema) {
        let empty = serde_json::Map::new();
        let known: Vec<&str> = schema["properties"].as_object().unwrap_or(&empty).keys().map(String::as_str).collect();
        let sections = self.root["properties"].as_object().unwrap_or(&empty).iter();
        let elsewhere = || sections.clone().find(|(_, section)| section["properties"].get(name).is_some());
        let help = match (nearest(name, known.iter().copied()), elsewhere()) {
            (Some(likely), _) => format!("Did you mean `{likely}`?"),
            (None, Some((section, _))) => format!("`{name}` is a key of `[{section}]`."),
            (None, None) if self.path.is_empty() => format!("The sections are {}.", list(&known, "and")),
            (None, None) if known.len() == 1 => format!("The only key here is `{}`.", known[0]),
            (None, None) => format!("The keys here are {}.", list(&known, "and")),
        };
        let what = if self.path.is_empty() { "section" } else { "key" };
        let title = format!("{} has no {what} `{name}`", self.section());
        let problem = self.found.push(diagnostics::UNKNOWN_KEY, title, span, format!("unknown {what}"));
        problem.help = Some(help);
    }

    /// What is looked at, as a person writes it: `project.name`.
    fn name(&self) -> String {
        self.path.join(".")
    }

    fn section(&self) -> String {
        match self.path.is_empty() {
            true => format!("`{}`", super::FILE),
            false => format!("`[{}]`", self.name()),
        }
    }
}

/// The schemas of which a value has to fit one.
fn alternatives(schema: &Schema) -> impl Iterator<Item = &Schema> {
    let any = schema["anyOf"].as_array();
    any.into_iter().flatten().chain(any.is_none().then_some(schema))
}

/// The words of which a string has to be one; none when it may be any.
fn words(schema: &Schema) -> impl Iterator<Item = &str> {
    strings(&schema["enum"])
}

fn strings(list: &Schema) -> impl Iterator<Item = &str> {
    list.as_array().into_iter().flatten().filter_map(Schema::as_str)
}

fn is_moment(schema: &Schema) -> bool {
    schema["format"] == "date-time"
}

/// Whether a value is of the schema's type, whatever it holds.
fn may_be(schema: &Schema, value: &DeValue<'_>) -> bool {
    match schema["type"].as_str() {
        Some("string") => value.is_str() || (value.is_datetime() && is_moment(schema)),
        Some("number") => value.is_integer() || value.is_float(),
        Some("boolean") => value.is_bool(),
        Some("array") => value.is_array(),
        Some("object") => value.is_table(),
        _ => false,
    }
}

/// Whether it is a number that cannot be computed with.
fn is_too_large(value: &DeValue<'_>) -> bool {
    match value {
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix()).is_err(),
        DeValue::Float(number) => {
            let value: Result<f64, _> = number.as_str().parse();
            value.is_ok_and(|value| value.is_infinite()) && !number.as_str().contains("inf")
        }
        _ => false,
    }
}

/// What a schema wants, in words.
fn expected(schema: &Schema) -> String {
    let one = |schema: &Schema| {
        let words: Vec<String> = words(schema).map(|word| format!("\"{word}\"")).collect();
        match schema["type"].as_str() {
            _ if !words.is_empty() => list(&words, "or"),
            Some("string") if is_moment(schema) => "a date".into(),
            Some("array") if schema["items"]["type"] == "string" => "a list of strings".into(),
            Some("array") => "a list of these".into(),
            Some("object") => {
                let keys: Vec<&str> = schema["properties"]
                    .as_object()
                    .into_iter()
                    .flat_map(|keys| keys.keys())
                    .map(String::as_str)
                    .collect();
                format!("a table of {}", list(&keys, "and"))
            }
            Some(other) => format!("a {other}"),
            None => "another value".into(),
        }
    };
    list(&alternatives(schema).map(one).collect::<Vec<_>>(), "or")
}

/// What a value is, in words.
fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) => "an integer",
        DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "a boolean",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

/// `a, b or c`
pub(super) fn list(words: &[impl AsRef<str>], last: &str) -> String {
    match words {
        [] => String::new(),
        [one] => one.as_ref().to_string(),
        [first @ .., end] => {
            let first: Vec<&str> = first.iter().map(AsRef::as_ref).collect();
            format!("{} {last} {}", first.join(", "), end.as_ref())
        }
    }
}
