//! Tokens of the local issuer, for tests.

use serde_json::{Map, Value};

use super::Service;
use crate::aws::issuer::{TokenError, TokenRequest};

impl Service {
    /// A token of the local issuer, as `cargo local token` prints it.
    ///
    /// # Errors
    ///
    /// When the service runs without [`Options::auth`](crate::Options::auth).
    pub fn token(&self, request: &TokenRequest) -> Result<String, TokenError> {
        self.context.issuer.as_ref().ok_or(TokenError::Off)?.token(request)
    }

    /// A token as the issuer would not make it, for tests of what refuses it. `change` gets the header and the claims of
    /// an ordinary one. Then it is signed as the header's `alg` says, as somebody could who has what the issuer
    /// publishes: `HS256` with the public key (as PEM) as its secret, `none` and whatever else is unknown not at all;
    /// `RS256` and its siblings with the issuer's own key.
    ///
    /// ```no_run
    /// # fn example(service: &local::Service) -> Result<(), local::TokenError> {
    /// # use local::TokenRequest;
    /// let unsigned = service.token_with(&TokenRequest::of("alice"), |header, _| {
    ///     header.insert("alg".into(), "none".into());
    /// })?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// When the service runs without [`Options::auth`](crate::Options::auth), or has no key for the `alg`.
    pub fn token_with(
        &self,
        request: &TokenRequest,
        change: impl FnOnce(&mut Map<String, Value>, &mut Map<String, Value>),
    ) -> Result<String, TokenError> {
        self.context.issuer.as_ref().ok_or(TokenError::Off)?.token_with(request, change)
    }
}
