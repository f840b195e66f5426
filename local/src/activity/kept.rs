//! A body as it is kept: its beginning, and its length.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

/// Bytes that are kept of a body.
const MOST: usize = 64 * 1024;

/// A body, or its beginning.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Kept {
    bytes: Box<[u8]>,
    length: usize,
}

impl Kept {
    pub(super) fn of(body: &[u8]) -> Self {
        Self { bytes: body[..body.len().min(MOST)].into(), length: body.len() }
    }

    /// A body of which only the length is known.
    pub(super) fn unread(length: usize) -> Self {
        Self { bytes: Box::default(), length }
    }

    pub(super) fn is_whole(&self) -> bool {
        self.bytes.len() == self.length
    }

    /// The whole body.
    pub(super) fn whole(&self) -> Option<&[u8]> {
        self.is_whole().then_some(&self.bytes)
    }

    /// Bytes that it takes in memory.
    pub(super) fn size(&self) -> usize {
        self.bytes.len()
    }

    /// Keeps the length only.
    pub(super) fn empty(&mut self) {
        self.bytes = Box::default();
    }

    pub(super) fn show(&self) -> Value {
        let text = self.text();
        let base64 = if text.is_none() { Some(STANDARD.encode(&self.bytes)) } else { None };
        json!({ "text": text, "base64": base64, "bytes": self.length, "truncated": !self.is_whole() })
    }

    /// The body, if it is UTF-8. A beginning may end within a character.
    pub(super) fn text(&self) -> Option<&str> {
        match std::str::from_utf8(&self.bytes) {
            Ok(text) => Some(text),
            Err(error) if !self.is_whole() && error.error_len().is_none() => {
                std::str::from_utf8(&self.bytes[..error.valid_up_to()]).ok()
            }
            Err(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_body_is_kept_whole_and_of_a_long_one_the_beginning() {
        let body = vec![b'x'; MOST];
        assert_eq!(Kept::of(&body).whole(), Some(&body[..]));
        let longer = vec![b'x'; MOST + 1];
        let kept = Kept::of(&longer);
        assert_eq!((kept.whole(), kept.size()), (None, MOST));
        let shown = kept.show();
        assert_eq!((&shown["bytes"], &shown["truncated"]), (&json!(MOST + 1), &json!(true)));
        assert_eq!(shown["text"].as_str().map(str::len), Some(MOST));
    }

    #[test]
    fn text_is_shown_as_text_and_other_bytes_in_base64() {
        let empty = json!({ "text": "", "base64": null, "bytes": 0, "truncated": false });
        assert_eq!(Kept::default().show(), empty);
        let text = json!({ "text": "<ü>", "base64": null, "bytes": 4, "truncated": false });
        assert_eq!(Kept::of("<ü>".as_bytes()).show(), text);
        let bytes = json!({ "text": null, "base64": "/wA=", "bytes": 2, "truncated": false });
        assert_eq!(Kept::of(&[0xff, 0]).show(), bytes);
        let cut = format!("{}ü", "x".repeat(MOST - 1));
        assert_eq!(Kept::of(cut.as_bytes()).show()["text"].as_str().map(str::len), Some(MOST - 1));
        let unread = json!({ "text": "", "base64": null, "bytes": 9, "truncated": true });
        assert_eq!(Kept::unread(9).show(), unread);
    }
}
