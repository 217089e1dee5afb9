//! Data files that are there already when a project begins: written down as its sources, with the columns and types that
//! the engine sees in them.

use esker_driver::grammar::{format, written_name, written_string};
use esker_runner::{FileColumns, file_columns};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;

/// More files than anybody declares by hand, and than are looked at.
const MOST: usize = 200;

/// A source that was found.
pub(crate) struct Found {
    /// `raw.orders`
    pub(crate) name: String,
    /// Its file, or the pattern of its files, from the project's root.
    pub(crate) path: String,
}

/// The sources that a folder's data files make, as the text of an `.esk` file; nothing when there are none. The second
/// list says which files could not be read, and why.
pub(crate) fn sources(root: &Path) -> (Option<String>, Vec<Found>, Vec<String>) {
    let mut files = Vec::new();
    walk(root, "", 0, &mut files);
    let (mut readable, mut unread) = (Vec::new(), Vec::new());
    for file in files.into_iter().take(MOST) {
        if std::fs::metadata(root.join(&file)).is_ok_and(|file| file.len() == 0) {
            unread.push(format!("{file}: it is empty"));
            continue;
        }
        if is_settings(&root.join(&file)) {
            unread.push(format!("{file}: it holds one thing, no rows"));
            continue;
        }
        match file_columns(root, &file) {
            Ok(columns) if columns.columns.iter().any(|column| column.name.contains(['`', '\n', '\r'])) => {
                unread.push(format!("{file}: a column has a backtick or a line break in its name"));
            }
            Ok(columns) => readable.push((file, columns)),
            Err(error) => unread.push(format!("{file}: {}", error.title())),
        }
    }
    let (mut text, mut found, mut names) = (String::new(), Vec::new(), BTreeSet::new());
    for (path, columns) in together(readable) {
        let source = Found { name: name(&path, &mut names), path };
        text.push_str(&declared(&source, &columns));
        found.push(source);
    }
    ((!found.is_empty()).then(|| format(&text)), found, unread)
}

/// Whether a JSON file is one object with others inside, as the settings of tools are: the engine would make one row of it.
fn is_settings(path: &Path) -> bool {
    /// Larger ones are data.
    const MOST: u64 = 16 << 20;
    let json = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
    if !json || std::fs::metadata(path).is_ok_and(|file| file.len() > MOST) {
        return false;
    }
    let Ok(text) = std::fs::read_to_string(path) else { return false };
    match serde_json::from_str::<serde_json::Value>(&text) {
        Ok(serde_json::Value::Object(object)) => object.values().any(|value| value.is_object() || value.is_array()),
        // Objects behind each other, a list of them, or what only the engine can read.
        _ => false,
    }
}

/// Files that differ in nothing but numbers in their names, as those of several days do, are one source: by the pattern
/// of their names, if no other file is among those that it means.
fn together(files: Vec<(String, FileColumns)>) -> BTreeMap<String, FileColumns> {
    let mut sources = BTreeMap::new();
    for (path, columns) in &files {
        let meant: Vec<_> = files.iter().filter(|(other, _)| means(&pattern(path), other)).collect();
        let alike = meant.iter().all(|(other, found)| found == columns && pattern(other) == pattern(path));
        let source = if alike && meant.len() > 1 { pattern(path) } else { path.clone() };
        sources.insert(source, columns.clone());
    }
    sources
}

/// `data/orders-*.csv` for `data/orders-2024-01.csv`; a name without digits as it is.
fn pattern(path: &str) -> String {
    let name = path.rfind('/').map_or(0, |slash| slash + 1);
    let end = path.rfind('.').filter(|dot| *dot > name).unwrap_or(path.len());
    let stem = &path[name..end];
    let digit = |c: char| c.is_ascii_digit();
    match (stem.find(digit), stem.rfind(digit)) {
        (Some(first), Some(last)) => format!("{}*{}", &path[..name + first], &path[name + last + 1..]),
        _ => path.to_owned(),
    }
}

/// Whether the pattern means the file.
fn means(pattern: &str, path: &str) -> bool {
    let Some((before, after)) = pattern.split_once('*') else { return pattern == path };
    let between = path.strip_prefix(before).and_then(|rest| rest.strip_suffix(after));
    between.is_some_and(|between| !between.contains('/'))
}

/// The data files of a folder and those below it, in order.
fn walk(root: &Path, below: &str, depth: usize, files: &mut Vec<String>) {
    let Ok(entries) = std::fs::read_dir(root.join(below)) else { return };
    let mut names: Vec<_> = entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    for name in names.into_iter().filter(|name| !name.starts_with('.')) {
        let path = if below.is_empty() { name.clone() } else { format!("{below}/{name}") };
        let data = [".csv", ".parquet", ".json"].iter().any(|extension| name.to_lowercase().ends_with(extension));
        if root.join(&path).is_dir() {
            if depth < 4 && !matches!(name.as_str(), "target" | "node_modules") {
                walk(root, &path, depth + 1, files);
            }
        } else if data {
            files.push(path);
        }
    }
}

/// `raw.orders` for `data/Orders 2024.csv`, and for all files of `data/orders/`; no name twice.
fn name(path: &str, taken: &mut BTreeSet<String>) -> String {
    let (folder, file) = path.rsplit_once('/').unwrap_or(("", path));
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    let stem = if stem == "*" { folder.rsplit('/').next().unwrap_or(folder) } else { stem };
    let plain: String =
        stem.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' }).collect();
    let plain = plain.trim_matches('_');
    let plain = if plain.is_empty() { "data" } else { plain };
    let plain = if plain.starts_with(|c: char| c.is_ascii_digit()) { format!("_{plain}") } else { plain.to_owned() };
    let all = std::iter::once(plain.clone()).chain((2..).map(|number| format!("{plain}_{number}")));
    let free = all.map(|name| format!("raw.{name}")).find(|name| taken.insert(name.clone()));
    free.expect("there are more numbers than files")
}

