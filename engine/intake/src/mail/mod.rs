//! Mail: messages (`.eml`, `.mht`, or saved under any name) and mailboxes (`.mbox`).
//!
//! A message gives one text, `text`: its main headers, then its bodies as they are read, decoded. Each attachment is a
//! part of its own name, and is read on as any file is. Where a body comes as plain text and as HTML, the plain one is
//! taken. Signatures and what an archived page only looks good with (styles, scripts, pictures) are left out.
//!
//! Many pasted texts begin with the headers of a mail and are best read as they stand, with their own line numbers.
//! Unless its name says that it is mail, a text is taken apart only where it cannot be read otherwise: where it has
//! several parts, or its body is encoded.

mod body;
mod header;
mod mbox;
mod message;
mod mime;
mod recognise;
mod transfer;

use crate::parts::{Part, Wrapper};
use std::ops::ControlFlow;

/// Decodes base64 up to the first line that is none. Missing and inner padding does no harm.
pub(crate) fn base64(bytes: &[u8]) -> Vec<u8> {
    transfer::base64(bytes).0
}

/// Messages and mailboxes.
#[derive(Debug)]
pub(crate) struct Mail;

impl Wrapper for Mail {
    fn recognise(&self, name: &str, bytes: &[u8]) -> bool {
        recognise::is_mail(name, bytes)
    }

    /// The parts of a mailbox have the number of the message, from 1, before their name.
    fn unwrap(&self, bytes: &[u8], each: &mut dyn FnMut(Part) -> ControlFlow<()>) {
        let bytes = recognise::without_mark(bytes);
        if !mbox::is_mailbox(bytes) {
            let _ = message::unwrap(bytes, "", each);
            return;
        }
        for (index, message) in mbox::messages(bytes).enumerate() {
            if message::unwrap(&message, &format!("{}/", index + 1), each).is_break() {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests;
