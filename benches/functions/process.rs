//! A process of a function, and its resource usage as reported by the kernel.

use std::error::Error;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use bytes::Bytes;
use serde_json::Value;
use tokio::process::{Child, Command};
use tokio::time::{sleep, timeout};

use crate::cargo::ticks;
use crate::runtime::RuntimeApi;

/// Time limit of each wait. Under valgrind, everything takes fifty times as long.
const DEADLINE: Duration = Duration::from_mins(2);

/// A program with its environment, as Lambda would start it.
#[derive(Debug, Clone)]
pub(crate) struct Program {
    /// The value of `_HANDLER`.
    pub(crate) name: String,
    pub(crate) command: Vec<OsString>,
    pub(crate) directory: PathBuf,
    pub(crate) environment: Vec<(String, OsString)>,
}

impl Program {
    /// A binary without further variables.
    pub(crate) fn new(name: &str, executable: &Path) -> Self {
        let command = vec![executable.as_os_str().to_owned()];
        Self { name: name.to_owned(), command, directory: PathBuf::from("/"), environment: Vec::new() }
    }

    /// Runs it under a tool such as valgrind.
    pub(crate) fn under(mut self, tool: impl IntoIterator<Item = OsString>) -> Self {
        self.command = tool.into_iter().chain(self.command).collect();
        self
    }

    /// Adds a variable.
    pub(crate) fn with(mut self, name: &str, value: impl Into<OsString>) -> Self {
        self.environment.retain(|(known, _)| known != name);
        self.environment.push((name.to_owned(), value.into()));
        self
    }
}

/// A running program.
pub(crate) struct Process {
    child: Child,
    api: RuntimeApi,
    name: String,
    started: Instant,
    events: usize,
}

