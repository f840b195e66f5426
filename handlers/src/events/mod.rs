//! From the table's stream to the bus: which records are reminders, whether they still hold, and how they are told.

mod batch;
mod bus;
mod decide;
mod publish;
mod record;
mod reminder_due;

pub use batch::{BatchResult, Records};
pub use bus::Bus;
pub use decide::{Due, Verdict, decide};
pub use publish::PublishError;
pub use reminder_due::ReminderDue;
