//! Events of timers whose time has come: reminders, and the ends of holds.

use handlers::booking::{Booking, BookingId, Kind, Status};
use serde_json::Value;

use super::history::History;
use super::run::{Run, SKEW};

impl History {
    pub fn accept_reminder(&mut self, run: &Run, entry: &Value, detail: &Value, now: i64) -> Result<(), String> {
        let id = detail["booking_id"].as_str().and_then(BookingId::parse).ok_or("a reminder of no booking")?;
        let due = detail["ttl"].as_i64().ok_or("a reminder without its due time")?;
        let reads = run.reads.lock().unwrap().clone();
        let of = |read: &usize| {
            let stands = self.states[*read].stands(id).filter(|stands| stands.booking.status == Status::Active)?;
            let json = serde_json::to_value(&stands.booking).unwrap();
            let same =
                ["user_id", "resource_id", "start_time", "end_time"].iter().all(|name| json[name] == detail[name]);
            let mut timers = stands.timers.iter().filter(|(_, (at, _))| *at == due && same);
            let found = timers.find(|(kind, _)| match kind {
                Kind::Reminder => json["reminder_lead_seconds"] == detail["lead_seconds"],
                Kind::Further(lead) => detail["lead_seconds"] == *lead,
                Kind::Hold => false,
            });
            found.map(|(_, (_, token))| *token)
        };
        let Some(token) = reads.iter().find_map(of) else { return Err(format!("a stale reminder: {detail}")) };
        let kind = self.tokens.get(&token).ok_or("a timer that was never set")?;
        let late = detail["late_seconds"].as_i64().unwrap_or(-1);
        // A run takes up to a minute, and its last request may be held back.
        let most = (now + SKEW) / 1000 - due;
        if entry["Source"] != "booking.reminder" || late < 0 || late > most.max(0) + 1 || late < most - 240 {
            return Err(format!("a reminder that is {most} s late says {late}: {entry}"));
        }
        self.told.one_id(&detail["id"], &format!("the {kind} of {id} at {due}"))?;
        self.told.timers.insert(token);
        Ok(())
    }

    /// The end of a hold: it was read as a hold whose end has come, and it can never be confirmed after that.
    pub fn accept_end(&mut self, run: &Run, detail: &Value) -> Result<(), String> {
        let id = detail["booking_id"].as_str().and_then(BookingId::parse).ok_or("an end of no booking")?;
        let reads = run.reads.lock().unwrap().clone();
        let of = |read: &usize| {
            let stands = self.states[*read].stands(id)?;
            let held = &stands.booking;
            let json = |booking: &Booking| serde_json::to_value(booking).unwrap();
            let before = json(held);
            let same =
                ["user_id", "resource_id", "start_time", "end_time"].iter().all(|name| before[name] == detail[name]);
            let told = stands.ended && held.status == Status::Held && same;
            let timer = stands.timers.get(&Kind::Hold)?;
            let after = Booking { status: Status::Expired, ..held.clone() };
            (told && before == detail["before"] && json(&after) == detail["after"]).then_some(*timer)
        };
        let (due, token) =
            reads.iter().find_map(of).ok_or_else(|| format!("an end of no hold that has ended: {detail}"))?;
        self.told.one_id(&detail["id"], &format!("the hold of {id} at {due}"))?;
        self.told.timers.insert(token);
        Ok(())
    }
}
