use axum::http::Request;

use super::*;

fn event_of(request: Request<()>, body: &[u8]) -> Value {
    let (head, ()) = request.into_parts();
    let found = Found { function: "f", route_key: "GET /a/{id}", parameters: vec![("id", "x y".into())], access: None };
    let trace = Trace::of_header(None);
    let incoming = Incoming {
        path: "/a/x y".into(),
        host: host(&head, 3000).unwrap(),
        head: &head,
        client: ([127, 0, 0, 1], 5000).into(),
        request_id: "id",
        trace: &trace,
        port: 3000,
        grant: None,
    };
    event(&incoming, &found, body)
}

#[test]
fn the_whole_shape() {
    let request = Request::get("/a/x%20y?b=1&b=2&c=%C3%A9+z&d")
        .header("Host", "localhost:3000")
        .header("User-Agent", "me")
        .header("X-Two", "1")
        .header("X-Two", "2")
        .header("Cookie", "a=1; b=2")
        .header("Connection", "close")
        .header("X-Forwarded-Proto", "bo gus")
        .header("X-Forwarded-For", "10.0.0.1")
        .body(())
        .unwrap();
    let event = event_of(request, b"");
    assert_eq!(event["version"], "2.0");
    assert_eq!(event["routeKey"], "GET /a/{id}");
    assert_eq!((&event["rawPath"], &event["rawQueryString"]), (&json!("/a/x y"), &json!("b=1&b=2&c=%C3%A9+z&d")));
    assert_eq!(event["queryStringParameters"], json!({ "b": "1,2", "c": "\u{e9} z", "d": "" }));
    assert_eq!(event["pathParameters"], json!({ "id": "x y" }));
    assert_eq!(event["cookies"], json!(["a=1", "b=2"]));
    let headers = &event["headers"];
    assert_eq!(headers["x-two"], "1,2");
    assert_eq!(headers["x-forwarded-proto"], "http");
    assert_eq!(headers["x-forwarded-for"], "10.0.0.1, 127.0.0.1");
    assert!(headers.get("cookie").is_none() && headers.get("connection").is_none());
    let context = &event["requestContext"];
    assert_eq!((&context["stage"], &context["domainName"]), (&json!("$default"), &json!("localhost")));
    assert_eq!(context["http"]["userAgent"], "me");
    let time = context["time"].as_str().unwrap();
    assert!(chrono::DateTime::parse_from_str(time, "%d/%b/%Y:%H:%M:%S %z").is_ok(), "{time}");
    assert!(event.get("body").is_none());
}

#[test]
fn what_there_is_none_of_is_absent() {
    let event = event_of(Request::get("/").body(()).unwrap(), b"");
    for member in ["cookies", "queryStringParameters", "body", "stageVariables"] {
        assert!(event.get(member).is_none(), "{member}");
    }
    assert!(event["requestContext"].get("authorizer").is_none());
}

#[test]
fn bodies_are_text_only_when_they_say_so_and_are() {
    let body = |kind: &str, body: &[u8]| {
        let event = event_of(Request::post("/").header("content-type", kind).body(()).unwrap(), body);
        (event["body"].as_str().unwrap().to_owned(), event["isBase64Encoded"].as_bool().unwrap())
    };
    assert_eq!(body("application/json; charset=utf-8", b"{}"), ("{}".into(), false));
    assert_eq!(body("application/merge-patch+json", b"{}"), ("{}".into(), false));
    assert_eq!(body("application/octet-stream", b"{}"), ("e30=".into(), true));
    assert_eq!(body("text/plain", b"\xff"), ("/w==".into(), true));
}

#[test]
fn a_host_that_is_none_is_refused() {
    let host_of = |value: &[u8]| {
        let request = Request::get("/").header("host", HeaderValue::from_bytes(value).unwrap()).body(()).unwrap();
        host(&request.into_parts().0, 3000)
    };
    for good in ["localhost:3000", "127.0.0.1", "[::1]:3000", "api.example"] {
        assert_eq!(host_of(good.as_bytes()).as_deref(), Some(good));
    }
    for bad in ["a b", "", "x/y", "u:p@x", "x:99999", "999.1.1.1", "[", "x?y", "x#y", "\u{e9}%"] {
        assert_eq!(host_of(bad.as_bytes()), None, "{bad}");
    }
}
