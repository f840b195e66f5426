//! `#[handler(...)]`: parses the attribute and the function, checks them, and expands them.

mod args;
mod exclusive;
mod expand;
mod route;
mod signature;
#[cfg(test)]
mod tests;
mod validate;

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote};
use syn::{FnArg, ReturnType, Token};

use self::args::Args;
use self::signature::Function;
use crate::errors::Errors;

/// The function with its `main`; or the function, an empty `main` and every error.
pub(crate) fn expand(args: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let args = Args::parse(args, &mut errors);
    let function = match syn::parse2::<Function>(item.clone()) {
        Ok(function) => function,
        Err(error) => return not_a_function(item, error, errors),
    };
    validate::check(&args, &function, &mut errors);
    match (errors.finish(), expand::expand(&args, &function)) {
        (None, Some(expansion)) => expansion,
        (Some(error), _) => stub(function, &error),
        (None, None) => unreachable!("a handler without errors has a trigger, a route and an answer"),
    }
}

fn not_a_function(item: TokenStream, error: syn::Error, mut errors: Errors) -> TokenStream {
    let is_item = syn::parse2::<syn::Item>(item.clone()).is_ok();
    if is_item {
        errors.at(Span::call_site(), "`#[handler]` belongs on a function: write it above an `async fn`");
    } else {
        errors.push(error);
    }
    let errors = errors.finish().map(|error| error.to_compile_error());
    let item = is_item.then_some(item);
    quote! { #errors #item fn main() {} }
}

/// Keeps the function for the editor and for other code that uses it, so that rustc reports nothing but the mistake.
/// Parts that rustc itself would reject are corrected or left out.
fn stub(mut function: Function, error: &syn::Error) -> TokenStream {
    let errors = error.to_compile_error();
    let sig = &mut function.sig;
    let refused = sig.variadic.is_some()
        || sig.constness.is_some()
        || sig.inputs.iter().any(|argument| matches!(argument, FnArg::Receiver(_)));
    if refused {
        return quote! { #errors fn main() {} };
    }
    sig.asyncness.get_or_insert(Token![async](Span::call_site()));
    if sig.ident == "main" {
        sig.ident = format_ident!("__{}", sig.ident);
    }
    if matches!(sig.output, ReturnType::Default) {
        // Without the return type, rustc would report each `return` in the body.
        function.body = quote! { { ::core::unreachable!() } };
    }
    quote! {
        #errors
        #[allow(unused, clippy::all, clippy::pedantic)]
        #function
        fn main() {}
    }
}
