//! Problem details for HTTP APIs (RFC 9457).

mod kind;

use std::borrow::Cow;
use std::error::Error;

use serde::Serialize;
use serde_json::{Map, Value};

pub use self::kind::{Member, ProblemKind};
use crate::{Fault, Faults};

const RETRY_AFTER: &str = "Retry-After";

/// An error that a client receives. Derive it for an enum: [`derive@crate::Problem`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a problem that a handler can answer with",
    label = "this error has no status, type and title",
    note = "write `#[derive(Debug, Problem)]` above the enum and `#[problem(status = ...)]` above each variant"
)]
pub trait Problem {
    /// The response to the client.
    fn details(&self) -> ProblemDetails;

    /// The underlying error, which is logged and never sent.
    fn cause(&self) -> Option<&(dyn Error + 'static)> {
        None
    }

    /// All problems that this type can become, for the API's documentation.
    fn kinds() -> Vec<ProblemKind>;
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
    headers: Vec<(&'static str, Cow<'static, str>)>,
}

impl ProblemDetails {
    /// Creates a problem whose `detail` is its title, until [`detail`](Self::detail) is called.
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
            headers: Vec::new(),
        }
    }

    /// Creates a problem from its documented kind.
    #[expect(clippy::inline_always, reason = "keeps the kind's documentation and schemas out of a release build")]
    #[inline(always)]
    #[must_use]
    pub fn of(kind: ProblemKind) -> Self {
        Self::new(kind.status, kind.kind, kind.title).detail(kind.detail)
    }

    /// Sets the explanation of this occurrence.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<Cow<'static, str>>) -> Self {
        self.detail = detail.into();
        self
    }

    /// Sets the path of the request that caused the problem.
    #[must_use]
    pub fn instance(mut self, instance: String) -> Self {
        self.instance = Some(instance);
        self
    }

    /// Sets the faults of the request.
    #[must_use]
    pub fn errors(mut self, errors: Vec<Fault>) -> Self {
        self.errors = errors;
        self
    }

    /// Adds an extension member (RFC 9457, section 3.2). Use [`errors`](Self::errors) for a list of faults called
    /// `errors`.
    #[must_use]
    pub fn member(mut self, name: &'static str, value: impl Serialize) -> Self {
        // A member that cannot be serialized is left out: the problem is more important than its extension.
        if let Ok(value) = serde_json::to_value(value) {
            self.members.insert(name.to_owned(), value);
        }
        self
    }

    /// Sets the seconds after which a retry makes sense, as the `Retry-After` header (RFC 9110, section 10.2.3).
    #[must_use]
    pub fn retry_after(self, seconds: u32) -> Self {
        self.header(RETRY_AFTER, seconds.to_string())
    }

    /// Adds a response header.
    pub(super) fn header(mut self, name: &'static str, value: impl Into<Cow<'static, str>>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// The seconds after which a retry makes sense, if it says so.
    #[must_use]
    pub fn retry_after_seconds(&self) -> Option<u32> {
        let (_, seconds) = self.headers.iter().find(|(name, _)| *name == RETRY_AFTER)?;
        seconds.parse().ok()
    }

    /// The HTTP status.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.status
    }

    /// The problem's `type`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        self.kind
    }

    pub(super) fn take_headers(&mut self) -> Vec<(&'static str, Cow<'static, str>)> {
        std::mem::take(&mut self.headers)
    }
}

/// A 422 with every fault.
impl Problem for Faults {
    fn details(&self) -> ProblemDetails {
        common::invalid(self.0.clone())
    }

    /// None: the extractors of bodies and queries document this problem already.
    fn kinds() -> Vec<ProblemKind> {
        Vec::new()
    }
}

/// A request that was refused before the handler's function was called.
#[derive(Debug)]
pub struct Rejection(Box<ProblemDetails>);

