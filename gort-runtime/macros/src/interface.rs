//! `interface!`: a Go interface as a trait, with the companion through which pointers implement it.
//!
//! Coherence forbids generated code to write `impl Error for Ptr<Local>`, so for every trait `Error` there is
//! `ErrorPtr`, implemented for `Local`, whose methods take `this: &Ptr<Self>`. An interface that only embeds others is
//! implemented for everything that implements those.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{FnArg, ItemTrait, Pat, TraitItem, parse_quote};

pub(crate) fn expand(mut item: ItemTrait) -> syn::Result<TokenStream> {
    let supers: Vec<_> = item.supertraits.iter().cloned().collect();
    if supers.is_empty() {
        item.colon_token = Some(Default::default());
        item.supertraits.push(parse_quote!(::gort_runtime::value::Object));
    } else if item.items.is_empty() {
        let name = &item.ident;
        return Ok(quote! {
            #item
            impl<T: #(#supers)+*> #name for T {}
        });
    }
    let (mut declared, mut forwarded) = (Vec::new(), Vec::new());
    let name = &item.ident;
    let companion = format_ident!("{name}Ptr");
    for entry in &item.items {
        let TraitItem::Fn(method) = entry else {
            return Err(syn::Error::new_spanned(entry, "an interface has methods only"));
        };
        let attrs = &method.attrs;
        let sig = &method.sig;
        let mut sig_ptr = sig.clone();
        sig_ptr.inputs[0] = parse_quote!(this: &::gort_runtime::value::Ptr<Self>);
        declared.push(quote!(#(#attrs)* #sig_ptr;));
        let args = sig.inputs.iter().skip(1).map(|arg| match arg {
            FnArg::Typed(arg) => match &*arg.pat {
                Pat::Ident(pat) => Ok(&pat.ident),
                pat => Err(syn::Error::new_spanned(pat, "expected a name")),
            },
            arg => Err(syn::Error::new_spanned(arg, "expected an argument")),
        });
        let args = args.collect::<syn::Result<Vec<_>>>()?;
        let method = &sig.ident;
        forwarded.push(quote! { #[inline] #sig { <T as #companion>::#method(self #(, #args)*) } });
    }
    let vis = &item.vis;
    let doc = format!("[`{name}`] for pointers: implemented for `T` when `*T` has the methods.");
    let bounds = (!supers.is_empty()).then(|| quote!(where ::gort_runtime::value::Ptr<T>: #(#supers)+*));
    Ok(quote! {
        #item

        #[doc = #doc]
        #vis trait #companion: ::gort_runtime::value::GoType {
            #(#declared)*
        }

        impl<T: #companion> #name for ::gort_runtime::value::Ptr<T> #bounds {
            #(#forwarded)*
        }
    })
}
