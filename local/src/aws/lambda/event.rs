//! Asynchronous invocations: <https://docs.aws.amazon.com/lambda/latest/dg/invocation-async.html>.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::aws::interface::error::Failure;
use crate::aws::interface::invoke::{Invoke, Request};
use crate::base::log::Logger;

/// An asynchronous invocation.
pub(super) struct Event {
    pub function: String,
    pub request: Request,
    pub functions: Arc<dyn Invoke>,
    pub logger: Logger,
    pub stop: CancellationToken,
}

impl Event {
    /// Invokes the function until it succeeds: once, and again after each pause. All attempts have the same request id.
    pub(super) async fn run(self, pauses: impl IntoIterator<Item = Duration>) {
        let mut pauses = pauses.into_iter();
        loop {
            let Request { id, payload, trace, qualifier, cause, .. } = &self.request;
            let (id, qualifier, cause) = (id.clone(), qualifier.clone(), cause.clone());
            let request = Request { id, cause, qualifier, ..Request::new(payload.clone(), trace.clone()) };
            match self.functions.invoke(&self.function, request).await {
                Ok(_) => return,
                Err(error) if matches!(error.failure, Failure::Stopping | Failure::Unknown) => return,
                Err(_) => {}
            }
            let id = &self.request.id;
            let Some(pause) = pauses.next() else {
                self.logger.say(&self.function, &format!("ERROR the asynchronous invocation {id} is given up"));
                return;
            };
            let seconds = pause.as_secs();
            let next = format!("the asynchronous invocation {id} is tried again in {seconds} seconds");
            self.logger.say(&self.function, &next);
            if timeout(pause, self.stop.cancelled()).await.is_ok() {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use bytes::Bytes;

    use super::*;
    use crate::aws::interface::Pending;
    use crate::aws::interface::error::FunctionError;
    use crate::aws::interface::trace::Trace;
    use crate::base::options::Log;

    /// Fails the first invocations, and records the request ids.
    struct Failing {
        failures: usize,
        ids: Mutex<Vec<String>>,
    }

    impl Invoke for Failing {
        fn invoke<'a>(&'a self, _: &'a str, request: Request) -> Pending<'a, Result<Bytes, FunctionError>> {
            Box::pin(async move {
                let mut ids = self.ids.lock().unwrap();
                ids.push(request.id);
                match ids.len() {
                    attempt if attempt <= self.failures => Err(FunctionError::new(Failure::Reported, "E", "no")),
                    _ => Ok(Bytes::new()),
                }
            })
        }
    }

    async fn attempts(failures: usize) -> (usize, Vec<String>) {
        let functions = Arc::new(Failing { failures, ids: Mutex::default() });
        let logger = Logger::new(Log::Captured, std::iter::empty());
        let request = Request::new(Bytes::new(), Trace::start());
        let (id, stop) = (request.id.clone(), CancellationToken::new());
        let event = Event { function: "f".into(), request, functions: functions.clone(), logger: logger.clone(), stop };
        event.run([Duration::ZERO; 2]).await;
        let ids = functions.ids.lock().unwrap();
        assert!(ids.iter().all(|known| *known == id), "the same request");
        (ids.len(), logger.captured())
    }

    #[tokio::test]
    async fn an_event_that_fails_is_tried_twice_more_and_then_given_up() {
        assert_eq!(attempts(0).await, (1, Vec::new()));
        assert_eq!(attempts(1).await.0, 2);
        assert_eq!(attempts(2).await.0, 3);
        let (attempts, lines) = attempts(9).await;
        assert_eq!((attempts, lines.len()), (3, 3));
        assert!(lines[2].contains("is given up"), "{lines:?}");
    }
}
