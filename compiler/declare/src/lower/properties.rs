//! The properties that a model's shared body and a version block may both state.

use super::Lower;
use super::body::BodyKind;
use crate::{Access, DeclErrorKind, Part, Place, Properties, SqlDecl};
use esker_grammar::ast::{Line, LineKind, Name, StrAst};
use std::str::FromStr;

impl Lower<'_> {
    /// All lines of a body that are properties, the others handed to `other`, which says whether it took them.
    pub(super) fn properties<'l>(
        &mut self,
        body: &'l [Line],
        kind: &BodyKind,
        mut other: impl FnMut(&mut Self, Part, &'l Line) -> bool,
    ) -> Properties {
        let mut properties = Properties::default();
        let mut none = None;
        self.lines(body, |lower, part, line| match &line.kind {
            LineKind::Audit(audit) if audit.name.text == "none" && audit.args.is_empty() => {
                if let Some(first) = none {
                    lower.repeated(part, "audit none", first);
                }
                none = Some(part);
            }
            _ if other(lower, part, line) => {}
            _ => lower.property(&mut properties, part, line, kind),
        });
        match (none, &properties.audits) {
            (Some(part), Some(_)) => {
                let other = self.place(Part::Audit(0));
                self.error(part, DeclErrorKind::AuditNone { other });
            }
            (Some(_), None) => properties.audits = Some(Vec::new()),
            (None, _) => {}
        }
        properties
    }

    fn property(&mut self, properties: &mut Properties, part: Part, line: &Line, kind: &BodyKind) {
        match &line.kind {
            LineKind::Kind(kind) => properties.kind = self.kind(kind),
            LineKind::Cron { expr, tz } => {
                self.put(Part::Cron, expr.span);
                properties.cron = Some(expr.text.clone());
                if let Some(tz) = tz {
                    self.time_zone(&mut properties.tz, part, tz);
                }
            }
            LineKind::Tz(tz) => self.time_zone(&mut properties.tz, part, tz),
            LineKind::Start(literal) => properties.start = self.moment(Part::Start, literal),
            LineKind::End(literal) => properties.end = self.end_moment(Part::End, literal),
            LineKind::Grain(names) => properties.grain = Some(self.names(names, "column of the grain", Part::Grain)),
            LineKind::Owner(owner) => properties.owner = Some(owner.text.clone()),
            LineKind::Tags(tags) => properties.tags = Some(self.names(tags, "tag", Part::Tag)),
            LineKind::Access(word) => properties.access = self.access(word),
            LineKind::Group(group) => {
                self.put(Part::Group, group.span);
                properties.group = Some(group.text.clone());
            }
            LineKind::Contract { mode, columns } => {
                self.put(Part::Contract, line.keyword);
                if let Some(mode) = mode.as_ref().filter(|mode| mode.text != "enforced") {
                    self.put(Part::ContractMode, mode.span);
                    self.error(
                        Part::ContractMode,
                        DeclErrorKind::UnknownWord { word: mode.text.clone(), allowed: &["enforced"] },
                    );
                }
                properties.contract = Some(self.declared_columns(columns, "a contract"));
            }
            LineKind::Alias(path) => {
                self.put(Part::Alias, path.span);
                match path.parts.len() {
                    1 | 2 => properties.alias = Some(path.text()),
                    _ => self.error(Part::Alias, DeclErrorKind::BadAlias(path.text())),
                }
            }
            LineKind::Audit(audit) => self.audit_line(&mut properties.audits, audit),
            LineKind::Sql(sql) => properties.sql = self.sql(part, sql),
            LineKind::SqlFile(file) => {
                self.put(Part::Sql, file.span);
                properties.sql = SqlDecl::File(file.text.clone());
            }
            LineKind::Option(option) => self.error(part, DeclErrorKind::LooseOption(option.words.clone())),
            _ => self.misplaced(part, line, kind),
        }
    }

    fn access(&mut self, word: &Name) -> Option<Access> {
        self.put(Part::Access, word.span);
        let found = [Access::Private, Access::Protected, Access::Public].into_iter().find(|a| a.word() == word.text);
        if found.is_none() {
            let allowed = &["private", "protected", "public"];
            self.error(Part::Access, DeclErrorKind::UnknownWord { word: word.text.clone(), allowed });
        }
        found
    }

    /// A zone behind `tz` or behind `cron … tz`: if both are there, they are the same.
    fn time_zone(&mut self, tz: &mut Option<String>, part: Part, zone: &StrAst) {
        let second = self.places.has(self.place(Part::Tz));
        self.put(Part::Tz, zone.span);
        if chrono_tz::Tz::from_str(&zone.text).is_err() {
            // The second of two bad ones has no place of its own: it is told at its line.
            let at = if second { part } else { Part::Tz };
            self.error(at, DeclErrorKind::UnknownTimeZone(zone.text.clone()));
            return;
        }
        match tz {
            Some(known) if *known != zone.text => {
                let zones = [known.clone(), zone.text.clone()];
                let first = self.place(Part::Tz);
                self.error(part, DeclErrorKind::TwoTimeZones { first, zones });
            }
            _ => *tz = Some(zone.text.clone()),
        }
    }

    /// Reports a timeline that ends before it starts, at what the current body states of it.
    pub(super) fn timeline(&mut self, own: &Properties, shared: Option<&Properties>) {
        let start = own.start.or(shared.and_then(|shared| shared.start));
        let end = own.end.or(shared.and_then(|shared| shared.end));
        let stated = own.start.is_some() || own.end.is_some();
        let (true, Some(start), Some(end)) = (stated, start, end) else { return };
        if start < end {
            return;
        }
        // What is not the body's own is inherited from the shared one.
        let place = |own: bool, part| Place { version: if own { self.version } else { None }, part };
        let (at, other) = match own.end {
            Some(_) => (Part::End, place(own.start.is_some(), Part::Start)),
            None => (Part::Start, place(false, Part::End)),
        };
        let at_start = at == Part::Start;
        self.error(at, DeclErrorKind::EmptyRange { what: "the timeline", at_start, other });
    }
}
