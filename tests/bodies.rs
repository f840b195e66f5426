//! Invalid bodies and queries: refused as a whole, with messages that name the client's values.

use crate::common::*;
use reqwest::Method;
use serde_json::json;

/// Terms of Rust and of its libraries, which no message may contain.
const THEIRS: [&str; 9] =
    ["expected", "invalid type", "invalid value", "struct", "enum", "variant", "i64", "::", "map"];

impl World {
    async fn create(&self, body: impl Into<Vec<u8>>) -> Answer {
        let request = self.request(Method::POST, "/bookings").header("content-type", "application/json");
        send(request.body(body.into())).await
    }
}

/// Pointers and details of a 422, in the order of the response.
#[track_caller]
fn faults(answer: &Answer) -> Vec<(String, String)> {
    answer.is_problem(422);
    let errors = answer.body["errors"].as_array().expect("errors").iter();
    let faults: Vec<_> =
        errors.map(|error| (text(&error["pointer"]).to_owned(), text(&error["detail"]).to_owned())).collect();
    for (pointer, detail) in &faults {
        assert!(!THEIRS.iter().any(|word| detail.contains(word)), "{pointer}: {detail}");
    }
    faults
}

#[tokio::test(flavor = "multi_thread")]
async fn an_array_is_no_body() {
    let world = World::start().await;
    let booking = world.book(&hour("room", HOUR)).await;
    let array = json!(["alice", "room-x", soon(2 * HOUR), soon(3 * HOUR), null]);
    for body in [array, json!([]), json!(["alice"]), json!([{}])] {
        let answer = world.post("/bookings", &body).await;
        assert_eq!(faults(&answer), [(String::new(), "must be an object, not an array".to_owned())], "{body}");
    }
    for body in [json!(["room-y"]), json!([])] {
        let answer = world.put(&path(&booking), &body).await;
        assert_eq!(faults(&answer), [(String::new(), "must be an object, not an array".to_owned())], "{body}");
    }
    assert_eq!(world.get(&path(&booking)).await.body, booking);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_fault_is_named_and_none_twice() {
    let world = World::start().await;
    let known = "is not known; known are `user_id`, `resource_id`, `start_time`, `end_time`, `reminder_lead_seconds`, \
                 `further_reminder_lead_seconds`, `seats`, `hold_seconds`, `metadata`";
    let lead = "must be an integer, not a number with a fraction";
    let body = r#"{"user": 1, "user_id": "a b", "a.b": 2, "": 3, "~/`": 4, "resource_id": ["x"], "start_time": "2031-06-01",
                   "end_time": "2031-06-01T10:00:00Z", "end_time": null, "reminder_lead_seconds": 0.1}"#;
    let found = faults(&world.create(body).await);
    let expected = [
        ("/end_time", "is given twice"),
        ("/user", known),
        ("/a.b", known),
        ("/", known),
        ("/~0~1`", known),
        ("/resource_id", "must be a string, not an array"),
        ("/reminder_lead_seconds", lead),
        ("/user_id", "must be 1 to 128 characters of A-Z a-z 0-9 . _ : @ | + -"),
    ];
    for (pointer, detail) in expected {
        assert!(found.contains(&(pointer.to_owned(), detail.to_owned())), "{pointer} {detail}: {found:?}");
    }
    assert!(found.iter().any(|(pointer, _)| pointer == "/start_time"), "{found:?}");
    assert_eq!(found.len(), 9, "{found:?}");
    assert_eq!(faults(&world.create(body).await), found, "the order is the same");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_integer_is_one_however_it_is_spelled() {
    let world = World::start().await;
    let lead = |spelled: &str, start: i64| {
        let body = with(hour("room", start), json!({"reminder_lead_seconds": "LEAD"}));
        body.to_string().replace("\"LEAD\"", spelled)
    };
    for (day, (spelled, seconds)) in (1..).zip([("9e2", 900), ("6.048e+05", 604_800), ("900.0", 900), ("9000E-1", 900)])
    {
        let answer = world.create(lead(spelled, day * DAY)).await;
        assert_eq!((answer.status, &answer.body["reminder_lead_seconds"]), (201, &json!(seconds)), "{answer:?}");
    }
    let range = "must be an integer from -9223372036854775808 to 9223372036854775807";
    for (spelled, rule) in [
        ("-0", "must be at least 60"),
        ("9007199254740993.0", "must be at most 2592000"),
        ("9223372036854775808", range),
        ("1e400", range),
        ("1e-1", "must be an integer, not a number with a fraction"),
        ("900.00000000000000000001", "must be an integer, not a number with a fraction"),
        ("\"900\"", "must be an integer, not a string"),
    ] {
        let found = faults(&world.create(lead(spelled, 20 * DAY)).await);
        assert_eq!(found, [("/reminder_lead_seconds".to_owned(), rule.to_owned())], "{spelled}");
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_is_refused_with_every_fault_by_the_name_that_was_sent() {
    let world = World::start().await;
    let refused = async |query: &str| faults(&world.get(&format!("/users/alice/bookings?{query}")).await);
    for limit in ["50", "5e1", "50.0", "500E-1"] {
        let answer = world.get(&format!("/users/alice/bookings?limit={limit}")).await;
        assert_eq!(answer.status, 200, "{limit}: {answer:?}");
    }
    for (query, name, rule) in [
        ("limit=-0", "limit", "must be at least 1"),
        ("limit=1e400", "limit", "must be an integer from -9223372036854775808 to 9223372036854775807"),
        ("limit=1.5", "limit", "must be an integer"),
        ("limit=ten", "limit", "must be an integer"),
        ("status=lost", "status", "must be one of `held`, `active`, `cancelled`, `expired`"),
        ("status=", "status", "must be one of `held`, `active`, `cancelled`, `expired`"),
    ] {
        assert_eq!(refused(query).await, [(name.to_owned(), rule.to_owned())], "{query}");
    }
    for (name, encoded) in [
        ("/a", "/a"),
        ("a~1b", "a~1b"),
        ("/", "%2F"),
        ("~0", "%7E0"),
        ("a.b", "a.b"),
        ("`", "%60"),
        ("[0]", "%5B0%5D"),
        ("é", "%C3%A9"),
    ] {
        let found = refused(&format!("{encoded}=1&limit=x")).await;
        let mut names: Vec<_> = found.iter().map(|(name, _)| name.as_str()).collect();
        names.sort_unstable();
        let mut expected = [name, "limit"];
        expected.sort_unstable();
        assert_eq!(names, expected, "{name}");
    }
    let found = refused("status=lost&limit=5&limit=6&from=now&page=2").await;
    let names: Vec<_> = found.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["limit", "from", "page", "status"]);
    assert_eq!(found[0].1, "is given twice");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_content_coding_is_refused_by_its_name() {
    let world = World::start().await;
    let post = |coding: &'static str, start: i64| {
        send(world.request(Method::POST, "/bookings").header("content-encoding", coding).json(&hour("room", start)))
    };
    for coding in ["gzip", "br", "GZIP", "identity, deflate", "x-unknown"] {
        let answer = post(coding, HOUR).await;
        let details = &answer.is_problem(415).body;
        assert_eq!(details["type"], "urn:problem:content-coding");
        assert!(text(&details["detail"]).contains(coding.trim_start_matches("identity, ")), "{details}");
        assert_eq!(answer.header("accept-encoding"), Some("identity"));
    }
    for (day, coding) in (1..).zip(["identity", "Identity", "identity,"]) {
        assert_eq!(post(coding, day * DAY).await.status, 201, "{coding}");
    }
    let without_body = world.request(Method::GET, "/users/alice/bookings").header("content-encoding", "gzip");
    assert_eq!(send(without_body).await.status, 200);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_no_json_is_refused_in_our_words() {
    let world = World::start().await;
    let early = "the body is not JSON: it ends too early";
    for (body, detail) in [
        (&b"{"[..], early),
        (b"   ", early),
        (b"{\"user_id\": \"a", early),
        (b"{]", "the body is not JSON: see line 1, byte 2"),
        (b"{} x", "the body is not JSON: see line 1, byte 4"),
        (b"{\n\"user_id\": nul}", "the body is not JSON: see line 2, byte 15"),
        (b"{'user_id': 1}", "the body is not JSON: see line 1, byte 2"),
        (b"{\"a\": 01}", "the body is not JSON: see line 1, byte 8"),
        (b"\xef\xbb\xbf{}", "the body begins with a byte order mark; send it without (RFC 8259, section 8.1)"),
    ] {
        let answer = world.create(body).await;
        assert_eq!(text(&answer.is_problem(400).body["detail"]), detail, "{}", body.escape_ascii());
    }
    for body in [&b"{\"user_id\": \"\xff\"}"[..], b"\xff\xfe{}"] {
        world.create(body).await.is_problem(400);
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_json_and_no_text_or_too_deep_is_refused_where_it_is() {
    let world = World::start().await;
    let body = hour("room", HOUR).to_string().replace("\"alice\"", r#""\ud800""#);
    let surrogate = "must not have half of a surrogate pair".to_owned();
    assert_eq!(faults(&world.create(body).await), [("/user_id".to_owned(), surrogate)]);

    let name = hour("room", HOUR).to_string().replace("{\"", r#"{"\udc00": 1, ""#);
    let rule = "has half of a surrogate pair in its name".to_owned();
    assert_eq!(faults(&world.create(name).await), [(r"/\udc00".to_owned(), rule)]);

    let deep = format!("{}{}", "[".repeat(20_000), "]".repeat(20_000));
    let found = faults(&world.create(deep).await);
    assert_eq!(found[0].1, "is nested too deeply");
    assert_eq!(found[1..], [(String::new(), "must be an object, not an array".to_owned())]);
    let body = hour("room", HOUR).to_string().replace("\"alice\"", &format!("{}1{}", "[".repeat(500), "]".repeat(500)));
    let found = faults(&world.create(body).await);
    assert!(found.iter().all(|(pointer, _)| pointer.starts_with("/user_id")), "{found:?}");
    world.stop().await;
}
