use handlers::prelude::*;

mod records {
    use super::*;

    #[handler(queue)]
    async fn take(records: Records) -> Result<BatchResult, BookingError> {
        let _ = records;
        Err(BookingError::Contended)
    }
}

mod event {
    use super::*;

    #[handler(queue)]
    async fn take(event: BusEvent<NewBooking>) -> () {
        let _ = event;
    }
}

mod message {
    use super::*;

    #[handler(stream)]
    async fn publish(message: Message<NewBooking>) -> BatchResult {
        let _ = message;
        BatchResult::default()
    }
}

fn main() {}
