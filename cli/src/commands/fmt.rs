//! `esker fmt`: the files of a project in the one canonical form.

use crate::exit::Exit;
use crate::failure::Failure;
use crate::options::{Fmt, Global};
use crate::output::{Output, count};
use crate::whole::write_whole;
use esker_driver::grammar::{format, parse};
use esker_driver::{esk_files, find_root};
use std::io::Read;
use std::path::{Path, PathBuf};

pub(crate) fn run(global: &Global, options: &Fmt, output: &Output) -> Result<(), Failure> {
    if options.paths.iter().any(|path| path.as_os_str() == "-") {
        return standard_input(options, output);
    }
    let files = match (&options.paths[..], &global.project) {
        ([], None) => esk_files(&find_root(Path::new("."))?)?,
        ([], Some(root)) => esk_files(root)?,
        (paths, _) => named(paths)?,
    };
    let (mut changed, mut broken, mut unreadable) = (0, 0, 0);
    for file in &files {
        match one(file, options.check) {
            Ok(formatted) => {
                let left = if formatted.broken { ": what is broken in it is left as it is" } else { "" };
                changed += usize::from(formatted.changes);
                broken += usize::from(formatted.broken);
                if formatted.changes && options.check {
                    output.print(&format!("{}\n", shown(file)))?;
                }
                if formatted.changes && !options.check {
                    output.tell(&format!("formatted {}{left}\n", shown(file)));
                } else if formatted.broken {
                    output.tell(&format!("{}{left}\n", shown(file)));
                }
            }
            Err(failure) => {
                unreadable += 1;
                failure.tell(output);
            }
        }
    }
    let read = files.len() - unreadable;
    let total = count(read as u64, "file", "files");
    match (changed, options.check) {
        (0, _) if read == 0 && unreadable > 0 => {}
        (0, _) => {
            let but = if broken > 0 { " but for what is broken" } else { "" };
            output.tell(&format!("{total}: all in canonical form{but}\n"));
        }
        (changed, true) => output.tell(&format!("{changed} of {total} would change: `esker fmt` writes them\n")),
        (changed, false) => output.tell(&format!("{changed} of {total} changed\n")),
    }
    if unreadable > 0 {
        return Err(Failure::told(Exit::Unusable));
    }
    if options.check && changed > 0 { Err(Failure::told(Exit::Failed)) } else { Ok(()) }
}

/// What became of a file.
struct Formatted {
    /// Whether its text is another one now (or would be).
    changes: bool,
    /// Whether parts of it could not be read.
    broken: bool,
}

fn one(file: &Path, check: bool) -> Result<Formatted, Failure> {
    let bytes = std::fs::read(file).map_err(|error| problem(file, &format!("cannot be read: {error}")))?;
    let text = String::from_utf8(bytes).map_err(|_| problem(file, "is not UTF-8 text"))?;
    let formatted = format(&text);
    let changes = formatted != text;
    if changes && !check {
        // Its folder would allow it to be replaced, but whoever protects a file means its text.
        if std::fs::metadata(file).is_ok_and(|file| file.permissions().readonly()) {
            return Err(problem(file, "is read-only: it is left as it is"));
        }
        write_whole(file, &formatted).map_err(|error| problem(file, &format!("cannot be written: {error}")))?;
    }
    Ok(Formatted { changes, broken: !parse(&text).errors.is_empty() })
}

fn standard_input(options: &Fmt, output: &Output) -> Result<(), Failure> {
    if options.paths.len() > 1 {
        return Err(Failure::unusable("`-` stands alone: standard input is formatted by itself"));
    }
    let mut text = String::new();
    std::io::stdin()
        .read_to_string(&mut text)
        .map_err(|error| Failure::unusable(format!("cannot read standard input: {error}")))?;
    let formatted = format(&text);
    if !options.check {
        return output.print(&formatted);
    }
    if formatted == text { Ok(()) } else { Err(Failure::told(Exit::Failed)) }
}

/// The files that the paths mean, each once.
fn named(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let mut files = Vec::new();
    for path in paths {
        if path.is_dir() {
            files.extend(esk_files(path)?);
        } else if path.extension().is_some_and(|extension| extension == "esk") || !path.exists() {
            files.push(path.clone());
        } else {
            return Err(problem(path, "is no `.esk` file"));
        }
    }
    files.sort();
    files.dedup();
    Ok(files)
}

fn problem(file: &Path, what: &str) -> Failure {
    Failure::unusable(format!("{} {what}", shown(file)))
}

/// The path from the working directory, where that is shorter.
fn shown(path: &Path) -> String {
    let here = std::env::current_dir().unwrap_or_default();
    path.strip_prefix(here).unwrap_or(path).display().to_string()
}
