//! Lays a diagnosis out: one view model for all formats, one folder per format.
//!
//! [`view`] is what a report holds; an [`Answer`] is what it says in words; a [`Format`] writes one or both. Nothing
//! here reads anything but what it is given.

pub mod answer;
mod dot;
mod folded;
mod format;
mod html;
mod json;
mod markdown;
pub mod queue;
mod redact;
#[cfg(test)]
mod sample;
mod sarif;
pub mod schema;
mod text;
pub mod view;
mod visible;

pub use answer::Answer;
pub use dot::Dot;
pub use folded::{Folded, Root};
pub use format::{
    CONTENTS_FORMATS, ContentsFormat, Detail, FORMATS, Format, Layout, Named, WHY_FORMATS, WhyFormat, contents_format,
    format, why_format,
};
pub use html::Html;
pub use json::Json;
pub use markdown::Markdown;
pub use redact::{Redact, redact};
pub use sarif::Sarif;
pub use text::Text;
pub use view::{EngineView, Parsed, Report, WhyView};
pub use visible::visible;
