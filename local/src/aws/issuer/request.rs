//! A request for a token.

use serde::{Deserialize, Serialize};

/// A token to be made by the local issuer.
///
/// ```
/// # use local::TokenRequest;
/// let alice = TokenRequest::of("alice");
/// let expired = TokenRequest { expires_in: -60, ..TokenRequest::of("alice") };
/// let admin = TokenRequest { scope: Some("things:admin".into()), ..TokenRequest::of("alice") };
/// # assert_eq!(alice.expires_in, 3600);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TokenRequest {
    /// The subject.
    pub sub: String,
    /// Scopes, separated by spaces. Default: every scope of the template's routes.
    #[serde(default)]
    pub scope: Option<String>,
    /// Default: the audience of the template's authorizer.
    #[serde(default)]
    pub audience: Option<String>,
    /// Lifetime in seconds. A negative one makes an expired token.
    #[serde(default = "hour")]
    pub expires_in: i64,
}

impl TokenRequest {
    /// A token of `sub` with the default scopes and audience, valid for an hour.
    #[must_use]
    pub fn of(sub: impl Into<String>) -> Self {
        Self { sub: sub.into(), scope: None, audience: None, expires_in: hour() }
    }
}

fn hour() -> i64 {
    3600
}
