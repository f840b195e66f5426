//! Signatures of Standard Webhooks.
//!
//! <https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md#symmetric>

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::hmac::Context;

use super::secret::Secret;

/// The header `webhook-signature`: a signature by each secret, separated by spaces. A receiver accepts the webhook if
/// one of them is its own.
pub(super) fn signatures<'a>(
    secrets: impl IntoIterator<Item = &'a Secret>,
    id: &str,
    timestamp: i64,
    body: &str,
) -> String {
    let all: Vec<_> = secrets.into_iter().map(|secret| sign(secret, id, timestamp, body)).collect();
    all.join(" ")
}

fn sign(secret: &Secret, id: &str, timestamp: i64, body: &str) -> String {
    let mut context = Context::with_key(&secret.0);
    context.update(format!("{id}.{timestamp}.").as_bytes());
    context.update(body.as_bytes());
    format!("v1,{}", STANDARD.encode(context.sign()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    const AT: i64 = 1_614_265_330;
    const BODY: &str = r#"{"test": 2432232314}"#;

    fn secret(text: &str) -> Secret {
        Secret::parse(text).unwrap()
    }

    /// The vector that the convention's own libraries are tested with:
    /// <https://github.com/standard-webhooks/standard-webhooks/blob/main/libraries/javascript/src/index.test.ts>.
    #[test]
    fn a_signature_is_that_of_the_conventions_test_vector() {
        let signature = signatures([&secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")], ID, AT, BODY);
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn two_secrets_make_two_signatures_in_their_order() {
        let (one, other) =
            (secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), secret(&format!("whsec_{}", "A".repeat(32))));
        let both = signatures([&one, &other], ID, AT, BODY);
        let each = [signatures([&one], ID, AT, BODY), signatures([&other], ID, AT, BODY)];
        assert_eq!(both, each.join(" "));
        assert_ne!(each[0], each[1]);
    }

    #[test]
    fn a_signature_is_of_id_time_and_body() {
        let key = secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        let signature = signatures([&key], ID, AT, BODY);
        for other in [
            signatures([&key], "msg_other", AT, BODY),
            signatures([&key], ID, AT + 1, BODY),
            signatures([&key], ID, AT, "{}"),
        ] {
            assert_ne!(signature, other);
        }
    }
}
