//! The destinations of a mapping: its function, and its on-failure queue.

use std::time::Duration;

use bytes::Bytes;
use chrono::Utc;

use super::delivery::Target;
use super::failure::{self, GivenUp, Place};
use super::mapping::Mapping;
use super::record::Record;
use crate::aws::interface::error::FunctionError;
use crate::aws::interface::invoke::{Cause, Request};
use crate::aws::interface::message::Outgoing;
use crate::aws::interface::trace::Trace;
use crate::project::template::ACCOUNT;

/// The function of a mapping, for one shard.
pub(super) struct Destination<'a> {
    pub(super) mapping: &'a Mapping,
    pub(super) label: &'a str,
    pub(super) shard: &'a str,
}

impl Destination<'_> {
    /// Sends discarded records to the on-failure destination. The position is stored after this: a crash in between
    /// repeats the message and loses none.
    fn tell(&self, records: &[Record], why: &GivenUp) {
        let Mapping { settings, function_name, region, queues, logger, .. } = self.mapping;
        let Some(queue) = &settings.on_failure else { return };
        let function_arn = format!("arn:aws:lambda:{region}:{ACCOUNT}:function:{function_name}");
        let stream_arn = self.mapping.arn(self.label);
        let place = Place { function_arn: &function_arn, stream_arn: &stream_arn, shard: self.shard };
        let Some(message) = failure::message(records, why, place, self.now()) else { return };
        if let Err(error) = queues.send_message(queue, Outgoing { body: message.to_string(), ..Outgoing::default() }) {
            logger.say("stream", &format!("ERROR {} not told to {queue}: {error}", range(records)));
        }
    }
}

impl Target for Destination<'_> {
    async fn invoke(&self, payload: Bytes, records: &[Record]) -> Result<Bytes, FunctionError> {
        let Mapping { functions, function, settings, closing, .. } = self.mapping;
        let records = records.iter().map(|record| record.origin.clone()).collect();
        let cause = Cause::Stream { table: settings.table.clone(), records };
        let request = Request { cause, ..Request::new(payload, Trace::start()) };
        tokio::select! {
            biased;
            result = functions.invoke(function, request) => result,
            () = closing.cancelled() => Err(FunctionError::stopping()),
        }
    }

    fn done(&self, sequence_number: &str) {
        self.mapping.remember(self.label, self.shard, sequence_number);
    }

    fn give_up(&self, records: &[Record], why: &GivenUp) {
        let message = format!("ERROR {} given up by {}: {}", range(records), self.mapping.function, why.words());
        self.mapping.logger.say("stream", &message);
        self.tell(records, why);
    }

    fn retry(&self, records: &[Record], failures: u64) {
        let message =
            format!("{} to be tried again by {}, failures so far: {failures}", range(records), self.mapping.function);
        self.mapping.logger.say("stream", &message);
    }

    #[expect(clippy::cast_precision_loss, reason = "milliseconds since 1970 fit a double")]
    fn now(&self) -> f64 {
        match &self.mapping.clock {
            Some(clock) => clock.now_unix_secs_f64(),
            None => Utc::now().timestamp_millis() as f64 / 1000.0,
        }
    }

    async fn pause(&self, time: Duration) -> bool {
        self.mapping.wait(time).await;
        !self.mapping.stop.is_cancelled()
    }
}

/// Identifies records by sequence number: their content may be personal data.
fn range(records: &[Record]) -> String {
    match records {
        [] => "no records".to_owned(),
        [one] => format!("1 record ({})", one.sequence_number),
        [first, .., last] => {
            format!("{} records ({} to {})", records.len(), first.sequence_number, last.sequence_number)
        }
    }
}
