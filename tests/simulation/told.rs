//! Events on the bus, compared with those of the model: every event at least once, in order for each booking, with one
//! id, and no reminder that is stale.

use std::collections::{BTreeMap, BTreeSet};

use handlers::booking::{Booking, BookingId, Status};
use serde_json::{Value, json};

use super::history::{History, Timer};
use super::plan::Bad;
use super::run::{Run, SKEW};

#[derive(Debug, Default)]
pub struct Told {
    expected: BTreeMap<BookingId, Vec<Expected>>,
    /// The events that the records of bookings stand for, by sequence number.
    records: BTreeMap<String, (BookingId, usize)>,
    /// The event of each id on the bus.
    ids: BTreeMap<String, String>,
    of_ids: BTreeMap<String, String>,
    /// The tokens of the reminders and ends of holds that were told or parked.
    pub timers: BTreeSet<u64>,
    /// Records that cannot be decoded, and whether they were parked.
    pub bad: BTreeMap<String, bool>,
    pub events: usize,
}

#[derive(Debug)]
struct Expected {
    kind: &'static str,
    before: Option<Booking>,
    after: Option<Booking>,
    /// On the bus or, where it refuses the event, in the dead-letter queue.
    done: bool,
}

impl Expected {
    fn cursed(&self) -> bool {
        self.after.as_ref().or(self.before.as_ref()).is_some_and(|of| of.resource_id.as_str() == CURSED)
    }
}

/// The resource whose events the bus refuses for ever.
pub const CURSED: &str = "room-cursed";

impl Told {
    /// A commit of the model, whose event must follow.
    pub fn expect(&mut self, before: Option<&Booking>, after: Option<&Booking>) {
        let kind = match (before, after) {
            (None, _) => "BookingCreated",
            (Some(_), None) => "BookingDeleted",
            (Some(before), Some(after)) => match (before.status, after.status) {
                (Status::Held, Status::Active) => "BookingConfirmed",
                (before, after) if before != after => "BookingCancelled",
                _ => "BookingRescheduled",
            },
        };
        let Some(id) = after.or(before).map(|booking| booking.booking_id) else { return };
        let expected = Expected { kind, before: before.cloned(), after: after.cloned(), done: false };
        self.expected.entry(id).or_default().push(expected);
    }

    /// The record of the booking's last event has this sequence number.
    pub fn record(&mut self, id: BookingId, sequence: &str) {
        let last = self.expected.get(&id).map_or(0, |events| events.len().saturating_sub(1));
        self.records.insert(sequence.to_owned(), (id, last));
    }

    fn of(&self, detail: &Value) -> Option<(BookingId, usize)> {
        let id = BookingId::parse(detail["booking_id"].as_str()?)?;
        let json = |booking: &Option<Booking>| serde_json::to_value(booking).unwrap();
        let events = self.expected.get(&id)?;
        let place = events.iter().position(|event| {
            let booking = event.after.as_ref().or(event.before.as_ref()).unwrap();
            let time = |time| serde_json::to_value(time).unwrap();
            *event.kind == detail["type"]
                && json(&event.before) == detail["before"]
                && json(&event.after) == detail["after"]
                && *booking.user_id.as_str() == detail["user_id"]
                && *booking.resource_id.as_str() == detail["resource_id"]
                && time(booking.span.start()) == detail["start_time"]
                && time(booking.span.end()) == detail["end_time"]
        })?;
        Some((id, place))
    }

    pub fn one_id(&mut self, id: &Value, of: &str) -> Result<(), String> {
        let id = id.as_str().ok_or("an event without an id")?;
        let (first_of, first_id) = (self.ids.entry(id.to_owned()).or_insert_with(|| of.to_owned()), id);
        let first = self.of_ids.entry(of.to_owned()).or_insert_with(|| first_id.to_owned());
        if first_of != of || first != id {
            return Err(format!("{of} has several ids, or shares its id {id}"));
        }
        Ok(())
    }

    fn done(&mut self, id: BookingId, place: usize) -> Result<(), String> {
        let events = self.expected.get_mut(&id).ok_or("no such event")?;
        // An event that the bus refuses for ever holds none back.
        if events[..place].iter().any(|event| !event.done && !event.cursed()) {
            return Err(format!("event {place} of {id} is told before an earlier one"));
        }
        events[place].done = true;
        Ok(())
    }
}

