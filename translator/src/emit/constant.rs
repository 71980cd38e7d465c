//! Constants and zero values.

use super::Emitter;
use super::code::{Code, Prec};
use super::types::basic;
use crate::types::{BasicKind, ConstValue, ObjId, ObjKind, Type, TypeId};
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{Signed, ToPrimitive, Zero};
use std::sync::Arc;

impl<'a> Emitter<'a> {
    /// A constant of a type. `explicit` asks for a suffix where nothing around would fix a literal's type.
    pub(super) fn constant(
        &self,
        value: &ConstValue,
        ty: TypeId,
        named: Option<ObjId>,
        text: Option<&str>,
        explicit: bool,
    ) -> Code {
        if let Some(code) = named.and_then(|obj| self.named_constant(obj, value, ty)) {
            return code;
        }
        let store = self.input.store();
        if store.is_type_param(ty) {
            return self.generic_constant(value, ty);
        }
        if store.is_interface(ty) {
            let plain = store.default_type(match value {
                ConstValue::Bool(_) => TypeId::UNTYPED_BOOL,
                ConstValue::String(_) => TypeId::UNTYPED_STRING,
                ConstValue::Int(_) => TypeId::UNTYPED_INT,
                ConstValue::Float(_) => TypeId::UNTYPED_FLOAT,
                ConstValue::Complex(..) => TypeId::UNTYPED_COMPLEX,
            });
            let inner = self.constant(value, plain, None, text, true);
            return Code::postfix(format!("Any::new({inner})"));
        }
        let newtype = self.is_newtype(ty);
        let literal = self.literal(value, ty, text, explicit && !newtype);
        if newtype {
            Code::postfix(format!("{}({literal})", self.ty_expr(ty)))
        } else {
            literal
        }
    }

    /// The type in expression position (`Vec::<T>`-style generics are not needed for newtypes without parameters).
    pub(super) fn ty_expr(&self, ty: TypeId) -> String {
        let text = self.ty(ty);
        if text.starts_with("Fn") && text[2..].starts_with(|c: char| c.is_ascii_digit()) {
            // The alias leaves the result to its default, which only a type has.
            return format!("<{text}>");
        }
        match text.find('<') {
            Some(at) if !text.starts_with('<') && !text.starts_with('(') && !text.starts_with('[') => {
                format!("{}::{}", &text[..at], &text[at..])
            }
            _ if text.starts_with('[') || text.starts_with('(') => format!("<{text}>"),
            _ => text,
        }
    }

    /// A reference to a declared constant, where its Rust type serves.
    fn named_constant(&self, obj: ObjId, value: &ConstValue, ty: TypeId) -> Option<Code> {
        let object = self.input.store().obj(obj);
        let name = if self.input.is_library(obj) {
            if !super::library::is_mapped(&self.input.lib_path(obj)) {
                return None;
            }
            self.library_path(obj, &crate::plan::names::screaming(&object.name))
        } else {
            let name = self.plan.names.object(obj)?;
            let package = if object.package_level { object.pkg } else { None };
            self.path(package, name)
        };
        let declared = self.declared_type(obj)?;
        if self.input.store().identical(declared, ty) {
            if self.is_text_constant(obj) {
                return Some(Code::postfix(format!("str({name})")));
            }
            return Some(Code::postfix(name));
        }
        // An untyped constant in another numeric type than its declaration's.
        let (from, to) = (self.basic_kind(declared)?, self.basic_kind(ty)?);
        let integer = matches!(value, ConstValue::Int(_)) && from.is_integer();
        if integer && !self.is_newtype(ty) && to.is_numeric() && !to.is_complex() {
            if basic(from) == basic(to) {
                return Some(Code::postfix(name));
            }
            return Some(Code::postfix(name).cast(basic(to)));
        }
        if from.is_float() && to.is_float() && !self.is_newtype(ty) {
            return Some(if basic(from) == basic(to) {
                Code::postfix(name)
            } else {
                Code::postfix(name).cast(basic(to))
            });
        }
        None
    }

    /// The type that a constant is declared with in Rust; none where no Rust type holds it.
    pub(super) fn declared_type(&self, obj: ObjId) -> Option<TypeId> {
        let object = self.input.store().obj(obj);
        let ObjKind::Const { value: Some(value) } = &object.kind else {
            return None;
        };
        let store = self.input.store();
        if !store.is_untyped(object.ty) {
            return Some(object.ty);
        }
        match &**value {
            ConstValue::Int(n) => {
                let kind = match store.basic(object.ty) {
                    Some(BasicKind::UntypedRune) => BasicKind::Int32,
                    Some(BasicKind::UntypedFloat) => BasicKind::Float64,
                    _ if n.to_i64().is_some() => BasicKind::Int,
                    _ if n.to_u64().is_some() => BasicKind::Uint,
                    _ => return None,
                };
                Some(kind.id())
            }
            ConstValue::Float(f) => {
                // Only what a float64 holds in full may be declared as one.
                let x = f.to_f64().filter(|x| x.is_finite() && (*x != 0.0 || f.is_zero()))?;
                let _ = x;
                Some(TypeId::FLOAT64)
            }
            ConstValue::Complex(..) => None,
            ConstValue::Bool(_) => Some(TypeId::BOOL),
            ConstValue::String(_) => Some(TypeId::STRING),
        }
    }

