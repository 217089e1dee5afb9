//! The likely word when one is misspelt.

/// The candidate most like `word`, if any is near enough to be what was meant. Ties go to the first in order.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_lowercase();
    let mut best: Option<(f64, &str)> = None;
    for candidate in candidates {
        let score = strsim::jaro_winkler(&word, &candidate.to_lowercase());
        let distance = strsim::damerau_levenshtein(&word, &candidate.to_lowercase());
        let near = distance <= 1 + word.len() / 4 || score > 0.9;
        if near && best.is_none_or(|(top, _)| score > top) {
            best = Some((score, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_slip_is_found_and_a_different_word_is_not() {
        let names = ["customers", "orders", "products"];
        let cases = [
            ("ordrs", Some("orders")),
            ("Orders", Some("orders")),
            ("custmoers", Some("customers")),
            ("x", None),
            ("weather", None),
        ];
        for (word, expected) in cases {
            assert_eq!(nearest(word, names), expected, "{word}");
        }
    }

    #[test]
    fn the_first_of_equals_is_taken() {
        assert_eq!(nearest("ac", ["ab", "ad"]), Some("ab"));
    }
}
