//! The standard library: files of every project, written in Esker like any other.

macro_rules! files {
    ($($name:literal)*) => {
        &[$((concat!("std:", $name), include_str!(concat!("../../../std/", $name)))),*]
    };
}

/// The files by their paths.
pub(crate) const FILES: &[(&str, &str)] = files! {
    "formats.esk" "missing.esk" "models.esk" "numbers.esk" "order.esk" "text.esk" "time.esk" "unique.esk" "values.esk"
};
