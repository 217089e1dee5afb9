//! The language server: the protocol on one side, `esker-ide` on the other.
//!
//! One thread owns the project and everything that changes ([`session`]). A handler's first act is to send it a message
//! ([`backend`]), so that edits are applied in the order in which they came, whatever runs at the same time. What takes
//! time runs on a clone of the database ([`reads`]), is cut off by the next edit, and is done again. Protocol types are
//! turned into plain ones and back in [`convert`]; [`workspace`] knows which text a file has now: the editor's or the
//! disk's.
//!
//! Decisions: the positions are UTF-8 if the client offers it, else UTF-16. One project at a time: the first of the
//! client's folders that lies in one, else the project of the first file that is opened. Without any project the open
//! files are one. Diagnostics are sent when edits pause, for every file of the project, and again whenever an open file
//! has a new version: a client can wait for the version it sent.

mod backend;
mod convert;
mod reads;
mod session;
mod workspace;

use backend::{Backend, deliver};
use session::{Message, SessionThread};
use std::io;
use tokio::io::{AsyncRead, AsyncWrite};
use tower_lsp::{LspService, Server};

/// A long chain in a text (of operators, of models) is deep recursion in a compiler: more than the two megabytes that a
/// thread gets by default. Only what is used of it costs memory.
const STACK: usize = 256 << 20;

/// Serves one client on standard input and output, until it says `exit` or goes away.
///
/// # Errors
/// When the client leaves without `shutdown`, or the system gives no thread.
pub fn run_stdio() -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().thread_stack_size(STACK).build()?;
    let result = runtime.block_on(serve(tokio::io::stdin(), tokio::io::stdout()));
    // A read of standard input cannot be cut off: it would keep the process alive until the client closes the pipe.
    runtime.shutdown_background();
    result
}

/// Serves one client on any pair of streams.
///
/// # Errors
/// As [`run_stdio`].
pub async fn serve<I, O>(input: I, output: O) -> io::Result<()>
where
    I: AsyncRead + Unpin,
    O: AsyncWrite,
{
    let (messages, inbox) = std::sync::mpsc::channel();
    let (outgoing, outbox) = tokio::sync::mpsc::unbounded_channel();
    let session = SessionThread::new(messages.clone(), outgoing, tokio::runtime::Handle::current());
    let thread =
        std::thread::Builder::new().name("session".into()).stack_size(STACK).spawn(move || session.run(&inbox))?;
    let (service, socket) = LspService::new(|client| {
        tokio::spawn(deliver(client.clone(), outbox));
        Backend::new(messages.clone())
    });
    Server::new(input, output, socket).serve(service).await;
    // Whether it took leave is for the session to know: `exit` itself reaches no handler.
    let _ = messages.send(Message::Stop);
    match tokio::task::spawn_blocking(move || thread.join()).await {
        Ok(Ok(true)) => Ok(()),
        Ok(Ok(false)) => Err(io::Error::other("the client left without `shutdown`")),
        _ => Err(io::Error::other("the session ended by a panic")),
    }
}
