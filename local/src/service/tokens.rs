//! Tokens of the local issuer.

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
        self.context().issuer.as_ref().ok_or(TokenError::Off)?.token(request)
    }

    /// A malformed or forged token, for tests of verifiers. `change` receives the header and the claims of a regular
    /// token. It is then signed with the algorithm in the header, using public knowledge where possible: `HS256` with
    /// the public key in PEM as the secret, `RS256` and its siblings with the issuer's key, and `none` or an unknown
    /// algorithm with an empty signature.
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
        self.context().issuer.as_ref().ok_or(TokenError::Off)?.token_with(request, change)
    }
}
