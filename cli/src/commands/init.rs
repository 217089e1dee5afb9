//! `esker init`: in a folder with data files, a project that has them as its sources; elsewhere a small project that
//! works at once, to be read and then replaced by one's own.

mod found;

use crate::failure::Failure;
use crate::options::Init;
use crate::output::Output;
use crate::whole::write_whole;
use std::fs;
use std::path::Path;

/// What every new project has. `NAME` stands for its name.
const FRAME: [(&str, &str); 2] =
    [("esker.toml", include_str!("init/esker.toml")), (".gitignore", include_str!("init/gitignore"))];

/// The small project.
const SAMPLE: [(&str, &str); 2] =
    [("models/shop.esk", include_str!("init/shop.esk")), ("data/orders.csv", include_str!("init/orders.csv"))];

pub(crate) fn run(options: &Init, output: &Output) -> Result<(), Failure> {
    let folder = &options.folder;
    if folder.join("esker.toml").exists() {
        let what = if folder.as_os_str() == "." { "this folder".to_owned() } else { folder.display().to_string() };
        return Err(Failure::unusable(format!("{what} is a project already: it has an esker.toml"))
            .help("`esker init DIR` starts one in another folder."));
    }
    let name = name(folder);
    let (sources, found, unread) = found::sources(folder);
    let mut files: Vec<(&str, String)> =
        FRAME.iter().map(|(path, text)| (*path, text.replace("NAME", &name))).collect();
    match sources {
        Some(text) => files.push(("models/sources.esk", text)),
        None => files.extend(SAMPLE.iter().map(|(path, text)| (*path, (*text).to_owned()))),
    }
    let mut text = String::new();
    for (path, content) in files {
        let target = folder.join(path);
        if target.exists() {
            text.push_str(&format!("kept    {path}, which was there\n"));
            continue;
        }
        let written = target.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| write_whole(&target, &content));
        written.map_err(|error| Failure::unusable(format!("cannot write {}: {error}", target.display())))?;
        text.push_str(&format!("wrote   {path}\n"));
    }
    text.extend(found.iter().map(|source| format!("found   {} as {}\n", source.path, source.name)));
    for problem in unread {
        output.tell(&format!("left out {problem}\n"));
    }
    let go = if folder.as_os_str() == "." { String::new() } else { format!("cd {}\n  ", folder.display()) };
    text.push_str(&match found.first() {
        None => format!("\nNow try\n  {go}esker check\n  esker apply\n  esker show customers\n"),
        Some(source) => {
            let short = source.name.trim_start_matches("raw.");
            format!(
                "\nThe types are the engine's guess: look at models/sources.esk, and add `not null` where it holds.\n\
                 A first model, models/{short}.esk:\n\n  model {short} {{\n      kind view\n      \
                 sql {{ select * from ref({}) }}\n  }}\n\n\
                 Then try\n  {go}esker check\n  esker apply\n  esker show {short}\n",
                source.name
            )
        }
    });
    output.print(&text)
}

/// The folder's name in the letters that suit a project and a file everywhere.
fn name(folder: &Path) -> String {
    let path = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    let path = fs::canonicalize(&path).unwrap_or(path); // `.` and `..` have no names of their own
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let plain: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' }).collect();
    match plain.trim_matches('_') {
        "" => "project".to_owned(),
        plain if plain.starts_with(|c: char| c.is_ascii_digit()) => format!("_{plain}"),
        plain => plain.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_made_of_any_folder() {
        for (folder, expected) in [
            ("/x/My Shop", "my_shop"),
            ("/x/café", "caf"),
            ("/", "project"),
            ("/x/..", "project"),
            ("/x/2024-shop", "_2024_shop"),
        ] {
            assert_eq!(name(Path::new(folder)), expected, "{folder}");
        }
    }
}
