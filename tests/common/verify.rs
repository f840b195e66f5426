use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::hmac;

/// Whether a webhook is signed by `secret`, and was sent within five minutes of `now`, in seconds since the Unix epoch.
pub fn verify(secret: &str, id: &str, timestamp: &str, signatures: &str, body: &str, now: i64) -> bool {
    let key = secret.strip_prefix("whsec_").and_then(|text| STANDARD.decode(text).ok());
    let (Some(key), Ok(sent)) = (key, timestamp.parse::<i64>()) else { return false };
    let key = hmac::Key::new(hmac::HMAC_SHA256, &key);
    let signed = format!("{id}.{timestamp}.{body}");
    let mut tags = signatures.split(' ').filter_map(|one| STANDARD.decode(one.strip_prefix("v1,")?).ok());
    now.abs_diff(sent) <= 300 && tags.any(|tag| hmac::verify(&key, signed.as_bytes(), &tag).is_ok())
}
