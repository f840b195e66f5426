//! Lambda's execution environments: a pool of processes for each function, which speak the Runtime API, each with one
//! invocation at a time.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html>

mod api;
mod environment;
mod launch;
mod output;
mod pool;
mod process;
mod tail;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub(crate) use self::environment::Surroundings;
use self::launch::Launch;
use self::pool::Pool;
use crate::aws::interface::Pending;
use crate::aws::interface::error::{Failure, FunctionError};
use crate::aws::interface::invoke::{Invoke, Request};
use crate::base::log::Logger;
use crate::project::template::Function;

/// Limits of a pool.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scale {
    /// The most processes of a function.
    pub max_processes: usize,
    /// How long a process beyond the first may idle.
    pub idle_after: Duration,
}

/// The functions of the service.
#[derive(Clone)]
pub(crate) struct Functions {
    pools: Arc<BTreeMap<String, Pool>>,
    tasks: TaskTracker,
    stop: CancellationToken,
}

impl Functions {
    /// No process is started before the first invocation.
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

    /// Kills the processes that a function has now.
    pub(crate) fn kill(&self, key: &str) {
        if let Some(pool) = self.pools.get(key) {
            pool.kill();
        }
    }

    /// Stops every process, and waits for their end.
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

impl Invoke for Functions {
    fn invoke<'a>(&'a self, function: &'a str, request: Request) -> Pending<'a, Result<Bytes, FunctionError>> {
        Box::pin(async move {
            if !self.pools.contains_key(function) {
                let message = format!("Function not found: {function}");
                return Err(FunctionError::new(Failure::Unknown, "ResourceNotFoundException", message));
            }
            let (pools, key) = (self.pools.clone(), function.to_owned());
            let invocation = self.tasks.spawn(async move {
                match pools.get(&key) {
                    Some(pool) => pool.invoke(request).await,
                    None => Err(FunctionError::stopping()),
                }
            });
            invocation.await.unwrap_or_else(|_| Err(FunctionError::stopping()))
        })
    }
}
