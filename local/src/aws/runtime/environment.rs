//! The environment variables of a function's process.
//!
//! The names are Lambda's:
//! <https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime>.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::Path;

use chrono::Utc;
use uuid::Uuid;

use crate::project::template::Function;

/// Variables of this machine that a process inherits: those needed to find programs and files, and no credentials.
const KEPT: [&str; 6] = ["PATH", "HOME", "LANG", "RUST_BACKTRACE", "TMPDIR", "SYSTEMROOT"];

/// Settings that all functions share.
#[derive(Debug, Clone)]
pub(crate) struct Surroundings {
    pub region: String,
    pub dynamodb: String,
    pub eventbridge: String,
    pub sqs: String,
    pub lambda: String,
    /// The X-Ray daemon, where it runs.
    pub xray: Option<String>,
    /// Variables from the caller, which override the template's.
    pub extra: BTreeMap<String, String>,
}

/// The variables that all processes of a function share.
pub(super) fn common(
    function: &Function,
    executable: &Path,
    surroundings: &Surroundings,
) -> BTreeMap<String, OsString> {
    let mut all: BTreeMap<String, OsString> =
        KEPT.into_iter().filter_map(|name| Some((name.to_owned(), std::env::var_os(name)?))).collect();
    let task_root = executable.parent().map_or_else(OsString::new, |parent| parent.as_os_str().to_owned());
    let mut set = |name: &str, value: OsString| all.insert(name.to_owned(), value);

    // Variables that the template may override.
    set("AWS_XRAY_CONTEXT_MISSING", "LOG_ERROR".into());
    if let Some(xray) = &surroundings.xray {
        set("AWS_XRAY_DAEMON_ADDRESS", xray.into());
    }
    set("AWS_LAMBDA_LOG_FORMAT", "JSON".into());
    if let Some(level) = &function.log_level {
        set("AWS_LAMBDA_LOG_LEVEL", level.into());
    }
    for (name, value) in &function.environment {
        set(name, value.into());
    }
    set("AWS_LAMBDA_FUNCTION_NAME", function.name.as_str().into());
    set("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST".into());
    set("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", function.memory.to_string().into());
    set("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand".into());
    set("AWS_LAMBDA_LOG_GROUP_NAME", format!("/aws/lambda/{}", function.name).into());
    set("AWS_EXECUTION_ENV", "AWS_Lambda_provided.al2023".into());
    set("AWS_REGION", surroundings.region.as_str().into());
    set("AWS_DEFAULT_REGION", surroundings.region.as_str().into());
    for name in ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"] {
        set(name, "local".into());
    }
    set("AWS_ENDPOINT_URL_DYNAMODB", surroundings.dynamodb.as_str().into());
    set("AWS_ENDPOINT_URL_EVENTBRIDGE", surroundings.eventbridge.as_str().into());
    set("AWS_ENDPOINT_URL_SQS", surroundings.sqs.as_str().into());
    set("AWS_ENDPOINT_URL_LAMBDA", surroundings.lambda.as_str().into());
    set("_HANDLER", function.handler.as_str().into());
    set("LAMBDA_TASK_ROOT", task_root);
    set("TZ", ":UTC".into());
    for (name, value) in &surroundings.extra {
        set(name, value.into());
    }
    all
}

/// The log stream's name: `2026/11/22/[$LATEST]<32 hex digits>`.
pub(super) fn log_stream() -> String {
    format!("{}/[$LATEST]{}", Utc::now().format("%Y/%m/%d"), Uuid::new_v4().simple())
}
