//! The project file as types: what may stand in `esker.toml`, and with it the JSON Schema that editors complete from.
//! Its documentation comments are what they show.

use schemars::{JsonSchema, Schema, SchemaGenerator, generate::SchemaSettings, json_schema};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::ops::Range;
use toml::Spanned;

/// Keys that the file gives their names, each with its place.
pub(super) type Named<T> = BTreeMap<Spanned<String>, Spanned<T>>;

/// The project file of Esker. All of it may be left out.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct ProjectFile {
    /// What the project is called and where its files are.
    pub(super) project: ProjectSection,
    /// The engines, each a section with a name of its own: `[engine.local]`.
    #[schemars(with = "BTreeMap<String, EngineSection>")]
    pub(super) engine: Named<EngineSection>,
    /// The environments.
    pub(super) environments: EnvironmentsSection,
    /// Variables of the project's own: `smallest = 10` is `$smallest` in SQL.
    #[schemars(schema_with = "vars")]
    pub(super) vars: Named<toml::Value>,
    /// How bad a warning or a note is, by its code (`W0701`) or its name.
    #[schemars(with = "BTreeMap<String, LintLevel>")]
    pub(super) lint: Named<LintLevel>,
    /// Properties of every model that does not state them itself.
    pub(super) defaults: DefaultsSection,
    /// Other projects whose public models are read: `shop = "../shop"`, then `ref(shop.orders)`.
    #[schemars(with = "BTreeMap<String, Dependency>")]
    pub(super) dependencies: Named<Dependency>,
    /// Against what the promises of the project are compared.
    pub(super) contracts: ContractsSection,
}

/// What the project is called and where its files are.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct ProjectSection {
    /// The project's name: other projects write `ref(name.model)`.
    #[schemars(regex(pattern = "^[A-Za-z_][A-Za-z0-9_]*$"))]
    pub(super) name: Given<Text>,
    /// The edition of the language.
    pub(super) edition: Given<Edition>,
    /// The schema of models that name none.
    pub(super) schema: Given<Text>,
    /// The folders with `.esk` files, from the project's folder.
    #[schemars(length(min = 1))]
    pub(super) models: Given<Vec<Text>>,
    /// The name of the engine that is used; without it, the first one.
    pub(super) engine: Given<Text>,
}

/// An edition of the language.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) enum Edition {
    #[serde(rename = "2026")]
    E2026,
}

/// An engine and how to reach it. Its strings may hold `${VAR}`, a variable of the environment.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct EngineSection {
    /// What kind of engine it is.
    #[serde(rename = "type")]
    pub(super) kind: Given<EngineType>,
    /// The database file, from the project's folder.
    pub(super) path: Given<Text>,
}

/// A kind of engine.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum EngineType {
    Duckdb,
}

/// The environments.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct EnvironmentsSection {
    /// The environment that commands mean when they name none.
    pub(super) default: Given<Text>,
}

/// How bad something is.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum LintLevel {
    Allow,
    Info,
    Warn,
    Error,
}

/// Properties of every model that does not state them itself, each written as in a model.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct DefaultsSection {
    /// How models are materialised: `"full"`, `"view"`.
    pub(super) kind: Given<Text>,
    /// When finished cells become due: `"@daily"`, or five fields.
    pub(super) cron: Given<Text>,
    /// The time zone of `cron`.
    pub(super) tz: Given<Text>,
    /// The first moment of the timeline: `2023-01-01`.
    #[schemars(schema_with = "moment")]
    pub(super) start: Given<toml::Value>,
    /// Who answers for the models.
    pub(super) owner: Given<Text>,
    /// The group of the models.
    pub(super) group: Given<Text>,
    /// Who may read the models.
    pub(super) access: Given<Access>,
    /// Labels for selection.
    pub(super) tags: Given<Vec<Text>>,
}

/// Who may read a model.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Access {
    Private,
    Protected,
    Public,
}

/// Another project.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(super) enum Dependency {
    /// Its folder, or its published interface (`.esk`), from this project's folder.
    Path(Text),
    /// Its folder and its database.
    Full(FullDependency),
}

/// Another project with its database.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct FullDependency {
    /// Its folder, or its published interface (`.esk`), from this project's folder.
    pub(super) path: Text,
    /// Its database file, from this project's folder; without it, its tables are in this project's database.
    #[serde(default)]
    #[schemars(with = "Text")]
    pub(super) database: Option<Text>,
}

/// Against what the promises of the project are compared.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct ContractsSection {
    /// The baseline: `"env:prod"` is what that environment has.
    pub(super) baseline: Given<Text>,
}

/// A string that is not empty.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Text(pub(super) String);

impl JsonSchema for Text {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Text".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "minLength": 1 })
    }
}

/// A value that may be left out, with its place.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub(super) struct Given<T>(Option<Spanned<T>>);

impl<T> Default for Given<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T> Given<T> {
    /// The value and its place, if it stands in the file.
    pub(super) fn get(&self) -> Option<(&T, Range<usize>)> {
        self.0.as_ref().map(|value| (value.get_ref(), value.span()))
    }
}

impl<T: JsonSchema> JsonSchema for Given<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        T::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}

/// TOML has dates; for editors they are strings.
fn moment(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "string", "format": "date-time" })
}

fn vars(_: &mut SchemaGenerator) -> Schema {
    let scalar = serde_json::json!([
        { "type": "string" },
        { "type": "number" },
        { "type": "boolean" },
        { "type": "string", "format": "date-time" },
    ]);
    let mut any = scalar.clone();
    if let Value::Array(any) = &mut any {
        any.push(serde_json::json!({ "type": "array", "items": { "anyOf": scalar } }));
    }
    json_schema!({ "type": "object", "additionalProperties": { "anyOf": any } })
}

/// The JSON Schema of the project file.
pub(super) fn schema() -> Value {
    let settings = SchemaSettings::draft07().with(|settings| settings.inline_subschemas = true);
    settings.into_generator().into_root_schema_for::<ProjectFile>().to_value()
}

#[cfg(test)]
mod tests {
    /// Editors complete from the committed file. `UPDATE=1` writes it anew.
    #[test]
    fn the_schema_of_the_editors_is_the_one_of_the_types() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../editors/esker.schema.json");
        let wanted = format!("{}\n", serde_json::to_string_pretty(&super::schema()).unwrap());
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(path, &wanted).unwrap();
        }
        let committed = std::fs::read_to_string(path).unwrap_or_default();
        assert!(committed == wanted, "editors/esker.schema.json is out of date: run this test with UPDATE=1");
    }
}
