//! From an HTTP request to a handler's arguments.

use std::collections::HashMap;

use lambda_http::http::{HeaderMap, HeaderValue};
use lambda_http::{Body, tracing};
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
    /// A request without anything in it. An extractor's own tests add what it reads.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// With this body.
    #[must_use]
    pub fn with_body(self, body: impl Into<Vec<u8>>) -> Self {
        Self { body: Body::Binary(body.into()), ..self }
    }

    /// With this query, as it stands in an address.
    #[must_use]
    pub fn with_query(self, query: impl Into<String>) -> Self {
        Self { query: query.into(), ..self }
    }

    /// With this header.
    #[must_use]
    pub fn with_header(mut self, name: &'static str, value: HeaderValue) -> Self {
        self.headers.append(name, value);
        self
    }

    /// With this path parameter, decoded.
    #[must_use]
    pub fn with_parameter(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.parameters.insert(name.into(), value.into());
        self
    }

    /// With what an authorizer hands on, as it stands in the event's `requestContext`.
    #[must_use]
    pub fn with_authorizer(self, authorizer: Value) -> Self {
        Self { authorizer: Some(authorizer), ..self }
    }

    /// Takes an argument.
    ///
    /// # Errors
    /// When the request does not hold it, or holds something else in its place.
    pub fn take<T: FromRequest>(&mut self) -> Result<T, Rejection> {
        T::find(self)?.ok_or_else(T::missing)
    }

    /// Takes the path parameter `name`. API Gateway has decoded it; it is not decoded again.
    ///
    /// # Errors
    /// 404 when it cannot be a `T`; and 500 when the route that led here has no such parameter, which is the template's fault.
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

    /// Whether an authorizer of any kind stood before the function.
    #[must_use]
    pub fn is_authorized(&self) -> bool {
        self.authorizer.is_some()
    }

    /// The claims of the token that API Gateway's JWT authorizer has checked; `None` where there is no authorizer, or one
    /// of another kind.
    #[must_use]
    pub fn claims(&self) -> Option<&Map<String, Value>> {
        self.authorizer.as_ref()?.pointer("/jwt/claims")?.as_object()
    }

    /// The query's pairs, decoded, in the order of the query; a name that is given twice comes twice.
    #[must_use]
    pub fn query(&self) -> Vec<(String, String)> {
        form_urlencoded::parse(self.query.as_bytes()).into_owned().collect()
    }

    /// The body. Whoever takes it leaves none behind.
    #[must_use]
    pub fn take_body(&mut self) -> Body {
        std::mem::take(&mut self.body)
    }
}

/// 400 that names the header and the rule.
#[must_use]
pub fn malformed_header(name: &str, rule: &str) -> Rejection {
    common::problem(common::MALFORMED_HEADER).detail(format!("the header {name} {rule}")).into()
}

/// Something that a handler can take from a request, by value.
///
/// `Option<T>` of it is `None` where the request does not hold one, and still refused where it holds a wrong one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not something a handler can take",
    label = "cannot be taken from a request",
    note = "take `Json<T>`, `Query<T>`, a header type such as `IdempotencyKey`, or an `Option` of one of them; name \
            the argument like a `{{parameter}}` of the route to take it from the path; borrow it (`&T`) if it is built \
            once in the init phase; or implement `lambda::FromRequest` for `{Self}`"
)]
pub trait FromRequest: Sized {
    /// The part of the request that is taken whole: no other argument can take it, or anything of it.
    const WHOLE: Option<Part> = None;

    /// The value, or `None` where the request holds none.
    ///
    /// # Errors
    /// When the request holds one that cannot be read.
    fn find(request: &mut Request) -> Result<Option<Self>, Rejection>;

    /// The refusal of a request that holds none.
    fn missing() -> Rejection;

    /// Says what is taken, for the API's documentation.
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
