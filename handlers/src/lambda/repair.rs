//! Finding every fault of a document, not only the first.
//!
//! serde stops at the first fault. Where a request is refused anyway, time does not matter: each fault is noted, the
//! offending value is taken out or replaced by one that parses, and the document is read again until it holds no more.
//! A document so repaired then goes through validation too; what is said of replaced values is ignored.

use garde::{Report, Validate};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::{numbers, pointer};
use crate::booking::Fault;

/// More faults than this are not looked for.
const MOST: usize = 64;

/// Every fault of a body that did not parse as a `T`; `value` is the same body.
pub(super) fn faults_of_body<T: DeserializeOwned + Validate<Context = ()>>(body: &[u8], value: Value) -> Vec<Fault> {
    match read::<T>(value, Strings::Stay) {
        Ok(_) => vec![first_fault::<T>(body)],
        Err(faults) => faults,
    }
}

/// The first fault, for what a tree of values does not show: a member that is given twice.
fn first_fault<T: DeserializeOwned>(body: &[u8]) -> Fault {
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    match serde_path_to_error::deserialize::<_, T>(&mut deserializer) {
        Err(error) => {
            let parent = pointer::of_parse(error.path());
            let message = error.inner().to_string();
            match quoted(&message, "duplicate field `") {
                Some(name) => Fault::new(pointer::child(&parent, name), "is given twice"),
                None => Fault::new(parent, message),
            }
        }
        Ok(_) => Fault::new("", "cannot be read"),
    }
}

/// What garde found.
pub(super) fn faults_of_report(report: &Report) -> Vec<Fault> {
    report.iter().map(|(path, error)| Fault::new(pointer::of_rule(path), rule(error.message()))).collect()
}

/// garde says what a value is; a client wants to know what it must be.
fn rule(message: &str) -> String {
    let rules = [("length is lower than ", "must be at least "), ("length is greater than ", "must be at most ")];
    for (found, wanted) in rules {
        if let Some(bound) = message.strip_prefix(found) {
            return format!("{wanted}{bound} long");
        }
    }
    for (found, wanted) in [("lower than ", "must be at least "), ("greater than ", "must be at most ")] {
        if let Some(bound) = message.strip_prefix(found) {
            return format!("{wanted}{bound}");
        }
    }
    message.to_owned()
}

/// Whether a string may be read as the number or truth value that it spells, as in a query.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Strings {
    Stay,
    MaySpellValues,
}

/// Reads and validates `value`, or finds its faults.
pub(super) fn read<T: DeserializeOwned + Validate<Context = ()>>(
    mut value: Value,
    strings: Strings,
) -> Result<T, Vec<Fault>> {
    let mut faults: Vec<Fault> = Vec::new();
    let mut tried: Map<String, Value> = Map::new();
    let parsed = loop {
        let error = match serde_path_to_error::deserialize::<_, T>(&value) {
            Ok(parsed) => break Some(parsed),
            Err(error) => error,
        };
        let place = pointer::of_parse(error.path());
        let message = error.inner().to_string();
        if let Some(name) = quoted(&message, "unknown field `") {
            // The path names the member or the object that holds it, depending on where serde noticed.
            let holder = if value.pointer(&place).is_some_and(|v| v.get(name).is_some()) {
                place
            } else {
                pointer::split(&place).map(|(parent, _)| parent.to_owned()).unwrap_or_default()
            };
            faults.push(Fault::new(pointer::child(&holder, name), unknown(&message)));
            if !remove(&mut value, &holder, name) {
                break None;
            }
        } else {
            let (at, detail) = match quoted(&message, "missing field `") {
                Some(name) => (pointer::child(&place, name), "is missing".to_owned()),
                None => (place, plain(&message)),
            };
            if strings == Strings::MaySpellValues && spell(&mut value, &at) {
                continue;
            }
            let attempt = tried.get(&at).and_then(Value::as_u64).unwrap_or(0);
            if attempt == 0 && !faults.iter().any(|fault| fault.pointer == at) {
                faults.push(Fault::new(at.clone(), detail));
            }
            tried.insert(at.clone(), json!(attempt + 1));
            if !replace(&mut value, &at, usize::try_from(attempt).unwrap_or(usize::MAX)) {
                break None;
            }
        }
        if faults.len() >= MOST {
            break None;
        }
    };
    let rules = match &parsed {
        Some(parsed) => parsed.validate().err().map(|report| faults_of_report(&report)).unwrap_or_default(),
        None => Vec::new(),
    };
    let known = faults.len();
    for fault in rules {
        if !faults[..known].iter().any(|noted| fault.pointer.starts_with(&noted.pointer)) {
            faults.push(fault);
        }
    }
    match parsed {
        Some(parsed) if faults.is_empty() => Ok(parsed),
        _ => Err(faults),
    }
}

