//! Data types, as the engine's type system has them: what a declared column is of and what the SQL is inferred to return.

use std::fmt;

/// A data type. `Display` writes it as SQL that the engine takes, in lower case.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DataType {
    /// `boolean`
    Boolean,
    /// `tinyint` (8 bits)
    TinyInt,
    /// `smallint` (16 bits)
    SmallInt,
    /// `integer` (32 bits)
    Integer,
    /// `bigint` (64 bits)
    BigInt,
    /// `hugeint` (128 bits)
    HugeInt,
    /// `utinyint` (8 bits, unsigned)
    UTinyInt,
    /// `usmallint` (16 bits, unsigned)
    USmallInt,
    /// `uinteger` (32 bits, unsigned)
    UInteger,
    /// `ubigint` (64 bits, unsigned)
    UBigInt,
    /// `uhugeint` (128 bits, unsigned)
    UHugeInt,
    /// `float` (32 bits)
    Float,
    /// `double` (64 bits)
    Double,
    /// `decimal(precision, scale)`, precision 1 to 38, scale 0 to precision
    Decimal {
        /// Digits in all.
        precision: u8,
        /// Digits behind the point.
        scale: u8,
    },
    /// `varchar`, or `varchar(n)`, whose limit is a promise that the engine does not check itself
    Varchar {
        /// The greatest length in characters.
        limit: Option<u32>,
    },
    /// `blob`
    Blob,
    /// `bit`
    Bit,
    /// `date`
    Date,
    /// `time`
    Time,
    /// `timestamp` (microseconds, no zone)
    Timestamp,
    /// `timestamp with time zone` (microseconds, an instant)
    TimestampTz,
    /// `interval`
    Interval,
    /// `uuid`
    Uuid,
    /// `json`
    Json,
    /// `enum('a', 'b')`
    Enum(Vec<String>),
    /// `bigint[]`
    List(Box<DataType>),
    /// `struct(a bigint, b varchar)`
    Struct(Vec<(String, DataType)>),
    /// `map(varchar, bigint)`
    Map(Box<DataType>, Box<DataType>),
    /// A type that the project names; in declarations only, `resolve` puts in what it stands for
    Named(String),
    /// The type of a bare `null`, which fits everywhere
    Null,
    /// Not known; raises no follow-up errors
    Unknown,
}

impl DataType {
    /// `varchar` without a limit.
    pub const VARCHAR: Self = Self::Varchar { limit: None };

    /// The type that these words and numbers name (`decimal`, `[18, 2]`), by any of the engine's spellings;
    /// words are joined by one space and compared without case. `None` when there is no such type or the
    /// numbers do not fit it.
    pub fn from_name(name: &str, params: &[u32]) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        let plain = match name.as_str() {
            "boolean" | "bool" | "logical" => Self::Boolean,
            "tinyint" | "int1" => Self::TinyInt,
            "smallint" | "int2" | "int16" | "short" => Self::SmallInt,
            "integer" | "int" | "int4" | "int32" | "signed" => Self::Integer,
            "bigint" | "int8" | "int64" | "long" => Self::BigInt,
            "hugeint" | "int128" => Self::HugeInt,
            "utinyint" | "uint8" => Self::UTinyInt,
            "usmallint" | "uint16" => Self::USmallInt,
            "uinteger" | "uint32" => Self::UInteger,
            "ubigint" | "uint64" => Self::UBigInt,
            "uhugeint" | "uint128" => Self::UHugeInt,
            "float" | "float4" | "real" => Self::Float,
            "double" | "float8" | "double precision" => Self::Double,
            "blob" | "bytea" | "binary" | "varbinary" => Self::Blob,
            "bit" | "bitstring" => Self::Bit,
            "date" => Self::Date,
            "time" | "time without time zone" => Self::Time,
            "timestamp" | "datetime" | "timestamp without time zone" | "timestamp_us" => Self::Timestamp,
            "timestamptz" | "timestamp with time zone" => Self::TimestampTz,
            "interval" => Self::Interval,
            "uuid" | "guid" => Self::Uuid,
            "json" => Self::Json,
            "varchar" | "text" | "string" | "char" | "bpchar" | "character varying" => {
                return match params {
                    [] => Some(Self::VARCHAR),
                    [limit] if *limit > 0 => Some(Self::Varchar { limit: Some(*limit) }),
                    _ => None,
                };
            }
            "decimal" | "numeric" | "dec" => {
                let (precision, scale) = match params {
                    [] => (18, 3),
                    [precision] => (*precision, 0),
                    [precision, scale] => (*precision, *scale),
                    _ => return None,
                };
                let fits = (1..=38).contains(&precision) && scale <= precision;
                return fits.then_some(Self::Decimal { precision: precision as u8, scale: scale as u8 });
            }
            _ => return None,
        };
        params.is_empty().then_some(plain)
    }

    /// The names that a misspelt type is compared with.
    pub const NAMES: &[&str] = &[
        "boolean",
        "tinyint",
        "smallint",
        "integer",
        "bigint",
        "hugeint",
        "utinyint",
        "usmallint",
        "uinteger",
        "ubigint",
        "uhugeint",
        "float",
        "double",
        "decimal",
        "varchar",
        "blob",
        "bit",
        "date",
        "time",
        "timestamp",
        "timestamptz",
        "interval",
        "uuid",
        "json",
        "text",
        "int",
    ];

    /// The least and the greatest value of an integer type.
    pub fn integer_range(&self) -> Option<(i128, i128)> {
        Some(match self {
            Self::TinyInt => (i8::MIN.into(), i8::MAX.into()),
            Self::SmallInt => (i16::MIN.into(), i16::MAX.into()),
            Self::Integer => (i32::MIN.into(), i32::MAX.into()),
            Self::BigInt => (i64::MIN.into(), i64::MAX.into()),
            Self::HugeInt => (i128::MIN, i128::MAX),
            Self::UTinyInt => (0, u8::MAX.into()),
            Self::USmallInt => (0, u16::MAX.into()),
            Self::UInteger => (0, u32::MAX.into()),
            Self::UBigInt => (0, u64::MAX.into()),
            // Beyond what is counted in here.
            Self::UHugeInt => (0, i128::MAX),
            _ => return None,
        })
    }

    /// Whether nothing may be concluded from it: it is unknown or holds an unknown part.
    pub fn is_unknown(&self) -> bool {
        match self {
            Self::Unknown | Self::Named(_) => true,
            Self::List(item) => item.is_unknown(),
            Self::Struct(fields) => fields.iter().any(|(_, ty)| ty.is_unknown()),
            Self::Map(key, value) => key.is_unknown() || value.is_unknown(),
            _ => false,
        }
    }
}

