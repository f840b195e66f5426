//! What HTTP makes of the domain's types: path parameters, headers, addresses and versions.

use super::extract::malformed_header;
use super::problem::common;
use super::{Contract, Entity, FromPath, FromRequest, Rejection, Request};
use crate::booking::{Booking, BookingId, IdempotencyKey, IfMatch, ResourceId, UserId};

impl FromPath for BookingId {
    const NOT_FOUND: &'static str = "Booking not found";

    fn from_path(value: &str) -> Option<Self> {
        Self::parse(value)
    }
}

impl FromPath for UserId {
    const NOT_FOUND: &'static str = "User not found";

    fn from_path(value: &str) -> Option<Self> {
        Self::parse(value)
    }
}

impl FromPath for ResourceId {
    const NOT_FOUND: &'static str = "Resource not found";

    fn from_path(value: &str) -> Option<Self> {
        Self::parse(value)
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
                let schema = contract.schema::<String>();
                contract.parameter("header", $name, required, &schema);
                contract.problems([common::MALFORMED_HEADER]);
            }
        }
    )*};
}

headers! {
    IdempotencyKey = "idempotency-key", "must be 1 to 255 visible ASCII characters";
    IfMatch = "if-match", "must be `*` or entity tags in double quotes, such as \"3\"";
}
