//! The protocol's types to ours and back: nothing else but the handlers' signatures knows them.

use crate::workspace::Edit;
use esker_driver::diagnostics::{self as diagnostics, Level, Location};
use esker_driver::source::{LineColumn, LineIndex};
use std::path::PathBuf;
use tower_lsp::ls_types::*;

pub(crate) use tower_lsp::ls_types::{Diagnostic, Hover, MessageType, TextEdit, Uri};

/// What a column counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoding {
    Utf8,
    Utf16,
}

impl Encoding {
    /// The byte of a position; what lies outside of its line or the text is brought to the end of it.
    pub(crate) fn offset(self, text: &str, lines: &LineIndex, at: LineColumn) -> u32 {
        match self {
            Self::Utf16 => lines.offset_utf16(text, at),
            Self::Utf8 => {
                let start = lines.offset_utf16(text, LineColumn { column: 0, ..at });
                let end = lines.offset_utf16(text, LineColumn { column: u32::MAX, ..at });
                let mut offset = start.saturating_add(at.column).min(end);
                while !text.is_char_boundary(offset as usize) {
                    offset -= 1;
                }
                offset
            }
        }
    }

    fn position(self, text: &str, lines: &LineIndex, offset: u32) -> Position {
        let at = match self {
            Self::Utf16 => lines.utf16(text, offset),
            Self::Utf8 => {
                let offset = offset.min(text.len() as u32);
                let line = lines.line(offset);
                LineColumn { line, column: offset - lines.offset_utf16(text, LineColumn { line, column: 0 }) }
            }
        };
        Position::new(at.line, at.column)
    }
}

/// The encoding of positions to use with this client.
pub(crate) fn encoding(params: &InitializeParams) -> Encoding {
    let general = params.capabilities.general.as_ref();
    let offered = general.and_then(|general| general.position_encodings.as_deref()).unwrap_or_default();
    if offered.contains(&PositionEncodingKind::UTF8) { Encoding::Utf8 } else { Encoding::Utf16 }
}

/// The folders that the client works in.
pub(crate) fn folders(params: &InitializeParams) -> Vec<PathBuf> {
    #[expect(deprecated, reason = "older clients send nothing else")]
    let root = params.root_uri.as_ref();
    match params.workspace_folders.as_deref() {
        Some(folders) if !folders.is_empty() => folders.iter().filter_map(|folder| path(&folder.uri)).collect(),
        _ => root.and_then(path).into_iter().collect(),
    }
}

/// Whether the client tells of changes on disk when it is asked to.
pub(crate) fn watches(params: &InitializeParams) -> bool {
    let workspace = params.capabilities.workspace.as_ref();
    let watching = workspace.and_then(|workspace| workspace.did_change_watched_files.as_ref());
    watching.and_then(|watching| watching.dynamic_registration) == Some(true)
}

/// The request to be told of changes on disk. Folders are in it, since the files of one that goes are not told one by one.
pub(crate) fn watchers() -> Vec<Registration> {
    let watcher = |pattern: &str, kind| FileSystemWatcher { glob_pattern: GlobPattern::String(pattern.into()), kind };
    let options = DidChangeWatchedFilesRegistrationOptions {
        watchers: vec![
            watcher("**/*.esk", None),
            watcher("**/*.sql", None),
            watcher("**/esker.toml", None),
            watcher("**/*", Some(WatchKind::Delete)),
        ],
    };
    vec![Registration {
        id: "files".into(),
        method: "workspace/didChangeWatchedFiles".into(),
        register_options: serde_json::to_value(options).ok(),
    }]
}

/// What this server can do: what works, and nothing else.
pub(crate) fn introduction(encoding: Encoding) -> InitializeResult {
    let sync = TextDocumentSyncOptions {
        open_close: Some(true),
        change: Some(TextDocumentSyncKind::INCREMENTAL),
        save: Some(TextDocumentSyncSaveOptions::Supported(true)),
        ..TextDocumentSyncOptions::default()
    };
    InitializeResult {
        capabilities: ServerCapabilities {
            position_encoding: Some(match encoding {
                Encoding::Utf8 => PositionEncodingKind::UTF8,
                Encoding::Utf16 => PositionEncodingKind::UTF16,
            }),
            text_document_sync: Some(TextDocumentSyncCapability::Options(sync)),
            hover_provider: Some(HoverProviderCapability::Simple(true)),
            document_formatting_provider: Some(OneOf::Left(true)),
            ..ServerCapabilities::default()
        },
        server_info: Some(ServerInfo { name: "esker".into(), version: Some(env!("CARGO_PKG_VERSION").into()) }),
        ..InitializeResult::default()
    }
}

