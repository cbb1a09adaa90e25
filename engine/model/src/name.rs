//! Shared strings: dumps repeat the same symbols thousands of times.

use std::sync::Arc;

/// A string that is shared rather than copied: symbols, module names, task names.
pub type Name = Arc<str>;
