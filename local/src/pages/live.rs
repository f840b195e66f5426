//! `GET /_local/live`: notices as server-sent events
//! (<https://html.spec.whatwg.org/multipage/server-sent-events.html>).

use std::convert::Infallible;

use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::Stream;
use futures_util::stream::unfold;
use tokio::sync::{broadcast, watch};
use tokio_util::sync::CancellationToken;

use super::build;
use crate::activity::{Activity, Notice};
use crate::base::builds::{Build, Builds};

#[derive(Clone)]
pub(super) struct Sources {
    pub activity: Activity,
    pub builds: Builds,
    pub stop: CancellationToken,
}

/// The notices of one page.
struct Notices {
    activity: broadcast::Receiver<Notice>,
    builds: watch::Receiver<Build>,
    stop: CancellationToken,
}

pub(super) async fn live(State(sources): State<Sources>) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let Sources { activity, builds, stop } = sources;
    let mut builds = builds.watch();
    // The first message is the build.
    builds.mark_changed();
    let notices = Notices { activity: activity.subscribe(), builds, stop };
    // The default is a comment every 15 seconds.
    Sse::new(unfold(notices, next)).keep_alive(KeepAlive::default())
}

/// The next event. `None` ends the connection: when the service stops, and when the page is too slow. It connects again
/// then, and fetches everything.
async fn next(mut page: Notices) -> Option<(Result<Event, Infallible>, Notices)> {
    let event = tokio::select! {
        biased;
        () = page.stop.cancelled() => return None,
        Ok(()) = page.builds.changed() => {
            let build = build::show(&page.builds.borrow_and_update());
            Event::default().event("build").data(build.to_string())
        }
        notice = page.activity.recv() => {
            let Notice { event, data } = notice.ok()?;
            Event::default().event(event).data(data)
        }
    };
    Some((Ok(event), page))
}
