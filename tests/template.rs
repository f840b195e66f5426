//! `serverless.yml` agrees with the code in both directions: routes, triggers and environment.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use crate::common::*;
use serde_json::Value;

/// The contract that each binary prints when it runs outside Lambda.
fn contracts() -> BTreeMap<String, Value> {
    let contract = |(name, path): (String, _)| {
        let output = Command::new(path).env_remove("AWS_LAMBDA_RUNTIME_API").output().expect("the binary runs");
        assert!(output.status.success(), "{name}");
        (name, serde_json::from_slice(&output.stdout).expect("its contract is JSON"))
    };
    binaries().into_iter().map(contract).collect()
}

fn functions() -> Vec<local::Function> {
    local::functions(&template(), None).expect("the template can be read")
}

#[test]
fn every_binary_is_a_function_and_every_function_a_binary() {
    let functions: BTreeSet<_> = functions().into_iter().map(|function| function.handler).collect();
    let binaries: BTreeSet<_> = binaries().into_keys().collect();
    assert_eq!(functions, binaries, "name an endpoint in serverless.yml");
}

#[test]
fn routes_and_triggers_are_those_of_the_code() {
    let contracts = contracts();
    for function in functions() {
        let Some(contract) = contracts.get(&function.handler) else { continue };
        let said = match text(&contract["trigger"]) {
            "http" => format!("{} {}", text(&contract["method"]), text(&contract["path"])),
            other => other.to_owned(),
        };
        assert_eq!(function.triggers, [said], "{}", function.name);
    }
}

#[test]
fn a_binary_is_named_like_its_function() {
    for (name, contract) in contracts() {
        assert_eq!(contract["function"], name);
    }
}

#[test]
fn the_environment_has_what_the_code_reads() {
    let contracts = contracts();
    for function in functions() {
        let Some(contract) = contracts.get(&function.handler) else { continue };
        for variable in contract["environment"].as_array().unwrap() {
            let set = function.environment.contains_key(text(variable));
            assert!(set, "{} reads {variable}, which serverless.yml does not set", function.name);
        }
    }
}
