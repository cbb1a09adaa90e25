//! Lays a diagnosis out: one view model for all formats, one folder per format.
//!
//! [`view`] is what a report says; a [`Format`] writes it. Nothing here reads anything but what it is given.

mod dot;
mod folded;
mod format;
mod json;
mod sarif;
pub mod schema;
mod text;
pub mod view;

pub use dot::Dot;
pub use folded::{Folded, Root};
pub use format::{
    CONTENTS_FORMATS, ContentsFormat, FORMATS, Format, Layout, Named, WHY_FORMATS, WhyFormat, contents_format, format,
    why_format,
};
pub use json::Json;
pub use sarif::Sarif;
pub use text::{Text, visible};
pub use view::{EngineView, Parsed, Report, WhyView};
