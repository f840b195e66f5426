//! The time and the random numbers that [`store`](crate::store) and [`events`](crate::events) use. They come from
//! outside, so that a test can decide them.

use std::fmt::Debug;

use uuid::Uuid;

use crate::booking::Timestamp;

/// A clock and a source of random numbers.
pub trait Surroundings: Debug + Send + Sync {
    /// The current time.
    fn now(&self) -> Timestamp;

    /// A random UUID (version 4).
    fn uuid(&self) -> Uuid;

    /// A random number below 2^62. Every reader can hold it: DynamoDB, JSON, and a signed integer of 64 bits.
    fn number(&self) -> u64 {
        // The two highest bits of this half are the UUID's variant (RFC 9562, section 4.1).
        self.uuid().as_u64_pair().1 & (u64::MAX >> 2)
    }

    /// A random fraction from 0 to 1, exclusive.
    #[expect(clippy::cast_precision_loss, reason = "53 bits are exact")]
    fn fraction(&self) -> f64 {
        (self.number() >> 9) as f64 / (1_u64 << 53) as f64
    }
}

/// The machine's clock, and random numbers of the operating system.
#[derive(Debug, Clone, Copy)]
pub struct Machine;

impl Surroundings for Machine {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn uuid(&self) -> Uuid {
        Uuid::new_v4()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_fractions_are_in_their_range() {
        for _ in 0..1000 {
            assert!(Machine.number() < 1 << 62);
            assert!((0.0..1.0).contains(&Machine.fraction()));
        }
        assert_ne!(Machine.number(), Machine.number());
    }
}
