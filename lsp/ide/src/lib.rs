//! What the editor shows, from the compiler's answers: a byte offset goes in, plain data comes out.
//!
//! Nothing here knows a protocol, reads a file or keeps a state: every function asks the database and returns. So all of
//! it can be run on a clone of the database in another thread, be cut off by the next edit, and be tested by a text with
//! a `<CURSOR>` in it. References are found on tokens ([`esker_driver::resolve::sql_refs`]), never on parsed SQL, so
//! that what is broken can still be asked about.

mod describe;
mod diagnostics;
mod format;
mod hover;
mod item;
mod reference;
mod version;

pub use diagnostics::diagnostics;
pub use format::format;
pub use hover::{Hover, hover};
