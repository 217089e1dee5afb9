//! Formatting: one edit of the lines that differ.

use esker_ide::format;

#[test]
fn only_the_lines_that_differ_are_replaced() {
    let head = "group a { }\n\nmodel b {\n";
    for (wrong, right) in [("kind   view\n", "    kind view\n"), ("    kind view\n\n\n", "    kind view\n")] {
        let text = format!("{head}{wrong}}}\n\ngroup é {{ }}\n");
        let (span, new) = format(&text).expect("there is something to do");
        assert!(span.start as usize >= head.len() && span.end as usize <= head.len() + wrong.len(), "{span:?}");
        let mended = format!("{}{new}{}", &text[..span.start as usize], &text[span.end as usize..]);
        assert_eq!(mended, format!("{head}{right}}}\n\ngroup é {{ }}\n"));
        assert_eq!(format(&mended), None);
    }
    assert_eq!(format(""), None);
    let (span, new) = format("group a { }").expect("the end of the line is missing");
    assert_eq!((span.start, span.end, new.as_str()), (0, 11, "group a { }\n"));
    let (_, new) = format("group a {}\r\ngroup b { }\r\n").expect("there is something to do");
    assert_eq!(new, "group a { }\r\n");
}
