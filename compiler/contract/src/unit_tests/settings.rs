//! What a test sets beside rows: the interval, the present moment, values of variables.

use super::Check;
use crate::audits::variable;
use crate::messages::list;
use crate::values::{misfit, text, what};
use esker_declare::Part;
use esker_diagnostics::{self as diagnostics, Diagnostic, nearest};
use esker_grammar::sql::SqlText;

/// The variables that `during` sets.
const RANGE: [&str; 4] = ["start", "end", "start_date", "end_date"];

impl Check<'_> {
    /// What is wrong with the settings, for the SQL of each subject.
    pub(super) fn settings(&mut self, bodies: &[(String, &SqlText)]) {
        let uses = |names: &[&str]| {
            let used = |(_, sql): &&(String, &SqlText)| {
                sql.tokens.iter().filter_map(variable).any(|name| names.contains(&name))
            };
            bodies.iter().find(used).map(|(label, _)| label.clone())
        };
        let (range, now) = (uses(&RANGE), uses(&["now"]));
        let during = (self.decl.during.is_some(), Part::Start, "during", "`$start` and `$end`", "during 2024-01-01");
        let moment = (self.decl.now.is_some(), Part::Now, "now", "`$now`", "now 2024-01-01");
        let wrong = |part: Part| self.item.errors(self.db).iter().any(|error| error.at.part == part);
        let unread = [wrong(Part::Start) || wrong(Part::End), wrong(Part::Now)];
        for ((set, part, word, variables, example), label) in [(during, range), (moment, now)] {
            let unread = unread[usize::from(word == "now")];
            match label {
                Some(label) if !set && !unread && !self.item.broken(self.db) => {
                    let title = format!("`{label}` uses {variables}, and the test does not say what they are");
                    let title = if word == "now" { title.replace("they are", "it is") } else { title };
                    let at = self.at(Part::Subject(0));
                    let found = Diagnostic::new(diagnostics::UNSET_VARIABLE, title, at, format!("needs `{word}`"));
                    self.found.push(found.help(format!("Add a line to the test: `{example}`.")));
                }
                None if set && !bodies.is_empty() => {
                    let title = format!("`{word}` changes nothing: what is tested does not use {variables}");
                    let found = Diagnostic::new(diagnostics::UNUSED_SETTING, title, self.at(part), "never used");
                    self.found.push(found.help("Remove the line."));
                }
                _ => {}
            }
        }
        self.vars();
    }

    fn vars(&mut self) {
        let known = esker_sql::variables(self.project.settings(self.db));
        for (name, value, line) in &self.decl.vars {
            let at = self.at(Part::Line(*line));
            let Some((_, ty, _)) = known.iter().find(|(known, ..)| known == name) else {
                let title = format!("the project has no variable `{name}`");
                let found = Diagnostic::new(diagnostics::UNKNOWN_VARIABLE, title, at, "unknown variable");
                let names: Vec<&str> = self.project.settings(self.db).vars.keys().map(String::as_str).collect();
                self.found.push(match nearest(name, names.iter().copied()) {
                    Some(near) => found.help(format!("Did you mean `${near}`?")),
                    None if names.is_empty() => {
                        found.help(format!("Declare it in `esker.toml`: `{name} = …` under `[vars]`."))
                    }
                    None => found.help(format!("It has {}.", list(&names))),
                });
                continue;
            };
            if let Some(help) = misfit(value, ty) {
                let title = format!("`{}` is {}, and `${name}` is `{ty}`", text(value), what(value));
                let at = self.at(Part::Value(*line));
                self.found.push(Diagnostic::new(diagnostics::WRONG_VALUE, title, at, "another type").help(help));
            }
        }
    }
}
