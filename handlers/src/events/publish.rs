//! Publishing the reminders of a batch.

use std::collections::HashMap;
use std::time::Duration;

use lambda_http::tracing::{error, info, warn};
use serde_json::Value;

use super::bus::{BATCH, Put};
use super::record::sequence;
use super::{BatchResult, Bus, Due, Records, ReminderDue, Verdict, decide};
use crate::Problem;
use crate::booking::{BookingError, BookingId, Cause, Status, Timestamp};
use crate::lambda::{self, Problem as _};
use crate::store::{Bookings, Stored};

/// Why a whole batch has to be tried again.
#[derive(Debug, Problem)]
pub enum PublishError {
    /// The bookings could not be read, so nobody knows which reminders still hold.
    #[problem(status = 503)]
    BookingsUnread(#[problem(cause)] Cause),
}

/// How often an entry is put before Lambda is asked to bring its record again.
const ATTEMPTS: u32 = 4;
const PAUSE: Duration = Duration::from_millis(50);

/// A reminder on its way, and the place of its record in the batch.
struct Outgoing {
    place: usize,
    event: ReminderDue,
}

impl Bus {
    /// Publishes `ReminderDue` for each record that is a due reminder and still holds.
    ///
    /// A reminder can stand in the stream when its booking is cancelled, so the bookings are read first (the fence):
    /// one that is gone, cancelled, or was given another reminder since, is not reminded of.
    ///
    /// # Errors
    /// When the bookings cannot be read; nothing is published then.
    pub async fn publish(&self, bookings: &Bookings, records: Records) -> Result<BatchResult, PublishError> {
        let due = gather(&records.0);
        let ids: Vec<BookingId> = due.iter().map(|(_, due)| due.booking_id).collect();
        let current = match bookings.find_all(&ids).await {
            Ok(current) => current,
            Err(error) => return Err(PublishError::BookingsUnread(cause(&error))),
        };
        let now = Timestamp::now();
        let mut outgoing = Vec::new();
        for (place, due) in due {
            match still_holds(&due, &current) {
                Ok(stored) => {
                    outgoing.push(Outgoing { place, event: ReminderDue::new(&due, &stored.booking, now) });
                }
                Err(reason) => info!(booking_id = %due.booking_id, reason, "reminder dropped"),
            }
        }
        let failed = self.put_all(&outgoing).await;
        let first_failed = failed.into_iter().min().and_then(|place| sequence(records.0.get(place)?));
        Ok(BatchResult { first_failed: first_failed.map(str::to_owned) })
    }

    /// Puts every event; the places of those that are to be tried again.
    async fn put_all(&self, outgoing: &[Outgoing]) -> Vec<usize> {
        let mut failed = Vec::new();
        for chunk in outgoing.chunks(BATCH) {
            let mut left: Vec<&Outgoing> = chunk.iter().collect();
            for attempt in 1..=ATTEMPTS {
                let events: Vec<_> = left.iter().map(|outgoing| &outgoing.event).collect();
                let fates = self.put(&events).await;
                let mut again = Vec::new();
                for (place, outgoing) in left.into_iter().enumerate() {
                    let ReminderDue { booking_id, id, late_seconds, .. } = &outgoing.event;
                    // An answer with fewer entries than were asked for says nothing of the rest.
                    match fates.get(place).copied().unwrap_or(Put::Again) {
                        Put::Done => info!(%booking_id, %id, late_seconds, "reminder published"),
                        Put::Again => again.push(outgoing),
                        Put::Never => error!(%booking_id, %id, "reminder refused by the bus"),
                    }
                }
                left = again;
                if left.is_empty() {
                    break;
                }
                if attempt < ATTEMPTS {
                    tokio::time::sleep(PAUSE.saturating_mul(1 << attempt).mul_f64(fastrand::f64())).await;
                }
            }
            if !left.is_empty() {
                warn!(count = left.len(), "reminders left to the next attempt");
                failed.extend(left.iter().map(|outgoing| outgoing.place));
            }
        }
        failed
    }
}

/// The due reminders among the records, with their places.
fn gather(records: &[Value]) -> Vec<(usize, Due)> {
    let mut due = Vec::new();
    for (place, record) in records.iter().enumerate() {
        match decide(record) {
            Verdict::Due(found) => due.push((place, found)),
            Verdict::Other => {}
            Verdict::Undecodable(reason) => {
                error!(sequence_number = sequence(record), reason, "a record of the stream cannot be decoded");
            }
        }
    }
    due
}

/// The booking, if it is still to be reminded of.
fn still_holds<'a>(due: &Due, current: &'a HashMap<BookingId, Stored>) -> Result<&'a Stored, &'static str> {
    let stored = current.get(&due.booking_id).ok_or("the booking is gone")?;
    if stored.booking.status == Status::Cancelled {
        return Err("the booking is cancelled");
    }
    if stored.generation != due.generation {
        return Err("the booking has another reminder");
    }
    Ok(stored)
}

fn cause(error: &BookingError) -> Cause {
    match error.cause() {
        Some(cause) => Cause::new(lambda::causes(cause)),
        None => Cause::new("the store refused"),
    }
}
