//! The signatures: rule files loaded, checked and ready to be matched.

pub mod ast;
