//! The printing engine: format strings, verbs, and values seen through [`Describe`].
//!
//! In: a format and its operands as [`Any`]s. Out: bytes, exactly those of Go's `fmt`.

use super::number::{Flags, Output};
use super::{Formatter, GoStringer, PrintState, State, Stringer};
use crate::pkg::go::*;
use crate::pkg::support;
use crate::pkg::unicode::utf8;
use crate::value::{Describe, Kind};
use std::cmp::Ordering;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// One call of a printing function.
#[derive(Default)]
pub(crate) struct Printer {
    pub(crate) out: Output,
    /// What `%!verb(…)` and the methods speak of.
    arg: Any,
    /// Whether the call is `Errorf`, which knows `%w`.
    pub(crate) wraps: bool,
    /// Operands of `%w`, by position.
    pub(crate) wrapped: Vec<usize>,
    pub(crate) reordered: bool,
    good_index: bool,
    erroring: bool,
    panicking: bool,
}

/// Number at `at`: value, the position after it; `None` when there is none or it is too large.
fn number(format: &[u8], at: usize, end: usize) -> (Option<i64>, usize) {
    let (mut i, mut n) = (at, 0i64);
    while i < end && format[i].is_ascii_digit() {
        if n > 1_000_000 {
            return (None, end);
        }
        n = n * 10 + i64::from(format[i] - b'0');
        i += 1;
    }
    (if i > at { Some(n) } else { None }, i)
}

impl Printer {
    fn text(&mut self, s: &str) {
        self.out.bytes.extend_from_slice(s.as_bytes());
    }

    fn verb(&mut self, verb: char) {
        self.out
            .bytes
            .extend_from_slice(verb.encode_utf8(&mut [0; 4]).as_bytes());
    }

    /// An explicit `[n]`: the operand it names, the position after it, whether one was there.
    fn index(&mut self, current: usize, format: &[u8], at: usize, count: usize) -> (usize, usize, bool) {
        if format.get(at) != Some(&b'[') {
            return (current, at, false);
        }
        self.reordered = true;
        let close = if format.len() - at < 3 {
            None
        } else {
            format[at..].iter().position(|&c| c == b']')
        };
        let Some(close) = close else {
            self.good_index = false;
            return (current, at + 1, false);
        };
        let (n, end) = number(format, at + 1, at + close);
        match n {
            Some(n) if end == at + close => {
                if (1..=count as i64).contains(&n) {
                    return (n as usize - 1, at + close + 1, true);
                }
                self.good_index = false;
                (current, at + close + 1, true)
            }
            _ => {
                self.good_index = false;
                (current, at + close + 1, false)
            }
        }
    }

    fn star(args: &[Any], current: &mut usize) -> Option<i64> {
        let arg = args.get(*current)?;
        *current += 1;
        if arg.is_nil() {
            return None;
        }
        let n = match arg.describe() {
            Describe::Int(n, _) => n,
            Describe::Uint(n, _) => i64::try_from(n).ok()?,
            _ => return None,
        };
        (-1_000_000..=1_000_000).contains(&n).then_some(n)
    }

