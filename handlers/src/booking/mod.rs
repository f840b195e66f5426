//! The domain: bookings, spans of time, reminders, and when each is refused.
//!
//! No I/O and no AWS type in here; whatever depends on the present takes it as an argument.

mod caller;
mod error;
mod fault;
mod ids;
mod input;
mod model;
mod outcome;
mod present;
mod reminder;
mod span;
mod time;

pub use caller::{ADMIN, Caller};
pub use error::{BookingError, BusySpan, Cause};
pub use fault::{Fault, Faults};
pub use ids::{BookingId, IdempotencyKey, ResourceId, UserId};
pub use input::{BookingPatch, BusyQuery, ListQuery, NewBooking};
pub use model::{Booking, Status};
pub use outcome::{Created, Cursor, Page};
pub use reminder::{DEFAULT_LEAD_SECONDS, due};
pub use span::{Day, LONGEST_DAYS, Span};
pub use time::{Timestamp, TimestampError};
