//! The local issuer: signs tokens and publishes its public key.

use std::path::Path;
use std::sync::{PoisonError, RwLock, RwLockReadGuard};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::Utc;
use jsonwebtoken::jwk::{Jwk, JwkSet, PublicKeyUse, ThumbprintHash};
use jsonwebtoken::{Algorithm, EncodingKey, crypto};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::TokenRequest;
use super::key::Key;
use crate::base::error::StartError;
use crate::project::template::{Authorizer, Template};

/// Why there is no token.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TokenError {
    /// The service runs without an issuer.
    #[error("the service runs without --auth, and asks for no tokens")]
    Off,
    /// Signing failed.
    #[error("the token could not be signed: {0}")]
    Signing(String),
}

/// The issuer. It has one key.
pub(crate) struct Issuer {
    url: String,
    keys: JwkSet,
    id: String,
    signing: EncodingKey,
    public: String,
    defaults: RwLock<Defaults>,
}

/// Default audience and scopes of a token: the template's.
#[derive(Default)]
struct Defaults {
    audience: String,
    scopes: Vec<String>,
}

impl Issuer {
    /// The issuer at `url`, with the key in `directory`.
    pub(crate) fn open(url: String, directory: Option<&Path>) -> Result<Self, StartError> {
        let key = Key::open(directory)?;
        let unusable = |error| StartError::Auth(format!("the key of the local issuer cannot be used: {error}"));
        let signing = EncodingKey::from_rsa_pem(key.private.as_bytes()).map_err(unusable)?;
        let mut jwk = Jwk::from_encoding_key(&signing, Algorithm::RS256).map_err(unusable)?;
        let id = jwk.thumbprint(ThumbprintHash::SHA256).map_err(unusable)?;
        jwk.common.key_id = Some(id.clone());
        jwk.common.public_key_use = Some(PublicKeyUse::Signature);
        let keys = JwkSet { keys: vec![jwk] };
        Ok(Self { url, keys, id, signing, public: key.public, defaults: RwLock::default() })
    }

    /// Takes the default audience and scopes of tokens from the template.
    pub(crate) fn replace(&self, template: &Template) {
        let audience = template.guarded().find_map(|(_, access)| match &access.authorizer {
            Authorizer::Jwt(jwt) => jwt.audience.first().cloned(),
            Authorizer::Foreign(_) => None,
        });
        let mut scopes: Vec<String> = template.guarded().flat_map(|(_, access)| access.scopes.clone()).collect();
        scopes.sort();
        scopes.dedup();
        let defaults = Defaults { audience: audience.unwrap_or_default(), scopes };
        *self.defaults.write().unwrap_or_else(PoisonError::into_inner) = defaults;
    }

    fn defaults(&self) -> RwLockReadGuard<'_, Defaults> {
        self.defaults.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn keys(&self) -> &JwkSet {
        &self.keys
    }

    /// The `OpenID` configuration, with the members that a verifier reads:
    /// <https://openid.net/specs/openid-connect-discovery-1_0.html>.
    pub(crate) fn configuration(&self) -> Value {
        json!({
            "issuer": self.url,
            "jwks_uri": format!("{}/jwks.json", self.url),
            "response_types_supported": ["token"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": [Algorithm::RS256],
            "scopes_supported": self.defaults().scopes,
        })
    }

    pub(crate) fn token(&self, request: &TokenRequest) -> Result<String, TokenError> {
        self.token_with(request, |_, _| ())
    }

    /// A token that is changed before it is signed: see [`Service::token_with`](crate::Service::token_with).
    pub(crate) fn token_with(
        &self,
        request: &TokenRequest,
        change: impl FnOnce(&mut Map<String, Value>, &mut Map<String, Value>),
    ) -> Result<String, TokenError> {
        let now = Utc::now().timestamp();
        let defaults = self.defaults();
        let scope = request.scope.clone().unwrap_or_else(|| defaults.scopes.join(" "));
        let mut header = members(json!({ "alg": Algorithm::RS256, "typ": "JWT", "kid": self.id }));
        let mut claims = members(json!({
            "iss": self.url,
            "sub": request.sub,
            "aud": request.audience.as_ref().unwrap_or(&defaults.audience),
            "iat": now,
            "exp": now.saturating_add(request.expires_in),
            "jti": Uuid::new_v4(),
            "scope": scope,
        }));
        drop(defaults);
        change(&mut header, &mut claims);
        self.sign(&header, &claims)
    }

    /// Signs with the algorithm in the header, as an attacker could: a verifier must not trust the header.
    fn sign(&self, header: &Map<String, Value>, claims: &Map<String, Value>) -> Result<String, TokenError> {
        let encode = |part: &Map<String, Value>| URL_SAFE_NO_PAD.encode(Value::Object(part.clone()).to_string());
        let message = format!("{}.{}", encode(header), encode(claims));
        let algorithm = header.get("alg").and_then(|name| serde_json::from_value::<Algorithm>(name.clone()).ok());
        let signed = match algorithm {
            None => Ok(String::new()),
            Some(symmetric @ (Algorithm::HS256 | Algorithm::HS384 | Algorithm::HS512)) => {
                crypto::sign(message.as_bytes(), &EncodingKey::from_secret(self.public.as_bytes()), symmetric)
            }
            Some(asymmetric) => crypto::sign(message.as_bytes(), &self.signing, asymmetric),
        };
        let signature = signed.map_err(|error| TokenError::Signing(error.to_string()))?;
        Ok(format!("{message}.{signature}"))
    }
}

/// The members of an object.
fn members(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}
