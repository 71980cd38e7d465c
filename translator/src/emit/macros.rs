//! Macro calls that the formatter saw as ordinary calls, so that it formats what is inside, become macros again.
//!
//! In: formatted text with `path__gort_macro(…)`, `vec__gort_vec([…])` and `__gort_dyn::<dyn Trait>()`. Out: `path!(…)`,
//! `vec![…]` and `… => dyn Trait`.
//! Invariants: text in strings, characters and comments is left as it is; nothing else changes.

const MACRO: &str = "__gort_macro(";
const VEC: &str = "__gort_vec(";
const DYN: &str = "__gort_dyn::<";

/// Puts the macros back.
pub(super) fn restore(text: &str) -> String {
    if ![MACRO, VEC, DYN].iter().any(|name| text.contains(name)) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    // For each open parenthesis, whether it is left out.
    let mut open: Vec<bool> = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|r| !r.is_empty()) {
        let verbatim = literal_or_comment(rest);
        if verbatim > 0 {
            out.push_str(&rest[..verbatim]);
            at += verbatim;
        } else if rest.starts_with(MACRO) {
            out.push_str("!(");
            open.push(false);
            at += MACRO.len();
        } else if rest.starts_with(VEC) {
            out.push('!');
            open.push(true);
            at += VEC.len();
        } else if rest.starts_with(DYN) {
            let (of, length) = dyn_type(rest);
            while out.ends_with([' ', '\n', ',']) {
                out.pop();
            }
            out.push_str(" => ");
            out.push_str(&of);
            at += length;
            if text[at..].starts_with(',') {
                at += 1;
            }
        } else {
            let c = rest.chars().next().unwrap_or(' ');
            let left_out = match c {
                '(' => {
                    open.push(false);
                    false
                }
                ')' => open.pop().unwrap_or(false),
                _ => false,
            };
            if !left_out {
                out.push(c);
            }
            at += c.len_utf8();
        }
    }
    out
}

/// The type in `__gort_dyn::<dyn Trait>()`, on one line, and the length of all that.
fn dyn_type(text: &str) -> (String, usize) {
    let mut depth = 1;
    let inner = &text[DYN.len()..];
    let mut previous = ' ';
    for (i, c) in inner.char_indices() {
        match c {
            '<' => depth += 1,
            '>' if previous != '-' => depth -= 1,
            _ => {}
        }
        previous = c;
        if depth == 0 {
            let of = inner[..i].trim().trim_end_matches(',');
            let words: Vec<_> = of.split_whitespace().collect();
            let close = inner[i..].find(')').map_or(1, |p| p + 1);
            return (words.join(" "), DYN.len() + i + close);
        }
    }
    (String::new(), text.len())
}

/// The length of the string, character or comment that the text begins with; 0 where it begins with none.
fn literal_or_comment(text: &str) -> usize {
    if text.starts_with("//") {
        return text.find('\n').unwrap_or(text.len());
    }
    if text.starts_with('"') {
        return string_length(text);
    }
    if let Some(rest) = text.strip_prefix('\'') {
        let mut chars = rest.char_indices();
        return match chars.next() {
            Some((_, '\\')) => rest[2.min(rest.len())..].find('\'').map_or(0, |p| p + 4),
            Some((_, c)) if rest[c.len_utf8()..].starts_with('\'') => c.len_utf8() + 2,
            _ => 0,
        };
    }
    0
}

fn string_length(text: &str) -> usize {
    let mut escaped = false;
    for (i, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return i + 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::restore;

    #[test]
    fn calls_become_macros_again() {
        let check = |before: &str, after: &str| assert_eq!(restore(before), after);
        check("fmt::println__gort_macro(a, (b));", "fmt::println!(a, (b));");
        check("vec__gort_vec([f(1), ')', \")\"]);", "vec![f(1), ')', \")\"];");
        check(
            "vec__gort_vec([vec__gort_vec([1]), b('\\'')]);",
            "vec![vec![1], b('\\'')];",
        );
        check(
            "iface__gort_macro(T { a: 1 }, __gort_dyn::<dyn A<B>>())",
            "iface!(T { a: 1 } => dyn A<B>)",
        );
        check(
            "iface__gort_macro(\n    f(x),\n    __gort_dyn::<dyn Event>(),\n)",
            "iface!(\n    f(x) => dyn Event\n)",
        );
        check(
            "// f__gort_macro(\ng::<'a>(\"__gort_vec(\")",
            "// f__gort_macro(\ng::<'a>(\"__gort_vec(\")",
        );
    }
}
