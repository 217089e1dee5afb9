//! What the items declare, without positions: the values that later stages compare to find out whether anything changed.

use crate::{
    AuditDecl, AuditUse, ColumnsEdit, ConsumerDecl, DataType, Deprecation, FnDecl, GroupDecl, Selection, TestDecl,
    VersionName,
};
use chrono::NaiveDateTime;
use esker_grammar::sql::SqlText;

/// What an item declares.
#[expect(clippy::large_enum_variant, reason = "most items are models")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ItemDecl {
    /// Data that others write.
    Source(SourceDecl),
    /// A CSV file kept with the project.
    Seed(SeedDecl),
    /// A dataset that this project makes.
    Model(ModelDecl),
    /// A reusable column set.
    Columns(Vec<ColumnsEdit>),
    /// A named type, and what it stands for.
    Type(DataType),
    /// A SQL function; its expression is in [`crate::Item::bodies`].
    Fn(FnDecl),
    /// A query for rows that break a rule; it is in [`crate::Item::bodies`].
    Audit(AuditDecl),
    /// A unit test.
    Test(TestDecl),
    /// A named selection; nothing when it could not be read.
    Selector(Option<Selection>),
    /// Somebody outside who reads.
    Consumer(ConsumerDecl),
    /// A team, and who may read its private models.
    Group(GroupDecl),
}

/// A source: its columns and how it is read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceDecl {
    /// The `///` text.
    pub docs: Option<String>,
    /// Its column block.
    pub columns: Vec<ColumnsEdit>,
    /// The earliest data.
    pub start: Option<NaiveDateTime>,
    /// How files are read; without it the table exists in the engine under the source's name.
    pub read: Option<ReadDecl>,
    /// How old its newest row may be.
    pub freshness: Option<FreshnessDecl>,
    /// Who answers for it.
    pub owner: Option<String>,
    /// Labels for selection.
    pub tags: Option<Vec<String>>,
}

/// `freshness ordered_at { warn after 12 hours  error after 1 day }`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FreshnessDecl {
    /// The column whose greatest value is the age of the data.
    pub column: String,
    /// From which age on it is a warning, in minutes.
    pub warn: Option<u32>,
    /// From which age on it is an error, in minutes.
    pub error: Option<u32>,
}

/// How files are read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadDecl {
    /// The format.
    pub format: FileFormat,
    /// The path or glob, from the project's root.
    pub path: String,
    /// Options of the reader, as SQL: `header => true`.
    pub options: Vec<(String, String)>,
}

/// File formats that the engine reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileFormat {
    /// Comma-separated values.
    Csv,
    /// Apache Parquet.
    Parquet,
    /// JSON, an array or one object a line.
    Json,
}

impl FileFormat {
    /// What it is called.
    pub fn word(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Parquet => "parquet",
            Self::Json => "json",
        }
    }

    /// The options that the engine's reader of such files takes.
    pub fn options(self) -> &'static [&'static str] {
        match self {
            Self::Csv => &[
                "delim",
                "header",
                "quote",
                "escape",
                "skip",
                "nullstr",
                "comment",
                "dateformat",
                "timestampformat",
                "decimal_separator",
                "thousands",
                "encoding",
                "compression",
                "new_line",
                "null_padding",
                "ignore_errors",
                "union_by_name",
                "filename",
                "hive_partitioning",
                "hive_types",
                "hive_types_autocast",
                "all_varchar",
                "allow_quoted_nulls",
                "auto_detect",
                "auto_type_candidates",
                "buffer_size",
                "column_names",
                "column_types",
                "columns",
                "dtypes",
                "files_to_sniff",
                "force_not_null",
                "max_line_size",
                "maximum_line_size",
                "names",
                "normalize_names",
                "parallel",
                "rejects_limit",
                "rejects_scan",
                "rejects_table",
                "sample_size",
                "sep",
                "store_rejects",
                "strict_mode",
                "types",
            ],
            Self::Parquet => &[
                "filename",
                "hive_partitioning",
                "hive_types",
                "hive_types_autocast",
                "union_by_name",
                "binary_as_string",
                "can_have_nan",
                "compression",
                "debug_use_openssl",
                "encryption_config",
                "explicit_cardinality",
                "file_row_number",
                "parquet_version",
                "schema",
            ],
            Self::Json => &[
                "format",
                "records",
                "dateformat",
                "timestampformat",
                "compression",
                "ignore_errors",
                "union_by_name",
                "filename",
                "hive_partitioning",
                "hive_types",
                "hive_types_autocast",
                "auto_detect",
                "columns",
                "convert_strings_to_integers",
                "date_format",
                "field_appearance_threshold",
                "map_inference_threshold",
                "maximum_depth",
                "maximum_object_size",
                "maximum_sample_files",
                "sample_size",
                "timestamp_format",
            ],
        }
    }
}

