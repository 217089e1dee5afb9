//! The session thread: the one owner of the project. What it is told comes through one queue, and is done in that order.
//!
//! An edit is applied at once, which cuts off whatever is being read. When no more messages come, the project is checked
//! on a clone of the session in another thread; if an edit comes meanwhile, that is done again afterwards.
//! So of several quick edits only the last one's diagnostics are sent.

use crate::convert::{self, Encoding, Hover, MessageType, TextEdit, Uri};
use crate::reads::{Outcome, guarded, read};
use crate::workspace::{Edit, Workspace};
use esker_driver::diagnostics::{Diagnostic, Location};
use esker_driver::source::{LineColumn, LineIndex, line_index};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::{mpsc::UnboundedSender, oneshot};

/// How long the queue must be empty before the project is checked: longer than between the edits of one paste or
/// replacement, shorter than anybody notices.
const SETTLED: Duration = Duration::from_millis(2);

/// What the session is told.
pub(crate) enum Message {
    /// The client has introduced itself.
    Start {
        folders: Vec<PathBuf>,
        encoding: Encoding,
        watches: bool,
    },
    /// The client is ready to be sent something.
    Ready,
    Open {
        uri: Uri,
        version: i32,
        text: String,
    },
    Edit {
        uri: Uri,
        version: i32,
        edits: Vec<Edit>,
    },
    Close {
        uri: Uri,
    },
    Saved {
        uri: Uri,
    },
    ChangedOnDisk {
        uris: Vec<Uri>,
    },
    Hover(HoverRequest),
    Format(FormatRequest),
    /// A check of this revision has ended.
    Checked {
        revision: u64,
        outcome: Outcome<Problems>,
    },
    /// A read failed by a bug of ours.
    Bug(String),
    /// The client takes leave.
    Shutdown,
    /// The client is gone.
    Stop,
    /// A bug, made to order.
    #[cfg(test)]
    Panic,
}

/// A question about a place; the answer is an error if answering it panicked.
pub(crate) struct HoverRequest {
    pub(crate) uri: Uri,
    pub(crate) at: LineColumn,
    pub(crate) reply: oneshot::Sender<Option<Hover>>,
}

/// A wish for the canonical form of a file; nothing comes back for one that is not written in Esker.
pub(crate) struct FormatRequest {
    pub(crate) uri: Uri,
    pub(crate) reply: oneshot::Sender<Option<Vec<TextEdit>>>,
}

/// What the client is sent without having asked.
pub(crate) enum Outgoing {
    Diagnostics {
        uri: Uri,
        list: Vec<convert::Diagnostic>,
        version: Option<i32>,
    },
    /// For the client's log.
    Log(MessageType, String),
    /// For the person.
    Show(MessageType, String),
    /// The wish to be told of changes on disk.
    Watch,
}

/// What is wrong, by the path of the file.
type Problems = BTreeMap<String, Vec<Diagnostic>>;

/// The diagnostics of a file, and the version of its text if it is open.
type Published = (Vec<convert::Diagnostic>, Option<i32>);

/// The owner of the project and of all that the server knows.
pub(crate) struct SessionThread {
    workspace: Workspace,
    encoding: Encoding,
    watches: bool,
    ready: bool,
    took_leave: bool,
    /// Counts what may change the answer to a check.
    revision: u64,
    /// The revision whose diagnostics were sent, or could not be found out.
    checked: u64,
    /// Whether a check runs.
    checking: bool,
    published: BTreeMap<Uri, Published>,
    messages: Sender<Message>,
    outgoing: UnboundedSender<Outgoing>,
    workers: Handle,
}

impl SessionThread {
    pub(crate) fn new(messages: Sender<Message>, outgoing: UnboundedSender<Outgoing>, workers: Handle) -> Self {
        Self {
            workspace: Workspace::new(),
            encoding: Encoding::Utf16,
            watches: false,
            ready: false,
            took_leave: false,
            revision: 0,
            checked: 0,
            checking: false,
            published: BTreeMap::new(),
            messages,
            outgoing,
            workers,
        }
    }

