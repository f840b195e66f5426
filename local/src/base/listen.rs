//! Listeners of the service, and the URLs by which they are reached.

use std::fmt;
use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::str::FromStr;

use axum::http::header::ORIGIN;
use axum::http::{HeaderMap, HeaderValue};
use tokio::net::TcpListener;
use url::Url;

use crate::base::error::StartError;

/// Attempts to find a port that is free on both loopback addresses.
const ATTEMPTS: usize = 50;

/// The address that the API and the emulated AWS services listen on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Host {
    /// `127.0.0.1`, and `::1` if the machine has it: both meanings of `localhost`.
    #[default]
    Localhost,
    /// One address. `0.0.0.0` is every IPv4 address of the machine, `::` every address.
    Address(IpAddr),
}

impl FromStr for Host {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.eq_ignore_ascii_case("localhost") {
            return Ok(Self::Localhost);
        }
        // URLs have IPv6 addresses in brackets.
        let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
        let address = bare.parse().map_err(|_| "write an address of this machine, or localhost".to_owned())?;
        Ok(Self::Address(address))
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Localhost => f.write_str("localhost"),
            Self::Address(address) => address.fmt(f),
        }
    }
}

impl Host {
    /// The address that a client on this machine connects to: a wildcard is none.
    pub(crate) fn reachable(self) -> IpAddr {
        match self {
            Self::Address(address) if !address.is_unspecified() => address,
            // A listener on `::` accepts IPv4 too.
            _ => Ipv4Addr::LOCALHOST.into(),
        }
    }

    /// Whether a client with this address runs on this machine.
    pub(crate) fn is_of_this_machine(self, client: IpAddr) -> bool {
        // A connection from this machine to one of its addresses has that address as its source.
        let client = client.to_canonical();
        client.is_loopback() || self == Self::Address(client)
    }
}

