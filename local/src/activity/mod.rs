//! The recorder of the page `/_local/`: the last requests with their traces and log lines, and the functions' processes.
//!
//! It is in memory only, and bounded. Bodies are on the page and never in the log. It lives as long as the service: new
//! versions of the functions report to the same recorder.

mod again;
mod calls;
mod curl;
mod events;
mod functions;
mod invocations;
mod kept;
mod live;
mod mask;
mod observe;
mod requests;
mod ring;
mod schedules;
mod show;
mod spans;
mod time;
mod writes;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::Value;
use tokio::sync::{broadcast, oneshot};
use tokio_util::sync::CancellationToken;

use self::again::Awaited;
pub(crate) use self::again::{Incomplete, Original};
use self::calls::Calls;
use self::functions::Function;
use self::invocations::Invocations;
use self::live::Live;
pub(crate) use self::live::Notice;
use self::requests::Requests;
use self::schedules::Schedules;
use self::writes::Writes;

/// The recorder. Clones share it.
#[derive(Clone)]
pub(crate) struct Activity(Arc<Inner>);

struct Inner {
    state: Mutex<State>,
    live: Live,
}

struct State {
    requests: Requests,
    invocations: Invocations,
    functions: BTreeMap<String, Function>,
    calls: Calls,
    writes: Writes,
    schedules: Schedules,
    awaited: Awaited,
}

impl Activity {
    pub(crate) fn new() -> Self {
        let (requests, invocations) = (Requests::new(), Invocations::new());
        let (functions, calls, writes) = (BTreeMap::new(), Calls::new(), Writes::new());
        let state = Mutex::new(State {
            requests,
            invocations,
            functions,
            calls,
            writes,
            schedules: Schedules::default(),
            awaited: Awaited::default(),
        });
        Self(Arc::new(Inner { state, live: Live::new() }))
    }

    /// Sends notices of changes to the pages, until the service stops.
    pub(crate) async fn run(self, stop: CancellationToken) {
        self.0.live.run(&stop).await;
    }

    /// Notices from now on.
    pub(crate) fn subscribe(&self) -> broadcast::Receiver<Notice> {
        self.0.live.subscribe()
    }

    /// The requests, newest first.
    pub(crate) fn requests(&self) -> Vec<Value> {
        self.state().requests.iter().map(show::summary).collect()
    }

    /// A request with its trace. `api` is the URL of the API.
    pub(crate) fn request(&self, id: &str, api: &str) -> Option<Value> {
        let state = self.state();
        let request = state.requests.get(id)?;
        Some(show::details(&state, request, api))
    }

    /// The members of a function that change: processes, counts and the last error.
    pub(crate) fn function(&self, key: &str) -> Value {
        self.state().functions.get(key).map_or_else(|| Function::default().show(), Function::show)
    }

    /// The members of a schedule that change: its next and its last run.
    pub(crate) fn schedule(&self, id: &str) -> Value {
        self.state().schedules.show(id)
    }

    /// A request, to send it again.
    pub(crate) fn original(&self, id: &str) -> Result<Original, Incomplete> {
        self.state().requests.get(id).map_or(Err(Incomplete::Gone), Original::of)
    }

    /// Receives the id of the next request from this address.
    pub(crate) fn await_request(&self, client: SocketAddr) -> oneshot::Receiver<String> {
        self.state().awaited.add(client)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
