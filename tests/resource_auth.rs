//! Authorization of the routes of a resource: whoever has the scope sets rules, and only an administrator sees who has
//! booked.

use crate::common::auth::{Route, call, guarded, token};
use crate::common::resources::at;
use crate::common::*;
use reqwest::Method;
use serde_json::json;

/// The routes of a resource, each with the scope that it asks for.
fn routes() -> Vec<(Route, &'static str)> {
    let span = format!("from={}&to={}", at(3, "00:00"), at(4, "00:00"));
    let room = "/resources/room".to_owned();
    vec![
        ((Method::PUT, room.clone(), Some(json!({ "slot_minutes": 60 }))), "resources/write"),
        ((Method::GET, room.clone(), None), "bookings/read"),
        ((Method::GET, format!("{room}/busy?{span}"), None), "bookings/read"),
        ((Method::GET, format!("{room}/slots?{span}"), None), "bookings/read"),
        ((Method::DELETE, room, None), "resources/write"),
    ]
}

fn list() -> Route {
    (Method::GET, format!("/resources/room/bookings?from={}&to={}", at(3, "00:00"), at(4, "00:00")), None)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_resource_needs_a_token_with_the_scope_of_the_route() {
    let world = guarded().await;
    let all = ["bookings/read", "bookings/write", "resources/write", "bookings:admin"];
    for (route, scope) in routes().into_iter().chain([(list(), "bookings/read")]) {
        let answer = call(&world, &route, None).await;
        assert_eq!((answer.status, &answer.body), (401, &json!({ "message": "Unauthorized" })), "{route:?}");
        let others: Vec<_> = all.into_iter().filter(|other| *other != scope).collect();
        let without = token(&world, "alice", Some(&others.join(" ")));
        let answer = call(&world, &route, Some(&without)).await;
        assert_eq!((answer.status, &answer.body), (403, &json!({ "message": "Forbidden" })), "{route:?}");
    }
    assert!(world.items().await.is_empty(), "a refused request changed the table");
    for (route, scope) in routes() {
        let answer = call(&world, &route, Some(&token(&world, "desk", Some(scope)))).await;
        assert!([200, 204].contains(&answer.status), "{route:?}: {answer:?}");
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_an_administrator_sees_who_has_booked_a_resource() {
    let world = guarded().await;
    let body = resources::span("room", &at(3, "10:00"), &at(3, "11:00"));
    let alice = token(&world, "alice", None);
    let booking = call(&world, &(Method::POST, "/bookings".to_owned(), Some(body)), Some(&alice)).await.body;
    for scope in
        [None, Some("bookings/read"), Some("bookings/read resources/write"), Some("bookings/read bookings:admins")]
    {
        let answer = call(&world, &list(), Some(&token(&world, "alice", scope))).await;
        let problem = answer.is_problem(403);
        assert_eq!(problem.body["type"], "urn:problem:forbidden", "{scope:?}");
        assert!(!answer.body.to_string().contains(text(&booking["booking_id"])), "{answer:?}");
    }
    for scope in ["bookings/read bookings:admin", "bookings/read bookings/admin"] {
        let answer = call(&world, &list(), Some(&token(&world, "desk", Some(scope)))).await;
        assert_eq!((answer.status, &answer.body), (200, &json!([booking])), "{scope}");
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hold_is_confirmed_by_its_user_or_an_administrator() {
    let world = guarded().await;
    let hold = with(resources::span("room", &at(3, "10:00"), &at(3, "11:00")), json!({ "hold_seconds": 600 }));
    let alice = token(&world, "alice", None);
    let booking = call(&world, &(Method::POST, "/bookings".to_owned(), Some(hold)), Some(&alice)).await.body;
    let confirm = (Method::POST, format!("{}/confirm", path(&booking)), None);
    call(&world, &confirm, Some(&token(&world, "mallory", None))).await.is_problem(404);
    assert_eq!(call(&world, &confirm, Some(&token(&world, "alice", Some("bookings/read")))).await.status, 403);
    let admin = token(&world, "desk", Some("bookings/write bookings:admin"));
    let confirmed = call(&world, &confirm, Some(&admin)).await;
    assert_eq!((confirmed.status, &confirmed.body["status"]), (200, &json!("active")), "{confirmed:?}");
    assert_eq!(call(&world, &confirm, Some(&alice)).await.body, confirmed.body);
    world.stop().await;
}
