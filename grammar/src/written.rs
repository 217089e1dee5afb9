//! Names and strings as the language writes them: for whatever makes Esker's text out of values.

/// A name: in backticks unless it is a plain word that leads nothing where names stand.
pub fn written_name(name: &str) -> String {
    let plain = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && !matches!(name, "" | "include" | "exclude" | "rename" | "sql");
    if plain { name.to_string() } else { format!("`{name}`") }
}

/// A string, in double quotes, with what it holds escaped.
pub fn written_string(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c => out.push(c),
        }
    }
    out + "\""
}
