//! Routes with an authorizer: which tokens they accept, and the claims that functions receive.

use crate::common::tokens::{ask, guarded, part};
use crate::common::{Answer, Client, Scratch, start};
use local::TokenRequest;
use serde_json::{Map, Value, json};

type Change = fn(&mut Map<String, Value>, &mut Map<String, Value>);

fn refused(answer: &Answer, description: &str) {
    assert_eq!((answer.status, answer.body.as_str()), (401, r#"{"message":"Unauthorized"}"#), "{answer:?}");
    let challenge = &answer.headers["www-authenticate"];
    let expected = format!(r#"Bearer scope="" error="invalid_token" error_description="{description}""#);
    assert_eq!(challenge, &expected);
}

#[tokio::test]
async fn a_good_token_passes_and_the_function_gets_its_claims() {
    let scratch = Scratch::new();
    let service = start(guarded(&scratch)).await;
    let token = service.token(&TokenRequest::of("alice")).unwrap();
    for authorization in [token.clone(), format!("Bearer {token}"), format!("bearer  {token}")] {
        assert_eq!(ask(&service, &authorization).await.status, 200);
    }
    let jwt = ask(&service, &token).await.json()["requestContext"]["authorizer"]["jwt"].take();
    assert_eq!(jwt["scopes"], json!(["shop/read", "shop/admin"]), "those of the route");
    let claims = part(&token, 1);
    assert_eq!(jwt["claims"]["sub"], "alice");
    assert_eq!(jwt["claims"]["aud"], "shop");
    assert_eq!(jwt["claims"]["scope"], "shop/admin shop/read");
    assert_eq!(jwt["claims"]["iss"], format!("{}/_local/issuer", service.url()));
    assert_eq!(jwt["claims"]["exp"], claims["exp"].to_string(), "a text");

    let odd = service.token_with(&TokenRequest::of("bob"), |_, claims| {
        claims.insert("groups".into(), json!(["a", "b"]));
        claims.remove("scope");
    });
    let header = format!("authorization: Bearer {}\r\n", odd.unwrap());
    let client = Client::new(&service.url());
    let jwt = client.request("POST", "/any", &header, "").await.json()["requestContext"]["authorizer"]["jwt"].take();
    assert_eq!((&jwt["claims"]["groups"], &jwt["scopes"]), (&json!("[a b]"), &json!(null)));

    let lines = service.log_lines().join("\n");
    assert!(lines.contains("GET /things/1 200") && !lines.contains(token.split('.').nth(1).unwrap()), "{lines}");
    service.stop().await;
}

#[tokio::test]
async fn a_bad_token_is_refused_and_says_why() {
    let scratch = Scratch::new();
    let service = start(guarded(&scratch)).await;
    let alice = TokenRequest::of("alice");
    let answer = Client::new(&service.url()).get("/things/1").await;
    assert_eq!((answer.status, answer.body.as_str()), (401, r#"{"message":"Unauthorized"}"#));
    assert_eq!(answer.headers["www-authenticate"], "Bearer");
    for empty in ["", "Bearer", "Bearer "] {
        assert_eq!(ask(&service, empty).await.headers["www-authenticate"], "Bearer", "{empty:?}");
    }
    for nonsense in ["nonsense", "Basic YTpi", "Bearer a.b", "a.b.c.d"] {
        refused(&ask(&service, nonsense).await, "token contains an invalid number of segments");
    }

    let (expired, issuer) = ("the token has expired", "the token does not have a valid issuer");
    let (audience, algorithm) = ("the token does not have a valid audience", "the token's algorithm is not the key's");
    let (header, key) = ("the token's header cannot be read", "the token's key is not the issuer's");
    let signature = "the token's signature is not the issuer's";
    let token = service.token(&TokenRequest { expires_in: -1, ..alice.clone() }).unwrap();
    refused(&ask(&service, &token).await, expired);
    let token = service.token(&TokenRequest { audience: Some("other".into()), ..alice.clone() }).unwrap();
    refused(&ask(&service, &token).await, audience);

    let later = || json!(part(&service.token(&alice).unwrap(), 1)["iat"].as_i64().unwrap() + 600);
    let changes: [(&str, Change); 12] = [
        (header, |header, _| drop(header.insert("alg".into(), "none".into()))),
        (header, |header, _| drop(header.insert("alg".into(), "None".into()))),
        (header, |header, _| drop(header.remove("alg"))),
        (algorithm, |header, _| drop(header.insert("alg".into(), "HS256".into()))),
        (algorithm, |header, _| drop(header.insert("alg".into(), "RS512".into()))),
        (algorithm, |header, _| drop(header.insert("alg".into(), "PS256".into()))),
        (key, |header, _| drop(header.remove("kid"))),
        (key, |header, _| drop(header.insert("kid".into(), "other".into()))),
        ("the token's header asks for an extension", |header, _| drop(header.insert("crit".into(), json!(["exp"])))),
        (issuer, |_, claims| drop(claims.insert("iss".into(), "https://other.example".into()))),
        (audience, |_, claims| drop(claims.remove("aud"))),
        (expired, |_, claims| drop(claims.remove("exp"))),
    ];
    for (description, change) in changes {
        refused(&ask(&service, &service.token_with(&alice, change).unwrap()).await, description);
    }
    for (claim, description) in [("nbf", "the token is not valid yet"), ("iat", "the token was issued in the future")] {
        let token = service.token_with(&alice, |_, claims| drop(claims.insert(claim.into(), later()))).unwrap();
        refused(&ask(&service, &token).await, description);
    }

    // Somebody else's claims or signature, or none.
    let [mine, bobs] = [&alice, &TokenRequest::of("bob")].map(|request| service.token(request).unwrap());
    let pieces = |token: &str| token.split('.').map(ToOwned::to_owned).collect::<Vec<_>>();
    let (mine, bobs) = (pieces(&mine), pieces(&bobs));
    for forged in [
        format!("{}.{}.{}", mine[0], bobs[1], mine[2]),
        format!("{}.{}.{}", mine[0], mine[1], bobs[2]),
        format!("{}.{}.", mine[0], mine[1]),
        format!("{}.{}.!", mine[0], mine[1]),
    ] {
        refused(&ask(&service, &forged).await, signature);
    }
    // A key of another issuer with the key id of ours.
    let other = start(guarded(&Scratch::new())).await;
    let (kid, iss) = (part(&mine.join("."), 0)["kid"].clone(), part(&mine.join("."), 1)["iss"].clone());
    let forged = other.token_with(&alice, |header, claims| {
        header.insert("kid".into(), kid);
        claims.insert("iss".into(), iss);
    });
    refused(&ask(&service, &forged.unwrap()).await, signature);
    refused(&ask(&service, &other.token(&alice).unwrap()).await, key);

    let two = format!("{}\r\nauthorization: {}", mine.join("."), bobs.join("."));
    refused(&ask(&service, &two).await, "there is more than one token");
    assert_eq!(ask(&service, &mine.join(".")).await.status, 200, "and ours still passes");
    other.stop().await;
    service.stop().await;
}

#[tokio::test]
async fn a_token_without_the_routes_scope_is_forbidden() {
    let scratch = Scratch::new();
    let service = start(guarded(&scratch)).await;
    let scoped = |scope: &str| TokenRequest { scope: Some(scope.into()), ..TokenRequest::of("alice") };
    for good in ["shop/read", "x shop/admin"] {
        assert_eq!(ask(&service, &service.token(&scoped(good)).unwrap()).await.status, 200, "{good}");
    }
    for bad in ["", "shop", "shop/reader x"] {
        let answer = ask(&service, &service.token(&scoped(bad)).unwrap()).await;
        assert_eq!((answer.status, answer.body.as_str()), (403, r#"{"message":"Forbidden"}"#), "{bad}");
        let challenge = &answer.headers["www-authenticate"];
        assert!(
            challenge.starts_with(r#"Bearer scope="shop/read shop/admin" error="insufficient_scope""#),
            "{challenge}"
        );
    }
    service.stop().await;
}

#[tokio::test]
async fn what_asks_for_nothing_gets_no_authorizer_whatever_a_client_sends() {
    let scratch = Scratch::new();
    let service = start(guarded(&scratch)).await;
    let client = Client::new(&service.url());
    let token = service.token(&TokenRequest::of("alice")).unwrap();
    let smuggled =
        json!({ "requestContext": { "authorizer": { "jwt": { "claims": { "sub": "root" } } } } }).to_string();
    let headers = format!("authorization: {token}\r\nrequestcontext: {smuggled}\r\nx-amzn-authorizer: root\r\n");
    let event = client.request("GET", "/open/1?requestContext.authorizer.jwt=1", &headers, &smuggled).await.json();
    assert_eq!(event["requestContext"].get("authorizer"), None);
    let headers = format!("{headers}origin: https://a.example\r\n");
    let answer = client.request("GET", "/things/1", &headers, &smuggled).await;
    assert_eq!(answer.headers["access-control-allow-origin"], "*");
    assert_eq!(answer.json()["requestContext"]["authorizer"]["jwt"]["claims"]["sub"], "alice");

    let origin = "origin: https://a.example\r\naccess-control-request-method: GET\r\n";
    assert_eq!(client.request("OPTIONS", "/things/1", origin, "").await.status, 204);
    let refused = client.request("GET", "/things/1", origin, "").await;
    assert_eq!((refused.status, refused.headers["access-control-allow-origin"].as_str()), (401, "*"), "pages see it");
    assert_eq!(client.get("/_local/events").await.status, 200);
    assert_eq!(client.get("/nothing").await.status, 404);
    service.stop().await;
}
