//! Authorization: every route with no token, an invalid one, another user's and an administrator's.

use crate::common::auth::{Route, call, guarded, token};
use crate::common::*;
use local::{Options, TokenRequest};
use reqwest::Method;
use serde_json::{Map, Value, json};

/// Changes a token's header and claims before it is signed.
type Change<'a> = &'a dyn Fn(&mut Map<String, Value>, &mut Map<String, Value>);

const ADMIN: &str = "bookings/read bookings/write bookings:admin";

/// Every route that reads or changes alice's booking, with a body if it needs one.
fn routes(booking: &Value) -> Vec<Route> {
    let at = path(booking);
    vec![
        (Method::POST, "/bookings".to_owned(), Some(hour("hall", DAY))),
        (Method::GET, at.clone(), None),
        (Method::PUT, at.clone(), Some(json!({"resource_id": "hall"}))),
        (Method::POST, format!("{at}/confirm"), None),
        (Method::POST, format!("{at}/cancel"), None),
        (Method::DELETE, at, None),
        (Method::GET, "/users/alice/bookings".to_owned(), None),
    ]
}

async fn book(world: &World, token: &str) -> Value {
    let answer = send(world.request(Method::POST, "/bookings").json(&hour("room", DAY)).bearer_auth(token)).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    answer.body
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_right_token_nothing_is_told_and_nothing_done() {
    let world = guarded().await;
    let booking = book(&world, &token(&world, "alice", None)).await;
    let right = TokenRequest::of("alice");
    let odd = |change: Change<'_>| {
        world.service.token_with(&right, |header, claims| change(header, claims)).expect("a token")
    };
    let wrong = [
        world.service.token(&TokenRequest { expires_in: -60, ..right.clone() }).unwrap(),
        world.service.token(&TokenRequest { audience: Some("another".into()), ..right.clone() }).unwrap(),
        odd(&|header, _| drop(header.insert("alg".into(), "none".into()))),
        odd(&|header, _| drop(header.insert("alg".into(), "HS256".into()))),
        odd(&|_, claims| drop(claims.insert("iss".into(), "https://issuer.example".into()))),
        "not-a-token".to_owned(),
        String::new(),
    ];
    let mut all = routes(&booking);
    all.push((Method::GET, format!("/resources/room/busy?from={}&to={}", soon(0), soon(DAY)), None));
    for route in &all {
        for token in [None].into_iter().chain(wrong.iter().map(|token| Some(token.as_str()))) {
            let answer = call(&world, route, token).await;
            assert_eq!(
                (answer.status, &answer.body),
                (401, &json!({"message": "Unauthorized"})),
                "{route:?} {token:?}"
            );
        }
    }
    let health = world.get("/health").await;
    assert_eq!(health.status, 200, "health needs no token");
    let read = send(world.request(Method::GET, &path(&booking)).bearer_auth(token(&world, "alice", None))).await;
    assert_eq!(read.body, booking, "a refused request changed the table");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_needs_the_scope_of_the_route() {
    let world = guarded().await;
    let booking = book(&world, &token(&world, "alice", None)).await;
    for (scope, refused) in [("bookings/read", Method::PUT), ("bookings/write", Method::GET), ("", Method::GET)] {
        let token = token(&world, "alice", Some(scope));
        for route in routes(&booking).iter().filter(|route| route.0 == refused) {
            let answer = call(&world, route, Some(&token)).await;
            assert_eq!((answer.status, &answer.body), (403, &json!({"message": "Forbidden"})), "{scope} {route:?}");
        }
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn anothers_booking_is_answered_like_one_that_does_not_exist() {
    let world = guarded().await;
    let alice = token(&world, "alice", None);
    let booking = book(&world, &alice).await;
    let mallory = token(&world, "mallory", None);
    let nothing = json!({"booking_id": "67e55044-10b1-426f-9247-bb680e5fe0c8"});
    // The path and the values that differ between responses are left out of the comparison.
    let told = |answer: &Answer| {
        let mut body = answer.body.clone();
        if let Some(body) = body.as_object_mut() {
            body.remove("instance");
        }
        (answer.status, body, answer.headers.keys().map(ToString::to_string).collect::<Vec<_>>())
    };
    for (hers, missing) in routes(&booking).iter().zip(&routes(&nothing)).skip(1).take(5) {
        let (hers, missing) = (call(&world, hers, Some(&mallory)).await, call(&world, missing, Some(&mallory)).await);
        assert_eq!(told(&hers), told(&missing));
        assert!([204, 404].contains(&hers.status), "{hers:?}");
    }
    for route in [&routes(&booking)[0], &routes(&booking)[6]] {
        call(&world, route, Some(&mallory)).await.is_problem(403);
    }
    let read = send(world.request(Method::GET, &path(&booking)).bearer_auth(&alice)).await;
    assert_eq!(read.body, booking, "a refused request changed the table");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_acts_for_everyone() {
    let world = guarded().await;
    let booking = book(&world, &token(&world, "alice", None)).await;
    let admin = token(&world, "support", Some(ADMIN));
    let statuses = [201, 200, 200, 200, 200, 204, 200];
    let mut all = routes(&booking);
    // Another resource: the update moves the booking to the time of this create.
    all[0].2 = Some(hour("roof", DAY));
    for (route, status) in all.iter().zip(statuses) {
        let answer = call(&world, route, Some(&admin)).await;
        assert_eq!(answer.status, status, "{route:?}: {answer:?}");
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_of_different_callers_never_meet() {
    let world = guarded().await;
    let create = |user: &str, resource: &str| {
        let body = with(hour(resource, DAY), json!({ "user_id": user }));
        let request = world.request(Method::POST, "/bookings").json(&body).header("idempotency-key", "same");
        send(request.bearer_auth(token(&world, user, None)))
    };
    let (alice, bob) = (create("alice", "room").await, create("bob", "hall").await);
    assert_eq!((alice.status, bob.status), (201, 201));
    assert_ne!(alice.body["booking_id"], bob.body["booking_id"]);
    world.stop().await;
}

/// The HTTP events of `tests/events` with this authorizer's context, by function.
fn authorized(authorizer: &Value) -> Vec<(String, Value)> {
    let mut events = example_events();
    events.retain(|(_, event)| event.get("requestContext").is_some());
    for (_, event) in &mut events {
        event["requestContext"]["authorizer"] = authorizer.clone();
    }
    events
}

#[tokio::test(flavor = "multi_thread")]
async fn an_authorizer_that_names_nobody_lets_nobody_in() {
    let world = World::start().await;
    for authorizer in [
        json!({}),
        json!([]),
        json!("alice"),
        json!({"sub": "alice"}),
        json!({"lambda": {"sub": "alice", "scope": "bookings:admin"}}),
        json!({"iam": {"userId": "alice"}}),
        json!({"jwt": null}),
        json!({"jwt": {}}),
        json!({"jwt": {"claims": null}}),
        json!({"jwt": {"claims": {}, "scopes": ["bookings:admin"]}}),
        json!({"jwt": {"claims": {"scope": "bookings:admin"}}}),
        json!({"jwt": {"claims": {"sub": "", "scope": "bookings:admin"}}}),
        json!({"jwt": {"claims": {"sub": 7}}}),
        json!({"jwt": {"claims": {"sub": ["alice"]}}}),
    ] {
        for (function, event) in authorized(&authorizer) {
            let answer = world.service.invoke(&function, event).await.unwrap();
            if function == "health" {
                assert_eq!(answer["statusCode"], 200);
                continue;
            }
            assert_eq!(answer["statusCode"], 403, "{function} {authorizer}: {answer}");
            assert!(text(&answer["body"]).contains("urn:problem:no-subject"), "{function}: {answer}");
        }
    }
    assert!(world.items().await.is_empty(), "a refused request changed the table");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_is_known_by_scope_and_only_without_it_by_scp() {
    let world = World::start().await;
    let create = async |claims: Value| {
        let events = authorized(&json!({"jwt": {"claims": claims}}));
        let (function, event) = events.into_iter().find(|(function, _)| function == "createBooking").unwrap();
        world.service.invoke(&function, event).await.unwrap()["statusCode"].as_u64().unwrap()
    };
    for claims in [
        json!({"sub": "root", "scope": "bookings:admin"}),
        json!({"sub": "root", "scope": "bookings/write bookings/admin"}),
        json!({"sub": "root", "scp": "[bookings/write bookings:admin]"}),
        json!({"sub": "root", "scp": "bookings/admin"}),
    ] {
        assert_eq!(create(claims.clone()).await, 201, "{claims}");
    }
    for claims in [
        json!({"sub": "root"}),
        json!({"sub": "root", "scope": "bookings/write", "scp": "[bookings:admin]"}),
        json!({"sub": "root", "scope": "", "scp": "bookings/admin"}),
        json!({"sub": "root", "scope": ["bookings/write"], "scp": "bookings/admin"}),
        json!({"sub": "root", "scope": null, "scp": "bookings/admin"}),
        json!({"sub": "root", "scope": "bookings:admins my-bookings/admin bookings/admin/"}),
        json!({"sub": "root", "scopes": "bookings:admin"}),
    ] {
        assert_eq!(create(claims.clone()).await, 403, "{claims}");
    }
    world.stop().await;
}

/// Runs a command from the terminal as a person would paste it, with `cargo local token` replaced by a token of this
/// service.
async fn paste(world: &World, line: &str) -> String {
    let token = world.service.token(&TokenRequest::of("alice")).unwrap_or_default();
    let script = format!(
        r#"cargo() {{ [ "$1 $2 $3 $4" = "local token --sub alice" ] && printf %s "$TOKEN"; }}
           {line} -s -o /dev/null -w '%{{http_code}}'"#
    );
    let run = tokio::process::Command::new("sh").args(["-c", &script]).env("TOKEN", token).output();
    String::from_utf8(run.await.expect("a shell").stdout).expect("UTF-8")
}

#[tokio::test]
async fn every_command_on_the_screen_succeeds_as_it_is_pasted() {
    for (auth, expected) in [(false, 1), (true, 2)] {
        for host in ["localhost", "::1", "0.0.0.0"] {
            if host == "::1" && std::net::TcpListener::bind("[::1]:0").is_err() {
                continue;
            }
            let host = host.parse().expect("a host");
            let world = World::with(Options { auth, host, ..options() }).await;
            let screen = world.service.screen().await;
            let commands: Vec<&str> = screen.lines().filter_map(|line| line.trim().strip_prefix("Try")).collect();
            assert_eq!(commands.len(), expected, "{screen}");
            for command in commands {
                assert_eq!(paste(&world, command.trim()).await, "200", "{command}");
            }
            world.service.stop().await;
        }
    }
}
