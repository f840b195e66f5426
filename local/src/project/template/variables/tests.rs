use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Given, Variables};

fn variables(document: Value, stage: Option<&str>) -> Variables {
    let environment = BTreeMap::from([("HOME".to_owned(), "/home/x".to_owned())]);
    let given = Given { stage: stage.map(Into::into), ..Given::default() };
    Variables::new(document, std::env::temp_dir(), given, environment).unwrap()
}

#[test]
fn one_variable_keeps_its_type_and_many_make_a_text() {
    let document = json!({
        "custom": { "n": 4, "list": [1, "${self:custom.n}"], "s": "a${self:custom.n}-${self:custom.t}", "t": true,
                    "whole": "${self:custom.list}" },
    });
    let variables = variables(document, None);
    assert_eq!(variables.get("custom.whole").unwrap(), json!([1, 4]));
    assert_eq!(variables.get("custom.s").unwrap(), json!("a4-true"));
    assert_eq!(variables.get("custom.list.1").unwrap(), json!(4));
    assert_eq!(variables.get("custom.none.at.all").unwrap(), Value::Null);
}

#[test]
fn the_stage_comes_from_the_option_then_the_template_then_dev() {
    let document = json!({ "provider": { "stage": "${opt:stage, 'test'}" }, "x": "${sls:stage}" });
    assert_eq!(variables(document.clone(), Some("prod")).get("x").unwrap(), "prod");
    assert_eq!(variables(document, None).get("x").unwrap(), "test");
    assert_eq!(variables(json!({ "x": "${sls:stage}" }), None).get("x").unwrap(), "dev");
}

#[test]
fn parameters_fall_back_to_the_default_stage() {
    let document = json!({
        "params": { "default": { "a": 1, "b": "${param:a}-${self:x, 'y'}" }, "prod": { "a": 2 } },
        "a": "${param:a}", "b": "${param:b}", "c": "${param:c, 'none'}",
    });
    let variables = variables(document, Some("prod"));
    assert_eq!(variables.get("a").unwrap(), 2);
    assert_eq!(variables.get("b").unwrap(), "2-y");
    assert_eq!(variables.get("c").unwrap(), "none");
}

#[test]
fn parameters_given_beside_the_document_win_and_defaults_lose() {
    let document = json!({ "params": { "default": { "a": 1, "b": 2 } },
                           "a": "${param:a}", "b": "${param:b}", "c": "${param:c}", "d": "${param:d, 'none'}" });
    let params = BTreeMap::from([("a".to_owned(), "${x}".to_owned())]);
    let given = Given { params, ..Given::default() };
    let mut variables = Variables::new(document, std::env::temp_dir(), given, BTreeMap::new()).unwrap();
    variables.default_parameter("b", "lost");
    variables.default_parameter("c", "found");
    let all = ["a", "b", "c", "d"].map(|address| variables.get(address).unwrap());
    assert_eq!(all, [json!("${x}"), json!(2), json!("found"), json!("none")]);
}

#[test]
fn every_source() {
    let directory = std::env::temp_dir().join(format!("local-variables-{}", uuid::Uuid::new_v4()));
    std::fs::create_dir_all(&directory).unwrap();
    std::fs::write(directory.join("more.yml"), "a:\n  b: ${self:custom.x}\n").unwrap();
    std::fs::write(directory.join("more.json"), r#"{"list":[7]}"#).unwrap();
    let document = json!({
        "provider": { "region": "eu-central-1" },
        "custom": { "x": "found", "all": "${file(more.yml)}", "n": "${file(more.json):list.0}" },
        "r": "${aws:region}/${aws:accountId}", "e": "${env:HOME}", "f": "${env:NOPE, 'd'}",
        "g": "${self:custom.all.a.b}", "h": "${self:custom.${self:k}}", "k": "x", "l": "${ssm:/a/b, 'fallback'}",
        "m": "${file(none.yml):x, null}",
    });
    let variables =
        Variables::new(document, directory.clone(), Given::default(), [("HOME".into(), "/h".into())].into()).unwrap();
    let get = |address| variables.get(address).unwrap();
    assert_eq!(get("r"), "eu-central-1/000000000000");
    assert_eq!((get("e"), get("f")), (json!("/h"), json!("d")));
    assert_eq!((get("g"), get("h")), (json!("found"), json!("found")));
    assert_eq!((get("custom.n"), get("l"), get("m")), (json!(7), json!("fallback"), Value::Null));
    std::fs::remove_dir_all(directory).unwrap();
}

#[test]
fn mistakes_are_named_with_their_place() {
    let document = json!({
        "a": { "b": "${self:nope}" }, "circle": "${self:other}", "other": "x${self:circle}", "cloud": "${ssm:/x}",
        "map": { "x": 1 }, "inside": "a${self:map}", "open": "${self:map",
    });
    let variables = variables(document, None);
    let error = |address| variables.get(address).unwrap_err().to_string();
    assert_eq!(
        error("a"),
        "serverless.yml: `a.b` uses `${self:nope}`, which resolves to nothing; define it or give it a default: `${..., 'value'}`"
    );
    assert!(
        error("circle").contains("goes in a circle: ${self:other} -> ${self:circle} -> ${self:other}"),
        "{}",
        error("circle")
    );
    assert!(error("cloud").contains("`ssm:` cannot be read on this machine"));
    assert!(error("inside").contains("a map or a list"));
    assert!(error("open").contains("without its `}`"));
}

#[test]
fn a_list_of_maps_is_one_map() {
    let document = json!({ "resources": [{ "Resources": { "A": 1 } }, { "Resources": { "B": 2 } }] });
    assert_eq!(variables(document, None).members("resources").unwrap()["Resources"], json!({ "A": 1, "B": 2 }));
}

#[test]
fn parts_that_are_files_are_merged_too() {
    let directory = std::env::temp_dir().join(format!("local-variables-{}", uuid::Uuid::new_v4()));
    std::fs::create_dir_all(&directory).unwrap();
    std::fs::write(directory.join("one.yml"), "A: { Type: x }\n").unwrap();
    let document = json!({
        "none": {},
        "resources": [
            { "Resources": "${file(one.yml)}" },
            { "Resources": "${self:none}" },
            { "Resources": { "B": 2 } },
            { "Outputs": "${file(only-in-the-cloud.yml)}" },
        ],
    });
    let variables = Variables::new(document, directory.clone(), Given::default(), [].into()).unwrap();
    let resources = variables.members("resources").unwrap()["Resources"].clone();
    assert_eq!(resources, json!({ "A": { "Type": "x" }, "B": 2 }));
    std::fs::remove_dir_all(directory).unwrap();
}
