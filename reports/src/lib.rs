//! Lays a diagnosis out: one view model for all formats, one folder per format.
//!
//! [`view`] is what a report says; a [`Format`] writes it. Nothing here reads anything but what it is given.

mod folded;
mod format;
mod json;
mod redact;
mod text;
pub mod view;

pub use folded::{Folded, Root};
pub use format::{CONTENTS_FORMATS, ContentsFormat, FORMATS, Format, Layout, Named, contents_format, format};
pub use json::Json;
pub use redact::{Redact, redact};
pub use text::{Text, visible};
pub use view::{EngineView, Parsed, Report, WhyView};
