//! The secret that webhooks are signed with.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::hmac::{HMAC_SHA256, Key};

/// Precedes every secret
/// (<https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md#signature-scheme>).
const PREFIX: &str = "whsec_";
/// Size of the key, in bytes. The same section asks for 192 to 512 bits.
const BYTES: std::ops::RangeInclusive<usize> = 24..=64;

/// A secret of Standard Webhooks: `whsec_`, and 24 to 64 bytes in base64.
#[derive(Clone)]
pub(super) struct Secret(pub(super) Key);

impl Secret {
    /// Parses a secret.
    ///
    /// # Errors
    /// When it is not one. The error is a predicate, without the text.
    pub(super) fn parse(text: &str) -> Result<Self, &'static str> {
        let encoded = text.strip_prefix(PREFIX).ok_or("has to begin with whsec_")?;
        let bytes = STANDARD.decode(encoded).map_err(|_| "has to be base64 after whsec_, with its padding")?;
        if BYTES.contains(&bytes.len()) {
            Ok(Self(Key::new(HMAC_SHA256, &bytes)))
        } else {
            Err("has to have 24 to 64 bytes: write whsec_ and the output of `openssl rand -base64 32`")
        }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(bytes: usize) -> String {
        format!("{PREFIX}{}", STANDARD.encode(vec![0xa7; bytes]))
    }

    #[test]
    fn a_secret_has_24_to_64_bytes() {
        for (bytes, is_one) in [(0, false), (23, false), (24, true), (32, true), (64, true), (65, false)] {
            assert_eq!(Secret::parse(&of(bytes)).is_ok(), is_one, "{bytes}");
        }
    }

    #[test]
    fn what_is_no_secret_is_refused_without_being_repeated() {
        let plain = STANDARD.encode([1; 32]);
        let unpadded = of(25).trim_end_matches('=').to_owned();
        let others = ["", "whsec_", "bookings-prod-webhook", "whsec_%%%", "WHSEC_", &plain, &unpadded, &of(32)[1..]];
        for text in others.into_iter().chain([format!(" {}", of(32)).as_str(), &format!("{}\n", of(32))]) {
            let error = Secret::parse(text).unwrap_err();
            assert!(text.len() < 8 || !error.contains(text), "{error}");
        }
    }

    #[test]
    fn a_secret_is_not_in_its_debug_output() {
        assert_eq!(format!("{:?}", Secret::parse(&of(32)).unwrap()), "Secret");
    }
}
