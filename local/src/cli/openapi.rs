//! `cargo local openapi`: writes the `OpenAPI` document.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::Value;

use super::parameter;
use crate::base::options::{Binaries, Log, Options};
use crate::project::openapi;

/// Write the API's OpenAPI document, from the contracts of the functions
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The file, `-` for the standard output [default: openapi.json beside the template]
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,

    /// Write nothing, and list the changes that would break clients of the document in this file
    #[arg(long, value_name = "FILE", conflicts_with = "output")]
    against: Option<PathBuf>,

    /// The stage, as for `serverless deploy --stage`
    #[arg(long)]
    stage: Option<String>,

    /// A parameter of the template, as for `serverless deploy --param`; may be given more than once
    #[arg(long = "param", value_name = "NAME=VALUE", value_parser = parameter)]
    params: Vec<(String, String)>,

    /// The service to describe
    #[arg(long, value_name = "FILE", default_value = "serverless.yml")]
    template: PathBuf,
}

/// Returns the text to print.
pub(super) async fn write(arguments: Arguments) -> Result<String, String> {
    let output = arguments.output.unwrap_or_else(|| arguments.template.with_file_name("openapi.json"));
    let options = Options {
        template: arguments.template,
        // A release build prints no contract.
        binaries: Binaries::Cargo { release: false },
        stage: arguments.stage,
        params: arguments.params.into_iter().collect(),
        log: Log::Terminal { json: false },
        ..Options::default()
    };
    let text = openapi::openapi(&options).await.map_err(|error| error.to_string())?;
    if let Some(earlier) = arguments.against {
        return compare(&earlier, &text);
    }
    if output.as_os_str() == "-" {
        return Ok(text.trim_end().to_owned());
    }
    let path = output.display();
    std::fs::write(&output, text).map_err(|error| format!("{path} cannot be written: {error}"))?;
    Ok(format!("{path} is written"))
}

/// Lists breaking changes. They are an error unless the version announces them.
fn compare(earlier: &Path, text: &str) -> Result<String, String> {
    let path = earlier.display();
    let old = std::fs::read(earlier).map_err(|error| format!("{path} cannot be read: {error}"))?;
    let old: Value = serde_json::from_slice(&old).map_err(|error| format!("{path} is not JSON: {error}"))?;
    let new: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let changes = openapi::breaking_changes(&old, &new);
    if changes.is_empty() {
        return Ok(format!("nothing breaks a client of {path}"));
    }
    let list = format!("this breaks clients of {path}:\n  {}", changes.join("\n  "));
    if openapi::announces_breaking(&old, &new) {
        return Ok(list);
    }
    Err(format!("{list}\nundo it, or give the API a version that says so (https://semver.org)"))
}
