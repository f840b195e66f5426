//! The next and the last run of each schedule.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::time::{rfc3339, rounded};
use crate::aws::interface::observe::Run;

#[derive(Default)]
pub(super) struct Schedules(BTreeMap<String, Known>);

/// Times are milliseconds since 1970.
#[derive(Default)]
struct Known {
    next: Option<f64>,
    last: Option<Run>,
}

impl Schedules {
    pub(super) fn next(&mut self, id: &str, at: Option<f64>) {
        self.0.entry(id.to_owned()).or_default().next = at;
    }

    pub(super) fn ran(&mut self, id: &str, run: Run) {
        self.0.entry(id.to_owned()).or_default().last = Some(run);
    }

    pub(super) fn show(&self, id: &str) -> Value {
        let known = self.0.get(id);
        let last = known.and_then(|known| known.last.as_ref()).map(|Run { began, ended, error }| {
            json!({ "at": rfc3339(*began), "milliseconds": rounded(ended - began), "error": error })
        });
        json!({ "next": known.and_then(|known| known.next).map(rfc3339), "last": last })
    }
}