    /// Works until the client is gone; whether it took leave before.
    pub(crate) fn run(mut self, inbox: &Receiver<Message>) -> bool {
        loop {
            let waits_for_check = self.ready && !self.checking && self.checked != self.revision;
            let timeout = if waits_for_check { SETTLED } else { Duration::MAX };
            let message = match inbox.recv_timeout(timeout) {
                Ok(Message::Stop) | Err(RecvTimeoutError::Disconnected) => return self.took_leave,
                Ok(message) => Some(message),
                Err(RecvTimeoutError::Timeout) => None,
            };
            let done = guarded(|| match message {
                Some(message) => self.handle(message),
                None => self.check(),
            });
            if let Outcome::Panicked(text) = done {
                self.report_bug(&text);
            }
        }
    }

    fn handle(&mut self, message: Message) {
        let workspace = &mut self.workspace;
        let result = match message {
            Message::Start { folders, encoding, watches } => {
                (self.encoding, self.watches) = (encoding, watches);
                workspace.start(&folders)
            }
            Message::Open { uri, version, text } => workspace.open(uri, version, text),
            Message::Edit { uri, version, edits } => {
                if !workspace.edit(&uri, version, edits, self.encoding) {
                    let text = format!("the client edits {}, which it has not opened", uri.as_str());
                    return self.send(Outgoing::Log(MessageType::WARNING, text));
                }
                Ok(())
            }
            Message::Close { uri } => workspace.close(&uri),
            Message::Saved { uri } => workspace.saved(&uri),
            Message::ChangedOnDisk { uris } => workspace.changed_on_disk(&uris),
            Message::Ready => {
                self.ready = true;
                if self.watches {
                    self.send(Outgoing::Watch);
                }
                return;
            }
            Message::Hover(request) => return self.hover(request),
            Message::Format(request) => return self.format(request),
            Message::Checked { revision, outcome } => return self.checked(revision, outcome),
            Message::Bug(text) => return self.report_bug(&text),
            Message::Shutdown => {
                (self.took_leave, self.ready) = (true, false);
                return;
            }
            Message::Stop => return,
            #[cfg(test)]
            Message::Panic => panic!("on purpose"),
        };
        self.revision += 1;
        if let Err(problem) = result {
            self.send(Outgoing::Show(MessageType::ERROR, problem));
        }
    }

    fn send(&self, message: Outgoing) {
        // Nobody listens any more when the client is gone, which is no problem of the session.
        let _ = self.outgoing.send(message);
    }

    fn report_bug(&self, text: &str) {
        self.send(Outgoing::Log(MessageType::ERROR, format!("this is a bug in Esker; the server goes on: {text}")));
    }

    fn hover(&self, request: HoverRequest) {
        if request.reply.is_closed() {
            return; // cancelled by the client
        }
        let Some(path) = self.workspace.open_path(&request.uri).map(str::to_string) else {
            let _ = request.reply.send(None);
            return;
        };
        let (snapshot, messages, encoding) = (self.workspace.session().clone(), self.messages.clone(), self.encoding);
        self.workers.spawn_blocking(move || {
            let outcome = read(snapshot, |session| {
                let (db, file) = (session.db(), session.file(&path)?);
                let (text, lines) = (file.text(db).as_deref()?, line_index(db, file));
                let offset = encoding.offset(text, lines, request.at);
                let hover = esker_ide::hover(session, file, offset)?;
                Some(convert::hover(encoding, text, lines, hover))
            });
            // Without a session there is nobody to tell.
            let _ = match outcome {
                Outcome::Done(hover) => request.reply.send(hover).map_err(|_| ()),
                Outcome::Cancelled => messages.send(Message::Hover(request)).map_err(|_| ()),
                Outcome::Panicked(text) => messages.send(Message::Bug(text)).map_err(|_| ()),
            };
        });
    }

