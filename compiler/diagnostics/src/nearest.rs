//! The likely word when one is misspelt.

/// The candidate most like `word`, if any is near enough to be what was meant. Ties go to the first in order.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_lowercase();
    let mut best: Option<(f64, &str)> = None;
    for candidate in candidates {
        let score = strsim::jaro_winkler(&word, &candidate.to_lowercase());
        let distance = strsim::damerau_levenshtein(&word, &candidate.to_lowercase());
        // Words of one letter each are all one letter away.
        let shared = distance < word.len().max(candidate.len());
        let near = shared && distance <= 1 + word.len() / 4 || score > 0.9;
        if near && best.is_none_or(|(top, _)| score > top) {
            best = Some((score, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// Whether `word` is one of the candidates but for a slip of the finger: a letter or two of a long word.
pub fn is_slip<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> bool {
    let near = 1 + word.len() / 8;
    candidates.into_iter().any(|candidate| strsim::damerau_levenshtein(word, candidate) <= near)
}

#[cfg(test)]
mod tests {
    use super::{is_slip, nearest};

    #[test]
    fn a_slip_is_less_than_another_word() {
        assert!(is_slip("ordres", ["orders"]));
        assert!(!is_slip("airports", ["airport_days"]));
    }

    #[test]
    fn a_slip_is_found_and_a_different_word_is_not() {
        let names = ["customers", "orders", "products"];
        let cases = [
            ("ordrs", Some("orders")),
            ("Orders", Some("orders")),
            ("custmoers", Some("customers")),
            ("x", None),
            ("weather", None),
            ("o", None),
        ];
        for (word, expected) in cases {
            assert_eq!(nearest(word, names), expected, "{word}");
        }
    }

    #[test]
    fn a_single_letter_is_no_slip_of_another() {
        assert_eq!(nearest("m", ["a", "mn"]), Some("mn"));
        assert_eq!(nearest("m", ["a", "b"]), None);
    }

    #[test]
    fn the_first_of_equals_is_taken() {
        assert_eq!(nearest("ac", ["ab", "ad"]), Some("ab"));
    }
}
