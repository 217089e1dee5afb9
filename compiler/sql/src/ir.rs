//! The query IR: what a SQL body says, without positions, in three arenas whose ids are small numbers.
//!
//! Equal IR means equal meaning for every later stage, so layout, comments and keyword case are gone from it. Children
//! stand before their parents in an arena. Where each id stands in the text is in the [`crate::QuerySourceMap`].

use esker_declare::DataType;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u32);
    };
}

id! {
    /// An expression in [`QueryIr::exprs`].
    ExprId
}
id! {
    /// A query or subquery in [`QueryIr::queries`].
    QueryId
}
id! {
    /// A table of a FROM clause in [`QueryIr::tables`].
    TableId
}

/// A whole SQL body. `root` is `None` when it could not be analysed: it is wrong (reported) or opaque.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct QueryIr {
    /// All expressions.
    pub exprs: Vec<Expr>,
    /// All queries.
    pub queries: Vec<Query>,
    /// All tables.
    pub tables: Vec<Table>,
    /// The query that makes the node's rows.
    pub root: Option<QueryId>,
    /// What the IR has no form for but which changes the meaning (`asof`, a sample): the words, in token order.
    pub notes: Vec<String>,
    /// Why the engine may take the SQL and we cannot analyse it: the construct, as users know it.
    pub opaque: Option<String>,
}

impl QueryIr {
    /// The expression with this id.
    pub fn expr(&self, id: ExprId) -> &Expr {
        &self.exprs[id.0 as usize]
    }

    /// The query with this id.
    pub fn query(&self, id: QueryId) -> &Query {
        &self.queries[id.0 as usize]
    }

    /// The table with this id.
    pub fn table(&self, id: TableId) -> &Table {
        &self.tables[id.0 as usize]
    }
}

/// A query: `WITH … body ORDER BY … LIMIT …`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Query {
    /// The common table expressions, in order.
    pub with: Vec<Cte>,
    /// Whether `WITH RECURSIVE` stands there.
    pub recursive: bool,
    /// What makes the rows.
    pub body: Body,
    /// The order of the rows.
    pub order_by: Vec<OrderItem>,
    /// `LIMIT`
    pub limit: Option<ExprId>,
    /// `OFFSET`
    pub offset: Option<ExprId>,
}

/// A common table expression.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Cte {
    /// Its name as written.
    pub name: String,
    /// The names that it gives its columns, if any.
    pub columns: Vec<String>,
    /// Its query.
    pub query: QueryId,
}

/// What makes the rows of a query.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Body {
    /// `SELECT …`
    Select(Box<Select>),
    /// `left UNION ALL right`
    Set {
        /// Which operation.
        op: SetOp,
        /// `ALL`
        all: bool,
        /// `BY NAME`
        by_name: bool,
        /// The left operand.
        left: QueryId,
        /// The right operand.
        right: QueryId,
    },
    /// `VALUES (1, 'a'), (2, 'b')`
    Values(Vec<Vec<ExprId>>),
    /// A query in parentheses with clauses of its own.
    Query(QueryId),
}

/// The set operations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SetOp {
    /// `UNION`
    Union,
    /// `EXCEPT`
    Except,
    /// `INTERSECT`
    Intersect,
}

/// One SELECT.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Select {
    /// Whether duplicates go.
    pub distinct: Distinct,
    /// The select list.
    pub items: Vec<Item>,
    /// The FROM clause; more than one is a cross join.
    pub from: Vec<TableId>,
    /// `WHERE`
    pub filter: Option<ExprId>,
    /// `GROUP BY`
    pub group_by: GroupBy,
    /// `HAVING`
    pub having: Option<ExprId>,
    /// `WINDOW name AS (…)`
    pub windows: Vec<(String, Window)>,
    /// `QUALIFY`
    pub qualify: Option<ExprId>,
}

/// `DISTINCT`
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Distinct {
    /// All rows stay.
    No,
    /// `DISTINCT`
    Yes,
    /// `DISTINCT ON (…)`
    On(Vec<ExprId>),
}

/// One entry of a select list. The expression may be an [`Expr::Star`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Item {
    /// The value.
    pub expr: ExprId,
    /// The name behind `AS`.
    pub alias: Option<String>,
}

/// `GROUP BY`
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum GroupBy {
    /// There is none.
    None,
    /// `GROUP BY ALL`
    All,
    /// The keys. `sets` when ROLLUP, CUBE or GROUPING SETS stand among them (their parts are in the list).
    Keys {
        /// The expressions.
        exprs: Vec<ExprId>,
        /// Whether a key may be left out of a group, and so be null.
        sets: bool,
    },
}

/// One entry of an ORDER BY.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct OrderItem {
    /// The key; `None` for `ORDER BY ALL`.
    pub expr: Option<ExprId>,
    /// `DESC`
    pub descending: bool,
    /// `NULLS FIRST`
    pub nulls_first: Option<bool>,
}

