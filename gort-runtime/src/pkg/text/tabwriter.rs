//! `text/tabwriter`: text in aligned columns.

use crate::pkg::go::*;
use crate::pkg::io::{Writer as IoWriter, WriterPtr};
use crate::pkg::support::{State, forward, handle_type};
use crate::pkg::unicode::utf8;

/// HTML tags and entities have no width.
pub const FILTER_HTML: u64 = 1;
/// Strip the escape characters.
pub const STRIP_ESCAPE: u64 = 2;
/// Cells to the right.
pub const ALIGN_RIGHT: u64 = 4;
/// Empty columns as if they were not there.
pub const DISCARD_EMPTY_COLUMNS: u64 = 8;
/// Always tabs for the indentation.
pub const TAB_INDENT: u64 = 16;
/// A `|` between columns.
pub const DEBUG: u64 = 32;
/// Brackets escaped text.
pub const ESCAPE: i64 = 0xFF;

/// A writer that aligns columns.
#[derive(Clone, Default)]
pub struct Writer {
    state: State<Table>,
}

handle_type!(Writer, "tabwriter.Writer", memory(state), pointer(dyn IoWriter));

#[derive(Clone, Default)]
struct TextCell {
    text: Vec<u8>,
    width: i64,
    /// Ended by a tab (`\t`) and not by `\v`.
    tab: bool,
}

#[derive(Clone, Default)]
struct Table {
    out: Iface<dyn IoWriter>,
    min: i64,
    tab: i64,
    padding: i64,
    pad: u8,
    flags: u64,
    lines: Vec<Vec<TextCell>>,
    /// Text of the cell being written.
    current: Vec<u8>,
    /// Where an escape or tag of the current cell began, and what ends it.
    inside: Option<(usize, u8)>,
    hidden: i64,
    widths: Vec<i64>,
}

/// A writer with the given settings.
pub fn new_writer(
    output: Iface<dyn IoWriter>,
    minwidth: i64,
    tabwidth: i64,
    padding: i64,
    padchar: u8,
    flags: u64,
) -> Ptr<Writer> {
    let w = Ptr::new(Writer::default());
    w.setup(output, minwidth, tabwidth, padding, padchar, flags);
    w
}

impl Table {
    fn end_cell(&mut self, tab: bool) -> usize {
        let text = std::mem::take(&mut self.current);
        let width = utf8::runes(&text).count() as i64 - self.hidden;
        self.hidden = 0;
        if self.lines.is_empty() {
            self.lines.push(Vec::new());
        }
        let line = self.lines.len() - 1;
        self.lines[line].push(TextCell { text, width, tab });
        self.lines[line].len()
    }

    fn write(&mut self, buf: &[u8]) -> GoError {
        for &c in buf {
            if let Some((start, end)) = self.inside {
                self.current.push(c);
                if c == end {
                    self.inside = None;
                    let hidden = utf8::runes(&self.current[start..]).count() as i64;
                    match end {
                        0xFF if self.flags & STRIP_ESCAPE != 0 => {
                            self.current.pop();
                            self.current.remove(start);
                        }
                        0xFF => self.hidden += 2,
                        b';' => self.hidden += hidden - 1,
                        _ => self.hidden += hidden,
                    }
                }
                continue;
            }
            match c {
                b'\t' | 0x0B => {
                    self.end_cell(c == b'\t');
                }
                b'\n' | 0x0C => {
                    let cells = self.end_cell(false);
                    self.lines.push(Vec::new());
                    if c == 0x0C || cells == 1 {
                        // A line of one cell ends all columns.
                        let err = self.flush(false);
                        if !err.is_nil() {
                            return err;
                        }
                        if c == 0x0C && self.flags & DEBUG != 0 {
                            self.out.write(Slice::copy_from_bytes(b"---\n"));
                        }
                    }
                }
                0xFF => {
                    self.inside = Some((self.current.len(), 0xFF));
                    self.current.push(c);
                }
                b'<' | b'&' if self.flags & FILTER_HTML != 0 => {
                    self.inside = Some((self.current.len(), if c == b'<' { b'>' } else { b';' }));
                    self.current.push(c);
                }
                _ => self.current.push(c),
            }
        }
        GoError::nil()
    }

    fn flush(&mut self, last: bool) -> GoError {
        if last && !self.current.is_empty() {
            self.inside = None;
            self.end_cell(false);
        }
        let mut lines = std::mem::take(&mut self.lines);
        if !last {
            self.lines.push(Vec::new());
            // The line that was just begun belongs to the next block.
            lines.pop();
        }
        let mut out = Vec::new();
        self.widths.clear();
        let n = lines.len();
        self.format(&mut out, &lines, 0, n);
        if out.is_empty() {
            GoError::nil()
        } else {
            self.out.write(Slice::from(out)).1
        }
    }

