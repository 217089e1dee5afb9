//! The items that are no datasets: functions, audits, tests, consumers and groups.

use crate::{DataType, NodeName, Value};
use chrono::NaiveDateTime;

/// `fn tier(amount decimal(18, 2)) -> varchar { sql { … } }`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FnDecl {
    /// The `///` text.
    pub docs: Option<String>,
    /// Its parameters, in order.
    pub params: Vec<ParamDecl>,
    /// What it returns.
    pub returns: DataType,
}

/// `audit accepted_range(column column, min any = null) { sql { … } }`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditDecl {
    /// The `///` text.
    pub docs: Option<String>,
    /// Its parameters, in order.
    pub params: Vec<ParamDecl>,
}

/// A parameter of a function or an audit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParamDecl {
    /// Its name: `$name` in the body.
    pub name: String,
    /// What it takes.
    pub ty: ParamType,
    /// What it is when it is left out; without it, it must be given.
    pub default: Option<Value>,
}

/// What a parameter takes. Functions take values of a type only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ParamType {
    /// A value of this type.
    Value(DataType),
    /// A value of any type.
    Any,
    /// A list of values of any one type.
    AnyList,
    /// A column of the dataset.
    Column,
    /// Columns of the dataset.
    Columns,
    /// Another node.
    Model,
    /// A condition on the rows of the dataset.
    Condition,
}

/// `audit accepted_range(lifetime, min => 0) warn`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditUse {
    /// The audit's name.
    pub name: String,
    /// Arguments with the names before `=>`.
    pub args: Vec<(Option<String>, Value)>,
    /// Whether rows that break the rule are a warning, not an error.
    pub warn: bool,
    /// Which audit line of its body it is, from zero: its address, [`crate::Part::Audit`].
    pub line: u32,
}

/// `test "…" for dim_customers@2 { … }`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestDecl {
    /// What is tested; nothing when it could not be read.
    pub subject: Option<TestSubject>,
    /// The rows that stand in for what the subject reads.
    pub given: Vec<GivenDecl>,
    /// The rows that must come out; nothing when there is none, which was reported.
    pub expect: Option<ExpectDecl>,
    /// The interval that is computed: first moment, and first moment behind it (`None` for the one cell at the start).
    pub during: Option<(NaiveDateTime, Option<NaiveDateTime>)>,
    /// `$now`.
    pub now: Option<NaiveDateTime>,
    /// Values of the project's variables, by name, each with the number of its line: its address, [`crate::Part::Line`].
    pub vars: Vec<(String, Value, u32)>,
}

/// What a test is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TestSubject {
    /// Models: a version each, or all versions of one that is named without.
    Nodes(Vec<NodeName>),
    /// An audit with its arguments; `given this` are the rows it judges, and the rows it finds are expected.
    Audit(AuditUse),
}

/// `given orders { … }`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GivenDecl {
    /// The node that it stands in for, or `this`.
    pub node: NodeName,
    /// Its rows.
    pub rows: RowsDecl,
    /// Which line of the test it is, from zero: its address, [`crate::Part::Line`].
    pub line: u32,
}

/// `expect ordered { … }`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExpectDecl {
    /// The rows.
    pub rows: RowsDecl,
    /// Whether their order counts.
    pub ordered: bool,
    /// Whether just the named columns are compared.
    pub partial: bool,
    /// Which line of the test it is, from zero: its address, [`crate::Part::Line`].
    pub line: u32,
}

/// Rows of a test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RowsDecl {
    /// A heading and rows, each with as many values (others were reported).
    Table {
        /// The heading.
        columns: Vec<String>,
        /// The rows.
        rows: Vec<Vec<Value>>,
    },
    /// A CSV file with a heading, by its path from the project's root.
    Csv(String),
    /// A query; its text is in [`crate::Item::bodies`] under the number of its line.
    Sql,
}

/// `consumer weekly_report { … }`
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConsumerDecl {
    /// The `///` text.
    pub docs: Option<String>,
    /// What it is: `dashboard`, `notebook`, `application`, …
    pub kind: Option<String>,
    /// Who answers for it.
    pub owner: Option<String>,
    /// Where it is.
    pub url: Option<String>,
    /// What it reads: a node and the columns, none for all. The nth one's address is [`crate::Part::Reads`].
    pub reads: Vec<(NodeName, Vec<String>)>,
    /// Labels for selection.
    pub tags: Vec<String>,
}

/// `group growth { … }`
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GroupDecl {
    /// The `///` text.
    pub docs: Option<String>,
    /// Who answers for it.
    pub owner: Option<String>,
    /// Its people.
    pub members: Vec<String>,
}
