//! Publishing events to an EventBridge bus.

use std::collections::HashSet;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use aws_sdk_eventbridge::Client;
use aws_sdk_eventbridge::error::ProvideErrorMetadata;
use aws_sdk_eventbridge::types::PutEventsRequestEntry;
use aws_types::SdkConfig;
use futures_util::future::join_all;
use lambda::trace::{self, Subsegments};
use lambda::tracing::warn;
use lambda::{Init, InitError, aws, causes, variable};

use super::Outgoing;
use crate::surroundings::{Machine, Surroundings};

/// Maximum of entries in one call (<https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html>).
const BATCH: usize = 10;
/// Maximum of concurrent calls.
const CALLS: usize = 4;
/// How often an event is put before its record is left to Lambda's retries.
const ATTEMPTS: u32 = 4;
const PAUSE: Duration = Duration::from_millis(50);

/// An EventBridge bus.
#[derive(Debug, Clone)]
pub struct Bus {
    config: SdkConfig,
    /// Created for the first event: no client waits for it, and creating it takes a fifth of the init phase.
    client: OnceLock<Client>,
    name: String,
    pub(super) surroundings: Arc<dyn Surroundings>,
}

/// Reads `EVENT_BUS_NAME`.
impl Init for Bus {
    const VARIABLES: &'static [&'static str] = &["EVENT_BUS_NAME"];

    async fn init() -> Result<Self, InitError> {
        Ok(Self::new(aws::config("EVENTBRIDGE")?, variable("EVENT_BUS_NAME")?))
    }
}

/// Result of putting one event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// The bus has accepted the event.
    Done,
    /// The bus did not accept the event, but a retry may succeed.
    Again,
    /// The bus will never accept the event.
    Never,
}

impl Bus {
    /// The bus `name`.
    #[must_use]
    pub fn new(config: SdkConfig, name: impl Into<String>) -> Self {
        Self { config, client: OnceLock::new(), name: name.into(), surroundings: Arc::new(Machine) }
    }

    /// This bus, with another clock and other random numbers than the machine's.
    #[must_use]
    pub fn within(self, surroundings: Arc<dyn Surroundings>) -> Self {
        Self { surroundings, ..self }
    }

    fn client(&self) -> &Client {
        self.client.get_or_init(|| {
            let config = aws_sdk_eventbridge::config::Builder::from(&self.config);
            Client::from_conf(config.interceptor(aws::NoUserAgent).interceptor(Subsegments::default()).build())
        })
    }

    /// Puts the events, and returns a result for each, in their order.
    ///
    /// Keeps the order of each booking: an event is put only after the bus has accepted, or finally refused, the
    /// booking's earlier events.
    pub(super) async fn put_all(&self, events: &[Outgoing]) -> Vec<Fate> {
        let mut fates = vec![Fate::Again; events.len()];
        let mut attempts = vec![0; events.len()];
        loop {
            let round = next_round(events, &fates, &attempts);
            // Untried events come first, so a round that starts with a failed one contains only failed ones.
            let Some(failed_before) = round.first().map(|place| attempts[*place]) else { return fates };
            if failed_before > 0 {
                let longest = PAUSE.saturating_mul(1 << failed_before);
                tokio::time::sleep(longest.mul_f64(self.surroundings.fraction())).await;
            }
            let calls = round.chunks(BATCH).map(|places| async move {
                let answers = self.put_apart(places.iter().map(|place| &events[*place]).collect()).await;
                places.iter().copied().zip(answers).collect::<Vec<_>>()
            });
            for (place, fate) in join_all(calls).await.into_iter().flatten() {
                fates[place] = fate;
                attempts[place] += 1;
            }
        }
    }

    /// Puts at most [`BATCH`] events in one call. If the whole call is refused, puts each event in a call of its own,
    /// so that an invalid one does not fail the others.
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

