//! The body of a webhook.
//!
//! <https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md#payload-structure>

use lambda::{BusEvent, Failure, FromBody, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// An event of the bus as the queue has it. Its detail is not taken apart, so that it can be sent on as it is: neither the order of
/// its members nor the spelling of a number changes.
#[derive(Debug, Clone)]
pub struct Published(pub BusEvent<Box<RawValue>>);

impl FromBody for Published {
    fn from_body(body: String) -> Result<Self, Failure> {
        // serde's sentence may quote the body.
        let place = |error: serde_json::Error| format!("line {}, column {}", error.line(), error.column());
        let unreadable = |error| Failure::new(format!("the message is no event of a bus: see {}", place(error)));
        serde_json::from_str(&body).map(Self).map_err(unreadable)
    }
}

#[derive(Serialize)]
struct Payload<'a> {
    #[serde(rename = "type")]
    kind: String,
    timestamp: Timestamp,
    data: &'a RawValue,
}

/// The body of an event's webhook: the same text on every try.
pub(super) fn body(Published(event): &Published) -> String {
    let payload = Payload { kind: kind(&event.detail_type), timestamp: event.time, data: &event.detail };
    // Texts and a part of a document that was read as JSON: serializing them cannot fail.
    serde_json::to_string(&payload).unwrap_or_default()
}

/// The webhook's `type`: `booking.` and the detail type in snake case, without `Booking` in front. Has the characters
/// `[a-z0-9_.]`, whatever the detail type.
pub(super) fn kind(detail_type: &str) -> String {
    let short = detail_type.strip_prefix("Booking").filter(|rest| rest.starts_with(|c: char| c.is_ascii_uppercase()));
    let mut words = String::new();
    let mut before = None;
    let mut letters = short.unwrap_or(detail_type).chars().peekable();
    while let Some(letter) = letters.next() {
        let lower_follows = letters.peek().is_some_and(char::is_ascii_lowercase);
        let begins = letter.is_ascii_uppercase()
            && before.is_some_and(|before: char| !before.is_ascii_uppercase() || lower_follows);
        if (begins || !letter.is_ascii_alphanumeric()) && !words.is_empty() && !words.ends_with('_') {
            words.push('_');
        }
        if letter.is_ascii_alphanumeric() {
            words.push(letter.to_ascii_lowercase());
        }
        before = Some(letter);
    }
    format!("booking.{}", if words.is_empty() { "event" } else { words.trim_end_matches('_') })
}

/// The id of an event: that of its detail, which stays when the event is published again, else that of the envelope.
/// `None` if neither is one: an id has 1 to 128 of the characters `[A-Za-z0-9_-]`.
pub(super) fn id(Published(event): &Published) -> Option<String> {
    #[derive(Deserialize)]
    struct Detail {
        id: String,
    }
    let of_detail = serde_json::from_str::<Detail>(event.detail.get()).ok().map(|detail| detail.id);
    of_detail.filter(|id| is_id(id)).or_else(|| Some(event.id.clone()).filter(|id| is_id(id)))
}

/// A dot would make two signed contents alike: it separates id, time and body.
fn is_id(text: &str) -> bool {
    (1..=128).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn event(detail_type: &str, detail: &str) -> Published {
        let envelope = json!({
            "version": "0", "id": "5c1e-envelope", "detail-type": detail_type, "source": "booking.lifecycle",
            "account": "000000000000", "time": "2026-11-22T09:45:02Z", "region": "eu-central-1", "resources": [],
        });
        let text = envelope.to_string();
        Published::from_body(format!("{},\"detail\":{detail}}}", text.trim_end_matches('}'))).unwrap()
    }

    #[test]
    fn every_kind_of_event_has_a_type() {
        for (detail_type, kind_of_it) in [
            ("ReminderDue", "booking.reminder_due"),
            ("BookingCreated", "booking.created"),
            ("BookingConfirmed", "booking.confirmed"),
            ("BookingRescheduled", "booking.rescheduled"),
            ("BookingCancelled", "booking.cancelled"),
            ("BookingExpired", "booking.expired"),
            ("BookingDeleted", "booking.deleted"),
            ("SeriesCancelled", "booking.series_cancelled"),
            ("BookingNoShow", "booking.no_show"),
            ("BookingSMSSent", "booking.sms_sent"),
            ("Booking", "booking.booking"),
            ("Bookings", "booking.bookings"),
            ("order.paid v2", "booking.order_paid_v2"),
            ("__A--b__", "booking.a_b"),
            ("Über", "booking.ber"),
            ("", "booking.event"),
            ("…", "booking.event"),
        ] {
            assert_eq!(kind(detail_type), kind_of_it, "{detail_type}");
        }
    }

    /// Numbers beyond 64 bits, escapes and the order of members are kept: a consumer of the queue and one of webhooks
    /// read the same.
    #[test]
    fn data_is_the_detail_as_it_was_published() {
        let detail = r#"{"z":1e400,"a":12345678901234567890123,"metadata":{"note":"\u00e9 \" 0.10"},"id":"e1"}"#;
        let expected = format!(r#"{{"type":"booking.created","timestamp":"2026-11-22T09:45:02Z","data":{detail}}}"#);
        assert_eq!(body(&event("BookingCreated", detail)), expected);
    }

    #[test]
    fn an_event_has_the_id_of_its_detail() {
        assert_eq!(id(&event("ReminderDue", r#"{"id":"4b8f26ed-9b96"}"#)).as_deref(), Some("4b8f26ed-9b96"));
        for detail in ["{}", r#"{"id":5}"#, r#"{"id":"a.b"}"#, r#"{"id":""}"#, r#"{"id":"a\nb"}"#] {
            assert_eq!(id(&event("ReminderDue", detail)).as_deref(), Some("5c1e-envelope"), "{detail}");
        }
        let nameless = BusEvent { id: "a b".to_owned(), ..event("ReminderDue", "{}").0 };
        assert_eq!(id(&Published(nameless)), None);
    }

    #[test]
    fn what_is_no_event_is_refused_without_its_content() {
        for body in ["", "customer-4711", "[]", "{}", r#"{"id":"customer-4711"}"#, r#"{"id":["customer-4711"]}"#] {
            let failure = Published::from_body(body.to_owned()).unwrap_err().to_string();
            assert!(failure.contains("no event of a bus") && !failure.contains("customer"), "{failure}");
        }
    }
}
