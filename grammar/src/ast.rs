//! The tree: what the text of one `.esk` file says, with positions, before anything means anything.
//!
//! A file is a list of items; the body of an item is a list of lines, and every line is one [`Line`]. Which lines an
//! item may hold is decided in `declare`, so that a line in the wrong place is told as such and damages itself only.

use crate::Span;

/// A whole file, in source order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileAst {
    /// The items that could be made out; a broken item is here with what is known of it.
    pub items: Vec<ItemAst>,
}

/// One item: `KEYWORD NAME … { lines }` or `KEYWORD NAME = …`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemAst {
    /// From the keyword (docs excluded) to the closing brace.
    pub span: Span,
    /// The `///` lines above it, joined by newlines, markers stripped.
    pub docs: Option<String>,
    /// Where the keyword stands.
    pub keyword: Span,
    /// The item's name; `None` when it is missing, which was reported.
    pub name: Option<PathAst>,
    /// What kind of item it is, with its own parts.
    pub kind: ItemKindAst,
}

/// The parts that only one kind of item has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ItemKindAst {
    /// `source raw.orders { … }`
    Source(Vec<Line>),
    /// `seed countries { … }`
    Seed(Vec<Line>),
    /// `model dim_customers in analytics { … }`
    Model {
        /// The schema behind `in`.
        schema: Option<Name>,
        /// Properties and version blocks.
        body: Vec<Line>,
    },
    /// `columns address { … }`: a reusable set.
    Columns(Vec<ColumnsEntry>),
    /// `type money = decimal(18, 2)`
    Type(Option<TypeAst>),
    /// `fn name(arg type, …) -> type { sql { … } }`
    Fn {
        /// The typed parameters.
        params: Vec<ParamAst>,
        /// The type behind `->`.
        returns: Option<TypeAst>,
        /// The body.
        sql: Option<SqlAst>,
    },
    /// `audit name(args) { sql { … } }`
    Audit {
        /// The typed parameters.
        params: Vec<ParamAst>,
        /// The body.
        sql: Option<SqlAst>,
    },
    /// `test "…" for model@v { … }`
    Test {
        /// The description in quotes.
        title: Option<StrAst>,
        /// What is tested.
        subject: Option<TestSubjectAst>,
        /// `given`, `during`, `expect`, `vars`.
        body: Vec<TestLine>,
    },
    /// `selector NAME = …`
    Selector(Option<SelectionAst>),
    /// `consumer NAME { … }`
    Consumer(Vec<Line>),
    /// `group NAME { … }`
    Group(Vec<Line>),
}

/// What a test tests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TestSubjectAst {
    /// `for dim_customers@1, dim_customers@2`: nodes, at least one; without `@` every version is meant.
    Nodes(Vec<NodeRefAst>),
    /// `for audit unique_key(id)`: an audit with its arguments; its level is always `None`.
    Audit(AuditUseAst),
}

/// An identifier as it was meant: backticks stripped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// The text without backticks.
    pub text: String,
    /// Where it stands, backticks included.
    pub span: Span,
}

/// Names joined by dots, at least one: `raw.orders`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathAst {
    /// The parts in order.
    pub parts: Vec<Name>,
    /// From the first to the last part.
    pub span: Span,
}

impl PathAst {
    /// The parts joined by dots.
    pub fn text(&self) -> String {
        let parts: Vec<&str> = self.parts.iter().map(|part| part.text.as_str()).collect();
        parts.join(".")
    }
}

/// A string literal, escapes resolved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StrAst {
    /// The text it stands for.
    pub text: String,
    /// Where it stands, quotes included.
    pub span: Span,
}

/// A literal of any kind. Dates and numbers are kept as written: `declare` decides whether they exist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiteralAst {
    /// What it is.
    pub value: LiteralValue,
    /// Where it stands.
    pub span: Span,
}

