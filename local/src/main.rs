//! The command `cargo local`. The library implements it, so that tests can call it.

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    local::run().await
}
