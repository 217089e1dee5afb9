//! `esker explain`: the page of a code.

use crate::failure::Failure;
use crate::options::Explain;
use crate::output::Output;
use esker_diagnostics::{Code, nearest};

pub(crate) fn run(options: &Explain, output: &Output) -> Result<(), Failure> {
    let Some(text) = &options.code else {
        let list: String = Code::all().map(|code| format!("{}  {}\n", code.id(), code.name())).collect();
        return output.print(&list);
    };
    match Code::find(text) {
        Some(code) => output.print(&format!("{}\n", code.page().trim_end())),
        None => {
            let upper = text.to_uppercase();
            let likely =
                nearest(text, Code::all().map(Code::name)).or_else(|| nearest(&upper, Code::all().map(Code::id)));
            let failure = Failure::unusable(format!("there is no code `{text}`"));
            Err(match likely {
                Some(likely) => failure.help(format!("Did you mean `{likely}`?")),
                None => failure.help("`esker explain` lists them all."),
            })
        }
    }
}
