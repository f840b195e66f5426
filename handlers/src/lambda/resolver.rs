//! Names of endpoints as addresses.

use std::future::ready;
use std::io;
use std::net::{SocketAddr, ToSocketAddrs};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::vec::IntoIter;

use futures_util::TryFutureExt;
use hyper_util::client::legacy::connect::dns::{GaiResolver, Name};
use lambda_http::Service;

/// The system's resolver, which keeps whoever calls it waiting. Clones are one.
///
/// For a request a thread waits, so that the request's time limits hold meanwhile. The init phase has nothing else to do
/// and waits itself: to start a thread, and a heap for it, takes longer than most answers, an eighth of all until the
/// first request's answer. `RES_OPTIONS` in `serverless.yml` bounds that wait.
#[derive(Clone, Debug)]
pub(super) struct Resolver {
    thread: GaiResolver,
    here: Arc<AtomicBool>,
}

impl Resolver {
    pub(super) fn new() -> Self {
        Self { thread: GaiResolver::new(), here: Arc::default() }
    }

    /// The next name is resolved by the thread that asks.
    pub(super) fn here(&self) {
        self.here.store(true, Ordering::Relaxed);
    }
}

impl Service<Name> for Resolver {
    type Response = IntoIter<SocketAddr>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<IntoIter<SocketAddr>>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Service::<Name>::poll_ready(&mut self.thread, context)
    }

    fn call(&mut self, name: Name) -> Self::Future {
        if self.here.swap(false, Ordering::Relaxed) {
            return Box::pin(ready((name.as_str(), 0).to_socket_addrs()));
        }
        Box::pin(self.thread.call(name).map_ok(|addresses| addresses.collect::<Vec<_>>().into_iter()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_name_has_the_same_addresses_here_and_in_a_thread() {
        let mut resolver = Resolver::new();
        resolver.here();
        let mut found = Vec::new();
        for _ in 0..2 {
            let addresses = resolver.call("localhost".parse().unwrap()).await.unwrap();
            found.push(addresses.map(|address| address.ip()).collect::<Vec<_>>());
        }
        assert!(!found[0].is_empty() && found[0] == found[1], "{found:?}");
    }
}
