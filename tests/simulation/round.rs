//! The rounds in which a publisher puts its events.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::Value;
use tokio::time::Instant;

use super::pace::{Kind, Next, contains};

/// The events that a publisher puts.
#[derive(Debug, Default)]
pub struct Round {
    began: Option<Instant>,
    tries: BTreeMap<String, u32>,
    /// Events of a call that was refused as a whole.
    apart: BTreeSet<String>,
    /// Events that were refused for themselves.
    refused: BTreeSet<String>,
    pub calls: usize,
    /// The number of events of each booking.
    of: BTreeMap<String, usize>,
    /// Something was refused.
    pub failed: bool,
}

impl Round {
    pub fn put(&mut self, body: &[u8], now: Instant, idle: Duration) -> Result<Next, String> {
        let entries = entries(body);
        let tried = |(id, _): &(String, String)| self.tries.get(id).copied().unwrap_or_default();
        let failures = entries.iter().map(tried).min().unwrap_or_default();
        self.calls += 1;
        for (id, booking) in &entries {
            if self.refused.contains(id) {
                return Err(format!("the event {id} is put again, though the bus will never take it"));
            }
            let puts = self.tries.entry(id.clone()).or_default();
            *puts += 1;
            if *puts > Kind::Put.most() {
                return Err(format!("the event {id} is put {puts} times"));
            }
            if *puts == 1 {
                *self.of.entry(booking.clone()).or_default() += 1;
            }
        }
        if entries.len() == 1 && self.apart.remove(&entries[0].0) {
            return Ok(Next::AtOnce);
        }
        if self.began.replace(now) == Some(now) {
            return Ok(Next::Any);
        }
        Ok(if failures == 0 { Next::AtOnce } else { Next::After(Kind::Put, idle, failures) })
    }

    pub fn hears(&mut self, asked: &[u8], status: u16, body: &[u8]) {
        self.failed |= status != 200 || contains(body, b"ErrorCode");
        if status != 413 && !contains(body, b"ValidationException") {
            return;
        }
        let entries = entries(asked);
        for (id, _) in &entries {
            if entries.len() == 1 {
                self.refused.insert(id.clone());
            } else {
                self.apart.insert(id.clone());
                // The call counts together with those that follow for each event.
                self.tries.entry(id.clone()).and_modify(|tries| *tries -= 1);
            }
        }
    }

    /// The calls that suffice for these events: ten in each, and a booking's events one after the other.
    pub fn enough(&self) -> Option<usize> {
        let most = self.of.values().max().copied().unwrap_or_default();
        let sizes = (1..=most).map(|place| self.of.values().filter(|events| **events >= place).count());
        (self.of.len() <= 40).then(|| sizes.map(|size| size.div_ceil(10)).sum())
    }
}

/// The ids of the events in a call, with those of their bookings.
fn entries(body: &[u8]) -> Vec<(String, String)> {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let entries = body["Entries"].as_array().cloned().unwrap_or_default();
    let ids = entries.iter().map(|entry| {
        let detail: Value = serde_json::from_str(entry["Detail"].as_str().unwrap_or_default()).unwrap_or_default();
        let text = |name: &str| detail[name].as_str().unwrap_or_default().to_owned();
        (text("id"), text("booking_id"))
    });
    ids.collect()
}
