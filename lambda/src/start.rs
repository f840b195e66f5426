//! Start of a function: initializes logging and metrics, builds the environment and runs the Lambda runtime.

use std::process::ExitCode;

use lambda_http::tracing;

use super::metrics::Metrics;
use super::{Contract, Environment, Package, logs};

/// Builds the environment and runs `serve` until Lambda ends the process.
///
/// Outside Lambda, a debug build prints the function's contract as JSON. A release build contains no contract and
/// prints how to run it.
pub(super) fn start<E, D, S, Fut>(package: &Package, function: &'static str, describe: D, serve: S) -> ExitCode
where
    E: Environment,
    D: FnOnce(&mut Contract),
    S: FnOnce(&'static E, Option<Metrics>) -> Fut,
    Fut: Future<Output = Result<(), lambda_http::Error>>,
{
    if std::env::var_os("AWS_LAMBDA_RUNTIME_API").is_none() {
        return outside_lambda(package, function, describe);
    }
    logs::start(package, function);
    package.identify();
    let metrics = Metrics::start(package, function);
    // A Lambda process handles one request at a time. A second thread would only add context switches.
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&format!("no async runtime: {error}")),
    };
    runtime.block_on(async {
        let environment: E = match E::build().await {
            Ok(environment) => environment,
            Err(error) => return failed(&error.to_string()),
        };
        // Leaked, because every invocation borrows it until the process ends: that makes the reference `'static`.
        match serve(Box::leak(Box::new(environment)), metrics).await {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => failed(&format!("the Lambda runtime ended: {error}")),
        }
    })
}

fn failed(message: &str) -> ExitCode {
    tracing::error!("{message}");
    ExitCode::FAILURE
}

#[cfg(debug_assertions)]
fn outside_lambda<D: FnOnce(&mut Contract)>(package: &Package, function: &'static str, describe: D) -> ExitCode {
    use std::io::Write;

    let mut contract = Contract::new(package, function);
    contract.variables(&[super::service::NAME, super::metrics::STAGE, super::metrics::NAMESPACE]);
    describe(&mut contract);
    let contract = match contract.into_json() {
        Ok(contract) => contract,
        Err(reason) => {
            eprintln!("{function}: {reason}");
            return ExitCode::FAILURE;
        }
    };
    match writeln!(std::io::stdout(), "{contract:#}") {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

#[cfg(not(debug_assertions))]
fn outside_lambda<D: FnOnce(&mut Contract)>(_: &Package, function: &'static str, _describe: D) -> ExitCode {
    eprintln!(
        "{function} runs in AWS Lambda, which sets AWS_LAMBDA_RUNTIME_API. On your own machine, run `cargo local`."
    );
    ExitCode::FAILURE
}