/// The path of a file; nothing for what is no file.
pub(crate) fn path(uri: &Uri) -> Option<PathBuf> {
    let is_file = uri.scheme().as_str() == "file";
    is_file.then(|| uri.to_file_path().map(std::borrow::Cow::into_owned)).flatten()
}

/// A line and a column, in the client's units.
pub(crate) fn line_column(at: Position) -> LineColumn {
    LineColumn { line: at.line, column: at.character }
}

/// The edits of one change, in order.
pub(crate) fn edits(changes: Vec<TextDocumentContentChangeEvent>) -> Vec<Edit> {
    let edit = |change: TextDocumentContentChangeEvent| Edit {
        range: change.range.map(|range| (line_column(range.start), line_column(range.end))),
        text: change.text,
    };
    changes.into_iter().map(edit).collect()
}

/// A span as the client counts.
pub(crate) fn range(encoding: Encoding, text: &str, lines: &LineIndex, span: esker_driver::grammar::Span) -> Range {
    Range::new(encoding.position(text, lines, span.start), encoding.position(text, lines, span.end.max(span.start)))
}

/// A diagnostic, with `locate` to find files and count lines. Related places in files that are gone are left out.
pub(crate) fn diagnostic(
    problem: &esker_driver::diagnostics::Diagnostic,
    locate: &mut dyn FnMut(&Location) -> Option<(Uri, Range)>,
) -> Option<Diagnostic> {
    let (_, range) = locate(&problem.primary.at)?;
    let related: Vec<DiagnosticRelatedInformation> = problem
        .related
        .iter()
        .filter_map(|label| {
            let (uri, range) = locate(&label.at)?;
            let location = tower_lsp::ls_types::Location::new(uri, range);
            Some(DiagnosticRelatedInformation { location, message: label.text.clone() })
        })
        .collect();
    let sentences = problem.why.iter().chain(&problem.help).map(|sentence| format!("\n{sentence}"));
    let going_away = [diagnostics::DEPRECATED, diagnostics::DEPRECATED_SOON].contains(&problem.code);
    Some(Diagnostic {
        range,
        severity: Some(match problem.level {
            Level::Error => DiagnosticSeverity::ERROR,
            Level::Warning => DiagnosticSeverity::WARNING,
            Level::Info => DiagnosticSeverity::INFORMATION,
        }),
        code: Some(NumberOrString::String(problem.code.id().into())),
        source: Some("esker".into()),
        message: problem.title.clone() + &sentences.collect::<String>(),
        tags: going_away.then(|| vec![DiagnosticTag::DEPRECATED]),
        related_information: (!related.is_empty()).then_some(related),
        ..Diagnostic::default()
    })
}

/// What to show at a place.
pub(crate) fn hover(encoding: Encoding, text: &str, lines: &LineIndex, hover: esker_ide::Hover) -> Hover {
    Hover {
        contents: HoverContents::Markup(MarkupContent { kind: MarkupKind::Markdown, value: hover.markdown }),
        range: Some(range(encoding, text, lines, hover.span)),
    }
}

/// A replacement of a piece of text.
pub(crate) fn text_edit(
    encoding: Encoding,
    text: &str,
    (span, new): (esker_driver::grammar::Span, String),
) -> TextEdit {
    TextEdit::new(range(encoding, text, &LineIndex::new(text), span), new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_what_the_client_counts() {
        let text = "a\né𝄞x\n";
        let lines = LineIndex::new(text);
        let x = text.find('x').unwrap() as u32;
        let cases = [
            (Encoding::Utf16, x, 1, 3),
            (Encoding::Utf8, x, 1, 6),
            (Encoding::Utf8, 1, 0, 1),
            (Encoding::Utf8, 9, 1, 7),
        ];
        for (encoding, offset, line, column) in cases {
            assert_eq!(encoding.position(text, &lines, offset), Position::new(line, column), "{encoding:?} {offset}");
            assert_eq!(encoding.offset(text, &lines, LineColumn { line, column }), offset, "{encoding:?} {offset}");
        }
    }

    #[test]
    fn positions_that_are_nowhere_are_moved() {
        let text = "é\nb";
        let lines = LineIndex::new(text);
        let offset = |line, column| Encoding::Utf8.offset(text, &lines, LineColumn { line, column });
        assert_eq!(offset(0, 1), 0, "inside a character");
        assert_eq!(offset(0, 99), 2, "behind the line");
        assert_eq!(offset(1, u32::MAX), 4, "behind the text");
        assert_eq!(offset(9, 0), 4, "behind the last line");
    }
}