/// The kinds of literal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LiteralValue {
    /// `"text"`, escapes resolved.
    String(String),
    /// `42`, `-1`, digits as written (underscores included).
    Integer(String),
    /// `1.5`, as written.
    Decimal(String),
    /// `true` or `false`.
    Bool(bool),
    /// `null`.
    Null,
    /// `2024-01-31`, as written.
    Date(String),
    /// `2024-01-31T05:00:00Z`, as written.
    Timestamp(String),
    /// `3 days`.
    Duration(DurationAst),
    /// A bare word where a literal may stand (a column in `unique_key(customer_id)`).
    Word(String),
    /// `("a", "b")`: a list of values, as `accepted_values(status, ("a", "b"))` takes one.
    List(Vec<LiteralAst>),
    /// `raw.orders`, `dim_customers@2`: a node with a dot or a version, only as an argument of an audit. One that has
    /// neither is a [`LiteralValue::Word`].
    Node(Box<NodeRefAst>),
    /// `sql { a + b = c }`, only as an argument of an audit.
    Sql(SqlAst),
}

/// `3 days`, `day` (one of it), `15 minutes`: a count and a unit, both as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DurationAst {
    /// The digits; `None` for a bare unit, which means one.
    pub count: Option<String>,
    /// The unit as written: `day`, `days`, …
    pub unit: Name,
    /// From count to unit.
    pub span: Span,
}

/// A type as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypeAst {
    /// What it is.
    pub kind: TypeKindAst,
    /// Where it stands.
    pub span: Span,
}

/// The forms of a type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TypeKindAst {
    /// `bigint`, `decimal(18, 2)`, `money`, `timestamp with time zone` (words joined by one space).
    Named {
        /// The word or words.
        name: String,
        /// Numbers in parentheses.
        params: Vec<String>,
    },
    /// `struct(a bigint, b varchar)`
    Struct(Vec<(Name, TypeAst)>),
    /// `bigint[]`
    List(Box<TypeAst>),
    /// `map(varchar, bigint)`
    Map(Box<TypeAst>, Box<TypeAst>),
    /// `enum("a", "b")`
    Enum(Vec<StrAst>),
}

/// A parameter of a `fn` or an `audit`: `threshold decimal = 0`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParamAst {
    /// Its name.
    pub name: Name,
    /// Its type.
    pub ty: Option<TypeAst>,
    /// The value behind `=`, used when the argument is left out.
    pub default: Option<LiteralAst>,
}

/// A `sql { … }` block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SqlAst {
    /// The engine in `sql for spark { … }`.
    pub engine: Option<Name>,
    /// The keyword.
    pub keyword: Span,
    /// The bytes between the braces.
    pub inner: Span,
}

/// A piece of SQL inside a line (a check's condition, a derived column), by its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FragmentAst {
    /// The bytes of the SQL text.
    pub span: Span,
}

/// One line of an item's body, with the docs above it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// From the first to the last token of the line, a block's closing brace included.
    pub span: Span,
    /// The word that leads the line.
    pub keyword: Span,
    /// The `///` lines above it.
    pub docs: Option<String>,
    /// What it says.
    pub kind: LineKind,
}

