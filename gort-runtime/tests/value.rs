//! Values as the translator emits them: structs in both forms, named types, pointers into structs, interfaces.
#![cfg(feature = "value")]
#![forbid(unsafe_code)]

use std::panic::{AssertUnwindSafe, catch_unwind};

use gort_runtime::prelude::*;
use gort_runtime::value::{Describe, Kind};

trait Shape: Object {
    fn area(&self) -> f64;
}

trait Scaler: Object {
    fn scale(&self, by: f64);
}

#[derive(Clone, PartialEq, Value)]
#[go(name = "main.Point", value(dyn Stringer), pointer(dyn Stringer))]
struct Point {
    #[go(name = "X")]
    x: i64,
    y: GoString,
}

impl Stringer for Point {
    fn string(&self) -> GoString {
        str("(") + &self.y + str(")")
    }
}

impl StringerPtr for Point {
    fn string(this: &Ptr<Self>) -> GoString {
        this.get().string()
    }
}

#[derive(Clone, Value)]
#[go(in_place, name = "main.Node", pointer(dyn Error, dyn Shape, dyn Scaler))]
struct Node {
    val: Atom<i64>,
    next: Cell<Ptr<Node>>,
    inner: Inner,
    table: ArrayCell<i64, 3>,
    #[go(frozen)]
    id: i64,
}

#[derive(Clone, PartialEq, Value)]
#[go(in_place)]
struct Inner {
    name: Cell<GoString>,
}

impl Node {
    fn inc(&self) {
        self.val.set(self.val.get() + 1);
    }
}

impl ErrorPtr for Node {
    fn error(this: &Ptr<Self>) -> GoString {
        str("node ") + &this.inner.name.get()
    }
}

impl Shape for Ptr<Node> {
    fn area(&self) -> f64 {
        self.val.get() as f64
    }
}

impl Scaler for Ptr<Node> {
    fn scale(&self, by: f64) {
        self.val.update(|v| *v = (*v as f64 * by) as i64);
    }
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Value, GoNumber)]
#[go(scalar, name = "main.Celsius")]
struct Celsius(pub i32);

#[derive(Clone, PartialEq, PartialOrd, Value, GoNumber)]
#[go(string, name = "main.Name")]
struct Name(pub GoString);

#[derive(Clone, Value)]
#[go(incomparable, name = "main.Bag")]
struct Bag {
    items: Slice<i64>,
}

#[derive(Clone, PartialEq, Value)]
#[go(name = "main.Pair")]
struct Pair<K: Value, V: Value> {
    k: K,
    v: V,
}

#[derive(Clone, Value)]
#[go(in_place, name = "main.Boxed")]
struct Boxed<T: Value> {
    v: CellOf<T>,
    next: Cell<Ptr<Boxed<T>>>,
}

fn panics<R>(f: impl FnOnce() -> R) -> String {
    let Err(payload) = catch_unwind(AssertUnwindSafe(f)) else {
        panic!("this should panic")
    };
    match gort_runtime::panic::Unwinding::from_payload(payload) {
        gort_runtime::panic::Unwinding::Panic(panic) => gort_runtime::panic::panic_text(&panic.value),
        gort_runtime::panic::Unwinding::Goexit => "goexit".into(),
    }
}

fn node(val: i64) -> Ptr<Node> {
    Ptr::new(Node {
        val: Atom::new(val),
        next: Cell::new(Ptr::nil()),
        inner: Inner {
            name: Cell::new(str("n")),
        },
        table: ArrayCell::default(),
        id: 3,
    })
}

#[test]
fn in_place_structs_are_shared_and_copied() {
    let list = node(1);
    list.next.set(list.clone());
    list.inc();
    let p: Ptr<i64> = list.project(|n| &n.val);
    p.set(p.get() + 5);
    let name: Ptr<GoString> = list.project(|n| &n.inner.name);
    name.set(str("renamed"));
    assert_eq!(list.next.get().val.get(), 7);
    let copy = list.get();
    list.inc();
    assert_eq!((copy.val.get(), list.val.get()), (7, 8));
    assert_eq!(copy.inner.name.get(), "renamed");
    let other = node(0);
    other.set(copy);
    assert_eq!((other.val.get(), other.id), (7, 3));
    let cells: Ptr<[i64; 3]> = list.project(|n| &n.table);
    cells.slice(1, 3).set(1, 9);
    assert_eq!(list.table.get(), [0, 0, 9]);
    list.next.set(Ptr::nil());
    assert_eq!(
        panics(|| list.next.get().inc()),
        "runtime error: invalid memory address or nil pointer dereference"
    );
}