/// A seed: a CSV file whose content is part of the project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeedDecl {
    /// The `///` text.
    pub docs: Option<String>,
    /// The schema of its table.
    pub schema: Option<String>,
    /// Its column block.
    pub columns: Vec<ColumnsEdit>,
    /// How its file is read.
    pub read: Option<ReadDecl>,
    /// Who answers for it.
    pub owner: Option<String>,
    /// Labels for selection.
    pub tags: Option<Vec<String>>,
}

/// A model with all its versions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ModelDecl {
    /// The `///` text.
    pub docs: Option<String>,
    /// The schema behind `in`.
    pub schema: Option<String>,
    /// What stands outside version blocks.
    pub shared: Properties,
    /// The version that `latest` names.
    pub latest: Option<VersionName>,
    /// The version blocks, in source order, broken and duplicate ones left out.
    pub versions: Vec<VersionDecl>,
    /// From when on it is not to be read any more; a model with versions says so in each.
    pub deprecated: Option<Deprecation>,
    /// Whether some of it could not be read, which was reported: then nothing is to be called missing.
    pub incomplete: bool,
}

impl ModelDecl {
    /// Whether it is clear which version is the latest: it is named, or the labels have an order that everybody expects.
    pub fn has_clear_latest(&self) -> bool {
        self.latest.is_some()
            || self.versions.len() < 2
            || self.versions.iter().all(|version| version.name.is_numeric())
    }
}

/// One version block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionDecl {
    /// Its label.
    pub name: VersionName,
    /// Which block of the model it is, from zero, broken ones counted: its address in [`crate::Place`].
    pub block: u32,
    /// The `///` text.
    pub docs: Option<String>,
    /// What it restates.
    pub own: Properties,
    /// Its `columns` block.
    pub columns: Option<Vec<ColumnsEdit>>,
    /// From when on it is not to be read any more.
    pub deprecated: Option<Deprecation>,
    /// `derive from 2 { … }`: its SQL is a projection over another version.
    pub derive: Option<DeriveDecl>,
    /// Whether another block has its label too, which was reported: then nobody knows which one is meant.
    pub duplicated: bool,
}

/// `derive from 2 { segment = case … end }`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeriveDecl {
    /// The version it projects from.
    pub from: VersionName,
    /// New columns with their expressions, in order; the nth one's tokens are [`crate::Places::derived`].
    pub columns: Vec<(String, SqlText)>,
}

/// The properties that a model and a version block may both state; what a version states replaces what the model states.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Properties {
    /// How it is materialised.
    pub kind: Option<KindDecl>,
    /// When finished cells become due.
    pub cron: Option<String>,
    /// The time zone of its cells and its cron: a name of the IANA database.
    pub tz: Option<String>,
    /// The first moment of its timeline.
    pub start: Option<NaiveDateTime>,
    /// The first moment behind its timeline. A date includes that day.
    pub end: Option<NaiveDateTime>,
    /// The columns of which one row each is promised.
    pub grain: Option<Vec<String>>,
    /// Who answers for it.
    pub owner: Option<String>,
    /// Labels for selection.
    pub tags: Option<Vec<String>>,
    /// Who may read it.
    pub access: Option<Access>,
    /// The group that it belongs to.
    pub group: Option<String>,
    /// The promised columns.
    pub contract: Option<Vec<ColumnsEdit>>,
    /// The relation's name, instead of the usual one: `name` or `schema.name`.
    pub alias: Option<String>,
    /// The rules that its rows keep; empty for `audit none`.
    pub audits: Option<Vec<AuditUse>>,
    /// Whether it says which SQL makes the rows.
    pub sql: SqlDecl,
}

