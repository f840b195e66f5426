//! Metadata: what a client keeps with a booking comes back as it was sent.

use crate::common::*;
use serde_json::{Map, Value, json};

fn members(count: usize) -> Value {
    Value::Object((0..count).map(|number| (format!("n{number}"), json!("v"))).collect::<Map<_, _>>())
}

fn with_metadata(metadata: &Value) -> Value {
    with(hour("room", DAY), json!({ "metadata": metadata }))
}

#[tokio::test(flavor = "multi_thread")]
async fn metadata_is_in_answers_and_in_events_as_it_was_sent() {
    let world = World::start().await;
    let plain = world.book(&hour("hall", DAY)).await;
    assert_eq!(plain["metadata"], json!({}));

    let kept = json!({ "patient": "4711", "a_-Z9": "", "note": "Grüße 😀 \"quoted\" \\ \n" });
    let booking = world.book(&with_metadata(&kept)).await;
    assert_eq!(booking["metadata"], kept);
    assert_eq!(world.get(&path(&booking)).await.body, booking);
    let list = world.get("/users/alice/bookings").await.body;
    assert!(list.as_array().unwrap().contains(&booking), "{list}");
    let cancelled = world.cancel(&booking).await.body;
    assert_eq!(cancelled["metadata"], kept);
    let event = eventually("the cancellation is told", async || world.events(&booking).await.into_iter().nth(1)).await;
    assert_eq!((&event["detail"]["before"]["metadata"], &event["detail"]["after"]["metadata"]), (&kept, &kept));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn put_replaces_metadata_as_a_whole() {
    let world = World::start().await;
    let booking = world.book(&with_metadata(&json!({ "a": "1", "b": "2" }))).await;
    let moved = world.put(&path(&booking), &json!({ "resource_id": "hall" })).await.body;
    assert_eq!(moved["metadata"], json!({ "a": "1", "b": "2" }), "what is not sent stays");
    let changed = world.put(&path(&booking), &json!({ "metadata": { "b": "3" } })).await.body;
    assert_eq!((&changed["metadata"], &changed["version"]), (&json!({ "b": "3" }), &json!(3)));
    let same = world.put(&path(&booking), &json!({ "metadata": { "b": "3" } })).await.body;
    assert_eq!(same, changed, "the same metadata is no change");
    let none = world.put(&path(&booking), &json!({ "metadata": {} })).await.body;
    assert_eq!(none["metadata"], json!({}));
    assert_eq!(world.get(&path(&booking)).await.body, none);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn metadata_that_is_not_twenty_short_strings_is_refused_by_its_pointers() {
    let world = World::start().await;
    let booking = world.book(&hour("hall", DAY)).await;
    // Four bytes each in UTF-8: characters are counted.
    let (fits, long) = ("\u{1f600}".repeat(500), "\u{1f600}".repeat(501));
    let cases = [
        (members(21), vec!["/metadata"]),
        (json!({ "a": long }), vec!["/metadata/a"]),
        (json!({ "a": { "b": "c" } }), vec!["/metadata/a"]),
        (json!({ "a": 1 }), vec!["/metadata/a"]),
        (json!({ "a": null }), vec!["/metadata/a"]),
        (json!({ "": "" }), vec!["/metadata/"]),
        (json!({ "a b": "" }), vec!["/metadata/a b"]),
        (json!({ "é": "" }), vec!["/metadata/é"]),
        (json!({ "n".repeat(41): "" }), vec!["/metadata/nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"]),
        // RFC 6901, section 3: ~ is written ~0, and / is written ~1.
        (json!({ "a/b~c": "", "~1": long }), vec!["/metadata/a~1b~0c", "/metadata/~01", "/metadata/~01"]),
        (json!([]), vec!["/metadata"]),
        (json!("text"), vec!["/metadata"]),
        (Value::Null, vec!["/metadata"]),
    ];
    for (metadata, expected) in cases {
        assert_eq!(world.post("/bookings", &with_metadata(&metadata)).await.pointers(), expected, "{metadata}");
        let change = world.put(&path(&booking), &json!({ "metadata": metadata })).await;
        assert_eq!(change.pointers(), expected, "{metadata}");
    }
    assert_eq!(world.get(&path(&booking)).await.body, booking);
    let both = with(with_metadata(&json!({ "a b": "" })), json!({ "seats": 0 }));
    assert_eq!(world.post("/bookings", &both).await.pointers(), ["/metadata/a b", "/seats"]);

    let mut most = members(19);
    most["n".repeat(40)] = json!(fits);
    assert_eq!(world.book(&with_metadata(&most)).await["metadata"], most);
    world.stop().await;
}
