//! Reading `#[go(…)]`.

use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Attribute, LitStr, Token, Type, parenthesized};

/// An interface that a type implements: `dyn Shape`, or `dyn Ints for List<i64>` where only that instance does.
pub(crate) struct Implemented {
    pub(crate) iface: Type,
    pub(crate) instance: Option<Type>,
}

impl Parse for Implemented {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let iface = input.parse()?;
        let instance = match input.parse::<Option<Token![for]>>()? {
            Some(_) => Some(input.parse()?),
            None => None,
        };
        Ok(Implemented { iface, instance })
    }
}

/// What stands in the `#[go(…)]` of a type.
#[derive(Default)]
pub(crate) struct TypeAttrs {
    pub(crate) in_place: bool,
    pub(crate) scalar: bool,
    /// A named array type: its memory is that of the array.
    pub(crate) array: bool,
    pub(crate) string: bool,
    pub(crate) incomparable: bool,
    pub(crate) name: Option<LitStr>,
    pub(crate) kind: Option<LitStr>,
    pub(crate) value: Vec<Implemented>,
    pub(crate) pointer: Vec<Implemented>,
}

/// What stands in the `#[go(…)]` of a field.
#[derive(Default)]
pub(crate) struct FieldAttrs {
    pub(crate) frozen: bool,
    pub(crate) embedded: bool,
    pub(crate) marker: bool,
    pub(crate) name: Option<LitStr>,
}

impl TypeAttrs {
    pub(crate) fn read(attrs: &[Attribute]) -> syn::Result<Self> {
        let mut read = TypeAttrs::default();
        for attr in attrs.iter().filter(|attr| attr.path().is_ident("go")) {
            attr.parse_nested_meta(|meta| {
                let Some(word) = meta.path.get_ident().map(ToString::to_string) else {
                    return Err(meta.error("expected a word"));
                };
                match word.as_str() {
                    "in_place" => read.in_place = true,
                    "scalar" => read.scalar = true,
                    "array" => read.array = true,
                    "string" => read.string = true,
                    "incomparable" => read.incomparable = true,
                    "name" => read.name = Some(meta.value()?.parse()?),
                    "kind" => read.kind = Some(meta.value()?.parse()?),
                    "value" | "pointer" => {
                        let list;
                        parenthesized!(list in meta.input);
                        let types = Punctuated::<Implemented, Token![,]>::parse_terminated(&list)?;
                        let into = if word == "value" {
                            &mut read.value
                        } else {
                            &mut read.pointer
                        };
                        into.extend(types);
                    }
                    _ => return Err(meta.error("unknown word in `#[go(…)]`")),
                }
                Ok(())
            })?;
        }
        Ok(read)
    }
}

impl FieldAttrs {
    pub(crate) fn read(attrs: &[Attribute]) -> syn::Result<Self> {
        let mut read = FieldAttrs::default();
        for attr in attrs.iter().filter(|attr| attr.path().is_ident("go")) {
            attr.parse_nested_meta(|meta| {
                if meta.path.is_ident("frozen") {
                    read.frozen = true;
                } else if meta.path.is_ident("marker") {
                    read.marker = true;
                } else if meta.path.is_ident("embedded") {
                    read.embedded = true;
                } else if meta.path.is_ident("name") {
                    read.name = Some(meta.value()?.parse()?);
                } else {
                    return Err(meta.error("unknown word in a field's `#[go(…)]`"));
                }
                Ok(())
            })?;
        }
        Ok(read)
    }
}
