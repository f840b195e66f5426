//! What the binaries in `src/bin` share. One binary is one Lambda function, written as one function under [`handler`].
//!
//! Arrows point one way: `bin` uses [`store`] and [`events`], which use [`booking`]; `booking` does no I/O and knows no
//! AWS type. What any service could use, from extractors to AWS clients, is the crate [`lambda`].
//!
//! - [`booking`]: the domain. What a booking is, what may be asked of it, and when it is refused.
//! - [`store`]: bookings in DynamoDB.
//! - [`events`]: records of the table's stream in, entries of an EventBridge bus out.

pub mod booking;
pub mod events;
mod requests;
pub mod store;

pub use lambda::{self, Problem, handler};

/// All that an endpoint's file needs: `use handlers::prelude::*;`
pub mod prelude {
    pub use crate::booking::{
        Booking, BookingError, BookingId, BookingPatch, BusyQuery, BusySpan, Caller, IdempotencyKey, ListQuery,
        NewBooking, ResourceId, Status, UserId,
    };
    pub use crate::events::{Bus, DeadLetters, PublishError};
    pub use crate::store::Bookings;
    pub use garde::Validate;
    pub use lambda::{
        BatchResult, Created, IfMatch, Json, Page, Problem, Query, Records, Tagged, Tick, Timestamp, handler,
    };
    pub use schemars::JsonSchema;
    pub use serde::{Deserialize, Serialize};
}
