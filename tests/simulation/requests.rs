//! A step's request.

use handlers::booking::{
    BookingId, BookingPatch, BusyQuery, IdempotencyKey, ListQuery, Metadata, NewBooking, ResourceBookingsQuery,
    SlotsQuery,
};

use super::clients::{Clients, resource, user};
use super::clock::timestamp;
use super::model::Request;
use super::plan::{Ask, BadCursor, Match, More, Patch, Target};

fn key(number: u8) -> IdempotencyKey {
    IdempotencyKey::parse(&format!("key-{number}")).unwrap()
}

fn metadata(number: u8) -> Metadata {
    let some = serde_json::json!({ "patient": number.to_string(), "note": "{\"ä\": 1}" });
    if number == 0 { Metadata::default() } else { serde_json::from_value(some).unwrap() }
}

fn tag(matches: Match, known: u64, lapsed: bool) -> Option<String> {
    match matches {
        Match::None => None,
        Match::Any => Some("*".to_owned()),
        Match::Known if lapsed => Some(format!("\"{known}-expired\"")),
        Match::Known => Some(format!("\"{known}\"")),
        Match::Old => Some(format!("\"{}\"", known.saturating_sub(1).max(1))),
        Match::Odd => Some(format!("\"0{known}\"")),
    }
}

impl Clients {
    fn target(&self, target: Target) -> BookingId {
        match target {
            Target::MadeBy(step) => self.memory.lock().unwrap().made.get(&step).copied(),
            Target::OfKey(of, number) => Some(key(number).booking_id(&user(of))),
            Target::Unknown => None,
        }
        .unwrap_or_else(|| BookingId::parse("67e55044-10b1-426f-9247-bb680e5fe0c8").unwrap())
    }

    fn if_match(&self, matches: Match, id: BookingId) -> Option<String> {
        let (known, lapsed) = self.memory.lock().unwrap().versions.get(&id).copied().unwrap_or((1, false));
        tag(matches, known, lapsed)
    }

    fn cursor(&self, cursor: Option<BadCursor>) -> Option<String> {
        let other = self.memory.lock().unwrap().cursors.last().cloned();
        cursor.map(|cursor| match (cursor, other) {
            (BadCursor::OfAnotherList, Some(other)) => other,
            (BadCursor::Short, _) => "0".to_owned(),
            // 80 bytes, and a letter of two over each place at which a cursor is divided.
            (BadCursor::Letters, _) => format!("0{}0", "ä".repeat(39)),
            _ => "0000000000000000".repeat(5),
        })
    }

    pub fn request(&self, ask: &Ask) -> Request {
        let resource = |number: u8| resource(&self.world, number);
        match ask {
            Ask::Create { user: of, resource: number, start, end, lead, key: with, more } => Request::Create {
                new: created(*of, resource(*number), (*start, *end), *lead, more),
                key: with.map(key),
            },
            Ask::Update { of, patch, matches } => {
                let (id, Patch { times, seats, .. }) = (self.target(*of), patch.clone());
                let patch = BookingPatch {
                    resource_id: patch.resource.map(resource),
                    start_time: times.map(|(start, _)| timestamp(start)),
                    end_time: times.map(|(_, end)| end).or(patch.end).map(timestamp),
                    reminder_lead_seconds: patch.lead,
                    further_reminder_lead_seconds: patch.further.clone(),
                    seats,
                    metadata: patch.metadata.map(metadata),
                };
                Request::Update { id, patch, if_match: self.if_match(*matches, id) }
            }
            Ask::Cancel { of, matches } => {
                let id = self.target(*of);
                Request::Cancel { id, if_match: self.if_match(*matches, id) }
            }
            Ask::Confirm { of, matches } => {
                let id = self.target(*of);
                Request::Confirm { id, if_match: self.if_match(*matches, id) }
            }
            Ask::Delete { of, matches } => {
                let id = self.target(*of);
                Request::Delete { id, if_match: self.if_match(*matches, id) }
            }
            Ask::Get { of } => Request::Get { id: self.target(*of) },
            Ask::List { user: of, from, to, status, limit, cursor } => {
                let (from, to, cursor) = (from.map(timestamp), to.map(timestamp), self.cursor(*cursor));
                let query = ListQuery { from, to, status: *status, limit: *limit, cursor };
                Request::List { user: user(*of), query }
            }
            Ask::Busy { resource: number, from, to } => {
                let query = BusyQuery { from: timestamp(*from), to: timestamp(*to) };
                Request::Busy { resource: resource(*number), query }
            }
            Ask::Slots { resource: number, from, to, minutes, seats } => {
                let (from, to) = (timestamp(*from), timestamp(*to));
                let query = SlotsQuery { from, to, minutes: *minutes, seats: *seats };
                Request::Slots { resource: resource(*number), query }
            }
            Ask::Taking { resource: number, from, to, limit, cursor } => {
                let (from, to, cursor) = (timestamp(*from), timestamp(*to), self.cursor(*cursor));
                let query = ResourceBookingsQuery { from, to, limit: *limit, cursor };
                Request::Taking { resource: resource(*number), query }
            }
            Ask::Resource { resource: number } => Request::Resource { resource: resource(*number) },
            Ask::RemoveRules { resource: number } => Request::RemoveRules { resource: resource(*number) },
            Ask::SetRules { resource: number, rules, matches } => {
                let resource = resource(*number);
                let known = self.memory.lock().unwrap().rules.get(resource.as_str()).copied().unwrap_or_default();
                Request::SetRules { resource, rules: rules.rules(), if_match: tag(*matches, known, false) }
            }
        }
    }
}

fn created(
    of: u8,
    resource_id: handlers::booking::ResourceId,
    (start, end): (i64, i64),
    lead: Option<i64>,
    more: &More,
) -> NewBooking {
    NewBooking {
        user_id: user(of),
        resource_id,
        start_time: timestamp(start),
        end_time: timestamp(end),
        reminder_lead_seconds: lead,
        further_reminder_lead_seconds: more.further.clone(),
        seats: more.seats,
        hold_seconds: more.hold,
        metadata: metadata(more.metadata),
    }
}
