//! Local issuer of JSON Web Tokens, in place of the identity provider.
//!
//! Its URL is the template's parameter `issuer`, so that authorizers, audiences and scopes are those of the cloud.

mod api;
mod key;
mod request;
mod tokens;

pub(crate) use self::{api::pages, tokens::Issuer};
pub use self::{request::TokenRequest, tokens::TokenError};

/// The path of the issuer's URL.
pub(crate) const PATH: &str = "/_local/issuer";
/// The path of the endpoint that makes tokens.
pub(crate) const TOKEN_PATH: &str = "/_local/token";
