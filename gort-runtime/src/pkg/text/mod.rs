//! `text/…`: aligned columns.

pub mod tabwriter;
