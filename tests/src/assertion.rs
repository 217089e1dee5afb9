//! What comments in a test's files claim: `// error: [unknown-ref] "orders"`, `-- warning: [name]`, `// type: bigint`.
//!
//! A comment claims its own line; a line that holds nothing but assertions claims the next line that holds more.

/// One claim, met by a diagnostic that starts on its line, or by the type of the column made on its line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// The line it speaks of, from one.
    pub line: usize,
    /// What it says.
    pub says: Says,
}

/// What a claim says of its line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Says {
    /// A diagnostic starts here.
    Diagnostic {
        /// `error`, `warning` or `info`.
        level: String,
        /// The kebab name of its code.
        name: String,
        /// A part of its title.
        title: Option<String>,
    },
    /// The column that a SELECT makes here has this type.
    Type(String),
}

impl std::fmt::Display for Claim {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.says {
            Says::Diagnostic { level, name, title: Some(title) } => write!(f, "{level}: [{name}] \"{title}\""),
            Says::Diagnostic { level, name, title: None } => write!(f, "{level}: [{name}]"),
            Says::Type(text) => write!(f, "type: {text}"),
        }
    }
}

/// The claims of a file's text, or what is wrong with one.
pub fn claims(text: &str) -> Result<Vec<Claim>, String> {
    let mut found = Vec::new();
    let mut waiting = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let (code, said) = split(line).map_err(|wrong| format!("line {}: {wrong}", number + 1))?;
        waiting.extend(said);
        if !code.trim().is_empty() || waiting.is_empty() {
            found.extend(waiting.drain(..).map(|says| Claim { line: number + 1, says }));
        }
    }
    // Claims at the end of a file speak of its end.
    let end = text.lines().count() + usize::from(text.ends_with('\n'));
    found.extend(waiting.into_iter().map(|says| Claim { line: end, says }));
    Ok(found)
}

/// The code of a line, and what the assertions behind it say.
fn split(line: &str) -> Result<(&str, Vec<Says>), String> {
    let Some((start, _)) = marker(line, 0) else { return Ok((line, Vec::new())) };
    let mut said = Vec::new();
    let mut next = marker(line, 0);
    while let Some((_, after)) = next {
        next = marker(line, after);
        let end = next.map_or(line.len(), |(start, _)| start);
        said.push(says(line[after..end].trim())?);
    }
    Ok((&line[..start], said))
}

/// Where the next assertion's comment starts, and where what it says starts.
fn marker(line: &str, from: usize) -> Option<(usize, usize)> {
    let words = ["error: [", "warning: [", "info: [", "type: "];
    line.char_indices().filter(|(at, _)| *at >= from).find_map(|(at, _)| {
        let comment = ["//", "--", "#"].into_iter().find(|comment| line[at..].starts_with(comment))?;
        let after = line[at + comment.len()..].trim_start();
        words.iter().any(|word| after.starts_with(word)).then(|| (at, line.len() - after.len()))
    })
}

fn says(text: &str) -> Result<Says, String> {
    if let Some(of) = text.strip_prefix("type: ") {
        return Ok(Says::Type(of.trim().to_string()));
    }
    let wrong = || format!("`{text}` is not `error: [name]` or `error: [name] \"part of the title\"`");
    let (level, rest) = text.split_once(": [").ok_or_else(wrong)?;
    let (name, rest) = rest.split_once(']').ok_or_else(wrong)?;
    let title = match rest.trim() {
        "" => None,
        quoted => {
            let inside = quoted.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).ok_or_else(wrong)?;
            Some(inside.to_string())
        }
    };
    Ok(Says::Diagnostic { level: level.to_string(), name: name.to_string(), title })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<String> {
        claims(text).unwrap().iter().map(|claim| format!("{} {claim}", claim.line)).collect()
    }

    #[test]
    fn a_comment_claims_its_line_and_a_line_of_claims_the_next() {
        let text = "a // error: [x]\n// warning: [y] \"part\"\n-- info: [z]\n\nb # error: [w] // error: [v]\n";
        assert_eq!(
            shown(text),
            ["1 error: [x]", "5 warning: [y] \"part\"", "5 info: [z]", "5 error: [w]", "5 error: [v]"]
        );
    }

    #[test]
    fn other_comments_are_only_comments() {
        assert_eq!(shown("// errors happen\n-- type\nselect 1 -- type: integer\n"), ["3 type: integer"]);
    }

    #[test]
    fn claims_at_the_end_speak_of_the_end() {
        assert_eq!(shown("a\n// error: [x]\n"), ["3 error: [x]"]);
    }

    #[test]
    fn a_misspelt_claim_is_an_error() {
        assert!(claims("a // error: [x] part").unwrap_err().contains("line 1"));
    }
}
