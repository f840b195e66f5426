//! Conversion of a handler's result into an HTTP response.

use std::borrow::Cow;

use lambda_http::http::StatusCode;
use lambda_http::http::header::{CONTENT_TYPE, ETAG, HeaderName, HeaderValue, LINK, LOCATION};
use lambda_http::{Body, Response};
use schemars::JsonSchema;
use serde::Serialize;

use super::etag::EntityTags;
use super::gateway::GatewayEvent;
use super::metrics::{self, Metric};
use super::problem::common;
use super::{Contract, Created, Header, Json, Page, Problem, ProblemDetails, Route, path, uri};

/// A result that a handler can answer with.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not something a handler can answer with",
    label = "cannot become an HTTP answer",
    note = "answer with `Json<T>`, `Tagged<T>`, `Created<T>`, `Page<T>`, `()`, an `Option` of one of them or a `Result` \
            of one of them and an error that derives `Problem`; or implement `lambda::Respond` for `{Self}`"
)]
pub trait Respond {
    /// Converts the result into a response.
    fn respond(self, reply: &Reply) -> Response<Body>;

    /// Adds the response to the API's documentation.
    fn describe(contract: &mut Contract);
}

/// A response that never has a body, for the statuses without content: 204 and 205 (RFC 9110, sections 15.3.5 and
/// 15.3.6).
#[diagnostic::on_unimplemented(
    message = "`{Self}` has a body, and an answer of status 204 or 205 has none",
    label = "an answer with a body",
    note = "answer with `()`, or with another `status`, such as 200; if `{Self}` never has a body, implement \
            `lambda::NoContent` for it"
)]
pub trait NoContent: Respond {}

const ENTITY_TAG: Header = Header {
    name: "ETag",
    description: "The version, as a strong entity tag (RFC 9110, section 8.8.3).",
    always: true,
    example: "\"1\"",
};

const ADDRESS: Header =
    Header { name: "Location", description: "The path of what was created.", always: true, example: "" };

const REPLAYED: Header = Header {
    name: "Idempotency-Replayed",
    description: "`true` where an earlier request with the same `Idempotency-Key` created it.",
    always: false,
    example: "true",
};

const NEXT_PAGE: Header = Header {
    name: "Link",
    description: "Where the next page is, with `rel=\"next\"` (RFC 8288); not there on the last one.",
    always: false,
    example: "</things?cursor=0>; rel=\"next\"",
};

/// Creates that were answered with the result of an earlier request.
const IDEMPOTENT_REPLAYS: Metric = Metric::count("IdempotentReplays");

/// An entity with a path and a version.
pub trait Entity {
    /// An example of [`location`](Self::location), for the API's documentation.
    const LOCATION_EXAMPLE: &'static str;

    /// The entity's path, for `Location`.
    fn location(&self) -> String;
    /// The entity's strong entity tag (RFC 9110, section 8.8.3), with the quotes.
    fn etag(&self) -> String;
}

/// The facts about a request that its response depends on.
#[derive(Debug)]
pub struct Reply {
    status: StatusCode,
    route: &'static str,
    path: String,
    query: String,
    if_none_match: Option<EntityTags>,
}

impl Reply {
    /// Creates a reply. `event` is `None` if it cannot be read.
    pub(super) fn new(route: &Route, event: Option<&GatewayEvent>) -> Self {
        let path = event.and_then(|event| event.raw_path.as_deref()).unwrap_or(route.path);
        let tags = event.filter(|event| event.is_get()).and_then(|event| event.header("if-none-match"));
        Self {
            // The macro accepts no invalid status.
            status: StatusCode::from_u16(route.status).unwrap_or(StatusCode::OK),
            route: route.path,
            path: path.to_owned(),
            query: event.map(GatewayEvent::query).unwrap_or_default(),
            // A header that cannot be read is ignored: the full response is always correct.
            if_none_match: tags.and_then(EntityTags::parse),
        }
    }

    /// The success response without a body.
    #[must_use]
    pub fn empty(&self) -> Response<Body> {
        let mut response = Response::new(Body::Empty);
        *response.status_mut() = self.status;
        response
    }

    /// The success response with `value` as its body.
    pub fn json(&self, value: &impl Serialize) -> Response<Body> {
        match serde_json::to_string(value) {
            Ok(text) => body(self.status, "application/json", text),
            Err(error) => {
                tracing::error!(%error, "the answer cannot be written as JSON");
                self.problem(common::problem(common::INTERNAL))
            }
        }
    }

