//! Events: reads records of the table's stream, decides which are events, and publishes these to the bus.

mod booking_changed;
mod bus;
mod dead_letters;
mod decide;
mod outgoing;
mod publish;
mod record;
mod reminder_due;

pub use booking_changed::BookingChanged;
pub use bus::Bus;
pub use dead_letters::DeadLetters;
pub use decide::{Verdict, decide};
pub use outgoing::Outgoing;
pub use publish::PublishError;
pub use reminder_due::ReminderDue;
