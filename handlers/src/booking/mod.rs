//! The domain: bookings, spans of time, reminders, and the rules by which requests are refused.
//!
//! It does no I/O and uses no AWS type. Functions that depend on the current time take it as an argument.

#[cfg(test)]
mod any;
mod caller;
mod claiming;
mod error;
mod ids;
mod input;
mod metadata;
mod model;
mod occupancy;
mod outside_rules;
mod reminder;
mod resource;
mod rules;
mod slots;
mod span;
mod status;
mod stretch;
mod timers;

pub use caller::{ADMIN, Caller};
pub use claiming::Current;
pub use error::{AdministratorError, BookingError, BusySpan, ConfirmError, SlotsError};
pub use ids::{BookingId, IdempotencyKey, ResourceId, UserId};
pub use input::{BookingPatch, BusyQuery, ListQuery, NewBooking, ResourceBookingsQuery};
pub use metadata::Metadata;
pub use model::Booking;
pub use occupancy::{Claim, Conflict, Occupancy, days_around};
pub use outside_rules::OutsideRules;
pub use reminder::{DEFAULT_LEAD_SECONDS, due};
pub use resource::Resource;
pub use rules::{
    Clock, Date, Exception, Exceptions, Rules, Timetable, UnknownZone, Wanted, Week, Window, Windows, at_members,
};
pub use slots::{Search, Slot, SlotsQuery, slots};
pub use span::{Day, LONGEST_DAYS, Span};
pub use status::Status;
pub use stretch::Stretch;
pub use timers::{Due, Kind};

pub use lambda::{Created, Cursor, Fault, Faults, Page, Timestamp, TimestampError};
