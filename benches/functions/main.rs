//! `cargo bench --package benches`: measures the functions as they are deployed.
//!
//! Each runs with the real Runtime API and a fake DynamoDB that answers at once. Ends with an error if a count, a size
//! or a memory peak exceeds its target. A duration never causes an error.

#![expect(clippy::print_stdout, reason = "it prints a table")]

mod cargo;
mod dynamodb;
mod engine;
mod measure;
mod process;
mod rows;
mod runtime;
mod sweeps;
mod table;

use std::error::Error;
use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use bytes::Bytes;

use cargo::{Executables, workspace};
use dynamodb::DynamoDb;
use measure::Subject;
use process::Program;

/// The programs to measure, already built, and the fake DynamoDB.
struct Bench {
    functions: Executables,
    hello: Subject,
    peer: Option<Program>,
    dynamodb: DynamoDb,
    /// Folder for profiles and traces.
    scratch: PathBuf,
}

impl Bench {
    /// A function with its event from `tests/events/`.
    fn subject(&self, function: &str) -> Result<Subject, Box<dyn Error>> {
        let executable = self.functions.get(function).ok_or_else(|| format!("there is no function {function}"))?;
        Ok(Subject { program: self.with_aws(Program::new(function, executable)), event: event(function)? })
    }

    /// The names of the functions that use DynamoDB: all except `health` and `deliver_webhooks`.
    fn with_dynamodb(&self) -> impl Iterator<Item = &str> {
        let others = ["deliver_webhooks", "health", "hello", "marking"];
        self.functions.keys().map(String::as_str).filter(move |function| !others.contains(function))
    }

    /// The peer, if it is installed.
    fn peer(&self, function: &str) -> Result<Option<Subject>, Box<dyn Error>> {
        let Some(program) = self.peer.clone() else { return Ok(None) };
        Ok(Some(Subject { program: self.with_aws(program), event: event(function)? }))
    }

    /// Adds the variables of `serverless.yml` and DynamoDB's address.
    fn with_aws(&self, program: Program) -> Program {
        program
            .with("STAGE", "dev")
            .with("METRICS_NAMESPACE", "BookingAPI")
            .with("TABLE_NAME", "bookings-dev")
            .with("TIMER_SHARDS", "4")
            .with("RESOURCES", "any")
            .with("EVENT_BUS_NAME", "bookings-dev")
            .with("DEAD_LETTER_QUEUE", "bookings-dev-dead-letters")
            .with("GLIBC_TUNABLES", "glibc.malloc.tcache_count=96")
            .with("RES_OPTIONS", "timeout:1 attempts:2")
            .with("AWS_ENDPOINT_URL_DYNAMODB", &self.dynamodb.url)
            .with("AWS_CA_BUNDLE", &self.dynamodb.bundle)
    }
}

/// The event for a function.
fn event(function: &str) -> Result<Bytes, Box<dyn Error>> {
    let file = workspace().join(format!("tests/events/{function}.json"));
    Ok(fs::read(&file).map_err(|error| format!("{}: {error}", file.display()))?.into())
}

/// The peer, if `benches/peer/requirements.txt` is installed into `target/peer`.
fn peer() -> Option<Program> {
    let python = workspace().join("target/peer/bin/python");
    let needs = "import awslambdaric, aws_lambda_powertools, boto3, fastapi, mangum";
    let installed = std::process::Command::new(&python).args(["-c", needs]).output().ok()?.status.success();
    let mut program = Program::new("app.handler", &python);
    program.command.extend(["-m", "awslambdaric", "app.handler"].map(Into::into));
    program.directory = workspace().join("benches/peer");
    installed.then_some(program)
}

async fn run() -> Result<bool, Box<dyn Error>> {
    // Cargo adds `--bench`.
    let directory = std::env::args_os().skip(1).find(|argument| argument != "--bench");
    let (functions, built) = match directory {
        Some(directory) => (cargo::built(directory.as_ref())?, None),
        None => cargo::build()?,
    };
    let hello = Program::new("hello", functions.get("hello").ok_or("there is no hello")?);
    let scratch = workspace().join("target/bench");
    fs::create_dir_all(&scratch)?;
    let dynamodb = DynamoDb::start(&scratch).await?;
    let hello = Subject { program: hello, event: event("health")? };
    let bench = Bench { functions, hello, peer: peer(), dynamodb, scratch };

    if bench.peer.is_none() {
        println!("The peer is not installed, so its column is empty; see benches/README.md.");
    }
    let mut rows = rows::instructions(&bench).await?;
    rows.extend(rows::memory(&bench).await?);
    rows.extend(rows::packages(&bench)?);
    rows.extend(rows::round_trips(&bench).await?);
    rows.extend(rows::dependencies(&bench).await?);
    rows.extend(engine::rows(&bench).await?);
    rows.extend(sweeps::rows(&bench).await?);
    rows.extend(rows::times(&bench).await?);
    rows.extend(built.map(rows::build));
    println!();
    Ok(table::print(&rows))
}

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => {
            eprintln!("over its target: see above");
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