    fn generic_constant(&self, value: &ConstValue, ty: TypeId) -> Code {
        let param = self.ty(ty);
        Code::postfix(match value {
            ConstValue::Int(n) => match n.to_i64() {
                Some(n) => format!("{param}::from_i64({n})"),
                None => format!("{param}::from_i64({} as i64)", n.to_u64().unwrap_or(0)),
            },
            ConstValue::Float(f) => format!("{param}::from_f64({})", float(f, 64)),
            ConstValue::String(s) if self.input.store().all_basic(ty, BasicKind::is_string) => {
                format!("{param}::from_text({})", self.string(s))
            }
            ConstValue::String(s) => format!("{param}::from({})", self.string(s)),
            ConstValue::Bool(b) => format!("{param}::from({b})"),
            ConstValue::Complex(re, im) => format!("{param}::from_complex({}, {})", float(re, 64), float(im, 64)),
        })
    }

    fn literal(&self, value: &ConstValue, ty: TypeId, text: Option<&str>, explicit: bool) -> Code {
        let kind = self.basic_kind(ty).unwrap_or(BasicKind::Int);
        match value {
            ConstValue::Bool(b) => Code::postfix(b.to_string()),
            ConstValue::String(s) => Code::postfix(self.string(s)),
            ConstValue::Int(n) if kind.is_float() => self.float_literal(&BigRational::from(n.clone()), kind, explicit),
            ConstValue::Int(n) if kind.is_complex() => {
                complex(&BigRational::from(n.clone()), &BigRational::zero(), kind, explicit)
            }
            ConstValue::Int(n) => integer(n, kind, text, explicit),
            ConstValue::Float(f) if kind.is_complex() => complex(f, &BigRational::zero(), kind, explicit),
            ConstValue::Float(f) if kind.is_integer() => integer(&f.to_integer(), kind, None, explicit),
            ConstValue::Float(f) => self.float_literal(f, kind, explicit),
            ConstValue::Complex(re, im) => {
                if kind.is_complex() {
                    complex(re, im, kind, explicit)
                } else if kind.is_integer() {
                    integer(&re.to_integer(), kind, None, explicit)
                } else {
                    self.float_literal(re, kind, explicit)
                }
            }
        }
    }

    fn float_literal(&self, value: &BigRational, kind: BasicKind, explicit: bool) -> Code {
        let bits = if kind == BasicKind::Float32 { 32 } else { 64 };
        let mut text = float(value, bits);
        if explicit && bits == 32 {
            text.push_str("_f32");
        }
        let prec = if text.starts_with('-') {
            Prec::Unary
        } else {
            Prec::Postfix
        };
        Code::new(text, prec)
    }

    /// A string value.
    pub(super) fn string(&self, bytes: &Arc<[u8]>) -> String {
        match std::str::from_utf8(bytes) {
            Ok(s) => format!("str({})", quote(s)),
            Err(_) => {
                let mut text = String::from("bytes_str(b\"");
                for b in bytes.iter() {
                    text.extend(std::ascii::escape_default(*b).map(char::from));
                }
                text + "\")"
            }
        }
    }

    /// The zero value of a type.
    pub(super) fn zero(&self, ty: TypeId) -> Code {
        let store = self.input.store();
        if store.is_type_param(ty) {
            return Code::postfix(format!("{}::zero()", self.ty(ty)));
        }
        if self.is_newtype(ty) {
            return match self.basic_kind(ty) {
                Some(_) => Code::postfix(format!("{}({})", self.ty_expr(ty), self.zero(store.underlying(ty)))),
                None => Code::postfix(format!("{}::zero()", self.ty_expr(ty))),
            };
        }
        let text = match store.under(ty) {
            Type::Basic(k) if k.is_boolean() => "false".into(),
            Type::Basic(k) if k.is_integer() => return integer(&BigInt::zero(), *k, None, true),
            Type::Basic(BasicKind::Float32) => "0.0_f32".into(),
            Type::Basic(k) if k.is_float() => "0.0".into(),
            Type::Basic(k) if k.is_string() => "str(\"\")".into(),
            Type::Pointer(_) | Type::Slice(_) | Type::Map(..) | Type::Interface(_) => {
                let text = self.ty(ty);
                format!("{}::nil()", text.split('<').next().unwrap_or("Any"))
            }
            Type::Chan(..) => {
                let text = self.ty(ty);
                format!("{}::nil()", text.split('<').next().unwrap_or("Chan"))
            }
            Type::Signature(_) => "Func::nil()".into(),
            Type::Tuple(ts) if ts.is_empty() => "()".into(),
            Type::Tuple(ts) => {
                let parts: Vec<_> = ts.iter().map(|t| self.zero(*t).text).collect();
                format!("({})", parts.join(", "))
            }
            Type::Struct(s) if s.fields.is_empty() && self.input.struct_name(ty).is_none() => "()".into(),
            _ => format!("{}::zero()", self.ty_expr(ty)),
        };
        Code::postfix(text)
    }
}

