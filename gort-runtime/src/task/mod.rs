//! Goroutines.

/// Writes out what is buffered.
pub(crate) fn flush() {
    use std::io::Write;
    let _ = std::io::stdout().flush();
}
