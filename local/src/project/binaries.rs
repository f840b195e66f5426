//! Pairs the template's functions with the package's binaries. These must be the same set, but for binaries whose
//! functions a parameter leaves out (`custom.local.optional`).

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use crate::base::error::StartError;
use crate::project::template::{Function, Template};

/// Gives each function its executable.
pub(crate) fn pair(
    template: &Template,
    mut executables: BTreeMap<String, PathBuf>,
) -> Result<Vec<(Function, PathBuf)>, StartError> {
    let functions = &template.functions;
    check(functions, &template.optional, &executables.keys().cloned().collect())?;
    // Two functions may share a binary.
    let pairs =
        functions.iter().filter_map(|function| Some((function.clone(), executables.get(&function.handler)?.clone())));
    let pairs: Vec<_> = pairs.collect();
    executables.retain(|_, path| !path.is_file());
    match executables.into_iter().next() {
        Some((name, path)) => {
            Err(StartError::Binaries(format!("the binary `{name}` is not where it should be: {}", path.display())))
        }
        None => Ok(pairs),
    }
}

/// An error about a missing binary, or one without a function.
pub(crate) fn check(
    functions: &[Function],
    optional: &BTreeSet<String>,
    binaries: &BTreeSet<String>,
) -> Result<(), StartError> {
    for function in functions {
        if !binaries.contains(&function.handler) {
            let called = function.routes.first().map_or_else(String::new, |route| format!(" ({})", route.key()));
            return Err(StartError::Binaries(format!(
                "the function `{}`{called} of serverless.yml has the handler `{}`, but there is no binary of that name; add src/bin/{}.rs or correct the handler",
                function.key, function.handler, function.handler
            )));
        }
    }
    let unnamed = |binary: &&String| functions.iter().all(|function| function.handler != **binary);
    match binaries.difference(optional).find(unnamed) {
        Some(binary) => Err(StartError::Binaries(format!(
            "the binary `{binary}` is the handler of no function in serverless.yml; add a function for it, name it in custom.local.optional if a parameter leaves its function out, or remove src/bin/{binary}.rs"
        ))),
        None => Ok(()),
    }
}