impl Process {
    /// Starts the program as Lambda would, and waits until it requests its first event.
    pub(crate) async fn start(program: &Program) -> Result<Self, Box<dyn Error>> {
        let api = RuntimeApi::start().await?;
        let mut command = Command::new(&program.command[0]);
        command.args(&program.command[1..]).current_dir(&program.directory).env_clear().kill_on_drop(true);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        command.env("AWS_LAMBDA_RUNTIME_API", &api.address).env("_HANDLER", &program.name);
        for (name, value) in [
            ("AWS_LAMBDA_FUNCTION_NAME", "bench"),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"),
            ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
            ("AWS_LAMBDA_LOG_FORMAT", "JSON"),
            ("AWS_LAMBDA_LOG_LEVEL", "INFO"),
            ("AWS_REGION", "eu-central-1"),
            ("AWS_DEFAULT_REGION", "eu-central-1"),
            ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"),
            ("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
            ("AWS_SESSION_TOKEN", "IQoJb3JpZ2luX2VjEXAMPLETOKEN"),
            ("PATH", "/usr/bin:/bin"),
        ] {
            command.env(name, value);
        }
        command.envs(program.environment.iter().map(|(name, value)| (name, value)));
        let started = Instant::now();
        let child = command.spawn().map_err(|error| format!("{} cannot be run: {error}", program.name))?;
        let mut process = Self { child, api, name: program.name.clone(), started, events: 0 };
        process.asks().await?;
        Ok(process)
    }

    /// Time since the start of the process.
    pub(crate) fn age(&self) -> Duration {
        self.started.elapsed()
    }

    /// Sends an event, and waits for its response and for the request for the next event. Returns the time until the
    /// response.
    pub(crate) async fn invoke(&mut self, event: &Bytes) -> Result<Duration, Box<dyn Error>> {
        self.events += 1;
        let sent = Instant::now();
        self.api.events.send(event.clone())?;
        let answer = timeout(DEADLINE, self.api.answers.recv()).await;
        let took = sent.elapsed();
        let answer = answer.map_err(|_| format!("{} does not answer", self.name))?.ok_or("the Runtime API ended")?;
        let failed = |body: &Bytes| format!("{} failed: {}", self.name, String::from_utf8_lossy(body));
        let body = answer.map_err(|body| failed(&body))?;
        // A schedule's answer is null.
        let answer = serde_json::from_slice::<Value>(&body)?;
        let status = answer.get("statusCode").and_then(Value::as_u64);
        if !answer.is_null() && !status.is_some_and(|status| (200..300).contains(&status)) {
            return Err(failed(&body).into());
        }
        self.asks().await?;
        Ok(took)
    }

    /// Waits until the process requests an event and is idle.
    async fn asks(&mut self) -> Result<(), Box<dyn Error>> {
        let wanted = self.events + 1;
        let asked = timeout(DEADLINE, self.api.asked.wait_for(|asked| *asked >= wanted));
        let problem = tokio::select! {
            asked = asked => if asked.is_ok() { None } else { Some("does not ask for an event".to_owned()) },
            status = self.child.wait() => Some(format!("ended: {}", status?)),
        };
        match problem {
            None => Ok(()),
            Some(problem) => {
                let complaints = self.complaints().await;
                Err(format!("{} {problem}\n{complaints}", self.name).into())
            }
        }
    }

    async fn complaints(&mut self) -> String {
        use tokio::io::AsyncReadExt;
        let mut text = String::new();
        if let Some(mut stderr) = self.child.stderr.take() {
            let _ = timeout(Duration::from_millis(200), stderr.read_to_string(&mut text)).await;
        }
        text
    }

    fn directory(&self) -> PathBuf {
        PathBuf::from(format!("/proc/{}", self.child.id().unwrap_or_default()))
    }

    /// Processor time of the process.
    pub(crate) fn processor_time(&self) -> Result<Duration, Box<dyn Error>> {
        let mut nanoseconds = 0;
        for thread in fs::read_dir(self.directory().join("task"))? {
            let Ok(text) = fs::read_to_string(thread?.path().join("schedstat")) else { continue };
            nanoseconds += text.split(' ').next().unwrap_or_default().parse::<u64>()?;
        }
        // `schedstat` is exact but lacks threads that have ended; `stat` has them but counts in ticks.
        let stat = fs::read_to_string(self.directory().join("stat"))?;
        Ok(Duration::from_nanos(nanoseconds).max(ticks(&stat, 11..13)?))
    }

    /// Peak of resident memory, in bytes.
    pub(crate) fn peak_memory(&self) -> Result<u64, Box<dyn Error>> {
        let status = fs::read_to_string(self.directory().join("status"))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("the kernel keeps no VmHWM")?;
        Ok(line.trim().trim_end_matches(" kB").parse::<u64>()? * 1024)
    }

    /// Waits until the process is idle.
    pub(crate) async fn rests(&self) -> Result<(), Box<dyn Error>> {
        let mut before = None;
        loop {
            let stat = fs::read_to_string(self.directory().join("stat"))?;
            let sleeps = stat.rsplit(") ").next().is_some_and(|fields| fields.starts_with('S'));
            let now = Some(self.processor_time()?);
            if sleeps && now == before {
                return Ok(());
            }
            before = now;
            sleep(Duration::from_millis(5)).await;
        }
    }

    /// Ends the process with a signal, so that a tool around it can write its results.
    pub(crate) async fn end(mut self) -> Result<(), Box<dyn Error>> {
        self.rests().await?;
        let id = self.child.id().ok_or("the process has ended")?;
        // strace has the program as its child; valgrind runs it in its own process.
        let children = fs::read_to_string(self.directory().join(format!("task/{id}/children")))?;
        let id = children.split_whitespace().next().map_or_else(|| id.to_string(), str::to_owned);
        Command::new("sh").args(["-c", &format!("kill -TERM {id}")]).status().await?;
        timeout(DEADLINE, self.child.wait()).await.map_err(|_| format!("{} does not end", self.name))??;
        Ok(())
    }
}