/// A table of a FROM clause.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Table {
    /// What it is.
    pub kind: TableKind,
    /// The name behind `AS`.
    pub alias: Option<String>,
    /// The names that the alias gives its columns.
    pub columns: Vec<String>,
}

/// The kinds of table.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum TableKind {
    /// The nth `ref(…)` of the body, in token order, with the last part of its name as the implied alias.
    Ref {
        /// Which ref.
        index: u32,
        /// The name that it goes by without an alias.
        name: String,
    },
    /// A name: a CTE, or nothing that Esker knows.
    Name(Vec<String>),
    /// `(SELECT …)`
    Query(QueryId),
    /// `range(10)`, `unnest(list)`
    Function {
        /// Its name in lower case.
        name: String,
        /// Its arguments.
        args: Vec<Arg>,
        /// `WITH ORDINALITY`
        ordinality: bool,
    },
    /// `left JOIN right ON …`
    Join {
        /// The left side.
        left: TableId,
        /// The right side.
        right: TableId,
        /// Which join.
        kind: JoinKind,
        /// How rows are matched.
        on: JoinOn,
    },
    /// A construct whose columns are not known (PIVOT and the like).
    Unknown,
}

/// The kinds of join.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum JoinKind {
    /// `JOIN`
    Inner,
    /// `LEFT JOIN`
    Left,
    /// `RIGHT JOIN`
    Right,
    /// `FULL JOIN`
    Full,
    /// `CROSS JOIN`
    Cross,
    /// `SEMI JOIN`: the columns of the left side only
    Semi,
    /// `ANTI JOIN`: the columns of the left side only
    Anti,
}

/// How the rows of a join are matched.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum JoinOn {
    /// Not at all.
    None,
    /// `ON condition`
    Condition(ExprId),
    /// `USING (a, b)`: each an [`Expr::Column`] of one part
    Using(Vec<ExprId>),
    /// `NATURAL`
    Natural,
}

/// An argument of a function.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Arg {
    /// The name before `:=`.
    pub name: Option<String>,
    /// The value.
    pub expr: ExprId,
}

/// An expression.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Expr {
    /// `a`, `t.a`, `t.a.field`: as written, resolved by `infer`.
    Column(Vec<String>),
    /// A literal.
    Literal(Literal),
    /// `$start`: the name without `$`.
    Param(String),
    /// `*`, `t.*` with what is changed in it.
    Star(Box<Star>),
    /// `-a`, `not a`
    Unary(UnaryOp, ExprId),
    /// `a + b`
    Binary(BinaryOp, ExprId, ExprId),
    /// `a is null`, `a is true`: the test, and whether it is negated.
    Is(ExprId, IsTest, bool),
    /// `a between low and high`
    Between(ExprId, ExprId, ExprId),
    /// `a in (1, 2)`
    InList(ExprId, Vec<ExprId>),
    /// `a in (select …)`
    InQuery(ExprId, QueryId),
    /// `a = any (select …)`: the operator's answer over all rows of the query
    Quantified(ExprId, BinaryOp, QueryId, bool),
    /// `exists (select …)`
    Exists(QueryId),
    /// `(select …)` as a value
    Subquery(QueryId),
    /// `array(select …)`
    ArrayQuery(QueryId),
    /// `case [operand] when … then … else … end`
    Case {
        /// The value that the branches are compared with.
        operand: Option<ExprId>,
        /// Conditions (or values) and results.
        branches: Vec<(ExprId, ExprId)>,
        /// `ELSE`
        otherwise: Option<ExprId>,
    },
    /// `cast(a as t)`, `a::t`, `try_cast(a as t)`, `date '2024-01-01'`
    Cast {
        /// The value.
        expr: ExprId,
        /// The type; unknown when it is none that Esker knows.
        ty: DataType,
        /// The type as written, in lower case.
        written: String,
        /// `TRY_CAST`: null instead of an error.
        lenient: bool,
    },
    /// A function, aggregate or window function.
    Call(Box<Call>),
    /// `[1, 2]`
    List(Vec<ExprId>),
    /// `{'a': 1}`
    Struct(Vec<(String, ExprId)>),
    /// `map {'a': 1}`
    Map(Vec<(ExprId, ExprId)>),
    /// `(a, b)`
    Row(Vec<ExprId>),
    /// `a[1]`, `s['field']`
    Index(ExprId, ExprId),
    /// `a[1:2]`
    Slice(ExprId, Vec<ExprId>),
    /// `(s).field`
    Field(ExprId, String),
    /// `interval 1 day`: the value and the unit
    Interval(ExprId, Option<String>),
    /// `x -> x + 1`
    Lambda(Vec<String>, ExprId),
    /// A construct that has no form here, with the parts that are known.
    Unknown(String, Vec<ExprId>),
}