impl fmt::Display for DataType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plain = match self {
            Self::Boolean => "boolean",
            Self::TinyInt => "tinyint",
            Self::SmallInt => "smallint",
            Self::Integer => "integer",
            Self::BigInt => "bigint",
            Self::HugeInt => "hugeint",
            Self::UTinyInt => "utinyint",
            Self::USmallInt => "usmallint",
            Self::UInteger => "uinteger",
            Self::UBigInt => "ubigint",
            Self::UHugeInt => "uhugeint",
            Self::Float => "float",
            Self::Double => "double",
            Self::Decimal { precision, scale } => return write!(f, "decimal({precision}, {scale})"),
            Self::Varchar { limit: Some(limit) } => return write!(f, "varchar({limit})"),
            Self::Varchar { limit: None } => "varchar",
            Self::Blob => "blob",
            Self::Bit => "bit",
            Self::Date => "date",
            Self::Time => "time",
            Self::Timestamp => "timestamp",
            Self::TimestampTz => "timestamptz",
            Self::Interval => "interval",
            Self::Uuid => "uuid",
            Self::Json => "json",
            Self::Enum(values) => {
                let quoted: Vec<String> = values.iter().map(|value| text_literal(value)).collect();
                return write!(f, "enum({})", quoted.join(", "));
            }
            Self::List(item) => return write!(f, "{item}[]"),
            Self::Struct(fields) => {
                let fields: Vec<String> = fields.iter().map(|(name, ty)| format!("{} {ty}", quote(name))).collect();
                return write!(f, "struct({})", fields.join(", "));
            }
            Self::Map(key, value) => return write!(f, "map({key}, {value})"),
            Self::Named(name) => return f.write_str(name),
            Self::Null => "null",
            Self::Unknown => "unknown",
        };
        f.write_str(plain)
    }
}

/// An identifier as SQL that names exactly it: bare when it is a plain lower-case word, else in double quotes.
pub fn quote(name: &str) -> String {
    let plain = name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
        && name.bytes().next().is_some_and(|b| !b.is_ascii_digit())
        && !is_reserved(name);
    if plain { name.to_string() } else { quote_always(name) }
}

/// Whether the engine takes a word for the name of a column only in double quotes.
pub fn is_reserved(word: &str) -> bool {
    let word = word.to_ascii_lowercase();
    include_str!("../../../std/duckdb/reserved_words.txt").lines().any(|reserved| reserved == word)
}

/// A text as a string of SQL, whatever it holds.
pub fn text_literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// An identifier in double quotes, whatever it holds.
pub fn quote_always(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
