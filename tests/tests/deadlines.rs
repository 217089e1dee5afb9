//! Exceptions end: every one in `deny.toml` says until when, and this goes red on that day.

use chrono::NaiveDate;

const LISTS: [(&str, &str); 6] = [
    ("licenses", "exceptions"),
    ("licenses", "clarify"),
    ("bans", "skip"),
    ("bans", "skip-tree"),
    ("advisories", "ignore"),
    ("sources", "allow-git"),
];

fn read() -> String {
    std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../deny.toml")).expect("deny.toml is in the root")
}

/// The days behind `# until `, each with its line.
fn deadlines(text: &str) -> Vec<(NaiveDate, &str)> {
    text.lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| {
            let (_, after) = line.split_once("# until ")?;
            let day = after.get(..10).unwrap_or(after);
            Some((day.parse().unwrap_or_else(|_| panic!("`{day}` is not a day: {line}")), line))
        })
        .collect()
}

#[test]
fn no_exception_is_past_its_day() {
    let today = chrono::Utc::now().date_naive();
    for (day, line) in deadlines(&read()) {
        assert!(today <= day, "this exception of deny.toml ended on {day}; is it still needed?\n{line}");
    }
}

#[test]
fn every_exception_has_a_day() {
    let text = read();
    let deny: toml::Table = text.parse().expect("deny.toml is TOML");
    let exceptions: usize = LISTS
        .iter()
        .filter_map(|(section, list)| deny.get(*section)?.get(list)?.as_array())
        .map(|list| list.len())
        .sum();
    assert_eq!(
        deadlines(&text).len(),
        exceptions,
        "each exception of deny.toml stands on its line with `# until YYYY-MM-DD: why`"
    );
}
