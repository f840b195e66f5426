//! Handlers of a queue: of JSON, of the events that a rule sends to it, and of text.

use handlers::prelude::*;

/// Book what was ordered.
#[handler(queue)]
async fn book(bookings: &Bookings, message: Message<NewBooking>) -> Result<(), BookingError> {
    let _ = (bookings, message);
    Err(BookingError::Contended)
}

mod of_a_rule {
    use super::*;

    #[handler(queue, concurrency = 10_000)]
    async fn tell(message: Message<BusEvent<serde_json::Value>>) -> () {
        let Message { body: BusEvent { detail, .. }, .. } = message;
        let _ = detail;
    }
}

mod of_text {
    use super::*;
    use lambda::Text;

    #[handler(queue, concurrency = 1)]
    pub(super) async fn print(Message { body: Text(text), receives, .. }: Message<Text>) -> () {
        println!("{receives}: {text}");
    }
}

#[tokio::test]
async fn a_handler_can_be_called_with_a_message_of_a_test() {
    let mut message = Message::new("1", lambda::Text("hello".to_owned()));
    message.receives = 2;
    of_text::print(message).await;
}
