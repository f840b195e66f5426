//! A booking after a change, a cancellation or a confirmation.

use handlers::booking::{Booking, BookingPatch, Kind, Span, Status, Timestamp};

use super::model::{Stands, due};

/// The booking with the fields of the patch; `None` if they contradict each other or the time.
pub fn patched(stands: &Stands, patch: &BookingPatch, now: Timestamp) -> Option<Booking> {
    let before = &stands.booking;
    let start = patch.start_time.unwrap_or(before.span.start());
    let span = Span::new(start, patch.end_time.unwrap_or(before.span.end())).ok()?;
    let old_lead = before.reminder_lead_seconds;
    let lead = patch.reminder_lead_seconds.map_or(old_lead, |lead| lead.map(|lead| u32::try_from(lead).unwrap()));
    let further: Vec<u32> = match &patch.further_reminder_lead_seconds {
        Some(leads) => leads.iter().map(|lead| u32::try_from(*lead).unwrap()).collect(),
        None if lead.is_none() => Vec::new(),
        None => before.further_reminder_lead_seconds.clone(),
    };
    let moved = start != before.span.start();
    let set_anew = lead.is_some() && (moved || lead != old_lead);
    let new_lead = further.iter().any(|lead| !before.further_reminder_lead_seconds.contains(lead));
    if (moved || set_anew || new_lead) && start <= now {
        return None;
    }
    let mut leads: Vec<_> = lead.into_iter().chain(further.iter().copied()).collect();
    leads.sort_unstable();
    if leads.windows(2).any(|pair| pair[0] == pair[1]) || lead.is_none() && !further.is_empty() {
        return None;
    }
    let due_anew = lead.filter(|_| set_anew).map(|lead| {
        let kept = stands.kept(Kind::Reminder, lead, start, now);
        kept.map_or_else(|| due(start, lead, now), |(_, (due, _))| due)
    });
    Some(Booking {
        resource_id: patch.resource_id.clone().unwrap_or_else(|| before.resource_id.clone()),
        span,
        seats: patch.seats.unwrap_or(before.seats),
        reminder_lead_seconds: lead,
        further_reminder_lead_seconds: further,
        ttl: match before.status {
            Status::Held => None,
            _ => due_anew.or(lead.and(before.ttl)),
        },
        metadata: patch.metadata.clone().unwrap_or_else(|| before.metadata.clone()),
        ..before.clone()
    })
}

pub fn cancelled(booking: &Booking, now: Timestamp) -> Booking {
    Booking {
        status: Status::Cancelled,
        expires_at: None,
        reminder_lead_seconds: None,
        further_reminder_lead_seconds: Vec::new(),
        ttl: None,
        version: booking.version + 1,
        updated_at: now,
        ..booking.clone()
    }
}

/// The hold as a booking, which has reminders unless it has started.
pub fn confirmed(hold: &Booking, now: Timestamp) -> Booking {
    let ahead = hold.span.start() > now;
    let lead = hold.reminder_lead_seconds.filter(|_| ahead);
    let further = hold.further_reminder_lead_seconds.iter().copied().filter(|_| ahead);
    Booking {
        status: Status::Active,
        expires_at: None,
        reminder_lead_seconds: lead,
        further_reminder_lead_seconds: further.collect(),
        ttl: lead.map(|lead| due(hold.span.start(), lead, now)),
        version: hold.version + 1,
        updated_at: now,
        ..hold.clone()
    }
}
