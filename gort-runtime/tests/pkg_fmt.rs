//! `pkg::fmt` prints what `tests/pkg/verbs.go` prints under Go; `tests/pkg/verbs.txt` holds Go's output.
#![cfg(feature = "pkg")]
// The numbers are those of the Go program.
#![allow(clippy::approx_constant)]

use gort_runtime::pkg::{errors, fmt};
use gort_runtime::prelude::*;
use std::cell::RefCell;

#[derive(Clone, PartialEq, Value)]
#[go(name = "main.Point")]
struct Point {
    #[go(name = "X")]
    x: i64,
    #[go(name = "Y")]
    y: i64,
}

#[derive(Clone, Value)]
#[go(name = "main.Named", incomparable)]
struct Named {
    #[go(name = "Name")]
    name: GoString,
    at: Ptr<Point>,
    #[go(name = "Any")]
    any: Any,
    #[go(name = "List")]
    list: Slice<GoString>,
    #[go(name = "M")]
    m: Map<GoString, i64>,
}

#[derive(Clone, Copy, PartialEq, PartialOrd, Value)]
#[go(scalar, name = "main.Celsius", value(dyn Stringer))]
struct Celsius(f64);

impl Stringer for Celsius {
    fn string(&self) -> GoString {
        fmt::sprintf!("%.1f°C", self.0)
    }
}

#[derive(Clone, Copy, PartialEq, Value)]
#[go(scalar, name = "main.Broken", value(dyn Stringer))]
struct Broken(i64);

impl Stringer for Broken {
    fn string(&self) -> GoString {
        panic_str("no text")
    }
}

#[derive(Clone, Value)]
#[go(name = "main.Bytes", incomparable)]
struct Bytes(Slice<u8>);

#[derive(Clone, PartialEq, Value)]
#[go(name = "struct { A *int; B interface {}; C error }")]
struct Anonymous {
    #[go(name = "A")]
    a: Ptr<i64>,
    #[go(name = "B")]
    b: Any,
    #[go(name = "C")]
    c: GoError,
}

#[derive(Clone, Value)]
#[go(name = "struct { F func() }", incomparable)]
struct WithFunc {
    #[go(name = "F")]
    f: Fn0<()>,
}

#[derive(Clone, Value)]
#[go(name = "struct { B []uint8 }", incomparable)]
struct WithBytes {
    #[go(name = "B")]
    b: Slice<u8>,
}

