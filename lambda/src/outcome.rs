//! What a request led to.

/// Something new, or the same thing again for a retried request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Created<T> {
    /// What was created.
    pub value: T,
    /// Whether an earlier request with the same `Idempotency-Key` created it.
    pub replayed: bool,
}

impl<T> Created<T> {
    /// Something new.
    pub fn new(value: T) -> Self {
        Self { value, replayed: false }
    }
}

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// In order.
    pub items: Vec<T>,
    /// Where the next page starts, if there may be one.
    pub next: Option<Cursor>,
}

/// The place where a page starts, opaque to clients: base64url characters only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor(pub String);

impl Cursor {
    /// As it stands in a query.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
