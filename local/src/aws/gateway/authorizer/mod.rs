//! API Gateway's JWT authorizer: checks a request's token, its claims and its scopes.
//!
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html>

mod claims;

use axum::http::{HeaderMap, Uri};
use chrono::{DateTime, Utc};
use jsonwebtoken::jwk::{Jwk, JwkSet, KeyAlgorithm};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde_json::{Map, Value, json};
use url::form_urlencoded;

use crate::project::template::{Access, Authorizer, Identity};

/// The claims of an accepted token, and the scopes of its route.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Grant {
    claims: Map<String, Value>,
    scopes: Vec<String>,
}

impl Grant {
    /// `requestContext.authorizer`, with the scopes that the route asks for.
    pub(crate) fn event(&self) -> Value {
        let scopes = if self.scopes.is_empty() { Value::Null } else { json!(self.scopes) };
        json!({ "jwt": { "claims": self.claims, "scopes": scopes } })
    }
}

/// Why a request is not authorized.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Denied {
    /// The request has no token.
    Missing,
    /// The token is not the issuer's, has expired, is not valid yet, or has another audience.
    Invalid(&'static str),
    /// The token has none of these scopes of the route.
    Scope(Vec<String>),
}

impl Denied {
    /// The `WWW-Authenticate` header. API Gateway documents only the description for the audience
    /// (<https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-troubleshooting-jwt.html>).
    pub(crate) fn challenge(&self) -> String {
        match self {
            Self::Missing => "Bearer".to_owned(),
            Self::Invalid(reason) => format!(r#"Bearer scope="" error="invalid_token" error_description="{reason}""#),
            Self::Scope(scopes) => format!(
                r#"Bearer scope="{}" error="insufficient_scope" error_description="the token has none of the scopes""#,
                scopes.join(" ")
            ),
        }
    }
}

/// Checks the token of a request against the keys of the issuer.
pub(crate) fn check(
    access: &Access,
    headers: &HeaderMap,
    uri: &Uri,
    keys: &JwkSet,
    now: DateTime<Utc>,
) -> Result<Grant, Denied> {
    // A template with any other authorizer does not start.
    let Authorizer::Jwt(jwt) = &access.authorizer else { return Err(Denied::Missing) };
    let token = token(&jwt.identity, headers, uri)?.ok_or(Denied::Missing)?;
    let claims = verified(&token, keys)?;
    if let Some(fault) = claims::fault(&claims, jwt, now) {
        return Err(Denied::Invalid(fault));
    }
    if !claims::in_scope(&claims, &access.scopes) {
        return Err(Denied::Scope(access.scopes.clone()));
    }
    Ok(Grant { claims: claims::flat(&claims), scopes: access.scopes.clone() })
}

/// The token, with or without `Bearer` in front. Several tokens are an error.
fn token(identity: &Identity, headers: &HeaderMap, uri: &Uri) -> Result<Option<String>, Denied> {
    let mut found: Vec<String> = match identity {
        Identity::Header(name) => {
            let values = headers.get_all(name.as_str()).iter();
            values.map(|value| value.to_str().unwrap_or("\u{fffd}").to_owned()).collect()
        }
        Identity::Query(name) => {
            let parameters = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
            parameters.filter(|(known, _)| known == name).map(|(_, value)| value.into_owned()).collect()
        }
    };
    let Some(value) = found.pop() else { return Ok(None) };
    if !found.is_empty() {
        return Err(Denied::Invalid("there is more than one token"));
    }
    let value = value.trim();
    let token = match value.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => token.trim_start(),
        _ if value.eq_ignore_ascii_case("bearer") => "",
        _ => value,
    };
    Ok((!token.is_empty()).then(|| token.to_owned()))
}

/// The claims of a token whose signature is that of the key it names, in that key's own algorithm.
fn verified(token: &str, keys: &JwkSet) -> Result<Map<String, Value>, Denied> {
    if token.split('.').count() != 3 {
        return Err(Denied::Invalid("token contains an invalid number of segments"));
    }
    let header = decode_header(token).map_err(|_| Denied::Invalid("the token's header cannot be read"))?;
    // No critical header parameter is supported, so all are refused:
    // <https://www.rfc-editor.org/rfc/rfc7515#section-4.1.11>.
    if header.crit.is_some() {
        return Err(Denied::Invalid("the token's header asks for an extension"));
    }
    let key = header.kid.as_deref().and_then(|id| keys.find(id));
    let key = key.ok_or(Denied::Invalid("the token's key is not the issuer's"))?;
    let algorithm = algorithm(key).filter(|algorithm| *algorithm == header.alg);
    let algorithm = algorithm.ok_or(Denied::Invalid("the token's algorithm is not the key's"))?;
    let unsigned = |_| Denied::Invalid("the token's signature is not the issuer's");
    let key = DecodingKey::from_jwk(key).map_err(unsigned)?;
    // Only the signature is checked here: the library's claim checks differ from API Gateway's.
    let mut signature_only = Validation::new(algorithm);
    signature_only.required_spec_claims.clear();
    signature_only.validate_exp = false;
    signature_only.validate_nbf = false;
    signature_only.validate_aud = false;
    decode::<Map<String, Value>>(token, &key, &signature_only).map(|data| data.claims).map_err(unsigned)
}

/// The algorithm of a key, if API Gateway supports it.
fn algorithm(key: &Jwk) -> Option<Algorithm> {
    match key.common.key_algorithm? {
        KeyAlgorithm::RS256 => Some(Algorithm::RS256),
        KeyAlgorithm::RS384 => Some(Algorithm::RS384),
        KeyAlgorithm::RS512 => Some(Algorithm::RS512),
        _ => None,
    }
}
