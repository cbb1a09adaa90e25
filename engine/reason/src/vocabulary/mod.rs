//! What single functions mean: the YAML of `rules/vocabulary`, compiled.
