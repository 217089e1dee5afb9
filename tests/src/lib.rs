//! The specification as runnable Markdown, and every end-to-end suite.
//!
//! `tests/suite/**/*.md` and the examples of the code pages are read by [`page`], run by [`case`], and their claims
//! compared by [`claimed`]. `CONTRIBUTING.md` describes the format for those who write pages.

pub mod assertion;
pub mod binary;
pub mod case;
pub mod claimed;
pub mod columns;
pub mod edit;
pub mod example;
pub mod page;
pub mod snapshot;
