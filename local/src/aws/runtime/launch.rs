//! How a function's processes are started.

use std::{collections::BTreeMap, ffi::OsString, path::PathBuf, process::Stdio, sync::Arc, time::Duration};

use tokio::process::Command;

use super::environment::{self, Surroundings};
use crate::{
    base::log::Logger,
    project::template::{ACCOUNT, Function},
};

/// How to start a function's processes.
pub(super) struct Launch {
    pub key: String,
    arn: String,
    pub timeout: Duration,
    pub logger: Logger,
    executable: PathBuf,
    environment: BTreeMap<String, OsString>,
}

impl Launch {
    pub(super) fn new(
        function: &Function,
        executable: PathBuf,
        surroundings: &Surroundings,
        logger: Logger,
    ) -> Arc<Self> {
        Arc::new(Self {
            key: function.key.clone(),
            arn: format!("arn:aws:lambda:{}:{ACCOUNT}:function:{}", surroundings.region, function.name),
            timeout: function.timeout,
            logger,
            environment: environment::common(function, &executable, surroundings),
            executable,
        })
    }

    /// The ARN that an invocation of a version or an alias names.
    pub(super) fn qualified_arn(&self, qualifier: Option<&str>) -> String {
        qualifier.map_or_else(|| self.arn.clone(), |qualifier| format!("{}:{qualifier}", self.arn))
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
        // Ctrl-C in a terminal goes to the whole process group; the functions are stopped in order, by us.
        #[cfg(unix)]
        command.process_group(0);
        command
    }
}
