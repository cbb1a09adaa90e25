//! Texts of rules: checked here.
