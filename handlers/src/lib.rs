//! Booking backend: the code that the functions in `src/bin` share. Each binary is a Lambda function, written as one
//! function under [`handler`].
//!
//! Dependencies go one way: `bin` uses [`store`] and [`events`], which use [`booking`]; `booking` does no I/O and uses
//! no AWS type. Code that does not depend on bookings, from extractors to AWS clients, is in the crate [`lambda`].
//!
//! - [`booking`]: the domain: bookings, requests about them, and the rules by which these are refused.
//! - [`store`]: bookings in DynamoDB.
//! - [`events`]: from records of the table's stream to entries of an EventBridge bus.
//! - [`webhooks`]: events of the bus, signed and sent to one address.
//! - [`surroundings`]: the clock and the random numbers that they use.

pub mod booking;
pub mod events;
mod requests;
pub mod store;
pub mod surroundings;
pub mod webhooks;

pub use lambda::{self, Problem, handler};
#[cfg(feature = "shared")]
use lambda_shared as _;

/// Everything that an endpoint's file needs: `use handlers::prelude::*;`
pub mod prelude {
    pub use crate::booking::{
        AdministratorError, Booking, BookingError, BookingId, BookingPatch, BusyQuery, BusySpan, Caller, ConfirmError,
        IdempotencyKey, ListQuery, NewBooking, Resource, ResourceBookingsQuery, ResourceId, Rules, Slot, SlotsError,
        SlotsQuery, Status, UserId,
    };
    pub use crate::events::{Bus, DeadLetters, PublishError};
    pub use crate::store::Bookings;
    pub use crate::webhooks::{DeliveryError, Published, Webhook};
    pub use garde::Validate;
    pub use lambda::{
        BatchResult, BusEvent, Created, IfMatch, Json, Message, Page, Problem, Query, Records, Tagged, Tick, Timestamp,
        handler,
    };
    pub use schemars::JsonSchema;
    pub use serde::{Deserialize, Serialize};
}
