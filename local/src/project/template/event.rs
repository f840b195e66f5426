//! An entry of a function's `events`: what calls the function.

use super::{QueueMapping, Route, Rule, Schedule, StreamMapping};

/// An entry of a function's `events`.
#[derive(Debug)]
pub(super) enum Event {
    Route(Route),
    Stream(StreamMapping),
    Queue(QueueMapping),
    Schedules(Vec<Schedule>),
    /// An `eventBridge` event: a rule of a bus, schedules, or both.
    Bus {
        rule: Option<Box<Rule>>,
        schedules: Vec<Schedule>,
        /// A bus that the Serverless Framework creates for the event.
        bus: Option<String>,
    },
    /// It is disabled.
    Off,
    /// It is not supported on one machine. The phrase describes it.
    Unsupported(String),
}
