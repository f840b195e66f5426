//! EventBridge schedules: invoke functions at a rate or by cron.
//!
//! <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-rule-schedule.html>

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use chrono::{DateTime, SecondsFormat, Utc};
use dynoxide::storage_backend::Clock;
use serde_json::{Value, json};
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::aws::interface::clock::now;
use crate::aws::interface::invoke::{Cause, Invoke, Request};
use crate::aws::interface::observe::{Observer, Run};
use crate::aws::interface::trace::Trace;
use crate::project::template::{ACCOUNT, Schedule, Timing};

/// The first run of a rate follows soon after the start, so that a developer need not wait an interval.
const FIRST: Duration = Duration::from_secs(1);

/// A schedule of a function, with its dependencies.
pub(crate) struct Scheduled {
    pub function: String,
    pub schedule: Schedule,
    /// The name of the rule on AWS.
    pub rule: String,
    pub region: String,
    /// Replaces the template's schedule.
    pub every: Option<Duration>,
    pub clock: Option<Arc<dyn Clock>>,
    pub functions: Arc<dyn Invoke>,
    pub observer: Arc<dyn Observer>,
    /// Ends the schedule, after the run under way.
    pub stop: CancellationToken,
    /// The service stops, which waits for no run.
    pub closing: CancellationToken,
}

impl Scheduled {
    /// Runs until it is ended. A run that takes longer than the interval delays the next. A failed run is logged
    /// by the runtime and not repeated.
    pub(crate) async fn run(self: Arc<Self>) {
        let timing = match self.every {
            Some(every) => Timing::Every(every),
            None => self.schedule.timing.clone(),
        };
        let Some(first) = timing.until_next(Utc::now()) else { return };
        let mut next = Instant::now() + if matches!(timing, Timing::Every(_)) { first.min(FIRST) } else { first };
        self.report(next);
        while timeout(next - Instant::now(), self.stop.cancelled()).await.is_err() {
            let started = Instant::now();
            tokio::select! {
                biased;
                () = self.run_once() => {}
                () = self.closing.cancelled() => return,
            }
            if self.stop.is_cancelled() {
                return;
            }
            let Some(wait) = timing.until_next(Utc::now()) else {
                self.observer.next_run(&self.rule, None);
                return;
            };
            next = match timing {
                Timing::Every(_) => started + wait,
                Timing::Cron(_) => Instant::now() + wait,
            };
            self.report(next);
        }
    }

    /// Runs now. A failure is logged by the runtime.
    pub(crate) async fn run_once(&self) {
        let began = now();
        let result = self.functions.invoke(&self.function, self.request()).await;
        let error = result.err().map(|error| error.to_string());
        self.observer.ran(&self.rule, Run { began, ended: now(), error });
    }

    fn report(&self, next: Instant) {
        let wait = next.saturating_duration_since(Instant::now());
        self.observer.next_run(&self.rule, Some(now() + wait.as_secs_f64() * 1000.0));
    }

    fn request(&self) -> Request {
        Request { cause: Cause::Schedule(self.rule.clone()), ..Request::new(self.event(), Trace::start()) }
    }

    fn event(&self) -> Bytes {
        let now = self
            .clock
            .as_ref()
            .and_then(|clock| DateTime::from_timestamp(i64::try_from(clock.now_unix_secs()).ok()?, 0));
        let event = self
            .schedule
            .input
            .clone()
            .unwrap_or_else(|| event(now.unwrap_or_else(Utc::now), &self.region, &self.rule));
        Bytes::from(event.to_string())
    }
}

/// <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events-structure.html>
fn event(now: DateTime<Utc>, region: &str, rule: &str) -> Value {
    json!({
        "version": "0",
        "id": Uuid::new_v4().to_string(),
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": ACCOUNT,
        "time": now.to_rfc3339_opts(SecondsFormat::Secs, true),
        "region": region,
        "resources": [format!("arn:aws:events:{region}:{ACCOUNT}:rule/{rule}")],
        "detail": {},
    })
}

#[cfg(test)]
mod tests {
    use super::event;

    #[test]
    fn the_event_is_eventbridges() {
        let event = event("2026-11-22T08:00:00.7Z".parse().unwrap(), "eu-central-1", "s-dev-f-rule-1");
        assert_eq!(event["time"], "2026-11-22T08:00:00Z");
        assert_eq!(event["resources"][0], "arn:aws:events:eu-central-1:000000000000:rule/s-dev-f-rule-1");
        assert_eq!(
            (event["detail-type"].as_str(), event["detail"].to_string()),
            (Some("Scheduled Event"), "{}".to_owned())
        );
    }
}
