//! The messages of declaration errors: from typed values to what people read.

use crate::{DataType, DeclError, DeclErrorKind, KINDS, Place};
use esker_diagnostics::{self as diagnostics, Diagnostic, Location, is_slip, nearest};

impl DeclError {
    /// The message, with `locate` to say where a piece of the item stands.
    pub fn diagnostic(&self, locate: &dyn Fn(Place) -> Location) -> Diagnostic {
        let at = locate(self.at);
        let code = self.kind.code();
        let new = |title: String, label: &str| Diagnostic::new(code, title, at.clone(), label);
        match &self.kind {
            DeclErrorKind::SqlForEngine(engine) => {
                new(format!("SQL for the engine `{engine}` alone is not supported yet"), "not supported yet")
                    .why("A project has one engine, and each dataset is made by one SQL text; projects with several engines come later.")
                    .help("Write `sql { … }`, in the SQL of the project's engine.")
            }
            DeclErrorKind::Misplaced { property, inside, keys, instead } => {
                let found = new(format!("`{property}` is no property of {inside}"), "does not belong here");
                // It is a word of the language, so hardly a slip for one that has little in common with it.
                let likely = nearest(property, keys.iter().copied()).filter(|key| is_slip(property, [*key]));
                match (instead, likely) {
                    (Some(instead), _) => found.help(*instead),
                    (None, Some(likely)) => found.help(format!("Did you mean `{likely}`?")),
                    (None, None) => {
                        let keys = quoted(keys);
                        found.help(format!("Move it to the item it is meant for, or remove it: {inside} has {keys}."))
                    }
                }
            }
            DeclErrorKind::LooseOption(option) => {
                new(format!("`{option}` is an option of a kind"), "stands outside the kind")
                    .help(format!("Write it in the braces behind the kind, as `kind incremental by time (ordered_at) {{ {option} … }}`."))
            }
            DeclErrorKind::OptionMisfit { option, kind, kinds } => {
                new(format!("the kind `{kind}` has no option `{option}`"), "does not belong to this kind")
                    .help(format!("Remove it; {kinds} can have it."))
            }
            DeclErrorKind::GivenThis => new("only the test of an audit has `given this`".into(), "no audit is tested here")
                .why("`this` is the dataset that an audit judges; the rows of a model are what its test expects.")
                .help("Name the node that the rows stand in for, as `given orders { … }`."),
            DeclErrorKind::SetByTest(variable) => {
                new(format!("`{variable}` is no variable of the project"), "cannot be set in this way").help(
                    "Write `during 2024-01-01 to 2024-01-31` for `$start` and `$end`, and `now 2024-02-01` for `$now`.",
                )
            }
            DeclErrorKind::Repeated { property, first } => {
                new(format!("`{property}` is stated twice"), "stated again")
                    .related(locate(*first), "first stated here")
                    .help("Keep one of the two.")
            }
            DeclErrorKind::TwoTimeZones { first, zones: [one, other] } => {
                new(format!("the time zone is stated twice: `{one}` and `{other}`"), "another time zone")
                    .related(locate(*first), "first stated here")
                    .why("The cells of a model and its cron are in one time zone.")
                    .help("Keep one of the two.")
            }
            DeclErrorKind::TwoSchemas { name, schema, by_line } => {
                let (first, last) = name.rsplit_once('.').unwrap_or(("", name));
                let one = match by_line {
                    true => format!("`{last}` with the line `schema {schema}`"),
                    false => format!("`{last} in {schema}`"),
                };
                new(format!("`{name}` names its schema already: `{first}`"), "another schema")
                    .why("In a name with a dot the first part is the schema, and readers write all of it.")
                    .help(format!("Call it {one}, or `{schema}.{last}`, or remove `{schema}` here."))
            }
            DeclErrorKind::AuditNone { other } => {
                new("`audit none` stands beside other audits".into(), "says that there are none")
                    .related(locate(*other), "this is one")
                    .help("Remove `audit none`, or the other audits.")
            }
            DeclErrorKind::BadDate(text) if text.starts_with(['"', '\'']) => {
                let date = text.trim_matches(['"', '\'']);
                let date = if date.starts_with(|c: char| c.is_ascii_digit()) { date } else { "2024-01-31" };
                new("a date is written without quotes".into(), "a string").help(format!("Write `{date}`."))
            }
            DeclErrorKind::BadDate(text) if !text.starts_with(|c: char| c.is_ascii_digit()) => {
                new(format!("`{text}` is no date"), "not a date")
                    .help("Write a date, as `2024-01-31`, or a timestamp in UTC, as `2024-01-31T05:00:00Z`.")
            }
            DeclErrorKind::BadDate(text) if let Some(date) = loose_date(text) => {
                new(format!("`{text}` is not written as a date is"), "not of this form")
                    .why("A date has four digits for the year, two for the month and two for the day.")
                    .help(format!("Write `{date}`."))
            }
            DeclErrorKind::BadDate(text) => new(format!("there is no date `{text}`"), "not in the calendar")
                .help("Write a date that exists, as `2024-01-31`, or a timestamp in UTC, as `2024-01-31T05:00:00Z`."),
            DeclErrorKind::UnknownType(name) => unknown_type_diagnostic(name, &[], at),
            DeclErrorKind::BadTypeParameters(text) => {
                new(format!("`{text}` has numbers that do not fit the type"), "does not fit")
                    .help("A decimal has a precision of 1 to 38 and a scale up to it: `decimal(18, 2)`; most types, and all that the project names, take no numbers.")
            }
            DeclErrorKind::MissingType { what, name } => {
                let found = new(format!("{what} `{name}` has no type"), "a type must follow");
                let example = format!("Write its type behind the name: `{name} varchar`.");
                match *what {
                    "column" => found.why("A column that is read from outside or promised to readers must say what it holds."),
                    _ => found.why("What is passed is checked against the type."),
                }
                .help(example)
            }
            DeclErrorKind::DuplicateColumn { column, first } => {
                new(format!("column `{column}` is declared twice"), "declared again")
                    .related(locate(*first), "first declared here")
                    .why("The engine compares names without case, so only one of them could exist.")
                    .help("Rename one of the two, or remove it.")
            }
            DeclErrorKind::DuplicateVersion { version, other, first, one_relation } => {
                let found = match (version == other, one_relation) {
                    (true, _) => new(format!("version {version} is declared twice"), "declared again"),
                    (false, true) => {
                        new(format!("version {version} and version {other} would be one relation"), "declared again")
                    }
                    (false, false) => {
                        new(format!("neither of version {version} and version {other} is the later one"), "the same number")
                            .why("Labels are put in order by their numbers, and these have the same.")
                    }
                };
                found
                    .related(locate(*first), "first declared here")
                    .help("Give this block the next free number, or merge the two.")
            }
            DeclErrorKind::BadVersion { written, better } => {
                let found = new(format!("`{written}` cannot be the label of a version"), "not a version label");
                let rule = "A label is an integer, as `version 2`, or a quoted string of letters, digits, `.`, `-` and `_`, as `version \"2024-01\"`.";
                match better {
                    Some(better) => found.why(rule).help(format!("Write `{better}`.")),
                    None => found.help(rule),
                }
            }
            DeclErrorKind::UnknownLatest { latest, versions } => {
                let found = new(format!("`latest {latest}` names no version of this model"), "no such version");
                match versions.is_empty() {
                    true => found.help("Remove the line: the model has no version blocks."),
                    false => found.help(format!("The versions are {}.", versions.join(", "))),
                }
            }
            DeclErrorKind::LatestNeeded(versions) => {
                new("nobody can tell which version is the latest".into(), "not all of its versions are numbers")
                    .why(format!(
                        "Only numbers, and numbers with dots, have an order that everybody expects; the versions are {}.",
                        versions.join(", ")
                    ))
                    .help(format!("Add a line `latest {}`.", versions.last().map_or("", String::as_str)))
            }
            DeclErrorKind::UnknownKind(kind) => {
                let found = new(format!("there is no kind `{kind}`"), "unknown kind");
                let bare = KINDS.iter().filter(|known| known.contains(" by ")).find_map(|known| {
                    kind.strip_prefix(known)?.strip_prefix(' ').map(|column| format!("{known} ({column})"))
                });
                let near = nearest(kind, KINDS.iter().copied());
                found.help(match (kind.as_str(), bare, near) {
                    ("table", ..) => "A table that is made anew each time is `kind full`.".to_owned(),
                    ("incremental", ..) => "Say by what: `incremental by time (column)`, `incremental by key (columns)` \
                                            or `incremental by partition (columns)`."
                        .to_owned(),
                    (_, Some(kind), _) => format!("Columns stand in parentheses: `{kind}`."),
                    (_, _, Some(likely)) => format!("Did you mean `{likely}`?"),
                    _ => format!("The kinds are {}.", KINDS.join(", ")),
                })
            }
            DeclErrorKind::BadKindColumns { kind, takes, example } => {
                new(format!("`{kind}` has the wrong number of columns"), "columns do not fit the kind")
                    .help(format!("It takes {takes}, as `kind {example}`."))
            }
            DeclErrorKind::BadOption { option, expected } => {
                new(format!("`{option}` does not take this value"), "does not fit").help(format!("It takes {expected}."))
            }
            DeclErrorKind::UnknownWord { word, allowed } => {
                let found = new(format!("`{word}` is not one of the words that may stand here"), "unknown word");
                match nearest(word, allowed.iter().copied()) {
                    Some(likely) => found.help(format!("Did you mean `{likely}`?")),
                    None => found.help(format!("Write {}.", allowed.join(" or "))),
                }
            }
            DeclErrorKind::UnknownReadOption { option, format } => {
                let known = format.options();
                let found = new(format!("`read {}` has no option `{option}`", format.word()), "unknown option");
                match nearest(option, known.iter().copied()) {
                    Some(likely) => found.help(format!("Did you mean `{likely}`?")),
                    None => {
                        let common = quoted(&known[..known.len().min(6)]);
                        found.help(format!("The engine's reader has {common}, and more: its manual lists them."))
                    }
                }
            }
            DeclErrorKind::Missing { what, example } => {
                new(format!("{what} is missing"), "needs it").help(format!("Add a line `{example}`."))
            }
            DeclErrorKind::MissingSql => new("there is no SQL that makes this dataset".into(), "has no `sql` block")
                .help("Add `sql { select … }` here, or in the model's shared body, where all versions inherit it."),
            DeclErrorKind::DottedName { keyword, name } => {
                let last = name.rsplit('.').next().unwrap_or(name);
                new(format!("the name of a `{keyword}` is one word"), "has a dot")
                    .why("Only sources, seeds and models have names with dots: there the first part is a schema.")
                    .help(format!("Write `{keyword} {last}`, or `{}`.", name.replace('.', "_")))
            }
            DeclErrorKind::RepeatedName { what, name, first } => {
                let found = new(format!("{what} `{name}` stands twice"), "named again").help("Keep one of the two.");
                match first {
                    Some(first) => found.related(locate(*first), "first named here"),
                    None => found,
                }
            }
            DeclErrorKind::UnknownTimeZone(zone) => {
                let found = new(format!("there is no time zone `{zone}`"), "unknown time zone");
                match nearest_time_zone(zone) {
                    Some(likely) => found.help(format!("Did you mean `{likely}`?")),
                    None => found.help("Use a name of the IANA database, such as `Europe/Berlin`, `America/New_York` or `UTC`."),
                }
            }
            DeclErrorKind::EmptyRange { what, at_start, other } => {
                let (label, related) = match at_start {
                    true => ("not before the end", "ends here"),
                    false => ("not behind the start", "begins here"),
                };
                new(format!("{what} ends before it begins"), label)
                    .related(locate(*other), related)
                    .help("Write an end behind the start; a date as an end includes that day, a timestamp does not include its moment.")
            }
            DeclErrorKind::DeriveAndSql { other } => {
                new("a version is derived or has SQL of its own, not both".into(), "says how its rows are made")
                    .related(locate(*other), "so does this")
                    .help("Keep one of the two.")
            }
            DeclErrorKind::DeriveFromItself { versions } => {
                new("a version cannot be derived from itself".into(), "this version").help(match versions.is_empty() {
                    true => "Write its `sql { … }`: the model has no other version.".to_string(),
                    false => format!("Name another version: {}.", versions.join(", ")),
                })
            }
            DeclErrorKind::DeriveFromUnknown { from, versions } => {
                new(format!("this model has no version {from} to derive from"), "no such version")
                    .help(format!("The versions are {}.", versions.join(", ")))
            }
            DeclErrorKind::BadAlias(alias) => {
                new(format!("`{alias}` is no name of a relation"), "more than a schema and a name")
                    .help("Write `alias name` or `alias schema.name`.")
            }
            DeclErrorKind::SharedAlias { alias, versions } => new(
                format!("versions {} would all be the relation `{alias}`", versions.join(" and ")),
                "shared by several versions",
            )
            .why("Each version has a relation of its own.")
            .help("Move the alias into the version block that it is meant for."),
            DeclErrorKind::BadLiteral { written, expected } => {
                new(format!("`{written}` does not fit here"), "not what is taken here").help(format!("Write {expected}."))
            }
            DeclErrorKind::ParameterIsVariable(name) => {
                new(format!("a parameter cannot be called `{name}`"), "name of a built-in variable")
                    .why(format!("In SQL `${name}` already stands for the built-in variable."))
                    .help(format!("Call it otherwise, as `{name}_value`."))
            }
            DeclErrorKind::AuditParameter(word) => {
                new(format!("a function's parameter cannot be a `{word}`"), "only audits have such parameters")
                    .why("A function computes a value from values; it knows no dataset.")
                    .help("Write the type of the value that is passed, as `varchar` or `decimal(18, 2)`.")
            }
            DeclErrorKind::RequiredBehindOptional { name, first } => {
                new(format!("parameter `{name}` must be given, but stands behind one that need not"), "has no default")
                    .related(locate(*first), "need not be given")
                    .help("Give it a default, or move it to the front.")
            }
            DeclErrorKind::RowWidth { found, columns } => new(
                format!("this row has {}, the heading {}", count(*found, "value"), count(*columns, "column")),
                "does not fit the heading",
            )
            .help("Write one value for each column; `null` where there is none."),
        }
    }
}

