//! Property tests: every request gives a value or a 4xx, never a panic or a 5xx.

use form_urlencoded::Serializer;
use lambda::HeaderValue;
use lambda::{IfMatch, Json, Query};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::booking::{BookingPatch, BusyQuery, ListQuery, NewBooking};

/// Whether it gave a value or a 4xx.
fn outcome<T>(taken: Result<T, Rejection>) -> bool {
    match taken {
        Ok(_) => true,
        Err(refused) => (400..500).contains(&refused.into_details().status()),
    }
}

fn with_body(body: &[u8]) -> Request {
    Request::new().with_body(body)
}

/// A valid create with all optional fields.
fn sound() -> Value {
    json!({
        "user_id": "alice",
        "resource_id": "room-1",
        "start_time": "2035-05-14T09:00:00+02:00",
        "end_time": "2035-05-14T10:00:00Z",
        "reminder_lead_seconds": 900,
    })
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,40}".prop_map(Value::from),
        "[0-9TZ:.+-]{0,30}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("\\PC{0,9}", inner, 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn any_bytes_are_a_body_or_refused(body in prop::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(outcome(with_body(&body).take::<Json<NewBooking>>()));
        prop_assert!(outcome(with_body(&body).take::<Json<BookingPatch>>()));
        prop_assert!(outcome(with_body(&body).take::<Option<Json<NewBooking>>>()));
    }

    /// A valid body with one or two members changed or removed.
    #[test]
    fn a_body_that_is_nearly_right_is_taken_or_refused(
        odd in any_json(),
        name in "user_id|resource_id|start_time|end_time|reminder_lead_seconds|[a-z_]{1,12}",
        gone in "user_id|resource_id|start_time|end_time|nothing",
        cut in 0_usize..400,
    ) {
        let mut body = sound();
        body[&name] = odd;
        body.as_object_mut().unwrap().remove(&gone);
        let text = body.to_string();
        let part = text.as_bytes().get(..cut).unwrap_or(text.as_bytes());
        for bytes in [text.as_bytes(), part] {
            prop_assert!(outcome(with_body(bytes).take::<Json<NewBooking>>()));
            prop_assert!(outcome(with_body(bytes).take::<Json<BookingPatch>>()));
        }
    }

    #[test]
    fn any_query_is_taken_or_refused(
        pairs in prop::collection::vec(
            (
                "from|to|status|limit|cursor|\\PC{0,8}",
                prop_oneof!["\\PC{0,40}", "[0-9TZ:.+-]{0,30}", "active|null|true|5|5.0|1e2"],
            ),
            0..8,
        ),
        raw in "[a-z%=&+\";0-9]{0,40}|\\PC{0,40}",
    ) {
        let pairs = Serializer::new(String::new()).extend_pairs(pairs).finish();
        for query in [pairs, raw] {
            let request = || Request::new().with_query(query.clone());
            prop_assert!(outcome(request().take::<Query<ListQuery>>()));
            prop_assert!(outcome(request().take::<Query<BusyQuery>>()));
        }
    }

    #[test]
    fn any_header_is_taken_or_refused(value in prop::collection::vec(any::<u8>(), 0..300), tag in "[W/\"*, 0-9a-z]{0,40}") {
        for value in [value.as_slice(), tag.as_bytes()] {
            let Ok(value) = HeaderValue::from_bytes(value) else { continue };
            let request = Request::new().with_body(sound().to_string());
            let names = ["if-match", "idempotency-key", "content-type"];
            let mut request = names.into_iter().fold(request, |request, name| request.with_header(name, value.clone()));
            prop_assert!(outcome(request.take::<Option<IfMatch>>()));
            prop_assert!(outcome(request.take::<Option<IdempotencyKey>>()));
            prop_assert!(outcome(request.take::<Json<NewBooking>>()));
        }
    }

    #[test]
    fn any_path_is_taken_or_refused(value in "\\PC{0,140}") {
        let mut request = Request::new().with_parameter("id", value);
        prop_assert!(outcome(request.path::<BookingId>("id")));
        prop_assert!(outcome(request.path::<UserId>("id")));
    }
}

/// A 404 would look like a response of the function.
#[test]
fn a_route_without_the_parameter_is_our_fault() {
    let mut request = Request::new().with_parameter("user", "alice");
    assert_eq!(request.path::<UserId>("user_id").unwrap_err().into_details().status(), 500);
}

/// Bodies of the maximum size that need many readings are answered, with no more faults than the limit.
#[test]
fn a_body_that_is_made_to_be_slow_is_refused() {
    let fill = |piece: &str, close: &str| {
        let room = 64 * 1024 - close.len() - 1;
        format!("{}{close}", piece.repeat(room / piece.len()))
    };
    let members = (0..4_000).map(|index| format!("\"m{index}\":1.0")).collect::<Vec<_>>().join(",");
    for body in [
        fill("[", ""),
        fill("{\"a\":", ""),
        fill("1.0", ""),
        fill("\"\\\"", "\""),
        format!("[{}0]", fill("1.0,", "")),
        format!("{{{members},\"user_id\":[]}}"),
        format!("{{\"user_id\":\"{}\"}}", "a".repeat(60_000)),
        format!("{{\"start_time\":\"{}\"}}", "9".repeat(60_000)),
    ] {
        let refused = with_body(body.as_bytes()).take::<Json<NewBooking>>().unwrap_err().into_details();
        assert!([400, 413, 422].contains(&refused.status()), "{refused:?}");
        assert!(serde_json::to_vec(&refused).unwrap().len() < 200_000);
    }
}

#[test]
fn an_identifier_that_cannot_exist_is_not_found_by_its_own_name() {
    fn detail<T: FromPath + std::fmt::Debug>() -> Value {
        let refused = Request::new().with_parameter("x", "a b").path::<T>("x").unwrap_err();
        serde_json::to_value(refused.into_details()).unwrap()["detail"].take()
    }
    assert_eq!(detail::<BookingId>(), "Booking not found");
    assert_eq!(detail::<UserId>(), "User not found");
    assert_eq!(detail::<ResourceId>(), "Resource not found");
}