#[test]
fn interfaces_know_their_dynamic_types() {
    let shape: Iface<dyn Shape> = iface!(node(4) => dyn Shape);
    assert_eq!(shape.area(), 4.0);
    let any = shape.to_any();
    let scaler = any.try_cast::<dyn Scaler>().expect("implemented");
    scaler.scale(2.0);
    assert_eq!(shape.area(), 8.0);
    let error: GoError = shape.cast();
    assert_eq!(error.to_string(), "node n");
    assert!(shape.try_cast::<dyn Stringer>().is_none());
    assert_eq!(
        panics(|| shape.assert_iface::<dyn Stringer>("main.Shape", "fmt.Stringer", "String")),
        "interface conversion: *main.Node is not fmt.Stringer: missing method String"
    );
    assert!(shape.downcast::<Ptr<Node>>().is_some() && !any.is::<i64>());
    assert_eq!(
        panics(|| Any::new(str("x")).assert::<i64>()),
        "interface conversion: interface {} is string, not int"
    );
    assert_eq!(
        panics(|| Any::nil().assert::<i64>()),
        "interface conversion: interface {} is nil, not int"
    );
    let nil: Iface<dyn Shape> = Iface::nil();
    assert!(nil.to_any() == Any::nil() && nil.cast::<dyn Error>().is_nil());
    assert!(panics(|| nil.area()).contains("nil pointer"));
    assert_eq!(<Slice<Iface<dyn Shape>>>::type_name(), "[]main.Shape");
    assert_eq!(<Map<GoString, GoError>>::type_name(), "map[string]error");
    assert_eq!(<Slice<Any>>::type_name(), "[]interface {}");
}

#[test]
fn boxed_values_compare_and_hash() {
    let p = || Point { x: 1, y: str("a") };
    assert!(Any::new(p()) == Any::new(p()) && Any::new(1_i64) != Any::new(Int64(1)));
    assert_eq!(
        panics(|| Any::new(Bag::zero()) == Any::new(Bag::zero())),
        "runtime error: comparing uncomparable type main.Bag"
    );
    let m: Map<Any, i64> = Map::make();
    m.set(Any::new(p()), 1);
    m.set(Any::new(str("a")), 2);
    assert_eq!((m.get(&Any::new(p())), m.get(&p().y.into_any()), m.len()), (1, 2, 2));
    assert_eq!(
        panics(|| m.set(Any::new(Slice::<i64>::nil()), 1)),
        "runtime error: hash of unhashable type []int"
    );
    let keyed: Map<Point, i64> = Map::from([(p(), 5)]);
    assert_eq!(keyed.get(&p()), 5);
    let nil: Map<i64, i64> = Map::nil();
    assert_eq!(panics(|| nil.set(1, 1)), "assignment to entry in nil map");
}

#[test]
fn named_types_have_operators() {
    let mut c = Celsius(i32::MAX);
    c += Celsius(1);
    assert!(c == Celsius(i32::MIN) && c / Celsius(-1) == c && (Celsius(6) & Celsius(3)) % Celsius(2) == Celsius(0));
    assert!(Celsius(1) << 40_i64 == Celsius(0) && Celsius(-5) >> 1_u8 == Celsius(-3) && -Celsius(1) < Celsius(0));
    assert_eq!(
        panics(|| Celsius(1) / Celsius(0)),
        "runtime error: integer divide by zero"
    );
    let cell = Atom::new(c);
    cell.set(Celsius(7));
    assert!(cell.get() == Celsius(7) && max(Celsius(1), Celsius(2)) == Celsius(2));
    let n = Name(str("a")) + Name(str("b"));
    assert!(n.0 == "ab" && n > Name(str("a")));
    assert_eq!(
        gort_runtime::panic::panic_text(&Any::new(Celsius(3))),
        "main.Celsius(3)"
    );
    assert_eq!(
        gort_runtime::panic::panic_text(&Any::new(Name(str("x")))),
        "main.Name(\"x\")"
    );
}

