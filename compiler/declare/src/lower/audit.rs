//! Uses of audits.

use super::Lower;
use crate::{AuditUse, DeclErrorKind, Part, Value};
use esker_grammar::ast::AuditUseAst;

impl Lower<'_> {
    /// `accepted_range(lifetime, min => 0) warn`, the nth of its body. Arguments are matched where the audit is known.
    pub(super) fn audit_use(&mut self, line: u32, ast: &AuditUseAst) -> AuditUse {
        self.put(Part::Audit(line), ast.name.span);
        let mut args = Vec::new();
        for (name, literal) in &ast.args {
            let part = Part::AuditArg(line, args.len() as u32);
            self.put(part, name.as_ref().map_or(literal.span, |name| name.span.to(literal.span)));
            // What does not exist was reported; something takes its place, so that the others keep theirs.
            let value = self.value(part, literal).unwrap_or(Value::Null);
            args.push((name.as_ref().map(|name| name.text.clone()), value));
        }
        let warn = match &ast.level {
            Some(level) if level.text == "warn" => true,
            Some(level) if level.text != "error" => {
                self.put(Part::AuditLevel(line), level.span);
                let allowed = &["warn", "error"];
                self.error(Part::AuditLevel(line), DeclErrorKind::UnknownWord { word: level.text.clone(), allowed });
                false
            }
            _ => false,
        };
        AuditUse { name: ast.name.text.clone(), args, warn, line }
    }

    /// An `audit …` line of a body: `audit none` takes all audits away.
    pub(super) fn audit_line(&mut self, audits: &mut Option<Vec<AuditUse>>, ast: &AuditUseAst) {
        let known = audits.get_or_insert_with(Vec::new);
        // Broken uses are kept too: the number of a line is its place in the list, `none` not counted.
        let line = known.len() as u32;
        known.push(self.audit_use(line, ast));
    }
}
