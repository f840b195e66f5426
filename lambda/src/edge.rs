//! Origin protection: with CloudFront and its firewall in front of the API, requests that bypass them are refused.
//!
//! An HTTP API cannot check a header, and its only authorizer per route is the one for tokens. So CloudFront adds a
//! secret header, and the functions check it.
//!
//! Two secrets are accepted, the present one and the next: functions and CloudFront are deployed one after the other,
//! and a gradual shift runs two versions of a function at once. With both accepted, no order of these changes refuses a
//! request that came through the edge.

use std::sync::LazyLock;

use lambda_http::http::{HeaderMap, HeaderValue};
use subtle::{Choice, ConstantTimeEq};

const HEADER: &str = "x-edge-secret";

/// The present secret and the next. Each is absent or empty if there is none.
const VARIABLES: [&str; 2] = ["EDGE_SECRET", "EDGE_SECRET_NEXT"];

/// The length from which a secret cannot be found by trying: 128 bits, in hexadecimal digits.
const LONG_ENOUGH: usize = 32;

static SECRETS: LazyLock<Secrets> = LazyLock::new(|| {
    let secrets = Secrets::new(VARIABLES.map(|name| std::env::var(name).unwrap_or_default()));
    if secrets.any_short() {
        // A short secret still protects better than none, so it is not refused.
        tracing::warn!("a secret of the edge has fewer than {LONG_ENOUGH} characters: it can be found by trying");
    }
    secrets
});

/// Whether a request with these headers came through the edge, or the edge is not required.
pub(super) fn lets_in(headers: &HeaderMap) -> bool {
    SECRETS.let_in(headers)
}

/// The secrets that are accepted; none if the edge is not required.
struct Secrets(Vec<String>);

impl Secrets {
    /// From the values of [`VARIABLES`]. White space around a secret is left out: HTTP strips it from a header's value
    /// (RFC 9110, section 5.5), so CloudFront could not send it.
    fn new(values: [String; 2]) -> Self {
        Self(values.into_iter().filter(|value| !value.is_empty()).map(|value| value.trim().to_owned()).collect())
    }

    fn any_short(&self) -> bool {
        self.0.iter().any(|secret| secret.len() < LONG_ENOUGH)
    }

    fn let_in(&self, headers: &HeaderMap) -> bool {
        if self.0.is_empty() {
            return true;
        }
        // A secret of white space is empty here. An empty header must not match it.
        let given = headers.get(HEADER).map(HeaderValue::as_bytes).filter(|given| !given.is_empty());
        given.is_some_and(|given| {
            // Compares in constant time, and with each secret, so that timing reveals neither a secret byte by byte nor
            // which of the two was sent.
            let matches = self.0.iter().map(|secret| given.ct_eq(secret.as_bytes()));
            matches.fold(Choice::from(0), |any, one| any | one).into()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{HEADER, HeaderMap, Secrets};

    fn with(value: &str) -> HeaderMap {
        HeaderMap::from_iter([(HEADER.parse().unwrap(), value.parse().unwrap())])
    }

    fn secrets(present: &str, next: &str) -> Secrets {
        Secrets::new([present.to_owned(), next.to_owned()])
    }

    #[test]
    fn only_who_knows_the_secret_is_let_in() {
        let secrets = secrets("secret", "");
        assert!(secrets.let_in(&with("secret")));
        for wrong in ["", "secre", "secrets", "Secret", "tecret"] {
            assert!(!secrets.let_in(&with(wrong)), "{wrong:?}");
        }
        assert!(!secrets.let_in(&HeaderMap::new()));
    }

    #[test]
    fn the_present_secret_and_the_next_are_let_in() {
        let both = secrets("present", "next");
        assert!(both.let_in(&with("present")) && both.let_in(&with("next")));
        for wrong in ["", "presentnext", "present, next", "nex", "former"] {
            assert!(!both.let_in(&with(wrong)), "{wrong:?}");
        }
        assert!(!both.let_in(&HeaderMap::new()));
    }

    #[test]
    fn without_a_secret_everybody_is_let_in() {
        assert!(secrets("", "").let_in(&HeaderMap::new()));
        assert!(secrets("", "").let_in(&with("any")));
    }

    #[test]
    fn a_next_secret_alone_is_required_and_two_equal_ones_are_one() {
        assert!(!secrets("", "next").let_in(&HeaderMap::new()));
        assert!(secrets("", "next").let_in(&with("next")));
        assert!(secrets("same", "same").let_in(&with("same")));
        assert!(!secrets("same", "same").let_in(&HeaderMap::new()));
    }

    #[test]
    fn a_blank_secret_lets_nobody_in() {
        for headers in [HeaderMap::new(), with(""), with("any")] {
            assert!(!secrets(" \n", "").let_in(&headers), "{headers:?}");
        }
    }

    #[test]
    fn white_space_around_a_secret_does_not_count() {
        assert!(secrets("secret\n", "").let_in(&with("secret")));
        assert!(secrets("present", " next ").let_in(&with("next")));
    }

    #[test]
    fn a_short_secret_is_told() {
        let long = "0123456789abcdef0123456789abcdef";
        assert!(!secrets("", "").any_short() && !secrets(long, "").any_short());
        assert!(secrets(&long[1..], "").any_short() && secrets(long, "next").any_short());
    }
}
