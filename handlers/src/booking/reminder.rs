//! Due times of reminders.

use super::Timestamp;

/// The lead of a booking whose request does not specify one.
pub const DEFAULT_LEAD_SECONDS: u32 = 900;

/// The second (since the Unix epoch) at which a reminder is due: `lead_seconds` before `start`, but not before `now`.
#[must_use]
pub fn due(start: Timestamp, lead_seconds: u32, now: Timestamp) -> i64 {
    (start.seconds() - i64::from(lead_seconds)).max(now.seconds())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reminder_is_due_its_lead_before_the_start_but_not_in_the_past() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let start = at("2026-11-22T10:00:00Z");
        assert_eq!(due(start, 900, at("2026-11-22T09:00:00Z")), at("2026-11-22T09:45:00Z").seconds());
        assert_eq!(due(start, 900, at("2026-11-22T09:50:00Z")), at("2026-11-22T09:50:00Z").seconds());
    }
}
