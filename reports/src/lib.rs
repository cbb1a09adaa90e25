//! Lays a diagnosis out: one folder per format, one view model for all.