    /// Puts events in one call, and returns a result for each; `None` when the bus would never accept the call.
    async fn put(&self, events: &[&Outgoing]) -> Option<Vec<Fate>> {
        let entries = events.iter().map(|event| {
            PutEventsRequestEntry::builder()
                .event_bus_name(&self.name)
                .source(event.source)
                .detail_type(event.detail_type)
                .detail(&event.detail)
                .set_trace_header(trace::header())
                .build()
        });
        match self.client().put_events().set_entries(Some(entries.collect())).send().await {
            Ok(answer) => {
                let mut fates: Vec<_> = answer.entries().iter().map(|entry| fate(entry.error_code())).collect();
                // A response with too few entries says nothing about the rest.
                fates.resize(events.len(), Fate::Again);
                Some(fates)
            }
            Err(error) => {
                warn!(cause = causes(&error), "PutEvents failed");
                let too_large = error.raw_response().is_some_and(|answer| answer.status().as_u16() == 413);
                if too_large || error.code() == Some("ValidationException") {
                    return None;
                }
                // The SDK has made its retries. The error says nothing about single events.
                Some(vec![Fate::Again; events.len()])
            }
        }
    }
}

/// The places of the events to put next: the first unfinished event of each booking, unless its attempts are used up.
/// Those with the fewest attempts come first.
fn next_round(events: &[Outgoing], fates: &[Fate], attempts: &[u32]) -> Vec<usize> {
    let mut seen = HashSet::new();
    let open = (0..events.len()).filter(|place| fates[*place] == Fate::Again);
    let first = open.filter(|place| seen.insert(events[*place].booking_id));
    let mut round: Vec<usize> = first.filter(|place| attempts[*place] < ATTEMPTS).collect();
    round.sort_by_key(|place| attempts[*place]);
    round.truncate(BATCH * CALLS);
    round
}

/// Classifies an entry's error code. Unknown codes count as transient: Lambda's retries are limited.
fn fate(code: Option<&str>) -> Fate {
    match code {
        None => Fate::Done,
        Some("MalformedDetail" | "InvalidArgument" | "NotAuthorizedForSourceException") => Fate::Never,
        Some(_) => Fate::Again,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::booking::BookingId;

    fn event(booking_id: BookingId) -> Outgoing {
        Outgoing {
            source: "s",
            detail_type: "t",
            booking_id,
            id: uuid::Uuid::new_v4(),
            detail: String::new(),
            late_seconds: None,
        }
    }

    #[test]
    fn events_of_one_booking_wait_for_the_earlier_ones() {
        let (a, b) = (BookingId::of(uuid::Uuid::new_v4()), BookingId::of(uuid::Uuid::new_v4()));
        let events = [event(a), event(a), event(b), event(a)];
        let mut fates = [Fate::Again; 4];
        let mut attempts = [0; 4];
        assert_eq!(next_round(&events, &fates, &attempts), [0, 2]);
        (fates[2], attempts) = (Fate::Done, [1, 0, 1, 0]);
        assert_eq!(next_round(&events, &fates, &attempts), [0], "the second event of a waits for the first");
        fates[0] = Fate::Never;
        assert_eq!(next_round(&events, &fates, &attempts), [1], "a finally refused event does not delay later ones");
        fates[1] = Fate::Done;
        attempts[3] = ATTEMPTS;
        assert!(
            next_round(&events, &fates, &attempts).is_empty(),
            "an event whose attempts are used up is left to Lambda"
        );
    }

    #[test]
    fn what_was_tried_least_goes_first() {
        let events: Vec<_> = (0..50).map(|_| event(BookingId::of(uuid::Uuid::new_v4()))).collect();
        let attempts: Vec<u32> = (0..50).map(|place| u32::from(place < 20)).collect();
        let round = next_round(&events, &[Fate::Again; 50], &attempts);
        assert_eq!(round.len(), BATCH * CALLS);
        assert!(round[..30].iter().all(|place| *place >= 20));
    }

    #[test]
    fn an_unknown_error_is_a_passing_one() {
        assert_eq!(fate(None), Fate::Done);
        assert_eq!(fate(Some("MalformedDetail")), Fate::Never);
        assert_eq!(fate(Some("ThrottlingException")), Fate::Again);
        assert_eq!(fate(Some("SomethingNew")), Fate::Again);
    }
}