/// The date that is meant by one with too few digits: `2024-1-31`.
fn loose_date(text: &str) -> Option<String> {
    let date = chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?.to_string();
    (date != text && date.len() == "2024-01-31".len()).then_some(date)
}

/// What to declare in the place of types that the engine has and declarations have not.
fn instead_of(name: &str) -> Option<&'static str> {
    Some(match name.to_ascii_lowercase().as_str() {
        "timestamp_s" | "timestamp_ms" | "timestamp_ns" => {
            "Write `timestamp`, which counts microseconds, and convert in the SQL: `cast(… as timestamp)`."
        }
        "time with time zone" | "timetz" => {
            "Write `time`, and convert in the SQL: `cast(… as time)`; a moment with its zone is a `timestamptz`."
        }
        "bignum" | "varint" => "Write `hugeint` or `decimal(38, 0)`, and convert in the SQL.",
        "union" | "array" => "Write a type that holds its values, as `integer[]`, `struct(a integer)` or `json`.",
        "geometry" | "variant" => "Write `json`, `varchar` or `blob`, and convert in the SQL.",
        _ => return None,
    })
}

/// The message about a type that neither the engine nor the project has; `project` are the names of the project's own.
pub fn unknown_type_diagnostic(name: &str, project: &[&str], at: Location) -> Diagnostic {
    if let Some(instead) = instead_of(name) {
        let title = format!("the type `{name}` cannot be declared");
        return Diagnostic::new(diagnostics::UNKNOWN_TYPE, title, at, "not supported as a declared type").help(instead);
    }
    let found = Diagnostic::new(diagnostics::UNKNOWN_TYPE, format!("there is no type `{name}`"), at, "unknown type");
    match nearest(name, project.iter().chain(DataType::NAMES).copied()) {
        Some(likely) => found.help(format!("Did you mean `{likely}`?")),
        None => found.help(format!(
            "Use one of the engine's types, such as `bigint`, `varchar`, `decimal(18, 2)`, `timestamp`, or declare it: `type {name} = …`."
        )),
    }
}

/// The zone that a misspelt one was meant to be; the city alone is understood too.
fn nearest_time_zone(written: &str) -> Option<&'static str> {
    let names = || chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name());
    let city = |name: &'static str| name.rsplit('/').next().unwrap_or(name);
    let plain = written.replace(' ', "_");
    names()
        .find(|name| name.eq_ignore_ascii_case(&plain))
        .or_else(|| names().find(|name| city(name).eq_ignore_ascii_case(&plain)))
        .or_else(|| nearest(&plain, names()))
}

/// `1 value`, `2 values`
fn count(number: usize, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}

/// `` `a`, `b` ``
fn quoted(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}
