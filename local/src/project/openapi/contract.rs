//! The contract that a function prints.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use serde::Deserialize;
use serde_json::{Map, Value};
use tokio::process::Command;
use tokio::time::timeout;

/// Timeout of printing a contract.
const PATIENCE: Duration = Duration::from_secs(20);

/// The contract of a function with a route.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Contract {
    pub(super) package: Package,
    method: String,
    path: String,
    /// `OpenAPI`'s Operation Object.
    pub(super) operation: Map<String, Value>,
    /// `OpenAPI`'s Components Object.
    pub(super) components: Map<String, Value>,
}

/// Metadata of the service's Cargo package.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Package {
    pub(super) version: String,
    /// An SPDX expression; may be empty.
    pub(super) license: String,
}

impl Contract {
    /// Runs the executable without the Runtime API, and parses its output. An error is a sentence.
    pub(crate) async fn of(handler: &str, executable: &Path) -> Result<Self, String> {
        let run = Command::new(executable)
            .env_remove("AWS_LAMBDA_RUNTIME_API")
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .output();
        let silent = |reason: String| {
            format!("the function `{handler}` does not say what it is ({reason}); a debug build prints its contract")
        };
        match timeout(PATIENCE, run).await {
            Err(_) => Err(silent("it takes too long".to_owned())),
            Ok(Err(error)) => Err(silent(error.to_string())),
            Ok(Ok(output)) if !output.status.success() => Err(silent(output.status.to_string())),
            Ok(Ok(output)) => serde_json::from_slice(&output.stdout).map_err(|error| silent(error.to_string())),
        }
    }

    /// The route: `GET /things/{id}`.
    pub(crate) fn key(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    pub(super) fn method(&self) -> String {
        self.method.to_ascii_lowercase()
    }

    pub(super) fn path(&self) -> &str {
        &self.path
    }

    /// Its Parameter Objects.
    pub(crate) fn parameter_objects(&self) -> &[Value] {
        self.operation.get("parameters").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
    }

    /// The names of the parameters in `place`.
    pub(super) fn parameters(&self, place: &str) -> impl Iterator<Item = &str> {
        self.parameter_objects()
            .iter()
            .filter(move |parameter| parameter["in"] == place)
            .filter_map(|parameter| parameter["name"].as_str())
    }
}
