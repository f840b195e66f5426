use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::*;
use crate::aws::interface::Pending;
use crate::aws::interface::invoke::Invoke;
use crate::aws::interface::message::{Limits, ReceiveMessages};
use crate::base::log::Logger;
use crate::base::options::Log;
use crate::project::template::QueueMapping;

/// A function that fails in this way so many times, and then succeeds.
struct Failing {
    how: Failure,
    times: usize,
    invocations: AtomicUsize,
}

impl Invoke for Failing {
    fn invoke<'a>(&'a self, _: &'a str, _: Request) -> Pending<'a, Result<Bytes, FunctionError>> {
        Box::pin(async move {
            if self.invocations.fetch_add(1, Ordering::Relaxed) < self.times {
                return Err(FunctionError::new(self.how, "E", "no"));
            }
            Ok(Bytes::from_static(br#"{"batchItemFailures":[{"itemIdentifier":"m-2"}]}"#))
        })
    }
}

/// Records what is done with messages.
#[derive(Default)]
struct Noted(Mutex<Vec<String>>);

impl ReceiveMessages for Noted {
    fn receive_messages<'a>(
        &'a self,
        _: &'a str,
        _: Limits,
        _: Duration,
    ) -> Pending<'a, Result<Vec<Received>, String>> {
        Box::pin(std::future::ready(Ok(Vec::new())))
    }

    fn delete_message(&self, _: &str, receipt: &str) -> Result<(), String> {
        self.0.lock().unwrap().push(format!("deleted {receipt}"));
        Ok(())
    }

    fn return_message(&self, _: &str, receipt: &str) -> Result<(), String> {
        self.0.lock().unwrap().push(format!("returned {receipt}"));
        Ok(())
    }
}

/// Delivers two messages that are hidden for so many seconds. The result is what is done with them, and the number of
/// invocations.
async fn deliver(how: Failure, times: usize, hidden: i64) -> (Vec<String>, usize) {
    let (queues, functions) = (Arc::new(Noted::default()), Arc::new(Failing { how, times, invocations: 0.into() }));
    let settings = QueueMapping {
        queue: "jobs".into(),
        batch_size: 10,
        batch_window: Duration::ZERO,
        patterns: Vec::new(),
        report_failures: true,
        maximum_concurrency: None,
    };
    let mapping = Arc::new(Mapping {
        function: "work".into(),
        settings,
        region: "r".into(),
        queues: queues.clone(),
        functions: functions.clone(),
        logger: Logger::new(Log::Captured, std::iter::empty()),
        tasks: TaskTracker::new(),
        stop: CancellationToken::new(),
    });
    let visible = Utc::now().timestamp_millis() + hidden * 1_000;
    let message = |number: usize| Received {
        id: format!("m-{number}"),
        receipt: format!("r-{number}"),
        visible,
        ..record::tests::message("x")
    };
    Delivery { mapping, batch: vec![message(1), message(2)] }.run().await;
    let noted = queues.0.lock().unwrap().clone();
    (noted, functions.invocations.load(Ordering::Relaxed))
}

#[tokio::test(start_paused = true)]
async fn a_throttled_batch_is_tried_again_while_its_messages_are_hidden() {
    assert_eq!(deliver(Failure::Throttled, 4, 3_600).await, (vec!["deleted r-1".to_owned()], 5));
    let returned = vec!["returned r-1".to_owned(), "returned r-2".to_owned()];
    assert_eq!(deliver(Failure::Throttled, 4, 0).await, (returned, 1));
}

#[tokio::test]
async fn messages_are_returned_when_the_service_stops_or_the_function_is_gone() {
    for how in [Failure::Stopping, Failure::Unknown] {
        let returned = vec!["returned r-1".to_owned(), "returned r-2".to_owned()];
        assert_eq!(deliver(how, 9, 3_600).await, (returned, 1));
    }
}

#[tokio::test]
async fn messages_of_an_invocation_that_failed_wait_for_their_visibility_timeout() {
    for how in [Failure::Reported, Failure::Exited, Failure::TimedOut, Failure::Init, Failure::Response] {
        assert_eq!(deliver(how, 9, 3_600).await, (Vec::new(), 1), "{how:?}");
    }
}
