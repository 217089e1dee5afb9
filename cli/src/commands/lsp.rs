//! `esker lsp`: the language server, until the editor says goodbye.

use crate::failure::Failure;

pub(crate) fn run() -> Result<(), Failure> {
    esker_lsp::run_stdio().map_err(|error| Failure::unusable(format!("the language server stopped: {error}")))
}
