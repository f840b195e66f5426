//! The tokens of transactions that have been written: DynamoDB answers a repeated one with a success and writes nothing.
//!
//! <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html#DDB-TransactWriteItems-request-ClientRequestToken>

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::Value;

/// Tokens that are remembered. A client repeats a transaction soon after its first attempt.
const MOST: usize = 256;

#[derive(Default)]
pub(super) struct Tokens(Mutex<VecDeque<String>>);

impl Tokens {
    /// Whether the call repeats a transaction that has been written.
    pub(super) fn are_used(&self, asked: &Value) -> bool {
        token(asked).is_some_and(|token| self.used().iter().any(|used| used == token))
    }

    /// The call has been written.
    pub(super) fn used_by(&self, asked: &Value) {
        let Some(token) = token(asked) else { return };
        let mut used = self.used();
        if used.len() == MOST {
            used.pop_front();
        }
        used.push_back(token.to_owned());
    }

    fn used(&self) -> MutexGuard<'_, VecDeque<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn token(asked: &Value) -> Option<&str> {
    asked["ClientRequestToken"].as_str()
}