/// A Rust string literal.
pub(super) fn quote(s: &str) -> String {
    let mut out = String::with_capacity(s.len() + 2);
    out.push('"');
    for c in s.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\0' => out.push_str("\\0"),
            c if c.is_control() || ('\u{2028}'..='\u{202e}').contains(&c) || ('\u{2066}'..='\u{2069}').contains(&c) => {
                out.push_str(&format!("\\u{{{:x}}}", u32::from(c)));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

fn integer(n: &BigInt, kind: BasicKind, text: Option<&str>, explicit: bool) -> Code {
    let rust = basic(kind);
    if *n == BigInt::from(i64::MIN) && rust == "i64" {
        return Code::postfix("i64::MIN");
    }
    if *n == BigInt::from(i32::MIN) && rust == "i32" {
        return Code::postfix("i32::MIN");
    }
    if let Some(text) = text {
        if text.starts_with('\'')
            && n.to_u32().and_then(char::from_u32).is_some()
            && let Some(c) = n.to_u32().and_then(char::from_u32)
        {
            return character(c, rust);
        }
        let lower = text.to_ascii_lowercase().replace('_', "");
        if let Some(digits) = lower
            .strip_prefix("0x")
            .filter(|d| d.chars().all(|c| c.is_ascii_hexdigit()))
        {
            let suffix = if explicit { format!("_{rust}") } else { String::new() };
            return Code::postfix(format!("0x{digits}{suffix}"));
        }
        if let Some(digits) = lower
            .strip_prefix("0b")
            .filter(|d| d.chars().all(|c| c.is_ascii_digit()))
        {
            let suffix = if explicit { format!("_{rust}") } else { String::new() };
            return Code::postfix(format!("0b{digits}{suffix}"));
        }
    }
    let digits = group(&n.abs().to_string());
    let suffix = if explicit { format!("_{rust}") } else { String::new() };
    if n.is_negative() {
        Code::new(format!("-{digits}{suffix}"), Prec::Unary)
    } else {
        Code::postfix(format!("{digits}{suffix}"))
    }
}

/// Long numbers in groups of three.
fn group(digits: &str) -> String {
    if digits.len() < 6 {
        return digits.to_owned();
    }
    let mut out = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push('_');
        }
        out.push(c);
    }
    out
}

fn character(c: char, rust: &str) -> Code {
    let escaped = match c {
        '\'' => "\\'".to_owned(),
        '"' => "\"".to_owned(),
        c if c.is_ascii() => c.escape_default().to_string(),
        c if c.is_control() => format!("\\u{{{:x}}}", u32::from(c)),
        c => c.to_string(),
    };
    match rust {
        "u8" if escaped.starts_with("\\u") => Code::postfix(format!("b'\\x{:02x}'", u32::from(c))),
        "u8" if c.is_ascii() => Code::postfix(format!("b'{escaped}'")),
        _ => Code::postfix(format!("'{escaped}'")).cast(rust),
    }
}

/// The shortest decimal text that reads back as the nearest float.
pub(super) fn float(value: &BigRational, bits: u32) -> String {
    let x = nearest(value);
    let text = if bits == 32 {
        let narrow = x as f32;
        format!("{narrow:?}")
    } else {
        format!("{x:?}")
    };
    match text.as_str() {
        "inf" => format!("f{bits}::INFINITY"),
        "-inf" => format!("f{bits}::NEG_INFINITY"),
        _ => text,
    }
}

fn nearest(value: &BigRational) -> f64 {
    value.to_f64().unwrap_or(if value.is_negative() {
        f64::NEG_INFINITY
    } else {
        f64::INFINITY
    })
}

fn complex(re: &BigRational, im: &BigRational, kind: BasicKind, explicit: bool) -> Code {
    let bits = if kind == BasicKind::Complex64 { 32 } else { 64 };
    let suffix = match bits {
        32 => "_f32",
        _ if explicit => "_f64",
        _ => "",
    };
    Code::postfix(format!(
        "Complex::new({}{suffix}, {}{suffix})",
        float(re, bits),
        float(im, bits)
    ))
}
