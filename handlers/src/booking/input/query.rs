//! Queries: a user's list of bookings, and busy times.

use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::booking::{BookingError, Fault, Faults, Span, Status, Timestamp};

/// Filters and page of a user's list of bookings.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListQuery {
    /// Only bookings that start at this time or later.
    #[garde(skip)]
    pub from: Option<Timestamp>,
    /// Only bookings that start before this time.
    #[garde(skip)]
    pub to: Option<Timestamp>,
    /// Only bookings of this status.
    #[garde(skip)]
    pub status: Option<Status>,
    /// At most this many on a page; 50 where it is not given.
    #[schemars(extend("default" = 50))]
    #[garde(range(min = 1, max = 100))]
    pub limit: Option<i64>,
    /// Start of the page: from the `Link` of the previous page.
    #[garde(length(bytes, max = 1024))]
    pub cursor: Option<String>,
}

impl ListQuery {
    /// The maximum number of bookings on a page.
    #[must_use]
    pub fn page_size(&self) -> usize {
        page_size(self.limit)
    }
}

/// The span of time of a request for a resource's busy times.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BusyQuery {
    /// Start of the span to look at.
    #[schemars(example = &"2035-05-14T00:00:00Z")]
    #[garde(skip)]
    pub from: Timestamp,
    /// End of the span to look at: after `from`, by at most 31 days.
    #[schemars(example = &"2035-05-21T00:00:00Z")]
    #[garde(skip)]
    pub to: Timestamp,
}

impl BusyQuery {
    /// The span to look at.
    ///
    /// # Errors
    /// [`BookingError::Invalid`] when the two times make no span.
    pub fn span(&self) -> Result<Span, BookingError> {
        between(self.from, self.to)
    }
}

/// The span of time of a list of a resource's bookings, and its page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ResourceBookingsQuery {
    /// Only bookings that end after this time.
    #[schemars(example = &"2035-05-14T00:00:00Z")]
    #[garde(skip)]
    pub from: Timestamp,
    /// Only bookings that start before this time, which is after `from`, by at most 31 days.
    #[schemars(example = &"2035-05-21T00:00:00Z")]
    #[garde(skip)]
    pub to: Timestamp,
    /// At most this many on a page; 50 where it is not given.
    #[schemars(extend("default" = 50))]
    #[garde(range(min = 1, max = 100))]
    pub limit: Option<i64>,
    /// Start of the page: from the `Link` of the previous page.
    #[garde(length(bytes, max = 1024))]
    pub cursor: Option<String>,
}

impl ResourceBookingsQuery {
    /// The span to look at.
    ///
    /// # Errors
    /// [`BookingError::Invalid`] when the two times make no span.
    pub fn span(&self) -> Result<Span, BookingError> {
        between(self.from, self.to)
    }

    /// The maximum number of bookings on a page.
    #[must_use]
    pub fn page_size(&self) -> usize {
        page_size(self.limit)
    }
}

/// The span between two parameters.
pub(crate) fn between(from: Timestamp, to: Timestamp) -> Result<Span, BookingError> {
    let rule = |rule: &str| Faults::from(Fault::new("to", rule.replace("start_time", "from")));
    Span::new(from, to).map_err(|broken| BookingError::Invalid(rule(broken)))
}

fn page_size(limit: Option<i64>) -> usize {
    // Validation ensures 1 to 100.
    limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(50)
}
