//! Claims on a resource's time, one item per day, which prevent overlapping bookings.
//!
//! A booking claims every day (UTC) that its span touches. A claim is a conditional write on the version of the day
//! that was read (optimistic locking): of two concurrent claims, one fails and reads again. A release does not change
//! the version: it cannot invalidate another's claim, only make a refusal unnecessary.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue;
use serde::{Deserialize, Serialize};

use super::Bookings;
use super::commit::{Write, put_new, update};
use super::item::{key, read, write};
use crate::booking::{Booking, BookingError, BookingId, BusyQuery, BusySpan, Day, ResourceId, Span, Timestamp};
use crate::surroundings::Surroundings;

/// How long a day is kept after its end, until TTL deletes it.
const KEPT_SECONDS: i64 = 31 * 24 * 60 * 60;
/// Days that TTL may delete any moment are not written; this margin covers clock skew.
const MARGIN_SECONDS: i64 = 10 * 60;

/// The item of a day: the claimed spans by booking, in milliseconds since the Unix epoch.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct DayItem {
    pk: String,
    sk: String,
    /// Counts the claims, starting from a random number. If TTL deletes a day and it is created again, it never reaches
    /// a version that was read from the earlier item.
    version: u64,
    busy: BTreeMap<String, (i64, i64)>,
    ttl: i64,
}

fn partition(resource: &ResourceId) -> String {
    format!("RESOURCE#{resource}")
}

fn sort_key(day: Day) -> String {
    format!("DAY#{day}")
}

/// Below 2^52, so that it can grow for ever.
fn first_version(chance: &dyn Surroundings) -> u64 {
    1 + (chance.number() >> 10)
}

fn ttl(day: Day) -> i64 {
    day.end_seconds() + KEPT_SECONDS
}

fn claimed((start, end): &(i64, i64)) -> Option<Span> {
    Span::new(Timestamp::from_millis(*start)?, Timestamp::from_millis(*end)?).ok()
}

/// The days of a resource, as they were read.
#[derive(Debug)]
pub(super) struct Days {
    resource: ResourceId,
    items: BTreeMap<String, DayItem>,
}

impl Days {
    /// The earliest claim that overlaps `span` and is not `id`'s.
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

    /// The claims that overlap `span`, by start.
    pub(super) fn busy(&self, span: Span) -> Vec<BusySpan> {
        // A claim over midnight is in the item of each of its days.
        let claims: BTreeMap<_, _> = self.items.values().flat_map(|day| &day.busy).collect();
        let mut busy: Vec<Span> = claims.into_values().filter_map(claimed).filter(|busy| busy.overlaps(span)).collect();
        busy.sort_by_key(|busy| (busy.start(), busy.end()));
        busy.into_iter().map(BusySpan::from).collect()
    }

    /// The conditional writes that claim `span` for `id`, on the versions that were read.
    pub(super) fn claim(
        &self,
        span: Span,
        id: BookingId,
        chance: &dyn Surroundings,
    ) -> Result<Vec<Write>, BookingError> {
        let claimed = (span.start().millis(), span.end().millis());
        span.days()
            .map(|day| {
                let sk = sort_key(day);
                let Some(item) = self.items.get(&sk) else {
                    let busy = BTreeMap::from([(id.to_string(), claimed)]);
                    let item = DayItem {
                        pk: partition(&self.resource),
                        sk,
                        version: first_version(chance),
                        busy,
                        ttl: ttl(day),
                    };
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

/// The days that `booking` claims, without those that TTL may have deleted by now.
pub(super) fn held(booking: &Booking, now: Timestamp) -> Vec<Day> {
    booking.span.days().filter(|day| ttl(*day) > now.seconds() + MARGIN_SECONDS).collect()
}

/// The write that releases `booking`'s claim on `day`.
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
    /// The busy times of a resource, by start, without data of the bookings. One round trip.
    ///
    /// # Errors
    /// [`BookingError::Invalid`], or an error of the store.
    pub async fn busy(&self, resource: &ResourceId, query: &BusyQuery) -> Result<Vec<BusySpan>, BookingError> {
        let span = query.span()?;
        Ok(self.days(resource, span).await?.busy(span))
    }

    /// Reads the days that `span` touches, in one round trip.
    pub(super) async fn days(&self, resource: &ResourceId, span: Span) -> Result<Days, BookingError> {
        // 32 small items are below the limits of one response.
        let keys = span.days().map(|day| key(partition(resource), sort_key(day))).collect();
        let items = self.batch_get(keys).await?.into_iter().map(read::<DayItem>);
        let items = items.map(|item| item.map(|item| (item.sk.clone(), item))).collect::<Result<_, _>>()?;
        Ok(Days { resource: resource.clone(), items })
    }
}
