//! The register of codes: every way to complain has one, with a name, a default level and a page.

use crate::Level;

/// A registered code. Cheap to copy; compared by its id.
#[derive(Clone, Copy)]
pub struct Code(&'static CodeInfo);

struct CodeInfo {
    id: &'static str,
    name: &'static str,
    level: Level,
    page: &'static str,
}

impl Code {
    /// `E0301`
    pub fn id(self) -> &'static str {
        self.0.id
    }

    /// `unknown-ref`
    pub fn name(self) -> &'static str {
        self.0.name
    }

    /// The level it has unless the project sets another.
    pub fn level(self) -> Level {
        self.0.level
    }

    /// Its page of the manual, Markdown: what it means, why, an example, the fix.
    pub fn page(self) -> &'static str {
        self.0.page
    }

    /// The code with this id (`E0301`) or name (`unknown-ref`).
    pub fn find(text: &str) -> Option<Self> {
        Self::all().find(|code| code.id().eq_ignore_ascii_case(text) || code.name() == text)
    }

    /// Every code, in order of id.
    pub fn all() -> impl Iterator<Item = Self> {
        CODES.iter().copied()
    }
}

impl PartialEq for Code {
    fn eq(&self, other: &Self) -> bool {
        self.id() == other.id()
    }
}

impl Eq for Code {}

impl std::fmt::Debug for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.id(), self.name())
    }
}

/// Declares the constants and the table at once: `UNKNOWN_REF = E0301 "unknown-ref" Error;`
macro_rules! codes {
    ($($constant:ident = $id:ident $name:literal $level:ident;)*) => {
        $(
            #[doc = concat!("`", stringify!($id), "` ", $name)]
            pub const $constant: Code = Code(&CodeInfo {
                id: stringify!($id),
                name: $name,
                level: Level::$level,
                page: include_str!(concat!("../codes/", stringify!($id), ".md")),
            });
        )*
        static CODES: &[Code] = &[$($constant),*];
    };
}