/// What stands between `prefix` and the next backtick.
fn quoted<'a>(message: &'a str, prefix: &str) -> Option<&'a str> {
    message.strip_prefix(prefix)?.split('`').next()
}

/// serde's "unknown field `a`, expected one of `b`, `c`", as a sentence about the member.
fn unknown(message: &str) -> String {
    match message.split_once(", expected ") {
        Some((_, known)) => format!("is not known; known are {}", known.trim_start_matches("one of ")),
        None => "is not known".to_owned(),
    }
}

/// serde's "invalid type: string \"a\", expected u32", as a sentence without Rust's names and without the value.
fn plain(message: &str) -> String {
    let Some((found, expected)) =
        message.strip_prefix("invalid type: ").and_then(|rest| rest.split_once(", expected "))
    else {
        return message.to_owned();
    };
    let expected = match expected {
        "i8" | "i16" | "i32" | "i64" | "u8" | "u16" | "u32" | "u64" | "usize" => "an integer",
        "f32" | "f64" => "a number",
        "a string" | "str" | "string" => "a string",
        other if other.starts_with("struct ") => "an object",
        other => other,
    };
    let found = ["string", "integer", "floating point", "boolean", "null", "map", "sequence"]
        .into_iter()
        .find(|kind| found.starts_with(kind))
        .map_or(found, |kind| match kind {
            "floating point" => "a number with a fraction",
            "integer" => "an integer",
            "map" => "an object",
            "sequence" => "an array",
            "string" => "a string",
            "boolean" => "a truth value",
            other => other,
        });
    format!("must be {expected}, not {found}")
}

/// Takes a member out of an object.
fn remove(value: &mut Value, holder: &str, name: &str) -> bool {
    value.pointer_mut(holder).and_then(Value::as_object_mut).is_some_and(|object| object.remove(name).is_some())
}

/// Reads the string at `place` as the number or truth value that it spells.
fn spell(value: &mut Value, place: &str) -> bool {
    let Some(slot) = value.pointer_mut(place) else { return false };
    let spelled = slot.as_str().and_then(|text| {
        let whole = numbers::whole(text.as_bytes());
        serde_json::from_slice::<Value>(whole.as_deref().unwrap_or(text.as_bytes())).ok()
    });
    match spelled {
        Some(spelled) if spelled.is_number() || spelled.is_boolean() => {
            *slot = spelled;
            true
        }
        _ => false,
    }
}

/// Puts the next value there that may parse: first none at all, then one of each kind.
fn replace(value: &mut Value, place: &str, attempt: usize) -> bool {
    let Some((holder, name)) = pointer::split(place) else { return false };
    if attempt == 0 && remove(value, holder, &name) {
        return true;
    }
    let kinds = [
        json!("1970-01-01T00:00:00Z"),
        json!(0),
        json!(false),
        json!([]),
        json!({}),
        json!("00000000-0000-0000-0000-000000000000"),
        Value::Null,
    ];
    let Some(kind) = kinds.into_iter().nth(attempt.saturating_sub(1)) else { return false };
    match value.pointer_mut(holder) {
        Some(Value::Object(object)) => {
            object.insert(name, kind);
            true
        }
        Some(Value::Array(array)) => match name.parse::<usize>().ok().and_then(|index| array.get_mut(index)) {
            Some(slot) => {
                *slot = kind;
                true
            }
            None => false,
        },
        _ => false,
    }
}

#[cfg(test)]
mod tests;
