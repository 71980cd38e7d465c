//! Go's concurrency for Rust, on tokio.
