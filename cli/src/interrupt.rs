//! Ctrl-C: the first asks the run to stop, the second stops the program as it is, which loses nothing that was recorded.

use crate::exit::Exit;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A flag that the first Ctrl-C raises. Where signals cannot be handled, it stays down and Ctrl-C ends the program.
pub(crate) fn flag() -> Arc<AtomicBool> {
    let flag = Arc::new(AtomicBool::new(false));
    let raised = flag.clone();
    let _ = ctrlc::set_handler(move || {
        if raised.swap(true, Ordering::SeqCst) {
            std::process::exit(i32::from(Exit::Cancelled.number()));
        }
    });
    flag
}
