//! Start of a function: initializes logging and metrics, builds the environment and runs the Lambda runtime.

use std::pin::Pin;
use std::process::ExitCode;

use super::metrics::Metrics;
use super::{Contract, Environment, InitError, Package, logs};

/// A function's handler while its environment is built.
///
/// Boxed as is each invocation of the handler: what is behind the box is the function's own, and all that runs it is
/// compiled once, in this crate, not again in each function.
pub(super) type Building<T> = Pin<Box<dyn Future<Output = Result<T, InitError>>>>;

/// Whether Lambda, or what stands for it, started this process.
pub(super) fn in_lambda() -> bool {
    std::env::var_os("AWS_LAMBDA_RUNTIME_API").is_some()
}

/// Builds the environment, which every invocation borrows until the process ends.
pub(super) async fn environment<E: Environment>() -> Result<&'static E, InitError> {
    Ok(Box::leak(Box::new(E::build().await?)))
}

/// Builds the handler and runs `serve` with it until Lambda ends the process.
pub(super) fn start<T, S, Fut>(package: &Package, function: &'static str, handler: Building<T>, serve: S) -> ExitCode
where
    S: FnOnce(T, Option<Metrics>) -> Fut,
    Fut: Future<Output = Result<(), lambda_http::Error>>,
{
    logs::start(package, function);
    package.identify();
    let metrics = Metrics::start(package, function);
    // A Lambda process handles one request at a time. A second thread would only add context switches.
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&format!("no async runtime: {error}")),
    };
    runtime.block_on(async {
        let handler = match handler.await {
            Ok(handler) => handler,
            Err(error) => return failed(&error.to_string()),
        };
        match serve(handler, metrics).await {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => failed(&format!("the Lambda runtime ended: {error}")),
        }
    })
}

fn failed(message: &str) -> ExitCode {
    tracing::error!("{message}");
    ExitCode::FAILURE
}

/// Prints the function's contract as JSON.
#[cfg(debug_assertions)]
pub(super) fn outside_lambda(
    package: &Package,
    function: &'static str,
    describe: impl FnOnce(&mut Contract),
) -> ExitCode {
    let mut contract = Contract::new(package, function);
    contract.variables(&[super::service::NAME, super::metrics::STAGE, super::metrics::NAMESPACE]);
    describe(&mut contract);
    print(function, contract)
}

#[cfg(debug_assertions)]
fn print(function: &str, contract: Contract) -> ExitCode {
    use std::io::Write;

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

/// Prints how to run the function: a release build contains no contract.
#[cfg(not(debug_assertions))]
pub(super) fn outside_lambda(_: &Package, function: &'static str, _describe: impl FnOnce(&mut Contract)) -> ExitCode {
    eprintln!(
        "{function} runs in AWS Lambda, which sets AWS_LAMBDA_RUNTIME_API. On your own machine, run `cargo local`."
    );
    ExitCode::FAILURE
}