// One line per page in `codes/`, in order of id.
codes! {
    UNCLOSED_BLOCK = E0101 "unclosed-block" Error;
    UNCLOSED_SQL = E0102 "unclosed-sql" Error;
    UNCLOSED_PARENTHESIS = E0103 "unclosed-parenthesis" Error;
    STRAY_CLOSE = E0104 "stray-close" Error;
    MISSING_OPEN_BRACE = E0105 "missing-open-brace" Error;
    UNCLOSED_STRING = E0106 "unclosed-string" Error;
    UNCLOSED_COMMENT = E0107 "unclosed-comment" Error;
    BAD_NAME = E0108 "bad-name" Error;
    BAD_CHARACTER = E0109 "bad-character" Error;
    BAD_ESCAPE = E0110 "bad-escape" Error;
    UNKNOWN_ITEM = E0111 "unknown-item" Error;
    UNKNOWN_PROPERTY = E0112 "unknown-property" Error;
    UNKNOWN_OPTION = E0113 "unknown-option" Error;
    UNKNOWN_CONSTRAINT = E0114 "unknown-constraint" Error;
    UNEXPECTED_TOKEN = E0115 "unexpected-token" Error;
    SAME_LINE = E0116 "same-line" Error;
    TOO_DEEP = E0117 "too-deep" Error;
    BARE_ROW = E0118 "bare-row" Error;
    NOT_SUPPORTED_YET = E0201 "not-supported-yet" Error;
    MISPLACED_PROPERTY = E0202 "misplaced-property" Error;
    REPEATED_PROPERTY = E0203 "repeated-property" Error;
    BAD_DATE = E0204 "bad-date" Error;
    UNKNOWN_TYPE = E0205 "unknown-type" Error;
    MISSING_TYPE = E0206 "missing-type" Error;
    DUPLICATE_COLUMN = E0207 "duplicate-column" Error;
    DUPLICATE_VERSION = E0208 "duplicate-version" Error;
    BAD_VERSION = E0209 "bad-version" Error;
    UNKNOWN_LATEST = E0210 "unknown-latest" Error;
    LATEST_NEEDED = E0211 "latest-needed" Error;
    UNKNOWN_KIND = E0212 "unknown-kind" Error;
    BAD_KIND_COLUMNS = E0213 "bad-kind-columns" Error;
    BAD_OPTION = E0215 "bad-option" Error;
    UNKNOWN_WORD = E0216 "unknown-word" Error;
    MISSING_PROPERTY = E0217 "missing-property" Error;
    BAD_PROJECT_FILE = E0218 "bad-project-file" Error;
    UNKNOWN_KEY = E0219 "unknown-key" Error;
    MISSING_DATA_FILE = E0220 "missing-data-file" Error;
    UNREADABLE_FILE = E0221 "unreadable-file" Error;
    REPEATED_NAME = E0222 "repeated-name" Error;
    UNKNOWN_TIME_ZONE = E0223 "unknown-time-zone" Error;
    EMPTY_RANGE = E0224 "empty-range" Error;
    BAD_DERIVE = E0225 "bad-derive" Error;
    BAD_ALIAS = E0226 "bad-alias" Error;
    BAD_LITERAL = E0227 "bad-literal" Error;
    BAD_PARAMETER = E0228 "bad-parameter" Error;
    ROW_WIDTH = E0229 "row-width" Error;
    SECRET_WRITTEN_OUT = E0240 "secret-written-out" Error;
    BAD_ENVIRONMENT_VARIABLE = E0241 "bad-environment-variable" Error;
    MISSING_INTERFACE = E0255 "missing-interface" Error;
    UNKNOWN_INTERFACE = E0256 "unknown-interface" Error;
    DAMAGED_INTERFACE = E0257 "damaged-interface" Error;
    UNKNOWN_REF = E0301 "unknown-ref" Error;
    UNKNOWN_VERSION = E0302 "unknown-version" Error;
    NOT_VERSIONED = E0303 "not-versioned" Error;
    DUPLICATE_NAME = E0304 "duplicate-name" Error;
    UNKNOWN_BLOCK_COLUMN = E0305 "unknown-block-column" Error;
    COLUMN_CLASH = E0306 "column-clash" Error;
    COLUMNS_WITHOUT_CONTRACT = E0307 "columns-without-contract" Error;
    CYCLE = E0308 "cycle" Error;
    MALFORMED_REF = E0309 "malformed-ref" Error;
    RELATION_CLASH = E0310 "relation-clash" Error;
    RESERVED_SCHEMA = E0311 "reserved-schema" Error;
    UNKNOWN_GROUP = E0312 "unknown-group" Error;
    NO_ACCESS = E0313 "no-access" Error;
    PRIVATE_WITHOUT_GROUP = E0314 "private-without-group" Error;
    UNKNOWN_COLUMN_SET = E0315 "unknown-column-set" Error;
    TYPE_LOOP = E0316 "type-loop" Error;
    SET_LOOP = E0317 "set-loop" Error;
    UNKNOWN_PROJECT = E0318 "unknown-project" Error;
    NOT_PUBLISHED = E0319 "not-published" Error;
    MISSING_SQL_FILE = E0320 "missing-sql-file" Error;
    DERIVE_WITHOUT_CONTRACT = E0321 "derive-without-contract" Error;
    UNDERIVED_COLUMN = E0322 "underived-column" Error;
    NO_DERIVED_COLUMN = E0323 "no-derived-column" Error;
    EPHEMERAL_PROPERTY = E0324 "ephemeral-property" Error;
    TYPE_NAME_TAKEN = E0325 "type-name-taken" Error;
    BARE_COLUMN = E0326 "bare-column" Error;
    UNKNOWN_METHOD = E0330 "unknown-method" Error;
    UNKNOWN_SELECTED = E0331 "unknown-selected" Error;
    BAD_METHOD_VALUE = E0332 "bad-method-value" Error;
    SELECTOR_CYCLE = E0333 "selector-cycle" Error;
    NO_BASELINE = E0334 "no-baseline" Error;
    SQL_SYNTAX = E0401 "sql-syntax" Error;
    SQL_UNCLOSED = E0402 "sql-unclosed" Error;
    NOT_A_QUERY = E0403 "not-a-query" Error;
    UNKNOWN_TABLE = E0404 "unknown-table" Error;
    UNKNOWN_VARIABLE = E0405 "unknown-variable" Error;
    OPAQUE_WITHOUT_CONTRACT = E0406 "opaque-without-contract" Error;
    NO_RANGE = E0407 "no-range" Error;
    UNKNOWN_COLUMN = E0501 "unknown-column" Error;
    UNKNOWN_TABLE_ALIAS = E0502 "unknown-table-alias" Error;
    AMBIGUOUS_COLUMN = E0503 "ambiguous-column" Error;
    TYPE_CLASH = E0504 "type-clash" Error;
    SET_MISMATCH = E0505 "set-mismatch" Error;
    DUPLICATE_OUTPUT_COLUMN = E0506 "duplicate-output-column" Error;
    MISPLACED_AGGREGATE = E0507 "misplaced-aggregate" Error;
    NOT_GROUPED = E0508 "not-grouped" Error;
    UNKNOWN_FUNCTION = E0509 "unknown-function" Error;
    WRONG_ARGUMENTS = E0510 "wrong-arguments" Error;
    FUNCTION_BODY = E0511 "function-body" Error;
    FUNCTION_CYCLE = E0512 "function-cycle" Error;
    FUNCTION_NAME = E0513 "function-name" Error;
    MISUSED_FUNCTION = E0514 "misused-function" Error;
    FUNCTION_RESULT = E0515 "function-result" Error;
    MISSING_COLUMN = E0601 "missing-column" Error;
    EXTRA_COLUMN = E0602 "extra-column" Error;
    TYPE_MISMATCH = E0603 "type-mismatch" Error;
    NULL_IN_NOT_NULL = E0604 "null-in-not-null" Error;
    UNKNOWN_KEY_COLUMN = E0605 "unknown-key-column" Error;
    BAD_TIME_COLUMN = E0606 "bad-time-column" Error;
    DEPRECATED = E0607 "deprecated" Error;
    UNKNOWN_AUDIT = E0608 "unknown-audit" Error;
    BAD_AUDIT_ARGUMENT = E0609 "bad-audit-argument" Error;
    NO_SUCH_COLUMN = E0610 "no-such-column" Error;
    BAD_FOREIGN_KEY = E0611 "bad-foreign-key" Error;
    WRONG_VALUE = E0612 "wrong-value" Error;
    MISSING_GIVEN = E0613 "missing-given" Error;
    UNREAD_GIVEN = E0614 "unread-given" Error;
    INCOMPLETE_EXPECT = E0615 "incomplete-expect" Error;
    UNSET_VARIABLE = E0616 "unset-variable" Error;
    UNTESTABLE = E0617 "untestable" Error;
    BAD_CRON = E0701 "bad-cron" Error;
    BAD_UNIT = E0702 "bad-unit" Error;
    NO_START = E0703 "no-start" Error;
    DATE_CUT_INTO_HOURS = E0704 "date-cut-into-hours" Error;
    CANNOT_PLAN_YET = E0705 "cannot-plan-yet" Error;
    DATABASE_LOCKED = E0801 "database-locked" Error;
    DATABASE_READ_ONLY = E0802 "database-read-only" Error;
    DATABASE_UNUSABLE = E0803 "database-unusable" Error;
    STATE_TOO_NEW = E0804 "state-too-new" Error;
    STALE_PLAN = E0805 "stale-plan" Error;
    NAME_TAKEN = E0806 "name-taken" Error;
    TABLE_CHANGED = E0807 "table-changed" Error;
    BAD_DATA_FILE = E0808 "bad-data-file" Error;
    NO_DATA_FILE = E0809 "no-data-file" Error;
    ROWS_OUTSIDE_BATCH = E0810 "rows-outside-batch" Error;
    UNEXPECTED_COLUMNS = E0811 "unexpected-columns" Error;
    BAD_VALUE = E0812 "bad-value" Error;
    QUERY_REFUSED = E0813 "query-refused" Error;
    ENGINE_FAILED = E0814 "engine-failed" Error;
    INTERRUPTED = E0815 "interrupted" Error;
    NOTHING_TO_SHOW = E0816 "nothing-to-show" Error;
    CHECK_FAILED = E0817 "check-failed" Error;
    AUDIT_FAILED = E0818 "audit-failed" Error;
    NO_OTHER_DATABASE = E0819 "no-other-database" Error;
    BAD_TEST_VALUE = E0820 "bad-test-value" Error;
    OTHER_PROJECT = E0821 "other-project" Error;
    UNPINNED_REF = I0301 "unpinned-ref" Info;
    REMOVABLE = I0601 "removable" Info;
    STALE_INTERFACE = W0255 "stale-interface" Warning;
    UNDECLARED_VERSION_FILE = W0301 "undeclared-version-file" Warning;
    UNUSED_SQL_FILE = W0302 "unused-sql-file" Warning;
    COLUMN_CASE = W0303 "column-case" Warning;
    NOTHING_MATCHES = W0310 "nothing-matches" Warning;
    UNBOUNDED = W0401 "unbounded" Warning;
    DEPRECATED_SOON = W0601 "deprecated-soon" Warning;
    THIS_UNREAD = W0602 "this-unread" Warning;
    REPEATED_AUDIT = W0603 "repeated-audit" Warning;
    UNUSED_SETTING = W0604 "unused-setting" Warning;
    UNJUDGED_PROMISE = W0605 "unjudged-promise" Warning;
    PRIVATE_READ = W0606 "private-read" Warning;
    START_INSIDE_CELL = W0701 "start-inside-cell" Warning;
}