#[test]
fn generics_and_names() {
    assert_eq!(<Pair<GoString, Slice<i64>>>::type_name(), "main.Pair[string,[]int]");
    assert!(Pair { k: 1_i64, v: str("x") } == Pair { k: 1, v: str("x") });
    let b: Ptr<Boxed<i64>> = Ptr::new(Boxed::zero());
    b.v.set(3);
    b.next.set(b.clone());
    assert_eq!(b.next.get().v.get(), 3);
    b.next.set(Ptr::nil());
    let p = Ptr::new(Point { x: 1, y: str("a") });
    p.update(|p| p.x += 1);
    let Describe::Pointer {
        target: Some(target),
        elem_kind: Kind::Struct,
        ..
    } = p.go_describe()
    else {
        panic!()
    };
    let Describe::Struct { type_name, fields } = target.load().describe() else {
        panic!()
    };
    assert_eq!(type_name, "main.Point");
    let fields: Vec<_> = fields.iter().map(|f| (f.name, f.exported, &*f.type_name)).collect();
    assert_eq!(fields, [("X", true, "int"), ("y", false, "string")]);
    assert_eq!(IntoAnyRef::into_any(&p).downcast::<Ptr<Point>>(), Some(p));
    assert!("lit".into_any() == str("lit").into_any());
    // int8, string, bool: 8 + 16 + 8.
    assert_eq!(
        (<Pair<i8, Pair<GoString, bool>>>::go_size(), <[i32; 3]>::go_size()),
        (32, 12)
    );
}

#[test]
fn slices_alias_and_grow() {
    let s = slice![1_i64, 2, 3];
    let t = s.slice(0, 2);
    let u = t.clone().append(9);
    assert_eq!((s.get(2), u.len(), u.cap()), (9, 3, 3));
    let v = u.append(10);
    v.set(0, 100);
    assert_eq!((s.get(0), v.to_vec(), v.cap()), (1, vec![100, 2, 9, 10], 6));
    assert_eq!(
        panics(|| s.get(3)),
        "runtime error: index out of range [3] with length 3"
    );
    assert_eq!(panics(|| s.get(-1)), "runtime error: index out of range [-1]");
    assert_eq!(
        panics(|| s.slice(2, 1)),
        "runtime error: slice bounds out of range [2:1]"
    );
    assert_eq!(
        panics(|| s.slice(0, 4)),
        "runtime error: slice bounds out of range [:4] with capacity 3"
    );
    let nil: Slice<GoString> = Slice::nil();
    let one = nil.append_all(&slice![str("a"), str("b")]);
    assert_eq!(one.len(), 2);
    let w = slice![1_i64, 2, 3, 4, 5];
    copy(&w.slice_from(1), &w);
    assert_eq!(w.to_vec(), [1, 1, 2, 3, 4]);
    copy(&w, &w.slice_from(1));
    assert_eq!(w.to_vec(), [1, 2, 3, 4, 4]);
    let array = w.array_ptr::<2>();
    array.at(1).set(77);
    assert_eq!((w.get(1), w.to_array::<2>()), (77, [1, 77]));
    assert_eq!(Slice::<u8>::nil().append_str(&str("hello")).cap(), 8);
    assert_eq!(
        panics(|| Slice::<i64>::make_len(-1)),
        "runtime error: makeslice: len out of range"
    );
    static COUNT: Global<i64> = Global::new();
    COUNT.ptr().set(4);
    assert_eq!(COUNT.get(), 4);
}

#[test]
fn long_lists_drop_without_recursion() {
    let head = node(0);
    let mut last = head.clone();
    for i in 0..1_000_000 {
        let next = node(i);
        last.next.set(next.clone());
        last = next;
    }
    drop(last);
    drop(head);
}
