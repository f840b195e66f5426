//! `PutEvents`: up to ten entries, each accepted or refused on its own.
//!
//! <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html>

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{Bus, Event};
use crate::aws::interface::json::Refusal;
use crate::project::template::DEFAULT_BUS;

const MOST_ENTRIES: usize = 10;
/// Limit of all entries together; 256 KB until January 2026:
/// <https://aws.amazon.com/about-aws/whats-new/2026/01/amazon-eventbridge-increases-event-payload-size-256-kb-1-mb/>.
const MOST_BYTES: usize = 1024 * 1024;

/// `trace` is the request's trace header. It is that of entries without one of their own.
pub(super) fn put(bus: &Bus, request: &Value, trace: Option<&str>) -> Result<Value, Refusal> {
    let entries = request.get("Entries").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let invalid = |message: String| Refusal::new("ValidationException", message);
    if entries.is_empty() || entries.len() > MOST_ENTRIES {
        let bound = if entries.is_empty() { "greater than or equal to 1" } else { "less than or equal to 10" };
        return Err(invalid(format!(
            "1 validation error detected: Value at 'entries' failed to satisfy constraint: Member must have length {bound}"
        )));
    }
    if entries.iter().map(size).sum::<usize>() > MOST_BYTES {
        return Err(invalid("Total size of the entries in the request is over the limit.".to_owned()));
    }
    let results: Vec<Value> = entries.iter().map(|entry| put_one(bus, entry, trace)).collect();
    let failed = results.iter().filter(|result| result.get("ErrorCode").is_some()).count();
    Ok(json!({ "FailedEntryCount": failed, "Entries": results }))
}

fn put_one(bus: &Bus, entry: &Value, trace: Option<&str>) -> Value {
    match accept(bus, entry, trace) {
        Ok(id) => json!({ "EventId": id }),
        Err((code, message)) => json!({ "ErrorCode": code, "ErrorMessage": message }),
    }
}

fn accept(bus: &Bus, entry: &Value, trace: Option<&str>) -> Result<String, (&'static str, String)> {
    let text = |name: &str| match entry.get(name).and_then(Value::as_str) {
        Some(text) if !text.is_empty() => Ok(text),
        _ => Err(("InvalidArgument", format!("Parameter {name} is not valid. Reason: {name} is a required argument."))),
    };
    let (source, detail_type, detail) = (text("Source")?, text("DetailType")?, text("Detail")?);
    if source.starts_with("aws.") {
        return Err(("NotAuthorizedForSourceException", "Not authorized for the source.".to_owned()));
    }
    let malformed = || ("MalformedDetail", "Detail is malformed.".to_owned());
    let detail = serde_json::from_str::<Map<String, Value>>(detail).map_err(|_| malformed())?;
    let id = Uuid::new_v4().to_string();
    let asked = entry.get("EventBusName").and_then(Value::as_str).unwrap_or(DEFAULT_BUS);
    let Some(event_bus_name) = bus.name_of(asked) else {
        bus.0.logger.say("bus", &format!("{detail_type} {id} is lost: there is no event bus `{asked}`"));
        return Ok(id);
    };
    let time = match entry.get("Time").and_then(Value::as_f64) {
        #[expect(clippy::cast_possible_truncation, reason = "beyond it there is no time either")]
        Some(seconds) => DateTime::from_timestamp_millis((seconds * 1000.0) as i64).unwrap_or_else(Utc::now),
        None => Utc::now(),
    };
    let resources = entry.get("Resources").and_then(Value::as_array).into_iter().flatten();
    let event = Event {
        id: id.clone(),
        source: source.to_owned(),
        detail_type: detail_type.to_owned(),
        detail: Value::Object(detail),
        time: time.to_rfc3339_opts(SecondsFormat::Secs, true),
        event_bus_name,
        resources: resources.filter_map(Value::as_str).map(ToOwned::to_owned).collect(),
        trace_header: entry.get("TraceHeader").and_then(Value::as_str).or(trace).map(ToOwned::to_owned),
        targets: Vec::new(),
    };
    bus.accept(event);
    Ok(id)
}

