//! Problem details for HTTP APIs, RFC 9457.

use std::borrow::Cow;
use std::error::Error;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::booking::{Fault, Faults};

/// An error that a client is told of. Derive it for an enum: [`derive@crate::Problem`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a problem that a handler can answer with",
    label = "this error has no status, type and title",
    note = "write `#[derive(Debug, Problem)]` above the enum and `#[problem(status = ...)]` above each variant"
)]
pub trait Problem {
    /// What the client is told.
    fn details(&self) -> ProblemDetails;

    /// What only the log is told: the failure behind this one.
    fn cause(&self) -> Option<&(dyn Error + 'static)> {
        None
    }

    /// Every problem this type can become, for the API's documentation.
    fn kinds() -> Vec<ProblemKind>;
}

/// One documented problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct ProblemKind {
    /// HTTP status, 400..=599.
    pub status: u16,
    /// The problem's `type`, a URI that stays the same between releases.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// The problem's `title`.
    pub title: &'static str,
    /// When it happens and what to do about it; may be empty.
    pub description: &'static str,
}

/// A problem details object (RFC 9457, section 3).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ProblemDetails {
    #[serde(rename = "type")]
    kind: &'static str,
    title: &'static str,
    status: u16,
    detail: Cow<'static, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    instance: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<Fault>,
    #[serde(flatten)]
    members: Map<String, Value>,
    #[serde(skip)]
    retry_after: Option<u32>,
}

impl ProblemDetails {
    /// A problem whose `detail` is its title, until [`detail`](Self::detail) says more.
    #[must_use]
    pub fn new(status: u16, kind: &'static str, title: &'static str) -> Self {
        Self {
            kind,
            title,
            status,
            detail: Cow::Borrowed(title),
            instance: None,
            errors: Vec::new(),
            members: Map::new(),
            retry_after: None,
        }
    }

    /// What is wrong with this request in particular.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<Cow<'static, str>>) -> Self {
        self.detail = detail.into();
        self
    }

    /// The request that met the problem.
    #[must_use]
    pub fn instance(mut self, instance: String) -> Self {
        self.instance = Some(instance);
        self
    }

    /// Every fault of the request.
    #[must_use]
    pub fn errors(mut self, errors: Vec<Fault>) -> Self {
        self.errors = errors;
        self
    }

    /// An extension member (RFC 9457, section 3.2). A list of faults called `errors` belongs to [`errors`](Self::errors).
    #[must_use]
    pub fn member(mut self, name: &'static str, value: impl Serialize) -> Self {
        // A member that cannot be written as JSON is left out: the problem itself matters more than its extension.
        if let Ok(value) = serde_json::to_value(value) {
            self.members.insert(name.to_owned(), value);
        }
        self
    }

    /// After how many seconds trying again makes sense; becomes the `Retry-After` header (RFC 9110, section 10.2.3).
    #[must_use]
    pub fn retry_after(mut self, seconds: u32) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// HTTP status.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.status
    }

    /// The `type`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        self.kind
    }

    pub(super) fn retry_after_seconds(&self) -> Option<u32> {
        self.retry_after
    }
}

/// 422, with every fault.
impl Problem for Faults {
    fn details(&self) -> ProblemDetails {
        common::invalid(self.0.clone())
    }

    fn kinds() -> Vec<ProblemKind> {
        vec![common::INVALID]
    }
}

/// A request that was refused before the handler's function saw it.
#[derive(Debug)]
pub struct Rejection(Box<ProblemDetails>);

impl Rejection {
    /// What the client is told.
    #[must_use]
    pub fn into_details(self) -> ProblemDetails {
        *self.0
    }
}

impl From<ProblemDetails> for Rejection {
    fn from(details: ProblemDetails) -> Self {
        Self(Box::new(details))
    }
}

/// The problems that any request can meet, whatever the endpoint.
pub(crate) mod common {
    use super::{ProblemDetails, ProblemKind};
    use crate::booking::Fault;

    macro_rules! kinds {
        ($($name:ident = $status:literal $kind:literal $title:literal $description:literal;)*) => {$(
            pub(crate) const $name: ProblemKind = ProblemKind {
                status: $status, kind: $kind, title: $title, description: $description,
            };
        )*};
    }

    kinds! {
        MALFORMED_BODY = 400 "urn:problem:malformed-body" "Malformed body"
            "The body is not JSON.";
        MALFORMED_HEADER = 400 "urn:problem:malformed-header" "Malformed header"
            "A header has a value that it cannot have.";
        UNAUTHORIZED = 401 "urn:problem:unauthorized" "Unauthorized"
            "The token is missing, has run out or is not for this service.";
        NOT_THROUGH_THE_EDGE = 403 "urn:problem:not-through-the-edge" "Not through the edge"
            "This address is closed; the service has another.";
        NOT_FOUND = 404 "urn:problem:not-found" "Not found"
            "There is nothing at this path.";
        BODY_TOO_LARGE = 413 "urn:problem:body-too-large" "Body too large"
            "The body is over 64 KiB.";
        NOT_JSON = 415 "urn:problem:not-json" "Not JSON"
            "The body's content type is not JSON.";
        INVALID = 422 "urn:problem:invalid" "Invalid values"
            "The request is well formed, but some of its values break a rule; `errors` names each of them.";
        UNAVAILABLE = 503 "urn:problem:unavailable" "Unavailable"
            "The service does not get through in time. Try again.";
        INTERNAL = 500 "urn:problem:internal" "Internal error"
            "The fault is ours. The request id says where to look.";
    }

    /// A problem of this kind.
    pub(crate) fn problem(kind: ProblemKind) -> ProblemDetails {
        ProblemDetails::new(kind.status, kind.kind, kind.title)
    }

    /// 422 with every fault.
    pub(crate) fn invalid(errors: Vec<Fault>) -> ProblemDetails {
        let detail = match errors.len() {
            1 => "1 value breaks a rule".to_owned(),
            n => format!("{n} values break a rule"),
        };
        problem(INVALID).detail(detail).errors(errors)
    }
}
