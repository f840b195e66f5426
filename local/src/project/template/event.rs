//! An entry of a function's `events`: what calls the function.

use super::{Route, Schedule, StreamMapping};

/// One entry of a function's `events`.
#[derive(Debug)]
pub(super) enum Event {
    Route(Route),
    Stream(StreamMapping),
    Schedules(Vec<Schedule>),
    /// It is there, and disabled.
    Off,
    /// It cannot happen on one machine; the phrase says what it is.
    Unsupported(String),
}