/// The source as Esker writes it.
fn declared(source: &Found, file: &FileColumns) -> String {
    let mut text = format!("source {} {{\ncolumns {{\n", source.name);
    for column in &file.columns {
        let _ = writeln!(text, "{}  {}", written_name(&column.name), column.sql_type);
    }
    let format = match source.path.rsplit_once('.').map(|(_, extension)| extension.to_lowercase()) {
        Some(extension) if extension == "parquet" => "parquet",
        Some(extension) if extension == "json" => "json",
        _ => "csv",
    };
    let _ = write!(text, "}}\nread {format} {}", written_string(&source.path));
    if !file.options.is_empty() {
        let options = file.options.iter().map(|(name, value)| match *name {
            "header" => format!("{name} {value}"),
            _ => format!("{name} {}", written_string(value)),
        });
        let _ = write!(text, " {{ {} }}", options.collect::<Vec<_>>().join("  "));
    }
    text.push_str("\n}\n\n");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_that_differ_in_numbers_only_are_one_source() {
        let columns = |name: &str| FileColumns {
            columns: vec![esker_runner::ShownColumn { name: name.to_owned(), sql_type: "bigint".to_owned() }],
            options: Vec::new(),
        };
        for (files, expected) in [
            (&["d/a-2024-01.csv x", "d/a-2024-02.csv x", "d/b.csv x"][..], &["d/a-*.csv", "d/b.csv"][..]),
            // Other columns, or another file that the pattern would mean: each for itself.
            (&["d/1.csv x", "d/2.csv y"], &["d/1.csv", "d/2.csv"]),
            (&["d/1.csv x", "d/2.csv x", "d/b.csv x"], &["d/1.csv", "d/2.csv", "d/b.csv"]),
            (&["d/1.csv x", "d/2.csv x", "e/b.csv x"], &["d/*.csv", "e/b.csv"]),
            // Tables that happen to have the same columns.
            (&["d/cities.csv x", "d/colours.csv x"], &["d/cities.csv", "d/colours.csv"]),
            (&["v1/a.csv x", "v2/a.csv x", "a1.json x", "a2.csv x"], &["a1.json", "a2.csv", "v1/a.csv", "v2/a.csv"]),
        ] {
            let files = files.iter().filter_map(|file| file.split_once(' '));
            let found = together(files.map(|(path, column)| (path.to_owned(), columns(column))).collect());
            assert_eq!(found.keys().collect::<Vec<_>>(), expected);
        }
    }

    #[test]
    fn data_files_are_written_down_as_sources() {
        let folder = tempfile::tempdir().expect("a folder");
        for (path, text) in [
            ("data/orders/2024-01.csv", "id,at\n1,2024-01-01\n"),
            ("data/orders/2024-02.csv", "id,at\n2,2024-02-01\n"),
            ("data/empty.csv", ""),
            ("package.json", "{ \"name\": \"x\", \"scripts\": { \"build\": \"tsc\" } }\n"),
            ("data/events.json", "{\"id\": 1, \"at\": {\"x\": 1}}\n{\"id\": 2, \"at\": {\"x\": 2}}\n"),
            ("data/Customers.csv", "id;first name\n1;ada\n2;grace\n"),
        ] {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().expect("has one")).expect("can be made");
            std::fs::write(path, text).expect("can be written");
        }
        let (text, found, unread) = sources(folder.path());
        let found: Vec<_> = found.iter().map(|source| (source.name.as_str(), source.path.as_str())).collect();
        let expected = [
            ("raw.customers", "data/Customers.csv"),
            ("raw.events", "data/events.json"),
            ("raw.orders", "data/orders/*.csv"),
        ];
        assert_eq!(found, expected);
        assert_eq!(unread, ["data/empty.csv: it is empty", "package.json: it holds one thing, no rows"]);
        let text = text.expect("there are sources");
        for line in ["`first name`", "read csv \"data/Customers.csv\" { delim \";\" }", "id bigint"] {
            assert!(text.contains(line), "no `{line}` in:\n{text}");
        }
    }

    #[test]
    fn dates_are_read_as_they_are_written_and_names_that_nobody_can_write_are_left_out() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("a.csv"), "d,n\n01.03.2026,1\n13.03.2026,2\n").expect("can be written");
        std::fs::write(folder.path().join("b.csv"), "\"one\ntwo\",n\nx,2\n").expect("can be written");
        let (text, _, unread) = sources(folder.path());
        let text = text.expect("there is a source");
        assert!(text.contains("read csv \"a.csv\" { dateformat \"%d.%m.%Y\" }"), "{text}");
        assert_eq!(unread, ["b.csv: a column has a backtick or a line break in its name"]);
    }

    #[test]
    fn names_are_words_and_stand_once() {
        let mut taken = BTreeSet::new();
        let paths = ["a/x.csv", "b/x.csv", "2024.csv", "é/*.csv"];
        let names = paths.map(|path| name(path, &mut taken));
        assert_eq!(names, ["raw.x", "raw.x_2", "raw._2024", "raw.data"]);
    }
}
