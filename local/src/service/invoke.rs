//! Invocation of functions by the owner of a [`Service`].

use bytes::Bytes;
use serde_json::Value;

use super::Service;
use crate::aws::interface::error::{Failure, FunctionError};
use crate::aws::interface::invoke::{Invoke, Request};
use crate::aws::interface::trace::Trace;

impl Service {
    /// Invokes a function by its key in the template, as `aws lambda invoke` would.
    ///
    /// # Errors
    ///
    /// The failure, with Lambda's error type.
    pub async fn invoke(&self, function: &str, event: Value) -> Result<Value, FunctionError> {
        self.invoke_as(function, event, Trace::start()).await
    }

    /// Invokes a function as [`invoke`](Self::invoke) does, within the X-Ray trace of `header`.
    ///
    /// # Errors
    ///
    /// The failure, with Lambda's error type.
    pub async fn invoke_traced(&self, function: &str, event: Value, header: &str) -> Result<Value, FunctionError> {
        self.invoke_as(function, event, Trace::of_header(Some(header))).await
    }

    async fn invoke_as(&self, function: &str, event: Value, trace: Trace) -> Result<Value, FunctionError> {
        let answer =
            self.running.parts.functions.invoke(function, Request::new(Bytes::from(event.to_string()), trace)).await?;
        if answer.is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_slice(&answer).map_err(|error| {
            FunctionError::new(Failure::Response, "Runtime.InvalidResponse", format!("the answer is not JSON: {error}"))
        })
    }
}
