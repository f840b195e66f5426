//! A service that checks tokens, and requests with them.

use local::{Options, TokenRequest};
use reqwest::Method;
use serde_json::Value;

use super::{Answer, World, options, send};

/// A method, a path, and a body if it needs one.
pub type Route = (Method, String, Option<Value>);

pub async fn guarded() -> World {
    World::with(Options { auth: true, ..options() }).await
}

/// A token with these scopes, by default all that routes ask for: an administrator's is not among them.
pub fn token(world: &World, sub: &str, scope: Option<&str>) -> String {
    let request = TokenRequest { scope: scope.map(str::to_owned), ..TokenRequest::of(sub) };
    world.service.token(&request).expect("a token")
}

pub async fn call(world: &World, route: &Route, token: Option<&str>) -> Answer {
    let mut request = world.request(route.0.clone(), &route.1);
    if let Some(body) = &route.2 {
        request = request.json(body);
    }
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    send(request).await
}
