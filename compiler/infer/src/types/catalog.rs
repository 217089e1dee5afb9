//! The engine's functions, as it lists them itself.

use esker_declare::DataType;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

/// What a function is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Scalar,
    Aggregate,
    /// SQL of the engine's own; its result is not listed.
    Macro,
    Table,
}

/// A parameter or a result as the engine lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Slot {
    /// A type that Esker has.
    Type(DataType),
    /// Any decimal.
    Decimal,
    /// Anything.
    Any,
    /// The same type wherever the letter stands.
    Letter(char),
    /// A list.
    List(Box<Slot>),
    /// A map.
    Map(Box<Slot>, Box<Slot>),
    /// A function of one's own.
    Lambda,
    /// A type that Esker does not have, by its name.
    Other(&'static str),
}

/// One form of a function.
#[derive(Clone, Debug)]
pub(crate) struct Signature {
    pub(crate) kind: Kind,
    pub(crate) params: Vec<Slot>,
    pub(crate) rest: Option<Slot>,
    pub(crate) result: Option<Slot>,
}

/// All forms of all functions, by name in lower case.
pub(crate) fn catalog() -> &'static BTreeMap<&'static str, Vec<Signature>> {
    static CATALOG: LazyLock<BTreeMap<&'static str, Vec<Signature>>> = LazyLock::new(read);
    &CATALOG
}

/// Whether the engine has a function, or a table function, of this name: one of its own, one that its grammar reads, or
/// one of an extension that it loads by itself.
pub(crate) fn is_function(name: &str) -> bool {
    // Forms of the grammar, which the engine does not list.
    const GRAMMAR: &[&str] = &[
        "coalesce",
        "ifnull",
        "if",
        "try",
        "unlist",
        "grouping",
        "grouping_id",
        "percentile_cont",
        "percentile_disc",
        "current_time",
        "current_timestamp",
        "localtime",
        "localtimestamp",
        "current_role",
        "current_catalog",
        "ref",
    ];
    static EXTENSIONS: LazyLock<BTreeSet<&'static str>> =
        LazyLock::new(|| include_str!("../../../../std/duckdb/extension_functions.txt").lines().collect());
    GRAMMAR.contains(&name) || catalog().contains_key(name) || EXTENSIONS.contains(name)
}

fn read() -> BTreeMap<&'static str, Vec<Signature>> {
    let mut catalog: BTreeMap<&'static str, Vec<Signature>> = BTreeMap::new();
    for line in include_str!("../../../../std/duckdb/functions.tsv").lines().filter(|line| !line.starts_with('#')) {
        let fields: Vec<&'static str> = line.split('\t').collect();
        let [name, kind, params, rest, result] = fields[..] else { continue };
        let kind = match kind {
            "scalar" => Kind::Scalar,
            "aggregate" => Kind::Aggregate,
            "macro" => Kind::Macro,
            _ => Kind::Table,
        };
        let params = params.split(';').filter(|param| *param != "-").map(slot).collect();
        let optional = |text: &'static str| (text != "-").then(|| slot(text));
        let signature = Signature { kind, params, rest: optional(rest), result: optional(result) };
        catalog.entry(name).or_default().push(signature);
    }
    catalog
}

fn slot(text: &'static str) -> Slot {
    if let Some(item) = text.strip_suffix("[]") {
        return Slot::List(Box::new(slot(item)));
    }
    if let Some(inner) = text.strip_prefix("map(").and_then(|rest| rest.strip_suffix(')'))
        && let Some((key, value)) = inner.split_once(", ")
    {
        return Slot::Map(Box::new(slot(key)), Box::new(slot(value)));
    }
    match text {
        "any" => Slot::Any,
        "decimal" => Slot::Decimal,
        "lambda" => Slot::Lambda,
        "t" | "k" | "v" => Slot::Letter(text.chars().next().unwrap_or('t')),
        _ => DataType::from_name(text, &[]).map_or(Slot::Other(text), Slot::Type),
    }
}
