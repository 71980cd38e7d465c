//! What an uncaught panic prints, and the end of the process.

use std::io::Write;

use super::{GoPanic, NIL_DEREFERENCE};
use crate::value::{Any, Describe, Error, Stringer};

/// A panic's value as Go's runtime prints it: errors by their text, Stringers by theirs, basic values plainly.
///
/// ```
/// use gort_runtime::{panic::panic_text, value::Any};
/// assert_eq!(panic_text(&Any::new(1.5)), "+1.500000e+000");
/// ```
pub fn panic_text(value: &Any) -> String {
    if let Some(error) = value.try_cast::<dyn Error>() {
        return error.error().to_string();
    }
    if let Some(stringer) = value.try_cast::<dyn Stringer>() {
        return stringer.string().to_string();
    }
    let type_name = value.dynamic_type_name();
    let named = type_name.contains('.');
    let text = match value.describe() {
        Describe::Nil => "nil".to_owned(),
        Describe::Bool(v) => v.to_string(),
        Describe::Int(v, _) => v.to_string(),
        Describe::Uint(v, _) => v.to_string(),
        Describe::Float(v, _) => print_float(v),
        Describe::Complex(re, im, _) => format!("({}{}i)", print_float(re), print_float(im)),
        Describe::Str(s) if named => format!("{:?}", s.to_str_lossy()),
        Describe::Str(s) => return s.to_string(),
        Describe::Pointer { addr, .. } | Describe::Func(addr) | Describe::Chan(addr) => {
            return format!("({type_name}) {addr:#x}");
        }
        _ => {
            let addr = value
                .as_arc()
                .map_or(0, |object| std::sync::Arc::as_ptr(object) as *const () as usize);
            return format!("({type_name}) {addr:#x}");
        }
    };
    if named { format!("{type_name}({text})") } else { text }
}

/// A float as the built-in `print` writes it.
fn print_float(v: f64) -> String {
    if v.is_nan() {
        return "NaN".into();
    }
    if v.is_infinite() {
        return if v > 0.0 { "+Inf".into() } else { "-Inf".into() };
    }
    let text = format!("{v:+.6e}");
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let (sign, exponent) = exponent.strip_prefix('-').map_or(('+', exponent), |rest| ('-', rest));
    format!("{digits}e{sign}{exponent:0>3}")
}

/// Ends the process as an uncaught panic in the given goroutine does.
pub(crate) fn die(panic: &GoPanic, goroutine: u64) -> ! {
    let mut text = String::new();
    for (depth, earlier) in panic.earlier.iter().enumerate() {
        let recovered = if earlier.recovered { " [recovered]" } else { "" };
        text += &format!(
            "{}panic: {}{recovered}\n",
            "\t".repeat(depth.min(1)),
            shown(&earlier.value)
        );
    }
    let message = shown(&panic.value);
    text += &format!("{}panic: {message}\n", "\t".repeat(panic.earlier.len().min(1)));
    if message == NIL_DEREFERENCE {
        text += "[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x0]\n";
    }
    text += &format!("\ngoroutine {goroutine} [running]:\n");
    crate::task::flush();
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
    std::process::exit(2)
}

/// The value's text; a panic while making it is told, as Go tells it.
fn shown(value: &Any) -> String {
    let shown = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| panic_text(value)));
    shown.unwrap_or_else(|_| format!("({}) [panicked while printing]", value.dynamic_type_name()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::str;

    #[test]
    fn values_print_as_go_prints_them() {
        assert_eq!(panic_text(&Any::new(str("boom"))), "boom");
        assert_eq!(panic_text(&Any::new(5_i64)), "5");
        assert_eq!(panic_text(&Any::new(1.5)), "+1.500000e+000");
        assert_eq!(
            panic_text(&Any::new(crate::value::new_error(str("bad")).to_any())),
            "bad"
        );
    }
}
