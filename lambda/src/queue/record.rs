//! The records of SQS's event.

use serde_json::Value;

use crate::Failure;

/// A message of the batch, with what Lambda and SQS know it by. Its body is not read yet.
#[derive(Debug, Clone)]
pub(super) struct Record {
    pub(super) payload: Value,
    pub(super) envelope: Envelope,
}

/// Ids, order and trace of a message, kept until the batch is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Envelope {
    /// Lambda's batch response names the message by it.
    pub(super) id: String,
    /// The ARN of the queue.
    pub(super) queue: Option<String>,
    /// Names this delivery of the message to SQS.
    pub(super) receipt: Option<String>,
    /// The trace header of the producer.
    pub(super) trace: Option<String>,
    /// The FIFO group, whose messages are handled one after another.
    pub(super) group: Option<String>,
}

/// Reads the event's records.
///
/// # Errors
/// When the event is not SQS's, or a message has no id. It could not be named in the batch response: it would be deleted as
/// if it had been handled. So the batch fails as a whole, before any of it is handled, and Lambda makes all of it visible
/// again (<https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html>).
pub(super) fn records(mut event: Value) -> Result<Vec<Record>, Failure> {
    let Some(Value::Array(records)) = event.get_mut("Records").map(Value::take) else {
        return Err(Failure::new("the event has no `Records`"));
    };
    let read = |payload: Value| {
        let envelope = Envelope::read(&payload).ok_or_else(|| Failure::new("a record has no `messageId`"))?;
        Ok(Record { payload, envelope })
    };
    records.into_iter().map(read).collect()
}

impl Envelope {
    /// `None` without an id.
    fn read(record: &Value) -> Option<Self> {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let attributes = &record["attributes"];
        let queue = text(&record["eventSourceARN"]);
        let group = text(&attributes["MessageGroupId"]).filter(|_| is_ordered(queue.as_deref(), attributes));
        Some(Self {
            id: text(&record["messageId"]).filter(|id| !id.is_empty())?,
            receipt: text(&record["receiptHandle"]),
            trace: text(&attributes["AWSTraceHeader"]),
            queue,
            group,
        })
    }
}

/// The end of a FIFO queue's name
/// (<https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-fifo-queue-message-identifiers.html>).
const FIFO: &str = ".fifo";

/// Whether messages of one group are in order. On a standard queue, a group is a tenant: it is for fairness, and promises no
/// order (<https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-fair-queues.html>).
fn is_ordered(queue: Option<&str>, attributes: &Value) -> bool {
    queue.is_none_or(|arn| arn.strip_suffix(FIFO).is_some()) || attributes["SequenceNumber"].is_string()
}

/// The messages by their order: those of one FIFO group, one after another; every other one for itself. Each has its place in
/// the batch.
pub(super) fn lanes(records: Vec<Record>) -> Vec<Vec<(usize, Record)>> {
    let mut lanes: Vec<Vec<(usize, Record)>> = Vec::new();
    let mut of_group = std::collections::HashMap::new();
    for (place, record) in records.into_iter().enumerate() {
        let Envelope { queue, group, .. } = &record.envelope;
        let lane = match group {
            None => lanes.len(),
            Some(group) => *of_group.entry((queue.clone(), group.clone())).or_insert(lanes.len()),
        };
        match lanes.get_mut(lane) {
            Some(lane) => lane.push((place, record)),
            None => lanes.push(vec![(place, record)]),
        }
    }
    lanes
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn order(records: &[Value]) -> Vec<Vec<usize>> {
        let lanes = lanes(super::records(json!({ "Records": records })).unwrap());
        lanes.into_iter().map(|lane| lane.into_iter().map(|(place, _)| place).collect()).collect()
    }

    fn record(queue: &str, group: Option<&str>) -> Value {
        json!({
            "messageId": "1",
            "eventSourceARN": format!("arn:aws:sqs:eu-central-1:111122223333:{queue}"),
            "attributes": { "MessageGroupId": group },
        })
    }

    #[test]
    fn messages_of_a_fifo_group_wait_for_each_other() {
        let records = ["a", "b", "a", "c", "b"].map(|group| record("orders.fifo", Some(group)));
        assert_eq!(order(&records), [vec![0, 2], vec![1, 4], vec![3]]);
    }

    #[test]
    fn messages_of_two_fifo_queues_do_not_wait_for_each_other() {
        let records = ["a.fifo", "b.fifo"].map(|queue| record(queue, Some("same")));
        assert_eq!(order(&records), [[0], [1]]);
    }

    #[test]
    fn messages_of_a_standard_queue_do_not_wait_for_each_other() {
        let records = [record("orders", None), record("orders", Some("tenant")), record("orders", Some("tenant"))];
        assert_eq!(order(&records), [[0], [1], [2]]);
    }

    #[test]
    fn a_batch_with_a_message_that_has_no_id_fails_as_a_whole() {
        for odd in [json!({}), json!({ "messageId": "" }), json!({ "messageId": 1 }), json!(null), json!([])] {
            let event = json!({ "Records": [record("orders", None), odd] });
            assert_eq!(records(event.clone()).unwrap_err().to_string(), "a record has no `messageId`", "{event}");
        }
    }

    #[test]
    fn an_event_of_another_trigger_fails() {
        for event in [json!(null), json!([]), json!({}), json!({ "Records": {} }), json!({ "detail": 1 }), json!(1e308)]
        {
            assert_eq!(records(event.clone()).unwrap_err().to_string(), "the event has no `Records`", "{event}");
        }
        let of_a_stream = json!({ "Records": [{ "eventSource": "aws:dynamodb", "dynamodb": {} }] });
        assert!(records(of_a_stream).is_err());
    }
}
