//! What the macro cannot see by a name: the parts of the request that the arguments' types take whole.

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::Type;

use super::args::{Args, Http, Trigger};

/// That no argument takes a part of the request that it cannot have, a constant for each that might. They name the types
/// outside of `serve`, where a generic one would be looked at only once there is a program to be built.
pub(super) fn checks(args: &Args, types: &[&Type]) -> Vec<TokenStream> {
    let Some(Trigger::Http(Http { method: Some(method), .. })) = &args.trigger else {
        return Vec::new();
    };
    let has_body = method != "GET" && method != "DELETE";
    let krate = &args.krate;
    // With a body to take, the first argument takes nothing of another's.
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

/// A call that is underlined as `ty` is: an expression reaches from its first token to its last.
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