/// Who may read a model.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Access {
    /// Models of its group.
    Private,
    /// This project.
    #[default]
    Protected,
    /// Everybody, other projects too.
    Public,
}

impl Access {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Private => "private",
            Self::Protected => "protected",
            Self::Public => "public",
        }
    }
}

/// Where a body says that its SQL is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum SqlDecl {
    /// It does not: the SQL is inherited, or in the file that is usual for it.
    #[default]
    Inherited,
    /// In a `sql` block; its text is in [`crate::Item::bodies`].
    Here,
    /// In the file of this path, from the folder of the file that names it.
    File(String),
    /// In a way that is not supported yet: nothing is known of it.
    Elsewhere,
}

/// How a node is materialised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KindDecl {
    /// The kind itself.
    pub form: KindForm,
    /// Its options block.
    pub options: KindOptions,
}

/// The kinds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KindForm {
    /// A table, computed as a whole.
    Full,
    /// A view.
    View,
    /// Nothing in the engine: its SQL is put into what reads it.
    Ephemeral,
    /// A table, computed cell by cell along a time column.
    IncrementalByTime(String),
    /// A table whose rows are replaced by key.
    IncrementalByKey(Vec<String>),
    /// A table whose partitions are replaced whole.
    IncrementalByPartition(Vec<String>),
    /// A table that only grows.
    Append,
    /// Rows with the time for which they held, by a column that says when they changed.
    Scd2ByTime(String),
    /// Rows with the time for which they held, by a change in any of the columns.
    Scd2ByColumns(Vec<String>),
}

impl KindForm {
    /// The words for it, as `kind:` of a selection has them.
    pub fn words(&self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::View => "view",
            Self::Ephemeral => "ephemeral",
            Self::IncrementalByTime(_) => "incremental by time",
            Self::IncrementalByKey(_) => "incremental by key",
            Self::IncrementalByPartition(_) => "incremental by partition",
            Self::Append => "append",
            Self::Scd2ByTime(_) => "scd2 by time",
            Self::Scd2ByColumns(_) => "scd2 by columns",
        }
    }

    /// The columns in its parentheses, in order.
    pub fn columns(&self) -> &[String] {
        match self {
            Self::Full | Self::View | Self::Ephemeral | Self::Append => &[],
            Self::IncrementalByTime(column) | Self::Scd2ByTime(column) => std::slice::from_ref(column),
            Self::IncrementalByKey(columns) | Self::IncrementalByPartition(columns) | Self::Scd2ByColumns(columns) => {
                columns
            }
        }
    }
}

/// The options of a kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KindOptions {
    /// The cell's unit as written, `day` or `15 minutes`; `None` leaves it to `cron`.
    pub every: Option<(u32, String)>,
    /// How many cells before each cell run again with it.
    pub lookback: u32,
    /// How many cells run together at most; `None` is without limit.
    pub batch: Option<u32>,
    /// How many batches run at once at most; `None` is without limit.
    pub concurrency: Option<u32>,
    /// Whether the cell that is not over yet is computed too.
    pub partials: bool,
    /// Whether changes leave the history as it is.
    pub forward_only: bool,
    /// Whether its cells are never invalidated.
    pub no_restatement: bool,
    /// What happens to a reused table that would lose a column.
    pub on_destructive_change: Option<ChangePolicy>,
    /// What happens to a reused table that would gain one.
    pub on_additive_change: Option<ChangePolicy>,
}

/// What to do about a change of a table that is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangePolicy {
    /// Refuse it.
    Error,
    /// Make it, and say so.
    Warn,
    /// Make it.
    Allow,
}
