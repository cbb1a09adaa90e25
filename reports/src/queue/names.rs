//! Names of files in the folder of a batch, and links between them.

use std::fmt::Write as _;

/// The page with all tickets.
pub const INDEX: &str = "index.html";
/// The word for tickets of which nothing could be read, beside those of the verdicts.
pub(super) const FAILED: &str = "not-read";

/// Page and report of a ticket whose files have that name: `tickets/NAME.html` and `tickets/NAME.json`.
pub fn ticket_files(name: &str) -> (String, String) {
    (format!("tickets/{name}.html"), format!("tickets/{name}.json"))
}

/// Page of a rule, relative to the folder of the batch. Rules come from outside as well: what is no plain letter of a
/// file name is written as its number.
pub fn signature_page(rule: &str) -> String {
    format!("signatures/{}.html", plain(rule))
}

/// Folder of a cluster, relative to the folder of the batch.
pub fn cluster_folder(id: &str) -> String {
    format!("clusters/{}", plain(id))
}

/// A name out of letters, digits, `-`, `_` and dots that do not lead, however it is spelt.
fn plain(name: &str) -> String {
    let mut plain = String::with_capacity(name.len());
    for c in name.chars() {
        match c {
            'a'..='z' | 'A'..='Z' | '0'..='9' | '-' | '_' => plain.push(c),
            '.' if !plain.is_empty() => plain.push(c),
            _ => {
                let _ = write!(plain, "_{:x}_", u32::from(c));
            }
        }
    }
    if plain.is_empty() { "_".into() } else { plain }
}

/// A link to one of our own files, `folder/name`: every character that means something in an address is written as
/// its number, so that a name can lead nowhere else. What would leave the folder leads to the page itself.
pub(super) fn href(path: &str) -> String {
    let mut href = String::with_capacity(path.len());
    for (at, part) in path.split('/').enumerate() {
        if matches!(part, "" | "." | "..") {
            return "#".into();
        }
        if at > 0 {
            href.push('/');
        }
        push_encoded(part, &mut href);
    }
    href
}

/// The index with the filter for one rule, from a page in a folder beside it.
pub(super) fn filtered_index(rule: &str) -> String {
    let mut href = format!("../{INDEX}#signature=");
    push_encoded(rule, &mut href);
    href
}

fn push_encoded(text: &str, href: &mut String) {
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => href.push(char::from(byte)),
            _ => {
                let _ = write!(href, "%{byte:02X}");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{cluster_folder, href, signature_page};

    #[test]
    fn names_stay_in_their_folder() {
        assert_eq!(signature_page("lock-cycle"), "signatures/lock-cycle.html");
        assert_eq!(signature_page("../../etc/passwd"), "signatures/_2e_._2f_.._2f_etc_2f_passwd.html");
        assert_eq!(cluster_folder(".."), "clusters/_2e_.");
        assert_eq!(cluster_folder(""), "clusters/_");
    }

    #[test]
    fn links_lead_to_own_files_only() {
        assert_eq!(href("tickets/a b#1?.html"), "tickets/a%20b%231%3F.html");
        assert_eq!(href("javascript:alert(1)"), "javascript%3Aalert%281%29");
        assert_eq!(href("tickets/größe.html"), "tickets/gr%C3%B6%C3%9Fe.html");
        for outside in ["../x.html", "/etc/passwd", "//example.org/", "tickets/../../x", "https://example.org", ""] {
            assert_eq!(href(outside), "#", "{outside}");
        }
    }
}
