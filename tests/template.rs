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
    local::functions_with(&template(), None, &with_everything().params).expect("the template can be read")
}

#[test]
fn every_binary_is_a_function_and_every_function_a_binary() {
    let functions: BTreeSet<_> = functions().into_iter().map(|function| function.handler).collect();
    let binaries: BTreeSet<_> = binaries().into_keys().collect();
    assert_eq!(functions, binaries, "name an endpoint in serverless.yml");
}

#[test]
fn webhooks_are_there_only_if_they_are_asked_for() {
    let names = |params: &BTreeMap<String, String>| -> BTreeSet<String> {
        let functions = local::functions_with(&template(), None, params).unwrap();
        functions.into_iter().map(|function| function.name).collect()
    };
    let (without, with) = (names(&BTreeMap::new()), names(&with_everything().params));
    assert_eq!(with.difference(&without).collect::<Vec<_>>(), ["deliverWebhooks"]);
}

#[test]
fn on_one_machine_the_address_of_a_webhook_is_enough() {
    let params = BTreeMap::from([("webhook".to_owned(), "http://127.0.0.1:9/".to_owned())]);
    let functions = local::functions_with(&template(), None, &params).unwrap();
    let function = functions.iter().find(|function| function.name == "deliverWebhooks").unwrap();
    assert_eq!(function.environment["WEBHOOK_SECRET"], SECRET);
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

/// Without it, Lambda would delete the messages that such a function has reported as failed.
#[test]
fn a_function_that_reports_failures_one_by_one_is_asked_for_them() {
    let contracts = contracts();
    for function in functions() {
        let Some(contract) = contracts.get(&function.handler) else { continue };
        let reports = ["queue", "stream"].contains(&text(&contract["trigger"]));
        assert!(!reports || function.reports_failures, "{}: functionResponseType in serverless.yml", function.name);
    }
}
