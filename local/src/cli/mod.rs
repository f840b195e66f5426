//! The command line.

mod hints;
mod openapi;
mod screen;
mod token;

use std::ffi::OsString;
use std::fmt::Display;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, Subcommand};

use crate::base::listen::Host;
use crate::base::options::{Binaries, Data, Log, Options};
use crate::service::Service;

/// A shorter interval would leave functions no time between runs.
const MOST_OFTEN: Duration = Duration::from_millis(100);

/// A `help` attribute: as a doc comment, clippy would want addresses in backticks.
const HOST: &str = "Where the API, the database, SQS and EventBridge listen: an address of this machine (0.0.0.0 and :: are all \
                    of them), or localhost, which is 127.0.0.1 and ::1";

/// Run the service of a serverless.yml on this machine: API, functions, database, streams, schedules, event bus and
/// queues
#[derive(Debug, Parser)]
#[command(name = "cargo local", bin_name = "cargo local", version, args_conflicts_with_subcommands = true)]
#[expect(clippy::struct_excessive_bools, reason = "a flag each")]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,

    #[arg(long, value_name = "ADDRESS", default_value_t = Host::Localhost, help = HOST)]
    host: Host,

    /// Port of the HTTP API
    #[arg(long, default_value_t = 3000)]
    port: u16,

    /// Port of the database, for the AWS CLI and any SDK
    #[arg(long, default_value_t = 8000, conflicts_with = "dynamodb_endpoint")]
    dynamodb_port: u16,

    /// Use another DynamoDB-compatible server instead
    #[arg(long, value_name = "URL")]
    dynamodb_endpoint: Option<String>,

    /// Keep nothing: tables, stream positions and messages are gone when this stops
    #[arg(long)]
    ephemeral: bool,

    /// Run every schedule this often instead of as the template says
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    schedules_every: Option<Duration>,

    /// Build the functions with optimizations
    #[arg(long)]
    release: bool,

    /// Serve what is there at the start: do not build and serve edits
    #[arg(long)]
    no_watch: bool,

    /// The stage, as for `serverless deploy --stage`
    #[arg(long)]
    stage: Option<String>,

    /// A parameter of the template, as for `serverless deploy --param`; may be given more than once
    #[arg(long = "param", value_name = "NAME=VALUE", value_parser = parameter)]
    params: Vec<(String, String)>,

    /// Check tokens on the routes that have an authorizer; a local issuer makes them (see `cargo local token`)
    #[arg(long)]
    auth: bool,

    /// The service to run
    #[arg(long, value_name = "FILE", default_value = "serverless.yml")]
    template: PathBuf,

    /// Print every line as a JSON object
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    Token(token::Arguments),
    Openapi(openapi::Arguments),
}

/// Parses `name=value`. The value may be empty, and may contain `=`.
fn parameter(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("write it as name=value".to_owned()),
    }
}

/// Parses a number of seconds, with fractions.
fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    seconds.filter(|seconds| *seconds >= MOST_OFTEN).ok_or_else(|| "write a number of seconds, as 5 or 0.5".to_owned())
}

impl From<Arguments> for Options {
    fn from(arguments: Arguments) -> Self {
        let beside = arguments.template.parent().map(|parent| parent.join(".local")).unwrap_or_default();
        Self {
            endpoints: Some(beside.join("endpoints.json")),
            params: arguments.params.into_iter().collect(),
            auth: arguments.auth,
            data: if arguments.ephemeral { Data::Memory } else { Data::Directory(beside) },
            template: arguments.template,
            binaries: Binaries::Cargo { release: arguments.release },
            stage: arguments.stage,
            host: arguments.host,
            port: arguments.port,
            dynamodb_port: arguments.dynamodb_port,
            dynamodb_endpoint: arguments.dynamodb_endpoint,
            schedule_every: arguments.schedules_every,
            watch: !arguments.no_watch,
            log: Log::Terminal { json: arguments.json },
            ..Self::default()
        }
    }
}

/// Runs the command line to its end.
pub async fn run() -> ExitCode {
    let arguments = match Arguments::try_parse_from(command_line(std::env::args_os())) {
        Ok(arguments) => arguments,
        // `--help` and `--version` are errors for clap, with exit code 0.
        Err(error) => {
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    if let Some(command) = arguments.command {
        let done = match command {
            Command::Token(request) => token::fetch(request).await,
            Command::Openapi(request) => openapi::write(request).await,
        };
        return match done {
            Ok(answer) => print(&answer),
            Err(reason) => refuse(&reason),
        };
    }
    let json = arguments.json;
    let keeps = !arguments.ephemeral && arguments.dynamodb_endpoint.is_none();
    // From the beginning to the end, so that no signal comes while nobody waits for it.
    let mut stop = std::pin::pin!(asked_to_stop());
    let service = tokio::select! {
        started = Service::start(arguments.into()) => match started {
            Ok(service) => service,
            Err(error) => return refuse(&error),
        },
        () = &mut stop => return ExitCode::from(130),
    };
    let shown = async {
        show(&service.screen().await, json);
        std::future::pending::<()>().await;
    };
    tokio::select! {
        () = shown => {}
        () = &mut stop => {}
    }
    show(if keeps { "\nstopping; the data is kept" } else { "\nstopping" }, json);
    // A second signal stops without waiting.
    tokio::select! {
        () = service.stop() => ExitCode::SUCCESS,
        () = asked_to_stop() => ExitCode::from(130),
    }
}

/// The command line without the subcommand's own name, which Cargo passes as the first argument:
/// <https://doc.rust-lang.org/cargo/reference/external-tools.html#custom-subcommands>.
fn command_line(arguments: impl IntoIterator<Item = OsString>) -> impl Iterator<Item = OsString> {
    arguments.into_iter().enumerate().filter(|(index, argument)| *index != 1 || argument != "local").map(|(_, it)| it)
}

fn refuse(error: &impl Display) -> ExitCode {
    let _ = writeln!(std::io::stderr().lock(), "error: {error}");
    ExitCode::FAILURE
}

/// Prints a result for a program. An incomplete one is a failure.
fn print(answer: &str) -> ExitCode {
    match writeln!(std::io::stdout().lock(), "{answer}") {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

/// Prints for a person. With `--json` that is the standard error, since lines are for a program then.
fn show(text: &str, json: bool) {
    let _ =
        if json { writeln!(std::io::stderr().lock(), "{text}") } else { writeln!(std::io::stdout().lock(), "{text}") };
}

/// Waits for Ctrl-C or SIGTERM.
async fn asked_to_stop() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}

#[cfg(test)]
mod tests;
