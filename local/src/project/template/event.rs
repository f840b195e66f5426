//! An entry of a function's `events`: what calls the function.

use super::{Route, Schedule, StreamMapping};

/// An entry of a function's `events`.
#[derive(Debug)]
pub(super) enum Event {
    Route(Route),
    Stream(StreamMapping),
    Schedules(Vec<Schedule>),
    /// It is disabled.
    Off,
    /// It is not supported on one machine. The phrase describes it.
    Unsupported(String),
}
