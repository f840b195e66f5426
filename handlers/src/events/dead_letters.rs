//! Dead-letter queue: stream records that could not be published, kept whole for an operator.

use std::sync::OnceLock;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::MessageAttributeValue;
use aws_types::SdkConfig;
use lambda::trace::Subsegments;
use lambda::{Cause, Init, InitError, aws, variable};
use serde_json::Value;

use super::record::sequence;

/// The dead-letter queue.
#[derive(Debug, Clone)]
pub struct DeadLetters {
    config: SdkConfig,
    /// Created for the first record that is moved: that is rare, and creating it takes a fifth of the init phase.
    client: OnceLock<Client>,
    queue: String,
}

/// Reads `DEAD_LETTER_QUEUE`, the queue's name.
impl Init for DeadLetters {
    const VARIABLES: &'static [&'static str] = &["DEAD_LETTER_QUEUE"];

    async fn init() -> Result<Self, InitError> {
        Ok(Self::new(aws::config("SQS")?, variable("DEAD_LETTER_QUEUE")?))
    }
}

impl DeadLetters {
    /// The queue of this name.
    #[must_use]
    pub fn new(config: SdkConfig, queue: impl Into<String>) -> Self {
        Self { config, client: OnceLock::new(), queue: queue.into() }
    }

    /// Sends a record to the queue as Lambda delivered it, with the reason and its sequence number.
    ///
    /// # Errors
    /// When the queue does not accept it.
    pub(super) async fn park(&self, record: &Value, reason: &str) -> Result<(), Cause> {
        let text = |text: &str| MessageAttributeValue::builder().data_type("String").string_value(text).build();
        let client = self.client.get_or_init(|| {
            let config = aws_sdk_sqs::config::Builder::from(&self.config);
            Client::from_conf(config.interceptor(aws::NoUserAgent).interceptor(Subsegments::default()).build())
        });
        let found = client.get_queue_url().queue_name(&self.queue).send().await.map_err(Cause::new)?;
        let message = client
            .send_message()
            .set_queue_url(found.queue_url)
            .message_body(record.to_string())
            .message_attributes("reason", text(reason).map_err(Cause::new)?)
            .message_attributes("sequence_number", text(sequence(record).unwrap_or("none")).map_err(Cause::new)?);
        message.send().await.map(drop).map_err(Cause::new)
    }
}
