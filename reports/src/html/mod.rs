//! One self-contained page.

mod svg;
