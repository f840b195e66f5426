//! Publishes the events of a batch of stream records.

use std::collections::BTreeMap;

use lambda::metrics::{self, Metric};
use lambda::tracing::{error, info, warn};
use lambda::{BatchResult, Cause, Problem, Records};
use serde_json::Value;

use super::bus::Fate;
use super::record::{age, sequence};
use super::{BookingChanged, Bus, DeadLetters, Outgoing, ReminderDue, Verdict, decide};
use crate::booking::{Booking, BookingError, BookingId, Kind, Status, Timestamp};
use crate::store::{Bookings, Stored, Timer};

/// How long an event may wait for the bus, in seconds: 20 hours. After 24 hours the stream no longer has its record,
/// and Lambda's own report of a record that it gives up does not contain it.
const LONGEST_WAIT: f64 = 20.0 * 3600.0;

/// Events, reminders among them, that were put on the bus.
const EVENTS_PUBLISHED: Metric = Metric::count("EventsPublished");
/// Reminders that were put on the bus.
const REMINDERS_PUBLISHED: Metric = Metric::count("RemindersPublished");
/// Removed timers without an event: their booking was deleted, cancelled or moved.
const REMINDERS_DROPPED: Metric = Metric::count("RemindersDropped");
/// How long after its due time a reminder was published.
const REMINDER_LATENESS: Metric = Metric::seconds("ReminderLateness");
/// Records that were moved to the dead-letter queue.
const RECORDS_PARKED: Metric = Metric::count("RecordsParked");

