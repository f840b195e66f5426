//! `cargo local openapi`: writes the API's description.

use std::path::PathBuf;

use clap::Args;

use super::parameter;
use crate::{Binaries, Log, Options};

/// Write the API's OpenAPI document, from what the functions say of themselves
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The file, `-` for the standard output [default: openapi.json beside the template]
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,

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

/// What there is to print, or a sentence.
pub(super) async fn write(arguments: Arguments) -> Result<String, String> {
    let output = arguments.output.unwrap_or_else(|| arguments.template.with_file_name("openapi.json"));
    let options = Options {
        template: arguments.template,
        // A build with optimizations says nothing of itself.
        binaries: Binaries::Cargo { release: false },
        stage: arguments.stage,
        params: arguments.params.into_iter().collect(),
        log: Log::Terminal { json: false },
        ..Options::default()
    };
    let text = crate::openapi(&options).await.map_err(|error| error.to_string())?;
    if output.as_os_str() == "-" {
        return Ok(text.trim_end().to_owned());
    }
    let path = output.display();
    std::fs::write(&output, text).map_err(|error| format!("{path} cannot be written: {error}"))?;
    Ok(format!("{path} is written"))
}
