//! What a resource is busy with, day by day: the claims that keep two bookings from one span of time.
//!
//! A booking claims every day (UTC) that its span touches. Whoever claims has read the day and commits on the version
//! it read; of two that race, one is refused and reads again. Giving a claim up takes no version: it cannot make
//! another's claim wrong, only its refusal unnecessary.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_dynamodb::types::AttributeValue;
use serde::{Deserialize, Serialize};

use super::Bookings;
use super::commit::{Write, put_new, update};
use super::item::{key, read, write};
use crate::booking::{Booking, BookingError, BookingId, BusyQuery, BusySpan, Day, ResourceId, Span, Timestamp};

/// A day is kept this long after it is over, then TTL clears it away.
const KEPT_SECONDS: i64 = 31 * 24 * 60 * 60;
/// A day that TTL may clear away at any moment is left alone; this covers clocks that differ.
const MARGIN_SECONDS: i64 = 10 * 60;

/// The item: spans in milliseconds since the Unix epoch, by booking.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct DayItem {
    pk: String,
    sk: String,
    /// Counts the claims, from a number at random: a day that TTL has cleared away and that is made anew never comes to
    /// a version that somebody has read of the earlier one.
    version: u64,
    busy: HashMap<String, (i64, i64)>,
    ttl: i64,
}

fn partition(resource: &ResourceId) -> String {
    format!("RESOURCE#{resource}")
}

fn sort_key(day: Day) -> String {
    format!("DAY#{day}")
}

fn first_version() -> u64 {
    fastrand::u64(1..1 << 52)
}

fn ttl(day: Day) -> i64 {
    day.end_seconds() + KEPT_SECONDS
}

fn claimed((start, end): &(i64, i64)) -> Option<Span> {
    Span::new(Timestamp::from_millis(*start)?, Timestamp::from_millis(*end)?).ok()
}

/// One resource's days, as they were read.
#[derive(Debug)]
pub(super) struct Days {
    resource: ResourceId,
    items: HashMap<String, DayItem>,
}

impl Days {
    /// A span that is claimed by another than `id` and overlaps `span`: the earliest.
    pub(super) fn conflict(&self, span: Span, id: BookingId) -> Option<Span> {
        let id = id.to_string();
        self.items
            .values()
            .flat_map(|day| &day.busy)
            .filter(|(holder, _)| **holder != id)
            .filter_map(|(_, span)| claimed(span))
            .filter(|busy| busy.overlaps(span))
            .min_by_key(|busy| busy.start())
    }

    /// The spans that are claimed and overlap `span`, by start.
    pub(super) fn busy(&self, span: Span) -> Vec<BusySpan> {
        // A claim over midnight stands in each of its days.
        let claims: BTreeMap<_, _> = self.items.values().flat_map(|day| &day.busy).collect();
        let mut busy: Vec<Span> = claims.into_values().filter_map(claimed).filter(|busy| busy.overlaps(span)).collect();
        busy.sort_by_key(|busy| (busy.start(), busy.end()));
        busy.into_iter().map(BusySpan::from).collect()
    }

    /// The writes that claim `span` for `id`, on the versions that were read.
    pub(super) fn claim(&self, span: Span, id: BookingId) -> Result<Vec<Write>, BookingError> {
        let claimed = (span.start().millis(), span.end().millis());
        span.days()
            .map(|day| {
                let sk = sort_key(day);
                let Some(item) = self.items.get(&sk) else {
                    let busy = HashMap::from([(id.to_string(), claimed)]);
                    let item =
                        DayItem { pk: partition(&self.resource), sk, version: first_version(), busy, ttl: ttl(day) };
                    return Ok(Write::Put(put_new(write(&item)?)));
                };
                let number = |n: i64| AttributeValue::N(n.to_string());
                Ok(Write::Update(
                    update(key(partition(&self.resource), sk))
                        .update_expression("SET #busy.#id = :span, #version = #version + :one")
                        .condition_expression("#version = :version")
                        .expression_attribute_names("#busy", "busy")
                        .expression_attribute_names("#id", id.to_string())
                        .expression_attribute_names("#version", "version")
                        .expression_attribute_values(
                            ":span",
                            AttributeValue::L(vec![number(claimed.0), number(claimed.1)]),
                        )
                        .expression_attribute_values(":one", number(1))
                        .expression_attribute_values(":version", AttributeValue::N(item.version.to_string())),
                ))
            })
            .collect()
    }
}

/// The days that `booking` holds and that TTL will not have cleared away by now.
pub(super) fn held(booking: &Booking, now: Timestamp) -> Vec<Day> {
    booking.span.days().filter(|day| ttl(*day) > now.seconds() + MARGIN_SECONDS).collect()
}

/// The write that gives up `booking`'s claim on `day`.
pub(super) fn release(booking: &Booking, day: Day) -> Write {
    Write::Update(
        update(key(partition(&booking.resource_id), sort_key(day)))
            .update_expression("REMOVE #busy.#id")
            .condition_expression("attribute_exists(#busy)")
            .expression_attribute_names("#busy", "busy")
            .expression_attribute_names("#id", booking.booking_id.to_string()),
    )
}

impl Bookings {
    /// When the resource is busy, by start: times only, nobody's data. One round trip.
    ///
    /// # Errors
    /// [`BookingError::Invalid`], or the store's.
    pub async fn busy(&self, resource: &ResourceId, query: &BusyQuery) -> Result<Vec<BusySpan>, BookingError> {
        let span = query.span()?;
        Ok(self.days(resource, span).await?.busy(span))
    }

    /// Reads the days that `span` touches, in one round trip.
    pub(super) async fn days(&self, resource: &ResourceId, span: Span) -> Result<Days, BookingError> {
        // 32 small items are under the limits of one answer.
        let keys = span.days().map(|day| key(partition(resource), sort_key(day))).collect();
        let items = self.batch_get(keys).await?.into_iter().map(read::<DayItem>);
        let items = items.map(|item| item.map(|item| (item.sk.clone(), item))).collect::<Result<_, _>>()?;
        Ok(Days { resource: resource.clone(), items })
    }
}
