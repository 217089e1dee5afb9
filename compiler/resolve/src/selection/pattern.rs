//! Patterns: `*` stands for any characters, `?` for one.

/// Whether a word has signs of a pattern in it.
pub(super) fn is_pattern(word: &str) -> bool {
    word.contains(['*', '?'])
}

/// Whether the whole text fits the pattern. Takes time in the product of both lengths at most.
pub(super) fn fits(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut at, mut seen) = (0, 0);
    // The last star, and how much of the text stood before what it takes.
    let mut star: Option<(usize, usize)> = None;
    while seen < text.len() {
        match pattern.get(at) {
            Some('*') => {
                star = Some((at, seen));
                at += 1;
            }
            Some(c) if *c == '?' || *c == text[seen] => {
                at += 1;
                seen += 1;
            }
            _ => match star {
                Some((of, taken)) => {
                    star = Some((of, taken + 1));
                    at = of + 1;
                    seen = taken + 1;
                }
                None => return false,
            },
        }
    }
    pattern[at..].iter().all(|c| *c == '*')
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn stars_take_any_number_and_question_marks_one() {
        let cases = [
            ("stg_*", "stg_orders", true),
            ("stg_*", "dim_orders", false),
            ("*", "", true),
            ("*_v?", "dim_v2", true),
            ("*_v?", "dim_v20", false),
            ("a*b*c", "a_b_b_c", true),
            ("a*b*c", "a_c_b", false),
            ("?", "", false),
            ("a**", "a", true),
            ("größe?", "größe1", true),
        ];
        for (pattern, text, expected) in cases {
            assert_eq!(fits(pattern, text), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn many_stars_take_no_time() {
        assert!(!fits(&"a*".repeat(50), &("a".repeat(5_000) + "b").replace("ab", "b!").repeat(3).replace('a', "c")));
        assert!(!fits(&("*a".repeat(40) + "!"), &"a".repeat(5_000)));
    }
}
