//! Requests of clients, in short.

use handlers::booking::Status;

use super::rules::Ruled;

/// A booking that a step names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    MadeBy(usize),
    OfKey(u8, u8),
    Unknown,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Match {
    None,
    Any,
    Known,
    Old,
    /// A number that is not written as an entity tag is.
    Odd,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Patch {
    pub resource: Option<u8>,
    pub times: Option<(i64, i64)>,
    pub end: Option<i64>,
    /// `Some(None)` removes the reminder.
    #[expect(clippy::option_option, reason = "as in a `BookingPatch`")]
    pub lead: Option<Option<i64>>,
    pub further: Option<Vec<i64>>,
    pub seats: Option<i64>,
    pub metadata: Option<u8>,
}

/// The members of a create beside its time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct More {
    pub further: Vec<i64>,
    pub seats: i64,
    /// For how many seconds it is held.
    pub hold: Option<i64>,
    /// The number of one of several values; nothing for 0.
    pub metadata: u8,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadCursor {
    Text,
    Short,
    Letters,
    OfAnotherList,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ask {
    Create {
        user: u8,
        resource: u8,
        start: i64,
        end: i64,
        lead: Option<i64>,
        key: Option<u8>,
        more: More,
    },
    Update {
        of: Target,
        patch: Patch,
        matches: Match,
    },
    Cancel {
        of: Target,
        matches: Match,
    },
    Confirm {
        of: Target,
        matches: Match,
    },
    Delete {
        of: Target,
        matches: Match,
    },
    Get {
        of: Target,
    },
    List {
        user: u8,
        from: Option<i64>,
        to: Option<i64>,
        status: Option<Status>,
        limit: Option<i64>,
        cursor: Option<BadCursor>,
    },
    Busy {
        resource: u8,
        from: i64,
        to: i64,
    },
    Slots {
        resource: u8,
        from: i64,
        to: i64,
        minutes: Option<i64>,
        seats: Option<i64>,
    },
    /// The bookings that take a resource.
    Taking {
        resource: u8,
        from: i64,
        to: i64,
        limit: Option<i64>,
        cursor: Option<BadCursor>,
    },
    Resource {
        resource: u8,
    },
    SetRules {
        resource: u8,
        rules: Ruled,
        matches: Match,
    },
    RemoveRules {
        resource: u8,
    },
}
