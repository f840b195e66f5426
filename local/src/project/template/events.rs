//! Reads the entries of a function's `events`, each by its kind.

use serde_json::Value;

use super::authorizers::Authorizers;
use super::event::Event;
use super::intrinsics::Intrinsics;
use super::{StreamMapping, Table, TemplateError, routes, schedules, streams};

pub(super) fn read(
    event: &Value,
    place: &str,
    intrinsics: &Intrinsics<'_>,
    tables: &[Table],
    authorizers: &Authorizers<'_>,
) -> Result<Event, TemplateError> {
    let (kind, value) = match event {
        Value::Object(members) if members.len() == 1 => {
            // The length is 1.
            members.iter().next().map_or(("", &Value::Null), |(kind, value)| (kind.as_str(), value))
        }
        Value::String(kind) => (kind.as_str(), &Value::Null),
        _ => return Err(TemplateError::at(place, "is not one event, as in `- httpApi: GET /path`")),
    };
    let place = format!("{place}.{kind}");
    match kind {
        "httpApi" => {
            let access = authorizers.access(value.get("authorizer"), &format!("{place}.authorizer"))?;
            routes::read(value, access, &place).map(Event::Route)
        }
        "stream" => streams::read(value, &place, intrinsics, tables),
        "schedule" => schedules::read(value, &place, intrinsics),
        "http" => Ok(Event::Unsupported("an `http` event (a REST API; use `httpApi`)".to_owned())),
        other => Ok(Event::Unsupported(format!("an `{other}` event"))),
    }
}

/// A part of the event that has no effect on one machine, as a sentence.
pub(super) fn left_out(written: &Value, event: &Event) -> Option<&'static str> {
    let Event::Stream(StreamMapping { on_failure: None, .. }) = event else { return None };
    let destinations = written.pointer("/stream/destinations").filter(|destinations| !destinations.is_null());
    destinations.map(|_| "what it cannot deal with is on the log only: its destination is no queue of the template")
}