/// A code for the tests of the renderings, so that they do not hang on any page.
#[cfg(test)]
pub(crate) const SAMPLE: Code =
    Code(&CodeInfo { id: "E0999", name: "sample", level: Level::Error, page: "# E0999 sample\n" });

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn is_kebab(name: &str) -> bool {
        name.split('-')
            .all(|word| !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit()))
    }

    #[test]
    fn ids_are_sorted_and_unique_and_names_are_kebab_and_unique() {
        let ids: Vec<_> = Code::all().map(Code::id).collect();
        assert!(ids.is_sorted_by(|a, b| a < b), "the table is not in order of id, or an id stands twice: {ids:?}");
        let mut names = BTreeSet::new();
        for code in Code::all() {
            assert!(is_kebab(code.name()), "{code:?}: names are kebab-case");
            assert!(names.insert(code.name()), "{code:?}: the name stands twice");
        }
    }

    #[test]
    fn levels_agree_with_the_letter() {
        for code in Code::all() {
            let expected: &[Level] = match code.id().as_bytes()[0] {
                b'E' => &[Level::Error],
                b'W' => &[Level::Warning],
                _ => &[Level::Info],
            };
            assert!(expected.contains(&code.level()), "{code:?} is {:?} by default", code.level());
        }
    }

    #[test]
    fn every_page_has_its_sections_in_order() {
        for code in Code::all() {
            let page = code.page();
            let title = format!("# {} {}\n", code.id(), code.name());
            assert!(page.starts_with(&title), "{code:?}: the page must open with `{}`", title.trim_end());
            let mut after = 0;
            for section in ["\n## Why\n", "\n## Example\n", "\n## Fix\n"] {
                let Some(at) = page[after..].find(section) else {
                    panic!("{code:?}: the page lacks `{}`, or has it out of order", section.trim());
                };
                after += at;
            }
        }
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "the test compares the table with the folder")]
    fn every_page_is_registered() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/codes");
        for entry in std::fs::read_dir(folder).expect("the folder of pages is there") {
            let name = entry.expect("readable").file_name().into_string().expect("UTF-8");
            let id = name.strip_suffix(".md").unwrap_or(&name);
            assert!(Code::find(id).is_some(), "codes/{name} has no line in the table of codes.rs");
        }
    }

    #[test]
    fn a_code_is_found_by_id_in_any_case_and_by_name() {
        for code in Code::all() {
            assert_eq!(Code::find(&code.id().to_lowercase()), Some(code));
            assert_eq!(Code::find(code.name()), Some(code));
        }
        assert_eq!(Code::find("no-such-code"), None);
    }
}
