//! `#[derive(Value)]`: a struct as a Go value, with its memory and its dynamic type.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Data, DeriveInput, Fields, Generics, Ident, Index, LitStr, Member, Type, parse_quote};

use crate::attrs::{FieldAttrs, Implemented, TypeAttrs};

struct Field {
    member: Member,
    ty: Type,
    name: String,
    /// Whether the field is a cell and not a plain value.
    cell: bool,
    embedded: bool,
}

impl Field {
    /// The type of the value in the field.
    fn content(&self) -> TokenStream {
        let ty = &self.ty;
        if self.cell {
            quote!(::gort_runtime::value::ContentOf<#ty>)
        } else {
            quote!(#ty)
        }
    }

    /// An expression for the field's value.
    fn load(&self, of: &TokenStream) -> TokenStream {
        let member = &self.member;
        if self.cell {
            quote!(::gort_runtime::value::Memory::load(&#of.#member))
        } else {
            quote!(::core::clone::Clone::clone(&#of.#member))
        }
    }
}

struct Input {
    ident: Ident,
    generics: Generics,
    attrs: TypeAttrs,
    fields: Vec<Field>,
    /// Fields that only mention type parameters.
    markers: Vec<Member>,
    /// A tuple struct of one field: a named type over another type.
    newtype: bool,
}

pub(crate) fn expand(input: DeriveInput) -> syn::Result<TokenStream> {
    let input = read(input)?;
    if input.attrs.in_place && input.newtype {
        return Err(syn::Error::new_spanned(
            &input.ident,
            "a named type over another cannot be `in_place`",
        ));
    }
    let value = value_impl(&input);
    let memory = memory_impl(&input);
    let dynamic = go_type_impl(&input);
    let key = (!input.attrs.incomparable).then(|| key_impl(&input));
    Ok(quote!(#value #memory #dynamic #key))
}

fn read(input: DeriveInput) -> syn::Result<Input> {
    let attrs = TypeAttrs::read(&input.attrs)?;
    let Data::Struct(data) = input.data else {
        return Err(syn::Error::new_spanned(&input.ident, "expected a struct"));
    };
    let newtype = matches!(&data.fields, Fields::Unnamed(fields) if fields.unnamed.len() == 1);
    let mut markers = Vec::new();
    let mut own = Vec::new();
    for (i, field) in data.fields.into_iter().enumerate() {
        match (FieldAttrs::read(&field.attrs)?, &field.ident) {
            (read, Some(ident)) if read.marker => markers.push(Member::Named(ident.clone())),
            _ => own.push((i, field)),
        }
    }
    let fields = own.into_iter().map(|(i, field)| {
        let read = FieldAttrs::read(&field.attrs)?;
        let rust_name = field
            .ident
            .as_ref()
            .map_or_else(|| format!("F{i}"), |ident| ident.to_string());
        let rust_name = rust_name.strip_prefix("r#").unwrap_or(&rust_name);
        Ok(Field {
            name: read.name.map_or_else(|| rust_name.to_owned(), |name| name.value()),
            member: field
                .ident
                .map_or_else(|| Member::Unnamed(Index::from(i)), Member::Named),
            ty: field.ty,
            cell: attrs.in_place && !read.frozen,
            embedded: read.embedded,
        })
    });
    let fields = fields.collect::<syn::Result<Vec<_>>>()?;
    Ok(Input {
        ident: input.ident,
        generics: input.generics,
        attrs,
        fields,
        markers,
        newtype,
    })
}

/// The generics with a bound more on every type parameter.
fn bounded(generics: &Generics, bound: &TokenStream) -> Generics {
    let mut generics = generics.clone();
    for param in generics.type_params_mut() {
        param.bounds.push(parse_quote!(#bound));
    }
    generics
}

fn value_impl(input: &Input) -> TokenStream {
    let Input {
        ident,
        generics,
        attrs,
        fields,
        markers,
        ..
    } = input;
    let (impl_generics, ty_generics, where_clause) = generics.split_for_impl();
    let cell = if attrs.in_place {
        quote!(Self)
    } else if attrs.array {
        quote!(::gort_runtime::value::NamedCell<Self>)
    } else if attrs.scalar {
        quote!(::gort_runtime::value::Atom<Self>)
    } else {
        quote!(::gort_runtime::value::Cell<Self>)
    };
    let zeros = fields.iter().map(|field| {
        let (member, ty) = (&field.member, &field.ty);
        if field.cell {
            quote!(#member: <#ty as ::core::default::Default>::default())
        } else {
            quote!(#member: <#ty as ::gort_runtime::value::Value>::zero())
        }
    });
    let contents: Vec<_> = fields.iter().map(Field::content).collect();
    quote! {
        impl #impl_generics ::gort_runtime::value::Value for #ident #ty_generics #where_clause {
            type Cell = #cell;
            fn zero() -> Self {
                #ident { #(#zeros,)* #(#markers: ::core::marker::PhantomData),* }
            }
            fn go_size() -> usize {
                let layout = (0_usize, 1_usize);
                #(let layout = ::gort_runtime::value::lay_out::<#contents>(layout);)*
                layout.0.next_multiple_of(layout.1)
            }
            fn go_align() -> usize {
                let layout = (0_usize, 1_usize);
                #(let layout = ::gort_runtime::value::lay_out::<#contents>(layout);)*
                layout.1
            }
            fn go_pointers() -> bool {
                false #(|| <#contents as ::gort_runtime::value::Value>::go_pointers())*
            }
        }
        impl #impl_generics ::core::default::Default for #ident #ty_generics #where_clause {
            fn default() -> Self {
                ::gort_runtime::value::Value::zero()
            }
        }
    }
}

fn memory_impl(input: &Input) -> TokenStream {
    let Input {
        ident,
        generics,
        attrs,
        fields,
        ..
    } = input;
    let (impl_generics, ty_generics, where_clause) = generics.split_for_impl();
    if attrs.array {
        let Some(inner) = fields.first().map(|field| &field.ty) else {
            return TokenStream::new();
        };
        return quote! {
            impl #impl_generics ::gort_runtime::value::NamedArray for #ident #ty_generics #where_clause {
                type Array = #inner;
                #[inline]
                fn from_array(array: #inner) -> Self { Self(array) }
                #[inline]
                fn into_array(self) -> #inner { self.0 }
            }
        };
    }
    if attrs.scalar {
        let Some(inner) = fields.first().map(|field| &field.ty) else {
            return TokenStream::new();
        };
        let bits = quote!(<<#inner as ::gort_runtime::value::Scalar>::Repr as ::gort_runtime::value::AtomicWord>::Bits);
        return quote! {
            impl #impl_generics ::gort_runtime::value::Scalar for #ident #ty_generics #where_clause {
                type Repr = <#inner as ::gort_runtime::value::Scalar>::Repr;
                #[inline]
                fn to_bits(self) -> #bits { ::gort_runtime::value::Scalar::to_bits(self.0) }
                #[inline]
                fn from_bits(bits: #bits) -> Self { Self(::gort_runtime::value::Scalar::from_bits(bits)) }
            }
        };
    }
    if !attrs.in_place {
        return TokenStream::new();
    }
    let cells = fields.iter().filter(|field| field.cell).map(|field| &field.member);
    quote! {
        impl #impl_generics ::gort_runtime::value::Memory for #ident #ty_generics #where_clause {
            type Content = Self;
            fn load(&self) -> Self { ::core::clone::Clone::clone(self) }
            fn assign(&self, _from: &Self) {
                #(::gort_runtime::value::Memory::assign(&self.#cells, &_from.#cells);)*
            }
        }
        impl #impl_generics ::gort_runtime::value::Place<Self> for #ident #ty_generics #where_clause {
            #[inline]
            fn new(v: Self) -> Self { v }
            #[inline]
            fn get(&self) -> Self { ::core::clone::Clone::clone(self) }
            fn set(&self, v: Self) { ::gort_runtime::value::Memory::assign(self, &v); }
        }
    }
}

fn go_type_impl(input: &Input) -> TokenStream {
    let Input {
        ident, attrs, fields, ..
    } = input;
    let generics = bounded(&input.generics, &quote!(::gort_runtime::value::GoType));
    let (impl_generics, ty_generics, where_clause) = generics.split_for_impl();
    let name = attrs
        .name
        .clone()
        .unwrap_or_else(|| LitStr::new(&format!("main.{ident}"), ident.span()));
    let params: Vec<_> = generics.type_params().map(|param| &param.ident).collect();
    let type_name = if params.is_empty() {
        quote!(::std::borrow::Cow::Borrowed(#name))
    } else {
        quote! {{
            let args: &[::std::borrow::Cow<'static, str>] = &[#(<#params as ::gort_runtime::value::GoType>::type_name()),*];
            ::std::borrow::Cow::Owned(::std::format!("{}[{}]", #name, args.join(",")))
        }}
    };
    let (kind, describe) = shape(input);
    let under = underneath(input);
    let (eq, hash) = if attrs.incomparable {
        (
            quote!(::gort_runtime::value::uncomparable::<Self>()),
            quote!(::gort_runtime::value::unhashable::<Self>()),
        )
    } else {
        let mine = fields.iter().map(|field| field.load(&quote!(self)));
        let theirs = fields.iter().map(|field| field.load(&quote!(_other)));
        let hashed = fields.iter().map(|field| field.load(&quote!(self)));
        (
            quote!(true #(&& ::gort_runtime::value::GoType::go_eq(&#mine, &#theirs))*),
            quote!(#(::gort_runtime::value::GoType::go_hash(&#hashed, _h);)*),
        )
    };
    let casts = |list: &[Implemented], holder: &TokenStream, object: &TokenStream| {
        let arms = list.iter().map(|Implemented { instance, iface }| {
            // Whether it is that instance, only the type at hand knows.
            let instance = instance.as_ref().map(|instance| {
                quote! {
                    && let ::core::option::Option::Some(_this) =
                        (_this as &dyn ::core::any::Any).downcast_ref::<#holder<#instance>>()
                }
            });
            quote! {
                if _want == ::core::any::TypeId::of::<#iface>() #instance {
                    let object: ::std::sync::Arc<#iface> = #object;
                    return ::core::option::Option::Some(::std::boxed::Box::new(
                        ::gort_runtime::value::Iface::<#iface>::from_arc(object),
                    ));
                }
            }
        });
        quote!(#(#arms)* ::core::option::Option::None)
    };
    let cast_value = casts(
        &attrs.value,
        &quote!(::std::sync::Arc),
        &quote!(::std::sync::Arc::clone(_this) as _),
    );
    let cast_pointer = casts(
        &attrs.pointer,
        &quote!(::gort_runtime::value::Ptr),
        &quote!(::std::sync::Arc::new(::core::clone::Clone::clone(_this))),
    );
    let boxed = quote!(::core::option::Option<::std::boxed::Box<dyn ::core::any::Any>>);
    quote! {
        impl #impl_generics ::gort_runtime::value::GoType for #ident #ty_generics #where_clause {
            fn type_name() -> ::std::borrow::Cow<'static, str> { #type_name }
            fn kind() -> ::gort_runtime::value::Kind { #kind }
            fn go_eq(&self, _other: &Self) -> bool { #eq }
            fn go_hash(&self, _h: &mut dyn ::core::hash::Hasher) { #hash }
            fn go_describe(&self) -> ::gort_runtime::value::Describe { #describe }
            #under
            fn cast_value(_this: &::std::sync::Arc<Self>, _want: ::core::any::TypeId) -> #boxed { #cast_value }
            fn cast_pointer(_this: &::gort_runtime::value::Ptr<Self>, _want: ::core::any::TypeId) -> #boxed {
                #cast_pointer
            }
        }
    }
}

/// The way to the type that a named type is declared as, and back.
fn underneath(input: &Input) -> TokenStream {
    let Input {
        attrs,
        fields,
        markers,
        newtype,
        ..
    } = input;
    if *newtype {
        let inner = &fields[0].ty;
        return quote! {
            fn go_under(self) -> ::gort_runtime::value::Any { ::gort_runtime::value::GoType::go_box(self.0) }
            fn go_over(under: &::gort_runtime::value::Any) -> ::core::option::Option<Self> {
                <#inner as ::gort_runtime::value::GoType>::go_unbox(under).map(Self)
            }
        };
    }
    // What is in place may have an identity, and such a value is not made of another's.
    if attrs.in_place {
        return TokenStream::new();
    }
    let each = fields.iter().map(|field| {
        let (member, name) = (&field.member, &field.name);
        quote!(#member: ::gort_runtime::value::next_field(&mut _fields, #name)?)
    });
    quote! {
        fn go_over(under: &::gort_runtime::value::Any) -> ::core::option::Option<Self> {
            let ::gort_runtime::value::Describe::Struct { fields, .. } = under.describe() else {
                return ::core::option::Option::None;
            };
            let mut _fields = fields.into_iter();
            ::core::option::Option::Some(Self { #(#each,)* #(#markers: ::core::marker::PhantomData),* })
        }
    }
}

/// The type's kind, and the description of a value.
fn shape(input: &Input) -> (TokenStream, TokenStream) {
    let Input {
        attrs, fields, newtype, ..
    } = input;
    let own_name = quote!(<Self as ::gort_runtime::value::GoType>::type_name());
    if *newtype {
        let inner = &fields[0].ty;
        let kind = match &attrs.kind {
            Some(kind) => {
                let kind = Ident::new(&kind.value(), kind.span());
                quote!(::gort_runtime::value::Kind::#kind)
            }
            None => quote!(<#inner as ::gort_runtime::value::GoType>::kind()),
        };
        let describe = quote! {
            ::gort_runtime::value::GoType::go_describe(&self.0).renamed(#own_name, <Self as ::gort_runtime::value::GoType>::kind())
        };
        return (kind, describe);
    }
    let described = fields.iter().map(|field| {
        let (name, embedded, content, load) = (&field.name, field.embedded, field.content(), field.load(&quote!(self)));
        let exported = name.chars().next().is_some_and(char::is_uppercase);
        quote! {
            ::gort_runtime::value::Field {
                name: #name,
                exported: #exported,
                embedded: #embedded,
                type_name: <#content as ::gort_runtime::value::GoType>::type_name(),
                value: ::gort_runtime::value::GoType::go_box(#load),
            }
        }
    });
    let describe = quote! {
        ::gort_runtime::value::Describe::Struct {
            type_name: #own_name,
            fields: ::std::vec![#(#described),*],
        }
    };
    (quote!(::gort_runtime::value::Kind::Struct), describe)
}

fn key_impl(input: &Input) -> TokenStream {
    let Input { ident, fields, .. } = input;
    let generics = bounded(&input.generics, &quote!(::gort_runtime::value::GoKey));
    let (impl_generics, ty_generics, where_clause) = generics.split_for_impl();
    // Cells must be loaded; plain fields are compared where they are.
    let part = |field: &Field, of: TokenStream| {
        let member = &field.member;
        if field.cell {
            field.load(&of)
        } else {
            quote!(#of.#member)
        }
    };
    let mine = fields.iter().map(|field| part(field, quote!(self)));
    let theirs = fields.iter().map(|field| part(field, quote!(_other)));
    let hashed = fields.iter().map(|field| part(field, quote!(self)));
    quote! {
        impl #impl_generics ::gort_runtime::value::GoKey for #ident #ty_generics #where_clause {
            fn key_eq(&self, _other: &Self) -> bool {
                true #(&& ::gort_runtime::value::GoKey::key_eq(&#mine, &#theirs))*
            }
            fn key_hash<__H: ::core::hash::Hasher>(&self, _h: &mut __H) {
                #(::gort_runtime::value::GoKey::key_hash(&#hashed, _h);)*
            }
        }
    }
}
