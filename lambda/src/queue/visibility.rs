//! When a failed message comes again: `ChangeMessageVisibility`.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, OnceLock, PoisonError};

use aws_sdk_sqs::Client;
use aws_sdk_sqs::config::Builder;
use aws_sdk_sqs::error::BuildError;
use aws_sdk_sqs::types::ChangeMessageVisibilityBatchRequestEntry;
use futures_util::future::join_all;

use crate::trace::Subsegments;
use crate::{Cause, aws, causes};

/// The longest time, in seconds. SQS allows 12 hours, counted from when the message was received, and refuses more
/// (<https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ChangeMessageVisibility.html>). Of these, a
/// batch can wait for 5 minutes until it is full, and a function can run for 15.
pub(super) const LONGEST: u32 = 12 * 60 * 60 - 20 * 60;

/// The limit of one call.
const BATCH: usize = 10;

/// A message that comes again after a time.
#[derive(Debug, Clone)]
pub(super) struct Later {
    /// The ARN of its queue.
    pub(super) queue: String,
    pub(super) receipt: String,
    pub(super) seconds: u32,
}

/// Sets when messages come again.
#[derive(Debug, Default)]
pub(super) struct Visibility {
    /// Created for the first message that comes again later. `None` if it cannot be.
    client: OnceLock<Option<Client>>,
    /// The URLs of queues, by their ARNs.
    urls: Mutex<HashMap<String, String>>,
}

impl Visibility {
    /// Sets it for each message. Best effort: a message for which it fails comes again after its queue's visibility timeout.
    pub(super) async fn set(&self, messages: Vec<Later>) {
        if messages.is_empty() {
            return;
        }
        let Some(client) = self.client.get_or_init(client) else { return };
        let mut by_queue: BTreeMap<String, Vec<Later>> = BTreeMap::new();
        for message in messages {
            by_queue.entry(message.queue.clone()).or_default().push(message);
        }
        // A function has one queue, rarely two.
        for (queue, messages) in &by_queue {
            match self.url(client, queue).await {
                Ok(url) => drop(join_all(messages.chunks(BATCH).map(|batch| change(client, &url, batch))).await),
                Err(cause) => {
                    tracing::warn!(cause = causes(&cause), "no queue; its messages' visibility is as by default");
                }
            }
        }
    }

    /// The queue's URL. Asked for once.
    async fn url(&self, client: &Client, arn: &str) -> Result<String, Cause> {
        let known = self.urls.lock().unwrap_or_else(PoisonError::into_inner).get(arn).cloned();
        if let Some(url) = known {
            return Ok(url);
        }
        // arn:aws:sqs:<region>:<account>:<name>
        let mut parts = arn.rsplit(':');
        let (name, account) = (parts.next(), parts.next().filter(|account| !account.is_empty()));
        let request = client.get_queue_url().set_queue_name(name.map(str::to_owned));
        let found = request.set_queue_owner_aws_account_id(account.map(str::to_owned)).send().await;
        let url = found.map_err(Cause::new)?.queue_url.ok_or_else(|| Cause::new("SQS returned no URL"))?;
        self.urls.lock().unwrap_or_else(PoisonError::into_inner).insert(arn.to_owned(), url.clone());
        Ok(url)
    }

    /// With a client of a test's.
    #[cfg(test)]
    pub(super) fn with(client: Client) -> Self {
        Self { client: Some(client).into(), urls: Mutex::default() }
    }
}

/// A client, made when it is needed: most batches need none, and it takes a fifth of the init phase.
fn client() -> Option<Client> {
    match aws::config("SQS") {
        Ok(config) => {
            let config = Builder::from(&config).interceptor(aws::NoUserAgent).interceptor(Subsegments::default());
            Some(Client::from_conf(config.build()))
        }
        Err(error) => {
            tracing::warn!(cause = error.to_string(), "no client of SQS; messages' visibility is as by default");
            None
        }
    }
}

/// Changes up to [`BATCH`] messages.
async fn change(client: &Client, url: &str, messages: &[Later]) {
    let entry = |(place, message): (usize, &Later)| {
        ChangeMessageVisibilityBatchRequestEntry::builder()
            .id(place.to_string())
            .receipt_handle(&message.receipt)
            .visibility_timeout(message.seconds.min(LONGEST).try_into().unwrap_or(i32::MAX))
            .build()
    };
    let entries: Result<Vec<_>, BuildError> = messages.iter().enumerate().map(entry).collect();
    let answer = match entries {
        Ok(entries) => {
            let request = client.change_message_visibility_batch().queue_url(url);
            request.set_entries(Some(entries)).send().await.map_err(Cause::new)
        }
        Err(error) => Err(Cause::new(error)),
    };
    match answer {
        Ok(answer) => {
            for failed in answer.failed() {
                tracing::warn!(code = failed.code(), "a message's visibility is as by default");
            }
        }
        Err(cause) => tracing::warn!(cause = causes(&cause), "messages' visibility is as by default"),
    }
}
