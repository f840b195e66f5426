//! Wall clocks of time zones.
//!
//! A wall-clock time is counted in milliseconds since 1970-01-01T00:00 on that clock.

use std::fmt;

use jiff::Timestamp;
use jiff::tz::{AmbiguousOffset, Offset, TimeZone, TimeZoneDatabase};

/// The name is not one of the IANA database of this build.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownZone;

impl fmt::Display for UnknownZone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the time zone is not one of this build's database")
    }
}

impl std::error::Error for UnknownZone {}

/// The database in the binary, so that the outcome does not depend on the machine.
fn find(name: &str) -> Result<TimeZone, UnknownZone> {
    let zone = TimeZoneDatabase::bundled().get(name).map_err(|_| UnknownZone)?;
    // jiff takes `Etc/Unknown` for a zone. It is no name of the IANA database.
    if zone.is_unknown() { Err(UnknownZone) } else { Ok(zone) }
}

/// The rule of a zone's name. Names are taken in one spelling, since not every client's library ignores case.
// garde passes its context by reference, even an empty one.
#[expect(clippy::trivially_copy_pass_by_ref)]
pub(super) fn known(name: &str, (): &()) -> garde::Result {
    let zone = find(name);
    match zone.as_ref().map(|zone| zone.iana_name()) {
        Ok(Some(spelled)) if spelled == name => Ok(()),
        Ok(Some(spelled)) => Err(garde::Error::new(format!("must be spelled {spelled}"))),
        _ => Err(garde::Error::new("must be a name of the IANA time zone database, such as Europe/Berlin")),
    }
}

/// A time zone.
#[derive(Debug, Clone)]
pub(super) struct Zone(TimeZone);

impl Zone {
    pub(super) fn named(name: &str) -> Result<Self, UnknownZone> {
        find(name).map(Self)
    }

    /// The wall clock's date and time at an instant.
    pub(super) fn wall(&self, millis: i64) -> i64 {
        millis + east(self.0.to_offset(timestamp(millis)))
    }

    /// The time at which a window opens that opens at this wall-clock time: where the clock shows it twice the first
    /// one, where it leaps over it the first moment after the gap.
    pub(super) fn opens(&self, wall: i64) -> i64 {
        match self.offsets(wall) {
            AmbiguousOffset::Unambiguous { offset } => wall - east(offset),
            AmbiguousOffset::Fold { before, .. } => wall - east(before),
            AmbiguousOffset::Gap { before, after } => self.gap(wall, before, after),
        }
    }

    /// The time at which a window closes that closes at this wall-clock time: where the clock shows it twice the second
    /// one, where it leaps over it the first moment after the gap.
    pub(super) fn closes(&self, wall: i64) -> i64 {
        match self.offsets(wall) {
            AmbiguousOffset::Unambiguous { offset } => wall - east(offset),
            AmbiguousOffset::Fold { after, .. } => wall - east(after),
            AmbiguousOffset::Gap { before, after } => self.gap(wall, before, after),
        }
    }

    fn offsets(&self, wall: i64) -> AmbiguousOffset {
        // The same digits on the clock of UTC.
        let shown = Offset::UTC.to_datetime(timestamp(wall));
        self.0.to_ambiguous_timestamp(shown).offset()
    }

    /// The end of the gap that the clock leaps over at this wall-clock time.
    fn gap(&self, wall: i64, before: Offset, after: Offset) -> i64 {
        // By the clock after the gap it would be before the leap, and by the clock before it not before the leap.
        let (earlier, later) = (wall - east(after), wall - east(before));
        let leap = self.0.following(timestamp(earlier)).find(|leap| leap.offset() == after);
        leap.map_or(later, |leap| leap.timestamp().as_millisecond()).min(later)
    }
}

/// jiff's years end a day before ours: where it has no time, its last or first one has the same offset.
fn timestamp(millis: i64) -> Timestamp {
    let end = if millis < 0 { Timestamp::MIN } else { Timestamp::MAX };
    Timestamp::from_millisecond(millis).unwrap_or(end)
}

fn east(offset: Offset) -> i64 {
    i64::from(offset.seconds()) * 1000
}

#[cfg(test)]
mod tests;
