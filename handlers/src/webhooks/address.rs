//! The address that webhooks are sent to.

use std::fmt;
use std::net::IpAddr;

use hyper::Uri;
use hyper::http::uri::Scheme;

/// An `https://` address, or an `http://` one of this machine.
#[derive(Clone)]
pub(super) struct Address {
    /// A name, or an IP address without brackets.
    pub(super) host: String,
    pub(super) port: u16,
    /// The value of the header `host`.
    pub(super) authority: String,
    /// Path and query.
    pub(super) target: String,
    /// Whether TLS is used.
    pub(super) secure: bool,
}

impl Address {
    /// Parses a URL.
    ///
    /// # Errors
    /// When webhooks are not sent there. The error is a predicate, without the text.
    pub(super) fn parse(text: &str) -> Result<Self, &'static str> {
        const NO_URL: &str = "has to be a URL such as https://example.com/webhooks";
        // `Uri` drops a fragment.
        if text.contains('#') {
            return Err("may have no fragment");
        }
        let uri: Uri = text.parse().map_err(|_| NO_URL)?;
        let (Some(scheme), Some(authority)) = (uri.scheme(), uri.authority()) else { return Err(NO_URL) };
        let secure = *scheme == Scheme::HTTPS;
        if !secure && *scheme != Scheme::HTTP {
            return Err(NO_URL);
        }
        if authority.as_str().contains('@') {
            return Err("may have no user name or password: the signature tells who sends");
        }
        let port = match (authority.as_str().strip_prefix(authority.host()), authority.port_u16(), secure) {
            (Some(""), _, true) => 443,
            (Some(""), _, false) => 80,
            (Some(_), Some(port), _) if port > 0 => port,
            _ => return Err(NO_URL),
        };
        let host = authority.host().trim_start_matches('[').trim_end_matches(']').to_ascii_lowercase();
        if host.is_empty() {
            return Err(NO_URL);
        }
        if !secure && !is_loopback(&host) {
            return Err(
                "has to begin with https://; http:// is for a loopback address, such as 127.0.0.1 or localhost",
            );
        }
        let target = uri.path_and_query().map_or("/", |target| target.as_str());
        let slash = if target.starts_with('/') { "" } else { "/" };
        Ok(Self { host, port, authority: authority.as_str().to_owned(), target: format!("{slash}{target}"), secure })
    }
}

/// An address of this machine, or a name for one: <https://www.rfc-editor.org/rfc/rfc6761#section-6.3>.
fn is_loopback(host: &str) -> bool {
    let name = host.strip_suffix('.').unwrap_or(host);
    match host.parse::<IpAddr>() {
        Ok(address) => address.to_canonical().is_loopback(),
        Err(_) => name == "localhost" || name.ends_with(".localhost"),
    }
}

/// The host alone: path and query often have a token.
impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Address").field("host", &self.host).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_taken_apart() {
        for (text, host, port, target, secure) in [
            ("https://example.com/hooks?token=a=b", "example.com", 443, "/hooks?token=a=b", true),
            ("https://EXAMPLE.com", "example.com", 443, "/", true),
            ("https://example.com:8443?x=1", "example.com", 8443, "/?x=1", true),
            ("https://192.0.2.1/", "192.0.2.1", 443, "/", true),
            ("https://[2001:db8::1]:9/a", "2001:db8::1", 9, "/a", true),
            ("http://127.0.0.1:9000/hook", "127.0.0.1", 9000, "/hook", false),
            ("http://127.9.9.9/", "127.9.9.9", 80, "/", false),
            ("http://[::1]:9000", "::1", 9000, "/", false),
            ("http://[::ffff:127.0.0.1]/", "::ffff:127.0.0.1", 80, "/", false),
            ("http://localhost:9000/hook", "localhost", 9000, "/hook", false),
            ("http://LOCALHOST/", "localhost", 80, "/", false),
            ("http://hooks.localhost:1/", "hooks.localhost", 1, "/", false),
            ("http://localhost./", "localhost.", 80, "/", false),
        ] {
            let address = Address::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
            let parts = (address.host.as_str(), address.port, address.target.as_str(), address.secure);
            assert_eq!(parts, (host, port, target, secure), "{text}");
        }
    }

    #[test]
    fn only_https_and_this_machine_get_webhooks() {
        for text in [
            "http://example.com/hook",
            "http://10.0.0.1/",
            "http://0.0.0.0/",
            "http://169.254.169.254/latest",
            "http://localhost.example.com/",
            "http://notlocalhost/",
            "http://127.0.0.1.example.com/",
            "http://[2001:db8::1]/",
        ] {
            assert!(Address::parse(text).unwrap_err().contains("https://"), "{text}");
        }
    }

    #[test]
    fn what_is_no_address_is_refused_without_being_repeated() {
        for text in [
            "",
            "none",
            "/hook",
            "hooks.test",
            "hooks.test/hook",
            "ftp://hooks.test/",
            "https://",
            "https:///hook",
            "https://hooks.test:99999/",
            "https://hooks.test:0/",
            "https://hooks.test:/",
            "https://hooks.test/a b",
            "https://user@hooks.test/",
            "https://user:s3cret@hooks.test/",
            "https://hooks.test/hook#part",
        ] {
            let error = Address::parse(text).unwrap_err();
            assert!(!error.contains("s3cret") && (text.len() < 9 || !error.contains(text)), "{text}: {error}");
        }
    }

    #[test]
    fn path_and_query_are_not_in_its_debug_output() {
        let shown = format!("{:?}", Address::parse("https://example.com/t0ken?key=s3cret").unwrap());
        assert!(shown.contains("example.com") && !shown.contains("t0ken") && !shown.contains("s3cret"), "{shown}");
    }
}
