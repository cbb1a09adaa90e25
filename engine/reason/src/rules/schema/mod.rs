//! JSON Schema (2020-12) of rule files and of vocabulary files, for editors that complete and check.
//!
//! Made from the same tables as the checker: tables, fields, relations, wait kinds, classes. The checker says more: a
//! schema knows no joins and no templates.

mod rule;
mod values;
mod vocabulary;

pub use rule::rule;
pub use vocabulary::vocabulary;

const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";