    /// `Printf`.
    pub(crate) fn printf(&mut self, format: &[u8], args: &[Any]) {
        let end = format.len();
        let (mut current, mut i) = (0, 0);
        self.reordered = false;
        while i < end {
            self.good_index = true;
            let next = format[i..].iter().position(|&c| c == b'%').map_or(end, |n| i + n);
            self.out.bytes.extend_from_slice(&format[i..next]);
            i = next;
            if i >= end {
                break;
            }
            i += 1;
            self.out.flags = Flags::default();
            while i < end {
                let f = &mut self.out.flags;
                match format[i] {
                    b'#' => f.sharp = true,
                    b'0' => f.zero = true,
                    b'+' => f.plus = true,
                    b'-' => f.minus = true,
                    b' ' => f.space = true,
                    _ => break,
                }
                i += 1;
            }
            let mut after_index;
            (current, i, after_index) = self.index(current, format, i, args.len());
            if i < end && format[i] == b'*' {
                i += 1;
                match Self::star(args, &mut current) {
                    Some(w) => {
                        self.out.flags.width = Some(w.abs());
                        if w < 0 {
                            self.out.flags.minus = true;
                            self.out.flags.zero = false;
                        }
                    }
                    None => self.text("%!(BADWIDTH)"),
                }
                after_index = false;
            } else {
                let (w, at) = number(format, i, end);
                self.out.flags.width = w;
                i = at;
                if after_index && w.is_some() {
                    self.good_index = false;
                }
            }
            if i < end && format[i] == b'.' {
                i += 1;
                if after_index {
                    self.good_index = false;
                }
                (current, i, after_index) = self.index(current, format, i, args.len());
                if i < end && format[i] == b'*' {
                    i += 1;
                    self.out.flags.precision = Self::star(args, &mut current).filter(|p| *p >= 0);
                    if self.out.flags.precision.is_none() {
                        self.text("%!(BADPREC)");
                    }
                    after_index = false;
                } else {
                    let (p, at) = number(format, i, end);
                    self.out.flags.precision = Some(p.unwrap_or(0));
                    i = at;
                }
            }
            if !after_index {
                (current, i, _) = self.index(current, format, i, args.len());
            }
            if i >= end {
                self.text("%!(NOVERB)");
                break;
            }
            let (r, width) = utf8::decode(&format[i..]);
            i += width;
            let verb = char::from_u32(r as u32).unwrap_or('\u{FFFD}');
            if verb == '%' {
                self.text("%");
            } else if !self.good_index {
                self.text("%!");
                self.verb(verb);
                self.text("(BADINDEX)");
            } else if current >= args.len() {
                self.text("%!");
                self.verb(verb);
                self.text("(MISSING)");
            } else {
                if verb == 'w' {
                    self.wrapped.push(current);
                }
                if verb == 'v' || verb == 'w' {
                    let f = &mut self.out.flags;
                    f.sharp_v = std::mem::take(&mut f.sharp);
                    f.plus_v = std::mem::take(&mut f.plus);
                }
                self.print_arg(&args[current], verb);
                current += 1;
            }
        }
        if !self.reordered && current < args.len() {
            self.extra(&args[current..]);
        }
    }

    fn extra(&mut self, args: &[Any]) {
        self.out.flags = Flags::default();
        self.text("%!(EXTRA ");
        for (i, arg) in args.iter().enumerate() {
            if i > 0 {
                self.text(", ");
            }
            if arg.is_nil() {
                self.text("<nil>");
            } else {
                let name = arg.dynamic_type_name();
                self.text(&name);
                self.text("=");
                self.print_arg(arg, 'v');
            }
        }
        self.text(")");
    }

    /// `Print`: a space between operands when neither is a string.
    pub(crate) fn print(&mut self, args: &[Any]) {
        let mut after_string = false;
        for (i, arg) in args.iter().enumerate() {
            let string = !arg.is_nil() && support::kind_of(arg) == Kind::String;
            if i > 0 && !string && !after_string {
                self.text(" ");
            }
            self.print_arg(arg, 'v');
            after_string = string;
        }
    }

    /// `Println`: always a space, and a newline.
    pub(crate) fn println(&mut self, args: &[Any]) {
        for (i, arg) in args.iter().enumerate() {
            if i > 0 {
                self.text(" ");
            }
            self.print_arg(arg, 'v');
        }
        self.text("\n");
    }

    fn bad_verb(&mut self, verb: char) {
        self.erroring = true;
        self.text("%!");
        self.verb(verb);
        self.text("(");
        let arg = self.arg.clone();
        if arg.is_nil() {
            self.text("<nil>");
        } else {
            let name = arg.dynamic_type_name();
            self.text(&name);
            self.text("=");
            self.print_arg(&arg, 'v');
        }
        self.text(")");
        self.erroring = false;
    }

