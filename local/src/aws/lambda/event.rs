//! One asynchronous invocation: <https://docs.aws.amazon.com/lambda/latest/dg/invocation-async.html>.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;

use super::record::{Condition, Outcome};
use crate::aws::interface::error::{Failure, FunctionError};
use crate::aws::interface::invoke::{Invoke, Request};
use crate::base::log::Logger;
use crate::project::template::Asynchronous;

/// The pause before the first attempt after a throttle, which doubles up to five minutes. Throttles do not count as attempts:
/// <https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html>.
const AFTER_THROTTLE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_mins(5);

/// An asynchronous invocation.
pub(super) struct Event {
    pub function: String,
    pub request: Request,
    pub settings: Asynchronous,
    pub functions: Arc<dyn Invoke>,
    pub logger: Logger,
    pub stop: CancellationToken,
}

impl Event {
    /// Invokes the function until it succeeds: once, and again after each pause, as often as its settings say. All attempts
    /// have the same request id. `None`: the service stops, or has no such function any more.
    pub(super) async fn run(&self, pauses: &[Duration]) -> Option<Outcome> {
        let began = Instant::now();
        let (mut failures, mut invocations, mut throttle) = (0, 0, AFTER_THROTTLE);
        loop {
            invocations += 1;
            let error = match self.attempt().await {
                Ok(answer) => return Some(Outcome { condition: Condition::Success, invocations, answer: Ok(answer) }),
                Err(error) if matches!(error.failure, Failure::Stopping | Failure::Unknown) => return None,
                Err(error) => error,
            };
            let pause = if error.failure == Failure::Throttled {
                let next = (throttle * 2).min(LONGEST_PAUSE);
                std::mem::replace(&mut throttle, next)
            } else {
                failures += 1;
                if failures > self.settings.retries {
                    let condition = Condition::RetriesExhausted;
                    return Some(Outcome { condition, invocations, answer: Err(error) });
                }
                pauses.get(failures - 1).or(pauses.last()).copied().unwrap_or_default()
            };
            if began.elapsed() + pause > self.settings.age {
                return Some(Outcome { condition: Condition::EventAgeExceeded, invocations, answer: Err(error) });
            }
            let (id, seconds) = (&self.request.id, pause.as_secs());
            let next = format!("the asynchronous invocation {id} is tried again in {seconds} seconds");
            self.logger.say(&self.function, &next);
            if timeout(pause, self.stop.cancelled()).await.is_ok() {
                return None;
            }
        }
    }

    async fn attempt(&self) -> Result<Bytes, FunctionError> {
        let Request { id, payload, trace, qualifier, cause, .. } = &self.request;
        let (id, qualifier, cause) = (id.clone(), qualifier.clone(), cause.clone());
        let request = Request { id, cause, qualifier, ..Request::new(payload.clone(), trace.clone()) };
        self.functions.invoke(&self.function, request).await
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::aws::interface::Pending;
    use crate::aws::interface::trace::Trace;
    use crate::base::options::Log;

    /// Fails the first invocations in this way, and records the request ids.
    struct Failing {
        failures: usize,
        how: Failure,
        ids: Mutex<Vec<String>>,
    }

    impl Invoke for Failing {
        fn invoke<'a>(&'a self, _: &'a str, request: Request) -> Pending<'a, Result<Bytes, FunctionError>> {
            Box::pin(async move {
                let mut ids = self.ids.lock().unwrap();
                ids.push(request.id);
                match ids.len() {
                    attempt if attempt <= self.failures => Err(FunctionError::new(self.how, "E", "no")),
                    _ => Ok(Bytes::new()),
                }
            })
        }
    }

    async fn attempts(failures: usize, how: Failure, settings: Asynchronous) -> (usize, Option<Condition>) {
        let functions = Arc::new(Failing { failures, how, ids: Mutex::default() });
        let logger = Logger::new(Log::Captured, std::iter::empty());
        let request = Request::new(Bytes::new(), Trace::start());
        let (id, stop) = (request.id.clone(), CancellationToken::new());
        let event = Event { function: "f".into(), request, settings, functions: functions.clone(), logger, stop };
        let outcome = event.run(&[Duration::ZERO; 2]).await;
        let ids = functions.ids.lock().unwrap();
        assert!(ids.iter().all(|known| *known == id), "the same request");
        (ids.len(), outcome.map(|outcome| outcome.condition))
    }

    #[tokio::test]
    async fn an_event_that_fails_is_tried_twice_more_and_then_given_up() {
        let attempts = |failures| attempts(failures, Failure::Reported, Asynchronous::default());
        assert_eq!(attempts(0).await, (1, Some(Condition::Success)));
        assert_eq!(attempts(1).await, (2, Some(Condition::Success)));
        assert_eq!(attempts(2).await, (3, Some(Condition::Success)));
        assert_eq!(attempts(9).await, (3, Some(Condition::RetriesExhausted)));
    }

    #[tokio::test]
    async fn the_template_says_how_often_an_event_is_repeated() {
        let once = Asynchronous { retries: 0, ..Asynchronous::default() };
        assert_eq!(attempts(9, Failure::TimedOut, once).await, (1, Some(Condition::RetriesExhausted)));
    }

    #[tokio::test(start_paused = true)]
    async fn throttles_are_no_attempts_and_end_with_the_age_of_the_event() {
        let settings = Asynchronous { age: Duration::from_mins(1), ..Asynchronous::default() };
        assert_eq!(attempts(5, Failure::Throttled, settings.clone()).await, (6, Some(Condition::Success)));
        assert_eq!(attempts(9, Failure::Throttled, settings).await, (6, Some(Condition::EventAgeExceeded)));
    }

    #[tokio::test]
    async fn an_event_of_a_service_that_stops_has_no_outcome() {
        for how in [Failure::Stopping, Failure::Unknown] {
            assert_eq!(attempts(9, how, Asynchronous::default()).await, (1, None));
        }
    }
}
