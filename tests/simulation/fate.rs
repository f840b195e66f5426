//! The fate of a request in the network.

use fastrand::Rng;

use super::run::{Refused, Run};

/// Fate of a request in the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    Fine,
    /// The connection breaks, or nothing comes any more.
    LostBefore {
        silent: bool,
    },
    LostAfter {
        silent: bool,
    },
    /// It is carried out a second time, later.
    Twice {
        later: u64,
    },
    Throttled,
    /// 500, before it was carried out or after.
    Broken {
        after: bool,
    },
    /// It is held back for longer than the SDK waits.
    Late {
        by: u64,
    },
    /// Only a part of a batch is carried out.
    Partial,
    /// Another transaction is at the same items.
    Conflict,
    /// A transaction is refused because it makes a day too large, or for a reason of no known kind.
    Refused(Refused),
}

impl Fate {
    pub fn draw(run: &Run, operation: &str, rng: &mut Rng) -> Self {
        let batch = operation.starts_with("Batch");
        let transaction = operation.starts_with("Transact");
        if transaction && rng.u8(..100) < run.weather.conflicts {
            return Self::Conflict;
        }
        if batch && rng.u8(..100) < run.weather.busy {
            return Self::Partial;
        }
        if operation == "TransactWriteItems" && rng.u8(..80) == 0 && run.undisturbed() && !run.weather.is_calm() {
            return Self::Refused(if rng.bool() { Refused::TooLarge } else { Refused::Odd });
        }
        if transaction && run.lingers && rng.bool() {
            return Self::Late { by: rng.u64(1000..150_000) };
        }
        if rng.u16(..1000) >= run.weather.faults {
            return Self::Fine;
        }
        let silent = rng.u8(..4) == 0;
        match rng.u8(..16) {
            0 | 1 => Self::LostBefore { silent },
            2..5 => Self::LostAfter { silent },
            5 | 6 => Self::Twice { later: rng.u64(0..10_000) },
            7 => Self::Throttled,
            8 | 9 => Self::Broken { after: rng.bool() },
            10 | 11 => Self::Late { by: rng.u64(1..5000) },
            12 => Self::Late { by: rng.u64(5000..150_000) },
            _ if batch => Self::Partial,
            _ => Self::Late { by: rng.u64(1..200) },
        }
    }
}

impl Fate {
    /// Whether the service may answer 429 or 503 for it. It must live with the others.
    pub fn is_fault(self) -> bool {
        !matches!(self, Self::Fine | Self::Partial | Self::Conflict | Self::Refused(_))
    }

    /// Whether the SDK's time limits decide when the run goes on.
    pub fn is_silent(self) -> bool {
        match self {
            Self::LostBefore { silent } | Self::LostAfter { silent } => silent,
            Self::Late { by } => by > 500,
            _ => false,
        }
    }
}
