//! What the binaries in `src/bin` share. One binary is one Lambda function, written as one function under [`handler`].
//!
//! Arrows point one way: `bin` uses [`lambda`], [`store`] and [`events`], which use [`booking`]; `booking` does no I/O
//! and knows no AWS type.
//!
//! - [`booking`]: the domain. What a booking is, what may be asked of it, and when it is refused.
//! - [`store`]: bookings in DynamoDB.
//! - [`events`]: records of the table's stream in, entries of an EventBridge bus out.
//! - [`lambda`]: what the code that [`handler`] generates calls.

// `#[derive(Problem)]` names this crate by its outside name; inside it needs that name too.
extern crate self as handlers;

pub mod booking;
pub mod events;
pub mod lambda;
pub mod store;

pub use macros::{Problem, handler};

/// All that an endpoint's file needs: `use handlers::prelude::*;`
pub mod prelude {
    pub use crate::booking::{
        Booking, BookingError, BookingId, BookingPatch, BusyQuery, BusySpan, Caller, Created, IdempotencyKey,
        ListQuery, NewBooking, Page, ResourceId, Status, Timestamp, UserId,
    };
    pub use crate::events::{BatchResult, Bus, DeadLetters, PublishError, Records};
    pub use crate::lambda::{IfMatch, Json, Query, Tagged, Tick};
    pub use crate::store::Bookings;
    pub use crate::{Problem, handler};
    pub use garde::Validate;
    pub use schemars::JsonSchema;
    pub use serde::{Deserialize, Serialize};
}
