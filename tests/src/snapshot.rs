//! What came out against what a fence shows; with `UPDATE=1` the fence is rewritten instead.

use crate::page::with_body;
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// Whether fences are to be rewritten.
pub fn updating() -> bool {
    std::env::var_os("UPDATE").is_some_and(|value| value == "1")
}

/// Compares without the blanks at the ends of lines and of the text.
pub fn same(expected: &str, actual: &str) -> bool {
    tidy(expected) == tidy(actual)
}

/// The text without blanks at the ends of its lines, and with one newline at its end unless it is empty.
pub fn tidy(text: &str) -> String {
    let lines: Vec<_> = text.trim_end().lines().map(str::trim_end).collect();
    if lines == [""] || lines.is_empty() { String::new() } else { lines.join("\n") + "\n" }
}

/// Both texts line by line, the common ones plain, the others marked `-` (shown) and `+` (came out).
pub fn difference(expected: &str, actual: &str) -> String {
    let (expected, actual) = (tidy(expected), tidy(actual));
    let (old, new): (Vec<_>, Vec<_>) = (expected.lines().collect(), actual.lines().collect());
    // How many lines the texts have in common from line i and line j on.
    let mut common = vec![vec![0; new.len() + 1]; old.len() + 1];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            common[i][j] =
                if old[i] == new[j] { common[i + 1][j + 1] + 1 } else { common[i + 1][j].max(common[i][j + 1]) };
        }
    }
    let (mut i, mut j) = (0, 0);
    let mut out = String::new();
    while i < old.len() || j < new.len() {
        let (mark, line) = if i < old.len() && j < new.len() && old[i] == new[j] {
            (i, j) = (i + 1, j + 1);
            (' ', old[i - 1])
        } else if i < old.len() && (j == new.len() || common[i + 1][j] >= common[i][j + 1]) {
            i += 1;
            ('-', old[i - 1])
        } else {
            j += 1;
            ('+', new[j - 1])
        };
        out.push_str(&format!("  {mark} {line}\n"));
    }
    out
}

/// Rewrites the fence number `index` of the section `name` in its page. The file is read again under a lock, since the tests
/// of one page run beside each other.
pub fn rewrite(path: &Path, page: &str, name: &str, index: usize, body: &str) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("{} cannot be rewritten: {error}", path.display());
    let mut file = File::options().read(true).write(true).open(path).map_err(failed)?;
    file.lock().map_err(failed)?;
    let mut text = String::new();
    file.read_to_string(&mut text).map_err(failed)?;
    let sections = crate::page::sections(page, &text)?;
    let fence = sections.iter().find(|section| section.name == name).and_then(|section| section.fences.get(index));
    let fence = fence.ok_or_else(|| format!("{name} changed while it ran"))?;
    std::fs::write(path, with_body(&text, fence.line, &tidy(body))).map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_at_ends_do_not_count() {
        assert!(same("a \nb\n\n", "a\nb"));
        assert!(same("", "\n"));
        assert!(!same("a\n b", "a\nb"));
    }

    #[test]
    fn a_difference_marks_what_differs() {
        assert_eq!(difference("a\nb\nc", "a\nx\ny\nc"), "    a\n  - b\n  + x\n  + y\n    c\n");
        assert_eq!(difference("a\nb\nc\nd", "x\nb\nd"), "  - a\n  + x\n    b\n  - c\n    d\n");
        assert_eq!(difference("a\na", "a"), "    a\n  - a\n");
    }
}
