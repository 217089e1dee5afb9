//! `esker publish --interface`: the public models as other projects may read them, in a file beside `esker.toml`.

use crate::exit::Exit;
use crate::failure::Failure;
use crate::opened::Opened;
use crate::options::{Global, Publish};
use crate::output::Output;
use crate::whole::write_whole;
use esker_diagnostics::{Format, summary};
use esker_driver::Session;

pub(crate) fn run(global: &Global, options: &Publish, output: &Output) -> Result<(), Failure> {
    let mut opened = Opened::new(global)?;
    opened.judge_at(options.now.as_ref())?;
    let name = opened.session.interface_file();
    let text = opened.session.interface().map_err(|problems| {
        output.tell(&opened.render(&problems, Format::Human, output.message_color));
        output.tell(&format!("\nnot published: {}\n", summary(&problems)));
        Failure::told(Exit::Failed)
    })?;
    let path = opened.root.join(&name);
    // One that is left over from the time when there was something says from now on that there is nothing.
    if !text.contains("\nmodel ") && !path.is_file() {
        return Err(Failure::unusable("no model is public: there is nothing to publish")
            .exit(Exit::Failed)
            .help("Write `access public` in the models, or in the versions, that others may read."));
    }
    let published = std::fs::read_to_string(&path).ok();
    if published.as_deref().is_some_and(|published| Session::is_same_interface(published, &text)) {
        output.tell(&format!("{name} says what the project says\n"));
        return Ok(());
    }
    if options.check {
        let state = if published.is_some() { "does not say what the project says now" } else { "does not exist" };
        return Err(Failure::unusable(format!("{name} {state}"))
            .exit(Exit::Failed)
            .help("`esker publish --interface` writes it."));
    }
    write_whole(&path, &text).map_err(|error| Failure::unusable(format!("cannot write {name}: {error}")))?;
    output.tell(&format!("wrote {name}\n"));
    Ok(())
}
