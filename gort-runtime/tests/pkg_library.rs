//! The packages compute what `tests/pkg/library.go` computes under Go; `tests/pkg/library.txt` holds Go's output.
#![cfg(feature = "pkg")]

use gort_runtime::pkg::crypto::{md5, sha1, sha256};
use gort_runtime::pkg::encoding::{base64, binary, hex};
use gort_runtime::pkg::hash::{crc32, fnv};
use gort_runtime::pkg::io::{Reader, Writer};
use gort_runtime::pkg::path::filepath;
use gort_runtime::pkg::text::tabwriter;
use gort_runtime::pkg::{
    bufio, bytes, container::heap, container::list, errors, flag, fmt, io, math, os, path, slices, sort, strconv,
    strings, time, unicode,
};
use gort_runtime::prelude::*;
use std::cell::RefCell;

thread_local! {
    static OUT: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

fn put(s: GoString) {
    OUT.with(|o| o.borrow_mut().extend_from_slice(s.as_bytes()));
}

macro_rules! p {
    ($($a:expr),* $(,)?) => { put(fmt::sprintln!($($a),*)) };
}

macro_rules! pair {
    ($e:expr) => {{
        let (a, b) = $e;
        p!(a, b)
    }};
}

#[derive(Clone, Value)]
#[go(name = "main.IntHeap", pointer(dyn sort::Interface, dyn heap::Interface), incomparable)]
struct IntHeap(Slice<i64>);

impl sort::InterfacePtr for IntHeap {
    fn len(this: &Ptr<Self>) -> i64 {
        this.get().0.len()
    }
    fn less(this: &Ptr<Self>, i: i64, j: i64) -> bool {
        let h = this.get().0;
        h.get(i) < h.get(j)
    }
    fn swap(this: &Ptr<Self>, i: i64, j: i64) {
        let h = this.get().0;
        let v = h.get(i);
        h.set(i, h.get(j));
        h.set(j, v);
    }
}

impl heap::InterfacePtr for IntHeap {
    fn push(this: &Ptr<Self>, x: Any) {
        this.set(IntHeap(this.get().0.append(x.assert::<i64>())));
    }
    fn pop(this: &Ptr<Self>) -> Any {
        let old = this.get().0;
        let n = old.len();
        this.set(IntHeap(old.slice_to(n - 1)));
        Any::new(old.get(n - 1))
    }
}

fn s(text: &str) -> GoString {
    GoString::from(text)
}

fn reader(text: &str) -> Iface<dyn Reader> {
    iface!(strings::new_reader(s(text)) => dyn Reader)
}

fn b(text: &[u8]) -> Slice<u8> {
    Slice::from(text.to_vec())
}

fn ints(v: &[i64]) -> Slice<i64> {
    Slice::from(v.to_vec())
}

#[test]
fn computes_what_go_computes() {
    numbers();
    texts();
    streams();
    floats();
    random();
    collections();
    digests();
    paths_and_times();
    tables_and_scans();

    let got = OUT.with(|o| String::from_utf8_lossy(&o.borrow()).into_owned());
    let want = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/pkg/library.txt")).expect("library.txt");
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

fn numbers() {
    for t in [
        "12",
        "-7",
        "+3",
        "9223372036854775808",
        "-9223372036854775809",
        "",
        "a",
        "1_0",
        "0x1f",
        "007",
        " 1",
    ] {
        pair!(strconv::atoi(s(t)));
        pair!(strconv::parse_int(s(t), 0, 16));
        pair!(strconv::parse_uint(s(t), 16, 8));
        pair!(strconv::parse_float(s(t), 64));
    }
    for t in [
        "1.5",
        "1e400",
        "-inf",
        "nan",
        "0x1p-2",
        "1_000.5",
        ".5",
        "5.",
        "1e",
        "1.7976931348623159e308",
        "4.9e-324",
        "1e-400",
        "123456789012345678901234567890",
        "0x1.fffffffffffff8p0",
    ] {
        pair!(strconv::parse_float(s(t), 64));
        pair!(strconv::parse_float(s(t), 32));
    }
    for c in b"beEfgGxX" {
        for prec in [-1, 0, 3, 20] {
            for f in [0.0, 1.0, -1.5, 123456789.0, 1e21, 1e-7, 0.1, f64::MAX, 5e-324, 2.5] {
                p!(
                    strconv::format_float(f, *c, prec, 64),
                    strconv::format_float(f, *c, prec, 32)
                );
            }
        }
    }
    p!(
        strconv::quote(bytes_str(b"a\tb\"\xc3\xbc\0\xff\xe2\x80\xa8\xe2\x98\xba")),
        strconv::quote_to_ascii(s("ü☺")),
        strconv::quote_rune('☺' as i32),
        strconv::format_int(-255, 16),
        strconv::format_int(35, 36)
    );
    for t in [
        r#""a\nb""#,
        "`raw`",
        "'x'",
        r#""\u263a\x41\101""#,
        "\"bad",
        "'xy'",
        r#""\q""#,
    ] {
        pair!(strconv::unquote(s(t)));
    }
    let (_, err) = strconv::parse_bool(s("maybe"));
    p!(&err, errors::is(err.clone(), strconv::err_syntax()));
}

fn texts() {
    for t in ["  Hello, Wörld  foo ", "", "aXbXc", "ßǆ İı", "a,b,,c"] {
        let t = || s(t);
        p!(
            strings::fields(t()),
            strings::split(t(), s(",")),
            strings::split_n(t(), s("X"), 2),
            strings::split(t(), s("")),
            strings::split_after(t(), s(",")),
            strings::trim_space(t()).len()
        );
        p!(
            strings::to_upper(t()),
            strings::to_lower(t()),
            strings::title(t()),
            strings::repeat(t(), 2),
            strings::replace(t(), s(""), s("-"), 3),
            strings::replace_all(t(), s("X"), s("yy"))
        );
        p!(
            strings::index(t(), s("o")),
            strings::last_index(t(), s("o")),
            strings::index_any(t(), s("lX")),
            strings::count(t(), s("")),
            strings::count(t(), s("l")),
            strings::contains(t(), s("foo")),
            strings::has_prefix(t(), s("a")),
            strings::trim(t(), s(" aX")),
            strings::trim_left(t(), s(" a")),
            strings::trim_right(t(), s("c "))
        );
        let (x, y, ok) = strings::cut(t(), s("X"));
        p!(
            x,
            y,
            ok,
            strings::trim_prefix(t(), s("a")),
            strings::trim_suffix(t(), s("c")),
            strings::equal_fold(t(), strings::to_upper(t()))
        );
        p!(
            strings::map(fn1(|r| if r == 'o' as i32 { -1 } else { unicode::to_upper(r) }), t()),
            strings::index_func(t(), fn1(unicode::is_upper)),
            strings::trim_func(t(), fn1(unicode::is_letter)),
            strings::to_title(t())
        );
    }
    let pairs = |v: &[&str]| strings::new_replacer(v.iter().map(|x| s(x)).collect());
    p!(
        pairs(&["<", "&lt;", ">", "&gt;", "a", "1", "aa", "2"]).replace(s("<aa>b")),
        pairs(&["", "X", "a", "b"]).replace(s("bab")),
        strings::join(Slice::from(vec![s("x"), s("y")]), s("-")),
        strings::compare(s("a"), s("b"))
    );
    let sb: Ptr<strings::Builder> = Ptr::new(strings::Builder::default());
    fmt::fprintf!(sb, "%d-%s", 5i64, "x");
    sb.write_byte(b'!');
    sb.write_rune('é' as i32);
    p!(sb.string(), sb.len());
}

fn streams() {
    let buf = bytes::Buffer::default();
    buf.write_string(s("hello\nworld\n"));
    let (line, err) = buf.read_string(b'\n');
    p!(line, err, buf.len(), buf.string());
    let (_, err) = buf.read_bytes(b'z');
    p!(
        err,
        buf.len(),
        bytes::equal(b(b"a"), b(b"a")),
        bytes::to_upper(b(b"abc"))
    );
    let sc = bufio::new_scanner(reader("one two\r\nthree\n\nfour"));
    while sc.scan() {
        p!(strconv::quote(sc.text()));
    }
    let sc = bufio::new_scanner(reader(" one  two\nthree "));
    sc.split(fn2(bufio::scan_words));
    while sc.scan() {
        p!(sc.text());
    }
    let br = bufio::new_reader(reader("ab\ncd"));
    let (c, _) = br.read_byte();
    br.unread_byte();
    let (l1, e1) = br.read_string(b'\n');
    let (l2, e2) = br.read_string(b'\n');
    p!(c, l1, e1, l2, e2);
    let (data, err) = io::read_all(io::limit_reader(reader("abcdefgh"), 5));
    p!(GoString::from_bytes(&data), err);
    let (_, err) = os::open(s("/nonexistent/file"));
    p!(
        &err,
        errors::is(err.clone(), os::err_not_exist()),
        os::is_not_exist(err.clone())
    );
    let pe: Ptr<Ptr<os::PathError>> = Ptr::new(Ptr::nil());
    let found = errors::as_::<Ptr<os::PathError>>(err, pe.clone());
    p!(found, pe.get().op.get(), pe.get().path.get());
}

fn floats() {
    for x in [0.1, 0.5, 1.0, 2.0, 3.7, 10.0, 100.25, -0.3, -2.5, 1e-5, 12345.678] {
        p!(
            math::sqrt(x),
            math::exp(x),
            math::log(x),
            math::log2(x),
            math::log10(x),
            math::pow(x, 2.5),
            math::pow(x, 3.0),
            math::pow(2.0, x)
        );
        p!(
            math::sin(x),
            math::cos(x),
            math::tan(x),
            math::atan(x),
            math::asin(x / 20000.0),
            math::acos(x / 20000.0),
            math::atan2(x, 2.0),
            math::hypot(x, 3.0)
        );
        p!(
            math::floor(x),
            math::ceil(x),
            math::round(x),
            math::trunc(x),
            math::mod_(x, 3.0),
            math::cbrt(x),
            math::exp2(x / 10.0),
            math::tanh(x / 10.0)
        );
        pair!(math::modf(x));
        pair!(math::frexp(x));
        p!(
            math::sinh(x / 20.0),
            math::cosh(x / 20.0),
            math::log1p(math::abs(x)),
            math::expm1(x / 20.0),
            math::erf(x),
            math::max(x, 1.0),
            math::min(x, 1.0),
            math::round_to_even(x)
        );
    }
    p!(
        math::inf(-1),
        math::MAX_INT64,
        math::PI,
        math::gamma(5.0),
        math::float64bits(1.5)
    );
}

fn random() {
    use gort_runtime::pkg::math::rand::{self, v2};
    for seed in [0, 1, 42, -7, 1 << 40] {
        let g = rand::new(rand::new_source(seed));
        p!(
            g.int63(),
            g.intn(100),
            g.int31n(10),
            g.float64(),
            g.perm(7),
            g.norm_float64(),
            g.exp_float64(),
            g.uint32(),
            g.int63n(1_000_000_000_000),
            g.float32(),
            g.uint64(),
            g.int()
        );
        let xs = ints(&[1, 2, 3, 4, 5, 6]);
        let ys = xs.clone();
        g.shuffle(
            6,
            fn2(move |i, j| {
                let v = ys.get(i);
                ys.set(i, ys.get(j));
                ys.set(j, v);
            }),
        );
        p!(xs);
        let mut sum = 0.0;
        for _ in 0..3000 {
            sum += g.norm_float64() + g.exp_float64();
        }
        p!(sum);
    }
    let g = v2::new(iface!(v2::new_pcg(1, 2) => dyn v2::Source));
    p!(
        g.uint64(),
        g.int_n(10),
        g.int_n(1000),
        g.float64(),
        g.perm(6),
        g.int64_n(1 << 40),
        g.uint32_n(77),
        g.norm_float64(),
        g.exp_float64(),
        g.float32(),
        g.int32()
    );
}

fn collections() {
    let xs = ints(&[5, 2, 8, 1]);
    sort::ints(xs.clone());
    p!(&xs, sort::search_ints(xs.clone(), 5));
    sort::sort(sort::reverse(iface!(sort::IntSlice(xs.clone()) => dyn sort::Interface)));
    p!(&xs);
    let ss = Slice::<GoString>::from(vec![s("b"), s("a")]);
    let by = ss.clone();
    sort::slice(ss.clone(), fn2(move |i, j| by.get(i) < by.get(j)));
    p!(
        &ss,
        slices::contains(ss.clone(), s("a")),
        slices::index(ss.clone(), s("b")),
        slices::max(xs)
    );
    let h = Ptr::<IntHeap>::new(IntHeap(ints(&[5, 2, 8])));
    let hi: Iface<dyn heap::Interface> = iface!(h.clone() => dyn heap::Interface);
    heap::init(hi.clone());
    heap::push(hi.clone(), Any::new(3i64));
    while h.get().0.len() > 0 {
        put(fmt::sprint!(heap::pop(hi.clone()), " "));
    }
    p!();
    let l = list::new();
    let e4 = l.push_back(Any::new(4i64));
    l.push_front(Any::new(1i64));
    l.insert_before(Any::new(3i64), e4.clone());
    l.move_to_front(e4);
    let mut e = l.front();
    while !e.is_nil() {
        put(fmt::sprint!(e.value.get(), " "));
        e = e.next();
    }
    p!(l.len());
    equal_elements();
}

fn equal_elements() {
    for n in [10i64, 13, 40, 60, 100, 1000, 5000] {
        for modulus in [1i64, 3, 10, 100000] {
            for kind in 0i64..4 {
                let v: Slice<i64> = (0..n)
                    .map(|i| {
                        let x = match kind {
                            1 => i,
                            2 => n - i,
                            3 => i % 17 * 100,
                            _ => (i * 7919 + i * i * 31) % 10007,
                        };
                        x % modulus * 1000000 + i
                    })
                    .collect();
                let (w, of) = (slices::clone(v.clone()), v.clone());
                sort::slice(v.clone(), fn2(move |i, j| of.get(i) / 1000000 < of.get(j) / 1000000));
                slices::sort_func(w.clone(), fn2(|a: i64, b: i64| a / 1000000 - b / 1000000));
                let h = v.iter().fold(0, |h, x| (h * 31 + x) % 1000003);
                p!(n, modulus, kind, h, slices::equal(v, w));
            }
        }
    }
}

fn digests() {
    let hh = fnv::new32a();
    hh.write(b(b"hello"));
    let h64 = fnv::new64a();
    h64.write(b(b"hello"));
    p!(hh.sum32(), h64.sum64(), crc32::checksum_ieee(b(b"hello")));
    put(fmt::sprintf!(
        "%x %x %x\n",
        sha256::sum256(b(b"hello")),
        sha1::sum(b(b"hello")),
        md5::sum(b(b"hello"))
    ));
    p!(
        hex::encode_to_string(b(b"hi\xff")),
        base64::std_encoding().encode_to_string(b(b"hello?>")),
        base64::raw_url_encoding().encode_to_string(b(b"hello?>"))
    );
    pair!(hex::decode_string(s("6g")));
    let (d, err) = base64::std_encoding().decode_string(s("aGVsbG8/Pg=="));
    p!(GoString::from_bytes(&d), err);
    p!(base64::std_encoding().decode_string(s("aGVsb=")).1);
    let bb = Slice::<u8>::make_len(8);
    binary::little_endian().put_uint32(bb.clone(), 0x01020304);
    binary::big_endian().put_uint16(bb.slice_from(4), 0x0506);
    // Go evaluates the calls before it loads the slices' elements.
    let (n, len) = (
        binary::big_endian().uint64(bb.clone()),
        binary::put_varint(bb.clone(), -300),
    );
    p!(&bb, n, len, &bb);
}

fn paths_and_times() {
    for t in ["/a/b/../c", "", "a//b/.", "../x", "/..", "a/b.txt/", "x.tar.gz"] {
        p!(
            path::clean(s(t)),
            path::base(s(t)),
            path::dir(s(t)),
            path::ext(s(t)),
            path::is_abs(s(t)),
            filepath::join(Slice::from(vec![s("r"), s(t), s("t")]))
        );
    }
    for pattern in ["*.go", "a?c", "[a-c]*", "[", "a\\*b", "*", "[^a]bc"] {
        for n in ["x.go", "abc", "a*b", "d/e"] {
            pair!(path::match_(s(pattern), s(n)));
        }
    }
    let t = time::date(2023, time::MARCH, 5, 7, 8, 9, 123456789, time::utc());
    for f in [
        time::RFC3339_NANO,
        time::ANSIC,
        time::KITCHEN,
        s("Mon, 02 Jan 2006 15:04:05 -0700"),
        s("Jan _2 06 03:04PM .000 .999 __2 002 Z07"),
        s("2006-01-02T15:04:05,000"),
        s("Monday January 2"),
    ] {
        p!(t.format(f));
    }
    for v in [
        "2023-03-05T07:08:09Z",
        "2023-02-30T07:08:09Z",
        "2023-03-05T07:08:09.5Z",
        "nope",
        "2023-03-05T25:08:09Z",
        "2023-03-05T07:08:09Zx",
    ] {
        let (t, err) = time::parse(time::RFC3339, s(v));
        p!(t.unix_nano() > 0, err);
    }
    pair!(time::parse(
        s("Jan 2, 2006 at 3:04pm (MST)"),
        s("Feb 3, 2013 at 7:54pm (UTC)")
    ));
    for v in ["1h15m30.918s", "-1.5h", "10us", "", "3", "1x", ".5s"] {
        pair!(time::parse_duration(s(v)));
    }
}

fn flags() {
    let lines: [&[&str]; 7] = [
        &["-n", "5", "--name=x", "-v", "-d", "2s", "rest", "-n"],
        &["-n", "x"],
        &["-zz"],
        &["-name"],
        &["-v=maybe"],
        &["-h"],
        &["-f", "1.5", "--", "-n"],
    ];
    for args in lines {
        let out: Ptr<bytes::Buffer> = Ptr::new(bytes::Buffer::default());
        let fl = flag::new_flag_set(s("prog"), flag::CONTINUE_ON_ERROR);
        fl.set_output(iface!(out.clone() => dyn Writer));
        let n = fl.int(s("n"), 3, s("the `count` of things"));
        let name = fl.string(s("name"), s("anon"), s("a name"));
        let v = fl.bool(s("v"), false, s("verbose"));
        let d = fl.duration(s("d"), time::SECOND, s("how long"));
        let f = fl.float64(s("f"), 0.0, s("factor"));
        let err = fl.parse(args.iter().map(|a| s(a)).collect());
        p!(
            err,
            n.get(),
            name.get(),
            v.get(),
            d.get(),
            f.get(),
            fl.args(),
            fl.n_flag()
        );
        p!(out.string());
    }
}

fn tables_and_scans() {
    let out: Ptr<bytes::Buffer> = Ptr::new(bytes::Buffer::default());
    let to = || iface!(out.clone() => dyn Writer);
    let tw = tabwriter::new_writer(to(), 0, 8, 2, b' ', 0);
    fmt::fprintln!(&tw, "a\tbbb\tc");
    fmt::fprintln!(&tw, "aaaa\tb\tccccc");
    fmt::fprintln!(&tw);
    fmt::fprintln!(&tw, "x\ty");
    tw.flush();
    let tw = tabwriter::new_writer(to(), 5, 0, 1, b'.', tabwriter::ALIGN_RIGHT | tabwriter::DEBUG);
    fmt::fprintln!(&tw, "a\tbbb\tc\t");
    fmt::fprint!(&tw, "aaaa\tb\tccccc\t");
    tw.flush();
    put(out.string());
    p!();
    flags();
    let (i1, i2) = (Ptr::<i64>::new(0), Ptr::<i64>::new(0));
    let (s1, f1) = (Ptr::<GoString>::new(s("")), Ptr::<f64>::new(0.0));
    let any = |p: &Ptr<i64>| Any::new(p.clone());
    let (n, err) = fmt::sscanf(
        s("7-abc 2.5"),
        s("%d-%s %f"),
        Slice::from(vec![any(&i1), Any::new(s1.clone()), Any::new(f1.clone())]),
    );
    p!(n, err, i1.get(), s1.get(), f1.get());
    let (n, err) = fmt::sscan(
        s("10 20 xyz"),
        Slice::from(vec![any(&i1), any(&i2), Any::new(s1.clone())]),
    );
    p!(n, err, i1.get(), i2.get(), s1.get());
    pair!(fmt::sscan(s("10"), Slice::from(vec![any(&i1), any(&i2)])));
    pair!(fmt::sscanf(s("x"), s("%d"), Slice::from(vec![any(&i1)])));
}
