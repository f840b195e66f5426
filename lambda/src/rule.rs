//! Functions that an EventBridge bus calls: the events that a rule selects.

use std::process::ExitCode;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::event::run;
use super::{Contract, Environment, Event, Failure, FromEvent, Outcome, Timestamp, Trigger, document, metrics};

/// Events of an EventBridge bus that a rule selects.
#[derive(Debug, Clone, Copy)]
pub struct Rule;

/// An event of an EventBridge bus, with `detail` as `T`: a type of one's own, or `serde_json::Value`.
///
/// It is the argument of a `#[handler(event)]`. Where a rule fills a queue, it is the body of the queue's messages:
/// `Message<BusEvent<T>>`. Members:
/// <https://docs.aws.amazon.com/eventbridge/latest/ref/overiew-event-structure.html>.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct BusEvent<T> {
    /// The id that EventBridge gave to the event. An event that was put twice has two.
    pub id: String,
    /// The service that the event is from, such as `booking.reminder`.
    pub source: String,
    /// The kind of event, such as `ReminderDue`.
    #[serde(rename = "detail-type")]
    pub detail_type: String,
    /// When it happened, as its source says; to the second.
    pub time: Timestamp,
    /// The AWS account of the source; empty if the event does not say.
    #[serde(default)]
    pub account: String,
    /// The AWS region of the source; empty if the event does not say.
    #[serde(default)]
    pub region: String,
    /// The ARNs of the resources that the event is about.
    #[serde(default)]
    pub resources: Vec<String>,
    /// The content.
    pub detail: T,
}

/// Read as strictly as a request's body. An event that cannot be read is counted in the metric `EventsUnreadable` and fails
/// the invocation. Lambda tries it again, then sends it to the function's on-failure destination or dead-letter queue.
impl<T: DeserializeOwned> FromEvent<Rule> for BusEvent<T> {
    fn from_event(payload: Value) -> Result<Self, Failure> {
        document::read(&payload.to_string()).map_err(|fault| {
            metrics::of_function("EventsUnreadable", 1);
            tracing::error!(fault, "the event cannot be read");
            Failure::new(format!("the event cannot be read: {fault}"))
        })
    }
}

impl Outcome<Rule> for () {
    fn outcome(self) -> Result<Value, Failure> {
        Ok(Value::Null)
    }
}

/// Handles events of a bus until Lambda ends the process. Called by the `main` that `#[handler(event)]` writes.
pub fn event<E, D, F, Fut, A>(trigger: Trigger, describe: D, handle: F) -> ExitCode
where
    E: Environment,
    D: FnOnce(&mut Contract),
    F: Fn(&'static E, Event<Rule>) -> Fut + Copy + Send + Sync + 'static,
    Fut: Future<Output = Result<A, Failure>> + Send + 'static,
    A: Outcome<Rule>,
{
    run("event", trigger, describe, handle)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[derive(Debug, PartialEq, Deserialize)]
    struct Greeting {
        name: String,
    }

    fn greeting() -> Value {
        json!({
            "version": "0",
            "id": "6a7e8feb-b491-4cf7-a9f1-bf3703467718",
            "detail-type": "Greeted",
            "source": "hall.door",
            "account": "111122223333",
            "time": "2026-11-22T10:00:00Z",
            "region": "eu-central-1",
            "resources": ["arn:aws:hall:::door/1"],
            "detail": { "name": "Ada" },
        })
    }

    #[test]
    fn an_event_has_its_envelope_and_its_detail() {
        let event = BusEvent::<Greeting>::from_event(greeting()).unwrap();
        let expected = BusEvent {
            id: "6a7e8feb-b491-4cf7-a9f1-bf3703467718".to_owned(),
            source: "hall.door".to_owned(),
            detail_type: "Greeted".to_owned(),
            time: "2026-11-22T10:00:00Z".parse().unwrap(),
            account: "111122223333".to_owned(),
            region: "eu-central-1".to_owned(),
            resources: vec!["arn:aws:hall:::door/1".to_owned()],
            detail: Greeting { name: "Ada".to_owned() },
        };
        assert_eq!(event, expected);
    }

    #[test]
    fn a_detail_of_any_shape_is_taken_as_it_is() {
        for detail in [json!(null), json!([1, "a"]), json!({ "a": { "b": 0.5 } })] {
            let mut payload = greeting();
            payload["detail"] = detail.clone();
            assert_eq!(BusEvent::<Value>::from_event(payload).unwrap().detail, detail);
        }
    }

    #[test]
    fn an_unreadable_event_fails_without_its_content() {
        let mut payload = greeting();
        payload["detail"] = json!({ "name": ["Ada"] });
        let failure = BusEvent::<Greeting>::from_event(payload).unwrap_err();
        assert_eq!(failure.to_string(), "the event cannot be read: /detail/name: must be a string, not an array");
    }

    #[test]
    fn an_event_of_another_trigger_is_refused() {
        for payload in [json!(null), json!([]), json!(1e308), json!("x"), json!({}), json!({ "Records": [{}] })] {
            assert!(BusEvent::<Value>::from_event(payload.clone()).is_err(), "{payload}");
        }
    }
}