    fn format(&self, request: FormatRequest) {
        let Some(text) = self.workspace.esker_text(&request.uri).map(str::to_string) else {
            let _ = request.reply.send(None);
            return;
        };
        let (messages, encoding) = (self.messages.clone(), self.encoding);
        self.workers.spawn_blocking(move || {
            let edits =
                || esker_ide::format(&text).map(|edit| convert::text_edit(encoding, &text, edit)).into_iter().collect();
            // Without a session there is nobody to tell.
            let _ = match guarded(edits) {
                Outcome::Done(edits) => request.reply.send(Some(edits)).map_err(|_| ()),
                Outcome::Cancelled => Ok(()),
                Outcome::Panicked(text) => messages.send(Message::Bug(text)).map_err(|_| ()),
            };
        });
    }

    /// Starts a check.
    fn check(&mut self) {
        self.checking = true;
        self.workspace.set_clock();
        let (snapshot, messages, revision) = (self.workspace.session().clone(), self.messages.clone(), self.revision);
        self.workers.spawn_blocking(move || {
            let outcome = read(snapshot, esker_ide::diagnostics);
            let _ = messages.send(Message::Checked { revision, outcome });
        });
    }

    fn checked(&mut self, revision: u64, outcome: Outcome<Problems>) {
        self.checking = false;
        match outcome {
            _ if revision != self.revision => {} // an edit came: it is done again for that
            Outcome::Cancelled => {}
            Outcome::Done(problems) => {
                self.checked = revision;
                self.publish(&problems);
            }
            Outcome::Panicked(text) => {
                self.checked = revision;
                self.report_bug(&text);
            }
        }
    }

    /// Sends the diagnostics that the client does not have yet, and takes back those of files that are clean or gone.
    fn publish(&mut self, problems: &Problems) {
        let session = self.workspace.session();
        let mut indexes: BTreeMap<String, LineIndex> = BTreeMap::new();
        let mut locate = |at: &Location| {
            let text = session.text(&at.file)?;
            let lines = indexes.entry(at.file.to_string()).or_insert_with(|| LineIndex::new(text));
            Some((self.workspace.uri(&at.file)?, convert::range(self.encoding, text, lines, at.span)))
        };
        let mut current: BTreeMap<Uri, Published> =
            self.workspace.documents().map(|(uri, version)| (uri.clone(), (Vec::new(), Some(version)))).collect();
        for (path, problems) in problems {
            let Some(uri) = self.workspace.uri(path) else { continue };
            let list = problems.iter().filter_map(|problem| convert::diagnostic(problem, &mut locate));
            current.entry(uri).or_default().0.extend(list);
        }
        for (uri, (list, version)) in &current {
            if self.published.get(uri) != Some(&(list.clone(), *version)) {
                self.send(Outgoing::Diagnostics { uri: uri.clone(), list: list.clone(), version: *version });
            }
        }
        for (uri, (list, _)) in &self.published {
            if !list.is_empty() && !current.contains_key(uri) {
                self.send(Outgoing::Diagnostics { uri: uri.clone(), list: Vec::new(), version: None });
            }
        }
        self.published = current;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_is_logged_and_the_session_goes_on() {
        let (messages, inbox) = std::sync::mpsc::channel();
        let (outgoing, mut outbox) = tokio::sync::mpsc::unbounded_channel();
        let session = SessionThread::new(messages.clone(), outgoing, Handle::current());
        let thread = std::thread::spawn(move || session.run(&inbox));
        messages.send(Message::Panic).unwrap();
        let Some(Outgoing::Log(MessageType::ERROR, text)) = outbox.recv().await else { panic!("nothing is logged") };
        assert!(text.ends_with("on purpose"), "{text}");
        let (reply, answer) = oneshot::channel();
        let request =
            HoverRequest { uri: "file:///a.esk".parse().unwrap(), at: LineColumn { line: 0, column: 0 }, reply };
        messages.send(Message::Hover(request)).unwrap();
        assert_eq!(answer.await, Ok(None));
        messages.send(Message::Shutdown).unwrap();
        messages.send(Message::Stop).unwrap();
        assert!(thread.join().unwrap());
    }
}