/// <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html#eb-putevent-size>
fn size(entry: &Value) -> usize {
    let text = |name: &str| entry.get(name).and_then(Value::as_str).map_or(0, str::len);
    let time = if entry.get("Time").is_some_and(|time| !time.is_null()) { 14 } else { 0 };
    let resources = entry.get("Resources").and_then(Value::as_array).into_iter().flatten();
    let resources: usize = resources.filter_map(Value::as_str).map(str::len).sum();
    time + text("Source") + text("DetailType") + text("Detail") + resources
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::Settings;
    use super::*;
    use crate::aws::interface::invoke::{InvokeLater, Request};
    use crate::aws::interface::message::{Outgoing, SendMessage};
    use crate::aws::interface::observe::Unobserved;
    use crate::base::log::Logger;
    use crate::base::options::Log;

    struct NoQueues;

    impl InvokeLater for NoQueues {
        fn invoke_later(&self, function: &str, _: Request) -> Result<(), String> {
            Err(format!("there is no {function}"))
        }
    }

    impl SendMessage for NoQueues {
        fn send_message(&self, queue: &str, _: Outgoing) -> Result<(), String> {
            Err(format!("there is no {queue}"))
        }
    }

    fn bus() -> Bus {
        let logger = Logger::new(Log::Captured, std::iter::empty());
        let names = vec!["mine".into(), DEFAULT_BUS.into()];
        let bus = Bus::new(Arc::new(NoQueues), Arc::new(NoQueues), logger, Arc::new(Unobserved));
        let settings = Settings { names, rules: Vec::new(), region: "eu-central-1".into() };
        *bus.0.settings.write().unwrap() = Arc::new(settings);
        bus
    }

    fn entry() -> Value {
        json!({ "Source": "shop", "DetailType": "Sold", "Detail": r#"{"a":1}"#, "EventBusName": "mine" })
    }

    #[test]
    fn an_accepted_event_is_kept_whole() {
        let bus = bus();
        let mut entry = entry();
        entry["Time"] = json!(1_795_334_400.5);
        entry["Resources"] = json!(["arn:x"]);
        entry["TraceHeader"] = json!("Root=1");
        entry["EventBusName"] = json!("arn:aws:events:eu-central-1:000000000000:event-bus/mine");
        let answer = put(&bus, &json!({ "Entries": [entry] }), None).unwrap();
        assert_eq!(answer["FailedEntryCount"], 0);
        let events = bus.events();
        assert_eq!(events[0].id, answer["Entries"][0]["EventId"]);
        assert_eq!(
            serde_json::to_value(&events[0]).unwrap(),
            json!({
                "id": events[0].id, "source": "shop", "detail-type": "Sold", "detail": { "a": 1 }, "time": "2026-11-22T08:00:00Z",
                "event_bus_name": "mine", "resources": ["arn:x"], "trace_header": "Root=1", "targets": [],
            })
        );
    }

    #[test]
    fn each_entry_is_answered_in_its_place() {
        let bus = bus();
        let without = |name: &str| {
            let mut entry = entry();
            entry.as_object_mut().unwrap().remove(name);
            entry
        };
        let with = |name: &str, value: &str| {
            let mut entry = entry();
            entry[name] = value.into();
            entry
        };
        let entries = [
            (without("Source"), Some("InvalidArgument")),
            (without("DetailType"), Some("InvalidArgument")),
            (without("Detail"), Some("InvalidArgument")),
            (with("Detail", "not json"), Some("MalformedDetail")),
            (with("Detail", "[1]"), Some("MalformedDetail")),
            (with("EventBusName", "other"), None),
            (with("Source", "aws.s3"), Some("NotAuthorizedForSourceException")),
            (without("EventBusName"), None),
            (entry(), None),
        ];
        let request = json!({ "Entries": entries.iter().map(|(entry, _)| entry).collect::<Vec<_>>() });
        let answer = put(&bus, &request, None).unwrap();
        assert_eq!(answer["FailedEntryCount"], 6);
        for (result, (entry, expected)) in answer["Entries"].as_array().unwrap().iter().zip(&entries) {
            assert_eq!(result.get("ErrorCode").and_then(Value::as_str), *expected, "{entry}");
            assert_eq!(result.get("EventId").is_some(), expected.is_none(), "{entry}");
        }
        assert_eq!(bus.events().len(), 2, "what goes to no bus is lost, as on AWS");
    }

    #[test]
    fn the_request_is_refused_beyond_its_limits() {
        let bus = bus();
        let kind = |request: Value| put(&bus, &request, None).map_err(|refusal| refusal.message);
        assert!(kind(json!({ "Entries": [] })).unwrap_err().contains("greater than or equal to 1"));
        assert!(kind(json!({})).is_err());
        assert!(kind(json!({ "Entries": vec![entry(); 11] })).unwrap_err().contains("less than or equal to 10"));
        assert!(kind(json!({ "Entries": vec![entry(); 10] })).is_ok());

        let mut large = entry();
        let rest = size(&large) - r#"{"a":1}"#.len();
        let detail = |length: usize| format!(r#"{{"a":"{}"}}"#, "x".repeat(length - 8));
        large["Detail"] = detail(MOST_BYTES - rest).into();
        assert_eq!(size(&large), MOST_BYTES);
        assert!(kind(json!({ "Entries": [large.clone()] })).is_ok());
        large["Detail"] = detail(MOST_BYTES - rest + 1).into();
        assert!(kind(json!({ "Entries": [large] })).unwrap_err().contains("over the limit"));
    }

    #[test]
    fn only_the_last_thousand_are_remembered() {
        let bus = bus();
        for _ in 0..101 {
            put(&bus, &json!({ "Entries": vec![entry(); 10] }), None).unwrap();
        }
        assert_eq!(bus.events().len(), super::super::KEPT);
    }
}
