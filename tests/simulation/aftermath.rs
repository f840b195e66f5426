//! The end of a history: everything comes to rest, and nothing is in the way.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use handlers::booking::{Booking, BookingId, Caller, Metadata, NewBooking, Timestamp};
use tokio::time::sleep;

use super::clients::{Clients, resource, user};
use super::clock::{HOUR, MINUTE, timestamp};
use super::decide::{View, decide};
use super::functions::expire;
use super::model::{Answer, Decision, Request};
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
    let (bookings, hours) = (active(world), hours(world));
    let calm = |name: String, seed: u64| Run::new(name, Role::Client, seed, Weather::default());
    for (number, request) in hours.into_iter().enumerate() {
        let expected = free(world, &request);
        let answer = clients.ask(calm(format!("free {number}"), number as u64), request, Caller::Unchecked).await;
        if expected.is_some_and(|expected| matches!(answer, Answer::Created(..)) != expected) {
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
    let holds = {
        let history = world.history();
        let ends = history.state().standing().filter_map(|stands| stands.booking.expires_at);
        ends.map(Timestamp::millis).max()
    };
    if let Some(last) = holds.filter(|last| *last > world.now() - 3 * MINUTE) {
        world.clock.sleep_until(last + 3 * MINUTE).await;
        rest(world).await;
    }
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
        .values()
        .find(|timer| timer.fired.is_none() && timer.due * 1000 < now - 3 * MINUTE)
        .map(|timer| format!("the {} of {} does not fire", timer.kind, timer.id));
    world.check(|| "at rest".to_owned(), due.map_or(Ok(()), Err));
}

fn active(world: &World) -> Vec<Booking> {
    let (history, now) = (world.history(), timestamp(world.now()));
    let standing = history.state().standing().filter(|stands| stands.counts(now));
    standing.map(|stands| stands.booking.clone()).take(8).collect()
}

/// Requests for hours to come.
fn hours(world: &World) -> Vec<Request> {
    // Not the next hour, which may have begun by the clock of the function that is asked.
    let begin = world.now() / HOUR * HOUR + 2 * HOUR;
    let hours = (0..6_u8).map(|number| {
        let (start, end) = (begin + HOUR * i64::from(number / 2), begin + HOUR * i64::from(number / 2) + HOUR);
        let new = NewBooking {
            user_id: user(9),
            resource_id: resource(world, number % 2),
            start_time: timestamp(start),
            end_time: timestamp(end),
            reminder_lead_seconds: Some(900),
            further_reminder_lead_seconds: Vec::new(),
            seats: 1,
            hold_seconds: None,
            metadata: Metadata::default(),
        };
        Request::Create { new, key: None }
    });
    hours.collect()
}

/// Whether the time is free, if that does not depend on the time of the answer.
fn free(world: &World, request: &Request) -> Option<bool> {
    let history = world.history();
    let (state, id) = (View::of(history.state()), BookingId::of(uuid::Uuid::nil()));
    let free = |after: i64| {
        let decision = decide(state, request, &Caller::Unchecked, id, timestamp(world.now() + after));
        matches!(decision, Decision::Change(_))
    };
    (free(-10_000) == free(60_000)).then(|| free(0))
}
