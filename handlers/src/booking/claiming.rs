//! Whether a booking can have its place: by the rules of the resource, and by what others have taken.

use lambda::Cause;

use super::{
    Booking, BookingError, BusySpan, Claim, Occupancy, OutsideRules, Rules, Stretch, Timestamp, Timetable, Wanted,
};

/// A booking before it is changed.
#[derive(Debug, Clone, Copy)]
pub struct Current<'b> {
    /// The booking.
    pub booking: &'b Booking,
    /// Its claim, buffers included.
    pub claimed: Stretch,
}

impl Booking {
    /// The claim that the booking needs under `rules`, beside the claims of `others`. `current` is the booking before the
    /// change; `None` for a new one.
    ///
    /// A change that takes nothing more is held to no rule, and keeps the buffers that it was booked with.
    ///
    /// # Errors
    /// [`BookingError::OutsideRules`], with every rule that it breaks; [`BookingError::TimeTaken`]; or
    /// [`BookingError::Internal`] if the rules are of a time zone that this build does not know.
    pub fn claim(
        &self,
        current: Option<Current<'_>>,
        rules: &Rules,
        others: impl IntoIterator<Item = Claim>,
        now: Timestamp,
    ) -> Result<Claim, BookingError> {
        let current = current.filter(|current| current.booking.resource_id == self.resource_id);
        let wanted = Wanted {
            span: self.span,
            seats: self.seats,
            current: current.map(|current| (current.booking.span, current.booking.seats)),
        };
        let lapses_at = self.expires_at.map(Timestamp::millis);
        if let Some(current) = current.filter(|_| wanted.takes_no_more()) {
            return Ok(Claim { stretch: current.claimed, seats: self.seats, lapses_at });
        }
        let timetable = Timetable::of(rules).map_err(|error| BookingError::Internal(Cause::new(error)))?;
        let errors = timetable.broken(&wanted, now);
        if !errors.is_empty() {
            return Err(BookingError::OutsideRules(OutsideRules { time_zone: rules.time_zone.clone(), errors }));
        }
        let claim = Claim::new(self.span, self.seats, self.expires_at, rules);
        match Occupancy::of(others, rules.capacity, now).conflict(&claim) {
            None => Ok(claim),
            Some(conflict) => Err(BookingError::TimeTaken {
                busy: conflict.busy().unwrap_or_else(|| BusySpan::from(self.span)),
                seats_left: conflict.seats_left,
            }),
        }
    }
}
