//! Stress test of reminders: thousands of them, a third of which are cancelled, deleted or moved at critical moments,
//! while the bus and the table fail and functions are killed in the middle of a batch. No reminder is lost or stale,
//! and each has one event id.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::common::bus::{FailingBus, Taken};
use crate::common::proxy::{Fault, Proxy};
use crate::common::*;
use futures_util::StreamExt;
use handlers::booking::{Booking, BookingPatch, Caller, NewBooking, Timestamp};
use handlers::store::Bookings;
use local::{ManualClock, Options};
use serde_json::json;

/// A sweep waits for timers that are due within so many seconds.
const AHEAD: i64 = 5;

fn after(seconds: i64) -> Timestamp {
    Timestamp::from_millis((Timestamp::now().seconds() + seconds) * 1000).unwrap()
}

/// A booking whose reminder is due in one to two hours.
fn new(place: usize, random: &mut fastrand::Rng) -> NewBooking {
    let start = 2 * HOUR + random.i64(0..HOUR);
    serde_json::from_value(json!({
        "user_id": format!("user-{}", place % 50), "resource_id": format!("room-{place}"),
        "start_time": after(start), "end_time": after(start + HOUR), "reminder_lead_seconds": HOUR,
    }))
    .unwrap()
}

/// A booking and its reminder during the test.
struct Life {
    booking: Booking,
    /// Its id as text, which the test looks up in every round.
    id: String,
    /// The due time of its first reminder.
    due: i64,
    /// The time at which the call that ended this reminder returned.
    ended: Option<Instant>,
}

impl Life {
    fn new(booking: Booking) -> Self {
        Self { id: booking.booking_id.to_string(), due: booking.ttl.unwrap(), booking, ended: None }
    }
}

/// Cancels, deletes or moves the booking.
async fn call_off(store: &Bookings, life: &mut Life, how: u8) {
    let (id, caller) = (life.booking.booking_id, &Caller::Unchecked);
    match how {
        0 => drop(store.cancel(id, None, caller).await.unwrap()),
        1 => store.delete(id, None, caller).await.unwrap(),
        _ => {
            // Moves it to the next day, which the test does not reach.
            let (start, end) = (after(30 * HOUR), after(31 * HOUR));
            let patch = BookingPatch { start_time: Some(start), end_time: Some(end), ..BookingPatch::default() };
            store.update(id, patch, None, caller).await.unwrap();
        }
    }
    life.ended = Some(Instant::now());
}

#[derive(Clone, Copy)]
struct Firing {
    count: usize,
    /// How often the clock is set forward, until all reminders are due.
    steps: i64,
    ttl: bool,
    sweeper: bool,
    faults: bool,
}

/// The service with its fakes and its clock.
struct Stage {
    world: World,
    store: Bookings,
    bus: FailingBus,
    table: Proxy,
    clock: ManualClock,
    random: fastrand::Rng,
    lives: Vec<Life>,
    /// The times to which the clock was set, and when.
    times: Vec<(u64, Instant)>,
}

impl Stage {
    async fn set(firing: Firing) -> Self {
        let (bus, table, clock) = (FailingBus::start(11).await, Proxy::start(3).await, ManualClock::new(now()));
        let endpoints = [
            ("AWS_ENDPOINT_URL_EVENTBRIDGE".to_owned(), bus.url.clone()),
            ("AWS_ENDPOINT_URL_DYNAMODB".to_owned(), table.url.clone()),
        ];
        let world = World::with(Options {
            clock: Some(Arc::new(clock.clone())),
            environment: endpoints.into(),
            ttl_every: firing.ttl.then_some(Duration::from_secs(if firing.sweeper { 4 } else { 1 })),
            schedule_every: Some(if firing.sweeper { Duration::from_secs(2) } else { Duration::from_hours(1) }),
            ..options()
        })
        .await;
        table.target(world.service.dynamodb_url());
        let (store, mut random) = (world.store(SHARDS), fastrand::Rng::with_seed(5));
        let wanted: Vec<_> = (0..firing.count).map(|place| new(place, &mut random)).collect();
        let create = |new| {
            let store = store.clone();
            tokio::spawn(async move { store.create(new, None, &Caller::Unchecked).await.unwrap().value })
        };
        let made = futures_util::stream::iter(wanted).map(create).buffered(16).map(|made| Life::new(made.unwrap()));
        let lives = made.collect().await;
        Self { world, store, bus, table, clock, random, lives, times: Vec::new() }
    }

