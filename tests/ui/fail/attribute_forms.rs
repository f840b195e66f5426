use handlers::prelude::*;

mod nothing {
    use super::*;

    #[handler]
    async fn health() -> () {}
}

mod a_slip {
    use super::*;

    #[handler(streams)]
    async fn publish(records: Records) -> Result<BatchResult, BookingError> {
        let _ = records;
        Err(BookingError::Contended)
    }
}

mod another_name {
    use super::*;

    #[handler(sqs)]
    async fn take(message: Message<NewBooking>) -> () {
        let _ = message;
    }
}

mod not_a_function {
    use super::*;

    #[handler(GET "/health")]
    struct Health;
}

fn main() {}
