//! What is asked of the issuer.

use serde::{Deserialize, Serialize};

/// A token to be made.
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
    /// Whose it is.
    pub sub: String,
    /// Scopes, with spaces between them. Default: every scope that a route of the template asks for.
    #[serde(default)]
    pub scope: Option<String>,
    /// Default: the audience of the template's authorizer.
    #[serde(default)]
    pub audience: Option<String>,
    /// For how many seconds it is valid. One of less than none has expired already.
    #[serde(default = "hour")]
    pub expires_in: i64,
}

impl TokenRequest {
    /// An ordinary token of `sub`: for an hour, with whatever the template's routes ask for.
    #[must_use]
    pub fn of(sub: impl Into<String>) -> Self {
        Self { sub: sub.into(), scope: None, audience: None, expires_in: hour() }
    }
}

fn hour() -> i64 {
    3600
}
