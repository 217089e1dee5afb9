//! The two streams: writing to them without ever panicking, and whether each may be coloured.

use crate::failure::Failure;
use crate::options::Color;
use std::io::{ErrorKind, IsTerminal, Write, stderr, stdout};

/// Where the command speaks.
pub(crate) struct Output {
    /// Whether results may be coloured.
    pub(crate) color: bool,
    /// Whether messages may be coloured.
    pub(crate) message_color: bool,
    /// Whether somebody sees the messages as they come, so that bars can be drawn and times are worth telling.
    pub(crate) live: bool,
}

impl Output {
    pub(crate) fn new(color: Color) -> Self {
        let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
        let dumb = set("TERM").is_some_and(|value| value == "dumb"); // shows letters and nothing else
        let may = |terminal: bool| match color {
            Color::Auto => terminal && !dumb && set("NO_COLOR").is_none(),
            Color::Always => true,
            Color::Never => false,
        };
        let seen = stderr().is_terminal();
        Self { color: may(stdout().is_terminal()), message_color: may(seen), live: seen && !dumb }
    }

    /// Writes a result. A reader that has gone away (`esker show orders | head`) is no failure, and changes no exit code.
    pub(crate) fn print(&self, text: &str) -> Result<(), Failure> {
        let mut stream = stdout().lock();
        match stream.write_all(text.as_bytes()).and_then(|()| stream.flush()) {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
            Err(error) => Err(Failure::unusable(format!("cannot write to standard output: {error}"))),
        }
    }

    /// Writes a message. When it cannot be written there is nobody to tell.
    pub(crate) fn tell(&self, text: &str) {
        let mut stream = stderr().lock();
        let _ = stream.write_all(text.as_bytes()).and_then(|()| stream.flush());
    }
}

/// A colour of the terminal's own palette, so that it fits the user's theme.
#[derive(Clone, Copy)]
pub(crate) enum Tint {
    Red,
    Green,
    Yellow,
    Cyan,
    Bold,
    Dim,
}

/// The text in a colour, or as it is.
pub(crate) fn paint(text: &str, tint: Tint, color: bool) -> String {
    let number = match tint {
        Tint::Red => 31,
        Tint::Green => 32,
        Tint::Yellow => 33,
        Tint::Cyan => 36,
        Tint::Bold => 1,
        Tint::Dim => 2,
    };
    if color { format!("\u{1b}[{number}m{text}\u{1b}[0m") } else { text.to_owned() }
}

/// `1 row`, `2 rows`, `12,345 rows`.
pub(crate) fn count(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", grouped(number), if number == 1 { one } else { many })
}

/// A number with commas: `12,345`.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_by_thousands() {
        for (number, text) in [(0, "0"), (999, "999"), (1_000, "1,000"), (74_571, "74,571"), (1_234_567, "1,234,567")] {
            assert_eq!(grouped(number), text);
        }
        assert_eq!(count(1, "row", "rows"), "1 row");
        assert_eq!(count(0, "row", "rows"), "0 rows");
    }
}
