//! Small functions that generated code calls where Rust has no operator of the same meaning.

use super::{Any, Field, GoString, GoType, IntoAny, Number, Slice, Value};

/// Go's comma-ok form of an option: the value, or the zero value and `false`.
pub fn comma_ok<T: Value>(found: Option<T>) -> (T, bool) {
    match found {
        Some(value) => (value, true),
        None => (T::zero(), false),
    }
}

/// What stands where gort could not translate the Go: it has any type, and panics when it is reached.
///
/// # Panics
/// Always, with the code and the place in the Go source.
pub fn untranslated<T>(what: &str) -> T {
    panic!("{what}")
}

/// A conversion between numbers of generic types.
pub fn convert<T: Number, U: Number>(value: T) -> U {
    let float = value.to_f64();
    if float.fract() == 0.0 {
        U::from_i64(value.to_i64())
    } else {
        U::from_f64(float)
    }
}

/// A conversion between generic types that have the same type underneath once instantiated, or are bytes and a string.
///
/// # Panics
/// When they are not, as Go does where a conversion is not possible.
pub fn convert_any<T: GoType, U: GoType>(value: T) -> U {
    let any: Any = value.clone().into_any();
    if let Some(same) = any.downcast::<U>() {
        return same;
    }
    let under = value.go_under();
    let text = || U::go_over(&under.downcast::<GoString>()?.to_bytes().go_box());
    let bytes = || U::go_over(&GoString::from_bytes(&under.downcast::<Slice<u8>>()?).go_box());
    U::go_over(&under)
        .or_else(text)
        .or_else(bytes)
        .unwrap_or_else(|| any.assert())
}

/// The next field of a struct that is made of one of another type with the same fields.
#[doc(hidden)]
pub fn next_field<T: GoType>(fields: &mut std::vec::IntoIter<Field>, name: &str) -> Option<T> {
    let field = fields.next().filter(|field| field.name == name)?;
    // A nil interface has no dynamic type.
    T::go_unbox(&field.value).or_else(|| field.value.is_nil().then(T::zero))
}

macro_rules! float_conversions {
    ($($name:ident: $t:ty),*) => {$(
        /// Go's conversion of a float to an integer: what does not fit gives the smallest integer, as on amd64.
        pub fn $name(value: f64) -> $t {
            if (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&value) {
                value as i64 as $t
            } else {
                i64::MIN as $t
            }
        }
    )*};
}

float_conversions!(
    float_to_i64: i64, float_to_i32: i32, float_to_i16: i16, float_to_i8: i8, float_to_u32: u32, float_to_u16: u16,
    float_to_u8: u8
);

/// Go's conversion of a float to a `uint64`.
pub fn float_to_u64(value: f64) -> u64 {
    if value < 0.0 {
        float_to_i64(value) as u64
    } else if value < 18_446_744_073_709_551_616.0 {
        value as u64
    } else {
        1 << 63
    }
}
