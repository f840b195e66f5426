//! Checks of each request in the network: its pace, and for a sweep what it asks for and notes.

use super::run::Run;
use super::sweeping::Sweeping;
use super::timers;
use super::world::World;

impl World {
    /// A run sends a request.
    pub fn sends(&self, run: &Run, operation: &str, body: &[u8], call: &str) {
        let waits = run.sweeping.lock().unwrap().as_ref().is_some_and(|sweeping| sweeping.waits_for(operation, body));
        let paced = run.pace.lock().unwrap().sends(operation, body, call, waits);
        let Some(paced) = paced else { return };
        match paced {
            Ok(Some(pause)) => self.history().pauses.entry((pause.kind, pause.first)).or_default().add(pause.part),
            Ok(None) => {}
            Err(failure) => self.check(|| run.name.clone(), Err(failure)),
        }
        if let Some(sweeping) = &mut *run.sweeping.lock().unwrap() {
            self.check(|| run.name.clone(), sweeping.sends(operation, body));
        }
    }

    /// A sweep has read its watermark, or put another one, if its condition holds.
    pub fn watermark(&self, run: &Run, sweeping: &mut Sweeping, operation: &str, body: &[u8], holds: bool) {
        match operation {
            "GetItem" => sweeping.reads(timers::watermark(&self.table)),
            "PutItem" if !holds => sweeping.is_overtaken(),
            "PutItem" => {
                let passed = timers::next(body).map_or(Ok(()), |next| self.history().passed(next, sweeping.began_at));
                self.check(|| run.name.clone(), passed);
            }
            _ => {}
        }
    }
}
