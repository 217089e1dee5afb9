//! `esker fmt` as a command: which files it takes, what it says of them, how it exits, and that no file is ever harmed.

use esker_tests::binary::{esker, run};
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use tempfile::TempDir;

const WRONG: &str = "model a { kind   view\n sql { select 1 as id }\n}\n";
const RIGHT: &str = "model a {\n    kind view\n    sql { select 1 as id }\n}\n";

/// A project with these files.
fn project(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), "esker.toml", "[project]\nname = \"shop\"\nmodels = [\"models\"]\n");
    fs::create_dir(folder.path().join("models")).expect("can be made");
    files.iter().for_each(|(path, text)| write(folder.path(), path, text));
    folder
}

fn write(folder: &Path, path: &str, text: impl AsRef<[u8]>) {
    let path = folder.join(path);
    fs::create_dir_all(path.parent().expect("is in the folder")).expect("can be made");
    fs::write(path, text).expect("can be written");
}

fn read(folder: &TempDir, path: &str) -> String {
    String::from_utf8(fs::read(folder.path().join(path)).expect("can be read")).expect("is UTF-8")
}

/// The exit code, standard output and standard error of `esker fmt`.
fn fmt(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let arguments: Vec<&str> = ["fmt"].iter().chain(arguments).copied().collect();
    let output = run(folder, &arguments).unwrap_or_else(|wrong| panic!("{wrong}"));
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    (output.status.code().expect("an exit code"), text(output.stdout), text(output.stderr))
}

/// The same with a text on standard input.
fn piped(arguments: &[&str], text: &[u8]) -> (i32, String, String) {
    let program = esker().unwrap_or_else(|wrong| panic!("{wrong}"));
    let mut command = Command::new(program);
    command.arg("fmt").args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("it starts");
    child.stdin.take().expect("is piped").write_all(text).expect("it reads");
    let output = child.wait_with_output().expect("it ends");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    (output.status.code().expect("an exit code"), text(output.stdout), text(output.stderr))
}

#[test]
fn a_project_a_folder_and_a_file_can_be_formatted() {
    let files = [
        ("models/a.esk", WRONG),
        ("models/deep/b.esk", WRONG),
        ("models/c.sql", "select   1\n"),
        ("other/d.esk", WRONG),
    ];
    let folder = project(&files);
    let (code, out, err) = fmt(folder.path(), &[]);
    assert_eq!((code, out.as_str()), (0, ""));
    assert_eq!(err, "formatted models/a.esk\nformatted models/deep/b.esk\n2 of 2 files changed\n");
    assert_eq!((read(&folder, "models/a.esk"), read(&folder, "models/deep/b.esk")), (RIGHT.into(), RIGHT.into()));
    assert_eq!(read(&folder, "models/c.sql"), "select   1\n");
    assert_eq!(read(&folder, "other/d.esk"), WRONG, "it is in no folder of models");
    assert_eq!(fmt(folder.path(), &[]).2, "2 files: all in canonical form\n");

    let (code, _, err) = fmt(folder.path(), &["other"]);
    assert_eq!((code, err.as_str()), (0, "formatted other/d.esk\n1 of 1 file changed\n"));
    write(folder.path(), "models/a.esk", WRONG);
    // However often it is named.
    let (code, _, err) = fmt(folder.path(), &["models/a.esk", "models/a.esk"]);
    assert_eq!((code, err.as_str()), (0, "formatted models/a.esk\n1 of 1 file changed\n"));
    // From a folder inside, the project is the one around it.
    write(folder.path(), "models/a.esk", WRONG);
    assert_eq!(fmt(&folder.path().join("models/deep"), &[]).0, 0);
    assert_eq!(read(&folder, "models/a.esk"), RIGHT);
    // Without a project, a file is a file.
    let outside = tempfile::tempdir().expect("a folder");
    write(outside.path(), "x.esk", WRONG);
    assert_eq!(fmt(outside.path(), &["x.esk"]).0, 0);
    assert_eq!(read(&outside, "x.esk"), RIGHT);
    assert_eq!(fmt(outside.path(), &[]).0, 2, "there is no project");
}

#[test]
fn a_check_names_the_files_and_changes_nothing() {
    let folder = project(&[("models/a.esk", WRONG), ("models/b.esk", RIGHT)]);
    let (code, out, err) = fmt(folder.path(), &["--check"]);
    assert_eq!((code, out.as_str()), (1, "models/a.esk\n"));
    assert_eq!(err, "1 of 2 files would change: `esker fmt` writes them\n");
    assert_eq!(read(&folder, "models/a.esk"), WRONG);
    let (code, out, _) = fmt(folder.path(), &["--check", "models/b.esk"]);
    assert_eq!((code, out.as_str()), (0, ""));
}

#[test]
fn a_check_tells_of_what_is_broken() {
    let folder = project(&[("models/a.esk", "model a {\n    kind view\n"), ("models/b.esk", RIGHT)]);
    for arguments in [&["--check"][..], &[]] {
        let (code, out, err) = fmt(folder.path(), arguments);
        assert_eq!((code, out.as_str()), (0, ""));
        let left = "models/a.esk: what is broken in it is left as it is\n";
        assert_eq!(err, format!("{left}2 files: all in canonical form but for what is broken\n"));
    }
}

