//! Claims against diagnostics: each must have its other half.

use crate::assertion::{Says, claims};
use esker_diagnostics::{Diagnostic, Level};
use std::collections::BTreeMap;

/// The type of the column that a SELECT makes on a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypeAt {
    /// The file.
    pub file: String,
    /// The line, from one.
    pub line: usize,
    /// The type as it is written.
    pub text: String,
}

/// A claim or a diagnostic without its other half.
#[derive(Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// The file.
    pub file: String,
    /// The line in it, from one.
    pub line: usize,
    /// What is wrong.
    pub text: String,
}

/// What does not fit together. With `listed`, the diagnostics are shown in full elsewhere, so none has to be claimed.
pub fn mismatches(
    files: &BTreeMap<String, String>,
    diagnostics: &[Diagnostic],
    types: &[TypeAt],
    listed: bool,
) -> Result<Vec<Mismatch>, String> {
    let mut found = Vec::new();
    let mut left: Vec<&Diagnostic> = diagnostics.iter().collect();
    for (file, text) in files {
        if !["esk", "sql", "toml"].iter().any(|extension| file.ends_with(&format!(".{extension}"))) {
            continue;
        }
        for claim in claims(text).map_err(|wrong| format!("{file}: {wrong}"))? {
            let wrong = match &claim.says {
                Says::Diagnostic { level, name, title } => {
                    let met = left.iter().position(|diagnostic| {
                        *diagnostic.primary.at.file == **file
                            && line(files, diagnostic) == claim.line
                            && level_name(diagnostic.level) == level
                            && diagnostic.code.name() == name
                            && title.as_ref().is_none_or(|title| diagnostic.title.contains(title))
                    });
                    met.map(|index| left.remove(index)).is_none().then(|| format!("claimed, but not reported: {claim}"))
                }
                Says::Type(claimed) => {
                    let here: Vec<_> = types
                        .iter()
                        .filter(|at| at.file == *file && at.line == claim.line)
                        .map(|at| at.text.as_str())
                        .collect();
                    (!here.contains(&claimed.as_str()))
                        .then(|| format!("claimed {claim}, but the columns made here have: {}", here.join(", ")))
                }
            };
            found.extend(wrong.map(|text| Mismatch { file: file.clone(), line: claim.line, text }));
        }
    }
    if !listed {
        // Information is about what is right: a page that is not about it need not claim it.
        left.retain(|diagnostic| diagnostic.level != Level::Info);
        found.extend(left.into_iter().map(|diagnostic| Mismatch {
            file: diagnostic.primary.at.file.to_string(),
            line: line(files, diagnostic),
            text: format!(
                "reported, but not claimed: {}: [{}] \"{}\"",
                level_name(diagnostic.level),
                diagnostic.code.name(),
                diagnostic.title
            ),
        }));
    }
    found.sort_by(|a, b| (&a.file, a.line).cmp(&(&b.file, b.line)));
    Ok(found)
}

fn level_name(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Info => "info",
    }
}

/// The line that a diagnostic starts on. In a file that is not there, the first.
fn line(files: &BTreeMap<String, String>, diagnostic: &Diagnostic) -> usize {
    let text = files.get(&*diagnostic.primary.at.file).map_or("", String::as_str);
    line_of(text, diagnostic.primary.at.span.start)
}

/// The line of a byte, from one.
pub fn line_of(text: &str, offset: u32) -> usize {
    text.bytes().take(offset as usize).filter(|byte| *byte == b'\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use esker_diagnostics::{Code, Location};

    fn reported(at: u32) -> Diagnostic {
        let code = Code::find("unknown-ref").expect("is registered");
        let span = std::ops::Range { start: at as usize, end: at as usize }.into();
        Diagnostic::new(code, "there is no `x`", Location { file: "a.esk".into(), span }, "")
    }

    fn texts(text: &str, diagnostics: &[Diagnostic], listed: bool) -> Vec<String> {
        let files = BTreeMap::from([("a.esk".to_string(), text.to_string())]);
        let types = [TypeAt { file: "a.esk".into(), line: 1, text: "bigint".into() }];
        mismatches(&files, diagnostics, &types, listed)
            .unwrap()
            .into_iter()
            .map(|m| format!("{} {}", m.line, m.text))
            .collect()
    }

    #[test]
    fn both_halves_are_needed_and_one_claim_meets_one_diagnostic() {
        assert!(texts("x // error: [unknown-ref] \"no `x`\"", &[reported(0)], false).is_empty());
        assert_eq!(texts("x // error: [unknown-ref]", &[reported(0), reported(0)], false).len(), 1);
        assert_eq!(texts("x // error: [unknown-ref] // error: [unknown-ref]", &[reported(0)], false).len(), 1);
    }

    #[test]
    fn place_level_name_and_title_all_count() {
        for claim in [
            "x // warning: [unknown-ref]",
            "x // error: [cycle]",
            "x // error: [unknown-ref] \"y\"",
            "x\ny // error: [unknown-ref]",
        ] {
            assert_eq!(texts(claim, &[reported(0)], false).len(), 2, "{claim}");
        }
    }

    #[test]
    fn what_is_listed_elsewhere_need_not_be_claimed() {
        assert!(texts("x", &[reported(0)], true).is_empty());
        assert_eq!(texts("x // error: [cycle]", &[reported(0)], true).len(), 1);
    }

    #[test]
    fn types_are_those_of_the_line() {
        assert!(texts("x // type: bigint", &[], false).is_empty());
        assert_eq!(
            texts("x // type: int", &[], false),
            ["1 claimed type: int, but the columns made here have: bigint"]
        );
    }
}
