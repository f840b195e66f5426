//! A function's settings of asynchronous invocations: `maximumRetryAttempts`, `maximumEventAge`, `destinations` and
//! `onError`.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-configuring.html>

use std::time::Duration;

use serde_json::Value;

use super::TemplateError;
use super::members::Members;
use super::{Queue, intrinsics::Intrinsics, queues};

/// Settings of asynchronous invocations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Asynchronous {
    /// How often a failed invocation is repeated.
    pub retries: usize,
    /// How long after it was accepted an event is tried at most.
    pub age: Duration,
    /// The queue for records of successful invocations.
    pub on_success: Option<String>,
    /// The queue for records of events that are given up.
    pub on_failure: Option<String>,
    /// The dead-letter queue for events that are given up.
    pub dead_letters: Option<String>,
}

impl Default for Asynchronous {
    fn default() -> Self {
        let age = Duration::from_hours(6);
        Self { retries: 2, age, on_success: None, on_failure: None, dead_letters: None }
    }
}

/// Reads them from the function's members, in which variables are resolved.
pub(super) fn read(
    members: &Members<'_>,
    intrinsics: &Intrinsics<'_>,
    queues: &[Queue],
    notices: &mut Vec<String>,
    key: &str,
) -> Result<Asynchronous, TemplateError> {
    let mut queue = |written: Option<&Value>, name: &str| {
        let Some(written) = written.filter(|written| !written.is_null()) else { return Ok(None) };
        let arn = written.get("arn").unwrap_or(written);
        // A destination in the cloud, such as a topic of another stack, is no mistake.
        let arn = intrinsics.resolve(arn, &format!("{}.{name}", members.place)).unwrap_or_default();
        let names: Vec<String> = queues.iter().map(|queue| queue.name.clone()).collect();
        let found = arn.as_str().and_then(|arn| queues::named_by(arn, &names)).map(ToOwned::to_owned);
        if found.is_none() {
            notices.push(format!("`{key}`: its `{name}` is no queue of the template, and gets nothing on one machine"));
        }
        Ok(found)
    };
    let destination = |name: &str| members.get("destinations").and_then(|destinations| destinations.get(name));
    let on_success = queue(destination("onSuccess"), "destinations.onSuccess")?;
    let on_failure = queue(destination("onFailure"), "destinations.onFailure")?;
    let dead_letters = queue(members.get("onError"), "onError")?;
    let retries = members.number("maximumRetryAttempts", 0..=2, 2)?;
    let age = members.number("maximumEventAge", 60..=21_600, 21_600)?;
    Ok(Asynchronous {
        retries: usize::try_from(retries).unwrap_or(2),
        age: Duration::from_secs(age.unsigned_abs()),
        on_success,
        on_failure,
        dead_letters,
    })
}
