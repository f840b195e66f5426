//! Rules that clients set for resources.

use fastrand::Rng;
use handlers::booking::Rules;
use serde_json::{Value, json};

/// Rules, in short.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ruled {
    /// A zone whose clock leaps in February 2030, forty days after a history begins; otherwise UTC.
    leaps: bool,
    open: Hours,
    capacity: i64,
    slot_minutes: Option<i64>,
    min_minutes: Option<i64>,
    max_minutes: Option<i64>,
    before: i64,
    after: i64,
    notice: i64,
    horizon: Option<i64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Hours {
    Always,
    /// Every day from morning on, and into the next day.
    Late,
    /// But for one weekday, and one hour of the night.
    AlmostAlways,
}

impl Ruled {
    pub fn draw(rng: &mut Rng) -> Self {
        let some = |rng: &mut Rng, value| (rng.u8(..6) == 0).then_some(value);
        let buffer = |rng: &mut Rng| [0, 0, 0, 10, 30, 60, 1440][rng.usize(..7)];
        Self {
            leaps: rng.bool(),
            open: [Hours::Always, Hours::Always, Hours::Late, Hours::AlmostAlways][rng.usize(..4)],
            capacity: rng.i64(1..=4),
            slot_minutes: (rng.u8(..3) == 0).then_some(30),
            min_minutes: some(rng, 60),
            max_minutes: some(rng, 90),
            before: buffer(rng),
            after: buffer(rng),
            notice: if rng.u8(..6) == 0 { 20 } else { 0 },
            horizon: some(rng, 1),
        }
    }

    pub fn rules(self) -> Rules {
        let window = |from: &str, to: &str| json!([{ "from": from, "to": to }]);
        let days = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
        let week = |windows: Value, days: &[&str]| -> Value {
            days.iter().map(|day| ((*day).to_owned(), windows.clone())).collect()
        };
        let open = match self.open {
            Hours::Always => Value::Null,
            Hours::Late => week(window("08:00", "02:30"), &days),
            Hours::AlmostAlways => week(window("03:00", "02:00"), &days[1..]),
        };
        let rules = json!({
            "time_zone": if self.leaps { "Africa/Casablanca" } else { "UTC" },
            "open": open,
            "exceptions": [{ "date": "2030-01-02", "open": window("00:00", "24:00") }, { "date": "2030-02-10", "open": [] }],
            "capacity": self.capacity, "slot_minutes": self.slot_minutes,
            "min_minutes": self.min_minutes, "max_minutes": self.max_minutes,
            "buffer_before_minutes": self.before, "buffer_after_minutes": self.after,
            "notice_minutes": self.notice, "horizon_days": self.horizon,
        });
        serde_json::from_value(rules).unwrap()
    }
}
