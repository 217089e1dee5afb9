//! Kinds: their columns and their options.

use super::{Lower, literal};
use crate::{ChangePolicy, DeclErrorKind, KINDS, KindDecl, KindForm, KindOptions, Part};
use esker_grammar::ast::{KindAst, LiteralAst, LiteralValue, OptionAst};
use std::collections::BTreeMap;

impl Lower<'_> {
    pub(super) fn kind(&mut self, ast: &KindAst) -> Option<KindDecl> {
        self.put(Part::Kind, ast.span);
        let words = ast.words.as_str();
        let (takes, fits): (_, fn(usize) -> bool) = match words {
            "full" | "view" | "ephemeral" | "append" => ("no columns", |count| count == 0),
            "incremental by time" | "scd2 by time" => ("exactly one column", |count| count == 1),
            _ if KINDS.contains(&words) => ("at least one column", |count| count > 0),
            _ => {
                self.error(Part::Kind, DeclErrorKind::UnknownKind(words.into()));
                return None;
            }
        };
        if !fits(ast.columns.len()) {
            let example = match words {
                "incremental by time" => format!("{words} (ordered_at)"),
                "scd2 by time" => format!("{words} (updated_at)"),
                "incremental by partition" => format!("{words} (country)"),
                "incremental by key" => format!("{words} (id)"),
                "scd2 by columns" => format!("{words} (name, country)"),
                _ => words.into(),
            };
            if !self.is_mistaken(ast.span) {
                self.error(Part::Kind, DeclErrorKind::BadKindColumns { kind: words.into(), takes, example });
            }
            return None;
        }
        if let ("incremental by time" | "scd2 by time", [column]) = (words, ast.columns.as_slice()) {
            self.put(Part::TimeColumn, column.span);
        }
        let mut columns = self.names(&ast.columns, "column of the kind", Part::KindColumn);
        let form = match words {
            "full" => KindForm::Full,
            "view" => KindForm::View,
            "ephemeral" => KindForm::Ephemeral,
            "append" => KindForm::Append,
            "incremental by time" => KindForm::IncrementalByTime(columns.pop()?),
            "scd2 by time" => KindForm::Scd2ByTime(columns.pop()?),
            "incremental by key" => KindForm::IncrementalByKey(columns),
            "incremental by partition" => KindForm::IncrementalByPartition(columns),
            _ => KindForm::Scd2ByColumns(columns),
        };
        let options = self.kind_options(&form, &ast.options);
        Some(KindDecl { form, options })
    }

    fn kind_options(&mut self, form: &KindForm, asts: &[OptionAst]) -> KindOptions {
        let mut options = KindOptions::default();
        let mut seen: BTreeMap<&str, Part> = BTreeMap::new();
        for (index, ast) in asts.iter().enumerate() {
            let part = Part::Option(index as u32);
            self.put(part, ast.value.as_ref().map_or(ast.span, |value| ast.span.to(value.span)));
            if let Some(first) = seen.get(ast.words.as_str()) {
                self.repeated(part, ast.words.as_str(), *first);
                continue;
            }
            seen.insert(&ast.words, part);
            match ast.words.as_str() {
                "every" => self.put(Part::Every, ast.span),
                "partials" => self.put(Part::Partials, ast.span),
                "forward only" => self.put(Part::ForwardOnly, ast.span),
                _ => {}
            }
            let problem = match misfit(form, &ast.words) {
                Some(kinds) => {
                    let kind = form.words().into();
                    Some(DeclErrorKind::OptionMisfit { option: ast.words.clone(), kind, kinds })
                }
                None => set(&mut options, ast),
            };
            if let Some(problem) = problem {
                self.error(part, problem);
            }
        }
        options
    }
}

/// The kinds that have an option, when this one does not.
fn misfit(form: &KindForm, option: &str) -> Option<&'static str> {
    let whole = matches!(form, KindForm::Full | KindForm::View | KindForm::Ephemeral);
    match option {
        "every" | "lookback" | "batch" | "concurrency" | "partials" => {
            let cells = matches!(form, KindForm::IncrementalByTime(_));
            (!cells).then_some("only `incremental by time`, which has cells,")
        }
        _ => whole.then_some("the incremental kinds, `append` and the `scd2` kinds"),
    }
}

/// Sets an option, or says what is wrong with its value.
fn set(options: &mut KindOptions, ast: &OptionAst) -> Option<DeclErrorKind> {
    let value = ast.value.as_ref();
    let positive = || literal::count(value).filter(|count| *count > 0);
    let (done, expected) = match ast.words.as_str() {
        "every" => {
            options.every = unit(value);
            (options.every.is_some(), "a duration, as `day`, `15 minutes` or `month`")
        }
        "lookback" => {
            let cells = literal::count(value);
            options.lookback = cells.unwrap_or_default();
            (cells.is_some(), "a number of cells, as `lookback 2`")
        }
        "batch" => {
            options.batch = positive();
            (options.batch.is_some(), "a number of cells from 1, as `batch 30`")
        }
        "concurrency" => {
            options.concurrency = positive();
            (options.concurrency.is_some(), "a number from 1, as `concurrency 4`")
        }
        "on destructive change" | "on additive change" => {
            let word = match value.map(|literal| &literal.value) {
                Some(LiteralValue::Word(word) | LiteralValue::String(word)) => word.as_str(),
                _ => "",
            };
            let policy = match word {
                "error" => ChangePolicy::Error,
                "warn" => ChangePolicy::Warn,
                "allow" => ChangePolicy::Allow,
                "" => {
                    return Some(DeclErrorKind::BadOption {
                        option: ast.words.clone(),
                        expected: "one of the words `error`, `warn` and `allow`",
                    });
                }
                _ => {
                    return Some(DeclErrorKind::UnknownWord {
                        word: word.into(),
                        allowed: &["error", "warn", "allow"],
                    });
                }
            };
            match ast.words.as_str() {
                "on additive change" => options.on_additive_change = Some(policy),
                _ => options.on_destructive_change = Some(policy),
            }
            (true, "")
        }
        "partials" => {
            options.partials = true;
            (value.is_none(), "no value")
        }
        "forward only" => {
            options.forward_only = true;
            (value.is_none(), "no value")
        }
        // The parser knows no other option.
        _ => {
            options.no_restatement = true;
            (value.is_none(), "no value")
        }
    };
    (!done).then(|| DeclErrorKind::BadOption { option: ast.words.clone(), expected })
}

/// `day` or `15 minutes` as a count and a unit, as written: whether it can be a cell's is judged with the cron.
fn unit(literal: Option<&LiteralAst>) -> Option<(u32, String)> {
    match &literal?.value {
        LiteralValue::Duration(duration) => {
            let count = duration.count.as_deref().unwrap_or("1").parse().ok()?;
            Some((count, duration.unit.text.clone()))
        }
        LiteralValue::Word(word) => Some((1, word.clone())),
        _ => None,
    }
}
