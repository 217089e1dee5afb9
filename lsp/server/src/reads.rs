//! Reading from a clone of the database in another thread: what comes of it, a result or one of two ways to fail.

use esker_driver::Database;
use esker_driver::source::Project;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The state of the project at one moment. While one exists, an edit waits, and whoever reads from it is cut off.
pub(crate) struct Snapshot {
    pub(crate) db: Database,
    pub(crate) project: Project,
}

/// How a read ended.
pub(crate) enum Outcome<T> {
    Done(T),
    /// An edit came; to be tried again.
    Cancelled,
    /// A bug of ours, with what the panic said.
    Panicked(String),
}

impl Snapshot {
    /// Runs `read` and lets go of the database before anything else is done, so that no edit waits for it.
    pub(crate) fn read<T>(self, read: impl FnOnce(&Self) -> T) -> Outcome<T> {
        let result = guarded(|| read(&self));
        drop(self);
        result
    }
}

/// Runs `work`; whatever unwinds out of it ends here.
pub(crate) fn guarded<T>(work: impl FnOnce() -> T) -> Outcome<T> {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(value) => Outcome::Done(value),
        // A panic carries a text. The database cuts a read off by unwinding with a value of its own.
        Err(payload) => match payload.downcast::<String>() {
            Ok(text) => Outcome::Panicked(*text),
            Err(payload) => match payload.downcast::<&str>() {
                Ok(text) => Outcome::Panicked(text.to_string()),
                Err(_) => Outcome::Cancelled,
            },
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use esker_driver::Session;
    use esker_driver::source::parse;

    #[test]
    fn a_panic_is_told_from_a_cancellation() {
        assert!(matches!(guarded(|| 1), Outcome::Done(1)));
        let text = |outcome| match outcome {
            Outcome::Panicked(text) => text,
            Outcome::Done(()) => "done".into(),
            Outcome::Cancelled => "cancelled".into(),
        };
        assert_eq!(text(guarded(|| panic!("plain"))), "plain");
        let number = 7;
        assert_eq!(text(guarded(|| panic!("number {number}"))), "number 7");
    }

    #[test]
    fn an_edit_cuts_a_read_off() {
        let mut session = Session::in_memory([("a.esk".to_string(), String::new())].into());
        let snapshot = Snapshot { db: session.db().clone(), project: session.project() };
        let (started, is_started) = std::sync::mpsc::channel();
        let reader = std::thread::spawn(move || {
            snapshot.read(|snapshot| {
                started.send(()).unwrap();
                loop {
                    for file in snapshot.project.files(&snapshot.db).values() {
                        parse(&snapshot.db, *file);
                    }
                }
            })
        });
        is_started.recv().unwrap();
        session.set_file("a.esk", Some("// new".into()));
        let outcome: Outcome<()> = reader.join().unwrap();
        assert!(matches!(outcome, Outcome::Cancelled));
    }
}