/// A record that must be parked.
pub fn bad_record(kind: Bad, number: usize, now: i64) -> Value {
    let due = now / 1000;
    let timer = format!("TIMER#{}#0", &super::clock::timestamp(now).sortable()[..16]);
    let key = format!("{due}#67e55044-10b1-426f-9247-bb680e5fe0c8#");
    let (event, pk, sk, image) = match kind {
        Bad::Empty => ("INSERT", "BOOKING#1", "BOOKING".to_owned(), "NewImage"),
        Bad::List => {
            let change = json!([{ "pk": { "S": "RESOURCE#1" }, "sk": { "S": "DAY#1" } }, null, null]);
            return json!({ "eventName": "INSERT", "eventID": number.to_string(), "dynamodb": change });
        }
        Bad::OtherKind => ("REMOVE", timer.as_str(), key + "other", "OldImage"),
        Bad::TooLong => ("REMOVE", timer.as_str(), key + "reminder#more", "OldImage"),
    };
    let item = json!({ "pk": { "S": pk }, "token": { "N": "1" } });
    json!({
        "eventName": event,
        "dynamodb": {
            "Keys": { "pk": { "S": pk }, "sk": { "S": sk } }, image: item, "SequenceNumber": format!("bad-{number}"),
        },
    })
}

impl History {
    /// The bus has accepted an entry that `run` has put.
    pub fn accept(&mut self, run: &Run, entry: &Value, now: i64) -> Result<(), String> {
        let detail: Value =
            serde_json::from_str(entry["Detail"].as_str().unwrap_or_default()).map_err(|error| error.to_string())?;
        self.told.events += 1;
        if entry["DetailType"] != detail["type"] || detail["version"] != "1.0" || entry["EventBusName"] != "bus" {
            return Err(format!("the entry and its detail differ: {entry}"));
        }
        if detail["type"] == "ReminderDue" {
            return self.accept_reminder(run, entry, &detail, now);
        }
        if entry["Source"] != "booking.lifecycle" {
            return Err(format!("the source of {entry}"));
        }
        if detail["type"] == "BookingExpired" {
            return self.accept_end(run, &detail);
        }
        let (id, place) =
            self.told.of(&detail).ok_or_else(|| format!("nothing happened of which this tells: {detail}"))?;
        self.told.one_id(&detail["id"], &format!("event {place} of {id}"))?;
        self.told.done(id, place)
    }

    /// The dead-letter queue has accepted a record.
    pub fn park(&mut self, message: &Value, now: i64) -> Result<(), String> {
        let record: Value = serde_json::from_str(message["MessageBody"].as_str().unwrap_or_default())
            .map_err(|error| error.to_string())?;
        let attribute =
            |name: &str| message["MessageAttributes"][name]["StringValue"].as_str().unwrap_or_default().to_owned();
        let (sequence, reason) = (attribute("sequence_number"), attribute("reason"));
        let stated = record["dynamodb"]["SequenceNumber"].as_str().unwrap_or("none");
        if stated != sequence {
            return Err(format!("parked with a wrong sequence number: {message}"));
        }
        if let Some(parked) = self.told.bad.get_mut(&record.to_string()) {
            *parked = true;
            return Ok(());
        }
        let made = record["dynamodb"]["ApproximateCreationDateTime"].as_f64().unwrap_or_default();
        #[expect(clippy::cast_possible_truncation, reason = "seconds of four-digit years")]
        let old = now + SKEW - (made * 1000.0) as i64 > 20 * super::clock::HOUR;
        let event = self.told.records.get(&sequence).copied();
        if let Some((id, place)) = event {
            let event = &self.told.expected[&id][place];
            let cursed = event.cursed();
            if !(cursed && reason.contains("refuses") || old && reason.contains("in time")) {
                return Err(format!("event {place} of {id} is parked: {reason}"));
            }
            return self.told.done(id, place);
        }
        let timer =
            super::timers::of_json(&record["dynamodb"]["OldImage"]).ok_or("a record is parked that is no event")?;
        if !(old || reason.contains("refuses")) {
            return Err(format!("a {} of {} is parked: {reason}", timer.kind, timer.id));
        }
        self.told.timers.insert(timer.token);
        Ok(())
    }

    /// An event that is missing at the end.
    pub fn untold(&self) -> Option<String> {
        for (id, events) in &self.told.expected {
            if let Some(place) = events.iter().position(|event| !event.done) {
                return Some(format!("event {place} of {id}, {}, was never told", events[place].kind));
            }
        }
        for (token, Timer { id, kind, due, fired, stale, .. }) in &self.timers {
            if fired.is_some() && !stale && !self.told.timers.contains(token) {
                return Some(format!("the {kind} of {id} at {due} was never told"));
            }
        }
        let bad = self.told.bad.iter().find(|(_, parked)| !**parked)?;
        Some(format!("the bad record {} was never parked", bad.0))
    }
}
