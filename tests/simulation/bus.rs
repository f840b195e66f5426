//! The bus: accepts entries, fails some, and refuses those of a cursed resource for ever.

use std::sync::atomic::Ordering;

use serde_json::{Value, json};

use super::run::Run;
use super::told::CURSED;
use super::world::{Curse, World, error};

impl World {
    pub fn put_events(&self, run: &Run, body: &[u8]) -> (u16, Vec<u8>) {
        let now = self.now();
        if self.bus_down.load(Ordering::Relaxed) > now {
            run.met_fault();
            return error(500, "InternalException");
        }
        let body: Value = serde_json::from_slice(body).unwrap();
        let entries = body["Entries"].as_array().unwrap();
        self.check(|| run.name.clone(), if entries.len() <= 10 { Ok(()) } else { Err("more than ten entries".into()) });
        let cursed = |entry: &Value| {
            let detail: Value = serde_json::from_str(entry["Detail"].as_str().unwrap_or_default()).unwrap();
            detail["resource_id"] == CURSED
        };
        if entries.iter().any(cursed) {
            match self.curse {
                Some(Curse::Call) => return error(400, "ValidationException"),
                Some(Curse::TooLarge) => return error(413, "RequestEntityTooLarge"),
                _ => {}
            }
        }
        let mut results = Vec::new();
        for entry in entries {
            let failing = run.draw(|rng| rng.u16(..1000) < run.weather.faults / 2);
            let code = if cursed(entry) {
                Some("MalformedDetail")
            } else if failing {
                Some(run.draw(|rng| ["ThrottlingException", "InternalFailure"][rng.usize(..2)]))
            } else {
                None
            };
            results.push(if let Some(code) = code {
                self.trace(|| format!("{} the bus fails an entry: {code}", run.name));
                json!({ "ErrorCode": code, "ErrorMessage": "simulated" })
            } else {
                self.trace(|| format!("{} told {} {}", run.name, entry["DetailType"], entry["Detail"]));
                let accepted = self.history().accept(run, entry, now);
                self.check(|| run.name.clone(), accepted);
                run.accepted.fetch_add(1, Ordering::Relaxed);
                json!({ "EventId": "1" })
            });
        }
        let failed = results.iter().filter(|result| result.get("ErrorCode").is_some()).count();
        (200, serde_json::to_vec(&json!({ "FailedEntryCount": failed, "Entries": results })).unwrap())
    }
}
