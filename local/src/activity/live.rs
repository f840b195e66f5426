//! Notices of changes, for pages that are open.
//!
//! A notice with its data is sent at once. Others say only that something is to be fetched again: they are sent at most four
//! times a second, the last change always.

use std::collections::BTreeSet;
use std::mem::take;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::{Notify, broadcast};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

/// Notices that a slow page may lag behind. One that lags further is disconnected, and fetches everything again when it
/// connects.
const BACKLOG: usize = 1_024;
/// The time between two notices of the same change.
const PAUSE: Duration = Duration::from_millis(250);
/// Requests whose details changed within a pause. Of more, the rest is noticed with the next change.
const MOST_DETAILS: usize = 1_000;

/// A list that is to be fetched again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Topic {
    Functions,
    Queues,
    Schedules,
    Table,
}

/// A notice, as a server-sent event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Notice {
    pub event: &'static str,
    /// JSON.
    pub data: Arc<str>,
}

/// The sender of notices.
pub(super) struct Live {
    sender: broadcast::Sender<Notice>,
    pending: Mutex<Pending>,
    changed: Notify,
}

#[derive(Default)]
struct Pending {
    topics: BTreeSet<Topic>,
    details: BTreeSet<String>,
}

impl Live {
    pub(super) fn new() -> Self {
        Self { sender: broadcast::Sender::new(BACKLOG), pending: Mutex::default(), changed: Notify::new() }
    }

    pub(super) fn subscribe(&self) -> broadcast::Receiver<Notice> {
        self.sender.subscribe()
    }

    /// Whether a page is open.
    pub(super) fn is_watched(&self) -> bool {
        self.sender.receiver_count() > 0
    }

    /// Sends a notice with its data.
    pub(super) fn send(&self, event: &'static str, data: &Value) {
        // Without a receiver there is nothing to tell.
        let _ = self.sender.send(Notice { event, data: data.to_string().into() });
    }

    /// Notices that a list changed.
    pub(super) fn touch(&self, topic: Topic) {
        self.change(|pending| pending.topics.insert(topic));
    }

    /// Notices that the trace or the log of a request changed.
    pub(super) fn detail(&self, id: &str) {
        self.change(|pending| {
            pending.details.len() < MOST_DETAILS
                && !pending.details.contains(id)
                && pending.details.insert(id.to_owned())
        });
    }

    fn change(&self, add: impl FnOnce(&mut Pending) -> bool) {
        if self.is_watched() && add(&mut self.pending()) {
            self.changed.notify_one();
        }
    }

    /// Sends the notices of changes, until the service stops.
    pub(super) async fn run(&self, stop: &CancellationToken) {
        loop {
            tokio::select! {
                () = self.changed.notified() => {}
                () = stop.cancelled() => return,
            }
            let Pending { topics, details } = take(&mut *self.pending());
            for topic in topics {
                self.send(topic.name(), &json!({}));
            }
            for id in details {
                self.send("details", &json!({ "id": id }));
            }
            if timeout(PAUSE, stop.cancelled()).await.is_ok() {
                return;
            }
        }
    }

    fn pending(&self) -> std::sync::MutexGuard<'_, Pending> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Topic {
    fn name(self) -> &'static str {
        match self {
            Self::Functions => "functions",
            Self::Queues => "queues",
            Self::Schedules => "schedules",
            Self::Table => "table",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn next(receiver: &mut broadcast::Receiver<Notice>) -> (&'static str, String) {
        let notice = timeout(Duration::from_secs(20), receiver.recv()).await.unwrap().unwrap();
        (notice.event, notice.data.to_string())
    }

    #[tokio::test]
    async fn many_changes_are_few_notices_and_the_last_one_is_noticed() {
        let (live, stop) = (Arc::new(Live::new()), CancellationToken::new());
        let mut receiver = live.subscribe();
        let running = tokio::spawn({
            let (live, stop) = (live.clone(), stop.clone());
            async move { live.run(&stop).await }
        });
        for _ in 0..100 {
            live.touch(Topic::Functions);
            live.detail("a");
            live.detail("b");
        }
        assert_eq!(next(&mut receiver).await, ("functions", "{}".to_owned()));
        assert_eq!(next(&mut receiver).await, ("details", r#"{"id":"a"}"#.to_owned()));
        assert_eq!(next(&mut receiver).await, ("details", r#"{"id":"b"}"#.to_owned()));
        live.touch(Topic::Functions);
        assert_eq!(next(&mut receiver).await.0, "functions");
        assert!(receiver.try_recv().is_err(), "a hundred changes are one notice");
        stop.cancel();
        running.await.unwrap();
    }

    #[test]
    fn without_an_open_page_nothing_is_kept_for_one() {
        let live = Live::new();
        live.touch(Topic::Functions);
        live.detail("a");
        assert!(live.pending().topics.is_empty() && live.pending().details.is_empty());
    }
}
