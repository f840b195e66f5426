//! `#[derive(Problem)]`: parses the enum and expands it.

mod detail;
mod expand;
mod field;
mod parse;
#[cfg(test)]
mod tests;

use proc_macro2::TokenStream;
use quote::quote;
use syn::DeriveInput;

use crate::errors::Errors;

/// The impl; or an empty impl and every error.
pub(crate) fn expand(input: TokenStream) -> TokenStream {
    let input: DeriveInput = match syn::parse2(input) {
        Ok(input) => input,
        Err(error) => return error.to_compile_error(),
    };
    let mut errors = Errors::default();
    let problem = parse::problem(&input, &mut errors);
    match errors.finish() {
        None => expand::implementation(&problem),
        Some(error) => {
            let errors = error.to_compile_error();
            let stub = expand::stub(&input, &problem.krate);
            quote! { #errors #stub }
        }
    }
}
