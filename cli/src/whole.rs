//! Writing a file as a whole or not at all.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

/// Writes the file so that its name never stands for half of it: beside it first, onto the disk, then renamed.
pub(crate) fn write_whole(path: &Path, text: &str) -> io::Result<()> {
    // What a link points to is replaced, not the link.
    let path = &fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    let name = path.file_name().ok_or_else(|| io::Error::other("it is not the name of a file"))?;
    let beside = path.with_file_name(format!(".{}.{}", name.to_string_lossy(), std::process::id()));
    let written = File::create(&beside)
        .and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()))
        .and_then(|()| match fs::metadata(path) {
            Ok(before) => fs::set_permissions(&beside, before.permissions()),
            Err(_) => Ok(()), // a new file
        })
        .and_then(|()| fs::rename(&beside, path));
    if written.is_err() {
        let _ = fs::remove_file(&beside); // the first error is the one to tell
    }
    written
}