/// Errors for which a whole batch is retried.
#[derive(Debug, Problem)]
pub enum PublishError {
    /// The bookings could not be read, so it is unknown which reminders are still valid.
    #[problem(status = 503)]
    BookingsUnread(#[problem(cause)] Cause),
}

/// Action for one record, with its place in the batch.
enum Task {
    Publish(Outgoing),
    Park(&'static str),
}

impl Bus {
    /// Publishes an event for each record that stands for one: the removal of a timer that was due, or a change of a
    /// booking.
    ///
    /// A user's change removes a timer, too, and may come between a due timer's removal and this. So the bookings are
    /// read first (the fence), and a timer's event is dropped if its booking was deleted or cancelled, or has another
    /// reminder now.
    ///
    /// A record is moved to the dead-letter queue if it or its timer's booking cannot be read, if the bus finally refuses its
    /// event, or if the bus has not accepted it within 20 hours. The rest of the batch continues. Records move in the order of the stream, and
    /// none before an earlier one that has failed.
    ///
    /// # Errors
    /// When the bookings cannot be read; nothing is published then.
    pub async fn publish(
        &self,
        bookings: &Bookings,
        dead_letters: &DeadLetters,
        records: Records,
    ) -> Result<BatchResult, PublishError> {
        let tasks = tasks(bookings, &records.0, self.surroundings.now()).await?;
        let (mut places, mut events, mut parked) = (Vec::new(), Vec::new(), Vec::new());
        for (place, task) in tasks {
            match task {
                Task::Publish(event) => {
                    places.push(place);
                    events.push(event);
                }
                Task::Park(reason) => parked.push((place, reason)),
            }
        }
        let mut failed = Vec::new();
        for ((place, event), fate) in places.into_iter().zip(&events).zip(self.put_all(&events).await) {
            let Outgoing { detail_type, booking_id, id, late_seconds, .. } = event;
            match fate {
                Fate::Done => {
                    info!(%booking_id, %id, detail_type, "published");
                    metrics::count(EVENTS_PUBLISHED, 1);
                    if let Some(late) = late_seconds {
                        metrics::count(REMINDERS_PUBLISHED, 1);
                        metrics::measure(REMINDER_LATENESS, f64::from(*late));
                    }
                }
                Fate::Never => parked.push((place, "the bus refuses the event")),
                Fate::Again
                    if age(&records.0[place], self.surroundings.now()).is_some_and(|age| age > LONGEST_WAIT) =>
                {
                    parked.push((place, "the bus has not taken the event in time"));
                }
                Fate::Again => failed.push(place),
            }
        }
        if !failed.is_empty() {
            warn!(count = failed.len(), "left to the next attempt");
        }
        parked.sort_unstable_by_key(|(place, _)| *place);
        for (place, reason) in parked {
            // Lambda repeats everything from the first failed record on. Parked now, a later one would be parked again, and before an
            // earlier event of its booking.
            if failed.iter().any(|failed| *failed < place) {
                break;
            }
            let record = &records.0[place];
            error!(sequence_number = sequence(record), reason, "parked");
            if let Err(cause) = dead_letters.park(record, reason).await {
                error!(cause = lambda::causes(&cause), "the dead letters do not take it");
                failed.push(place);
            } else {
                metrics::count(RECORDS_PARKED, 1);
            }
        }
        // A record without a number fails the whole batch, which an empty one says
        // (<https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html>).
        let first_failed = failed.into_iter().min().map(|place| sequence(&records.0[place]).unwrap_or_default());
        Ok(BatchResult { first_failed: first_failed.map(str::to_owned) })
    }
}

/// The actions, in the order of the batch.
async fn tasks(bookings: &Bookings, records: &[Value], now: Timestamp) -> Result<Vec<(usize, Task)>, PublishError> {
    let verdicts: Vec<Verdict> = records.iter().map(decide).collect();
    let removed = verdicts.iter().filter_map(|verdict| match verdict {
        Verdict::Removed(timer) => Some(timer.booking_id),
        _ => None,
    });
    let current = match bookings.fence(&removed.collect::<Vec<_>>()).await {
        Ok(current) => current,
        Err(error) => return Err(PublishError::BookingsUnread(cause(&error))),
    };
    let mut tasks = Vec::new();
    for (place, verdict) in verdicts.into_iter().enumerate() {
        match verdict {
            Verdict::Removed(timer) if current.unreadable.contains(&timer.booking_id) => {
                tasks.push((place, Task::Park("its booking cannot be read")));
            }
            Verdict::Removed(timer) => match still_holds(&timer, &current.bookings) {
                Ok((stored, kind)) => {
                    let event = event(&timer, kind, &stored.booking, now);
                    info!(booking_id = %event.booking_id, kind = %timer.kind, "due");
                    tasks.push((place, Task::Publish(event)));
                }
                Err(reason) => {
                    info!(booking_id = %timer.booking_id, kind = %timer.kind, reason, "dropped");
                    metrics::count(REMINDERS_DROPPED, usize::from(timer.kind != Kind::Hold));
                }
            },
            Verdict::Changed(event) => tasks.push((place, Task::Publish((*event).into()))),
            Verdict::Undecodable(reason) => tasks.push((place, Task::Park(reason))),
            Verdict::Other => {}
        }
    }
    Ok(tasks)
}

/// The booking and the kind of the timer now, if it was removed because it was due; otherwise the reason to drop it.
fn still_holds<'a>(
    timer: &Timer,
    current: &'a BTreeMap<BookingId, Stored>,
) -> Result<(&'a Stored, Kind), &'static str> {
    let stored = current.get(&timer.booking_id).ok_or("the booking is gone")?;
    match stored.booking.status {
        Status::Cancelled => return Err("the booking is cancelled"),
        Status::Active | Status::Held | Status::Expired => {}
    }
    // Leads may have changed places since it was due.
    let is_of = |kind: Kind| (kind == Kind::Hold) == (timer.kind == Kind::Hold);
    let mut kinds = stored.timers.iter().filter(|(_, set)| set.token == timer.token).map(|(kind, _)| *kind);
    let kind = kinds.find(|kind| is_of(*kind)).ok_or("the booking has another timer")?;
    Ok((stored, kind))
}

/// The event of a timer that was due, and is of `kind` now.
fn event(timer: &Timer, kind: Kind, booking: &Booking, now: Timestamp) -> Outgoing {
    match timer.kind {
        Kind::Hold => BookingChanged::expired(booking, timer.due).into(),
        Kind::Reminder | Kind::Further(_) => ReminderDue::new(timer, kind, booking, now).into(),
    }
}

fn cause(error: &BookingError) -> Cause {
    match error.cause() {
        Some(cause) => Cause::new(lambda::causes(cause)),
        None => Cause::new("the store refused"),
    }
}