/// A literal.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Literal {
    /// `42`, `1.5`, `1e3`: as written, in lower case, underscores removed.
    Number(String),
    /// `'text'`, escapes resolved.
    String(String),
    /// `x'ab'`
    Blob(String),
    /// `true`
    Bool(bool),
    /// `null`
    Null,
}

/// `*` with EXCLUDE, REPLACE and RENAME.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Star {
    /// The table before `.*`.
    pub table: Option<String>,
    /// `EXCLUDE (a)`: each an [`Expr::Column`]
    pub exclude: Vec<ExprId>,
    /// `REPLACE (expr AS a)`
    pub replace: Vec<(ExprId, String)>,
    /// `RENAME (a AS b)`: the old name as an [`Expr::Column`], and the new one
    pub rename: Vec<(ExprId, String)>,
}

/// Operators with one operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UnaryOp {
    /// `-a`
    Minus,
    /// `+a`
    Plus,
    /// `not a`
    Not,
    /// `~a`
    BitNot,
    /// `a!`
    Factorial,
    /// `@a`
    Abs,
}

/// Tests behind IS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum IsTest {
    /// `IS NULL`, `IS UNKNOWN`
    Null,
    /// `IS TRUE`
    True,
    /// `IS FALSE`
    False,
}

/// Operators with two operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BinaryOp {
    /// `+`
    Add,
    /// `-`
    Sub,
    /// `*`
    Mul,
    /// `/`
    Div,
    /// `//`
    IntDiv,
    /// `%`
    Mod,
    /// `**`
    Pow,
    /// `||`
    Concat,
    /// `&`
    BitAnd,
    /// `|`
    BitOr,
    /// `xor` and the like
    BitXor,
    /// `<<`
    ShiftLeft,
    /// `>>`
    ShiftRight,
    /// `=`
    Eq,
    /// `<>`
    NotEq,
    /// `<`
    Lt,
    /// `<=`
    LtEq,
    /// `>`
    Gt,
    /// `>=`
    GtEq,
    /// `AND`
    And,
    /// `OR`
    Or,
    /// `IS DISTINCT FROM`
    Distinct,
    /// `IS NOT DISTINCT FROM`
    NotDistinct,
    /// `LIKE`
    Like,
    /// `ILIKE`
    ILike,
    /// `SIMILAR TO`
    Similar,
    /// `GLOB`
    Glob,
    /// `~`
    Regex,
    /// `->`
    Arrow,
    /// `->>`
    LongArrow,
    /// `&&`, `@>`, `<@`, `^@` and what else answers true or false
    Overlap,
    /// `COLLATE`: the left value in another order
    Collate,
}

impl BinaryOp {
    /// Whether it compares two values.
    pub fn is_comparison(self) -> bool {
        use BinaryOp::*;
        matches!(self, Eq | NotEq | Lt | LtEq | Gt | GtEq)
    }

    /// The operator as it is written.
    pub fn text(self) -> &'static str {
        use BinaryOp::*;
        match self {
            Add => "+",
            Sub => "-",
            Mul => "*",
            Div => "/",
            IntDiv => "//",
            Mod => "%",
            Pow => "**",
            Concat => "||",
            BitAnd => "&",
            BitOr => "|",
            BitXor => "xor",
            ShiftLeft => "<<",
            ShiftRight => ">>",
            Eq => "=",
            NotEq => "<>",
            Lt => "<",
            LtEq => "<=",
            Gt => ">",
            GtEq => ">=",
            And => "and",
            Or => "or",
            Distinct => "is distinct from",
            NotDistinct => "is not distinct from",
            Like => "like",
            ILike => "ilike",
            Similar => "similar to",
            Glob => "glob",
            Regex => "~",
            Arrow => "->",
            LongArrow => "->>",
            Overlap => "&&",
            Collate => "collate",
        }
    }
}

/// A function call.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Call {
    /// The function in lower case.
    pub name: String,
    /// Whether a schema of the engine's own stands before it: `main.upper(x)`.
    pub schema: bool,
    /// Its arguments; `count(*)` has one [`Expr::Star`].
    pub args: Vec<Arg>,
    /// `DISTINCT` before the arguments.
    pub distinct: bool,
    /// `ORDER BY` among the arguments, or `WITHIN GROUP (ORDER BY …)`.
    pub order_by: Vec<OrderItem>,
    /// `FILTER (WHERE …)`
    pub filter: Option<ExprId>,
    /// `IGNORE NULLS`
    pub ignore_nulls: bool,
    /// `OVER …`
    pub over: Option<Window>,
}

/// A window.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Window {
    /// The named window that it is or builds upon.
    pub base: Option<String>,
    /// `PARTITION BY`
    pub partition_by: Vec<ExprId>,
    /// `ORDER BY`
    pub order_by: Vec<OrderItem>,
    /// The frame: its words, and the values in it.
    pub frame: Option<(String, Vec<ExprId>)>,
}
