//! The command line: options in, a running service, one sentence and an exit code out.

use std::{io::Write, path::PathBuf, process::ExitCode};

use clap::Parser;

use crate::{Binaries, Data, Log, Options, Service, StartError};

/// Run the service of a serverless.yml on this machine: API, functions, database, streams, schedules and event bus.
#[derive(Debug, Parser)]
#[command(name = "cargo local", bin_name = "cargo local", version)]
struct Arguments {
    /// Port of the HTTP API
    #[arg(long, default_value_t = 3000)]
    port: u16,

    /// Port of the database, for the AWS CLI and any SDK
    #[arg(long, default_value_t = 8000, conflicts_with = "dynamodb_endpoint")]
    dynamodb_port: u16,

    /// Use another DynamoDB-compatible server instead
    #[arg(long, value_name = "URL")]
    dynamodb_endpoint: Option<String>,

    /// Keep nothing: tables and stream positions are gone when this stops
    #[arg(long)]
    ephemeral: bool,

    /// Build the functions with optimizations
    #[arg(long)]
    release: bool,

    /// The stage, as for `serverless deploy --stage`
    #[arg(long)]
    stage: Option<String>,

    /// The service to run
    #[arg(long, value_name = "FILE", default_value = "serverless.yml")]
    template: PathBuf,

    /// Print every line as a JSON object
    #[arg(long)]
    json: bool,
}

impl From<Arguments> for Options {
    fn from(arguments: Arguments) -> Self {
        let beside = arguments.template.parent().map(|parent| parent.join(".local")).unwrap_or_default();
        Self {
            data: if arguments.ephemeral { Data::Memory } else { Data::Directory(beside) },
            template: arguments.template,
            binaries: Binaries::Cargo { release: arguments.release },
            stage: arguments.stage,
            port: arguments.port,
            dynamodb_port: arguments.dynamodb_port,
            dynamodb_endpoint: arguments.dynamodb_endpoint,
            log: Log::Terminal { json: arguments.json },
            ..Self::default()
        }
    }
}

/// Runs the command to its end.
pub async fn run() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        // Clap knows that asking for help is no mistake.
        Err(error) => {
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    let json = arguments.json;
    let keeps = !arguments.ephemeral && arguments.dynamodb_endpoint.is_none();
    let service = tokio::select! {
        started = Service::start(arguments.into()) => match started {
            Ok(service) => service,
            Err(error) => return refuse(&error),
        },
        () = asked_to_stop() => return ExitCode::from(130),
    };
    show(&service.screen().to_string(), json);
    asked_to_stop().await;
    show(if keeps { "\nstopping; the data is kept" } else { "\nstopping" }, json);
    // Who asks twice means it: dropping the service kills what is left.
    tokio::select! {
        () = service.stop() => ExitCode::SUCCESS,
        () = asked_to_stop() => ExitCode::from(130),
    }
}

fn refuse(error: &StartError) -> ExitCode {
    let _ = writeln!(std::io::stderr().lock(), "error: {error}");
    ExitCode::FAILURE
}

/// For a person: where lines are for a program, beside them.
fn show(text: &str, json: bool) {
    let _ =
        if json { writeln!(std::io::stderr().lock(), "{text}") } else { writeln!(std::io::stdout().lock(), "{text}") };
}

/// Ctrl-C, or SIGTERM from whatever supervises us.
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
mod tests {
    use super::*;

    fn options(arguments: &[&str]) -> Options {
        Arguments::try_parse_from([&["local"], arguments].concat()).unwrap().into()
    }

    #[test]
    fn the_defaults_keep_the_data_beside_the_template() {
        let default = options(&[]);
        assert_eq!((default.port, default.dynamodb_port), (3000, 8000));
        assert_eq!(default.data, Data::Directory(".local".into()));
        assert_eq!(options(&["--template", "a/b.yml"]).data, Data::Directory("a/.local".into()));
        assert_eq!(options(&["--ephemeral"]).data, Data::Memory);
    }

    #[test]
    fn an_unknown_option_is_a_usage_error() {
        let error = Arguments::try_parse_from(["local", "--prot", "1"]).unwrap_err();
        assert_eq!(error.exit_code(), 2);
        assert!(error.to_string().contains("--port"), "{error}");
    }
}
