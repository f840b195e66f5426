//! Handlers of a bus's events, with and without an error.

use handlers::prelude::*;

/// The detail of an event.
#[derive(Debug, Deserialize)]
struct Greeting {
    name: String,
}

/// Greet.
#[handler(event)]
async fn greet(event: BusEvent<Greeting>) -> () {
    println!("{} says hello to {}", event.source, event.detail.name);
}

mod with_an_error {
    use super::*;

    #[handler(event)]
    async fn greet(bookings: &Bookings, event: BusEvent<serde_json::Value>) -> Result<(), BookingError> {
        let _ = (bookings, event);
        Err(BookingError::Contended)
    }
}
