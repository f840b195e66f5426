//! A function's answer to a batch:
//! <https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting>.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::aws::interface::message::Received;

/// The ids of the messages that failed. `None`: all of them did, since the answer is no report.
pub(super) fn failures(answer: &[u8], batch: &[Received]) -> Option<BTreeSet<String>> {
    if answer.trim_ascii().is_empty() {
        return Some(BTreeSet::new());
    }
    let failures = match serde_json::from_slice(answer).ok()? {
        Value::Null => return Some(BTreeSet::new()),
        Value::Object(mut members) => match members.remove("batchItemFailures") {
            None | Some(Value::Null) => return Some(BTreeSet::new()),
            Some(Value::Array(failures)) => failures,
            Some(_) => return None,
        },
        _ => return None,
    };
    let id = |failure: &Value| {
        let id = failure.get("itemIdentifier")?.as_str()?;
        batch.iter().any(|message| message.id == id).then(|| id.to_owned())
    };
    failures.iter().map(id).collect()
}

#[cfg(test)]
mod tests {
    use super::super::record::tests::message;
    use super::*;

    fn failures(answer: &str) -> Option<Vec<String>> {
        let batch = ["a", "b"].map(|id| Received { id: id.into(), ..message("x") });
        super::failures(answer.as_bytes(), &batch).map(|ids| ids.into_iter().collect())
    }

    #[test]
    fn no_failure_is_success() {
        for answer in ["", " ", "null", "{}", r#"{"batchItemFailures":null}"#, r#"{"batchItemFailures":[]}"#] {
            assert_eq!(failures(answer), Some(vec![]), "{answer}");
        }
    }

    #[test]
    fn the_messages_named_have_failed() {
        let answer = r#"{"batchItemFailures":[{"itemIdentifier":"b"},{"itemIdentifier":"b"}]}"#;
        assert_eq!(failures(answer), Some(vec!["b".to_owned()]));
    }

    #[test]
    fn an_answer_that_is_no_report_fails_the_whole_batch() {
        for answer in [
            "no json",
            "[]",
            "7",
            r#"{"batchItemFailures":{}}"#,
            r#"{"batchItemFailures":["a"]}"#,
            r#"{"batchItemFailures":[{"itemIdentifier":""}]}"#,
            r#"{"batchItemFailures":[{"itemIdentifier":null}]}"#,
            r#"{"batchItemFailures":[{"id":"a"}]}"#,
            r#"{"batchItemFailures":[{"itemIdentifier":"a"},{"itemIdentifier":"unknown"}]}"#,
        ] {
            assert_eq!(failures(answer), None, "{answer}");
        }
    }
}
