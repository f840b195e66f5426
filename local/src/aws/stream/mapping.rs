//! An event source mapping: its settings, dependencies and position.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use dynoxide::storage_backend::Clock;
use serde_json::Value;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::position::Positions;
use crate::aws::interface::database::DynamoDb;
use crate::aws::interface::invoke::Invoke;
use crate::aws::interface::message::SendMessage;
use crate::aws::interface::observe::Observer;
use crate::base::log::Logger;
use crate::project::template::{ACCOUNT, StreamMapping};

/// An event source mapping with its dependencies.
pub(crate) struct Mapping {
    pub function: String,
    /// The deployed name.
    pub function_name: String,
    pub settings: StreamMapping,
    pub region: String,
    pub database: Arc<dyn DynamoDb>,
    pub functions: Arc<dyn Invoke>,
    pub queues: Arc<dyn SendMessage>,
    pub positions: Positions,
    pub clock: Option<Arc<dyn Clock>>,
    pub logger: Logger,
    pub observer: Arc<dyn Observer>,
    /// Ends the mapping, after the invocation under way: the mapping that follows begins after its records.
    pub stop: CancellationToken,
    /// The service stops, which waits for no batch.
    pub closing: CancellationToken,
}

impl Mapping {
    pub(super) fn begin_anew(&self, reason: &str) {
        let Self { function, settings, .. } = self;
        let table = &settings.table;
        let message = format!(
            "the position kept of {function} does not fit the stream of {table}: {reason}; it begins anew with the oldest record"
        );
        self.logger.say("stream", &message);
    }

    pub(super) fn wants(&self, event: &Value) -> bool {
        self.settings.patterns.is_empty() || self.settings.patterns.iter().any(|pattern| pattern.matches(event))
    }

    pub(super) fn remember(&self, label: &str, shard: &str, sequence_number: &str) {
        if let Err(error) = self.positions.set(&self.key(), label, shard, sequence_number) {
            self.unkept(&error);
        }
    }

    pub(super) fn unkept(&self, error: &io::Error) {
        self.logger.say("stream", &format!("ERROR the position cannot be kept: {error}"));
    }

    pub(super) fn key(&self) -> String {
        format!("{}/{}", self.function, self.settings.table)
    }

    pub(super) fn arn(&self, label: &str) -> String {
        format!("arn:aws:dynamodb:{}:{ACCOUNT}:table/{}/stream/{label}", self.region, self.settings.table)
    }

    /// Waits for `time`, or until the mapping ends.
    pub(super) async fn wait(&self, time: Duration) {
        let _ = timeout(time, self.stop.cancelled()).await;
    }
}
