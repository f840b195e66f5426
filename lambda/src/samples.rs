//! Sample types of a service, for tests.

use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Problem, Timestamp, present};

/// A string with a validation rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(transparent)]
#[garde(transparent)]
pub(crate) struct Name(#[garde(custom(name))] String);

// garde passes its context by reference, even an empty one.
#[expect(clippy::trivially_copy_pass_by_ref)]
fn name(text: &str, (): &()) -> garde::Result {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._:@|+-".contains(&byte);
    if (1..=128).contains(&text.len()) && text.bytes().all(allowed) {
        return Ok(());
    }
    Err(garde::Error::new("must be 1 to 128 characters of A-Z a-z 0-9 . _ : @ | + -"))
}

/// The body of a create.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Validate, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Order {
    #[garde(dive)]
    pub(crate) user_id: Name,
    #[garde(dive)]
    pub(crate) resource_id: Name,
    #[garde(skip)]
    pub(crate) start_time: Timestamp,
    #[garde(skip)]
    pub(crate) end_time: Timestamp,
    #[serde(default)]
    #[garde(range(min = 60, max = 2_592_000))]
    pub(crate) reminder_lead_seconds: Option<i64>,
}

/// The body of a change: only the fields that are sent change.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Validate, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OrderPatch {
    #[serde(default, deserialize_with = "present")]
    #[schemars(with = "Name")]
    #[garde(dive)]
    pub(crate) resource_id: Option<Name>,
    #[serde(default, deserialize_with = "present")]
    #[schemars(with = "Timestamp")]
    #[garde(skip)]
    pub(crate) start_time: Option<Timestamp>,
    #[serde(default, deserialize_with = "present")]
    #[schemars(with = "Option<i64>")]
    #[garde(range(min = 60, max = 2_592_000))]
    #[expect(clippy::option_option, reason = "absent, null and a number are three cases")]
    pub(crate) reminder_lead_seconds: Option<Option<i64>>,
}

/// The query of a list.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Validate, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OrderQuery {
    #[garde(skip)]
    pub(crate) from: Option<Timestamp>,
    #[garde(skip)]
    pub(crate) to: Option<Timestamp>,
    #[garde(skip)]
    pub(crate) status: Option<Status>,
    #[garde(range(min = 1, max = 100))]
    pub(crate) limit: Option<i64>,
    #[garde(length(bytes, max = 1024))]
    pub(crate) cursor: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Status {
    Active,
    Cancelled,
}

/// An error of a request about orders.
#[derive(Debug, Problem)]
#[expect(dead_code, reason = "tests use their documentation only")]
pub(crate) enum OrderError {
    /// There is no such order.
    #[problem(status = 404, title = "Not found", type = "not-found", with = "order_id")]
    NotFound,
    /// Another order takes the time.
    #[problem(status = 409, detail = "taken by {by}", with = "start_time")]
    TimeTaken {
        /// The user of the other order.
        by: Name,
    },
    /// It was changed since.
    #[problem(status = 412, detail = "at version {version} now", with = "if-match")]
    VersionChanged {
        /// The current version.
        version: u64,
    },
    /// The key was used before.
    #[problem(status = 422, with = "idempotency-key")]
    KeyReused,
    /// Too many at once.
    #[problem(status = 429, title = "Too many requests", retry_after = 1)]
    Throttled,
    /// Try again.
    #[problem(status = 503, title = "Unavailable", retry_after = 2)]
    Unavailable(#[problem(cause)] std::io::Error),
    /// An error of the service.
    #[problem(status = 500, title = "Internal error", type = "internal")]
    Internal,
}

impl std::fmt::Display for Name {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}
