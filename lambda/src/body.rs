//! Extractor of a JSON request body, and the JSON body of a response: [`Json`].

use garde::Validate;
use lambda_http::http::header::CONTENT_TYPE;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;

use super::problem::common::{self, problem};
use super::{Contract, FromRequest, Part, Rejection, Request, coding, document, repair};

/// The largest body that is read, in bytes.
pub(super) const BODY_LIMIT: usize = 64 * 1024;

/// A JSON body. As an argument it is parsed and validated; as a result it is serialized.
///
/// A body that is not JSON is answered 400. A body that is JSON but breaks a rule is answered 422, with every fault and
/// its JSON pointer. A struct is read from an object only. A member that is given twice is a fault.
///
/// A type with its own `Deserialize` reports its rule with [`custom`](serde::de::Error::custom). Clients see that
/// message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned + Validate<Context = ()> + JsonSchema> FromRequest for Json<T> {
    const WHOLE: Option<Part> = Some(Part::Body);

    fn find(request: &mut Request) -> Result<Option<Self>, Rejection> {
        let body = request.take_body();
        let bytes: &[u8] = body.as_ref();
        if bytes.is_empty() {
            return Ok(None);
        }
        if bytes.len() > BODY_LIMIT {
            let detail = format!("the body has {} bytes; at most {BODY_LIMIT} are read", bytes.len());
            return Err(problem(common::BODY_TOO_LARGE).detail(detail).into());
        }
        coding::check(request.headers())?;
        if request.headers().get(CONTENT_TYPE).is_some_and(|value| !value.to_str().is_ok_and(is_json)) {
            return Err(problem(common::NOT_JSON).detail("send the body with `content-type: application/json`").into());
        }
        let document = document::parse(bytes).map_err(|detail| problem(common::MALFORMED_BODY).detail(detail))?;
        match repair::read(document) {
            Ok(value) => Ok(Some(Self(value))),
            Err(faults) => Err(common::invalid(faults).into()),
        }
    }

    fn missing() -> Rejection {
        problem(common::MALFORMED_BODY).detail("the body is empty; send a JSON object").into()
    }

    fn describe(contract: &mut Contract, required: bool) {
        let schema = contract.taken::<T>();
        contract.body(&schema, required);
        contract.problems([
            common::MALFORMED_BODY,
            common::BODY_TOO_LARGE,
            common::NOT_JSON,
            common::CODED,
            common::INVALID,
        ]);
    }
}

/// `application/json` or a `+json` type, with or without parameters (RFC 6839, section 3.1).
fn is_json(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"))
}

#[cfg(test)]
mod tests {
    use super::is_json;

    #[test]
    fn json_is_known_by_its_content_type() {
        for yes in ["application/json", "Application/JSON; charset=utf-8", "application/merge-patch+json"] {
            assert!(is_json(yes), "{yes}");
        }
        for no in ["text/plain", "application/x-www-form-urlencoded", "", "json", "application/jsonp"] {
            assert!(!is_json(no), "{no}");
        }
    }
}
