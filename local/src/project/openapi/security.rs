//! Security requirements of operations.

use serde_json::{Map, Value, json};

use crate::project::template::{Access, Authorizer, Identity};

/// The Security Requirement of an operation; its scheme is added to `schemes`. An open operation has an explicit empty
/// requirement.
pub(super) fn of(access: Option<&Access>, schemes: &mut Map<String, Value>) -> Value {
    let Some(access) = access else { return json!([]) };
    let (name, scheme) = scheme(&access.authorizer);
    schemes.insert(name.to_owned(), scheme);
    json!([{ name: access.scopes }])
}

fn scheme(authorizer: &Authorizer) -> (&'static str, Value) {
    let description = "A token of the API's issuer, for its audience, with one of the scopes that the operation names.";
    match authorizer {
        Authorizer::Jwt(jwt) => match &jwt.identity {
            Identity::Header(name) if name.eq_ignore_ascii_case("authorization") => (
                "token",
                json!({ "type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": description }),
            ),
            Identity::Header(name) => {
                ("token", json!({ "type": "apiKey", "in": "header", "name": name, "description": description }))
            }
            Identity::Query(name) => {
                ("token", json!({ "type": "apiKey", "in": "query", "name": name, "description": description }))
            }
        },
        Authorizer::Foreign(what) => {
            let description = format!("What {what} asks for.");
            ("other", json!({ "type": "apiKey", "in": "header", "name": "Authorization", "description": description }))
        }
    }
}
