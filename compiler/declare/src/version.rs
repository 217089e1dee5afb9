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
}

/// Integers by value; texts by their dotted segments, numeric segments by value (`1.9` before `1.10`) and before words;
/// an integer is a text of one segment. Equal in this order does not mean equal labels (`1` and `"1"`, `"1.0"` and `"1.00"`).
impl Ord for VersionName {
    fn cmp(&self, other: &Self) -> Ordering {
        if let (Self::Integer(a), Self::Integer(b)) = (self, other) {
            return a.cmp(b);
        }
        let (a, b) = (self.to_string(), other.to_string());
        let (a, b): (Vec<_>, Vec<_>) = (a.split('.').map(segment).collect(), b.split('.').map(segment).collect());
        a.cmp(&b)
    }
}

impl PartialOrd for VersionName {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Numbers sort by length without leading zeros, then by digits: exact for any number of digits.
fn segment(text: &str) -> (bool, usize, String) {
    if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
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
    }
}
