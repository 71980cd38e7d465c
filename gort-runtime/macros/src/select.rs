//! `select!`: channel operations and other futures as arms.
//!
//! The operands are evaluated in source order into the operations' futures, which are pinned; the runtime waits for one of them, and only its
//! number and result survive, so that nothing is registered or borrowed any more when the arm runs.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::parse::{Parse, ParseStream};
use syn::{Expr, Pat, Token};

pub(crate) struct Select {
    biased: bool,
    arms: Vec<Arm>,
    default: Option<Expr>,
}

struct Arm {
    pattern: Option<Pat>,
    operation: Expr,
    body: Expr,
}

impl Parse for Select {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let biased = is_biased(input);
        if biased {
            input.parse::<proc_macro2::Ident>()?;
            input.parse::<Token![;]>()?;
        }
        let mut select = Select {
            biased,
            arms: Vec::new(),
            default: None,
        };
        while !input.is_empty() {
            if is_default(input) {
                let word: proc_macro2::Ident = input.parse()?;
                input.parse::<Token![=>]>()?;
                if select.default.replace(body(input)?).is_some() {
                    return Err(syn::Error::new(word.span(), "more than one `default`"));
                }
                continue;
            }
            let pattern = if has_pattern(input) {
                let pattern = Pat::parse_multi_with_leading_vert(input)?;
                input.parse::<Token![=]>()?;
                Some(pattern)
            } else {
                None
            };
            let operation = input.parse()?;
            input.parse::<Token![=>]>()?;
            select.arms.push(Arm {
                pattern,
                operation,
                body: body(input)?,
            });
        }
        Ok(select)
    }
}

fn is_biased(input: ParseStream<'_>) -> bool {
    let ahead = input.fork();
    ahead.parse::<proc_macro2::Ident>().is_ok_and(|ident| ident == "biased") && ahead.peek(Token![;])
}

fn is_default(input: ParseStream<'_>) -> bool {
    let ahead = input.fork();
    ahead
        .parse::<proc_macro2::Ident>()
        .is_ok_and(|ident| ident == "default")
        && ahead.peek(Token![=>])
}

fn has_pattern(input: ParseStream<'_>) -> bool {
    let ahead = input.fork();
    Pat::parse_multi_with_leading_vert(&ahead).is_ok()
        && ahead.peek(Token![=])
        && !ahead.peek(Token![=>])
        && !ahead.peek(Token![==])
}

/// An arm's body: a block, with or without a comma, or an expression up to the comma.
fn body(input: ParseStream<'_>) -> syn::Result<Expr> {
    let block = input.peek(syn::token::Brace);
    let body = if block {
        Expr::Block(input.parse()?)
    } else {
        input.parse()?
    };
    if input.peek(Token![,]) {
        input.parse::<Token![,]>()?;
    } else if !block && !input.is_empty() {
        return Err(input.error("expected a comma"));
    }
    Ok(body)
}

pub(crate) fn expand(select: Select) -> TokenStream {
    let Select { biased, arms, default } = select;
    if arms.is_empty() {
        return match default {
            Some(body) => quote!({ #body }),
            None => quote!(::gort_runtime::select::forever().await),
        };
    }
    let count = arms.len();
    let cases: Vec<_> = (0..count).map(|i| format_ident!("__case_{i}")).collect();
    let kinds: Vec<_> = (0..count).map(|i| format_ident!("__kind_{i}")).collect();
    let names: Vec<_> = (0..count).map(|i| format_ident!("Case{i}")).collect();
    let numbers = 0..count;
    let operations = arms.iter().map(|arm| &arm.operation);
    let bodies = arms.iter().map(|arm| &arm.body);
    let patterns = arms.iter().map(|arm| match &arm.pattern {
        Some(pattern) => quote!(#pattern),
        None => quote!(_),
    });
    let cases_as_dyn = quote!(&mut [#(#cases.as_mut() as ::core::pin::Pin<&mut (dyn ::gort_runtime::select::Case + ::core::marker::Send)>),*]);
    let chosen = match default {
        Some(_) => quote!(::gort_runtime::select::try_now_as(#cases_as_dyn, __manner)),
        None => {
            quote!(::core::option::Option::Some(::gort_runtime::select::wait_as(#cases_as_dyn, __manner).await))
        }
    };
    let otherwise = match default {
        Some(body) => quote!(__Chosen::Default => #body,),
        None => quote!(__Chosen::Default => ::core::unreachable!(),),
    };
    quote! {{
        enum __Chosen<#(#names),*> { #(#names(#names),)* Default }
        let __chosen = match (#(#operations,)*) {
            (#(#cases,)*) => {
                #(let #kinds = {
                    use ::gort_runtime::select::kind::{ViaFuture as _, ViaOperation as _};
                    (&::gort_runtime::select::kind::of(&#cases)).kind()
                };)*
                #(let mut #cases = ::core::pin::pin!(#kinds.case(#cases));)*
                let __manner = ::gort_runtime::select::Manner {
                    futures: #(#kinds.is_future())||*,
                    biased: #biased,
                };
                match #chosen {
                    #(::core::option::Option::Some(#numbers) => {
                        __Chosen::#names(::gort_runtime::select::Operation::finish(#cases.as_mut()))
                    })*
                    _ => __Chosen::Default,
                }
            }
        };
        match __chosen {
            #(__Chosen::#names(#patterns) => #bodies,)*
            #otherwise
        }
    }}
}
