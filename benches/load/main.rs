//! `cargo bench --package benches --features load --bench load`: measures the whole service under load, and how its
//! durations grow with the number of bookings. The service is that of `cargo local --release`, on free ports of this
//! machine; no other service receives requests.

#![expect(clippy::print_stdout, reason = "it prints tables")]

mod client;
mod growth;
mod mix;
mod seed;

use std::collections::BTreeMap;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use local::{Binaries, Options, Service};

type Failure = Box<dyn Error + Send + Sync>;

fn workspace() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// Builds the functions for release, or takes those in the folder of the first argument.
fn functions() -> Result<BTreeMap<String, PathBuf>, Failure> {
    // Cargo adds `--bench`.
    if let Some(directory) = std::env::args_os().skip(1).find(|argument| argument != "--bench") {
        let entries = std::fs::read_dir(directory)?.collect::<Result<Vec<_>, _>>()?;
        return Ok(entries.iter().map(|e| (e.file_name().to_string_lossy().into_owned(), e.path())).collect());
    }
    let output = Command::new(env!("CARGO"))
        .args(["build", "--release", "--bins", "--package", "handlers", "--message-format=json-render-diagnostics"])
        .current_dir(workspace())
        .stderr(Stdio::inherit())
        .output()?;
    if !output.status.success() {
        return Err("the functions do not compile".into());
    }
    let mut executables = BTreeMap::new();
    for line in String::from_utf8(output.stdout)?.lines() {
        let message: serde_json::Value = serde_json::from_str(line)?;
        if let (Some(name), Some(executable)) = (message["target"]["name"].as_str(), message["executable"].as_str()) {
            executables.insert(name.to_owned(), PathBuf::from(executable));
        }
    }
    Ok(executables)
}

/// The same functions, with the peer in place of those that the mix calls.
fn with_peer(functions: &BTreeMap<String, PathBuf>) -> Option<BTreeMap<String, PathBuf>> {
    if !workspace().join("target/peer/bin/python").exists() {
        return None;
    }
    let mut functions = functions.clone();
    for name in ["health", "create_booking", "get_booking", "list_user_bookings", "list_busy_times"] {
        functions.insert(name.to_owned(), workspace().join("benches/peer/bootstrap"));
    }
    Some(functions)
}

async fn start(functions: BTreeMap<String, PathBuf>) -> Result<Service, Failure> {
    let options = Options {
        template: workspace().join("serverless.yml"),
        binaries: Binaries::Built(functions),
        // More processes would only compete for processors, and each of the peer's takes seconds to start.
        max_processes: 2,
        ..Options::default()
    };
    Service::start(options).await.map_err(|error| error.to_string().into())
}

async fn run() -> Result<bool, Failure> {
    let functions = functions()?;
    let service = start(functions.clone()).await?;
    let ours = mix::run(&service).await?;
    service.stop().await;
    println!("\nUnder load: {} clients for {} s\n", mix::CLIENTS, mix::LASTS.as_secs());
    println!("{}", mix::HEADER);
    println!("{}", ours.row("this service"));
    match with_peer(&functions) {
        None => println!("\nThe peer is not installed, so it is left out; see benches/README.md."),
        Some(functions) => {
            let service = start(functions).await?;
            let peer = mix::run(&service).await?;
            service.stop().await;
            println!("{}", peer.row("the peer"));
            println!("\n{:.1} times the peer's throughput", ours.throughput() / peer.throughput());
        }
    }

    println!("\nWith so many bookings of one user and one resource in the table, median of a request alone\n");
    println!("{}", growth::HEADER);
    for bookings in [10, 1_000, 100_000] {
        let service = start(functions.clone()).await?;
        println!("{}", growth::run(&service, bookings).await?);
        service.stop().await;
    }
    Ok(ours.wrong.is_empty())
}

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => {
            eprintln!("there were wrong answers: see above");
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
