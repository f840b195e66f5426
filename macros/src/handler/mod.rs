//! `#[handler(...)]`: parse the attribute, model the function, check the two against each other,
//! expand.

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

/// The function and its `main`, or the function, a `main` that does nothing, and every error.
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

/// Keeps the function alive for the editor and for what else uses it, so that the mistake is the
/// only thing rustc talks about. What rustc itself would object to is mended or left out.
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
        // Without its type, each `return` in the body would be a mistake of its own.
        function.body = quote! { { ::core::unreachable!() } };
    }
    quote! {
        #errors
        #[allow(unused, clippy::all, clippy::pedantic)]
        #function
        fn main() {}
    }
}
