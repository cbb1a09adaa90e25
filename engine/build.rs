//! Embeds every file below `rules/`, so that the program is one file.
//!
//! Writes `embedded_rules.rs`: a slice of (path below `rules/` with forward slashes, text), sorted by path.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let root = PathBuf::from(variable("CARGO_MANIFEST_DIR")?).join("rules");
    announce("rerun-if-changed=engine/build.rs");
    announce("rerun-if-changed=rules");
    let mut files = Vec::new();
    if root.is_dir() {
        collect(&root, &mut files)?;
    }
    let mut table: Vec<(String, PathBuf)> = files.into_iter().map(|file| (label(&root, &file), file)).collect();
    table.sort();
    let mut code = String::from("&[\n");
    for (label, file) in &table {
        // The debug form of a string is a Rust string literal, backslashes of Windows paths included.
        let _ = writeln!(code, "    ({label:?}, include_str!({:?})),", file.display().to_string());
    }
    code.push_str("]\n");
    fs::write(PathBuf::from(variable("OUT_DIR")?).join("embedded_rules.rs"), code)
}

fn variable(name: &str) -> io::Result<String> {
    env::var(name).map_err(|error| io::Error::other(format!("{name}: {error}")))
}

#[allow(clippy::print_stdout, reason = "this is how a build script speaks to cargo")]
fn announce(what: &str) {
    println!("cargo::{what}");
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "yaml") {
            files.push(path);
        }
    }
    Ok(())
}

fn label(root: &Path, file: &Path) -> String {
    let below = file.strip_prefix(root).unwrap_or(file);
    below.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}
