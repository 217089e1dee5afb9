//! `esker init`: a small project that works at once, to be read and then replaced by one's own.

use crate::failure::Failure;
use crate::options::Init;
use crate::output::Output;
use std::fs;
use std::path::Path;

/// The files of the new project. `NAME` in them is its name.
const FILES: [(&str, &str); 4] = [
    ("esker.toml", include_str!("init/esker.toml")),
    ("models/shop.esk", include_str!("init/shop.esk")),
    ("data/orders.csv", include_str!("init/orders.csv")),
    (".gitignore", include_str!("init/gitignore")),
];

pub(crate) fn run(options: &Init, output: &Output) -> Result<(), Failure> {
    let folder = &options.folder;
    if folder.join("esker.toml").exists() {
        return Err(Failure::unusable(format!("{} is a project already: it has an esker.toml", folder.display()))
            .help("`esker init DIR` starts one in another folder."));
    }
    let name = name(folder);
    let mut text = String::new();
    for (path, content) in FILES {
        let target = folder.join(path);
        if target.exists() {
            text.push_str(&format!("kept    {path}, which was there\n"));
            continue;
        }
        let written = target
            .parent()
            .map_or(Ok(()), fs::create_dir_all)
            .and_then(|()| fs::write(&target, content.replace("NAME", &name)));
        written.map_err(|error| Failure::unusable(format!("cannot write {}: {error}", target.display())))?;
        text.push_str(&format!("wrote   {path}\n"));
    }
    let go = if folder.as_os_str() == "." { String::new() } else { format!("cd {}\n  ", folder.display()) };
    text.push_str(&format!("\nNow try\n  {go}esker check\n  esker apply\n  esker show customers\n"));
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
        plain => plain.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_made_of_any_folder() {
        for (folder, expected) in
            [("/x/My Shop", "my_shop"), ("/x/café", "caf"), ("/", "project"), ("/x/..", "project")]
        {
            assert_eq!(name(Path::new(folder)), expected, "{folder}");
        }
    }
}
