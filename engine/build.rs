//! Embeds every file below `rules/`, so that the program is one file.
//!
//! Writes `embedded_rules.rs`: a slice of (path below `rules/` with forward slashes, text, compact tree), sorted by path.
//! The trees spare the program the scanning of YAML at every start. A file that is no YAML has an empty one: what is
//! wrong with it is told by `rules check`, which reads the text.

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
    let out = PathBuf::from(variable("OUT_DIR")?);
    for (number, (label, file)) in table.iter().enumerate() {
        let tree = out.join(format!("{number}.tree"));
        fs::write(&tree, compact(&fs::read_to_string(file)?))?;
        // The debug form of a string is a Rust string literal, backslashes of Windows paths included.
        let (file, tree) = (file.display().to_string(), tree.display().to_string());
        let _ = writeln!(code, "    ({label:?}, include_str!({file:?}), include_bytes!({tree:?})),");
    }
    code.push_str("]\n");
    fs::write(out.join("embedded_rules.rs"), code)
}

/// The compact form of a file.
fn compact(text: &str) -> Vec<u8> {
    stacklore_yaml::parse(text).ok().and_then(|tree| stacklore_yaml::compact::write(&tree).ok()).unwrap_or_default()
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
