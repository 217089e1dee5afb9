//! `${VAR}` in the strings of an engine: variables of the environment, which is where secrets come from.

/// What is wrong with a `${…}`.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    /// No `}` follows.
    Unclosed,
    /// What stands inside cannot be the name of a variable.
    BadName(String),
    /// The environment has no such variable.
    Unset(String),
}

/// A string with its variables put in.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Filled {
    pub(super) text: String,
    /// What stood in the file, and what was put in for it.
    pub(super) put: Vec<(String, String)>,
}

/// Whether a string uses the environment, or tries to.
pub(super) fn is_used(text: &str) -> bool {
    text.contains("${")
}

/// Puts in the variables; `$${` is a plain `${`.
pub(super) fn fill(text: &str, variable: &dyn Fn(&str) -> Option<String>) -> Result<Filled, Trouble> {
    let mut filled = Filled::default();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        if let Some(before) = before.strip_suffix('$') {
            filled.text.push_str(before);
            filled.text.push_str("${");
            rest = after;
            continue;
        }
        let (name, after) = after.split_once('}').ok_or(Trouble::Unclosed)?;
        if !is_name(name) {
            return Err(Trouble::BadName(name.to_string()));
        }
        let value = variable(name).ok_or_else(|| Trouble::Unset(name.to_string()))?;
        filled.text.push_str(before);
        filled.text.push_str(&value);
        filled.put.push((format!("${{{name}}}"), value));
        rest = after;
    }
    filled.text.push_str(rest);
    Ok(filled)
}

/// Letters, digits and `_`, not a digit first.
pub(super) fn is_name(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && !text.is_empty()
        && !text.starts_with(|c: char| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_put_in_and_escapes_are_not() {
        let environment = |name: &str| match name {
            "HOME" => Some("/h".to_string()),
            "DOLLARS" => Some("${HOME}".to_string()),
            _ => None,
        };
        let cases = [
            ("plain $HOME", Ok("plain $HOME")),
            ("${HOME}/a.db", Ok("/h/a.db")),
            ("${HOME}${HOME}", Ok("/h/h")),
            // What comes from the environment is taken as it is.
            ("${DOLLARS}", Ok("${HOME}")),
            ("$${HOME}", Ok("${HOME}")),
            ("a$", Ok("a$")),
            ("${HOME", Err(Trouble::Unclosed)),
            ("${}", Err(Trouble::BadName(String::new()))),
            ("${A B}", Err(Trouble::BadName("A B".into()))),
            ("${NOPE}", Err(Trouble::Unset("NOPE".into()))),
        ];
        for (text, expected) in cases {
            let filled = fill(text, &environment).map(|filled| filled.text);
            assert_eq!(filled, expected.map(str::to_string), "{text}");
        }
    }
}
