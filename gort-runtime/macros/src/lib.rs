//! The attribute and derive macros of `gort-runtime`.
