//! Whether a booking, or a change of one, keeps to the rules of its resource.

use super::Timetable;
use super::clock::written;
use super::date::Date;
use super::window::{DAY_MINUTES, Minutes};
use crate::booking::stretch::{DAY, MINUTE, Stretch};
use crate::booking::{Fault, Span, Timestamp};

/// A span and seats to book, or to change a booking to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted {
    /// From when to when.
    pub span: Span,
    /// How many seats.
    pub seats: i64,
    /// The booking's present span and seats of this resource; `None` for a new booking, or one that comes from another resource.
    pub current: Option<(Span, i64)>,
}

impl Wanted {
    /// Whether it takes nothing that the booking does not have. Such a change is not held to the rules.
    #[must_use]
    pub fn takes_no_more(&self) -> bool {
        self.current.is_some_and(|(span, seats)| span == self.span && self.seats <= seats)
    }

    /// Whether it is held to the rules about when a booking may start. A change of the end alone is not: the booking
    /// was made in time, and its start stands.
    fn starts(&self) -> bool {
        self.current.is_none_or(|(span, seats)| span.start() != self.span.start() || self.seats > seats)
    }
}

impl Timetable<'_> {
    /// Every rule that `wanted` breaks at `now`, at the member of a booking that breaks it. None for a change that takes no more.
    #[must_use]
    pub fn broken(&self, wanted: &Wanted, now: Timestamp) -> Vec<Fault> {
        let mut faults = Vec::new();
        if wanted.takes_no_more() {
            return faults;
        }
        let mut fault = |pointer: &str, detail: Option<String>| {
            faults.extend(detail.map(|detail| Fault::new(pointer, detail)));
        };
        let at = Stretch::from(wanted.span);
        let openings = self.openings(at);
        if wanted.starts() {
            fault("/start_time", self.notice(at.from, now));
            fault("/start_time", self.horizon(at.from, now));
            fault("/start_time", self.grid(at.from, &openings));
        }
        let spans = Stretch::join(openings.into_iter());
        let opened = spans.iter().find(|span| span.from <= at.from && at.from < span.to);
        let closed = spans.iter().find(|span| span.from < at.to && at.to <= span.to);
        if opened.is_none() {
            fault("/start_time", Some(self.hours(at.from)));
        }
        // Two open spans, with a closed time between them: the end has to be in that of the start.
        if closed.is_none() || opened.is_some_and(|opened| Some(opened) != closed) {
            // The day on which it closes next, or where it does not open at the start the day of the end.
            let told = opened.map_or(at.to, |opened| opened.to) - 1;
            fault("/end_time", Some(self.hours(told)));
        }
        let length = self.bound(at.to - at.from);
        let length = length.map(|(bound, of)| format!("must be at {bound} {} after start_time", counted(of, "minute")));
        fault("/end_time", length);
        fault("/seats", self.seats(wanted.seats));
        faults
    }

    fn notice(&self, start: i64, now: Timestamp) -> Option<String> {
        let minutes = self.rules.notice_minutes;
        (start - now.millis() < minutes * MINUTE)
            .then(|| format!("must be at least {} from now", counted(minutes, "minute")))
    }

    fn horizon(&self, start: i64, now: Timestamp) -> Option<String> {
        let days = self.rules.horizon_days?;
        (start - now.millis() > days * DAY).then(|| format!("must be at most {} from now", counted(days, "day")))
    }

    /// The rule of the grid. A start at which it is closed breaks another rule.
    fn grid(&self, start: i64, openings: &[Stretch]) -> Option<String> {
        let step = self.rules.step()?;
        let opening = openings.iter().find(|opening| opening.from <= start && start < opening.to)?;
        if (start - opening.from) % step == 0 {
            return None;
        }
        let opens = self.zone.wall(opening.from);
        let mut after = written(opens.rem_euclid(DAY) / MINUTE);
        if opens.div_euclid(DAY) != self.day(start) {
            after = format!("{after} on {}", Date::of_days(opens.div_euclid(DAY)));
        }
        Some(format!("must start a multiple of {} after {after}", counted(step / MINUTE, "minute")))
    }

    /// The bound that a booking of this length breaks, in minutes.
    pub(in crate::booking) fn bound(&self, millis: i64) -> Option<(&'static str, i64)> {
        let least = self.rules.min_minutes.filter(|least| millis < least * MINUTE);
        let most = self.rules.max_minutes.filter(|most| millis > most * MINUTE);
        least.map(|least| ("least", least)).or(most.map(|most| ("most", most)))
    }

    /// The rule of how many seats there are.
    pub(in crate::booking) fn seats(&self, seats: i64) -> Option<String> {
        let most = self.rules.capacity;
        (seats > most).then(|| format!("must be at most {most}, the seats that the resource has"))
    }

    /// The windows of the local date at a time, in words.
    fn hours(&self, millis: i64) -> String {
        let day = self.day(millis);
        let from_before = self.windows(day - 1).iter().filter(|window| window.to > DAY_MINUTES);
        let closing = from_before.map(|window| format!("closes at {}", written(window.to - DAY_MINUTES)));
        let opening = |window: &Minutes| format!("opens at {} and closes at {}", written(window.from), window.closes());
        let mut windows: Vec<_> = closing.chain(self.windows(day).iter().map(opening)).collect();
        if windows.is_empty() {
            windows.push("is closed".to_owned());
        }
        format!("{} on {} ({})", windows.join(", "), Date::of_days(day), self.rules.time_zone)
    }
}

fn counted(number: i64, unit: &str) -> String {
    format!("{number} {unit}{}", if number == 1 { "" } else { "s" })
}

/// Moves faults to members that a change has. A fault at a member that was not sent is reported at the first one that
/// was, and says so.
#[must_use]
pub fn at_members(faults: Vec<Fault>, sent: &[&str]) -> Vec<Fault> {
    let moved = faults.into_iter().map(|fault| match sent {
        [first, ..] if !sent.contains(&fault.pointer.as_str()) => {
            let member = fault.pointer.trim_start_matches('/');
            Fault::new(*first, format!("does not go with the {member} that stays: {}", fault.detail))
        }
        _ => fault,
    });
    moved.collect()
}

#[cfg(test)]
mod tests;
