//! `encoding/…`: hexadecimal, base 64 and binary.

pub mod base64;
pub mod binary;
pub mod hex;
