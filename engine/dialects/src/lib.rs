//! Reads the text forms in which tools print stacks, locks and tasks.
