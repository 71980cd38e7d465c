//! The attribute and derive macros of `gort-runtime`.
//!
//! Each module expands one macro; all expansions are safe code that names the runtime as `::gort_runtime`.

use proc_macro::TokenStream;

mod attrs;
mod entry;
mod interface;
mod number;
mod select;
mod value;

fn finish(result: syn::Result<proc_macro2::TokenStream>) -> TokenStream {
    result.unwrap_or_else(syn::Error::into_compile_error).into()
}

/// Makes a struct a Go value; see `gort_runtime::value::Value` and the attributes under `#[go(…)]`.
#[proc_macro_derive(Value, attributes(go))]
pub fn derive_value(input: TokenStream) -> TokenStream {
    finish(syn::parse(input).and_then(value::expand))
}

/// Gives a named scalar type (or, with `#[go(string)]`, string type) Go's operators.
#[proc_macro_derive(GoNumber, attributes(go))]
pub fn derive_number(input: TokenStream) -> TokenStream {
    finish(syn::parse(input).and_then(number::expand))
}

/// Defines a Go interface: the trait, and a companion `…Ptr` through which pointers to local types implement it.
#[proc_macro]
pub fn interface(input: TokenStream) -> TokenStream {
    finish(syn::parse(input).and_then(interface::expand))
}

/// Runs a function as the main goroutine.
#[proc_macro_attribute]
pub fn main(_: TokenStream, item: TokenStream) -> TokenStream {
    finish(syn::parse(item).and_then(entry::expand_main))
}

/// Runs a function as a test on the runtime.
#[proc_macro_attribute]
pub fn test(arguments: TokenStream, item: TokenStream) -> TokenStream {
    finish(syn::parse(item).and_then(|function| entry::expand_test(arguments.into(), &function)))
}

/// Go's `select`: waits for one of several channel operations.
#[proc_macro]
pub fn select(input: TokenStream) -> TokenStream {
    finish(syn::parse(input).map(select::expand))
}
