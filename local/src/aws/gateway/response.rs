//! Converts a function's response payload to an HTTP response.
//!
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html#http-api-develop-integrations-lambda.v2>

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

/// Headers that the gateway sets itself.
const OWN: [HeaderName; 4] =
    [header::CONTENT_LENGTH, header::TRANSFER_ENCODING, header::CONNECTION, HeaderName::from_static("apigw-requestid")];

/// An error is a phrase for the log. The client does not see it.
pub(super) fn from_payload(payload: &[u8]) -> Result<Response, String> {
    let value: Value = serde_json::from_slice(payload).map_err(|error| format!("it is not JSON ({error})"))?;
    match value {
        Value::Object(members) if members.contains_key("statusCode") => explicit(&members),
        // Without a `statusCode`, the gateway infers a 200 with the payload as its body.
        inferred => {
            let body = match inferred {
                Value::String(text) => text,
                Value::Null => String::new(),
                other => other.to_string(),
            };
            let mut response = Response::new(Body::from(body));
            response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
            Ok(response)
        }
    }
}

fn explicit(members: &Map<String, Value>) -> Result<Response, String> {
    let code = match &members["statusCode"] {
        Value::String(text) => text.parse().ok(),
        other => other.as_u64(),
    };
    let status = code
        .and_then(|code| u16::try_from(code).ok())
        // hyper sends 1xx responses only before a final one.
        .filter(|code| (200..=599).contains(code))
        .and_then(|code| StatusCode::from_u16(code).ok())
        .ok_or_else(|| format!("its statusCode is {}", members["statusCode"]))?;
    let body = match members.get("body") {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::String(text)) if members.get("isBase64Encoded") == Some(&Value::Bool(true)) => {
            STANDARD.decode(text).map_err(|error| format!("its body is not base64 ({error})"))?
        }
        Some(Value::String(text)) => text.clone().into_bytes(),
        Some(_) => return Err("its body is not a text".to_owned()),
    };
    let empty = body.is_empty();
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    // Format 2.0 has no `multiValueHeaders`, but functions written for REST APIs send them. `headers` take precedence.
    for (name, value) in section(members, "multiValueHeaders")? {
        for value in value.as_array().into_iter().flatten() {
            set(&mut response, name, value, true)?;
        }
    }
    for (name, value) in section(members, "headers")? {
        set(&mut response, name, value, false)?;
    }
    for cookie in members.get("cookies").and_then(Value::as_array).into_iter().flatten() {
        set(&mut response, "set-cookie", cookie, true)?;
    }
    if !empty && !response.headers().contains_key(header::CONTENT_TYPE) {
        let plain = HeaderValue::from_static("text/plain;charset=utf-8");
        response.headers_mut().insert(header::CONTENT_TYPE, plain);
    }
    Ok(response)
}

fn section<'a>(
    members: &'a Map<String, Value>,
    name: &str,
) -> Result<impl Iterator<Item = (&'a String, &'a Value)>, String> {
    match members.get(name) {
        None | Some(Value::Null) => Ok(None.into_iter().flatten()),
        Some(Value::Object(headers)) => Ok(Some(headers).into_iter().flatten()),
        Some(_) => Err(format!("its {name} are not a map")),
    }
}

fn set(response: &mut Response, name: &str, value: &Value, append: bool) -> Result<(), String> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(_) | Value::Bool(_) => value.to_string(),
        _ => return Err(format!("its header `{name}` is not a text")),
    };
    let name = HeaderName::try_from(name).map_err(|_| format!("it has a header called {name:?}"))?;
    let value =
        HeaderValue::try_from(text).map_err(|_| format!("its header `{name}` has characters no header may have"))?;
    if OWN.contains(&name) {
        return Ok(());
    }
    if append {
        response.headers_mut().append(name, value);
    } else {
        response.headers_mut().insert(name, value);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    async fn parts(payload: &Value) -> (u16, Vec<(String, String)>, String) {
        let response = from_payload(payload.to_string().as_bytes()).unwrap();
        let status = response.status().as_u16();
        let headers = response.headers().iter();
        let headers = headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect();
        let body = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
        (status, headers, String::from_utf8(body.to_vec()).unwrap())
    }

    fn pair(name: &str, value: &str) -> (String, String) {
        (name.to_owned(), value.to_owned())
    }

    #[tokio::test]
    async fn an_explicit_response() {
        let payload = json!({
            "statusCode": 201, "headers": { "X-A": "1", "content-type": "application/json", "Content-Length": "99" },
            "multiValueHeaders": { "x-a": ["0"], "x-b": ["1", "2"] }, "cookies": ["a=1", "b=2"],
            "body": "e30=", "isBase64Encoded": true,
        });
        let (status, mut headers, body) = parts(&payload).await;
        headers.sort();
        assert_eq!((status, body.as_str()), (201, "{}"));
        let expected = [
            ("content-type", "application/json"),
            ("set-cookie", "a=1"),
            ("set-cookie", "b=2"),
            ("x-a", "1"),
            ("x-b", "1"),
            ("x-b", "2"),
        ];
        assert_eq!(headers, expected.map(|(name, value)| pair(name, value)));
    }

    #[tokio::test]
    async fn an_inferred_response() {
        for (payload, body) in
            [(json!({ "a": 1 }), r#"{"a":1}"#), (json!("hello"), "hello"), (json!([1]), "[1]"), (json!(null), "")]
        {
            let expected = (200, vec![pair("content-type", "application/json")], body.to_owned());
            assert_eq!(parts(&payload).await, expected);
        }
    }

    #[tokio::test]
    async fn a_body_without_a_type_is_plain_text() {
        let (_, headers, _) = parts(&json!({ "statusCode": "200", "body": "x" })).await;
        assert_eq!(headers, [pair("content-type", "text/plain;charset=utf-8")]);
        assert_eq!(parts(&json!({ "statusCode": 204 })).await.1, []);
    }

    #[test]
    fn nonsense_is_an_error() {
        for payload in [
            r"not json",
            r#"{"statusCode":"x"}"#,
            r#"{"statusCode":99}"#,
            r#"{"statusCode":100}"#,
            r#"{"statusCode":1000}"#,
            r#"{"statusCode":200,"body":{}}"#,
            r#"{"statusCode":200,"body":"?","isBase64Encoded":true}"#,
            r#"{"statusCode":200,"headers":{"a b":"c"}}"#,
            r#"{"statusCode":200,"headers":{"a":"b\nc"}}"#,
            r#"{"statusCode":200,"headers":[]}"#,
            "",
        ] {
            assert!(from_payload(payload.as_bytes()).is_err(), "{payload}");
        }
    }
}
