//! Conversions, and what goes into interfaces.
//!
//! In: a value, its type and the type asked for. Out: a value of that type.

use super::Emitter;
use super::code::{Code, Prec};
use crate::hir::{Conversion, Expr};
use crate::types::{BasicKind, Type, TypeId};

impl<'a> Emitter<'a> {
    /// The Rust type that stands in an interface for a Go type, and whether it is wrapped to tell it from its twin.
    pub(super) fn boxed_type(&self, ty: TypeId) -> (String, bool) {
        match (self.input.store().get(ty), self.input.store().basic(ty)) {
            (Type::Basic(_), Some(BasicKind::Int64)) => ("Int64".into(), true),
            (Type::Basic(_), Some(BasicKind::Uint64)) => ("Uint64".into(), true),
            (Type::Basic(_), Some(BasicKind::Uintptr)) => ("Uintptr".into(), true),
            _ => (self.ty(ty), false),
        }
    }

    pub(super) fn conversion(&self, conversion: Conversion, x: &'a Expr, ty: TypeId) -> Code {
        match conversion {
            Conversion::ToInterface => self.to_interface(self.expr_explicit(x), x.ty, ty),
            Conversion::InterfaceToInterface => match self.dyn_trait(ty) {
                None if self.dyn_trait(x.ty).is_none() => self.expr(x),
                None => self.borrowed(x).method("to_any", &[]),
                Some(t) if self.dyn_trait(x.ty).as_ref() == Some(&t) => self.expr(x),
                Some(t) => self.borrowed(x).method(&format!("cast::<{t}>"), &[]),
            },
            Conversion::Rename => self.rename(x, ty),
            Conversion::Numeric => self.numeric(x, ty),
            Conversion::RuneToString => {
                let code = self.unwrapped(self.expr_explicit(x), x.ty).cast("i64");
                self.wrapped(Code::postfix(format!("GoString::from_rune({code})")), ty)
            }
            Conversion::BytesToString if self.form_of(x).holds() => {
                let bytes = self.lend_container(x, false);
                self.wrapped(Code::postfix(format!("bytes_to_string({bytes})")), ty)
            }
            Conversion::BytesToString => self.built_from_parts("GoString::from_bytes", x, ty),
            Conversion::RunesToString => self.built_from_parts("GoString::from_runes", x, ty),
            Conversion::StringToBytes => self.to_parts("to_bytes", x, ty),
            Conversion::StringToRunes => self.to_parts("to_runes", x, ty),
            Conversion::SliceToArray => {
                let n = self.array_length(ty);
                self.wrapped(
                    self.unwrapped(self.borrowed(x), x.ty)
                        .method(&format!("to_array::<{n}>"), &[]),
                    ty,
                )
            }
            Conversion::SliceToArrayPointer => {
                let n = self.array_length(self.input.pointee(ty).unwrap_or(ty));
                self.unwrapped(self.borrowed(x), x.ty)
                    .method(&format!("array_ptr::<{n}>"), &[])
            }
            Conversion::TypeParam => self.type_param_conversion(x, ty),
        }
    }

    /// The named type of a slice's elements, where it is one.
    fn named_element(&self, slice: TypeId) -> Option<TypeId> {
        let store = self.input.store();
        match store.under(store.core_type(slice).unwrap_or(slice)) {
            Type::Slice(elem) if self.is_newtype(*elem) => Some(*elem),
            _ => None,
        }
    }

    fn to_parts(&self, method: &str, x: &'a Expr, ty: TypeId) -> Code {
        let parts = self.unwrapped(self.borrowed(x), x.ty).method(method, &[]);
        let parts = match self.named_element(ty) {
            Some(elem) => Code::postfix(format!(
                "Slice::from({parts}.iter().map({}).collect::<Vec<_>>())",
                self.ty_expr(elem)
            )),
            None => parts,
        };
        self.wrapped(parts, ty)
    }

    fn array_length(&self, ty: TypeId) -> i64 {
        match self.input.store().under(ty) {
            Type::Array(n, _) => *n,
            _ => 0,
        }
    }

    fn built_from_parts(&self, function: &str, x: &'a Expr, ty: TypeId) -> Code {
        let source = self.unwrapped(self.borrowed(x), x.ty);
        let source = match self.named_element(x.ty) {
            Some(_) => Code::postfix(format!(
                "Slice::from({}.iter().map(|part| part.0).collect::<Vec<_>>())",
                source.operand()
            )),
            None => source,
        }
        .reference();
        self.wrapped(Code::postfix(format!("{function}({source})")), ty)
    }

    /// A concrete value into an interface.
    pub(super) fn to_interface(&self, code: Code, from: TypeId, to: TypeId) -> Code {
        let (_, wrap) = self.boxed_type(from);
        let code = if wrap {
            Code::postfix(format!("{}({code})", self.boxed_type(from).0))
        } else {
            code
        };
        match self.dyn_trait(to) {
            None if self.input.store().is_type_param(from) => code.method("into_any", &[]),
            // Which type it is, and whether an interface, only the instance knows.
            Some(t) if self.input.store().is_type_param(from) => {
                code.method("into_any", &[]).method(&format!("cast::<{t}>"), &[])
            }
            None => Code::postfix(format!("Any::new({code})")),
            Some(t) => Code::postfix(format!("iface__gort_macro({code}, __gort_dyn::<{t}>())")),
        }
    }

