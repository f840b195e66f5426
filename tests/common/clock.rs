//! Functions whose clocks differ: the store in this process, by a clock that the test stops.

use std::sync::Arc;

use handlers::booking::{Booking, BookingError, Caller, Timestamp};
use handlers::store::Bookings;
use handlers::surroundings::{Machine, Surroundings};
use serde_json::Value;
use uuid::Uuid;

/// A clock that always shows the same time.
#[derive(Debug)]
struct Stopped(Timestamp);

impl Surroundings for Stopped {
    fn now(&self) -> Timestamp {
        self.0
    }

    fn uuid(&self) -> Uuid {
        Machine.uuid()
    }
}

/// The store of a function whose clock shows `millis` more than `time`.
pub fn at_time(store: &Bookings, time: Timestamp, millis: i64) -> Bookings {
    let time = Timestamp::from_millis(time.millis() + millis).expect("a time");
    store.clone().within(Arc::new(Stopped(time)))
}

/// Books by the clock of `store`. The body is that of a request.
///
/// # Errors
/// The refusal that the request would be answered with.
pub async fn create(store: &Bookings, body: &Value) -> Result<Booking, BookingError> {
    let new = serde_json::from_value(body.clone()).expect("a create");
    store.create(new, None, &Caller::Unchecked).await.map(|created| created.value)
}
