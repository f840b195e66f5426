//! Context of a function's event: the parts of the template that it refers to, and its function.

use std::time::Duration;

use super::authorizers::Authorizers;
use super::intrinsics::Intrinsics;
use super::{Queue, Table};

/// The parts of the template that events refer to.
pub(super) struct Around<'a> {
    pub intrinsics: &'a Intrinsics<'a>,
    pub tables: &'a [Table],
    pub queues: &'a [Queue],
    pub buses: &'a [String],
    pub authorizers: &'a Authorizers<'a>,
}

/// The function of an event.
pub(super) struct Of<'a> {
    pub key: &'a str,
    /// The deployed name.
    pub name: &'a str,
    pub timeout: Duration,
    /// The place of the event among those of the function.
    pub index: usize,
}