    /// Between types of one underlying type.
    fn rename(&self, x: &'a Expr, ty: TypeId) -> Code {
        let store = self.input.store();
        if let (Type::Chan(from, _), Type::Chan(to, _)) = (store.under(x.ty), store.under(ty))
            && from != to
        {
            let side = if *to == crate::types::ChanDir::Recv {
                "receiver"
            } else {
                "sender"
            };
            return self.wrapped(self.unwrapped(self.borrowed(x), x.ty).method(side, &[]), ty);
        }
        if let Type::Struct(s) = store.under(ty)
            && self.ty(x.ty) != self.ty(ty)
        {
            return self.struct_rename(x, ty, s.fields.len());
        }
        if let (Some(from), Some(to)) = (self.input.pointee(x.ty), self.input.pointee(ty))
            && self.ty(from) != self.ty(to)
        {
            if self.basic_kind(to).is_none_or(|k| k.is_string() || k.is_complex()) {
                // Memory has one type in Rust.
                return self.unsupported("a conversion between pointers to different types", x.span, ty);
            }
            let pointer = self.unwrapped(self.borrowed(x), x.ty);
            return self.wrapped(pointer.method(&format!("renamed::<{}>", self.ty(to)), &[]), ty);
        }
        let code = self.expr_explicit(x);
        let code = self.unwrapped(code, x.ty);
        self.wrapped(code, ty)
    }

    fn struct_rename(&self, x: &'a Expr, ty: TypeId, fields: usize) -> Code {
        let store = self.input.store();
        let Type::Struct(s) = store.under(ty) else {
            return self.expr(x);
        };
        if fields == 0 && self.input.struct_name(ty).is_none() {
            return Code::block(format!("{{ let _ = {}; }}", self.expr(x)));
        }
        let library = |ty: TypeId| self.input.struct_name(ty).is_some_and(|o| self.input.is_library(o));
        if library(x.ty) != library(ty) {
            // The runtime's structs do not show what they hold.
            return self.unsupported("a conversion from or to a struct of the library", x.span, ty);
        }
        let mut parts = Vec::new();
        for i in 0..fields {
            let (Some((from, from_celled)), Some((to, to_celled))) = (self.field(x.ty, i), self.field(ty, i)) else {
                continue;
            };
            let field_type = s.fields.get(i).map_or(TypeId::INVALID, |f| store.obj_type(*f));
            let source = Code::postfix(format!("from.{from}"));
            let in_place = self.is_in_place(field_type);
            let value = match (from_celled && !in_place, to_celled && !in_place) {
                (true, true) | (false, false) => source,
                (true, false) => source.method("into_inner", &[]),
                (false, true) => self.new_cell(field_type, source),
            };
            parts.push(format!("{to}: {value}"));
        }
        let value = self.expr(x);
        Code::block(format!(
            "{{ let from = {value}; {} {{ {} }} }}",
            self.ty(ty),
            parts.join(", ")
        ))
    }

    fn numeric(&self, x: &'a Expr, ty: TypeId) -> Code {
        let (Some(from), Some(to)) = (self.basic_kind(x.ty), self.basic_kind(ty)) else {
            return self.expr(x);
        };
        let code = self.unwrapped(self.expr_explicit(x), x.ty);
        let target = super::types::basic(to);
        let code = if super::types::basic(from) == target {
            code
        } else if from.is_complex() || to.is_complex() {
            let part = if to == BasicKind::Complex64 { "f32" } else { "f64" };
            Code::block(format!(
                "{{ let c = {code}; Complex::new(c.real() as {part}, c.imag() as {part}) }}"
            ))
        } else if from.is_float() && to.is_integer() {
            let wide = if from == BasicKind::Float32 {
                code.cast("f64")
            } else {
                code
            };
            Code::postfix(format!("float_to_{target}({wide})"))
        } else {
            code.cast(target)
        };
        self.wrapped(code, ty)
    }

    fn type_param_conversion(&self, x: &'a Expr, ty: TypeId) -> Code {
        let store = self.input.store();
        let code = self.expr_explicit(x);
        let numeric = |t: TypeId| store.all_basic(t, BasicKind::is_numeric);
        if numeric(x.ty) && numeric(ty) {
            if store.is_type_param(ty) {
                let source = self.unwrapped(code, x.ty);
                let float = self.basic_kind(x.ty).is_some_and(BasicKind::is_float);
                if self.basic_kind(x.ty).is_some_and(BasicKind::is_complex) {
                    return Code::block(format!(
                        "{{ let c = {source}; {}::from_complex(c.real() as f64, c.imag() as f64) }}",
                        self.ty(ty)
                    ));
                }
                return if store.is_type_param(x.ty) {
                    Code::postfix(format!("convert::<_, {}>({source})", self.ty(ty)))
                } else if float {
                    Code::postfix(format!("{}::from_f64({source} as f64)", self.ty(ty)))
                } else {
                    Code::postfix(format!("{}::from_i64({} as i64)", self.ty(ty), source.at(Prec::Cast)))
                };
            }
            let target = self.basic_kind(ty).unwrap_or(BasicKind::Int);
            let code = if target.is_float() {
                code.method("to_f64", &[])
            } else {
                code.method("to_i64", &[])
            };
            let rust = super::types::basic(target);
            let code = if matches!(rust, "i64" | "f64") {
                code
            } else {
                code.cast(rust)
            };
            return self.wrapped(code, ty);
        }
        let text = |t: TypeId| store.all_basic(t, BasicKind::is_string);
        if text(x.ty) && text(ty) {
            let plain = if store.is_type_param(x.ty) {
                code.method("to_text", &[])
            } else {
                self.unwrapped(code, x.ty)
            };
            return if store.is_type_param(ty) {
                Code::postfix(format!("{}::from_text({plain})", self.ty(ty)))
            } else {
                self.wrapped(plain, ty)
            };
        }
        if self.ty(x.ty) == self.ty(ty) {
            return code;
        }
        // The same value under another type, known only after instantiation.
        Code::postfix(format!("convert_any::<_, {}>({code})", self.ty(ty)))
    }
}
