//! The domain: bookings, spans of time, reminders, and the rules by which requests are refused.
//!
//! It does no I/O and uses no AWS type. Functions that depend on the current time take it as an argument.

#[cfg(test)]
mod any;
mod caller;
mod error;
mod ids;
mod input;
mod model;
mod occupancy;
mod reminder;
mod rules;
mod slots;
mod span;
mod stretch;

pub use caller::{ADMIN, Caller};
pub use error::{BookingError, BusySpan};
pub use ids::{BookingId, IdempotencyKey, ResourceId, UserId};
pub use input::{BookingPatch, BusyQuery, ListQuery, NewBooking};
pub use model::{Booking, Status};
pub use occupancy::{Claim, Conflict, Occupancy, days_around};
pub use reminder::{DEFAULT_LEAD_SECONDS, due};
pub use rules::{
    Clock, Date, Exception, Exceptions, Rules, Timetable, UnknownZone, Wanted, Week, Window, Windows, at_members,
};
pub use slots::{Search, Slot, SlotsQuery, slots};
pub use span::{Day, LONGEST_DAYS, Span};
pub use stretch::Stretch;

pub use lambda::{Created, Cursor, Fault, Faults, Page, Timestamp, TimestampError};
