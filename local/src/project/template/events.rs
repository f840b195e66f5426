//! Reads the entries of a function's `events`, each by its kind.

use serde_json::Value;

use super::around::{Around, Of};
use super::event::Event;
use super::{StreamMapping, TemplateError, event_bridge, routes, schedules, sqs, streams};

pub(super) fn read(event: &Value, place: &str, around: &Around<'_>, of: &Of<'_>) -> Result<Event, TemplateError> {
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
            let access = around.authorizers.access(value.get("authorizer"), &format!("{place}.authorizer"))?;
            routes::read(value, access, &place).map(Event::Route)
        }
        "stream" => streams::read(value, &place, around.intrinsics, around.tables),
        "sqs" => sqs::read(value, &place, around.intrinsics, around.queues, of.timeout),
        "eventBridge" => event_bridge::read(value, &place, around, of),
        "schedule" => schedules::read(value, &place, around.intrinsics),
        "http" => Ok(Event::Unsupported("an `http` event (a REST API; use `httpApi`)".to_owned())),
        other => Ok(Event::Unsupported(format!("an `{other}` event"))),
    }
}

/// Parts of the event that have no effect on one machine, a sentence each.
pub(super) fn left_out(written: &Value, event: &Event) -> Vec<String> {
    let mut left_out = Vec::new();
    let given = |pointer: &str| written.pointer(pointer).is_some_and(|value| !value.is_null());
    match event {
        Event::Stream(StreamMapping { on_failure: None, .. }) if given("/stream/destinations") => {
            let reason = "what it cannot deal with is on the log only: its destination is no queue of the template";
            left_out.push(reason.to_owned());
        }
        Event::Bus { rule: Some(rule), .. }
            if given("/eventBridge/deadLetterQueueArn")
                && rule.targets.iter().all(|target| target.dead_letters.is_none()) =>
        {
            left_out.push(format!("the dead-letter queue of its rule `{}` is no queue of the template", rule.name));
        }
        _ => {}
    }
    for (kind, known) in [("sqs", &sqs::KNOWN[..]), ("eventBridge", &event_bridge::KNOWN[..])] {
        let members = written.get(kind).and_then(Value::as_object).into_iter().flatten();
        let unknown = members.map(|(name, _)| name).filter(|name| !known.contains(&name.as_str()));
        left_out.extend(
            unknown.map(|name| format!("its `{kind}` event has `{name}`, which is not known and does nothing")),
        );
    }
    left_out
}