    /// One operand.
    pub(crate) fn print_arg(&mut self, arg: &Any, verb: char) {
        self.arg = arg.clone();
        if arg.is_nil() {
            match verb {
                'T' | 'v' => self.out.pad(b"<nil>"),
                _ => self.bad_verb(verb),
            }
            return;
        }
        match verb {
            'T' => {
                let name = arg.dynamic_type_name();
                self.out.string(name.as_bytes());
                return;
            }
            'p' => {
                let described = arg.describe();
                match address(&described) {
                    Some(addr) => self.pointer(addr, &arg.dynamic_type_name(), 'p'),
                    None => self.bad_verb('p'),
                }
                return;
            }
            _ => {}
        }
        // The two commonest types have no methods: skip the search.
        let object = arg.as_arc().map(|object| (**object).as_any());
        if let Some(n) = object.and_then(|o| o.downcast_ref::<i64>()) {
            return self.integer(n.unsigned_abs(), *n < 0, true, verb);
        }
        if let Some(s) = object.and_then(|o| o.downcast_ref::<GoString>()) {
            return self.string(s.as_bytes(), verb);
        }
        if !self.methods(verb) {
            self.value(arg, verb, 0, true);
        }
    }

    /// Tries `Format`, `GoString`, `Error` and `String` on the current operand.
    fn methods(&mut self, mut verb: char) -> bool {
        if self.erroring {
            return false;
        }
        let arg = self.arg.clone();
        if verb == 'w' {
            if !self.wraps || arg.try_cast::<dyn Error>().is_none() {
                self.bad_verb(verb);
                return true;
            }
            verb = 'v';
        }
        if let Some(formatter) = arg.try_cast::<dyn Formatter>() {
            let state = Ptr::new(PrintState::new(self.out.flags));
            let seen: Iface<dyn State> = Iface::from_arc(Arc::new(state.clone()) as Arc<dyn State>);
            let failed = catch_unwind(AssertUnwindSafe(|| formatter.format(seen, verb as i32))).err();
            self.out.bytes.extend_from_slice(&state.take());
            if let Some(payload) = failed {
                self.caught(&arg, verb, "Format", payload);
            }
            return true;
        }
        if self.out.flags.sharp_v {
            if let Some(s) = arg.try_cast::<dyn GoStringer>() {
                match catch_unwind(AssertUnwindSafe(|| s.go_string())) {
                    Ok(text) => self.out.string(text.as_bytes()),
                    Err(payload) => self.caught(&arg, verb, "GoString", payload),
                }
                return true;
            }
            return false;
        }
        if !matches!(verb, 'v' | 's' | 'x' | 'X' | 'q') {
            return false;
        }
        let (name, result) = if let Some(e) = arg.try_cast::<dyn Error>() {
            ("Error", catch_unwind(AssertUnwindSafe(|| e.error())))
        } else if let Some(s) = arg.try_cast::<dyn Stringer>() {
            ("String", catch_unwind(AssertUnwindSafe(|| s.string())))
        } else {
            return false;
        };
        match result {
            Ok(text) => self.string(text.as_bytes(), verb),
            Err(payload) => self.caught(&arg, verb, name, payload),
        }
        true
    }

    fn caught(&mut self, arg: &Any, verb: char, method: &str, payload: Box<dyn core::any::Any + Send>) {
        if let Describe::Pointer { addr: 0, .. } = arg.describe() {
            self.text("<nil>");
            return;
        }
        if self.panicking {
            std::panic::resume_unwind(payload);
        }
        let value = support::panic_value(payload);
        let flags = std::mem::take(&mut self.out.flags);
        self.text("%!");
        self.verb(verb);
        self.text("(PANIC=");
        self.text(method);
        self.text(" method: ");
        self.panicking = true;
        self.print_arg(&value, 'v');
        self.panicking = false;
        self.text(")");
        self.out.flags = flags;
    }

