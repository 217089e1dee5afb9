//! Writes the folder of the engine's library into what is linked with it, so that it starts by itself. `cli` and `tests` use it too.

use std::env::var_os;

fn main() {
    println!("cargo::rerun-if-env-changed=DUCKDB_LIB_DIR");
    if var_os("CARGO_FEATURE_BUNDLED").is_some() {
        return; // the engine is inside the binary
    }
    let Some(folder) = var_os("DUCKDB_LIB_DIR") else { return };
    if let Ok(folder) = std::path::absolute(folder) {
        println!("cargo::rustc-link-arg=-Wl,-rpath,{}", folder.display());
    }
}
