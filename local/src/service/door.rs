//! A server whose routes can be replaced while it serves.

use std::net::SocketAddr;
use std::sync::{Arc, PoisonError, RwLock};

use axum::Router;
use axum::extract::{Request, State};
use axum::response::Response;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tower_service::Service as _;

use crate::base::listen::Listeners;

/// The routes of a server. A request ends with the routes that it began with. Clones share them.
#[derive(Clone, Default)]
pub(super) struct Door(Arc<RwLock<Router>>);

impl Door {
    /// Answers the requests that come from now on with `router`.
    pub(super) fn replace(&self, router: Router) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = router;
    }

    /// Serves until `stop`, then finishes requests in flight.
    pub(super) async fn serve(self, listeners: Listeners, stop: CancellationToken) {
        let app = Router::new().fallback(answer).with_state(self).into_make_service_with_connect_info::<SocketAddr>();
        let mut served = JoinSet::new();
        for socket in listeners.into_sockets() {
            let serving = axum::serve(socket, app.clone()).with_graceful_shutdown(stop.clone().cancelled_owned());
            served.spawn(serving.into_future());
        }
        // `axum::serve` retries accept errors itself, and returns no other.
        while served.join_next().await.is_some() {}
    }
}

async fn answer(State(door): State<Door>, request: Request) -> Response {
    let mut router = door.0.read().unwrap_or_else(PoisonError::into_inner).clone();
    match router.call(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    }
}