    fn pad_out(&self, out: &mut Vec<u8>, text: i64, cell: i64, tabs: bool) {
        if self.pad == b'\t' || tabs {
            if self.tab == 0 {
                return;
            }
            let cell = (cell + self.tab - 1) / self.tab * self.tab;
            let n = cell - text;
            out.extend(std::iter::repeat_n(
                b'\t',
                ((n + self.tab - 1) / self.tab).max(0) as usize,
            ));
            return;
        }
        out.extend(std::iter::repeat_n(self.pad, (cell - text).max(0) as usize));
    }

    fn write_lines(&self, out: &mut Vec<u8>, lines: &[Vec<TextCell>], from: usize, to: usize) {
        let last = self.lines.is_empty();
        for (i, line) in lines[from..to].iter().enumerate() {
            let mut tabs = self.flags & TAB_INDENT != 0;
            for (j, c) in line.iter().enumerate() {
                if j > 0 && self.flags & DEBUG != 0 {
                    out.push(b'|');
                }
                let width = self.widths.get(j).copied();
                if c.text.is_empty() {
                    if let Some(w) = width {
                        self.pad_out(out, c.width, w, tabs);
                    }
                } else {
                    tabs = false;
                    if self.flags & ALIGN_RIGHT == 0 {
                        out.extend_from_slice(&c.text);
                        if let Some(w) = width {
                            self.pad_out(out, c.width, w, false);
                        }
                    } else {
                        if let Some(w) = width {
                            self.pad_out(out, c.width, w, false);
                        }
                        out.extend_from_slice(&c.text);
                    }
                }
            }
            // The line being written when everything is flushed has no newline yet.
            if from + i + 1 < lines.len() || !last {
                out.push(b'\n');
            }
        }
    }

    fn format(&mut self, out: &mut Vec<u8>, lines: &[Vec<TextCell>], from: usize, to: usize) {
        let column = self.widths.len();
        let (mut done, mut this) = (from, from);
        while this < to {
            if column + 1 >= lines[this].len() {
                this += 1;
                continue;
            }
            // A block of consecutive lines that have this column.
            self.write_lines(out, lines, done, this);
            done = this;
            let (mut width, mut discardable) = (self.min, true);
            while this < to && column + 1 < lines[this].len() {
                let c = &lines[this][column];
                width = width.max(c.width + self.padding);
                if c.width > 0 || c.tab {
                    discardable = false;
                }
                this += 1;
            }
            if discardable && self.flags & DISCARD_EMPTY_COLUMNS != 0 {
                width = 0;
            }
            self.widths.push(width);
            self.format(out, lines, done, this);
            self.widths.pop();
            done = this;
        }
        self.write_lines(out, lines, done, to);
    }
}

impl Writer {
    fn setup(&self, output: Iface<dyn IoWriter>, minwidth: i64, tabwidth: i64, padding: i64, padchar: u8, flags: u64) {
        if minwidth < 0 || tabwidth < 0 || padding < 0 {
            panic_str("negative minwidth, tabwidth, or padding");
        }
        // Tabs only align to the left.
        let flags = if padchar == b'\t' { flags & !ALIGN_RIGHT } else { flags };
        *self.state.lock() = Table {
            out: output,
            min: minwidth,
            tab: tabwidth,
            padding,
            pad: padchar,
            flags,
            lines: vec![Vec::new()],
            ..Table::default()
        };
    }

    /// Starts over with other settings; a pointer to this writer stays the same.
    pub fn init(
        &self,
        output: Iface<dyn IoWriter>,
        minwidth: i64,
        tabwidth: i64,
        padding: i64,
        padchar: u8,
        flags: u64,
    ) -> Ptr<Writer> {
        self.setup(output, minwidth, tabwidth, padding, padchar, flags);
        Ptr::new(self.clone())
    }

    /// Adds text.
    pub fn write(&self, buf: Slice<u8>) -> (i64, GoError) {
        let bytes = buf.to_vec();
        let err = self.state.with(|t| t.write(&bytes));
        (if err.is_nil() { buf.len() } else { 0 }, err)
    }

    /// Writes everything so far, aligned.
    pub fn flush(&self) -> GoError {
        self.state.with(|t| {
            let err = t.flush(true);
            t.lines = vec![Vec::new()];
            err
        })
    }
}

forward!(Writer: WriterPtr { fn write(buf: Slice<u8>) -> (i64, GoError); });
