//! Load of many concurrent clients, each with one request at a time: reads and writes of users and resources with a
//! Zipf distribution.

use std::collections::HashMap;
use std::fmt::Write;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use fastrand::Rng;
use local::Service;
use reqwest::Method;
use serde_json::{Value, json};

use crate::Failure;
use crate::client::{Answer, Api, time};

pub(crate) const CLIENTS: u64 = 300;
pub(crate) const LASTS: Duration = Duration::from_secs(30);
pub(crate) const HEADER: &str = "\
    | | answers a second | p50 | p99 | created | time taken | wrong |\n\
    |---|---|---|---|---|---|---|";

/// Number of users, and of resources.
const NAMES: usize = 1000;
/// Bookings last an hour and start within this many hours, so that the busiest resources are fully booked.
const HOURS: i64 = 24 * 30;
/// Wrong responses are kept up to this number, and only counted beyond it.
const SHOWN: usize = 10;

/// Result of a run.
pub(crate) struct Outcome {
    times: Vec<Duration>,
    lasted: Duration,
    created: usize,
    taken: usize,
    /// The first wrong responses and overlapping bookings.
    pub(crate) wrong: Vec<String>,
    wrongs: usize,
}

impl Outcome {
    #[expect(clippy::cast_precision_loss, reason = "a few digits are shown")]
    pub(crate) fn throughput(&self) -> f64 {
        self.times.len() as f64 / self.lasted.as_secs_f64()
    }

    /// The row for the table of [`HEADER`].
    pub(crate) fn row(&self, name: &str) -> String {
        let of = |percent: usize| self.times.get(self.times.len() * percent / 100).copied().unwrap_or_default();
        let mut row = format!(
            "| {name} | {:.0} | {:.0} ms | {:.0} ms | {} | {} | {} |",
            self.throughput(),
            of(50).as_secs_f64() * 1e3,
            of(99).as_secs_f64() * 1e3,
            self.created,
            self.taken,
            self.wrongs,
        );
        for wrong in &self.wrong {
            let _ = write!(row, "\nwrong: {wrong}");
        }
        row
    }

    fn note(&mut self, wrong: String) {
        self.wrongs += 1;
        if self.wrong.len() < SHOWN {
            self.wrong.push(wrong);
        }
    }
}

/// Draws places with a probability proportional to 1 / place (Zipf's law).
struct Zipf(Vec<f64>);

impl Zipf {
    #[expect(clippy::cast_precision_loss, reason = "small numbers")]
    fn new() -> Self {
        let mut sum = 0.0;
        Self(
            (1..=NAMES)
                .map(|place| {
                    sum += 1.0 / place as f64;
                    sum
                })
                .collect(),
        )
    }

    fn draw(&self, random: &mut Rng) -> usize {
        let place = random.f64() * self.0.last().copied().unwrap_or_default();
        self.0.partition_point(|sum| *sum < place).min(NAMES - 1)
    }
}

/// State that all clients share.
struct World {
    api: Api,
    zipf: Zipf,
    base: i64,
    /// Bookings as they were returned to their clients.
    bookings: Mutex<Vec<Value>>,
    outcome: Mutex<Outcome>,
}

/// Runs the clients against the service.
pub(crate) async fn run(service: &Service) -> Result<Outcome, Failure> {
    let outcome = Outcome { times: Vec::new(), lasted: LASTS, created: 0, taken: 0, wrong: Vec::new(), wrongs: 0 };
    let base = (chrono::Utc::now().timestamp() / 3600 + 24) * 3600;
    let (api, zipf) = (Api::new(service.url()), Zipf::new());
    let world = World { api, zipf, base, bookings: Mutex::default(), outcome: Mutex::new(outcome) };
    let world = Arc::new(world);
    // Creates bookings to read, and starts processes before the measurement.
    let mut random = Rng::with_seed(0);
    for _ in 0..100 {
        world.create(&mut random).await?;
        world.get(&mut random).await?;
    }
    {
        let mut outcome = world.outcome.lock().unwrap_or_else(PoisonError::into_inner);
        (outcome.times, outcome.created, outcome.taken) = (Vec::new(), 0, 0);
    }
    let started = Instant::now();
    let clients: Vec<_> = (1..=CLIENTS).map(|seed| tokio::spawn(client(Arc::clone(&world), seed, started))).collect();
    for client in clients {
        client.await??;
    }
    let lasted = started.elapsed();
    let world = Arc::into_inner(world).ok_or("a client is still there")?;
    let mut outcome = world.outcome.into_inner().unwrap_or_else(PoisonError::into_inner);
    outcome.lasted = lasted;
    outcome.times.sort_unstable();
    for wrong in overlaps(&world.bookings.into_inner().unwrap_or_else(PoisonError::into_inner)) {
        outcome.note(wrong);
    }
    Ok(outcome)
}

