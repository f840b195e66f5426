//! Compile-time checks that no two arguments take the same part of a request. They use the arguments' types: the macro
//! itself sees only names.

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::Type;

use super::args::{Args, Http, Trigger};

/// Generates a constant for each argument that might conflict with another one or with the method. The constants are
/// outside of the generic `serve`, whose constants would be evaluated only when a program is built.
pub(super) fn checks(args: &Args, types: &[&Type]) -> Vec<TokenStream> {
    let Some(Trigger::Http(Http { method: Some(method), .. })) = &args.trigger else {
        return Vec::new();
    };
    let has_body = method != "GET" && method != "DELETE";
    let krate = &args.krate;
    // If the method has a body, the first argument cannot conflict with anything.
    let first = usize::from(has_body);
    let check = |index: usize| {
        let (earlier, own) = (&types[..index], types[index]);
        let part = |ty: &Type| quote!(#krate::Whole::<#ty>::PART);
        let (earlier, part) = (earlier.iter().map(|ty| part(ty)), part(own));
        let call = called(quote!(#krate::check_whole), quote!(#has_body, &[#(#earlier),*], #part), own);
        quote! {
            const _: () = {
                #[allow(unused_imports)]
                use #krate::TakesNothingWhole as _;
                #call
            };
        }
    };
    (first..types.len()).map(check).collect()
}

/// Builds a call that the compiler underlines like `ty`: the span of an expression reaches from its first token to its
/// last.
fn called(function: TokenStream, arguments: TokenStream, ty: &Type) -> TokenStream {
    let spans: Vec<Span> = ty.to_token_stream().into_iter().map(|token| token.span()).collect();
    let (first, last) = match spans.as_slice() {
        [] => (Span::call_site(), Span::call_site()),
        [first, .., last] => (*first, *last),
        [only] => (*only, *only),
    };
    let at = |mut token: TokenTree, span: Span| {
        token.set_span(token.span().located_at(span));
        token
    };
    let arguments = TokenTree::from(Group::new(Delimiter::Parenthesis, arguments));
    function.into_iter().map(|token| at(token, first)).chain([at(arguments, last)]).collect()
}
