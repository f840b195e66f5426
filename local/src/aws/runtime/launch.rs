//! Starting a function's processes: executable, environment and limits.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::process::Command;

use super::environment::{self, Surroundings};
use crate::aws::interface::observe::Observer;
use crate::base::log::Logger;
use crate::project::template::{ACCOUNT, Function};

/// The settings that all processes of one version of a function are started with.
pub(super) struct Launch {
    pub key: String,
    arn: String,
    pub timeout: Duration,
    pub logger: Logger,
    pub observer: Arc<dyn Observer>,
    /// Whether a trace is sampled where the client left that open.
    pub sampled: bool,
    executable: PathBuf,
    environment: BTreeMap<String, OsString>,
}

impl Launch {
    pub(super) fn new(
        function: &Function,
        executable: PathBuf,
        surroundings: &Surroundings,
        logger: Logger,
        observer: Arc<dyn Observer>,
    ) -> Arc<Self> {
        Arc::new(Self {
            key: function.key.clone(),
            arn: format!("arn:aws:lambda:{}:{ACCOUNT}:function:{}", surroundings.region, function.name),
            timeout: function.timeout,
            logger,
            observer,
            sampled: surroundings.xray.is_some(),
            environment: environment::common(function, &executable, surroundings),
            executable,
        })
    }

    /// Whether processes are started in the same way with `other`.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        let parts = |launch: &Self| (launch.arn.clone(), launch.timeout, launch.executable.clone());
        parts(self) == parts(other) && self.environment == other.environment
    }

    /// The function's ARN, with a version or an alias.
    pub(super) fn qualified_arn(&self, qualifier: Option<&str>) -> String {
        qualifier.map_or_else(|| self.arn.clone(), |qualifier| format!("{}:{qualifier}", self.arn))
    }

    /// When the executable was built. `None` while Cargo replaces it.
    pub(super) fn built(&self) -> Option<SystemTime> {
        std::fs::metadata(&self.executable).and_then(|metadata| metadata.modified()).ok()
    }

    pub(super) fn command(&self, api: &str) -> Command {
        let mut command = Command::new(&self.executable);
        command
            .env_clear()
            .envs(&self.environment)
            .env("AWS_LAMBDA_LOG_STREAM_NAME", environment::log_stream())
            .env("AWS_LAMBDA_RUNTIME_API", api)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        if let Some(directory) = self.executable.parent().filter(|parent| parent.is_absolute()) {
            command.current_dir(directory);
        }
        // Ctrl-C in a terminal signals the whole process group. The functions are in a group of their own, and stopped
        // in order.
        #[cfg(unix)]
        command.process_group(0);
        command
    }
}