    fn time(&mut self, time: u64) {
        self.times.push((time, Instant::now()));
        self.clock.set(time);
    }

    async fn call_off(&mut self, places: &[usize]) {
        for place in places {
            call_off(&self.store, &mut self.lives[*place], self.random.u8(..3)).await;
        }
    }

    /// Calls off every sixth booking, many at once. Returns their places.
    async fn call_off_sixth(&mut self) -> Vec<usize> {
        let places: Vec<_> = (0..self.lives.len()).step_by(6).collect();
        let hows: Vec<_> = places.iter().map(|_| self.random.u8(..3)).collect();
        let sixth = self.lives.iter_mut().step_by(6).zip(hows);
        futures_util::stream::iter(sixth).for_each_concurrent(16, |(life, how)| call_off(&self.store, life, how)).await;
        places
    }

    /// Waits until the timers of these reminders are removed by the sweeper or by TTL.
    async fn noticed(&self, places: &[usize]) {
        for place in places {
            let Life { booking, due, .. } = &self.lives[*place];
            let minute = Timestamp::from_millis(due * 1000).unwrap().sortable()[..16].to_owned();
            let pk = format!("TIMER#{minute}#{}", booking.booking_id.bucket(SHARDS));
            let sk = format!("{due}#{}#reminder", booking.booking_id);
            let gone = async || self.world.item(&pk, &sk).await.is_none().then_some(());
            eventually("the timer is removed", gone).await;
        }
    }

