//! Macros of the crate `lambda`: `#[handler]` makes a function an endpoint, `#[derive(Problem)]` makes an enum its
//! errors.
//!
//! Both expand to short calls of `lambda`, which does the work. Both report every mistake of an item at once, on the
//! tokens to change. They then emit harmless code in place of the item, so that a mistake causes one message only.
//!
//! The examples in `docs/` are compiled and run as tests of `lambda`. Here they would need `lambda` with all of its
//! dependencies, which Cargo builds a second time for the tests of a macro's crate.

mod docs;
mod errors;
mod handler;
mod names;
mod problem;
mod settings;
#[cfg(test)]
mod testing;
mod types;

use proc_macro::TokenStream;

#[doc = include_str!("../docs/handler.md")]
#[proc_macro_attribute]
pub fn handler(args: TokenStream, item: TokenStream) -> TokenStream {
    handler::expand(args.into(), item.into()).into()
}

#[doc = include_str!("../docs/problem.md")]
#[proc_macro_derive(Problem, attributes(problem))]
pub fn problem(input: TokenStream) -> TokenStream {
    problem::expand(input.into()).into()
}
