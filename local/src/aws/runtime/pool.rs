//! The processes of a function: starts one when all are busy, and stops idle ones.

use std::sync::{Arc, Mutex, PoisonError, RwLock, Weak};
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::sync::Semaphore;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::Scale;
use super::launch::Launch;
use super::process::{Outcome, Process};
use crate::aws::interface::error::{Failure, FunctionError};
use crate::aws::interface::invoke::{PAYLOAD_LIMIT, Request};

/// How often idle processes are checked.
const LOOK: Duration = Duration::from_millis(250);

pub(super) struct Pool {
    /// Replaced by the next version of the function.
    launch: RwLock<Arc<Launch>>,
    idle: Arc<Mutex<Vec<Idle>>>,
    places: Semaphore,
    tasks: TaskTracker,
    stop: CancellationToken,
    /// Cancels the processes that exist now.
    present: Mutex<CancellationToken>,
}

struct Idle {
    process: Process,
    since: Instant,
}

impl Pool {
    pub(super) fn new(launch: Arc<Launch>, scale: Scale, tasks: TaskTracker, stop: CancellationToken) -> Self {
        let idle: Arc<Mutex<Vec<Idle>>> = Arc::default();
        tasks.spawn(retire(Arc::downgrade(&idle), scale.idle_after, stop.clone()));
        Self {
            launch: RwLock::new(launch),
            idle,
            places: Semaphore::new(scale.max_processes.max(1)),
            tasks,
            present: Mutex::new(stop.child_token()),
            stop,
        }
    }

    /// Starts processes with `launch` from now on, and stops idle ones of the version before. `false`: it is the version
    /// that runs.
    pub(super) fn replace(&self, launch: Arc<Launch>) -> bool {
        let mut current = self.launch.write().unwrap_or_else(PoisonError::into_inner);
        if current.is_like(&launch) {
            return false;
        }
        *current = launch;
        drop(current);
        self.idle().clear();
        true
    }

    /// Invokes the function, and logs any failure.
    pub(super) async fn invoke(&self, request: Request) -> Result<Bytes, FunctionError> {
        let launch = self.launch();
        let Launch { key, observer, .. } = &*launch;
        let segment = request.segment.clone();
        observer.invoked(key, &request);
        let result = tokio::select! {
            biased;
            () = self.stop.cancelled() => Err(FunctionError::stopping()),
            result = self.run(request) => result,
        };
        if let Err(error) = &result
            && error.failure != Failure::Stopping
        {
            launch.logger.say(key, &format!("ERROR {error}"));
        }
        observer.answered(&segment, result.as_ref().err());
        result
    }

    fn launch(&self) -> Arc<Launch> {
        self.launch.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Kills all processes.
    pub(super) fn kill(&self) {
        let mut present = self.present.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut *present, self.stop.child_token()).cancel();
    }

    async fn run(&self, mut request: Request) -> Result<Bytes, FunctionError> {
        if request.payload.len() > PAYLOAD_LIMIT {
            let message =
                format!("Request must be smaller than {PAYLOAD_LIMIT} bytes for the InvokeFunction operation");
            return Err(FunctionError::new(Failure::Request, "RequestTooLargeException", message));
        }
        // Lambda throttles at once at the concurrency limit. Here a request waits, since one machine has fewer
        // processes.
        let Ok(Ok(_place)) = timeout(self.launch().timeout, self.places.acquire()).await else {
            return Err(FunctionError::new(Failure::Throttled, "TooManyRequestsException", "Rate Exceeded."));
        };
        loop {
            let mut process = self.process(&request.segment).await?;
            match process.invoke(&request).await {
                Outcome::NotTaken => {}
                Outcome::Answered(result) => {
                    if let Some(tail) = request.log_tail.take() {
                        let _ = tail.send(process.log_tail().await);
                    }
                    // After any other failure the process is in an unknown state.
                    let reusable = matches!(&result, Ok(_) | Err(FunctionError { failure: Failure::Reported, .. }));
                    if reusable && !process.has_ended() && !process.is_outdated(&self.launch()) {
                        process.rest();
                        self.idle().push(Idle { process, since: Instant::now() });
                    }
                    return result;
                }
            }
        }
    }

    /// The most recently idle process, so that the others reach their idle limit; else a new one.
    async fn process(&self, segment: &str) -> Result<Process, FunctionError> {
        let launch = self.launch();
        loop {
            let Some(Idle { process, .. }) = self.idle().pop() else { break };
            if !process.has_ended() && !process.is_outdated(&launch) {
                return Ok(process);
            }
        }
        let present = self.present.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Process::start(launch, segment, &self.tasks, &present).await.map_err(|error| {
            let message = format!("the process cannot be started: {error}");
            FunctionError::new(Failure::Init, "Runtime.InvalidEntrypoint", message)
        })
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Idle>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Stops idle processes after their limit, except the last one used. Ends with the pool.
async fn retire(idle: Weak<Mutex<Vec<Idle>>>, after: Duration, stop: CancellationToken) {
    while timeout(LOOK, stop.cancelled()).await.is_err() {
        let Some(idle) = idle.upgrade() else { return };
        let mut idle = idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.retain(|idle| !idle.process.has_ended());
        let last = idle.len().saturating_sub(1);
        let mut index = 0;
        idle.retain(|idle| {
            index += 1;
            index > last || idle.since.elapsed() < after
        });
    }
    if let Some(idle) = idle.upgrade() {
        idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}
