//! The built-in `print` and `println`, which write to standard error.

use crate::panic::panic_text;
use crate::pkg::go::*;
use std::io::Write;

fn text(args: &[Any], space: &str, end: &str) {
    let words: Vec<String> = args
        .iter()
        .map(|a| match a.describe() {
            Describe::Float(f, _) => {
                let bytes = crate::pkg::strconv::float::float_bytes(f, b'g', -1, 64);
                String::from_utf8_lossy(&bytes).into_owned()
            }
            Describe::Str(s) => s.to_string(),
            Describe::Bool(b) => b.to_string(),
            Describe::Int(n, _) => n.to_string(),
            Describe::Uint(n, _) => n.to_string(),
            Describe::Pointer { addr, .. }
            | Describe::Func(addr)
            | Describe::Chan(addr)
            | Describe::Map { addr, .. } => {
                format!("{addr:#x}")
            }
            _ => panic_text(a),
        })
        .collect();
    let line = words.join(space) + end;
    let _ = std::io::stderr().lock().write_all(line.as_bytes());
}

/// The built-in `print`.
pub fn print(args: Slice<Any>) {
    text(&args.to_vec(), "", "");
}

/// The built-in `println`.
pub fn println(args: Slice<Any>) {
    text(&args.to_vec(), " ", "\n");
}
