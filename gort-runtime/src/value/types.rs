//! What Go knows of the primitive types, of `struct{}`, and of tuples (which only carry several results).

use std::borrow::Cow;
use std::hash::Hasher;

use super::{Atom, Cell, Describe, GoKey, GoType, Kind, Value};
use crate::shim::random;

macro_rules! primitive {
    ($($t:ty, $name:literal, $kind:ident, |$v:ident| $describe:expr, $zero:expr, |$k:ident, $h:ident| $hash:expr;)*) => {$(
        impl Value for $t {
            type Cell = Atom<$t>;
            #[inline]
            fn zero() -> Self { $zero }
            fn go_align() -> usize { size_of::<$t>() }
            fn go_pointers() -> bool { false }
        }

        impl GoType for $t {
            fn type_name() -> Cow<'static, str> { $name.into() }
            fn kind() -> Kind { Kind::$kind }
            fn go_eq(&self, other: &Self) -> bool { self == other }
            fn go_hash(&self, mut h: &mut dyn Hasher) { self.key_hash(&mut h); }
            fn go_describe(&self) -> Describe { let $v = *self; $describe }
        }

        impl GoKey for $t {
            #[inline]
            fn key_eq(&self, other: &Self) -> bool { self == other }
            #[inline]
            fn key_hash<H: Hasher>(&self, $h: &mut H) { let $k = *self; $hash }
        }
    )*};
}
primitive! {
    bool, "bool", Bool, |v| Describe::Bool(v), false, |v, h| h.write_u8(v.into());
    i8, "int8", Int8, |v| Describe::Int(v.into(), Kind::Int8), 0, |v, h| h.write_i8(v);
    i16, "int16", Int16, |v| Describe::Int(v.into(), Kind::Int16), 0, |v, h| h.write_i16(v);
    i32, "int32", Int32, |v| Describe::Int(v.into(), Kind::Int32), 0, |v, h| h.write_i32(v);
    i64, "int", Int, |v| Describe::Int(v, Kind::Int), 0, |v, h| h.write_i64(v);
    u8, "uint8", Uint8, |v| Describe::Uint(v.into(), Kind::Uint8), 0, |v, h| h.write_u8(v);
    u16, "uint16", Uint16, |v| Describe::Uint(v.into(), Kind::Uint16), 0, |v, h| h.write_u16(v);
    u32, "uint32", Uint32, |v| Describe::Uint(v.into(), Kind::Uint32), 0, |v, h| h.write_u32(v);
    u64, "uint", Uint, |v| Describe::Uint(v, Kind::Uint), 0, |v, h| h.write_u64(v);
    f32, "float32", Float32, |v| Describe::Float(v.into(), 32), 0.0, |v, h| hash_float(v.into(), h);
    f64, "float64", Float64, |v| Describe::Float(v, 64), 0.0, |v, h| hash_float(v, h);
}

/// Zeros of both signs are one key; a NaN is never found again, so its hash only has to spread.
fn hash_float<H: Hasher>(v: f64, h: &mut H) {
    h.write_u64(if v == 0.0 {
        0
    } else if v.is_nan() {
        random()
    } else {
        v.to_bits()
    });
}

impl Value for () {
    type Cell = Cell<()>;
    #[inline]
    fn zero() -> Self {}
    fn go_align() -> usize {
        1
    }
    fn go_pointers() -> bool {
        false
    }
}

impl GoType for () {
    fn type_name() -> Cow<'static, str> {
        "struct {}".into()
    }
    fn kind() -> Kind {
        Kind::Struct
    }
    fn go_eq(&self, (): &Self) -> bool {
        true
    }
    fn go_hash(&self, _: &mut dyn Hasher) {}
    fn go_describe(&self) -> Describe {
        Describe::Struct {
            type_name: Self::type_name(),
            fields: Vec::new(),
        }
    }
}

impl GoKey for () {
    fn key_eq(&self, (): &Self) -> bool {
        true
    }
    fn key_hash<H: Hasher>(&self, _: &mut H) {}
}

macro_rules! tuple {
    ($($t:ident)*) => {
        impl<$($t: Value),*> Value for ($($t,)*) {
            type Cell = Cell<Self>;
            fn zero() -> Self { ($($t::zero(),)*) }
        }
    };
}
tuple!(A);
tuple!(A B);
tuple!(A B C);
tuple!(A B C D);
tuple!(A B C D E);
tuple!(A B C D E F);
tuple!(A B C D E F G);
tuple!(A B C D E F G H);
