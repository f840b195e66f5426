//! A process of a function: starts it, hands it invocations, and observes its end.

use std::io;
use std::process::ExitStatus;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use tokio::net::TcpListener;
use tokio::process::Child;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{Instant, sleep_until, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::api::{Init, Invocation, Session};
use super::launch::Launch;
use super::output::Output;
use crate::aws::interface::error::{Failure, FunctionError};
use crate::aws::interface::invoke::Request;
use crate::aws::interface::observe::ProcessState;

/// <https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html#runtimes-lifecycle-ib>
const INIT: Duration = Duration::from_secs(10);
/// How long the output may outlast the process.
const TRAIL: Duration = Duration::from_millis(250);
/// How long the last response may still arrive after the process has exited.
const ANSWER_TRAIL: Duration = Duration::from_millis(50);

/// The processes started so far.
static STARTED: AtomicU64 = AtomicU64::new(0);

/// A running process. Dropping it kills it.
pub(super) struct Process {
    launch: Arc<Launch>,
    work: mpsc::Sender<Invocation>,
    init: watch::Receiver<Init>,
    ended: watch::Receiver<Option<String>>,
    output: Output,
    /// When its executable was built.
    built: Option<SystemTime>,
    served: bool,
    /// Unique in this program.
    number: u64,
    _kill: tokio_util::sync::DropGuard,
}

/// Result of handing an invocation to a process.
pub(super) enum Outcome {
    Answered(Result<Bytes, FunctionError>),
    /// The process ended between two invocations: another process can take this one.
    NotTaken,
}

impl Process {
    /// Starts a process for the invocation with this segment.
    pub(super) async fn start(
        launch: Arc<Launch>,
        segment: &str,
        tasks: &TaskTracker,
        stop: &CancellationToken,
    ) -> io::Result<Self> {
        let number = STARTED.fetch_add(1, Ordering::Relaxed);
        launch.observer.init_began(segment);
        let built = launch.built();
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let mut child = launch.command(&listener.local_addr()?.to_string()).spawn()?;
        let (work, invocations) = mpsc::channel(1);
        let session = Session::new(launch.clone(), invocations);
        let init = session.init.subscribe();
        let (end, ended) = watch::channel(None);
        let kill = stop.child_token();

        let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
        launch.observer.process(&launch.key, number, ProcessState::Starting);
        let (output, [out, err]) = Output::new(segment);
        let forwarding = {
            let launch = launch.clone();
            tasks.spawn(async move {
                tokio::join!(out.forward(stdout, &launch), err.forward(stderr, &launch));
            })
        };
        let server = tasks.spawn(async move {
            // Runs until it is aborted.
            let _ = axum::serve(listener, session.router()).await;
        });
        let (killed, of) = (kill.clone(), launch.clone());
        tasks.spawn(async move {
            let how = watch_over(&mut child, &killed).await;
            // A grandchild process may keep the pipe open.
            let abort = forwarding.abort_handle();
            if timeout(TRAIL, forwarding).await.is_err() {
                abort.abort();
            }
            of.observer.process(&of.key, number, ProcessState::Ended);
            end.send_replace(Some(how));
            // The last response may still be in transit.
            let _ = timeout(ANSWER_TRAIL, killed.cancelled()).await;
            server.abort();
        });
        Ok(Self { launch, work, init, ended, output, built, served: false, number, _kill: kill.drop_guard() })
    }

    pub(super) fn has_ended(&self) -> bool {
        self.ended.borrow().is_some()
    }

    /// Whether `launch` is another version, or the executable was built again since.
    pub(super) fn is_outdated(&self, launch: &Arc<Launch>) -> bool {
        !Arc::ptr_eq(&self.launch, launch) || self.launch.built().is_some_and(|built| Some(built) != self.built)
    }

    /// Hands the process an invocation, and waits for its response.
    pub(super) async fn invoke(&mut self, request: &Request) -> Outcome {
        let id = request.id.clone();
        self.output.begin(&request.segment).await;
        let (taken, mut taken_by) = oneshot::channel();
        let (answer, mut answered) = oneshot::channel();
        let invocation = Invocation {
            id: id.clone(),
            payload: request.payload.clone(),
            trace: request.trace.invocation(&request.segment, self.launch.sampled),
            qualifier: request.qualifier.clone(),
            client_context: request.client_context.clone(),
            taken,
            answer,
        };
        if self.work.send(invocation).await.is_err() {
            return self.not_taken(&id).await;
        }
        let patience = if self.served { self.launch.timeout } else { INIT.max(self.launch.timeout) };
        let taken = tokio::select! {
            biased;
            Ok(at) = &mut taken_by => at,
            error = failed(&mut self.init) => return Outcome::Answered(Err(error)),
            _how = ended(&mut self.ended) => return self.not_taken(&id).await,
            () = tokio::time::sleep(patience) => {
                let error = if self.served {
                    let message = format!("RequestId: {id} Error: the runtime did not ask for this invocation within {:.2} seconds", patience.as_secs_f64());
                    FunctionError::new(Failure::TimedOut, "Sandbox.Timedout", message)
                } else {
                    let message = format!("RequestId: {id} Error: Init did not finish within {:.2} seconds", patience.as_secs_f64());
                    FunctionError::new(Failure::Init, "Sandbox.Timedout", message)
                };
                return Outcome::Answered(Err(error));
            }
        };
        self.served = true;
        self.launch.observer.taken(&request.segment, taken);
        self.launch.observer.process(&self.launch.key, self.number, ProcessState::Busy);
        let deadline = Instant::now() + self.launch.timeout;
        let result = tokio::select! {
            biased;
            answer = &mut answered => match answer {
                Ok(result) => result,
                // The API was aborted after the process ended.
                Err(_) => Err(FunctionError::exited(Failure::Exited, &id, &ended(&mut self.ended).await)),
            },
            how = ended(&mut self.ended) => match timeout(ANSWER_TRAIL, answered).await {
                Ok(Ok(result)) => result,
                _ => Err(FunctionError::exited(Failure::Exited, &id, &how)),
            },
            () = sleep_until(deadline) => Err(FunctionError::timed_out(&id, self.launch.timeout)),
        };
        Outcome::Answered(result)
    }

    /// Reports that it waits for an invocation.
    pub(super) fn rest(&self) {
        self.launch.observer.process(&self.launch.key, self.number, ProcessState::Idle);
    }

    pub(super) async fn log_tail(&self) -> Vec<u8> {
        self.output.tail().await
    }

    async fn not_taken(&mut self, id: &str) -> Outcome {
        if self.served {
            return Outcome::NotTaken;
        }
        let how = ended(&mut self.ended).await;
        // A reported initialization error is more specific than the exit after it.
        let reported = match &*self.init.borrow() {
            Init::Failed(error) => Some(error.clone()),
            _ => None,
        };
        Outcome::Answered(Err(reported.unwrap_or_else(|| FunctionError::exited(Failure::Init, id, &how))))
    }
}

/// Waits for the process to end, and kills it when cancelled. Returns how it ended.
async fn watch_over(child: &mut Child, kill: &CancellationToken) -> String {
    tokio::select! {
        status = child.wait() => match status {
            Ok(status) => describe(status),
            Err(error) => format!("the process cannot be waited for: {error}"),
        },
        () = kill.cancelled() => {
            let _ = child.kill().await;
            "the process was stopped".to_owned()
        }
    }
}

fn describe(status: ExitStatus) -> String {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return format!("Runtime exited with error: signal: {signal}");
    }
    match status.code() {
        Some(0) => "Runtime exited without providing a reason".to_owned(),
        Some(code) => format!("Runtime exited with error: exit status {code}"),
        None => "Runtime exited".to_owned(),
    }
}

async fn failed(init: &mut watch::Receiver<Init>) -> FunctionError {
    let error = match init.wait_for(|init| matches!(init, Init::Failed(_))).await.as_deref() {
        Ok(Init::Failed(error)) => Some(error.clone()),
        _ => None,
    };
    match error {
        Some(error) => error,
        // The API was dropped with the process: `ended` reports how.
        None => std::future::pending().await,
    }
}

async fn ended(ended: &mut watch::Receiver<Option<String>>) -> String {
    match ended.wait_for(Option::is_some).await.as_deref() {
        Ok(Some(how)) => how.clone(),
        _ => "the process was stopped".to_owned(),
    }
}