/// Every line that some item's body may hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LineKind {
    /// `kind incremental by time (updated_at) { every day }`
    Kind(KindAst),
    /// `every day` outside a kind's options
    Option(OptionAst),
    /// `cron @daily`, `cron "0 5 * * *" tz "Europe/Berlin"`
    Cron {
        /// The expression: `@daily` or the quoted five fields.
        expr: StrAst,
        /// The time zone behind `tz`.
        tz: Option<StrAst>,
    },
    /// `tz "Europe/Berlin"`
    Tz(StrAst),
    /// `start 2023-01-01`
    Start(LiteralAst),
    /// `end 2025-01-01`
    End(LiteralAst),
    /// `grain (a, b)`
    Grain(Vec<Name>),
    /// `owner "growth@shop.test"`
    Owner(StrAst),
    /// `tags (core, pii)`
    Tags(Vec<Name>),
    /// `access public`
    Access(Name),
    /// `group growth`
    Group(Name),
    /// `schema analytics`
    Schema(Name),
    /// `contract enforced { columns }`
    Contract {
        /// The word behind `contract`: `enforced`, or another that `declare` judges; `None` when left out.
        mode: Option<Name>,
        /// The promised columns.
        columns: Vec<ColumnsEntry>,
    },
    /// `columns { … }`
    Columns(Vec<ColumnsEntry>),
    /// `audit unique_key(customer_id) warn`
    Audit(AuditUseAst),
    /// `sql { … }`
    Sql(SqlAst),
    /// `sql file "x.sql"`
    SqlFile(StrAst),
    /// `latest 2`
    Latest(VersionAst),
    /// `version 2 { … }`
    Version {
        /// Which version.
        version: VersionAst,
        /// Its lines.
        body: Vec<Line>,
    },
    /// `deprecated 2027-06-30 "why"`
    Deprecated {
        /// The date from when on refs are errors.
        date: LiteralAst,
        /// The reason shown to readers.
        reason: Option<StrAst>,
    },
    /// `alias dim_customers`
    Alias(PathAst),
    /// `derive from 2 { segment = case … end }`
    Derive {
        /// The version it projects from.
        from: VersionAst,
        /// New columns: a name and the SQL behind `=`.
        columns: Vec<(Name, FragmentAst)>,
    },
    /// `read csv "data/*.csv" { header true }`
    Read {
        /// `csv`, `parquet`, `json`.
        format: Name,
        /// The path or glob.
        path: StrAst,
        /// Reader options: a word and its value.
        options: Vec<(Name, LiteralAst)>,
    },
    /// `path "seeds/x.csv"`
    Path(StrAst),
    /// `csv { delimiter ";"  header true }`: how a seed's file is read, a word and its value each.
    Csv(Vec<(Name, LiteralAst)>),
    /// `freshness ordered_at { warn after 12 hours  error after 1 day }`
    Freshness {
        /// The column that is looked at.
        column: Name,
        /// `warn after 12 hours`: the level word and the duration.
        limits: Vec<(Name, DurationAst)>,
    },
    /// `url "https://…"`; a consumer's `kind dashboard` is a [`LineKind::Kind`] with that word
    Url(StrAst),
    /// `reads dim_customers@1 (customer_id)`
    Reads {
        /// The node that is read.
        node: NodeRefAst,
        /// The columns; empty for all.
        columns: Vec<Name>,
    },
    /// `members ("a@b.test")`: any word with a list of strings
    Strings {
        /// The strings.
        values: Vec<StrAst>,
    },
    /// A line led by a word that is no property; the word is the keyword, reported here and not again.
    Unknown(Name),
    /// A line that could not be read; reported by the parser.
    Broken,
}

/// `full`, `view`, `incremental by time (column) { options }`, …
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KindAst {
    /// The words before the parentheses, joined by one space: `incremental by time`.
    pub words: String,
    /// Where the words stand.
    pub span: Span,
    /// The columns in parentheses.
    pub columns: Vec<Name>,
    /// The options block.
    pub options: Vec<OptionAst>,
}

/// One option of a kind: `every day`, `batch 30`, `on destructive change error`, `partials`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OptionAst {
    /// The words before the value, joined by one space: `every`, `on destructive change`.
    pub words: String,
    /// Where the words stand.
    pub span: Span,
    /// The value, if there is one.
    pub value: Option<LiteralAst>,
}

/// The label of a version: an integer or a quoted string. Everything else is kept for `declare` to complain about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionAst {
    /// As a literal.
    pub literal: LiteralAst,
}

/// `dim_customers`, `dim_customers@2`, `shop.dim_customers@"1.10"`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeRefAst {
    /// The model.
    pub name: PathAst,
    /// The version behind `@`.
    pub version: Option<VersionAst>,
    /// The whole.
    pub span: Span,
}

/// `audit accepted_range(lifetime, min => 0) warn`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditUseAst {
    /// The audit's name.
    pub name: Name,
    /// Arguments: an optional name before `=>`, and the value.
    pub args: Vec<(Option<Name>, LiteralAst)>,
    /// `warn` or `error`.
    pub level: Option<Name>,
}

