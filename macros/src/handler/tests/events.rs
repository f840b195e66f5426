//! Arguments of handlers without a client.

use super::*;

#[test]
fn a_stream_has_its_records_and_nothing_else() {
    says("stream", "async fn publish(bus: &Bus) -> () {}", &["add `records: Records`"]);
    says(
        "stream",
        "async fn publish(records: Records, bus: Bus) -> () {}",
        &["a stream handler takes one owned argument, its event; borrow what is built once: `&Bus`"],
    );
}

#[test]
fn a_queue_has_its_message_and_nothing_else() {
    says(
        "queue",
        "async fn take(orders: &Orders) -> () {}",
        &["a queue handler takes the message it is called with: add `message: Message<Order>`"],
    );
    says(
        "queue",
        "async fn take(orders: Orders, message: Message<Order>) -> () {}",
        &["a queue handler takes one owned argument, its message; borrow what is built once: `&Orders`"],
    );
}

#[test]
fn an_event_handler_has_its_event_and_nothing_else() {
    says(
        "event",
        "async fn greet() -> () {}",
        &["an event handler takes the event it is called with: add `event: BusEvent<Order>`"],
    );
    says(
        "event",
        "async fn greet(event: BusEvent<Order>, orders: Orders) -> () {}",
        &["an event handler takes one owned argument, its event; borrow what is built once: `&Orders`"],
    );
}

#[test]
fn an_event_is_never_borrowed() {
    for (trigger, ty) in
        [("stream", "Records"), ("schedule", "Tick"), ("queue", "lambda::Message<Order>"), ("event", "BusEvent<Order>")]
    {
        says(
            trigger,
            &format!("async fn f(it: &{ty}) -> () {{}}"),
            &[&format!("an event is taken by value, since what is borrowed is built once: write `{ty}`")],
        );
    }
}

#[test]
fn a_schedule_has_its_tick_or_nothing() {
    says(
        "schedule",
        "async fn sweep(tick: Tick, notes: Notes) -> () {}",
        &["a schedule handler takes one owned argument"],
    );
}
