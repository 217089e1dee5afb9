//! The words of the language: which begin an item, which lead a line, and which of them a misspelt one was meant to be.

/// The words that begin an item. At the start of a line they are where the parser finds its feet again.
pub(crate) const ITEMS: [&str; 11] =
    ["model", "source", "seed", "type", "columns", "fn", "audit", "test", "selector", "consumer", "group"];

/// The words that lead a line of an item's body.
pub(crate) const PROPERTIES: [&str; 33] = [
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
        .map(|candidate| (strsim::osa_distance(&lower, candidate), *candidate))
        .filter(|(distance, candidate)| *distance <= allowed(candidate) && *distance < candidate.len())
        .min()
        .map(|(_, candidate)| candidate)
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
        for (word, meant) in
            [("kidn", "kind"), ("grian", "grain"), ("verison", "version"), ("ower", "owner"), ("sq", "sql")]
        {
            assert_eq!(nearest_property(word), Some(meant), "{word}");
        }
    }
}
