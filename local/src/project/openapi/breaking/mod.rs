//! What of a document would break the clients of an earlier one.
//!
//! Whatever was sent has to be taken still, and whatever is answered has to be what was expected: so what clients send may
//! only be asked for less, and what they get may only be promised more. `docs/versioning.md` has the rules in words.

mod bounds;
mod contents;
mod schemas;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use serde_json::Value;

use self::schemas::{Direction, Schemas};

/// The changes from `old` to `new` that break a client of `old`, a sentence each.
#[must_use]
pub fn breaking_changes(old: &Value, new: &Value) -> Vec<String> {
    let mut schemas = Schemas::new(old, new);
    for (path, item) in members(&old["paths"]) {
        for (method, before) in members(item) {
            let place = format!("{} {path}", method.to_uppercase());
            match new["paths"][path].get(method) {
                None => schemas.found(&place, "is gone"),
                Some(after) => operation(&place, before, after, &mut schemas),
            }
        }
    }
    schemas.into_changes()
}

/// Whether the version says that something breaks: a new major one, or a new minor one before 1.0.0
/// (<https://semver.org>, sections 4 and 8).
#[must_use]
pub fn announces_breaking(old: &Value, new: &Value) -> bool {
    let version = |document: &Value| {
        let mut numbers = document["info"]["version"].as_str()?.split('.').map(str::parse::<u64>);
        let (major, minor) = (numbers.next()?.ok()?, numbers.next()?.ok()?);
        Some((major, if major == 0 { minor } else { 0 }))
    };
    version(old).zip(version(new)).is_some_and(|(old, new)| new > old)
}

fn members(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    value.as_object().into_iter().flatten().map(|(name, member)| (name.as_str(), member))
}

fn operation(place: &str, old: &Value, new: &Value, schemas: &mut Schemas<'_>) {
    if old["operationId"] != new["operationId"] {
        schemas.found(place, &format!("is called {} instead of {}", new["operationId"], old["operationId"]));
    }
    security(place, &old["security"], &new["security"], schemas);
    parameters(place, old, new, schemas);
    let (before, after) = (&old["requestBody"], &new["requestBody"]);
    if after["required"] == true && before["required"] != true {
        schemas.found(place, "has a body that has to be sent");
    }
    let place_of_body = format!("{place}: the body");
    for (media_type, content) in members(&before["content"]) {
        match after["content"].get(media_type) {
            None => schemas.found(&place_of_body, &format!("may not be {media_type}")),
            Some(other) => schemas.compare(&place_of_body, &content["schema"], &other["schema"], Direction::Sent),
        }
    }
    for (status, before) in members(&old["responses"]) {
        match new["responses"].get(status) {
            None => schemas.found(place, &format!("never answers {status}")),
            Some(after) => response(&format!("{place}: {status}"), status, before, after, schemas),
        }
    }
    let known = |status: &str| old["responses"].get(status).is_some();
    for (status, _) in members(&new["responses"]).filter(|(status, _)| status.starts_with('2') && !known(status)) {
        schemas.found(place, &format!("may answer {status}"));
    }
}

/// A token that was good for a call has to be so still.
fn security(place: &str, old: &Value, new: &Value, schemas: &mut Schemas<'_>) {
    let ways = |security: &Value| -> Vec<Value> { security.as_array().cloned().unwrap_or_default() };
    let (before, after) = (ways(old), ways(new));
    let is_open = |ways: &[Value]| {
        ways.is_empty() || ways.iter().any(|way| way.as_object().is_some_and(serde_json::Map::is_empty))
    };
    if is_open(&after) {
        return;
    }
    if is_open(&before) {
        schemas.found(place, "asks for a token");
    } else if before.iter().any(|way| !after.contains(way)) {
        schemas.found(place, "asks for another token or other scopes");
    }
}

fn parameters(place: &str, old: &Value, new: &Value, schemas: &mut Schemas<'_>) {
    let list = |operation: &Value| operation["parameters"].as_array().cloned().unwrap_or_default();
    let key = |parameter: &Value| format!("{} parameter {}", text(&parameter["in"]), text(&parameter["name"]));
    let (before, after) = (list(old), list(new));
    for parameter in &before {
        let name = key(parameter);
        let Some(other) = after.iter().find(|other| key(other) == name) else {
            schemas.found(place, &format!("does not take the {name}"));
            continue;
        };
        let place = format!("{place}: the {name}");
        if other["required"] == true && parameter["required"] != true {
            schemas.found(&place, "has to be sent");
        }
        schemas.compare(&place, &parameter["schema"], &other["schema"], Direction::Sent);
    }
    let known: BTreeSet<String> = before.iter().map(key).collect();
    for parameter in after.iter().filter(|parameter| parameter["required"] == true && !known.contains(&key(parameter)))
    {
        schemas.found(place, &format!("asks for the {}", key(parameter)));
    }
}

fn response(place: &str, status: &str, old: &Value, new: &Value, schemas: &mut Schemas<'_>) {
    let direction = if status.starts_with('2') { Direction::Answered } else { Direction::Refused };
    for (media_type, content) in members(&old["content"]) {
        match new["content"].get(media_type) {
            None => schemas.found(place, &format!("has no body of {media_type}")),
            Some(other) => schemas.compare(place, &content["schema"], &other["schema"], direction),
        }
    }
    for (name, header) in members(&old["headers"]) {
        let (header, other) = (schemas.old(header), new["headers"].get(name).map(|other| schemas.new_of(other)));
        if header["required"] == true && other.is_none_or(|other| other["required"] != true) {
            schemas.found(place, &format!("does not always have the header {name}"));
        }
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
