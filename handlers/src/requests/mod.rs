//! Extractors and responses of the domain's types: path parameters, headers, claims, locations and versions.

use std::borrow::Cow;

use lambda::{
    Contract, Entity, FromPath, FromRequest, ProblemDetails, ProblemKind, Rejection, Request, malformed_header, metrics,
};
use serde_json::Value;

use crate::booking::{ADMIN, Booking, BookingId, Caller, IdempotencyKey, Resource, ResourceId, UserId};

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
    const LOCATION_EXAMPLE: &'static str = "/bookings/67e55044-10b1-426f-9247-bb680e5fe0c8";

    fn location(&self) -> String {
        format!("/bookings/{}", self.booking_id)
    }

    fn etag(&self) -> String {
        self.entity_tag()
    }
}

impl Entity for Resource {
    const LOCATION_EXAMPLE: &'static str = "/resources/room-1";

    fn location(&self) -> String {
        format!("/resources/{}", self.resource_id)
    }

    fn etag(&self) -> String {
        self.entity_tag()
    }
}

/// Read from the JWT authorizer's claims
/// (<https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html>). API Gateway has
/// checked the token. If there is an authorizer but no claim `sub` (a Lambda authorizer, IAM), the request is refused.
impl FromRequest for Caller {
    fn find(request: &mut Request) -> Result<Option<Self>, Rejection> {
        if !request.is_authorized() {
            return Ok(Some(Self::Unchecked));
        }
        let claims = request.claims();
        let claim = |name: &str| claims.and_then(|claims| claims.get(name));
        let Some(subject) = claim("sub").and_then(Value::as_str).filter(|subject| !subject.is_empty()) else {
            return Err(ProblemDetails::of(NO_SUBJECT).into());
        };
        // Scopes are separated by spaces (RFC 8693, section 4.2). Some issuers use `scp`, an array, which API Gateway
        // passes as `[a b]`. Like API Gateway, this reads `scp` only if there is no `scope`, of whatever type.
        let scopes = claim("scope").or_else(|| claim("scp")).and_then(Value::as_str).unwrap_or_default();
        let admin = scopes.trim_matches(['[', ']']).split(' ').any(|scope| ADMIN.contains(&scope));
        Ok(Some(Self::Bearer { subject: subject.to_owned(), admin }))
    }

    /// Never called: there is always a caller, and API Gateway refuses requests without a required token.
    fn missing() -> Rejection {
        Rejection::internal()
    }

    /// Adds no security requirement: only the template says whether the route has an authorizer.
    fn describe(contract: &mut Contract, _required: bool) {
        contract.problems([NO_SUBJECT]);
    }
}

/// The authorizer passed no identity of the caller.
const NO_SUBJECT: ProblemKind = ProblemKind::new(403, "urn:problem:no-subject", "No subject")
    .describe("Where callers are checked: what was checked does not say who calls (the claim `sub` of a token).")
    .detail("the authorization does not say who calls: its token needs the claim `sub`");

const IDEMPOTENCY_KEY: &str = "idempotency-key";

/// Read from the header `Idempotency-Key`.
impl FromRequest for IdempotencyKey {
    fn find(request: &mut Request) -> Result<Option<Self>, Rejection> {
        let Some(value) = request.header(IDEMPOTENCY_KEY)? else { return Ok(None) };
        let refused = || malformed_header(IDEMPOTENCY_KEY, "must be 1 to 255 visible ASCII characters");
        Self::parse(value).map(Some).ok_or_else(refused)
    }

    fn missing() -> Rejection {
        malformed_header(IDEMPOTENCY_KEY, "is missing")
    }

    fn describe(contract: &mut Contract, required: bool) {
        contract.header::<Self>(IDEMPOTENCY_KEY, required);
    }
}

#[cfg(test)]
mod tests;
