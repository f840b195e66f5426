//! What HTTP makes of the domain's types: path parameters, headers, addresses and versions.

use std::borrow::Cow;

use serde_json::Value;

use super::extract::malformed_header;
use super::problem::common;
use super::{Contract, Entity, FromPath, FromRequest, Rejection, Request, metrics};
use crate::booking::{ADMIN, Booking, BookingId, Caller, IdempotencyKey, ResourceId, UserId};

impl FromPath for BookingId {
    fn from_path(text: &str) -> Option<Self> {
        Self::parse(text).inspect(|id| metrics::note("booking_id", id.to_string()))
    }

    fn not_found(_parameter: &str) -> Cow<'static, str> {
        "Booking not found".into()
    }
}

impl FromPath for UserId {
    fn from_path(text: &str) -> Option<Self> {
        Self::parse(text)
    }

    fn not_found(_parameter: &str) -> Cow<'static, str> {
        "User not found".into()
    }
}

impl FromPath for ResourceId {
    fn from_path(text: &str) -> Option<Self> {
        Self::parse(text)
    }

    fn not_found(_parameter: &str) -> Cow<'static, str> {
        "Resource not found".into()
    }
}

impl Entity for Booking {
    fn location(&self) -> String {
        format!("/bookings/{}", self.booking_id)
    }

    fn etag(&self) -> String {
        self.entity_tag()
    }
}

/// From the JWT authorizer's claims
/// (<https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html>). API Gateway has checked
/// the token. Where an authorizer stood before the function and says nothing of a `sub` (a Lambda authorizer, IAM), nobody
/// is let in.
impl FromRequest for Caller {
    fn find(request: &mut Request) -> Result<Option<Self>, Rejection> {
        if !request.is_authorized() {
            return Ok(Some(Self::Unchecked));
        }
        let claims = request.claims();
        let claim = |name: &str| claims.and_then(|claims| claims.get(name)).and_then(Value::as_str);
        let Some(subject) = claim("sub").filter(|subject| !subject.is_empty()) else {
            return Err(common::problem(common::NO_SUBJECT).detail(common::NO_SUBJECT.detail).into());
        };
        // RFC 8693, section 4.2: scopes are separated by spaces. `scp` is how some issuers spell it, as an array, which
        // API Gateway hands on as `[a b]`. Like API Gateway, look at it only where there is no `scope`.
        let scopes = claim("scope").or_else(|| claim("scp")).unwrap_or_default();
        let admin = scopes.trim_matches(['[', ']']).split(' ').any(|scope| ADMIN.contains(&scope));
        Ok(Some(Self::Bearer { subject: subject.to_owned(), admin }))
    }

    /// Never asked for: there is always a caller, and API Gateway refuses who has no token where it takes one.
    fn missing() -> Rejection {
        common::problem(common::INTERNAL).into()
    }

    /// Whether there is a token to send is for the template to say.
    fn describe(contract: &mut Contract, _required: bool) {
        contract.problems([common::NO_SUBJECT]);
    }
}

macro_rules! headers {
    ($($type:ty = $name:literal, $rule:literal;)*) => {$(
        /// From the header of that name.
        impl FromRequest for $type {
            fn find(request: &mut Request) -> Result<Option<Self>, Rejection> {
                match request.header($name)? {
                    None => Ok(None),
                    Some(value) => Self::parse(value).map(Some).ok_or_else(|| malformed_header($name, $rule)),
                }
            }

            fn missing() -> Rejection {
                malformed_header($name, "is missing")
            }

            fn describe(contract: &mut Contract, required: bool) {
                let schema = contract.taken::<Self>();
                contract.parameter("header", $name, required, schema);
                contract.problems([common::MALFORMED_HEADER]);
            }
        }
    )*};
}

headers! {
    IdempotencyKey = "idempotency-key", "must be 1 to 255 visible ASCII characters";
}
