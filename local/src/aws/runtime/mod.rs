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
use std::sync::{Arc, PoisonError, RwLock};
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
use crate::aws::interface::observe::Observer;
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

/// The functions of the service. Clones share them.
#[derive(Clone)]
pub(crate) struct Functions(Arc<Inner>);

struct Inner {
    current: RwLock<Version>,
    scale: Scale,
    logger: Logger,
    observer: Arc<dyn Observer>,
    tasks: TaskTracker,
    stop: CancellationToken,
}

/// The functions of one version of the service. A request that began with it ends with it: a function that the next
/// version does not have goes on until then.
#[derive(Clone)]
pub(crate) struct Version {
    pools: Arc<BTreeMap<String, Arc<Pool>>>,
    tasks: TaskTracker,
}

impl Functions {
    /// No functions yet.
    pub(crate) fn new(scale: Scale, logger: Logger, observer: Arc<dyn Observer>) -> Self {
        let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
        let current = RwLock::new(Version { pools: Arc::default(), tasks: tasks.clone() });
        Self(Arc::new(Inner { current, scale, logger, observer, tasks, stop }))
    }

    /// Replaces the functions. Invocations in flight end in the processes that they began in; the next ones go to the new
    /// executable, with the new settings. No process is started before the first invocation. The result is the keys of the
    /// functions that are new or differ.
    pub(crate) fn replace(&self, functions: &[(Function, PathBuf)], surroundings: &Surroundings) -> Vec<String> {
        let Inner { current, scale, logger, observer, tasks, stop } = &*self.0;
        let mut current = current.write().unwrap_or_else(PoisonError::into_inner);
        let (mut pools, mut changed) = (BTreeMap::new(), Vec::new());
        for (function, executable) in functions {
            let key = function.key.clone();
            let launch = Launch::new(function, executable.clone(), surroundings, logger.clone(), observer.clone());
            let (pool, differs) = match current.pools.get(&key) {
                Some(pool) => (pool.clone(), pool.replace(launch)),
                None => (Arc::new(Pool::new(launch, *scale, tasks.clone(), stop.clone())), true),
            };
            if differs {
                changed.push(key.clone());
            }
            pools.insert(key, pool);
        }
        current.pools = Arc::new(pools);
        changed
    }

    /// The functions as they are now.
    pub(crate) fn version(&self) -> Version {
        self.0.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Kills the processes that a function has now.
    pub(crate) fn kill(&self, key: &str) {
        if let Some(pool) = self.version().pools.get(key) {
            pool.kill();
        }
    }

    /// Stops every process, and waits for their end.
    pub(crate) async fn stop(&self) {
        self.0.stop.cancel();
        self.0.tasks.close();
        self.0.tasks.wait().await;
    }

    /// Stops every process without waiting.
    pub(crate) fn abandon(&self) {
        self.0.stop.cancel();
    }
}

impl Invoke for Functions {
    fn invoke<'a>(&'a self, function: &'a str, request: Request) -> Pending<'a, Result<Bytes, FunctionError>> {
        Box::pin(async move { self.version().invoke(function, request).await })
    }
}

impl Invoke for Version {
    fn invoke<'a>(&'a self, function: &'a str, request: Request) -> Pending<'a, Result<Bytes, FunctionError>> {
        Box::pin(async move {
            let Some(pool) = self.pools.get(function).cloned() else {
                let message = format!("Function not found: {function}");
                return Err(FunctionError::new(Failure::Unknown, "ResourceNotFoundException", message));
            };
            let invocation = self.tasks.spawn(async move { pool.invoke(request).await });
            invocation.await.unwrap_or_else(|_| Err(FunctionError::stopping()))
        })
    }
}
