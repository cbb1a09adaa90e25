//! The seam for what holds texts in a text: mail messages, mailboxes, saved pages.
//!
//! When the bytes of one text are complete and before they are decoded, each [`Wrapper`] of [`WRAPPERS`] is asked
//! whether it knows them. The first that does hands the parts back, and each part is read as any file is: it may be an
//! archive, a picture, another message or a text, one layer deeper, within the same limits.

use crate::apport::Apport;
use crate::mail::Mail;
use crate::page::Page;
use std::ops::ControlFlow;

/// Every form that wraps texts, in the order in which they are asked.
pub(crate) static WRAPPERS: &[&dyn Wrapper] = &[&Mail, &Page, &Apport];

/// A form of text that holds others. It must not fail: what it does not understand it hands back as it is, or tells
/// in [`Part::notes`].
pub(crate) trait Wrapper: Sync {
    /// Whether the bytes of the text called `name` are of this form. Called for every text: look at the start only.
    fn recognise(&self, name: &str, bytes: &[u8]) -> bool;

    /// Hands each part to `each`, in order, one at a time so that they are not all in memory at once. A limit was
    /// reached when `each` says [`ControlFlow::Break`]: no more parts are wanted.
    fn unwrap(&self, bytes: &[u8], each: &mut dyn FnMut(Part) -> ControlFlow<()>);
}

/// A part of a text.
#[derive(Debug, Default)]
pub(crate) struct Part {
    /// What it is called inside the whole, as it stands there (it is made a label later); `None` where it is the whole
    /// under its own name, such as the text of a page.
    pub(crate) name: Option<String>,
    /// What it holds. Text that was decoded already is given as UTF-8.
    pub(crate) bytes: Vec<u8>,
    /// Nothing but text: it is not asked again whether it is an archive, a message or a page.
    pub(crate) plain: bool,
    /// What the reader of the report must know about it, full sentences; they become notes of its document.
    pub(crate) notes: Vec<String>,
}
