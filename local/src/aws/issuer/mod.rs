//! A local issuer of JSON Web Tokens, in place of the one that signs a user in.
//!
//! The template takes the issuer's URL as its parameter `issuer`, so that its authorizers, audiences and scopes are what
//! they are in the cloud.

mod api;
mod key;
mod request;
mod tokens;

pub(crate) use self::{api::pages, tokens::Issuer};
pub use self::{request::TokenRequest, tokens::TokenError};

/// Where the issuer is, below the API's URL.
pub(crate) const PATH: &str = "/_local/issuer";
/// Where a running service makes tokens.
pub(crate) const TOKEN_PATH: &str = "/_local/token";
