//! `container/…`: heap, list and ring.

pub mod heap;
pub mod list;
pub mod ring;
