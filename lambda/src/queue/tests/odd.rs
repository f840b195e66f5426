//! Events of any shape.

use proptest::prelude::*;

use super::*;

/// JSON of any shape, with the members that records have more often than others.
fn any_json() -> impl Strategy<Value = Value> {
    let names = [
        "messageId",
        "body",
        "attributes",
        "messageAttributes",
        "receiptHandle",
        "eventSourceARN",
        "MessageGroupId",
        "ApproximateReceiveCount",
        "SentTimestamp",
        "AWSTraceHeader",
        "SequenceNumber",
        "dataType",
        "stringValue",
        "binaryValue",
        "x",
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
        "[0-9]{1,40}".prop_map(Value::from),
        Just(json!("Root=1-2;Parent=3;Sampled=1")),
    ];
    leaf.prop_recursive(4, 40, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::btree_map(prop::sample::select(names.to_vec()), inner, 0..8).prop_map(Value::from_iter),
        ]
    })
}

proptest! {
    #[test]
    fn any_event_is_answered_with_ids_or_refused(
        records in prop_oneof![any_json(), prop::collection::vec(any_json(), 0..5).prop_map(Value::from)],
        whole in any::<bool>(),
    ) {
        let event = if whole { records.clone() } else { json!({ "Records": records }) };
        let ids: Vec<Value> =
            records.as_array().into_iter().flatten().map(|record| record["messageId"].clone()).collect();
        let handler = handler(|_| async { Ok(()) });
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let (visibility, context) = (Visibility::default(), context());
        if let Ok(answer) = runtime.block_on(answer(consumer(3), &handler, &visibility, event, &context)) {
            for id in failures(&answer) {
                prop_assert!(ids.contains(&json!(id)));
            }
        }
    }
}
