//! `#[gort_runtime::main]` and `#[gort_runtime::test]`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::ItemFn;

pub(crate) fn expand_main(function: ItemFn) -> syn::Result<TokenStream> {
    expand(&function, &quote!(main), &TokenStream::new())
}

pub(crate) fn expand_test(function: ItemFn) -> syn::Result<TokenStream> {
    expand(&function, &quote!(test), &quote!(#[::core::prelude::v1::test]))
}

fn expand(function: &ItemFn, runner: &TokenStream, test: &TokenStream) -> syn::Result<TokenStream> {
    let ItemFn {
        attrs, vis, sig, block, ..
    } = function;
    if let Some(input) = sig.inputs.first() {
        return Err(syn::Error::new_spanned(input, "this function takes no arguments"));
    }
    let name = &sig.ident;
    let asyncness = &sig.asyncness;
    let output = &sig.output;
    let wait = asyncness.map(|_| quote!(.await));
    Ok(quote! {
        #test
        #(#attrs)*
        #vis fn #name() {
            #asyncness fn body() #output #block
            ::gort_runtime::task::#runner(async { body()#wait; })
        }
    })
}
