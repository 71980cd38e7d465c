//! `path`: slash-separated paths.

pub mod filepath;

use crate::pkg::go::*;
use crate::pkg::support::error_var;
use crate::pkg::unicode::utf8;

error_var! {
    /// A pattern is malformed.
    err_bad_pattern = "syntax error in pattern";
}

pub(crate) fn cleaned(p: &[u8]) -> Vec<u8> {
    if p.is_empty() {
        return b".".to_vec();
    }
    let rooted = p[0] == b'/';
    let mut parts: Vec<&[u8]> = Vec::new();
    for part in p.split(|&c| c == b'/') {
        match part {
            b"" | b"." => {}
            b".." if parts.last().is_some_and(|l| *l != b"..") => {
                parts.pop();
            }
            b".." if rooted => {}
            _ => parts.push(part),
        }
    }
    let mut out = if rooted { b"/".to_vec() } else { Vec::new() };
    out.extend(parts.join(&b'/'));
    if out.is_empty() { b".".to_vec() } else { out }
}

/// The shortest equal path.
pub fn clean(path: GoString) -> GoString {
    GoString::from(cleaned(path.as_bytes()))
}

/// The elements as one clean path.
pub fn join(elem: Slice<GoString>) -> GoString {
    let parts: Vec<GoString> = elem.iter().skip_while(GoString::is_empty).collect();
    if parts.is_empty() {
        return GoString::default();
    }
    GoString::from(cleaned(
        &parts.iter().map(GoString::as_bytes).collect::<Vec<_>>().join(&b'/'),
    ))
}

/// Folder and file.
pub fn split(path: GoString) -> (GoString, GoString) {
    let i = memchr::memrchr(b'/', path.as_bytes()).map_or(0, |i| i as i64 + 1);
    (path.slice_to(i), path.slice_from(i))
}

/// The last element.
pub fn base(path: GoString) -> GoString {
    let b = path.as_bytes();
    if b.is_empty() {
        return str(".");
    }
    let end = b.iter().rposition(|&c| c != b'/').map_or(0, |i| i + 1);
    if end == 0 {
        return str("/");
    }
    let start = memchr::memrchr(b'/', &b[..end]).map_or(0, |i| i + 1);
    path.slice(start as i64, end as i64)
}

/// All but the last element.
pub fn dir(path: GoString) -> GoString {
    clean(split(path).0)
}

/// The extension with its dot.
pub fn ext(path: GoString) -> GoString {
    let b = path.as_bytes();
    let start = memchr::memrchr(b'/', b).map_or(0, |i| i + 1);
    match memchr::memrchr(b'.', &b[start..]) {
        Some(i) => path.slice_from((start + i) as i64),
        None => GoString::default(),
    }
}

/// Reports whether the path begins at the root.
pub fn is_abs(path: GoString) -> bool {
    path.as_bytes().first() == Some(&b'/')
}

/// One character of a class: itself or escaped.
fn class_char(p: &[u8], at: &mut usize) -> Option<i32> {
    if *at >= p.len() || p[*at] == b'-' || p[*at] == b']' {
        return None;
    }
    if p[*at] == b'\\' {
        *at += 1;
        if *at >= p.len() {
            return None;
        }
    }
    let (r, w) = utf8::decode(&p[*at..]);
    if r == utf8::RUNE_ERROR && w == 1 {
        return None;
    }
    *at += w;
    (*at < p.len()).then_some(r)
}

/// Shell pattern matching: `None` for a malformed pattern.
pub(crate) fn matches(p: &[u8], s: &[u8]) -> Option<bool> {
    let (Some(&c), rest) = (p.first(), s) else {
        return Some(s.is_empty());
    };
    match c {
        b'*' => {
            let p = &p[p.iter().take_while(|c| **c == b'*').count()..];
            let mut end = 0;
            let mut result = Some(false);
            loop {
                match matches(p, &rest[end..]) {
                    None => return None,
                    Some(true) => return Some(true),
                    Some(false) => result = result.and(Some(false)),
                }
                if end >= rest.len() || rest[end] == b'/' {
                    return result;
                }
                end += utf8::decode(&rest[end..]).1;
            }
        }
        b'?' => {
            let (_, w) = utf8::decode(rest);
            if w == 0 || rest[0] == b'/' {
                return matches(&p[1..], b"").map(|_| false);
            }
            matches(&p[1..], &rest[w..])
        }
        b'[' => {
            let (r, w) = utf8::decode(rest);
            let mut at = 1;
            let negated = p.get(at) == Some(&b'^');
            at += usize::from(negated);
            let (mut found, mut first) = (false, true);
            loop {
                if p.get(at) == Some(&b']') && !first {
                    at += 1;
                    break;
                }
                let lo = class_char(p, &mut at)?;
                let hi = if p.get(at) == Some(&b'-') {
                    at += 1;
                    class_char(p, &mut at)?
                } else {
                    lo
                };
                found |= lo <= r && r <= hi;
                first = false;
            }
            if w == 0 || found == negated || rest[0] == b'/' {
                return matches(&p[at..], b"").map(|_| false);
            }
            matches(&p[at..], &rest[w..])
        }
        _ => {
            let (c, skip) = if c == b'\\' { (*p.get(1)?, 2) } else { (c, 1) };
            if rest.first() != Some(&c) {
                return matches(&p[skip..], b"").map(|_| false);
            }
            matches(&p[skip..], &rest[1..])
        }
    }
}

/// Reports whether the name matches the shell pattern.
pub fn match_(pattern: GoString, name: GoString) -> (bool, GoError) {
    match matches(pattern.as_bytes(), name.as_bytes()) {
        Some(m) => (m, GoError::nil()),
        None => (false, err_bad_pattern()),
    }
}
