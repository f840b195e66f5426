//! The events that an invocation sent, and the requests that they follow from.

use serde_json::Value;

use crate::aws::interface::clock::now;
use crate::aws::interface::digest;
use crate::aws::interface::invoke::{Cause, Origin};

/// An event that an invocation sent.
pub(super) struct Sent {
    pub id: String,
    pub source: String,
    pub detail_type: String,
    pub bus: String,
    /// Milliseconds since 1970.
    pub at: f64,
    /// The writers of the records that it follows from, in a batch of several. `None`: it follows from the whole invocation.
    pub writers: Option<Vec<Option<String>>>,
}

impl Sent {
    pub(super) fn of(event: &Value, cause: &Cause) -> Self {
        let text = |name: &str| event[name].as_str().unwrap_or_default().to_owned();
        let writers = match cause {
            Cause::Stream { records, .. } => writers(event, records),
            _ => None,
        };
        Self {
            id: text("id"),
            source: text("source"),
            detail_type: text("detail-type"),
            bus: text("event_bus_name"),
            at: now(),
            writers,
        }
    }

    /// Whether it follows from what the invocation with this segment wrote.
    pub(super) fn follows(&self, writer: &str) -> bool {
        let is = |known: &Option<String>| known.as_deref() == Some(writer);
        self.writers.as_ref().is_none_or(|writers| writers.iter().any(is))
    }
}

/// The writers of the records that an event follows from. A function sends the events of a batch with one trace header, so
/// they are told apart by their content: an event has texts, such as an id, that the records of only one writer have.
fn writers(event: &Value, records: &[Origin]) -> Option<Vec<Option<String>>> {
    let mut all: Vec<&Option<String>> = records.iter().map(|record| &record.writer).collect();
    all.sort();
    all.dedup();
    if all.len() < 2 {
        return None;
    }
    let mut scores = vec![0_usize; all.len()];
    for text in digest::texts([&event["detail"], &event["resources"]]) {
        let has = |writer: &Option<String>| {
            records.iter().any(|record| record.writer == *writer && record.texts.binary_search(&text).is_ok())
        };
        let mut having = all.iter().enumerate().filter(|(_, writer)| has(writer));
        if let (Some((index, _)), None) = (having.next(), having.next()) {
            scores[index] += 1;
        }
    }
    let best = scores.iter().copied().max().filter(|best| *best > 0)?;
    let chosen = all.into_iter().zip(scores).filter(|(_, score)| *score == best);
    Some(chosen.map(|(writer, _)| writer.clone()).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn origin(writer: Option<&str>, texts: &Value) -> Origin {
        Origin { writer: writer.map(ToOwned::to_owned), texts: digest::texts([texts]) }
    }

    fn sent(detail: &Value, records: Vec<Origin>) -> Sent {
        let event = json!({ "id": "e", "detail-type": "Made", "detail": detail });
        Sent::of(&event, &Cause::Stream { table: "t".into(), records })
    }

    #[test]
    fn events_of_one_batch_are_told_apart_by_the_texts_of_their_records() {
        let records = || {
            vec![
                origin(Some("one"), &json!({ "id": "id-1", "room": "hall", "from": "10:00", "to": "11:00" })),
                origin(Some("two"), &json!({ "id": "id-2", "room": "hall", "from": "11:00", "to": "12:00" })),
                origin(None, &json!({ "id": "id-3", "room": "hall" })),
            ]
        };
        let one = sent(&json!({ "id": "id-1", "room": "hall", "from": "10:00", "to": "11:00" }), records());
        assert!(one.follows("one") && !one.follows("two"));
        let two = sent(&json!({ "id": "id-2", "room": "hall" }), records());
        assert!(two.follows("two") && !two.follows("one"));
        let three = sent(&json!({ "id": "id-3" }), records());
        assert!(!three.follows("one") && !three.follows("two"));
        // Nothing tells which record it follows from.
        let any = sent(&json!({ "room": "hall" }), records());
        assert!(any.follows("one") && any.follows("two"));
    }

    #[test]
    fn an_event_of_one_writers_batch_follows_from_it() {
        let records = vec![origin(Some("one"), &json!("text-1")), origin(Some("one"), &json!("text-2"))];
        assert_eq!(sent(&json!({}), records).writers, None);
    }
}