/// One line of a column block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ColumnsEntry {
    /// `customer_id bigint not null`
    Column(ColumnAst),
    /// `include all`, `include (a, b)`, `include address`
    Include {
        /// Where the line stands.
        span: Span,
        /// What is included.
        what: IncludeAst,
    },
    /// `exclude (a, b)`
    Exclude {
        /// Where the line stands.
        span: Span,
        /// The names.
        columns: Vec<Name>,
    },
    /// `rename a as b`
    Rename {
        /// The old name.
        from: Name,
        /// The new name.
        to: Name,
    },
    /// Could not be read; reported.
    Broken(Span),
}

/// What an `include` names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IncludeAst {
    /// `include all`
    All,
    /// `include (a, b)`
    Columns(Vec<Name>),
    /// `include address`: a column set
    Set(Name),
}

/// `lifetime money not null check (lifetime >= 0) deprecated 2027-01-01`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnAst {
    /// The `///` lines above it.
    pub docs: Option<String>,
    /// Its name.
    pub name: Name,
    /// Its type; `None` when it is missing, which `declare` reports where a type is needed.
    pub ty: Option<TypeAst>,
    /// What follows the type.
    pub constraints: Vec<ConstraintAst>,
    /// The whole line.
    pub span: Span,
}

/// A constraint of a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConstraintAst {
    /// What it demands.
    pub kind: ConstraintKindAst,
    /// Where it stands.
    pub span: Span,
}

/// The constraints of a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConstraintKindAst {
    /// `not null`
    NotNull,
    /// `primary key`
    PrimaryKey,
    /// `unique`
    Unique,
    /// `check (condition)`
    Check(FragmentAst),
    /// `references customers(id)`: the model and its column
    References(NodeRefAst, Option<Name>),
    /// `default 0`
    Default(LiteralAst),
    /// `deprecated 2027-01-01 "why"`
    Deprecated(LiteralAst, Option<StrAst>),
    /// `tags (pii)`
    Tags(Vec<Name>),
}

/// One line of a test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TestLine {
    /// `given orders { … }` or `expect { … }`: rows
    Table {
        /// `given` or `expect`.
        keyword: Name,
        /// The node that `given` replaces; `None` for `expect`.
        node: Option<NodeRefAst>,
        /// `ordered`, `partial` and the like behind `expect`.
        modifiers: Vec<Name>,
        /// The rows.
        rows: RowsAst,
    },
    /// `during 2024-01-01 to 2024-01-02`
    During {
        /// The start, included.
        start: LiteralAst,
        /// The end; `None` for the one cell at `start`.
        end: Option<LiteralAst>,
    },
    /// `now 2024-01-01T00:00:00Z` or `$name = literal`: a variable's value
    Set(Name, LiteralAst),
    /// Could not be read; reported.
    Broken(Span),
}

/// Rows of a unit test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RowsAst {
    /// `(id, status)` as a heading and `(1, "paid")` lines below it.
    Literal {
        /// The heading.
        columns: Vec<Name>,
        /// One list of values a row.
        rows: Vec<Vec<LiteralAst>>,
    },
    /// `csv "x.csv"`
    File(StrAst),
    /// `sql { … }`
    Sql(SqlAst),
}

/// A selection: set algebra over names and methods, as a tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SelectionAst {
    /// The operation or the leaf.
    pub kind: SelectionKind,
    /// Where it stands.
    pub span: Span,
}

/// The forms of a selection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SelectionKind {
    /// `2+name@2+1`, `tag:core`, `stg_*`
    Leaf {
        /// Ancestors: `+x` is `Some(None)`, `2+x` is `Some(Some(2))`.
        up: Option<Option<u32>>,
        /// The word before the colon, if there is one.
        method: Option<Name>,
        /// The name, glob or value.
        value: Name,
        /// Descendants, as `up`.
        down: Option<Option<u32>>,
    },
    /// `a, b` or `a and b`
    And(Box<SelectionAst>, Box<SelectionAst>),
    /// `a b` or `a or b`
    Or(Box<SelectionAst>, Box<SelectionAst>),
    /// `a except b`
    Except(Box<SelectionAst>, Box<SelectionAst>),
}
