//! A spinner on standard error.
//!
//! In: what is being done. Out: one line that is gone when the work is.
//! Invariants: nothing is drawn where standard error is no terminal, or under `--quiet`.

use crate::render::Printer;
use indicatif::{ProgressBar, ProgressStyle};
use std::time::Duration;

/// One line that says what is being done.
#[derive(Debug)]
pub(crate) struct Progress(ProgressBar);

impl Progress {
    /// Starts to spin.
    pub(crate) fn start(printer: &Printer, text: &str) -> Progress {
        if !printer.shows_progress() {
            return Progress(ProgressBar::hidden());
        }
        let bar = ProgressBar::new_spinner();
        if let Ok(style) = ProgressStyle::with_template("{spinner:.green} {wide_msg}") {
            bar.set_style(style.tick_chars("⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏ "));
        }
        bar.set_message(text.to_owned());
        bar.enable_steady_tick(Duration::from_millis(80));
        Progress(bar)
    }

    /// Says something else.
    pub(crate) fn say(&self, text: String) {
        self.0.set_message(text);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
