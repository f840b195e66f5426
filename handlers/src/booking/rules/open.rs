//! When a resource is open: windows on the wall clock, as stretches of time.

use std::collections::BTreeMap;

use super::window::{Minutes, Windows};
use super::zone::Zone;
use super::{Rules, UnknownZone};
use crate::booking::stretch::{DAY, MINUTE, Stretch};

/// A whole day, for a resource that is always open: the grid of starts begins anew at each local midnight.
const ALL_DAY: &[Minutes] = &[Minutes { from: 0, to: 24 * 60 }];

/// A resource's rules in their time zone.
#[derive(Debug, Clone)]
pub struct Timetable<'r> {
    pub(super) rules: &'r Rules,
    pub(super) zone: Zone,
    /// From Monday on, each in order of the windows; `None` where it is always open.
    week: Option<[Vec<Minutes>; 7]>,
    /// By days since 1970-01-01, in order of the windows.
    exceptions: BTreeMap<i64, Vec<Minutes>>,
}

impl<'r> Timetable<'r> {
    /// The timetable of valid rules.
    ///
    /// # Errors
    /// When this build's database does not have the zone, although that of the build which stored the rules did.
    pub fn of(rules: &'r Rules) -> Result<Self, UnknownZone> {
        let week = rules.open.as_ref().map(|week| week.days().map(|(_, windows)| in_order(windows)));
        let dated = rules.exceptions.0.iter();
        let exceptions =
            dated.filter_map(|exception| Some((exception.date.days()?, in_order(Some(&exception.open))))).collect();
        Ok(Self { rules, zone: Zone::named(&rules.time_zone)?, week, exceptions })
    }

    /// The rules.
    #[must_use]
    pub fn rules(&self) -> &'r Rules {
        self.rules
    }

    /// The spans in which it is open between two times: disjoint, by start, and no two of them touch.
    #[must_use]
    pub fn spans(&self, between: Stretch) -> Vec<Stretch> {
        let openings = self.openings(between).into_iter();
        Stretch::join(openings.filter_map(|opening| opening.within(between)))
    }

    /// The windows of which a part is between two times, whole, disjoint and by start. The start of each is where its
    /// grid of starts begins. Each ends when it closes or, where the clock goes back over its end, when the next one
    /// opens.
    #[must_use]
    pub fn openings(&self, between: Stretch) -> Vec<Stretch> {
        // A window ends on the day after its own at the latest. One more day, since a zone can leap over a whole one
        // (Pacific/Apia, 2011-12-30). The day after the last bounds the last window: it can have begun already where the
        // clock goes back over midnight (America/St_Johns, 2010-11-07).
        let (first, last) = (self.day(between.from) - 2, self.day(between.to) + 1);
        let mut openings: Vec<Stretch> = Vec::new();
        for day in first..=last {
            for window in self.windows(day) {
                let from = self.zone.opens(day * DAY + window.from * MINUTE);
                let to = self.zone.closes(day * DAY + window.to * MINUTE);
                if let Some(previous) = openings.last_mut() {
                    previous.to = previous.to.min(from);
                }
                openings.push(Stretch { from, to });
            }
        }
        // A window that the clock leaps over is empty: it overlaps nothing.
        openings.retain(|opening| opening.overlaps(between));
        openings
    }

    /// The windows that open on a day, in order.
    pub(super) fn windows(&self, day: i64) -> &[Minutes] {
        let weekday = || usize::try_from((day + 3).rem_euclid(7)).unwrap_or_default();
        match (self.exceptions.get(&day), &self.week) {
            (Some(windows), _) => windows,
            (None, Some(week)) => week.get(weekday()).map_or(&[], Vec::as_slice),
            (None, None) => ALL_DAY,
        }
    }

    /// The local date at a time, in days since 1970-01-01.
    pub(super) fn day(&self, millis: i64) -> i64 {
        self.zone.wall(millis).div_euclid(DAY)
    }
}

fn in_order(windows: Option<&Windows>) -> Vec<Minutes> {
    let mut minutes: Vec<_> =
        windows.iter().flat_map(|windows| &windows.0).filter_map(|window| Minutes::of(*window)).collect();
    minutes.sort_unstable();
    minutes
}

#[cfg(test)]
mod tests;
