use handlers::prelude::*;

mod no_records {
    use super::*;

    #[handler(stream)]
    async fn publish(bus: &Bus) -> Result<BatchResult, BookingError> {
        let _ = bus;
        Err(BookingError::Contended)
    }
}

mod owned_bus {
    use super::*;

    #[handler(stream)]
    async fn publish(records: Records, bus: Bus) -> Result<BatchResult, BookingError> {
        let _ = (records, bus);
        Err(BookingError::Contended)
    }
}

mod two_ticks {
    use super::*;

    #[handler(schedule)]
    async fn sweep(tick: Tick, tock: Tick) -> () {
        let _ = (tick, tock);
    }
}

mod no_message {
    use super::*;

    #[handler(queue)]
    async fn take(bookings: &Bookings) -> () {
        let _ = bookings;
    }
}

mod lent_message {
    use super::*;

    #[handler(queue)]
    async fn take(message: &Message<NewBooking>) -> () {
        let _ = message;
    }
}

mod owned_bookings {
    use super::*;

    #[handler(event)]
    async fn greet(event: BusEvent<NewBooking>, bookings: Bookings) -> () {
        let _ = (event, bookings);
    }
}

fn main() {}
