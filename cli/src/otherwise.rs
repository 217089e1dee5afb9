//! What was asked for in another tool's words, or in a place where Esker does not take it: how it is asked for here.

use crate::failure::Failure;
use crate::options::Cli;
use clap::CommandFactory;
use clap::error::{ContextKind, ContextValue, Error, ErrorKind};

/// The words of other tools, and what does their work here.
const WORDS: [(&[&str], &str); 14] = [
    (&["build", "deploy", "materialize", "backfill", "up"], "`esker apply` plans, asks, and computes what is missing."),
    (&["seed", "load"], "Seeds are loaded with the models: `esker apply`, or `esker apply --select NAME`."),
    (&["snapshot"], "What is kept over time is a model of a kind; `esker apply` computes all of them."),
    (&["audit"], "Audits are judged with the rows that are written: `esker apply`. Unit tests run with `esker test`."),
    (
        &["ls", "models", "lineage", "dag", "graph"],
        "`esker list` lists what there is; `esker list --select +NAME` with what it needs.",
    ),
    (
        &["docs", "doc", "schema", "describe"],
        "`esker columns` shows what every dataset holds; the editor shows its docs.",
    ),
    (&["format"], "`esker fmt` writes the files in canonical form."),
    (&["lint", "validate", "parse", "verify", "typecheck"], "`esker check` says everything that is wrong."),
    (&["render", "generate"], "`esker compile` writes the plan, with the SQL that is run."),
    (&["new", "create", "start"], "`esker init DIR` starts a project."),
    (&["preview", "query", "fetchdf", "head"], "`esker show MODEL` shows rows."),
    (&["diff"], "`esker plan` shows what differs from the environment, and why."),
    (
        &["environments", "environment", "env"],
        "`esker status` shows the environments; `esker apply --environment NAME` makes one.",
    ),
    (&["deps", "install", "add"], "What other projects publish is named in `[dependencies]` of `esker.toml`."),
];

/// What to tell instead of the general message; nothing when that says it all.
pub(crate) fn explained(error: &Error, arguments: &[String]) -> Option<Failure> {
    let text = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.as_str()),
        _ => None,
    };
    match error.kind() {
        ErrorKind::InvalidSubcommand => {
            let word = text(ContextKind::InvalidSubcommand)?;
            let (_, help) = WORDS.iter().find(|(words, _)| words.contains(&word))?;
            Some(Failure::unusable(format!("there is no command `{word}`")).help(*help))
        }
        ErrorKind::UnknownArgument => {
            let word = text(ContextKind::InvalidArg).filter(|word| !word.starts_with('-'))?;
            let command = Cli::command();
            let named = arguments.iter().find_map(|argument| command.find_subcommand(argument))?;
            let selects = named.get_arguments().any(|argument| argument.get_id() == "select");
            let name = named.get_name();
            selects.then(|| {
                Failure::unusable(format!("`esker {name}` does not take `{word}` by itself"))
                    .help(format!("What it is about is selected: `esker {name} --select {word}`."))
            })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[test]
    fn words_of_other_tools_are_no_commands_here() {
        let command = Cli::command();
        for (words, help) in WORDS {
            for word in words {
                assert!(command.find_subcommand(word).is_none(), "{word}");
            }
            for named in help.split('`').skip(1).step_by(2).filter_map(|code| code.strip_prefix("esker ")) {
                let name = named.split(' ').next().unwrap_or_default();
                assert!(command.find_subcommand(name).is_some(), "there is no `{named}`");
            }
        }
    }

    #[test]
    fn a_name_by_itself_is_a_selection() {
        for (line, known) in
            [("esker apply orders", true), ("esker ls", true), ("esker aply", false), ("esker check --wrong", false)]
        {
            let arguments: Vec<String> = line.split(' ').map(str::to_owned).collect();
            let error = Cli::try_parse_from(&arguments).err().expect("is wrong");
            assert_eq!(explained(&error, &arguments).is_some(), known, "{line}");
        }
    }
}
