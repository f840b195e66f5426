//! Bare function: the cost of `lambda_runtime` alone.

use lambda_runtime::{LambdaEvent, service_fn};
use serde_json::{Value, json};

async fn hello(_event: LambdaEvent<Value>) -> Result<Value, std::convert::Infallible> {
    Ok(json!({ "statusCode": 200, "body": "hello" }))
}

fn main() -> Result<(), lambda_runtime::Error> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(lambda_runtime::run(service_fn(hello)))
}
