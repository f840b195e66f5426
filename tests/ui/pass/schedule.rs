//! Handlers of a schedule, with and without its tick.

use handlers::prelude::*;

mod with_tick {
    use super::*;

    /// Sweep.
    #[handler(schedule)]
    async fn sweep(tick: Tick, bookings: &Bookings) -> Result<(), BookingError> {
        let _ = (tick, bookings);
        Ok(())
    }
}

mod bare {
    use super::*;

    #[handler(schedule)]
    async fn sweep() -> () {}
}
