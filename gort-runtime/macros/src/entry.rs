//! `#[gort_runtime::main]` and `#[gort_runtime::test]`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::ItemFn;

pub(crate) fn expand_main(function: ItemFn) -> syn::Result<TokenStream> {
    expand(&function, &quote!(main), &TokenStream::new(), false)
}

pub(crate) fn expand_test(arguments: TokenStream, function: &ItemFn) -> syn::Result<TokenStream> {
    let virtual_time = !arguments.is_empty();
    if virtual_time && arguments.to_string() != "virtual_time" {
        let told = "the only argument that there is is `virtual_time`";
        return Err(syn::Error::new_spanned(arguments, told));
    }
    let test = quote!(#[::core::prelude::v1::test]);
    expand(function, &quote!(test), &test, virtual_time)
}

fn expand(function: &ItemFn, runner: &TokenStream, test: &TokenStream, virtual_time: bool) -> syn::Result<TokenStream> {
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
    let mut future = quote!(async { body()#wait; });
    if virtual_time {
        future = quote!(::gort_runtime::time::bubble::run(#future));
    }
    Ok(quote! {
        #test
        #(#attrs)*
        #vis fn #name() {
            #asyncness fn body() #output #block
            ::gort_runtime::task::#runner(#future)
        }
    })
}
