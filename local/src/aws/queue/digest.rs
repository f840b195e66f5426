//! MD5 digests by which SQS clients verify bodies and attributes.
//!
//! <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html#sqs-attributes-md5-message-digest-calculation>

use std::fmt::Write;

use md5::{Digest, Md5};

use crate::aws::interface::message::{Attribute, AttributeValue};

/// The digest of a body.
pub(super) fn body(body: &str) -> String {
    hexadecimal(&Md5::digest(body.as_bytes()))
}

/// The digest of attributes in the order of their names. `None` without attributes.
pub(super) fn attributes<'a>(attributes: impl IntoIterator<Item = (&'a String, &'a Attribute)>) -> Option<String> {
    let mut digest = Md5::new();
    let mut any = false;
    for (name, attribute) in attributes {
        any = true;
        for text in [name.as_bytes(), attribute.data_type.as_bytes()] {
            add(&mut digest, text);
        }
        digest.update([match attribute.value {
            AttributeValue::Text(_) => 1,
            AttributeValue::Binary(_) => 2,
        }]);
        add(&mut digest, &attribute.bytes());
    }
    any.then(|| hexadecimal(&digest.finalize()))
}

/// Adds a value, preceded by its length.
fn add(digest: &mut Md5, bytes: &[u8]) {
    // Requests are limited to 16 MB.
    let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    digest.update(length.to_be_bytes());
    digest.update(bytes);
}

pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a String does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn a_body_has_the_digest_of_rfc_1321() {
        assert_eq!(body("message digest"), "f96b697d7cb7938d525a2f31aaf161d0");
    }

    /// Values from an independent implementation.
    #[test]
    fn attributes_have_the_digest_that_clients_expect() {
        let attribute = |kind: &str, value| Attribute { data_type: kind.into(), value };
        let text = |value: &str| AttributeValue::Text(value.into());
        let one = BTreeMap::from([("timestamp".to_owned(), attribute("Number", text("1493147359900")))]);
        assert_eq!(attributes(&one).as_deref(), Some("235c5c510d26fb653d073faed50ae77c"));
        let two = BTreeMap::from([
            ("My Attribute".to_owned(), attribute("String", text("some value"))),
            ("data".to_owned(), attribute("Binary", AttributeValue::Binary("AAEC".into()))),
        ]);
        assert_eq!(attributes(&two).as_deref(), Some("044a0062e4c88fcbe3cb3dbc3337da83"));
        assert_eq!(attributes(&BTreeMap::new()), None);
    }
}
