//! The label of a version, and the order of labels.

use std::cmp::Ordering;
use std::fmt;

/// A version's label: an integer, or a quoted string.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum VersionName {
    /// `version 2`
    Integer(u64),
    /// `version "1.10"`
    Text(String),
}

impl VersionName {
    /// The label as part of a relation's name: `2`, and `1_10` for `"1.10"`.
    pub fn relation_suffix(&self) -> String {
        self.to_string().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect()
    }

    /// Whether it is a number, or numbers with dots between them: `2`, `"2"`, `"1.10"`. Labels that are have one order
    /// that everybody expects.
    pub fn is_numeric(&self) -> bool {
        match self {
            Self::Integer(_) => true,
            Self::Text(text) => text.split('.').all(is_number),
        }
    }

    /// The label as a declaration has it: `2`, `"1.10"`.
    pub fn written(&self) -> String {
        match self {
            Self::Integer(n) => n.to_string(),
            Self::Text(text) => format!("\"{text}\""),
        }
    }
}

/// Integers by value; texts by their dotted segments, numeric segments by value (`1.9` before `1.10`) and before words;
/// an integer is a text of one segment, and zeros at the end say nothing. Equal in this order does not mean equal labels
/// (`1` and `"1"`, `1` and `"1.0"`, `"1.0"` and `"1.00"`).
impl Ord for VersionName {
    fn cmp(&self, other: &Self) -> Ordering {
        if let (Self::Integer(a), Self::Integer(b)) = (self, other) {
            return a.cmp(b);
        }
        let (a, b) = (self.to_string(), other.to_string());
        segments(&a).cmp(&segments(&b))
    }
}

impl PartialOrd for VersionName {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The segments without the zeros at the end: `1.0` is as late as `1`.
fn segments(text: &str) -> Vec<(bool, usize, String)> {
    let mut segments: Vec<_> = text.split('.').map(segment).collect();
    while segments.len() > 1 && segments.last().is_some_and(|last| *last == segment("0")) {
        segments.pop();
    }
    segments
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// Numbers sort by length without leading zeros, then by digits: exact for any number of digits.
fn segment(text: &str) -> (bool, usize, String) {
    if is_number(text) {
        let digits = text.trim_start_matches('0');
        (false, digits.len(), digits.to_string())
    } else {
        (true, 0, text.to_string())
    }
}

impl fmt::Display for VersionName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Integer(n) => write!(f, "{n}"),
            Self::Text(text) => f.write_str(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numeric_segments_compare_by_value() {
        let text = |t: &str| VersionName::Text(t.into());
        assert!(text("1.9") < text("1.10"));
        assert!(text("2.9") < text("2.10"));
        assert!(VersionName::Integer(2) < VersionName::Integer(12));
        assert!(VersionName::Integer(2) < text("12"));
        assert!(VersionName::Integer(1) < text("test"));
        assert!(text("99999999999999999999998") < text("99999999999999999999999"));
        assert!(text("a") < text("b"));
        assert!(VersionName::Integer(2) < text("12.0"));
        assert!(VersionName::Integer(1) < text("1.5"));
        assert!(text("1.5") < VersionName::Integer(2));
        assert!(text("2.0") < text("2.0.1"));
    }

    #[test]
    fn zeros_at_the_end_say_nothing() {
        let text = |t: &str| VersionName::Text(t.into());
        for (a, b) in [("1", "1.0"), ("1.0", "1.00"), ("01", "1"), ("0", "0.0")] {
            assert_eq!(text(a).cmp(&text(b)), Ordering::Equal, "{a} {b}");
        }
        assert_ne!(text("1.0").cmp(&text("1.0.1")), Ordering::Equal);
        assert_ne!(text("10").cmp(&text("1")), Ordering::Equal);
    }

    #[test]
    fn numbers_with_dots_have_one_order() {
        for (label, numeric) in [
            ("2", true),
            ("1.10", true),
            ("", false),
            ("1.", false),
            ("9a", false),
            ("2024-01-01", false),
            ("1_5", false),
        ] {
            assert_eq!(VersionName::Text(label.into()).is_numeric(), numeric, "{label}");
        }
    }
}
