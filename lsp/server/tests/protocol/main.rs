//! The server as a client sees it: whole sessions of the protocol over a pipe in memory.

mod client;
mod diagnostics;
mod files;
mod format;
mod hover;
mod life;
