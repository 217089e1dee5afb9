//! The formatter: one way to write a file, whatever way it was written.
//!
//! Layout is decided on tokens, so that no comment is lost; what a token means for layout (the type of a column, an
//! option of a kind) comes from the tree (`roles`). Tokens become nested groups (`group`), groups become lines
//! (`print`), neighbouring lines are aligned (`align`). An item with a mistake is copied byte for byte, and so is a whole
//! file whose formatted text would not say the same (`same`).

mod align;
mod group;
mod print;
mod references;
mod roles;
mod same;
mod sql;

use crate::{Parse, Span, TokenKind, parse};
use print::Printer;
use roles::Roles;

/// How many spaces a block is indented.
const INDENT: usize = 4;

/// The text in its canonical layout. Formatting it again changes nothing; a broken item stays as it is.
///
/// A file whose lines all end with `\r\n` keeps them; any other gets `\n`.
pub fn format(text: &str) -> String {
    let lines = text.matches('\n').count();
    if lines > 0 && text.matches("\r\n").count() == lines {
        return formatted(&text.replace("\r\n", "\n")).replace('\n', "\r\n");
    }
    formatted(text)
}

fn formatted(text: &str) -> String {
    let before = parse(text);
    let roles = Roles::of(&before.file);
    let mut printer = Printer::new(text, &roles);
    pieces(text, &before, &mut printer);
    let after = align::write(printer.finish());
    if same::same(text, &before, &after) { after } else { text.to_owned() }
}

/// Prints the items that are well, with what stands between them, and copies the others.
fn pieces<'t>(text: &'t str, parse: &Parse, printer: &mut Printer<'t>) {
    let items = &parse.file.items;
    let (broken, junk) = mistakes(text, parse);
    let index = |offset: u32| parse.tokens.partition_point(|token| token.span.start < offset);
    // The first token that was not dealt with, that from which on tokens are printed, whether the last item was copied.
    let (mut at, mut clean, mut copied) = (0, 0, false);
    for (number, junk) in junk.iter().enumerate() {
        let item = items.get(number);
        let gap = at..item.map_or(parse.tokens.len(), |item| index(item.span.start));
        let newline = parse.tokens[gap.clone()].iter().position(|token| token.kind == TokenKind::Newline);
        let next_line = newline.map(|newline| gap.start + newline + 1);
        let copy = item.is_some() && broken[number] || copied && next_line.is_none();
        // The gap: copied as a whole, or up to the end of the line that a copied item ends on, or from the end of the line
        // that a printed item ends on.
        if copied || *junk || copy {
            let from = if copied || number == 0 { gap.start } else { next_line.unwrap_or(gap.end) };
            let to = if *junk || copy { gap.end } else { next_line.unwrap_or(gap.end) };
            printer.lines(&parse.tokens[clean..from.max(clean)]);
            printer.copy(&text[offset(parse, text, from)..offset(parse, text, to)]);
            clean = to;
        }
        let Some(item) = item else { break };
        at = index(item.span.end);
        if copy {
            printer.copy(&text[item.span.range()]);
            clean = at;
        }
        copied = copy;
    }
    printer.lines(&parse.tokens[clean..]);
}

/// Where a token begins; the end of the text behind the last one.
fn offset(parse: &Parse, text: &str, token: usize) -> usize {
    parse.tokens.get(token).map_or(text.len(), |token| token.span.start as usize)
}

/// For every item whether it has a mistake (also one of its SQL that its end was guessed by), and for every gap before, between and behind items whether something else
/// than comments stands there. What belongs to no item makes the item above it suspicious.
fn mistakes(text: &str, parse: &Parse) -> (Vec<bool>, Vec<bool>) {
    let items = &parse.file.items;
    let mut broken = vec![false; items.len()];
    let mut junk = vec![false; items.len() + 1];
    let mut mark = |span: Span| {
        let above = items.partition_point(|item| item.span.start <= span.start);
        match above.checked_sub(1) {
            Some(item) if span.start <= items[item].span.end => broken[item] = true,
            _ => junk[above] = true,
        }
    };
    parse.errors.iter().for_each(|error| mark(error.span));
    let sql = parse.tokens.iter().filter(|token| token.kind == TokenKind::Sql);
    sql.filter(|token| !sql::is_whole(&text[token.span.range()])).for_each(|token| mark(token.span));
    let mut at = 0;
    for (number, gap) in junk.iter_mut().enumerate() {
        let end = items.get(number).map_or(u32::MAX, |item| item.span.start);
        let start = parse.tokens.partition_point(|token| token.span.start < at);
        let between = parse.tokens[start..].iter().take_while(|token| token.span.start < end);
        *gap |= between
            .into_iter()
            .any(|token| !token.kind.is_trivia() && !matches!(token.kind, TokenKind::Newline | TokenKind::Doc));
        at = items.get(number).map_or(u32::MAX, |item| item.span.end);
        if *gap && number > 0 {
            broken[number - 1] = true;
        }
    }
    (broken, junk)
}
