//! What HTTP makes of the domain's types: path parameters, headers, addresses and versions.

use std::borrow::Cow;

use super::extract::malformed_header;
use super::problem::common;
use super::{Contract, Entity, FromPath, FromRequest, Rejection, Request, metrics};
use crate::booking::{ADMIN, Booking, BookingId, Caller, IdempotencyKey, IfMatch, ResourceId, UserId};

impl FromPath for BookingId {
    fn from_path(text: &str) -> Option<Self> {
        Self::parse(text).inspect(|id| metrics::note(*id))
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
        format!("\"{}\"", self.version)
    }
}

/// From the JWT authorizer's claims
/// (<https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html>). API Gateway has checked
/// the token; a request that passed no authorizer has none.
impl FromRequest for Caller {
    fn find(request: &mut Request) -> Result<Option<Self>, Rejection> {
        let Some(claims) = request.claims() else { return Ok(Some(Self::Unchecked)) };
        let claim = |name: &str| claims.get(name).map(String::as_str).unwrap_or_default();
        // RFC 8693, section 4.2: scopes are separated by spaces. `scp` is how some issuers spell it, as an array, which
        // API Gateway hands on as `[a b]`.
        let scopes = |name: &str| claim(name).trim_matches(['[', ']']).split(' ');
        let admin = scopes("scope").chain(scopes("scp")).any(|scope| scope == ADMIN);
        Ok(Some(Self::Bearer { subject: claim("sub").to_owned(), admin }))
    }

    /// Never asked for: there is always a caller, and API Gateway refuses who has no token where it takes one.
    fn missing() -> Rejection {
        common::problem(common::INTERNAL).into()
    }

    /// Nothing: whether there is a token to send is for the template to say.
    fn describe(_contract: &mut Contract, _required: bool) {}
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
    IfMatch = "if-match", "must be `*` or entity tags in double quotes, such as \"3\"";
}
