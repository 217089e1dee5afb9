//! The words of the language: which begin an item, which lead a line, and which of them a misspelt one was meant to be.

/// The words that begin an item. At the start of a line they are where the parser finds its feet again.
pub(crate) const ITEMS: [&str; 11] =
    ["model", "source", "seed", "type", "columns", "fn", "audit", "test", "selector", "consumer", "group"];

/// The words that lead a line of an item's body.
pub(crate) const PROPERTIES: [&str; 34] = [
    "access",
    "alias",
    "audit",
    "batch",
    "columns",
    "concurrency",
    "contract",
    "cron",
    "csv",
    "deprecated",
    "derive",
    "end",
    "every",
    "forward",
    "freshness",
    "grain",
    "group",
    "kind",
    "latest",
    "lookback",
    "members",
    "no",
    "on",
    "owner",
    "partials",
    "path",
    "read",
    "reads",
    "schema",
    "sql",
    "start",
    "tags",
    "tz",
    "url",
];

/// Words that lead a line together with a block of their own; a line that misspells one is read as if it did not.
pub(crate) const BLOCKS: [&str; 4] = ["version", "contract", "columns", "sql"];

/// The words that lead an option of a kind.
pub(crate) const OPTIONS: [&str; 8] =
    ["every", "lookback", "batch", "concurrency", "partials", "forward only", "no restatement", "on"];

/// The words that lead a constraint of a column.
pub(crate) const CONSTRAINTS: [&str; 8] =
    ["not", "primary", "unique", "check", "references", "default", "deprecated", "tags"];

/// The words that lead a line of a test.
pub(crate) const TEST_LINES: [&str; 5] = ["given", "expect", "during", "now", "vars"];

/// Whether a line of a body may begin with this word.
pub(crate) fn leads_line(word: &str) -> bool {
    word == "version" || PROPERTIES.contains(&word)
}

/// What a word belongs to that leads lines elsewhere than where it was found.
pub(crate) fn belongs(word: &str) -> Option<&'static str> {
    if TEST_LINES.contains(&word) {
        return Some("Move it into a test: `test \"…\" for orders { … }`.");
    }
    leads_line(word).then_some(
        "A test has `given`, `expect`, `during`, `now` and `vars`; the rest belongs to the model that it tests.",
    )
}

/// How to write what other tools call by a word that is none here.
pub(crate) fn elsewhere(word: &str) -> Option<&'static str> {
    Some(match word {
        "versions" => "Each version has a block of its own: `version 1 { … }`.",
        _ if word.strip_prefix('v').is_some_and(|label| label.bytes().all(|b| b.is_ascii_digit())) => {
            "A version is a block of its model: `version 1 { … }`."
        }
        "latest_version" => "Write `latest 2`.",
        "defined_in" => "Write `sql file \"name.sql\"`.",
        "deprecation_date" => "Write `deprecated 2027-06-30`, with a reason in quotes if there is one.",
        "description" => "Write `/// …` on the line above what is described.",
        "materialized" | "materialization" => "Write `kind`, as in `kind full` or `kind view`.",
        "config" | "properties" => "Write each property on a line of its own.",
        "tests" | "data_tests" => {
            "Write a line for each, as `audit unique_values(id)`; `not null` stands behind the column."
        }
        "constraints" => "Write them behind the column: `id bigint not null primary key`.",
        "unique_key" => "Write `kind incremental by key (id)`, or `grain (id)` for what identifies a row.",
        "query" | "select" | "with" => "Write the query into `sql { … }`.",
        _ => return None,
    })
}

/// The word that a line led by `word` was meant to begin with.
pub(crate) fn nearest_property(word: &str) -> Option<&'static str> {
    nearest(word, PROPERTIES.iter().chain(&["version"]))
}

/// The item keyword that `word` was meant to be, unless it is a word of its own.
pub(crate) fn nearest_item(word: &str) -> Option<&'static str> {
    if leads_line(word) { None } else { nearest(word, &ITEMS) }
}

/// The candidate that `word` was most likely meant to be: about one slip in three letters is forgiven, of the longer of
/// the two.
pub(crate) fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a &'static str>) -> Option<&'static str> {
    // No candidate is half as long: what is longer is no slip, and comparing it would cost.
    if word.len() > 40 {
        return None;
    }
    let lower = word.to_ascii_lowercase();
    let letters = word.chars().count();
    let allowed = |candidate: &str| (letters.max(candidate.len()) / 3).max(1);
    candidates
        .into_iter()
        .filter(|candidate| candidate.len().abs_diff(word.len()) <= allowed(candidate))
        // Few slip in the first letter: `knd` is `kind` rather than `end`.
        .map(|candidate| (strsim::osa_distance(&lower, candidate), lower.get(..1) != candidate.get(..1), *candidate))
        .filter(|(distance, _, candidate)| *distance <= allowed(candidate) && *distance < candidate.len())
        .min()
        .map(|(_, _, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_understood() {
        for (word, meant) in [
            ("modle", Some("model")),
            ("Model", Some("model")),
            ("sorce", Some("source")),
            ("sauce", Some("source")),
            ("gruop", Some("group")),
            ("frobnicate", None),
            // A property is no misspelt item.
            ("start", None),
        ] {
            assert_eq!(nearest_item(word), meant, "{word}");
        }
        for (word, meant) in [
            ("kidn", "kind"),
            ("knd", "kind"),
            ("grian", "grain"),
            ("verison", "version"),
            ("ower", "owner"),
            ("sq", "sql"),
        ] {
            assert_eq!(nearest_property(word), Some(meant), "{word}");
        }
    }
}