    fn integer(&mut self, magnitude: u64, negative: bool, signed: bool, verb: char) {
        let bits = if negative { magnitude.wrapping_neg() } else { magnitude };
        match verb {
            'v' if self.out.flags.sharp_v && !signed => self.out.hex(magnitude, true),
            'v' | 'd' => self.out.integer(magnitude, negative, 10, verb, false),
            'b' => self.out.integer(magnitude, negative, 2, verb, false),
            'o' | 'O' => self.out.integer(magnitude, negative, 8, verb, false),
            'x' => self.out.integer(magnitude, negative, 16, verb, false),
            'X' => self.out.integer(magnitude, negative, 16, verb, true),
            'c' => self.out.character(bits),
            'q' => self.out.quoted_character(bits),
            'U' => self.out.unicode(bits),
            _ => self.bad_verb(verb),
        }
    }

    fn float(&mut self, v: f64, bits: i64, verb: char) {
        match verb {
            'v' => self.out.float(v, bits, 'g', -1),
            'b' | 'g' | 'G' | 'x' | 'X' => self.out.float(v, bits, verb, -1),
            'f' | 'F' | 'e' | 'E' => self.out.float(v, bits, verb, 6),
            _ => self.bad_verb(verb),
        }
    }

    fn complex(&mut self, re: f64, im: f64, bits: i64, verb: char) {
        if !matches!(verb, 'v' | 'b' | 'g' | 'G' | 'x' | 'X' | 'f' | 'F' | 'e' | 'E') {
            return self.bad_verb(verb);
        }
        let plus = self.out.flags.plus;
        self.text("(");
        self.float(re, bits / 2, verb);
        self.out.flags.plus = true;
        self.float(im, bits / 2, verb);
        self.text("i)");
        self.out.flags.plus = plus;
    }

    fn string(&mut self, s: &[u8], verb: char) {
        match verb {
            'v' if self.out.flags.sharp_v => self.out.quoted(s),
            'v' | 's' => self.out.string(s),
            'x' => self.out.hex_bytes(s, false),
            'X' => self.out.hex_bytes(s, true),
            'q' => self.out.quoted(s),
            _ => self.bad_verb(verb),
        }
    }

    fn pointer(&mut self, addr: usize, type_name: &str, verb: char) {
        let addr = addr as u64;
        match verb {
            'v' if self.out.flags.sharp_v => {
                self.text("(");
                self.text(type_name);
                self.text(")(");
                if addr == 0 {
                    self.text("nil");
                } else {
                    self.out.hex(addr, true);
                }
                self.text(")");
            }
            'v' if addr == 0 => self.out.pad(b"<nil>"),
            'v' | 'p' => {
                let sharp = self.out.flags.sharp;
                self.out.hex(addr, !sharp);
            }
            'b' | 'o' | 'd' | 'x' | 'X' => self.integer(addr, false, false, verb),
            _ => self.bad_verb(verb),
        }
    }

    /// A value inside another: its methods first, when Go could reach them.
    fn nested(&mut self, v: &Any, type_name: &str, verb: char, depth: u32, reachable: bool) {
        if v.is_nil() {
            if self.out.flags.sharp_v {
                self.text(type_name);
                self.text("(nil)");
            } else {
                self.text("<nil>");
            }
            return;
        }
        self.arg = v.clone();
        if !reachable || !self.methods(verb) {
            self.value(v, verb, depth, reachable);
        }
    }

