//! Functions as Lambda runs them: each a pool of processes that speak the Runtime API, one invocation at a time each.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html>

mod api;
mod environment;
mod error;
mod output;
mod pool;
mod process;
mod trace;

use std::{collections::BTreeMap, path::PathBuf, sync::Arc, time::Duration};

use bytes::Bytes;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

pub use self::error::{Failure, FunctionError};
pub(crate) use self::{environment::Surroundings, trace::Trace};
use self::{pool::Pool, process::Launch};
use crate::{base::log::Logger, project::template::Function};

/// Lambda's limit for a request's and for a response's payload: 6 MB and a little.
/// <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>
pub(crate) const PAYLOAD_LIMIT: usize = 6_291_556;

/// How pools behave.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scale {
    /// Processes a function may have at a time.
    pub max_processes: usize,
    /// How long a process beyond the first may be idle.
    pub idle_after: Duration,
}

/// Every function of the service.
#[derive(Clone)]
pub(crate) struct Functions {
    pools: Arc<BTreeMap<String, Pool>>,
    tasks: TaskTracker,
    stop: CancellationToken,
}

impl Functions {
    /// The functions, each with its executable. Nothing runs until it is called.
    pub(crate) fn new(
        functions: impl IntoIterator<Item = (Function, PathBuf)>,
        surroundings: &Surroundings,
        scale: Scale,
        logger: &Logger,
    ) -> Self {
        let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
        let pools = functions.into_iter().map(|(function, executable)| {
            let key = function.key.clone();
            let launch = Launch::new(&function, executable, surroundings, logger.clone());
            (key, Pool::new(launch, scale, tasks.clone(), stop.clone()))
        });
        let pools = Arc::new(pools.collect::<BTreeMap<_, _>>());
        Self { pools, tasks, stop }
    }

    /// Calls a function and waits for its answer. Whoever waits may go away: the invocation goes on, as on Lambda.
    pub(crate) async fn invoke(&self, key: &str, payload: Bytes, trace: Trace) -> Result<Bytes, FunctionError> {
        if !self.pools.contains_key(key) {
            return Err(FunctionError::new(
                Failure::Unknown,
                "ResourceNotFoundException",
                format!("Function not found: {key}"),
            ));
        }
        let (pools, key) = (self.pools.clone(), key.to_owned());
        let invocation = self.tasks.spawn(async move {
            match pools.get(&key) {
                Some(pool) => pool.invoke(payload, &trace).await,
                None => Err(FunctionError::stopping()),
            }
        });
        invocation.await.unwrap_or_else(|_| Err(FunctionError::stopping()))
    }

    /// Ends the processes a function has now.
    pub(crate) fn kill(&self, key: &str) {
        if let Some(pool) = self.pools.get(key) {
            pool.kill();
        }
    }

    /// Stops every process and waits until they are gone.
    pub(crate) async fn stop(&self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }

    /// Stops every process without waiting.
    pub(crate) fn abandon(&self) {
        self.stop.cancel();
    }
}
