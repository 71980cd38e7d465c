//! The reflective view of a value that printing, encoding and comparing by structure need.
//!
//! In: any Go value, through [`GoType::describe`](crate::value::GoType::describe) or
//! [`Object::describe`](crate::value::Object::describe).
//! Out: a [`Describe`], one level deep: elements and fields are [`Any`] again, so that a printer can
//! first ask each of them for `error`, `Stringer` or `Formatter` and only then look inside.
//!
//! Invariant: describing never runs a method of the described value, and never follows a pointer;
//! [`Pointee::load`] does, when the printer asks for it.

use std::borrow::Cow;
use std::sync::Arc;

use super::{Any, GoString};

/// The kinds of Go's `reflect.Kind`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Kind {
    Invalid,
    Bool,
    Int,
    Int8,
    Int16,
    Int32,
    Int64,
    Uint,
    Uint8,
    Uint16,
    Uint32,
    Uint64,
    Uintptr,
    Float32,
    Float64,
    Complex64,
    Complex128,
    Array,
    Chan,
    Func,
    Interface,
    Map,
    Pointer,
    Slice,
    String,
    Struct,
    UnsafePointer,
}

/// One field of a described struct.
#[derive(Clone)]
pub struct Field {
    /// Its Go name.
    pub name: &'static str,
    /// Whether the name is exported: methods of unexported fields are not called by `fmt`.
    pub exported: bool,
    /// Whether it is embedded.
    pub embedded: bool,
    /// The Go name of its declared type (`interface {}` or `main.Shape` where the field is an interface).
    pub type_name: Cow<'static, str>,
    /// Its value; a nil `Any` for an interface field that is nil.
    pub value: Any,
}

/// What a pointer points to, loaded only when asked for.
#[derive(Clone)]
pub struct Pointee(Arc<dyn Fn() -> Any + Send + Sync>);

impl Pointee {
    /// A pointee that `load` reads.
    pub fn new(load: impl Fn() -> Any + Send + Sync + 'static) -> Self {
        Pointee(Arc::new(load))
    }

    /// Loads the value pointed to.
    pub fn load(&self) -> Any {
        (self.0)()
    }
}

/// A value seen from outside, one level deep.
///
/// `type_name`s are those of Go's `%T`: `[]int`, `map[string]int`, `main.Point`.
/// Named types describe as their underlying kind; ask the object itself for its type's name.
#[derive(Clone)]
pub enum Describe {
    /// A nil interface value.
    Nil,
    /// A `bool`.
    Bool(bool),
    /// A signed integer and its kind, `Int` to `Int64`.
    Int(i64, Kind),
    /// An unsigned integer and its kind, `Uint` to `Uintptr`.
    Uint(u64, Kind),
    /// A float and its width in bits, 32 or 64.
    Float(f64, u32),
    /// A complex number and its width in bits, 64 or 128.
    Complex(f64, f64, u32),
    /// A string.
    Str(GoString),
    /// A slice of bytes (`[]byte` or `[]uint8`), apart because it prints and encodes otherwise.
    Bytes {
        /// Whether the slice is nil.
        nil: bool,
        /// Its bytes.
        bytes: Vec<u8>,
        /// The name of the slice's type.
        type_name: Cow<'static, str>,
        /// Whether it is an array (`[3]byte`) and not a slice.
        array: bool,
        /// Address of the first element.
        addr: usize,
    },
    /// Any other slice.
    Slice {
        /// Whether the slice is nil.
        nil: bool,
        /// Its elements; interface elements that are nil are nil `Any`s.
        elems: Vec<Any>,
        /// The name of the slice's type.
        type_name: Cow<'static, str>,
        /// The kind of its elements.
        elem_kind: Kind,
        /// Address of the first element.
        addr: usize,
    },
    /// Any other array.
    Array {
        /// Its elements.
        elems: Vec<Any>,
        /// The name of the array's type.
        type_name: Cow<'static, str>,
        /// The kind of its elements.
        elem_kind: Kind,
    },
    /// A map, in no particular order; `fmt` sorts by key.
    Map {
        /// Whether the map is nil.
        nil: bool,
        /// Its entries.
        entries: Vec<(Any, Any)>,
        /// The name of the map's type.
        type_name: Cow<'static, str>,
        /// Its address.
        addr: usize,
    },
    /// A struct.
    Struct {
        /// The name of the struct's type.
        type_name: Cow<'static, str>,
        /// Its fields in order.
        fields: Vec<Field>,
    },
    /// A pointer; `addr` is 0 and `target` is `None` when it is nil.
    Pointer {
        /// Its address.
        addr: usize,
        /// What it points to.
        target: Option<Pointee>,
        /// The kind of what it points to.
        elem_kind: Kind,
    },
    /// A function's address, 0 when nil.
    Func(usize),
    /// A channel's address, 0 when nil.
    Chan(usize),
}

impl Describe {
    /// The description of a named type over the described one.
    pub fn renamed(mut self, name: Cow<'static, str>, named_kind: Kind) -> Self {
        match &mut self {
            Describe::Int(_, kind) | Describe::Uint(_, kind) => *kind = named_kind,
            Describe::Bytes { type_name, .. }
            | Describe::Slice { type_name, .. }
            | Describe::Array { type_name, .. }
            | Describe::Map { type_name, .. }
            | Describe::Struct { type_name, .. } => *type_name = name,
            _ => {}
        }
        self
    }
}
