//! Functions called by whoever has the service, besides what calls them in it.

use bytes::Bytes;
use serde_json::Value;

use super::Service;
use crate::aws::interface::{
    error::{Failure, FunctionError},
    invoke::{Invoke, Request},
    trace::Trace,
};

impl Service {
    /// Calls a function by its key in the template, as `aws lambda invoke` would.
    ///
    /// # Errors
    ///
    /// What went wrong, in Lambda's words.
    pub async fn invoke(&self, function: &str, event: Value) -> Result<Value, FunctionError> {
        self.invoke_as(function, event, Trace::start()).await
    }

    /// Calls a function as [`invoke`](Self::invoke) does, as part of the X-Ray trace that `header` names.
    ///
    /// # Errors
    ///
    /// What went wrong, in Lambda's words.
    pub async fn invoke_traced(&self, function: &str, event: Value, header: &str) -> Result<Value, FunctionError> {
        self.invoke_as(function, event, Trace::of_header(Some(header))).await
    }

    async fn invoke_as(&self, function: &str, event: Value, trace: Trace) -> Result<Value, FunctionError> {
        let answer = self.functions.invoke(function, Request::new(Bytes::from(event.to_string()), trace)).await?;
        if answer.is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_slice(&answer).map_err(|error| {
            FunctionError::new(Failure::Response, "Runtime.InvalidResponse", format!("the answer is not JSON: {error}"))
        })
    }
}
