//! Extractors: taking a handler's arguments from an HTTP request.

use std::collections::HashMap;

use lambda_http::Body;
use lambda_http::http::{HeaderMap, HeaderValue};
use serde_json::{Map, Value};

use super::problem::common;
use super::{Contract, FromPath, Part, Rejection};

/// One request, from which a handler's owned arguments are taken in the order of its signature.
#[derive(Debug, Default)]
pub struct Request {
    pub(super) query: String,
    pub(super) headers: HeaderMap,
    pub(super) parameters: HashMap<String, String>,
    pub(super) authorizer: Option<Value>,
    pub(super) body: Body,
}

impl Request {
    /// An empty request, for tests of extractors.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the body.
    #[must_use]
    pub fn with_body(self, body: impl Into<Vec<u8>>) -> Self {
        Self { body: Body::Binary(body.into()), ..self }
    }

    /// Sets the query, percent-encoded as in a URL.
    #[must_use]
    pub fn with_query(self, query: impl Into<String>) -> Self {
        Self { query: query.into(), ..self }
    }

    /// Adds a header.
    #[must_use]
    pub fn with_header(mut self, name: &'static str, value: HeaderValue) -> Self {
        self.headers.append(name, value);
        self
    }

    /// Adds a path parameter, decoded.
    #[must_use]
    pub fn with_parameter(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.parameters.insert(name.into(), value.into());
        self
    }

    /// Sets the authorizer's context, as in the event's `requestContext`.
    #[must_use]
    pub fn with_authorizer(self, authorizer: Value) -> Self {
        Self { authorizer: Some(authorizer), ..self }
    }

    /// Takes an argument.
    ///
    /// # Errors
    /// When the request does not contain it, or contains an invalid value.
    pub fn take<T: FromRequest>(&mut self) -> Result<T, Rejection> {
        T::find(self)?.ok_or_else(T::missing)
    }

    /// Takes the path parameter `name`. API Gateway has decoded it; it is not decoded again.
    ///
    /// # Errors
    /// 404 when the value cannot be a `T`. 500 when the route has no such parameter, which is an error in the template.
    pub fn path<T: FromPath>(&mut self, name: &str) -> Result<T, Rejection> {
        let Some(value) = self.parameters.get(name) else {
            tracing::error!("serverless.yml's route to this function has no {{{name}}}");
            return Err(common::problem(common::INTERNAL).into());
        };
        T::from_path(value).ok_or_else(|| common::problem(common::NOT_FOUND).detail(T::not_found(name)).into())
    }

    /// The headers.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// A header's value, if it was sent.
    ///
    /// # Errors
    /// 400 when the value is not visible ASCII (RFC 9110, section 5.5).
    pub fn header(&self, name: &'static str) -> Result<Option<&str>, Rejection> {
        let Some(value) = self.headers().get(name) else { return Ok(None) };
        match value.to_str() {
            Ok(value) => Ok(Some(value)),
            Err(_) => Err(malformed_header(name, "is not visible ASCII")),
        }
    }

    /// Whether an authorizer of any kind has let the request through.
    #[must_use]
    pub fn is_authorized(&self) -> bool {
        self.authorizer.is_some()
    }

    /// The claims of the token that API Gateway's JWT authorizer has checked; `None` without an authorizer, or with one
    /// of another kind.
    #[must_use]
    pub fn claims(&self) -> Option<&Map<String, Value>> {
        self.authorizer.as_ref()?.pointer("/jwt/claims")?.as_object()
    }

    /// The query's pairs, decoded and in order. A repeated name appears repeatedly.
    #[must_use]
    pub fn query(&self) -> Vec<(String, String)> {
        form_urlencoded::parse(self.query.as_bytes()).into_owned().collect()
    }

    /// Takes the body and leaves an empty one.
    #[must_use]
    pub fn take_body(&mut self) -> Body {
        std::mem::take(&mut self.body)
    }
}

/// A 400 that names the header and the rule that it breaks.
#[must_use]
pub fn malformed_header(name: &str, rule: &str) -> Rejection {
    common::problem(common::MALFORMED_HEADER).detail(format!("the header {name} {rule}")).into()
}

/// An argument that a handler can take from a request, by value.
///
/// `Option<T>` is `None` if the request does not contain the value; an invalid value is still refused.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not something a handler can take",
    label = "cannot be taken from a request",
    note = "take `Json<T>`, `Query<T>`, a header type such as `IfMatch`, or an `Option` of one of them; name \
            the argument like a `{{parameter}}` of the route to take it from the path; borrow it (`&T`) if it is built \
            once in the init phase; or implement `lambda::FromRequest` for `{Self}`"
)]
pub trait FromRequest: Sized {
    /// The part of the request that is taken whole. No other argument can take it, or anything in it.
    const WHOLE: Option<Part> = None;

    /// The value, or `None` if the request does not contain one.
    ///
    /// # Errors
    /// When the request contains an invalid value.
    fn find(request: &mut Request) -> Result<Option<Self>, Rejection>;

    /// The refusal of a request without the value.
    fn missing() -> Rejection;

    /// Adds the argument to the API's documentation.
    fn describe(contract: &mut Contract, required: bool);
}

impl<T: FromRequest> FromRequest for Option<T> {
    const WHOLE: Option<Part> = T::WHOLE;

    fn find(request: &mut Request) -> Result<Option<Self>, Rejection> {
        T::find(request).map(Some)
    }

    fn missing() -> Rejection {
        T::missing()
    }

    fn describe(contract: &mut Contract, _required: bool) {
        T::describe(contract, false);
    }
}
