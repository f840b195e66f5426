//! The EventBridge bus.

use std::collections::HashSet;
use std::time::Duration;

use aws_sdk_eventbridge::Client;
use aws_sdk_eventbridge::error::ProvideErrorMetadata;
use aws_sdk_eventbridge::types::PutEventsRequestEntry;
use lambda_http::tracing::warn;

use super::Outgoing;
use crate::lambda::{Init, InitError, aws, causes, variable};

/// One call takes this many entries
/// (<https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html>).
const BATCH: usize = 10;
/// How often an event is put before Lambda is asked to bring its record again.
const ATTEMPTS: u32 = 4;
const PAUSE: Duration = Duration::from_millis(50);

/// One bus.
#[derive(Debug, Clone)]
pub struct Bus {
    client: Client,
    name: String,
}

/// From `EVENT_BUS_NAME`.
impl Init for Bus {
    const VARIABLES: &'static [&'static str] = &["EVENT_BUS_NAME"];

    async fn init() -> Result<Self, InitError> {
        Ok(Self { client: Client::new(&aws::config("EVENTBRIDGE")?), name: variable("EVENT_BUS_NAME")? })
    }
}

/// How one event fared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// The bus has it.
    Done,
    /// The bus did not take it now, and may later.
    Again,
    /// The bus will never take it.
    Never,
}

impl Bus {
    /// Puts the events; says how each fared, in their order.
    ///
    /// No event of a booking is put before the bus has taken, or refused for good, the earlier ones of that booking.
    pub(super) async fn put_all(&self, events: &[Outgoing]) -> Vec<Fate> {
        let mut fates = vec![Fate::Again; events.len()];
        let mut attempts = vec![0; events.len()];
        let mut open: Vec<usize> = (0..events.len()).collect();
        while !open.is_empty() {
            let round = first_of_each(&open, events);
            let answers = self.put_apart(round.iter().map(|place| &events[*place]).collect()).await;
            let mut longest = 0;
            for (place, answer) in round.into_iter().zip(answers) {
                fates[place] = answer;
                if answer == Fate::Again {
                    attempts[place] += 1;
                    longest = longest.max(attempts[place]);
                }
            }
            let given_up: HashSet<_> = open
                .iter()
                .filter(|place| attempts[**place] >= ATTEMPTS)
                .map(|place| events[*place].booking_id)
                .collect();
            open.retain(|place| fates[*place] == Fate::Again && !given_up.contains(&events[*place].booking_id));
            if longest > 0 && !open.is_empty() {
                tokio::time::sleep(PAUSE.saturating_mul(1 << longest).mul_f64(fastrand::f64())).await;
            }
        }
        fates
    }

    /// Puts at most [`BATCH`] events; where the call as a whole is refused, each by itself, so that the one that is to
    /// blame does not take the others with it.
    async fn put_apart(&self, events: Vec<&Outgoing>) -> Vec<Fate> {
        match self.put(&events).await {
            Some(fates) => fates,
            None if events.len() == 1 => vec![Fate::Never],
            None => {
                let mut fates = Vec::with_capacity(events.len());
                for event in events {
                    fates.push(
                        self.put(&[event])
                            .await
                            .map_or(Fate::Never, |fates| fates.first().copied().unwrap_or(Fate::Again)),
                    );
                }
                fates
            }
        }
    }

    /// Puts events in one call, and says how each fared; `None` when the call is none that the bus would ever take.
    async fn put(&self, events: &[&Outgoing]) -> Option<Vec<Fate>> {
        let entries = events.iter().map(|event| {
            PutEventsRequestEntry::builder()
                .event_bus_name(&self.name)
                .source(event.source)
                .detail_type(event.detail_type)
                .detail(&event.detail)
                .build()
        });
        match self.client.put_events().set_entries(Some(entries.collect())).send().await {
            Ok(answer) => {
                let mut fates: Vec<_> = answer.entries().iter().map(|entry| fate(entry.error_code())).collect();
                // An answer with fewer entries than were asked for says nothing of the rest.
                fates.resize(events.len(), Fate::Again);
                Some(fates)
            }
            Err(error) => {
                warn!(cause = causes(&error), "PutEvents failed");
                let too_large = error.raw_response().is_some_and(|answer| answer.status().as_u16() == 413);
                if too_large || error.code() == Some("ValidationException") {
                    return None;
                }
                // The SDK has tried again where that made sense. This says nothing of the single event.
                Some(vec![Fate::Again; events.len()])
            }
        }
    }
}

/// The places of the first open event of each booking, at most [`BATCH`].
fn first_of_each(open: &[usize], events: &[Outgoing]) -> Vec<usize> {
    let mut round: Vec<usize> = Vec::with_capacity(BATCH);
    for place in open {
        if round.len() < BATCH && !round.iter().any(|other| events[*other].booking_id == events[*place].booking_id) {
            round.push(*place);
        }
    }
    round
}

/// What an entry's error code means. Codes that are not known count as passing: Lambda's own retries end in time.
fn fate(code: Option<&str>) -> Fate {
    match code {
        None => Fate::Done,
        Some("MalformedDetail" | "InvalidArgument" | "NotAuthorizedForSourceException") => Fate::Never,
        Some(_) => Fate::Again,
    }
}
