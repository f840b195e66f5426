//! Invoking a Lambda function.

use bytes::Bytes;

use super::{Pending, error::FunctionError, trace::Trace};

/// Lambda's limit for the payload of a synchronous request and of a response: 6 MB and a little.
/// <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>
pub(crate) const PAYLOAD_LIMIT: usize = 6_291_556;

/// The functions of the service, by their keys in the template.
pub(crate) trait Invoke: Send + Sync {
    /// Invokes a function and waits for its response. The invocation goes on when the caller stops waiting, as on Lambda.
    fn invoke<'a>(
        &'a self,
        function: &'a str,
        payload: Bytes,
        trace: Trace,
    ) -> Pending<'a, Result<Bytes, FunctionError>>;
}