async fn client(world: Arc<World>, seed: u64, started: Instant) -> Result<(), Failure> {
    let mut random = Rng::with_seed(seed);
    while started.elapsed() < LASTS {
        match random.u8(..100) {
            0..50 => world.get(&mut random).await?,
            50..70 => world.create(&mut random).await?,
            70..85 => world.list(&mut random).await?,
            _ => world.busy(&mut random).await?,
        }
    }
    Ok(())
}

impl World {
    async fn create(&self, random: &mut Rng) -> Result<(), Failure> {
        let start = self.base + random.i64(0..HOURS) * 3600;
        let body = json!({
            "user_id": format!("user-{}", self.zipf.draw(random)),
            "resource_id": format!("room-{}", self.zipf.draw(random)),
            "start_time": time(start), "end_time": time(start + 3600),
        });
        let answer = self.api.send(Method::POST, "/bookings", Some(&body)).await?;
        let right = answer.status == 409 || (answer.status == 201 && answer.body["user_id"] == body["user_id"]);
        self.count(&answer, right);
        if answer.status == 201 {
            self.bookings.lock().unwrap_or_else(PoisonError::into_inner).push(answer.body);
        }
        Ok(())
    }

    async fn get(&self, random: &mut Rng) -> Result<(), Failure> {
        let booking = {
            let bookings = self.bookings.lock().unwrap_or_else(PoisonError::into_inner);
            bookings[random.usize(..bookings.len())].clone()
        };
        let id = booking["booking_id"].as_str().unwrap_or_default();
        let answer = self.api.get(&format!("/bookings/{id}")).await?;
        self.count(&answer, answer.status == 200 && answer.body == booking);
        Ok(())
    }

    async fn list(&self, random: &mut Rng) -> Result<(), Failure> {
        let user = format!("user-{}", self.zipf.draw(random));
        let answer = self.api.get(&format!("/users/{user}/bookings?limit=20")).await?;
        let right = answer.body.as_array().is_some_and(|bookings| {
            bookings.len() <= 20
                && bookings.iter().all(|booking| booking["user_id"] == user.as_str())
                && bookings.is_sorted_by_key(|booking| booking["start_time"].as_str().map(str::to_owned))
        });
        self.count(&answer, answer.status == 200 && right);
        Ok(())
    }

    async fn busy(&self, random: &mut Rng) -> Result<(), Failure> {
        let room = self.zipf.draw(random);
        let (from, to) = (time(self.base), time(self.base + 7 * 24 * 3600));
        let answer = self.api.get(&format!("/resources/room-{room}/busy?from={from}&to={to}")).await?;
        let right = answer.body.as_array().is_some_and(|spans| {
            spans.windows(2).all(|pair| pair[0]["end_time"].as_str() <= pair[1]["start_time"].as_str())
        });
        self.count(&answer, answer.status == 200 && right);
        Ok(())
    }

    fn count(&self, answer: &Answer, right: bool) {
        let mut outcome = self.outcome.lock().unwrap_or_else(PoisonError::into_inner);
        outcome.times.push(answer.took);
        outcome.created += usize::from(answer.status == 201);
        outcome.taken += usize::from(answer.status == 409);
        if !right {
            outcome.note(format!("{} {}", answer.status, answer.body));
        }
    }
}

/// Finds overlapping bookings of a resource. All start on the hour and last an hour.
fn overlaps(bookings: &[Value]) -> Vec<String> {
    let mut slots: HashMap<(&Value, &Value), usize> = HashMap::new();
    for booking in bookings {
        *slots.entry((&booking["resource_id"], &booking["start_time"])).or_default() += 1;
    }
    let doubled = slots.into_iter().filter(|(_, count)| *count > 1);
    doubled.map(|((room, time), count)| format!("{count} bookings of {room} at {time}")).collect()
}
