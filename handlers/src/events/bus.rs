//! The EventBridge bus.

use aws_sdk_eventbridge::Client;
use aws_sdk_eventbridge::types::PutEventsRequestEntry;

use super::reminder_due::{DETAIL_TYPE, ReminderDue, SOURCE};
use crate::booking::Timestamp;
use crate::lambda::{Init, InitError, aws, variable};

/// One call takes this many entries
/// (<https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html>).
pub(super) const BATCH: usize = 10;

/// One bus.
#[derive(Debug, Clone)]
pub struct Bus {
    client: Client,
    name: String,
}

/// From `EVENT_BUS_NAME`.
impl Init for Bus {
    const VARIABLES: &'static [&'static str] = &["EVENT_BUS_NAME"];

    async fn init() -> Result<Self, InitError> {
        Ok(Self { client: Client::new(&aws::config("EVENTBRIDGE")?), name: variable("EVENT_BUS_NAME")? })
    }
}

/// How one entry fared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Put {
    Done,
    /// It can be tried again.
    Again,
    /// It will never be taken.
    Never,
}

impl Bus {
    /// Puts at most [`BATCH`] events, once; says how each fared, in their order.
    pub(super) async fn put(&self, events: &[&ReminderDue]) -> Vec<Put> {
        let mut request = self.client.put_events();
        for event in events {
            // Strings and numbers: writing them as JSON cannot fail.
            let detail = serde_json::to_string(event).unwrap_or_default();
            request = request.entries(
                PutEventsRequestEntry::builder()
                    .event_bus_name(&self.name)
                    .source(SOURCE)
                    .detail_type(DETAIL_TYPE)
                    .detail(detail)
                    .time(aws_sdk_eventbridge::primitives::DateTime::from_millis(Timestamp::now().millis()))
                    .build(),
            );
        }
        match request.send().await {
            Ok(answer) => answer.entries().iter().map(|entry| fate(entry.error_code())).collect(),
            // The SDK has tried again where that made sense. Whatever it was, it says nothing of the single event.
            Err(error) => {
                let cause = crate::lambda::causes(&error);
                lambda_http::tracing::warn!(cause, "PutEvents failed");
                vec![Put::Again; events.len()]
            }
        }
    }
}

/// What an entry's error code means. Codes that are not known count as passing: Lambda's own retries end in time.
fn fate(code: Option<&str>) -> Put {
    match code {
        None => Put::Done,
        Some("MalformedDetail" | "InvalidArgument" | "NotAuthorizedForSourceException") => Put::Never,
        Some(_) => Put::Again,
    }
}