    fn value(&mut self, v: &Any, verb: char, depth: u32, reachable: bool) {
        let sharp_v = self.out.flags.sharp_v;
        match v.describe() {
            Describe::Nil => self.text("<nil>"),
            Describe::Bool(b) => match verb {
                't' | 'v' => self.out.pad(if b { b"true" } else { b"false" }),
                _ => self.bad_verb(verb),
            },
            Describe::Int(n, _) => self.integer(n.unsigned_abs(), n < 0, true, verb),
            Describe::Uint(n, _) => self.integer(n, false, false, verb),
            Describe::Float(f, bits) => self.float(f, i64::from(bits), verb),
            Describe::Complex(re, im, bits) => self.complex(re, im, i64::from(bits), verb),
            Describe::Str(s) => self.string(s.as_bytes(), verb),
            Describe::Bytes { nil, bytes, array, .. } => match verb {
                's' => self.out.string(&bytes),
                'x' => self.out.hex_bytes(&bytes, false),
                'X' => self.out.hex_bytes(&bytes, true),
                'q' => self.out.quoted(&bytes),
                _ => {
                    // The type switch of Go's printer names a bare []byte so, but only outermost.
                    let name = v.dynamic_type_name();
                    let name = if depth == 0 && name == "[]uint8" {
                        "[]byte".into()
                    } else {
                        name
                    };
                    if !self.open(&name, nil && !array) {
                        return;
                    }
                    for (i, b) in bytes.iter().enumerate() {
                        self.separate(i);
                        if reachable && !matches!(verb, 'v' | 'd') {
                            self.arg = Any::new(*b);
                        }
                        self.integer(u64::from(*b), false, false, verb);
                    }
                    self.close();
                }
            },
            Describe::Slice {
                nil, elems, type_name, ..
            } => {
                if !self.open(&v.dynamic_type_name(), nil) {
                    return;
                }
                self.elements(&elems, &type_name, verb, depth, reachable);
            }
            Describe::Array { elems, type_name, .. } => {
                self.open(&v.dynamic_type_name(), false);
                self.elements(&elems, &type_name, verb, depth, reachable);
            }
            Describe::Map {
                nil,
                mut entries,
                type_name,
                ..
            } => {
                if sharp_v {
                    let name = v.dynamic_type_name();
                    self.text(&name);
                    if nil {
                        return self.text("(nil)");
                    }
                    self.text("{");
                } else {
                    self.text("map[");
                }
                entries.sort_by(|a, b| compare(&a.0, &b.0));
                let (key_type, elem_type) = map_types(&type_name);
                for (i, (k, e)) in entries.iter().enumerate() {
                    self.separate(i);
                    self.nested(k, key_type, verb, depth + 1, reachable);
                    self.text(":");
                    self.nested(e, elem_type, verb, depth + 1, reachable);
                }
                self.text(if sharp_v { "}" } else { "]" });
            }
            Describe::Struct { fields, .. } => {
                if sharp_v {
                    let name = v.dynamic_type_name();
                    self.text(&name);
                }
                self.text("{");
                for (i, field) in fields.iter().enumerate() {
                    self.separate(i);
                    if sharp_v || self.out.flags.plus_v {
                        self.text(field.name);
                        self.text(":");
                    }
                    self.nested(
                        &field.value,
                        &field.type_name,
                        verb,
                        depth + 1,
                        reachable && field.exported,
                    );
                }
                self.text("}");
            }
            Describe::Pointer {
                addr,
                target,
                elem_kind,
            } => {
                if let (0, Some(target), Kind::Array | Kind::Slice | Kind::Struct | Kind::Map) =
                    (depth, target, elem_kind)
                {
                    self.text("&");
                    return self.nested(&target.load(), "", verb, depth + 1, reachable);
                }
                self.pointer(addr, &v.dynamic_type_name(), verb);
            }
            Describe::Func(addr) | Describe::Chan(addr) => self.pointer(addr, &v.dynamic_type_name(), verb),
        }
    }

    fn open(&mut self, type_name: &str, nil: bool) -> bool {
        if !self.out.flags.sharp_v {
            self.text("[");
            return true;
        }
        self.text(type_name);
        self.text(if nil { "(nil)" } else { "{" });
        !nil
    }

    fn close(&mut self) {
        self.text(if self.out.flags.sharp_v { "}" } else { "]" });
    }

