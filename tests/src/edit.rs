//! An `edit` fence applied to a text.

/// The new text: `body` itself, or, where its lines begin with `-` and `+`, `text` with the removed lines' one occurrence
/// replaced by the added lines. Added lines alone go to the end. With lines that begin with two blanks, which stay, the
/// whole of `body` is one change.
pub fn edited(text: &str, body: &str) -> Result<String, String> {
    let mut lines = body.lines().peekable();
    let change = |line: &str| removed(line).or(added(line)).is_some();
    let is_change = change(lines.peek().unwrap_or(&"")) || body.starts_with("  ") && body.lines().any(change);
    if !is_change {
        return Ok(body.to_string());
    }
    if body.lines().any(|line| kept(line).is_some()) {
        let side = |changed: fn(&str) -> Option<&str>| {
            body.lines().filter_map(|line| kept(line).or(changed(line))).collect::<Vec<_>>().join("\n")
        };
        return replaced(text, &side(removed), &side(added));
    }
    let mut text = text.to_string();
    while lines.peek().is_some() {
        let mut old = Vec::new();
        while let Some(line) = lines.peek().copied().and_then(removed) {
            old.push(line);
            lines.next();
        }
        let mut new = Vec::new();
        while let Some(line) = lines.peek().copied().and_then(added) {
            new.push(line);
            lines.next();
        }
        match (old.is_empty(), new.is_empty()) {
            (true, true) => {
                return Err(format!("an edit's lines begin with `- ` or `+ `: {}", lines.next().unwrap_or("")));
            }
            (true, false) => text.push_str(&(new.join("\n") + "\n")),
            (false, _) => text = replaced(&text, &old.join("\n"), &new.join("\n"))?,
        }
    }
    Ok(text)
}

fn removed(line: &str) -> Option<&str> {
    if line == "-" { Some("") } else { line.strip_prefix("- ") }
}

fn added(line: &str) -> Option<&str> {
    if line == "+" { Some("") } else { line.strip_prefix("+ ") }
}

fn kept(line: &str) -> Option<&str> {
    if line.is_empty() { Some("") } else { line.strip_prefix("  ") }
}

fn replaced(text: &str, old: &str, new: &str) -> Result<String, String> {
    match text.matches(old).count() {
        1 => Ok(text.replacen(old, new, 1)),
        count => Err(format!("the text to replace stands {count} times in the file, not once:\n{old}")),
    }
}

#[cfg(test)]
mod tests {
    use super::edited;

    #[test]
    fn removed_lines_give_way_to_added_ones() {
        assert_eq!(edited("a\n  b\nc\n", "- b\n+ x\n+   y\n- c\n+ z\n").unwrap(), "a\n  x\n  y\nz\n");
        assert_eq!(edited("a\n", "+ b\n").unwrap(), "a\nb\n");
        assert_eq!(edited("a\nb\n", "- a\n").unwrap(), "\nb\n");
    }

    #[test]
    fn lines_that_stay_show_the_place() {
        assert_eq!(edited("a\n\n  b\nc\nb\n", "  a\n\n-   b\n+ x\n  c\n").unwrap(), "a\n\nx\nc\nb\n");
        assert_eq!(edited("a\n{\n}\n{\n", "+ x\n  {\n  }\n").unwrap(), "a\nx\n{\n}\n{\n");
    }

    #[test]
    fn anything_else_is_the_whole_new_text() {
        assert_eq!(edited("a\n", "b\n").unwrap(), "b\n");
        assert_eq!(edited("a\n", "").unwrap(), "");
    }

    #[test]
    fn an_edit_that_could_mean_two_places_or_none_is_refused() {
        assert!(edited("a a", "- a\n+ b\n").unwrap_err().contains("2 times"));
        assert!(edited("a", "- x\n+ b\n").unwrap_err().contains("0 times"));
    }
}
