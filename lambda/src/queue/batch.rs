//! Runs the messages of a batch: side by side, up to a bound, and in order within a FIFO group.

use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use futures_util::{FutureExt, StreamExt, stream};
use serde_json::Value;
use tokio::time::timeout;

use super::record::{Record, lanes};
use crate::trace::{self, Segment};
use crate::{Failure, logs};

/// A handler with its environment: handles one message.
pub(super) type Handler = Box<dyn Fn(Value) -> Handling + Send + Sync>;
type Handling = Pin<Box<dyn Future<Output = Result<(), Unhandled>> + Send>>;

/// Why a message was not handled.
#[derive(Debug)]
pub(super) enum Unhandled {
    /// Its record or its body is not what the handler takes.
    Unreadable(Failure),
    /// The handler returned an error, which is in the log.
    Failed(Failure),
}

/// The result for one message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    Handled,
    /// The handler failed or panicked. `retry_after` are the seconds until the message may come again, if the error said so.
    Failed {
        retry_after: Option<u32>,
    },
    Unreadable,
    /// Not tried, since an earlier message of its group failed.
    Behind,
    /// Not begun, or not finished, when the time was up.
    Late,
}

/// An invocation, as far as its messages need it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Invocation<'a> {
    pub(super) function: &'a str,
    pub(super) request: &'a str,
    pub(super) trace: Option<&'a str>,
}

/// Handles the messages within `time`, at most `bound` at the same time. Returns the result of each, in their order.
pub(super) async fn run(
    handler: &Handler,
    records: Vec<Record>,
    bound: u16,
    time: Duration,
    invocation: Invocation<'_>,
) -> Vec<Fate> {
    let fates = Mutex::new(vec![Fate::Late; records.len()]);
    let note = |place: usize, fate: Fate| {
        if let Some(noted) = fates.lock().unwrap_or_else(PoisonError::into_inner).get_mut(place) {
            *noted = fate;
        }
    };
    let note = &note;
    let work = stream::iter(lanes(records)).for_each_concurrent(usize::from(bound), |lane| async move {
        let mut behind = None;
        for (place, record) in lane {
            if let Some(behind) = &mut behind {
                *behind += 1;
                note(place, Fate::Behind);
                continue;
            }
            let fate = handle(handler, record, invocation).await;
            behind = (fate != Fate::Handled).then_some(0);
            note(place, fate);
        }
        if let Some(behind @ 1..) = behind {
            tracing::warn!(behind, "later messages of a failed one's group come again with it");
        }
    });
    if timeout(time, work).await.is_err() {
        tracing::warn!(function = invocation.function, "the time is up: messages that still run come again");
    }
    fates.into_inner().unwrap_or_else(PoisonError::into_inner)
}

/// Handles one message. A panic is the failure of this message alone.
async fn handle(handler: &Handler, record: Record, invocation: Invocation<'_>) -> Fate {
    let Invocation { function, request, trace } = invocation;
    let Record { payload, envelope } = record;
    let (segment, header) = Segment::begin(envelope.trace.as_deref(), trace, function, request);
    // A panic drops the future of the message. The environment is shared with later invocations, as it is after a panic in a route.
    let work = AssertUnwindSafe(async { handler(payload).await }).catch_unwind();
    let work = async {
        match work.await {
            Ok(Ok(())) => Fate::Handled,
            Ok(Err(Unhandled::Failed(failure))) => Fate::Failed { retry_after: failure.retry_after() },
            Ok(Err(Unhandled::Unreadable(fault))) => {
                tracing::error!(%fault, "the message cannot be read");
                Fate::Unreadable
            }
            // Without the panic's message, which may quote the body.
            Err(_) => {
                tracing::error!("the handler panicked");
                Fate::Failed { retry_after: None }
            }
        }
    };
    let fate = logs::of_message(envelope.id, trace::within(header, work)).await;
    if let Some(segment) = segment {
        segment.end(fate != Fate::Handled);
    }
    fate
}