/// Whether a `Host` header is an address or `localhost`. The owner of any other name can point it to this machine, so
/// that a page under that name is of the same origin (DNS rebinding).
pub(crate) fn is_an_address(host: &HeaderValue) -> bool {
    let Some(host) = host.to_str().ok().and_then(|host| Url::parse(&format!("http://{host}/")).ok()) else {
        return false;
    };
    match host.host() {
        Some(url::Host::Ipv4(_) | url::Host::Ipv6(_)) => true,
        Some(url::Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

/// Whether a browser sends a request for a page, of whatever origin. An `Origin` is in every request that a script makes with a
/// body or to another origin (<https://fetch.spec.whatwg.org/#origin-header>), `Sec-Fetch-Site` in all of them
/// (<https://www.w3.org/TR/fetch-metadata/>); it is `none` where a person has typed the address. Programs send neither.
pub(crate) fn is_of_a_page(headers: &HeaderMap) -> bool {
    headers.contains_key(ORIGIN) || headers.get("sec-fetch-site").is_some_and(|site| site != "none")
}

/// A port, on every address of a [`Host`].
pub(crate) struct Listeners {
    host: Host,
    port: u16,
    sockets: Vec<TcpListener>,
}

impl Listeners {
    /// Opens `port`, or a free one for 0. `what` and `option` are for the error.
    pub(crate) fn open(what: &'static str, option: &'static str, host: Host, port: u16) -> Result<Self, StartError> {
        let opened = match host {
            Host::Address(address) => bind(address, port).map(|socket| vec![socket]),
            Host::Localhost => on_both(port),
        };
        let opened = opened.and_then(|sockets| {
            let port = sockets.first().map_or(Ok(port), |socket| socket.local_addr().map(|address| address.port()))?;
            Ok(Self { host, port, sockets })
        });
        opened.map_err(|error| match error.kind() {
            ErrorKind::AddrNotAvailable => StartError::Host { what, host: host.to_string() },
            _ => StartError::port(what, option, port, &error),
        })
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// The URL for clients on this machine.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", SocketAddr::new(self.host.reachable(), self.port))
    }

    pub(crate) fn into_sockets(self) -> Vec<TcpListener> {
        self.sockets
    }
}

fn on_both(port: u16) -> io::Result<Vec<TcpListener>> {
    let (v4, v6) = (Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into());
    let mut attempts = 0;
    loop {
        attempts += 1;
        let first = bind(v4, port)?;
        match bind(v6, first.local_addr()?.port()) {
            Ok(second) => return Ok(vec![first, second]),
            // The port that the system chose is in use on IPv6.
            Err(error) if error.kind() == ErrorKind::AddrInUse && port == 0 && attempts < ATTEMPTS => {}
            Err(error) if matches!(error.kind(), ErrorKind::AddrInUse | ErrorKind::PermissionDenied) => {
                return Err(error);
            }
            // The machine has no IPv6.
            Err(_) => return Ok(vec![first]),
        }
    }
}

fn bind(address: IpAddr, port: u16) -> io::Result<TcpListener> {
    let address = SocketAddr::new(address, port);
    let socket = socket2::Socket::new(socket2::Domain::for_address(address), socket2::Type::STREAM, None)?;
    if address.is_ipv6() {
        // The default of `IPV6_V6ONLY` differs between systems.
        socket.set_only_v6(!address.ip().is_unspecified())?;
    }
    // Permits the port while connections of an earlier run are in TIME_WAIT. On Windows the option permits two
    // listeners.
    #[cfg(unix)]
    socket.set_reuse_address(true)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(1024)?;
    TcpListener::from_std(socket.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn has_ipv6() -> bool {
        std::net::TcpListener::bind("[::1]:0").is_ok()
    }

    #[test]
    fn a_host_is_an_address_or_localhost() {
        for (text, host) in [
            ("localhost", Host::Localhost),
            ("LOCALHOST", Host::Localhost),
            ("0.0.0.0", Host::Address(Ipv4Addr::UNSPECIFIED.into())),
            ("::", Host::Address(Ipv6Addr::UNSPECIFIED.into())),
            ("[::1]", Host::Address(Ipv6Addr::LOCALHOST.into())),
        ] {
            assert_eq!(text.parse(), Ok(host), "{text}");
        }
        for bad in ["", "example.com", "127.0.0.1:80", "1.2.3"] {
            assert!(bad.parse::<Host>().is_err(), "{bad}");
        }
    }

    #[tokio::test]
    async fn every_host_has_a_url_that_can_be_connected_to() {
        for host in ["localhost", "127.0.0.1", "0.0.0.0", "::", "::1"] {
            if host.contains(':') && !has_ipv6() {
                continue;
            }
            let listeners = Listeners::open("it", "--port", host.parse().unwrap(), 0).unwrap();
            let address = listeners.url().strip_prefix("http://").unwrap().to_owned();
            tokio::net::TcpStream::connect(&address).await.unwrap_or_else(|error| panic!("{host} {address}: {error}"));
        }
    }

    #[tokio::test]
    async fn localhost_is_one_port_on_both_loopback_addresses() {
        let listeners = Listeners::open("it", "--port", Host::Localhost, 0).unwrap();
        for address in ["127.0.0.1", "::1"].into_iter().take(if has_ipv6() { 2 } else { 1 }) {
            tokio::net::TcpStream::connect((address, listeners.port())).await.unwrap();
        }
    }

    #[tokio::test]
    async fn a_port_that_another_has_on_one_loopback_address_is_in_use() {
        for address in ["127.0.0.1", "::1"].into_iter().take(if has_ipv6() { 2 } else { 1 }) {
            let taken = bind(address.parse().unwrap(), 0).unwrap();
            let port = taken.local_addr().unwrap().port();
            let error = Listeners::open("it", "--port", Host::Localhost, port).err().unwrap().to_string();
            assert!(error.contains("something else is using it"), "{error}");
        }
    }

    #[tokio::test]
    async fn an_address_of_another_machine_is_named_with_the_option_for_another() {
        let host = "192.0.2.1".parse().unwrap();
        let error = Listeners::open("the API", "--port", host, 0).err().unwrap().to_string();
        assert_eq!(
            error,
            "the API cannot listen on 192.0.2.1: it is no address of this machine; choose another one with --host <ADDRESS>"
        );
    }
}
