//! Finds the rules in a case.
