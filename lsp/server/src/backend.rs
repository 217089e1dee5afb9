//! The handlers: each one's first statement sends a message to the session thread, and nothing is done here.
//!
//! Handlers run several at a time, in the order of their messages only up to their first `await`. So sending comes
//! first, always; what awaits afterwards awaits an answer.

use crate::convert;
use crate::session::{FormatRequest, HoverRequest, Message, Outgoing};
use std::sync::mpsc::Sender;
use tokio::sync::{mpsc::UnboundedReceiver, oneshot};
use tower_lsp::jsonrpc::{Error, Result};
use tower_lsp::ls_types::*;
use tower_lsp::{Client, LanguageServer};

/// The way from the protocol to the session thread.
pub(crate) struct Backend {
    messages: Sender<Message>,
}

impl Backend {
    pub(crate) fn new(messages: Sender<Message>) -> Self {
        Self { messages }
    }

    fn send(&self, message: Message) {
        // The session outlives the protocol; if it is gone all the same, requests get an error, and this has no answer.
        let _ = self.messages.send(message);
    }
}

impl LanguageServer for Backend {
    async fn initialize(&self, params: InitializeParams) -> Result<InitializeResult> {
        let (folders, encoding, watches) =
            (convert::folders(&params), convert::encoding(&params), convert::watches(&params));
        self.send(Message::Start { folders, encoding, watches });
        Ok(convert::introduction(encoding))
    }

    async fn initialized(&self, _: InitializedParams) {
        self.send(Message::Ready);
    }

    async fn shutdown(&self) -> Result<()> {
        self.send(Message::Shutdown);
        Ok(())
    }

    async fn did_open(&self, params: DidOpenTextDocumentParams) {
        let TextDocumentItem { uri, version, text, .. } = params.text_document;
        self.send(Message::Open { uri, version, text });
    }

    async fn did_change(&self, params: DidChangeTextDocumentParams) {
        let VersionedTextDocumentIdentifier { uri, version } = params.text_document;
        self.send(Message::Edit { uri, version, edits: convert::edits(params.content_changes) });
    }

    async fn did_close(&self, params: DidCloseTextDocumentParams) {
        self.send(Message::Close { uri: params.text_document.uri });
    }

    async fn did_save(&self, params: DidSaveTextDocumentParams) {
        self.send(Message::Saved { uri: params.text_document.uri });
    }

    async fn did_change_watched_files(&self, params: DidChangeWatchedFilesParams) {
        self.send(Message::ChangedOnDisk { uris: params.changes.into_iter().map(|change| change.uri).collect() });
    }

    async fn hover(&self, params: HoverParams) -> Result<Option<Hover>> {
        let (reply, answer) = oneshot::channel();
        let TextDocumentPositionParams { text_document, position } = params.text_document_position_params;
        self.send(Message::Hover(HoverRequest { uri: text_document.uri, at: convert::line_column(position), reply }));
        // Without an answer the question was dropped: by a panic, which is in the client's log.
        answer.await.map_err(|_| Error::internal_error())
    }

    async fn formatting(&self, params: DocumentFormattingParams) -> Result<Option<Vec<TextEdit>>> {
        let (reply, answer) = oneshot::channel();
        self.send(Message::Format(FormatRequest { uri: params.text_document.uri, reply }));
        answer.await.map_err(|_| Error::internal_error())
    }
}

/// Sends the client what the session has for it, one after the other, so that nothing overtakes.
pub(crate) async fn deliver(client: Client, mut outbox: UnboundedReceiver<Outgoing>) {
    while let Some(message) = outbox.recv().await {
        match message {
            Outgoing::Diagnostics { uri, list, version } => client.publish_diagnostics(uri, list, version).await,
            Outgoing::Log(kind, text) => client.log_message(kind, text).await,
            Outgoing::Show(kind, text) => client.show_message(kind, text).await,
            Outgoing::Watch => {
                // Waits for the client's answer, which nothing hangs on.
                let client = client.clone();
                tokio::spawn(async move { client.register_capability(convert::watchers()).await });
            }
        }
    }
}
