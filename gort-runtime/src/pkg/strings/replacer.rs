//! `strings.Replacer`: at each place the first pair, in argument order, whose old string stands there.

use crate::pkg::go::*;
use crate::pkg::io::{self, Writer};
use crate::pkg::support::handle_type;
use std::collections::HashMap;
use std::sync::Arc;

/// A list of replacements.
#[derive(Clone, Default)]
pub struct Replacer {
    pairs: Arc<Table>,
}

#[derive(Default)]
struct Table {
    pairs: Vec<(GoString, GoString)>,
    /// Pairs by the first byte of their old string, in argument order.
    by_first: HashMap<u8, Vec<usize>>,
    /// The replacement of the empty string.
    empty: Option<usize>,
}

handle_type!(Replacer, "strings.Replacer");

/// A replacer of `old, new` pairs.
pub fn new_replacer(oldnew: Slice<GoString>) -> Ptr<Replacer> {
    let words = oldnew.to_vec();
    if words.len() % 2 == 1 {
        panic_str("strings.NewReplacer: odd argument count");
    }
    let mut table = Table::default();
    for (i, pair) in words.chunks_exact(2).enumerate() {
        match pair[0].as_bytes().first() {
            Some(&first) => table.by_first.entry(first).or_default().push(i),
            None => table.empty = table.empty.or(Some(i)),
        }
        table.pairs.push((pair[0].clone(), pair[1].clone()));
    }
    Ptr::new(Replacer { pairs: Arc::new(table) })
}

impl Replacer {
    /// `s` with all replacements made, without overlaps.
    pub fn replace(&self, s: GoString) -> GoString {
        let (bytes, table) = (s.as_bytes(), &self.pairs);
        let (mut out, mut at, mut after_empty) = (Vec::with_capacity(bytes.len()), 0, false);
        while at <= bytes.len() {
            let candidates = bytes.get(at).and_then(|c| table.by_first.get(c));
            let found = candidates
                .into_iter()
                .flatten()
                .copied()
                .find(|&i| bytes[at..].starts_with(table.pairs[i].0.as_bytes()));
            // Right after an empty match, only a real one counts.
            let empty = table.empty.filter(|_| !after_empty);
            let chosen = match (found, empty) {
                (Some(i), Some(e)) => Some(i.min(e)),
                (i, e) => i.or(e),
            };
            after_empty = false;
            if let Some(i) = chosen {
                let (old, new) = &table.pairs[i];
                out.extend_from_slice(new.as_bytes());
                at += old.as_bytes().len();
                after_empty = old.is_empty();
                continue;
            }
            out.extend(bytes.get(at));
            at += 1;
        }
        GoString::from(out)
    }

    /// Writes `s` with all replacements made.
    pub fn write_string(&self, w: Iface<dyn Writer>, s: GoString) -> (i64, GoError) {
        io::write_string(w, self.replace(s))
    }
}