    /// Waits until the bus has refused the reminder of an active booking of `window`, or has accepted all of them.
    /// Returns the places of the refused ones.
    async fn refused(&self, window: &[usize], told: &mut Told) -> Vec<usize> {
        let started = Instant::now();
        loop {
            let refused = self.bus.refused();
            let found: Vec<_> =
                window.iter().copied().filter(|place| refused.contains(&self.lives[*place].id)).collect();
            told.update(&self.bus);
            let standing = || window.iter().filter(|place| self.lives[**place].ended.is_none());
            if !found.is_empty() || standing().all(|place| told.has(&self.lives[*place].id)) {
                return found;
            }
            assert!(started.elapsed() < 2 * DEADLINE, "the reminders of this step are not published");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

/// The reminders that were put on the bus.
#[derive(Default)]
struct Told {
    seen: usize,
    events: Vec<Taken>,
    bookings: BTreeSet<String>,
}

impl Told {
    fn update(&mut self, bus: &FailingBus) {
        let new = bus.taken_after(self.seen);
        self.seen += new.len();
        for event in new.into_iter().filter(|event| event.detail_type == "ReminderDue") {
            self.bookings.insert(text(&event.detail["booking_id"]).to_owned());
            self.events.push(event);
        }
    }

    fn has(&self, booking: &str) -> bool {
        self.bookings.contains(booking)
    }
}

async fn prove(firing: Firing) {
    let Firing { count, steps, faults, .. } = firing;
    let mut stage = Stage::set(firing).await;
    let mut told = Told::default();
    let begin = i64::try_from(now()).unwrap();

    // Ends a sixth long before the due time.
    let early = stage.call_off_sixth().await;
    told.update(&stage.bus);
    assert!(told.events.is_empty(), "a reminder was published before its due time");

    stage.bus.fail(faults);
    let broken = [Fault::Throttled, Fault::Broken, Fault::Reset, Fault::AnswerLost];
    stage.table.fail(if faults { 10 } else { 0 }, &broken);
    // Ends a sixth of all while they become due. Those whose batch was not read yet must not be published. Those that
    // the bus had already refused may be published by a retry.
    let (mut strict, mut retried) = (early, 0);
    for step in 1..=steps {
        let until = begin + HOUR + HOUR * step / steps;
        let due = |life: &Life| life.ended.is_none() && (until - HOUR / steps..until).contains(&life.due);
        let mut window: Vec<_> = (0..count).filter(|place| due(&stage.lives[*place])).collect();
        stage.random.shuffle(&mut window);
        // A sweep of the step before may have told these already. The others are taken from the end.
        window.sort_by_key(|place| stage.lives[*place].due > until - HOUR / steps + AHEAD);
        let some = window.len().div_ceil(20);
        let mut unswept = window.split_off(window.len().saturating_sub(some));
        let mut undelivered = window.split_off(window.len().saturating_sub(some));

        stage.call_off(&unswept).await;
        // Ends some after the sweep or the deletion by TTL, before the batch is read.
        stage.table.hold(true);
        stage.time(u64::try_from(until).unwrap());
        stage.noticed(&undelivered).await;
        stage.call_off(&undelivered).await;
        if faults && step % 4 == 2 {
            stage.world.service.kill("publishEvents");
        }
        stage.table.hold(false);
        // Ends some while the bus refuses their events.
        if faults {
            let refused = stage.refused(&window, &mut told).await;
            let refused = &refused[..refused.len().min(some)];
            stage.call_off(refused).await;
            retried += refused.len();
        }
        // Ends some at a random moment.
        let chance: Vec<_> =
            window.iter().copied().filter(|place| stage.lives[*place].ended.is_none()).take(some).collect();
        stage.call_off(&chance).await;
        if faults && step % 4 == 0 {
            stage.world.service.kill("sweepTimers");
            stage.world.service.kill("publishEvents");
        }
        strict.append(&mut unswept);
        strict.append(&mut undelivered);
    }
    stage.bus.fail(false);
    stage.table.fail(0, &[]);

    let standing: BTreeSet<_> =
        stage.lives.iter().filter(|life| life.ended.is_none()).map(|life| life.id.clone()).collect();
    let started = Instant::now();
    loop {
        told.update(&stage.bus);
        if standing.is_subset(&told.bookings) {
            break;
        }
        let missing = standing.difference(&told.bookings).count();
        assert!(started.elapsed() < 3 * DEADLINE, "{missing} of {} reminders are lost", standing.len());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    if faults {
        assert!(retried > 0 && stage.table.failed() > 0, "no call has failed");
    }
    for place in strict {
        assert!(!told.has(&stage.lives[place].id), "published although it was called off before its batch was read");
    }
    judge(&stage, &told, standing.len(), retried);
    stage.world.stop().await;
}

/// Checks that no reminder is stale and that each has one id; prints duplicates and lateness.
fn judge(stage: &Stage, told: &Told, standing: usize, retried: usize) {
    let mut reads: HashMap<String, Vec<Instant>> = HashMap::new();
    for read in stage.table.reads() {
        let body: serde_json::Value = serde_json::from_slice(&read.body).unwrap();
        for get in body["TransactItems"].as_array().unwrap() {
            let booking = text(&get["Get"]["Key"]["pk"]["S"]).trim_start_matches("BOOKING#").to_owned();
            reads.entry(booking).or_default().push(read.at);
        }
    }
    let lives: HashMap<_, _> = stage.lives.iter().map(|life| (life.id.as_str(), life)).collect();
    let mut ids: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let (mut duplicates, mut overtaken, mut late) = (0, 0, Vec::new());
    for event in &told.events {
        let booking = text(&event.detail["booking_id"]);
        let life = lives[booking];
        duplicates += usize::from(!ids.entry(booking).or_default().insert(text(&event.detail["id"])));
        assert_eq!(event.detail["ttl"], life.due, "the due time of the first reminder");
        let read = reads[booking]
            .iter()
            .filter(|read| **read < event.at)
            .max()
            .expect("the booking is read before its reminder is published");
        if let Some(ended) = life.ended {
            overtaken += usize::from(event.at > ended);
            assert!(*read < ended, "{booking} was called off before its batch was read");
        }
        let due = u64::try_from(life.due).unwrap();
        let (_, noticeable) =
            stage.times.iter().find(|(time, _)| *time >= due).expect("the clock has reached the due time");
        late.push(event.at - *noticeable);
    }
    assert!(ids.values().all(|ids| ids.len() == 1), "a reminder has several ids");
    late.sort_unstable();
    println!(
        "{standing} live reminders, {} told, {duplicates} of them again, {retried} called off while tried again, \
         {overtaken} told while being called off; late by {:?} (half of them), {:?} (most)",
        told.events.len(),
        late[late.len() / 2],
        late[late.len() - 1]
    );
}

fn now() -> u64 {
    u64::try_from(Timestamp::now().seconds()).unwrap()
}

/// The longest of all tests. Many threads get it a larger share of the processors, so that it ends with the others.
#[tokio::test(flavor = "multi_thread", worker_threads = 8)]
async fn reminders_under_faults_are_all_told_and_none_is_stale() {
    prove(Firing { count: 5000, steps: 5, ttl: true, sweeper: true, faults: true }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_sweeper_ttl_alone_tells_all_of_them() {
    prove(Firing { count: 300, steps: 4, ttl: true, sweeper: false, faults: false }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_ttl_the_sweeper_alone_tells_all_of_them() {
    prove(Firing { count: 300, steps: 4, ttl: false, sweeper: true, faults: false }).await;
}