thread_local! {
    static OUT: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

fn put(s: GoString) {
    OUT.with(|o| o.borrow_mut().extend_from_slice(s.as_bytes()));
}

macro_rules! p {
    ($f:expr $(, $a:expr)*) => { put(fmt::sprintf!(GoString::from($f) + str("\n") $(, $a)*)) };
}

fn points(v: &[(i64, i64)]) -> Slice<Point> {
    v.iter().map(|&(x, y)| Point { x, y }).collect()
}

fn strings(v: &[&str]) -> Slice<GoString> {
    v.iter().map(|s| GoString::from(*s)).collect()
}

#[test]
fn prints_what_go_prints() {
    let nil = Any::nil();
    for f in [
        "%d", "%5d", "%-5d|", "%05d", "%+d", "% d", "%x", "%X", "%#x", "%o", "%#o", "%O", "%b", "%c", "%q", "%U",
        "%#U", "%e", "%v", "%#v", "%T", "%s", "%t", "%8.3d", "%+05d", "%-05d|",
    ] {
        p!(f, 65i64);
        p!(f, -7i64);
    }
    for f in [
        "%v", "%e", "%f", "%g", "%G", "%.2f", "%8.2f", "%-8.2f|", "%08.2f", "%+.1e", "%#g", "%x", "%b", "%6.0f",
        "%.3g", "%#v", "%d", "% f", "%+08.1f",
    ] {
        p!(f, 3.14159265f64);
        p!(f, -1e21f64);
        p!(f, 1e-7f64);
        p!(f, 100000.0f64);
        p!(f, f64::INFINITY);
        p!(f, f64::NAN);
        p!(f, 0.1f32);
    }
    for f in [
        "%v", "%s", "%q", "%x", "%X", "% x", "%#x", "%# x", "%10s|", "%-10s|", "%.2s", "%10.3q|", "%+q", "%#q", "%d",
        "%#v", "%T", "%05s",
    ] {
        p!(f, "héllo\n");
        p!(f, "");
        p!(f, Slice::<u8>::from(b"ab\0".to_vec()));
        p!(f, Bytes(Slice::from(b"xy".to_vec())));
        p!(f, strings(&["a", "b c"]));
    }
    for f in ["%v", "%+v", "%#v", "%T", "%d", "%s", "%x"] {
        p!(f, Point { x: 1, y: -2 });
        // `%#v` and others print addresses of nested pointers only, so this one is stable.
        p!(f, Ptr::<Point>::new(Point { x: 1, y: -2 }));
        p!(f, Slice::<i64>::from(vec![1, 2, 3]));
        p!(f, points(&[(1, 2)]));
        p!(f, Map::<GoString, i64>::from([(str("b"), 2), (str("a"), 1)]));
        p!(f, Map::<i64, GoString>::from([(10, str("x")), (2, str("y"))]));
        p!(
            f,
            Slice::<Any>::from(vec![
                Any::new(1i64),
                Any::new(str("a")),
                nil.clone(),
                Any::new(2.5f64),
                Any::new(true)
            ])
        );
        p!(f, [true, false, true]);
        p!(
            f,
            Named {
                name: str("n"),
                at: Ptr::nil(),
                any: Any::new(Point { x: 3, y: 4 }),
                list: strings(&["q"]),
                m: Map::nil()
            }
        );
        p!(f, Slice::<i64>::nil());
        p!(f, Map::<GoString, i64>::nil());
        p!(f, Ptr::<Point>::nil());
        p!(f, ());
        p!(f, Celsius(21.55));
        p!(f, Slice::<Celsius>::from(vec![Celsius(1.0), Celsius(2.0)]));
        p!(f, Complex::<f64>::new(1.0, -2.0));
        p!(f, 200u8);
        p!(f, Int64(-5));
        p!(f, 'x' as i32);
        p!(f, true);
        p!(f, nil.clone());
        p!(f, errors::new(str("bad")));
    }
    p!("%v", Broken(1));
    p!("%d", Broken(1));
    p!("%!", 1i64);
    p!("%z", 1i64);
    p!("%d");
    p!("%d %d", 1i64);
    p!("%d", 1i64, "x", nil.clone());
    p!("%[2]d %[1]d", 1i64, 2i64);
    p!("%[3]d", 1i64);
    p!("%[x]d", 1i64);
    p!("%*d|%-*d|", 5i64, 1i64, 5i64, 2i64);
    p!("%.*f", 2i64, 3.14159f64);
    p!("%[2]*[1]d|", 1i64, 5i64);
    p!("%*d", "a", 1i64);
    p!("%.*d", -1i64, 1i64);
    p!("%6.2f%%", 99.5f64);
    // Go's format ends in a newline there, which is the verb.
    put(fmt::sprintf!("%\n", 1i64));
    p!("%w", errors::new(str("x")));
    p!("%s %v", GoError::nil(), GoError::nil());
    p!("%t", 1i64);
    p!("%6t|%-7t|", true, false);
    p!(
        "%v %s",
        Slice::<GoError>::from(vec![errors::new(str("e1")), GoError::nil()]),
        Slice::<Any>::from(vec![Any::new(str("s")), errors::new(str("e2")).to_any()])
    );
    put(fmt::sprintln!(
        "a",
        1i64,
        2i64,
        "b",
        nil.clone(),
        3.0f64,
        Slice::<i64>::from(vec![1])
    ));
    put(fmt::sprint!(
        "a",
        1i64,
        2i64,
        "b",
        "c",
        3.5f64,
        nil.clone(),
        nil.clone(),
        "\n"
    ));
    put(fmt::sprint!(1i64, 2i64, "\n"));
    let e = fmt::errorf!("ctx: %w", errors::new(str("inner")));
    put(fmt::sprintln!(&e, errors::unwrap(e.clone())));
    let inner = errors::new(str("i"));
    let e2 = fmt::errorf!("%w and %w", &inner, errors::new(str("j")));
    put(fmt::sprintln!(
        &e2,
        errors::is(e2.clone(), inner.clone()),
        errors::unwrap(e2.clone()).is_nil()
    ));
    let joined = errors::join(Slice::from(vec![inner, GoError::nil(), errors::new(str("k"))]));
    put(fmt::sprintln!(fmt::errorf!("%w", "notanerror"), joined));
    p!(
        "%v %+v",
        Anonymous {
            a: Ptr::nil(),
            b: nil.clone(),
            c: GoError::nil()
        },
        WithFunc { f: Fn0::nil() }
    );
    p!("%x %X", "hello", Slice::<u8>::from(vec![1, 0xab]));
    p!("%v %d", [1u8, 2, 3], [4u8, 5]);
    p!(
        "%#v %#v %#v",
        Slice::<u8>::from(vec![1]),
        [1u8, 2],
        WithBytes {
            b: Slice::from(vec![9])
        }
    );
    p!(
        "%#v %#v",
        Slice::<Any>::from(vec![Any::new(1i64), nil.clone(), Any::new(str("x"))]),
        Map::<GoString, Any>::from([(str("k"), nil.clone()), (str("a"), Any::new(1.0f64))])
    );
    p!("%q %q", strings(&["a", "b"]), 'ä' as i32);
    p!("%08b %o %x", 37i64, 64i64, -255i64);
    p!("%+v", points(&[(1, 2), (3, 4)]));
    p!("%v", Ptr::<Slice<i64>>::new(Slice::from(vec![1])));
    p!("%v", Ptr::<Map<GoString, i64>>::new(Map::from([(str("a"), 1)])));
    p!("%s|%10v|%-10v|", Celsius(3.0), Celsius(3.0), Celsius(3.0));
    p!(
        "%5v|%-5v|%05v",
        Slice::<i64>::from(vec![1, 2]),
        Slice::<i64>::from(vec![3]),
        Slice::<i64>::from(vec![4])
    );
    p!("%6.2v|", Slice::<f64>::from(vec![1.234, 5.0]));
    p!("%v %v", -3i8, Uint64(u64::MAX));
    p!("%#v %#v %#v", -3i8, 3u8, Uintptr(9));
    p!("%#v %#v", 1.0f64, 2.5f32);
    p!(
        "%v",
        Slice::<Slice<i64>>::from(vec![Slice::from(vec![1]), Slice::from(vec![2, 3])])
    );
    p!(
        "%v",
        Map::<Point, GoString>::from([(Point { x: 2, y: 1 }, str("b")), (Point { x: 1, y: 9 }, str("a"))])
    );

    let got = OUT.with(|o| String::from_utf8_lossy(&o.borrow()).into_owned());
    let want = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/pkg/verbs.txt")).expect("verbs.txt");
    let want = String::from_utf8_lossy(&want).into_owned();
    let mut wrong = Vec::new();
    for (i, (g, w)) in got.lines().zip(want.lines()).enumerate() {
        if g != w {
            wrong.push(format!("line {}: got {g:?}\n         want {w:?}", i + 1));
        }
    }
    assert!(wrong.is_empty(), "{} lines differ:\n{}", wrong.len(), wrong.join("\n"));
    assert_eq!(got.lines().count(), want.lines().count());
}
