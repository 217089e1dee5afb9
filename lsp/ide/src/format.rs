//! Formatting as one edit: the lines that are not in the canonical form, and nothing around them, so that an editor keeps
//! its place.

use esker_driver::grammar::{self, Span};

/// What to put where, so that the text of an `.esk` file is in the canonical form; nothing when it is.
pub fn format(text: &str) -> Option<(Span, String)> {
    let formatted = grammar::format(text);
    if formatted == text {
        return None;
    }
    let (old, new): (Vec<&str>, Vec<&str>) =
        (text.split_inclusive('\n').collect(), formatted.split_inclusive('\n').collect());
    let head = old.iter().zip(&new).take_while(|(old, new)| old == new).count();
    let (old, new) = (&old[head..], &new[head..]);
    let tail = old.iter().rev().zip(new.iter().rev()).take_while(|(old, new)| old == new).count();
    let lines = |lines: &[&str]| lines[..lines.len() - tail].concat();
    let start: usize = text.split_inclusive('\n').take(head).map(str::len).sum();
    let end = start + lines(old).len();
    Some((Span::new(start as u32, end as u32), lines(new)))
}
