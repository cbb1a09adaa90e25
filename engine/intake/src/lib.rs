//! The outside world: standard input, files, folders and encodings become documents.
