//! The last 4 KB of a log, for `X-Amz-Log-Result`.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// <https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html#API_Invoke_ResponseSyntax>
const LENGTH: usize = 4 * 1024;

/// The last bytes of the pushed lines.
#[derive(Debug, Default)]
pub(super) struct Tail(Mutex<Vec<u8>>);

impl Tail {
    pub(super) fn clear(&self) {
        self.bytes().clear();
    }

    pub(super) fn push(&self, line: &str) {
        let mut bytes = self.bytes();
        bytes.extend_from_slice(line.as_bytes());
        bytes.push(b'\n');
        // Trimming only now and then keeps many lines cheap.
        if bytes.len() > 4 * LENGTH {
            cut(&mut bytes);
        }
    }

    pub(super) fn read(&self) -> Vec<u8> {
        let mut bytes = self.bytes();
        cut(&mut bytes);
        bytes.clone()
    }

    fn bytes(&self) -> MutexGuard<'_, Vec<u8>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn cut(bytes: &mut Vec<u8>) {
    bytes.drain(..bytes.len().saturating_sub(LENGTH));
}