#[test]
fn standard_input_goes_to_standard_output() {
    assert_eq!(piped(&["-"], WRONG.as_bytes()), (0, RIGHT.into(), String::new()));
    assert_eq!(piped(&["-", "--check"], RIGHT.as_bytes()), (0, String::new(), String::new()));
    assert_eq!(piped(&["-", "--check"], WRONG.as_bytes()).0, 1);
    let broken = "model a {\n  kind   view\n";
    assert_eq!(piped(&["-"], broken.as_bytes()), (0, broken.into(), String::new()), "a broken text is left as it is");
    let (code, out, err) = piped(&["-"], b"group \xff");
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(err.contains("standard input"), "{err}");
    assert_eq!(piped(&["-", "a.esk"], b"").0, 2);
}

#[test]
fn line_ends_and_broken_items_stay() {
    let crlf = WRONG.replace('\n', "\r\n");
    let broken = "model b {\n  kind   view\n  sq { select   1 }\n}\n";
    let folder = project(&[("models/a.esk", &crlf), ("models/b.esk", &format!("{broken}\n{WRONG}"))]);
    let (code, _, err) = fmt(folder.path(), &[]);
    assert_eq!(code, 0, "{err}");
    assert_eq!(read(&folder, "models/a.esk"), RIGHT.replace('\n', "\r\n"));
    assert_eq!(read(&folder, "models/b.esk"), format!("{broken}\n{RIGHT}"));
    assert!(err.contains("formatted models/b.esk: what is broken in it is left as it is\n"), "{err}");
}

#[test]
fn a_file_that_cannot_be_formatted_keeps_no_other_from_it() {
    let folder = project(&[("models/z.esk", WRONG)]);
    write(folder.path(), "models/latin.esk", b"group \xe9 {}\n");
    write(folder.path(), "models/protected.esk", WRONG);
    let protected = folder.path().join("models/protected.esk");
    let mut permissions = fs::metadata(&protected).expect("is there").permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&protected, permissions).expect("is ours");
    let (code, out, err) = fmt(folder.path(), &[]);
    assert_eq!((code, out.as_str()), (2, ""), "{err}");
    assert!(err.contains("models/latin.esk is not UTF-8 text"), "{err}");
    assert!(err.contains("models/protected.esk is read-only"), "{err}");
    assert_eq!(read(&folder, "models/z.esk"), RIGHT);
    assert_eq!(read(&folder, "models/protected.esk"), WRONG);
    assert_eq!(fs::read(folder.path().join("models/latin.esk")).expect("can be read"), b"group \xe9 {}\n");
    // Looking is allowed.
    assert_eq!(fmt(folder.path(), &["--check", "models/protected.esk"]).0, 1);

    let (code, _, err) = fmt(folder.path(), &["models/nothing.esk"]);
    assert!(code == 2 && err.contains("models/nothing.esk cannot be read"), "{err}");
    let (code, _, err) = fmt(folder.path(), &["esker.toml"]);
    assert!(code == 2 && err.contains("esker.toml is no `.esk` file"), "{err}");
}

#[cfg(unix)]
#[test]
fn links_and_permissions_stay_and_nothing_is_left_behind() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let folder = project(&[("kept/a.esk", WRONG)]);
    let (file, link) = (folder.path().join("kept/a.esk"), folder.path().join("models/a.esk"));
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).expect("is ours");
    symlink("../kept/a.esk", &link).expect("can be made");
    symlink("nowhere", folder.path().join("models/b.esk")).expect("can be made");
    let (code, _, err) = fmt(folder.path(), &[]);
    assert_eq!(code, 0, "{err}");
    assert_eq!(read(&folder, "kept/a.esk"), RIGHT);
    assert!(fs::symlink_metadata(&link).expect("is there").is_symlink(), "the link is a file now");
    assert_eq!(fs::metadata(&file).expect("is there").permissions().mode() & 0o777, 0o640);
    let mut names: Vec<_> = fs::read_dir(folder.path().join("kept")).expect("readable").flatten().collect();
    names.retain(|entry| entry.file_name() != "a.esk");
    assert!(names.is_empty(), "{names:?}");
}

#[cfg(unix)]
#[test]
fn a_file_that_cannot_be_written_as_a_whole_is_not_written() {
    use std::os::unix::fs::PermissionsExt;
    let folder = project(&[("models/a.esk", WRONG)]);
    let models = folder.path().join("models");
    fs::set_permissions(&models, fs::Permissions::from_mode(0o555)).expect("is ours");
    let root = fs::write(models.join("probe"), "").is_ok(); // root may write anywhere: then there is nothing to test
    let (code, _, err) = fmt(folder.path(), &[]);
    fs::set_permissions(&models, fs::Permissions::from_mode(0o755)).expect("is ours");
    if !root {
        assert!(code == 2 && err.contains("cannot be written"), "{err}");
        assert_eq!(read(&folder, "models/a.esk"), WRONG);
    }
}