    /// The error response.
    #[must_use]
    pub fn problem(&self, mut details: ProblemDetails) -> Response<Body> {
        let status = StatusCode::from_u16(details.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        metrics::problem(details.kind());
        let headers = details.take_headers();
        let details = details.instance(uri::of_path(&self.path));
        // A problem consists of strings, numbers and JSON values, so serializing it cannot fail. An empty body would be
        // acceptable.
        let text = serde_json::to_string(&details).unwrap_or_default();
        let mut response = body(status, "application/problem+json", text);
        for (name, value) in headers {
            if let Ok(name) = HeaderName::try_from(name) {
                header(&mut response, name, &value);
            }
        }
        response
    }

    fn tagged<T: Serialize + Entity>(&self, value: &T) -> Response<Body> {
        let etag = value.etag();
        // The client holds this version already (RFC 9110, section 13.1.2).
        let mut response = if self.if_none_match.as_ref().is_some_and(|tags| tags.match_weakly(&etag)) {
            let mut response = Response::new(Body::Empty);
            *response.status_mut() = StatusCode::NOT_MODIFIED;
            response
        } else {
            self.json(value)
        };
        header(&mut response, ETAG, &etag);
        response
    }
}

fn body(status: StatusCode, content_type: &'static str, text: String) -> Response<Body> {
    let mut response = Response::new(Body::Text(text));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

/// Sets a header. Leaves it out if the value is not valid in a header.
fn header(response: &mut Response<Body>, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}

/// The status alone.
impl Respond for () {
    fn respond(self, reply: &Reply) -> Response<Body> {
        reply.empty()
    }

    fn describe(contract: &mut Contract) {
        contract.success(None, &[]);
    }
}

impl NoContent for () {}

impl<T: NoContent, E: Problem> NoContent for Result<T, E> {}

impl<T: Serialize + JsonSchema> Respond for Json<T> {
    fn respond(self, reply: &Reply) -> Response<Body> {
        reply.json(&self.0)
    }

    fn describe(contract: &mut Contract) {
        let schema = contract.answered::<T>();
        contract.success(Some(&schema), &[]);
    }
}

/// An entity, with its version as `ETag`. A `GET` with that tag in `If-None-Match` is answered 304.
#[derive(Debug)]
pub struct Tagged<T>(pub T);

impl<T: Serialize + JsonSchema + Entity> Respond for Tagged<T> {
    fn respond(self, reply: &Reply) -> Response<Body> {
        reply.tagged(&self.0)
    }

    fn describe(contract: &mut Contract) {
        let schema = contract.answered::<T>();
        contract.success(Some(&schema), &[&ENTITY_TAG]);
        contract.not_modified(&[&ENTITY_TAG]);
    }
}

impl<T: Serialize + JsonSchema + Entity> Respond for Created<T> {
    fn respond(self, reply: &Reply) -> Response<Body> {
        let mut response = reply.tagged(&self.value);
        let mapping = uri::before_route(&reply.path, reply.route);
        header(&mut response, LOCATION, &format!("{mapping}{}", self.value.location()));
        if self.replayed {
            metrics::count(IDEMPOTENT_REPLAYS, 1);
            header(&mut response, HeaderName::from_static("idempotency-replayed"), "true");
        }
        response
    }

    fn describe(contract: &mut Contract) {
        let schema = contract.answered::<T>();
        let address = Header { example: T::LOCATION_EXAMPLE, ..ADDRESS };
        contract.success(Some(&schema), &[&address, &ENTITY_TAG, &REPLAYED]);
    }
}

/// A JSON array, with the next page in `Link` (RFC 8288).
impl<T: Serialize + JsonSchema> Respond for Page<T> {
    fn respond(self, reply: &Reply) -> Response<Body> {
        let mut response = reply.json(&self.items);
        if let Some(cursor) = self.next {
            let mut link = format!("<{}?", uri::of_path(&reply.path));
            // Names are compared decoded: `%63ursor` is the cursor of the previous page, too.
            for (name, value) in form_urlencoded::parse(reply.query.as_bytes()).filter(|(name, _)| name != "cursor") {
                uri::push_pair(&mut link, &name, &value);
                link.push('&');
            }
            uri::push_pair(&mut link, "cursor", cursor.as_str());
            header(&mut response, LINK, &format!("{link}>; rel=\"next\""));
        }
        response
    }

    fn describe(contract: &mut Contract) {
        let schema = contract.answered::<Vec<T>>();
        contract.success(Some(&schema), &[&NEXT_PAGE]);
    }
}

/// 404 for `None`: the same problem as for a path parameter that cannot be one.
impl<T: Respond> Respond for Option<T> {
    fn respond(self, reply: &Reply) -> Response<Body> {
        match self {
            Some(value) => value.respond(reply),
            None => reply.problem(common::problem(common::NOT_FOUND).detail(not_found(reply.route))),
        }
    }

    fn describe(contract: &mut Contract) {
        T::describe(contract);
        contract.problems([common::NOT_FOUND]);
    }
}

/// Names what the last parameter of `route` names.
fn not_found(route: &str) -> Cow<'static, str> {
    let parameter = route.rsplit_once('{').and_then(|(_, rest)| rest.split_once('}'));
    parameter.map_or(Cow::Borrowed("Not found"), |(name, _)| path::named(name))
}

impl<T: Respond, E: Problem> Respond for Result<T, E> {
    fn respond(self, reply: &Reply) -> Response<Body> {
        match self {
            Ok(value) => value.respond(reply),
            Err(error) => {
                let details = error.details();
                let cause = error.cause().map(causes).unwrap_or_default();
                match details.status() {
                    // An error of the service, not of a service that it depends on.
                    500 => tracing::error!(problem = details.kind(), cause, "the request failed"),
                    429 | 501.. => tracing::warn!(problem = details.kind(), cause, "the request was turned away"),
                    _ => {}
                }
                reply.problem(details)
            }
        }
    }

    fn describe(contract: &mut Contract) {
        T::describe(contract);
        contract.problems(E::kinds());
    }
}

/// An error and all its sources, in one line.
#[must_use]
pub fn causes(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(error) = next {
        text.push_str(": ");
        text.push_str(&error.to_string());
        next = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::not_found;

    #[test]
    fn none_is_named_by_the_routes_last_parameter() {
        assert_eq!(not_found("/rooms/{room_id}/paints/{paint_id}"), "Paint not found");
        assert_eq!(not_found("/rooms/{room_number}/paint"), "Room number not found");
        assert_eq!(not_found("/paint"), "Not found");
    }
}