impl Rejection {
    /// A 500: an error of the service. The cause is in the log.
    #[must_use]
    pub fn internal() -> Self {
        common::problem(common::INTERNAL).into()
    }

    /// The response to the client.
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

/// Problems that any endpoint can answer with.
pub(crate) mod common {
    use super::{Member, ProblemDetails, ProblemKind};
    use crate::{Fault, Header};

    /// The header of a 415 that names the supported content codings: none (RFC 9110, sections 12.5.3 and 15.5.16).
    pub(crate) const ACCEPTED: Header = Header {
        name: "Accept-Encoding",
        description: "The content codings that a body may have (RFC 9110, section 12.5.3): none.",
        always: false,
        example: "identity",
    };

    pub(crate) const MALFORMED_REQUEST: ProblemKind =
        ProblemKind::new(400, "urn:problem:malformed-request", "Malformed request")
            .describe("The request line or the headers cannot be read.")
            .detail("the request cannot be read");
    pub(crate) const MALFORMED_BODY: ProblemKind =
        ProblemKind::new(400, "urn:problem:malformed-body", "Malformed body")
            .describe("The body is not JSON.")
            .detail("the body is empty; send a JSON object");
    pub(crate) const MALFORMED_HEADER: ProblemKind =
        ProblemKind::new(400, "urn:problem:malformed-header", "Malformed header")
            .describe("A header has a value that it cannot have.");
    pub(crate) const NOT_THROUGH_THE_EDGE: ProblemKind =
        ProblemKind::new(403, "urn:problem:not-through-the-edge", "Not through the edge")
            .describe("Where an edge is set up: this address is closed; the service has another.");
    pub(crate) const NOT_FOUND: ProblemKind = ProblemKind::new(404, "urn:problem:not-found", "Not found")
        .describe("There is nothing at this path, or what is there is not the caller's.");
    pub(crate) const BODY_TOO_LARGE: ProblemKind =
        ProblemKind::new(413, "urn:problem:body-too-large", "Body too large").describe("The body is over 64 KiB.");
    pub(crate) const NOT_JSON: ProblemKind = ProblemKind::new(415, "urn:problem:not-json", "Not JSON")
        .describe("The body's content type is not JSON.")
        .detail("send the body with `content-type: application/json`");
    pub(crate) const CODED: ProblemKind =
        ProblemKind::new(415, "urn:problem:content-coding", "Content coding not read")
            .describe("The body has a content coding, such as gzip.")
            .detail("the body has the content coding `gzip`; send it without one")
            .header(&ACCEPTED);
    pub(crate) const INVALID: ProblemKind = ProblemKind::new(422, "urn:problem:invalid", "Invalid values")
        .describe("The request is well formed, but some of its values break a rule; `errors` names each of them.")
        .detail("1 value breaks a rule")
        .members(&[Member::of::<Vec<Fault>>("errors")]);
    pub(crate) const UNAVAILABLE: ProblemKind = ProblemKind::new(503, "urn:problem:unavailable", "Unavailable")
        .describe("The service does not get through in time. Try again.")
        .retry_after(1);
    pub(crate) const INTERNAL: ProblemKind = ProblemKind::new(500, "urn:problem:internal", "Internal error")
        .describe("The fault is ours. The request id says where to look.");

    /// A problem of this kind, whose `detail` is its title until it is set.
    #[expect(clippy::inline_always, reason = "keeps the kind's documentation and schemas out of a release build")]
    #[inline(always)]
    pub(crate) fn problem(kind: ProblemKind) -> ProblemDetails {
        ProblemDetails::new(kind.status, kind.kind, kind.title)
    }

    /// A 422 with every fault.
    pub(crate) fn invalid(errors: Vec<Fault>) -> ProblemDetails {
        let detail = match errors.len() {
            1 => "1 value breaks a rule".to_owned(),
            n => format!("{n} values break a rule"),
        };
        problem(INVALID).detail(detail).errors(errors)
    }
}
