//! Every way to complain: the register of codes with their pages, the diagnostic itself, and its renderings.
//!
//! A stage keeps its errors as typed values and turns them into a [`Diagnostic`] in one place. From then on a problem
//! is plain data that [`render`] shows to a person, a script, a code host or an editor.

mod codes;
mod diagnostic;
mod nearest;
mod position;
mod render;

pub use codes::*;
pub use diagnostic::{Diagnostic, Label, Level, Location};
pub use nearest::{is_slip, nearest};
pub use render::{Format, Sources, render, summary};
