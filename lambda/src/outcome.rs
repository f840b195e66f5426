//! Results of handlers: created entities and pages of lists.

/// A created entity, or the same entity again for a retried request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Created<T> {
    /// The created entity.
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
    /// The items, in the order of the list.
    pub items: Vec<T>,
    /// The start of the next page, if there may be one.
    pub next: Option<Cursor>,
}

/// The start of a page. Opaque to clients; base64url characters only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor(pub String);

impl Cursor {
    /// The cursor as the value of a query parameter.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