    fn separate(&mut self, i: usize) {
        if i > 0 {
            self.text(if self.out.flags.sharp_v { ", " } else { " " });
        }
    }

    fn elements(&mut self, elems: &[Any], type_name: &str, verb: char, depth: u32, reachable: bool) {
        let elem_type = type_name.split_once(']').map_or("interface {}", |(_, t)| t);
        for (i, e) in elems.iter().enumerate() {
            self.separate(i);
            self.nested(e, elem_type, verb, depth + 1, reachable);
        }
        self.close();
    }
}

/// The address that `%p` prints, for the kinds that have one.
fn address(d: &Describe) -> Option<usize> {
    match d {
        Describe::Pointer { addr, .. } | Describe::Func(addr) | Describe::Chan(addr) => Some(*addr),
        Describe::Map { addr, nil, .. } | Describe::Slice { addr, nil, .. } => Some(if *nil { 0 } else { *addr }),
        Describe::Bytes {
            addr,
            nil,
            array: false,
            ..
        } => Some(if *nil { 0 } else { *addr }),
        _ => None,
    }
}

/// Key and element type of `map[K]V`.
fn map_types(name: &str) -> (&str, &str) {
    let Some(rest) = name.strip_prefix("map[") else {
        return ("interface {}", "interface {}");
    };
    let mut depth = 1;
    for (i, c) in rest.char_indices() {
        match c {
            '[' => depth += 1,
            ']' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return (&rest[..i], &rest[i + 1..]);
        }
    }
    ("interface {}", "interface {}")
}

/// The order in which `fmt` prints the keys of a map.
fn compare(a: &Any, b: &Any) -> Ordering {
    match (a.is_nil(), b.is_nil()) {
        (true, true) => return Ordering::Equal,
        (true, false) => return Ordering::Less,
        (false, true) => return Ordering::Greater,
        _ => {}
    }
    let floats = |x: f64, y: f64| {
        x.partial_cmp(&y).unwrap_or_else(|| match (x.is_nan(), y.is_nan()) {
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
            _ => Ordering::Equal,
        })
    };
    let lists = |x: &[Any], y: &[Any]| {
        x.iter()
            .zip(y)
            .map(|(x, y)| compare(x, y))
            .find(|o| o.is_ne())
            .unwrap_or_else(|| x.len().cmp(&y.len()))
    };
    match (a.describe(), b.describe()) {
        (Describe::Int(x, j), Describe::Int(y, k)) if j == k => x.cmp(&y),
        (Describe::Uint(x, j), Describe::Uint(y, k)) if j == k => x.cmp(&y),
        (Describe::Str(x), Describe::Str(y)) => x.as_bytes().cmp(y.as_bytes()),
        (Describe::Bool(x), Describe::Bool(y)) => x.cmp(&y),
        (Describe::Float(x, _), Describe::Float(y, _)) => floats(x, y),
        (Describe::Complex(xr, xi, _), Describe::Complex(yr, yi, _)) => floats(xr, yr).then_with(|| floats(xi, yi)),
        (Describe::Pointer { addr: x, .. }, Describe::Pointer { addr: y, .. }) => x.cmp(&y),
        (Describe::Chan(x), Describe::Chan(y)) => x.cmp(&y),
        (Describe::Bytes { bytes: x, .. }, Describe::Bytes { bytes: y, .. }) => x.cmp(&y),
        (Describe::Array { elems: x, .. }, Describe::Array { elems: y, .. }) => lists(&x, &y),
        (Describe::Struct { fields: x, .. }, Describe::Struct { fields: y, .. }) => {
            let values = |f: Vec<crate::value::Field>| f.into_iter().map(|f| f.value).collect::<Vec<_>>();
            lists(&values(x), &values(y))
        }
        _ => (support::kind_of(a) as u8)
            .cmp(&(support::kind_of(b) as u8))
            .then_with(|| a.dynamic_type_name().cmp(&b.dynamic_type_name())),
    }
}
