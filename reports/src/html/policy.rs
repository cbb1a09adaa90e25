//! The content security policy of a page: its own style sheet and script by their hashes, nothing else. A browser then
//! runs and loads nothing that a ticket could have brought in.

use super::svg;
use data_encoding::BASE64;
use sha2::{Digest as _, Sha256};
use std::sync::OnceLock;

/// The style sheet that every page begins with.
pub(crate) const STYLE: &str = include_str!("templates/style.css");
/// The style sheets.
pub(super) const STYLES: [&str; 2] = [STYLE, svg::STYLE];
/// The script.
pub(super) const SCRIPT: &str = include_str!("templates/script.js");

/// The policy of a report.
pub(super) fn policy() -> &'static str {
    static POLICY: OnceLock<String> = OnceLock::new();
    POLICY.get_or_init(|| of(&STYLES, &[SCRIPT]))
}

/// The policy of a page with these style sheets and scripts (W3C, Content Security Policy Level 3).
pub(crate) fn of(styles: &[&str], scripts: &[&str]) -> String {
    let hash = |text: &&str| format!("'sha256-{}'", BASE64.encode(&Sha256::digest(text.as_bytes())));
    let hashes = |texts: &[&str]| texts.iter().map(hash).collect::<Vec<_>>().join(" ");
    format!(
        "default-src 'none'; style-src {}; script-src {}; base-uri 'none'; form-action 'none'",
        hashes(styles),
        hashes(scripts)
    )
}
