//! The domain: bookings, spans of time, reminders, and the rules by which requests are refused.
//!
//! It does no I/O and uses no AWS type. Functions that depend on the current time take it as an argument.

mod caller;
mod error;
mod ids;
mod input;
mod model;
mod reminder;
mod span;

pub use caller::{ADMIN, Caller};
pub use error::{BookingError, BusySpan};
pub use ids::{BookingId, IdempotencyKey, ResourceId, UserId};
pub use input::{BookingPatch, BusyQuery, ListQuery, NewBooking};
pub use model::{Booking, Status};
pub use reminder::{DEFAULT_LEAD_SECONDS, due};
pub use span::{Day, LONGEST_DAYS, Span};

pub use lambda::{Created, Cursor, Fault, Faults, Page, Timestamp, TimestampError};
