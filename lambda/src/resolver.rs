//! DNS resolver of the HTTP client.

use std::future::ready;
use std::io;
use std::net::{SocketAddr, ToSocketAddrs};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::vec::IntoIter;

use futures_util::TryFutureExt;
use hyper_util::client::legacy::connect::dns::{GaiResolver, Name};
use lambda_http::Service;

/// The system's resolver, which blocks the calling thread.
#[derive(Clone, Debug)]
pub(super) enum Resolver {
    /// For requests: blocks a separate thread, so that the request's time limits apply during the lookup.
    InThread(GaiResolver),
    /// For the init phase, where nothing else runs: starting a thread with its own heap takes longer than most lookups,
    /// an eighth of the time until the first request's response. `RES_OPTIONS` in `serverless.yml` bounds the lookup.
    Blocking,
}

impl Service<Name> for Resolver {
    type Response = IntoIter<SocketAddr>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<IntoIter<SocketAddr>>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self {
            Self::InThread(resolver) => Service::<Name>::poll_ready(resolver, context),
            Self::Blocking => Poll::Ready(Ok(())),
        }
    }

    fn call(&mut self, name: Name) -> Self::Future {
        match self {
            Self::InThread(resolver) => {
                Box::pin(resolver.call(name).map_ok(|addresses| addresses.collect::<Vec<_>>().into_iter()))
            }
            Self::Blocking => Box::pin(ready((name.as_str(), 0).to_socket_addrs())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn both_resolvers_find_the_same_addresses() {
        let mut found = Vec::new();
        for mut resolver in [Resolver::Blocking, Resolver::InThread(GaiResolver::new())] {
            let addresses = resolver.call("localhost".parse().unwrap()).await.unwrap();
            found.push(addresses.map(|address| address.ip()).collect::<Vec<_>>());
        }
        assert!(!found[0].is_empty() && found[0] == found[1], "{found:?}");
    }
}
