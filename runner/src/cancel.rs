//! Stopping a run from outside (Ctrl-C): a thread that interrupts the engine's statement once the flag is up.
//!
//! It may do so only while a step works, never during COMMIT or ROLLBACK, so that a stopped step is undone as a whole.

use crate::engines::Engine;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// How soon a running statement is interrupted.
const EVERY: Duration = Duration::from_millis(20);

/// The flag that stops a run, and whether a statement may be interrupted right now.
pub(crate) struct Cancel<'f> {
    flag: &'f AtomicBool,
    interruptible: Mutex<bool>,
    over: AtomicBool,
}

impl<'f> Cancel<'f> {
    /// Runs `body` with the flag watched.
    pub(crate) fn watch<T>(flag: &'f AtomicBool, engine: &dyn Engine, body: impl FnOnce(&Self) -> T) -> T {
        let cancel = Self { flag, interruptible: Mutex::new(false), over: AtomicBool::new(false) };
        let interrupt = engine.interrupter();
        thread::scope(|scope| {
            let watcher = scope.spawn(|| {
                while !cancel.over.load(Ordering::SeqCst) {
                    let interruptible = cancel.lock();
                    if *interruptible && cancel.requested() {
                        interrupt();
                    }
                    drop(interruptible);
                    thread::park_timeout(EVERY);
                }
            });
            let _over = Over { cancel: &cancel, watcher: watcher.thread() };
            body(&cancel)
        })
    }

    /// Whether the user wants to stop.
    pub(crate) fn requested(&self) -> bool {
        self.flag.load(Ordering::SeqCst)
    }

    /// Does work that may be interrupted.
    pub(crate) fn interruptible<T>(&self, work: impl FnOnce() -> T) -> T {
        *self.lock() = true;
        let result = work();
        *self.lock() = false;
        result
    }

    fn lock(&self) -> MutexGuard<'_, bool> {
        self.interruptible.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Ends the watcher, also when the body panics.
struct Over<'s> {
    cancel: &'s Cancel<'s>,
    watcher: &'s thread::Thread,
}

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.cancel.over.store(true, Ordering::SeqCst);
        self.watcher.unpark();
    }
}
