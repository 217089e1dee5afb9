//! Markdown to tests: a heading names one, the fences below it are its files, its edits and what is expected of them.

use std::collections::BTreeMap;

/// One heading with fences below it.
#[derive(Debug)]
pub struct Section {
    /// `grammar/blocks/an-unclosed-block`: the page, then the headings below its title.
    pub name: String,
    /// The fences in order.
    pub fences: Vec<Fence>,
}

/// One fenced block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fence {
    /// The path in backticks before it.
    pub file: Option<String>,
    /// The first word of the info string.
    pub kind: String,
    /// The rest of the info string.
    pub arguments: Vec<String>,
    /// What stands inside, each line with its end.
    pub body: String,
    /// The line of its first line inside, from one.
    pub line: usize,
}

/// A page with this line tells one story: it is one test, and its headings are for people.
const STORY: &str = "<!-- one test -->";

/// The sections of a page that have fences. `page` is its path without the extension, with `/`.
pub fn sections(page: &str, text: &str) -> Result<Vec<Section>, String> {
    let mut found: Vec<Section> = Vec::new();
    let mut headings: Vec<String> = Vec::new();
    let mut named: Option<String> = None;
    let story = text.lines().any(|line| line == STORY);
    let mut lines = text.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        if let Some((level, title)) = heading(line).filter(|_| !story) {
            headings.truncate(level - 1);
            headings.resize(level - 1, String::new());
            headings.push(slug(title));
            named = None;
        } else if let Some((marker, info)) = fence(line) {
            let mut body = String::new();
            loop {
                let Some((_, inside)) = lines.next() else {
                    return Err(format!("{page}.md:{}: this fence is not closed", number + 1));
                };
                if fence(inside).is_some_and(|(end, info)| end >= marker && info.is_empty()) {
                    break;
                }
                body.push_str(inside);
                body.push('\n');
            }
            let mut words = info.split_whitespace().map(String::from);
            let fence = Fence {
                file: named.take(),
                kind: words.next().unwrap_or_default(),
                arguments: words.collect(),
                body,
                line: number + 2,
            };
            // The title of the page is no part of the name: the path says it already.
            let below = headings.iter().skip(1).filter(|slug| !slug.is_empty());
            let name = std::iter::once(page.to_string()).chain(below.cloned()).collect::<Vec<_>>().join("/");
            match found.last_mut() {
                Some(section) if section.name == name => section.fences.push(fence),
                _ => found.push(Section { name, fences: vec![fence] }),
            }
        } else if let Some(path) = line.strip_prefix('`').and_then(|rest| rest.trim_end().strip_suffix("`:")) {
            named = Some(path.to_string());
        } else if !line.trim().is_empty() {
            named = None;
        }
    }
    let mut seen = BTreeMap::new();
    for section in &found {
        if seen.insert(&section.name, ()).is_some() {
            return Err(format!("{page}.md: two headings make the test `{}`", section.name));
        }
    }
    Ok(found)
}

/// The text of a page with the body of the fence that starts on `line` replaced.
pub fn with_body(text: &str, line: usize, body: &str) -> String {
    let lines: Vec<_> = text.split_inclusive('\n').collect();
    let opening = lines[line - 2].trim_start();
    let (marker, _) = fence(opening.trim_end()).expect("a fence opens on the line before its body");
    let closes = |inside: &&str| fence(inside.trim_end()).is_some_and(|(end, info)| end >= marker && info.is_empty());
    let end = line - 1 + lines[line - 1..].iter().position(closes).expect("the fence was closed when it was read");
    let mut out = lines[..line - 1].concat();
    out.push_str(body);
    out.push_str(&lines[end..].concat());
    out
}

fn heading(line: &str) -> Option<(usize, &str)> {
    let level = line.bytes().take_while(|byte| *byte == b'#').count();
    let title = line[level..].strip_prefix(' ')?;
    (1..=6).contains(&level).then_some((level, title))
}

/// The length of a fence's marker and its info string.
fn fence(line: &str) -> Option<(usize, &str)> {
    let length = line.bytes().take_while(|byte| *byte == b'`').count();
    let info = line[length..].trim();
    (length >= 3 && !info.contains('`')).then_some((length, info))
}

fn slug(title: &str) -> String {
    let words = title.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "# Title\n\n```esker\na\n```\n\n## One: two\n\n`x.sql`:\n\n```sql now=1\nb\n```\ntext\n````diagnostics\n```\n````\n## Empty\n";

    #[test]
    fn headings_name_tests_and_backticks_name_files() {
        let sections = sections("p/q", PAGE).unwrap();
        let names: Vec<_> = sections.iter().map(|section| section.name.as_str()).collect();
        assert_eq!(names, ["p/q", "p/q/one-two"]);
        let fences = &sections[1].fences;
        assert_eq!(fences[0].file.as_deref(), Some("x.sql"));
        assert_eq!(
            (fences[0].kind.as_str(), &fences[0].arguments[..], fences[0].body.as_str()),
            ("sql", &["now=1".to_string()][..], "b\n")
        );
        assert_eq!((fences[1].file.as_deref(), fences[1].body.as_str()), (None, "```\n"));
    }

    #[test]
    fn a_story_is_one_test() {
        let sections = sections("p", &format!("{STORY}\n{PAGE}")).unwrap();
        assert_eq!(
            sections.iter().map(|section| (section.name.as_str(), section.fences.len())).collect::<Vec<_>>(),
            [("p", 3)]
        );
    }

    #[test]
    fn a_body_is_replaced_in_place() {
        let fence = sections("p", PAGE).unwrap()[1].fences[0].clone();
        let text = with_body(PAGE, fence.line, "c\nd\n");
        assert_eq!(text, PAGE.replace("\nb\n", "\nc\nd\n"));
    }

    #[test]
    fn what_cannot_be_a_page_is_said() {
        assert!(sections("p", "```esker\n").unwrap_err().contains("p.md:1"));
        assert!(
            sections("p", "# t\n## a\n```x\n```\n## b\n```x\n```\n## a\n```x\n```\n").unwrap_err().contains("`p/a`")
        );
    }
}
