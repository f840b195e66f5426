//! The end of a history: everything comes to rest, and nothing is in the way.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use handlers::booking::{Booking, Caller, NewBooking, Span, Status};
use tokio::time::sleep;

use super::clients::{Clients, resource, user};
use super::clock::{HOUR, MINUTE, timestamp};
use super::functions::expire;
use super::model::{Answer, Request, holders, standing};
use super::plan::Weather;
use super::run::{Role, Run};
use super::world::World;

/// Without faults: everything comes to rest, and nothing is in the way.
pub async fn aftermath(world: &Arc<World>, clients: &Arc<Clients>) {
    // Until the last request that is held back has arrived.
    sleep(Duration::from_secs(160)).await;
    world.trace(|| "calm".to_owned());
    world.calm.store(true, Ordering::Relaxed);
    world.bus_down.store(0, Ordering::Relaxed);
    world.queue_down.store(0, Ordering::Relaxed);
    world.stream_held.store(0, Ordering::Relaxed);
    world.sweeper_away.store(0, Ordering::Relaxed);
    rest(world).await;
    let (bookings, slots) = (active(world), free(world));
    let calm = |name: String, seed: u64| Run::new(name, Role::Client, seed, Weather::default());
    for (number, (request, expected)) in slots.into_iter().enumerate() {
        let answer = clients.ask(calm(format!("free {number}"), number as u64), request, Caller::Unchecked).await;
        if matches!(answer, Answer::Created(..)) != expected {
            world.history().fail(format!("a free time cannot be booked: {answer:?}"));
        }
    }
    for (number, booking) in bookings.iter().enumerate() {
        let request = Request::Cancel { id: booking.booking_id, if_match: None };
        let answer = clients.ask(calm(format!("end {number}"), number as u64), request, Caller::Unchecked).await;
        if !matches!(answer, Answer::Booking(_)) {
            world.history().fail(format!("a booking cannot be cancelled: {answer:?}"));
        }
    }
    rest(world).await;
}

/// Waits until the sweeper and the publisher have done their work, then compares everything.
async fn rest(world: &World) {
    sleep(Duration::from_mins(5)).await;
    expire(world, 0);
    for _ in 0..1000 {
        sleep(Duration::from_secs(5)).await;
        if world.shards.iter().all(|shard| shard.records.lock().unwrap().is_empty()) {
            break;
        }
    }
    let now = world.now();
    let compared = world.history().compare(&world.table.all_items(), now);
    world.check(|| "at rest".to_owned(), compared);
    let untold = world.history().untold();
    world.check(|| "at rest".to_owned(), untold.map_or(Ok(()), Err));
    let due = world
        .history()
        .timers
        .iter()
        .find(|(_, timer)| timer.fired.is_none() && timer.due * 1000 < now - 3 * MINUTE)
        .map(|(id, _)| format!("the timer of {id} does not fire"));
    world.check(|| "at rest".to_owned(), due.map_or(Ok(()), Err));
}

fn active(world: &World) -> Vec<Booking> {
    let history = world.history();
    let bookings = standing(history.state()).map(|stands| stands.booking.clone());
    bookings.filter(|booking| booking.status == Status::Active).take(8).collect()
}

/// Requests for hours to come, and whether they are free.
fn free(world: &World) -> Vec<(Request, bool)> {
    let history = world.history();
    let begin = world.now() / HOUR * HOUR + HOUR;
    let hours = (0..6_u8).map(|number| {
        let (start, end) = (begin + HOUR * i64::from(number / 2), begin + HOUR * i64::from(number / 2) + HOUR);
        let resource_id = resource(world, number % 2);
        let span = Span::new(timestamp(start), timestamp(end)).unwrap();
        let expected = holders(history.state(), &resource_id, span, None).next().is_none();
        let new = NewBooking {
            user_id: user(9),
            resource_id,
            start_time: timestamp(start),
            end_time: timestamp(end),
            reminder_lead_seconds: Some(900),
        };
        (Request::Create { new, key: None }, expected)
    });
    hours.collect()
}
