//! Claims of a token: the authorizer's checks, and the strings that a function receives.

use chrono::{DateTime, Utc};
use serde_json::{Map, Number, Value};

use crate::project::template::Jwt;

/// The first claim that fails a check, in the order of API Gateway's documentation.
pub(super) fn fault(claims: &Map<String, Value>, jwt: &Jwt, now: DateTime<Utc>) -> Option<&'static str> {
    if claims.get("iss").and_then(Value::as_str) != Some(&jwt.issuer) {
        return Some("the token does not have a valid issuer");
    }
    // `client_id` is checked only where there is no `aud`.
    let audience = claims.get("aud").or_else(|| claims.get("client_id"));
    if !audience.is_some_and(|audience| texts(audience).any(|one| jwt.audience.iter().any(|known| known == one))) {
        return Some("the token does not have a valid audience");
    }
    // Compares milliseconds: in whole seconds, a token issued within the current second would be from the future.
    #[expect(clippy::cast_precision_loss, reason = "milliseconds since 1970 have 41 bits")]
    let now = now.timestamp_millis() as f64 / 1000.0;
    if !claims.get("exp").and_then(Value::as_f64).is_some_and(|expiry| expiry > now) {
        return Some("the token has expired");
    }
    // A value that is no number is not a time in the past.
    let ahead = |name: &str| claims.get(name).is_some_and(|value| value.as_f64().is_none_or(|time| time > now));
    if ahead("nbf") {
        return Some("the token is not valid yet");
    }
    if ahead("iat") {
        return Some("the token was issued in the future");
    }
    None
}

/// Whether the token has one of `scopes`. `scp` is read where there is no `scope`.
pub(super) fn in_scope(claims: &Map<String, Value>, scopes: &[String]) -> bool {
    let Some(granted) = claims.get("scope").or_else(|| claims.get("scp")) else { return scopes.is_empty() };
    let mut granted = texts(granted).flat_map(str::split_whitespace);
    scopes.is_empty() || granted.any(|one| scopes.iter().any(|scope| scope == one))
}

/// A string, or the strings of a list.
fn texts(value: &Value) -> impl Iterator<Item = &str> {
    let items = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
    items.iter().filter_map(Value::as_str)
}

/// The claims as strings, as a function receives them: whole numbers without exponent, lists as `[a b]`, objects as
/// JSON, nulls dropped. AWS does not document this; it follows observations of API Gateway.
pub(super) fn flat(claims: &Map<String, Value>) -> Map<String, Value> {
    let claims = claims.iter().filter(|(_, value)| !value.is_null());
    claims.map(|(name, value)| (name.clone(), text(value).into())).collect()
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => digits(number),
        Value::Array(items) => format!("[{}]", items.iter().map(text).collect::<Vec<_>>().join(" ")),
        other => other.to_string(),
    }
}

/// Whole numbers without a decimal point or an exponent.
fn digits(number: &Number) -> String {
    match number.as_f64() {
        Some(float) if number.is_f64() && float.fract() == 0.0 && float.abs() < 1e21 => format!("{float:.0}"),
        _ => number.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::project::template::Identity;

    const NOW: i64 = 1_795_305_600;

    fn members(value: &Value) -> Map<String, Value> {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn claims_are_compared_as_documented() {
        let identity = Identity::Header("Authorization".into());
        let jwt = Jwt { identity, issuer: "i".into(), audience: vec!["a".into(), "b".into()] };
        let (past, future) = (NOW - 1, NOW + 1);
        for (change, expected) in [
            (json!({}), None),
            (json!({ "aud": ["x", "b"] }), None),
            (json!({ "aud": null, "client_id": "a" }), Some("audience")),
            (json!({ "aud": "x", "client_id": "a" }), Some("audience")),
            (json!({ "aud": "" }), Some("audience")),
            (json!({ "aud": { "a": "a" } }), Some("audience")),
            (json!({ "aud": "A" }), Some("audience")),
            (json!({ "iss": "i/" }), Some("issuer")),
            (json!({ "iss": ["i"] }), Some("issuer")),
            (json!({ "exp": NOW }), Some("expired")),
            (json!({ "exp": past }), Some("expired")),
            (json!({ "exp": future.to_string() }), Some("expired")),
            (json!({ "exp": null }), Some("expired")),
            (json!({ "exp": 1e300 }), None),
            (json!({ "nbf": NOW, "iat": NOW }), None),
            (json!({ "nbf": future }), Some("not valid yet")),
            (json!({ "nbf": "0" }), Some("not valid yet")),
            (json!({ "iat": future }), Some("in the future")),
            (json!({ "iat": past, "nbf": 0.5 }), None),
        ] {
            let mut claims = members(&json!({ "iss": "i", "aud": "a", "exp": NOW + 60 }));
            claims.extend(members(&change));
            let found = fault(&claims, &jwt, DateTime::from_timestamp(NOW, 0).unwrap());
            match expected {
                None => assert_eq!(found, None, "{change}"),
                Some(expected) => assert!(found.is_some_and(|found| found.contains(expected)), "{change}: {found:?}"),
            }
        }
        let mut without = members(&json!({ "iss": "i", "client_id": "b", "exp": NOW + 60 }));
        let at = DateTime::from_timestamp(NOW, 0).unwrap();
        assert_eq!(fault(&without, &jwt, at), None);
        without.remove("exp");
        assert_eq!(fault(&without, &jwt, at), Some("the token has expired"));
    }

    #[test]
    fn one_scope_of_the_routes_is_enough() {
        let asked = ["r".to_owned(), "w".to_owned()];
        for (claims, enough) in [
            (json!({ "scope": "x w" }), true),
            (json!({ "scope": ["x", "r"] }), true),
            (json!({ "scp": ["w"] }), true),
            (json!({ "scp": "r w" }), true),
            (json!({ "scope": "rw" }), false),
            (json!({ "scope": "" }), false),
            (json!({ "scope": "", "scp": "r" }), false),
            (json!({ "scope": 7 }), false),
            (json!({}), false),
        ] {
            assert_eq!(in_scope(&members(&claims), &asked), enough, "{claims}");
            assert!(in_scope(&members(&claims), &[]));
        }
    }

    #[test]
    fn a_function_gets_texts() {
        let claims = json!({
            "sub": "s", "exp": 1_795_305_600_u64, "time": 1.5e9, "half": 0.5, "yes": true, "groups": ["a", "b", 1],
            "none": null, "empty": [], "map": { "a": [1] },
        });
        let expected = json!({
            "sub": "s", "exp": "1795305600", "time": "1500000000", "half": "0.5", "yes": "true", "groups": "[a b 1]",
            "empty": "[]", "map": r#"{"a":[1]}"#,
        });
        assert_eq!(Value::Object(flat(&members(&claims))), expected);
    }
}
