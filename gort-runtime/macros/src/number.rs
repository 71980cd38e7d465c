//! `#[derive(GoNumber)]`: Go's operators for named types.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Data, DeriveInput, Fields, Ident, Type};

use crate::attrs::TypeAttrs;

pub(crate) fn expand(input: DeriveInput) -> syn::Result<TokenStream> {
    let attrs = TypeAttrs::read(&input.attrs)?;
    let name = &input.ident;
    let inner = match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Unnamed(fields) if fields.unnamed.len() == 1 => &fields.unnamed[0].ty,
            _ => {
                return Err(syn::Error::new_spanned(name, "expected a tuple struct of one field"));
            }
        },
        _ => {
            return Err(syn::Error::new_spanned(name, "expected a tuple struct of one field"));
        }
    };
    if attrs.string {
        return Ok(string_ops(name));
    }
    let last = match inner {
        Type::Path(path) => path.path.segments.last().map(|segment| segment.ident.to_string()),
        _ => None,
    };
    match last.as_deref() {
        Some("f32" | "f64") => Ok(float_ops(name, inner)),
        Some("i8" | "i16" | "i32" | "i64") => Ok(integer_ops(name, inner, "Signed")),
        Some("u8" | "u16" | "u32" | "u64") => Ok(integer_ops(name, inner, "Unsigned")),
        _ => Err(syn::Error::new_spanned(inner, "expected a primitive number type")),
    }
}

fn string_ops(name: &Ident) -> TokenStream {
    quote! {
        impl ::core::ops::Add for #name {
            type Output = Self;
            fn add(self, other: Self) -> Self { #name(self.0 + other.0) }
        }
        impl ::core::ops::Add<&#name> for #name {
            type Output = Self;
            fn add(self, other: &Self) -> Self { #name(self.0 + &other.0) }
        }
        impl ::core::ops::AddAssign for #name {
            fn add_assign(&mut self, other: Self) { self.0 += other.0; }
        }
        impl ::core::ops::AddAssign<&#name> for #name {
            fn add_assign(&mut self, other: &Self) { self.0 += &other.0; }
        }
        impl ::gort_runtime::value::Ordered for #name {}
        impl ::gort_runtime::value::Text for #name {
            fn to_text(&self) -> ::gort_runtime::value::GoString { ::core::clone::Clone::clone(&self.0) }
            fn from_text(text: ::gort_runtime::value::GoString) -> Self { #name(text) }
        }
    }
}

/// One binary operator and its assigning form, through a method of the inner type.
fn operator(name: &Ident, inner: &Type, op: &str, via: &str, call: &TokenStream) -> TokenStream {
    let method = format_ident!("{}", op.to_lowercase());
    let (op, assign) = (format_ident!("{op}"), format_ident!("{op}Assign"));
    let assign_method = match method.to_string().as_str() {
        "bitand" => format_ident!("bitand_assign"),
        other => format_ident!("{other}_assign"),
    };
    let via = format_ident!("{via}");
    quote! {
        impl ::core::ops::#op for #name {
            type Output = Self;
            #[inline]
            fn #method(self, other: Self) -> Self { #name(<#inner as #call>::#via(self.0, other.0)) }
        }
        impl ::core::ops::#assign for #name {
            #[inline]
            fn #assign_method(&mut self, other: Self) { *self = ::core::ops::#op::#method(*self, other); }
        }
    }
}

/// What all numbers share: the four operations, negation and `Number`.
fn number_ops(name: &Ident, inner: &Type) -> TokenStream {
    let number = quote!(::gort_runtime::value::Number);
    let operators = [
        ("Add", "go_add"),
        ("Sub", "go_sub"),
        ("Mul", "go_mul"),
        ("Div", "go_div"),
    ]
    .map(|(op, via)| operator(name, inner, op, via, &number));
    quote! {
        #(#operators)*
        impl ::core::ops::Neg for #name {
            type Output = Self;
            #[inline]
            fn neg(self) -> Self { #name(<#inner as #number>::go_neg(self.0)) }
        }
        impl ::gort_runtime::value::Ordered for #name {}
        impl #number for #name {
            #[inline]
            fn from_i64(v: i64) -> Self { #name(<#inner as #number>::from_i64(v)) }
            #[inline]
            fn from_f64(v: f64) -> Self { #name(<#inner as #number>::from_f64(v)) }
            #[inline]
            fn to_i64(self) -> i64 { <#inner as #number>::to_i64(self.0) }
            #[inline]
            fn to_f64(self) -> f64 { <#inner as #number>::to_f64(self.0) }
            #[inline]
            fn go_add(self, other: Self) -> Self { self + other }
            #[inline]
            fn go_sub(self, other: Self) -> Self { self - other }
            #[inline]
            fn go_mul(self, other: Self) -> Self { self * other }
            #[inline]
            fn go_div(self, other: Self) -> Self { self / other }
            #[inline]
            fn go_neg(self) -> Self { -self }
        }
    }
}

fn float_ops(name: &Ident, inner: &Type) -> TokenStream {
    let shared = number_ops(name, inner);
    quote! {
        #shared
        impl ::gort_runtime::value::Float for #name {}
    }
}

fn integer_ops(name: &Ident, inner: &Type, sign: &str) -> TokenStream {
    let shared = number_ops(name, inner);
    let integer = quote!(::gort_runtime::value::Integer);
    let sign = format_ident!("{sign}");
    let rem = operator(name, inner, "Rem", "go_rem", &integer);
    let bits = ["BitAnd", "BitOr", "BitXor"].map(|op| {
        let trait_name = format_ident!("{op}");
        operator(name, inner, op, &op.to_lowercase(), &quote!(::core::ops::#trait_name))
    });
    let shifts = [("Shl", "shl", "go_shl"), ("Shr", "shr", "go_shr")].map(|(op, method, _)| {
        let (op, assign) = (format_ident!("{op}"), format_ident!("{op}Assign"));
        let (method, assign_method) = (format_ident!("{method}"), format_ident!("{method}_assign"));
        quote! {
            impl<N: #integer> ::core::ops::#op<N> for #name {
                type Output = Self;
                #[inline]
                fn #method(self, count: N) -> Self { #name(::gort_runtime::value::#method(self.0, count)) }
            }
            impl<N: #integer> ::core::ops::#assign<N> for #name {
                #[inline]
                fn #assign_method(&mut self, count: N) { self.0 = ::gort_runtime::value::#method(self.0, count); }
            }
        }
    });
    quote! {
        #shared
        #rem
        #(#bits)*
        #(#shifts)*
        impl ::core::ops::Not for #name {
            type Output = Self;
            #[inline]
            fn not(self) -> Self { #name(!self.0) }
        }
        impl ::gort_runtime::value::#sign for #name {}
        impl #integer for #name {
            #[inline]
            fn go_rem(self, other: Self) -> Self { self % other }
            #[inline]
            fn go_shl(self, count: u32) -> Self { #name(<#inner as #integer>::go_shl(self.0, count)) }
            #[inline]
            fn go_shr(self, count: u32) -> Self { #name(<#inner as #integer>::go_shr(self.0, count)) }
        }
    }
}
