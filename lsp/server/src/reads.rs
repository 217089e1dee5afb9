//! Reading from a clone of the session in another thread: what comes of it, a result or one of two ways to fail.

use esker_driver::{Cancelled, Session};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// How a read ended.
pub(crate) enum Outcome<T> {
    Done(T),
    /// An edit came; to be tried again.
    Cancelled,
    /// A bug of ours, with what the panic said.
    Panicked(String),
}

/// Runs `read` on a clone of the session, and lets go of it before anything else is done: no edit waits for it longer.
pub(crate) fn read<T>(snapshot: Session, read: impl FnOnce(&Session) -> T) -> Outcome<T> {
    let result = guarded(|| read(&snapshot));
    drop(snapshot);
    result
}

/// Runs `work`; whatever unwinds out of it ends here.
pub(crate) fn guarded<T>(work: impl FnOnce() -> T) -> Outcome<T> {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(value) => Outcome::Done(value),
        Err(payload) if payload.is::<Cancelled>() => Outcome::Cancelled,
        Err(payload) => Outcome::Panicked(match payload.downcast::<String>() {
            Ok(text) => *text,
            Err(payload) => {
                payload.downcast::<&str>().map_or_else(|_| "it does not say why".into(), |text| text.to_string())
            }
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
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
        let snapshot = session.clone();
        let (started, is_started) = std::sync::mpsc::channel();
        let reader = std::thread::spawn(move || {
            read(snapshot, |snapshot| {
                started.send(()).unwrap();
                loop {
                    for file in snapshot.project().files(snapshot.db()).values() {
                        parse(snapshot.db(), *file);
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
