//! Tests of contracts, with types that are made for them.

use garde::Validate;
use serde::{Deserialize, Serialize};

use super::*;
use crate::samples::{OrderError, OrderPatch};
use crate::{IfMatch, Json, Problem, Query, Rejection, Request, problem};

#[derive(Deserialize, Validate, JsonSchema)]
#[expect(dead_code, reason = "tests use its schema only")]
struct Asked {
    #[schemars(example = &"blue")]
    #[garde(skip)]
    colour: String,
    #[garde(range(min = 7))]
    size: u32,
    #[garde(skip)]
    note: Option<String>,
    #[garde(skip)]
    #[serde(default)]
    at_once: bool,
}

#[derive(Deserialize, Validate, JsonSchema)]
#[expect(dead_code, reason = "tests use its schema only")]
struct Narrow {
    #[garde(range(max = 9))]
    size: Option<u32>,
    #[schemars(example = &"blue")]
    #[garde(skip)]
    colour: String,
}

#[derive(Serialize, Deserialize, Validate, JsonSchema)]
struct Both {
    #[garde(skip)]
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
    #[garde(skip)]
    #[serde(default)]
    size: u32,
}

fn contract(describe: impl FnOnce(&mut Contract)) -> Result<Value, String> {
    let mut contract = Contract::new(&crate::package!(), "ask");
    contract.route(&Route {
        package: crate::package!(),
        function: "ask",
        method: "POST",
        path: "/things/{order_id}",
        status: 202,
        docs: "Ask for a\nthing.\n\nIt may\ntake long.",
    });
    describe(&mut contract);
    contract.into_json()
}

#[test]
fn an_example_has_what_is_required_and_what_has_one() {
    let json = contract(Contract::argument::<Json<Asked>>).unwrap();
    let content = &json["operation"]["requestBody"]["content"]["application/json"];
    assert_eq!(content["example"], json!({ "colour": "blue", "size": 7, "at_once": false }));
    assert_eq!(content["schema"], json!({ "$ref": "#/components/schemas/Asked" }));
    assert_eq!(json["components"]["schemas"]["Asked"]["properties"]["size"]["minimum"], 7);
}

#[test]
fn a_doc_comment_is_summary_and_description() {
    let json = contract(Contract::answer::<()>).unwrap();
    let operation = &json["operation"];
    assert_eq!(
        (&operation["summary"], &operation["description"]),
        (&json!("Ask for a thing"), &json!("It may\ntake long."))
    );
    assert_eq!(operation["responses"]["202"]["description"], "Accepted");
}

#[test]
fn a_parameter_is_never_null_and_only_a_required_one_has_an_example() {
    let json = contract(Contract::argument::<Query<Narrow>>).unwrap();
    let parameters = json["operation"]["parameters"].as_array().unwrap();
    assert_eq!(parameters[0]["example"], "blue");
    assert_eq!(parameters[1]["schema"]["type"], "integer");
    assert_eq!((&parameters[1]["schema"]["maximum"], parameters[1].get("example")), (&json!(9), None));
    assert!(json["components"]["schemas"].get("Narrow").is_none(), "the struct of a query is no component");
}

#[test]
fn a_problem_is_documented_where_it_can_be_met() {
    let statuses = |describe: fn(&mut Contract)| {
        let json = contract(|contract| {
            describe(contract);
            contract.problems(OrderError::kinds());
        });
        let responses = json.unwrap()["operation"]["responses"].clone();
        responses.as_object().unwrap().keys().map(|status| status.parse().unwrap()).collect::<Vec<u16>>()
    };
    assert_eq!(statuses(|_| {}), [429, 500, 503]);
    assert_eq!(statuses(|contract| contract.path::<u32>("order_id")), [404, 429, 500, 503]);
    let update: fn(&mut Contract) = |contract| {
        contract.path::<u32>("order_id");
        contract.argument::<Option<crate::IfMatch>>();
        contract.argument::<Json<OrderPatch>>();
    };
    assert_eq!(statuses(update), [400, 404, 409, 412, 413, 415, 422, 429, 500, 503]);
}

#[test]
fn a_type_that_looks_different_in_either_direction_is_refused() {
    let refused = contract(|contract| {
        contract.argument::<Json<Both>>();
        contract.answer::<Json<Both>>();
    });
    assert!(refused.unwrap_err().contains("`Both` looks different"));
}

/// A custom extractor that reports the parts that it takes in `describe` alone.
struct Own<const KIND: u8>;

impl<const KIND: u8> FromRequest for Own<KIND> {
    fn find(_request: &mut Request) -> Result<Option<Self>, Rejection> {
        Ok(Some(Self))
    }

    fn missing() -> Rejection {
        problem::common::problem(problem::common::INTERNAL).into()
    }

    fn describe(contract: &mut Contract, required: bool) {
        let schema = contract.taken::<String>();
        match KIND {
            0 => contract.body(&schema, required),
            1 => contract.parameter("query", "page", required, schema),
            2 => contract.parameter("query", "colour", required, schema),
            _ => contract.parameter("header", "If-Match", required, schema),
        }
    }
}

#[test]
fn two_arguments_never_take_one_part() {
    let refused = |describe: fn(&mut Contract)| contract(describe).unwrap_err();
    let bodies = refused(|contract| {
        contract.argument::<Json<Asked>>();
        contract.argument::<Option<Own<0>>>();
    });
    assert!(bodies.contains("put the fields into one type"), "{bodies}");
    let queries = refused(|contract| {
        contract.argument::<Query<Narrow>>();
        contract.argument::<Query<Asked>>();
    });
    assert!(queries.contains("put the fields into one struct"), "{queries}");
    let beside: [fn(&mut Contract); 2] = [
        |contract| {
            contract.argument::<Own<1>>();
            contract.argument::<Query<Narrow>>();
        },
        |contract| {
            contract.argument::<Query<Narrow>>();
            contract.argument::<Own<1>>();
        },
    ];
    for describe in beside {
        let refused = refused(describe);
        assert!(refused.contains("`page`, which another argument takes; add it as a field"), "{refused}");
    }
}

#[test]
fn what_two_arguments_read_is_one_parameter() {
    let json = contract(|contract| {
        contract.argument::<Option<IfMatch>>();
        contract.argument::<Own<3>>();
        contract.argument::<Query<Narrow>>();
        contract.argument::<Own<2>>();
        contract.argument::<Own<1>>();
    });
    assert!(json.unwrap_err().contains("`page`"), "`colour` is one of the struct's");
    let json = contract(|contract| {
        contract.argument::<Option<IfMatch>>();
        contract.argument::<Own<3>>();
        contract.argument::<Query<Narrow>>();
        contract.argument::<Own<2>>();
    });
    let parameters = json.unwrap()["operation"]["parameters"].clone();
    let parameters: Vec<_> =
        parameters.as_array().unwrap().iter().map(|it| (it["name"].clone(), it["required"].clone())).collect();
    let expected = [("if-match", true), ("colour", true), ("size", false)];
    assert_eq!(parameters, expected.map(|(name, required)| (json!(name), json!(required))));
}

#[test]
fn a_status_without_content_describes_no_body() {
    let of = |status: u16, describe: fn(&mut Contract)| {
        let mut contract = Contract::new(&crate::package!(), "ask");
        contract.route(&Route {
            package: crate::package!(),
            function: "ask",
            method: "POST",
            path: "/things",
            status,
            docs: "",
        });
        describe(&mut contract);
        contract.into_json().map(|json| json["operation"]["responses"][status.to_string()]["content"].is_object())
    };
    for status in [204, 205] {
        let refused = of(status, Contract::answer::<Json<u8>>).unwrap_err();
        assert!(refused.contains("has no body"), "{refused}");
        assert_eq!(of(status, Contract::answer::<()>), Ok(false));
    }
    assert_eq!(of(200, Contract::answer::<()>), Ok(false));
    assert_eq!(of(201, Contract::answer::<Json<u8>>), Ok(true));
}

#[derive(Serialize, JsonSchema)]
struct Numbers {
    tiny: i8,
    small: u16,
    count: Option<u32>,
    large: u64,
    index: usize,
    huge: u128,
    time: chrono::NaiveDateTime,
    default: u8,
    format: u8,
}

/// Client generators have to read it: `openapi-python-client` leaves out a response that is an `allOf` with constants.
#[test]
fn a_problem_is_one_flat_object_with_its_own_members() {
    let json = contract(|contract| {
        contract.argument::<Json<Asked>>();
        contract.problems(OrderError::kinds());
    });
    let json = json.unwrap();
    let schemas = json["components"]["schemas"].as_object().unwrap();
    let problems: Vec<_> = schemas.iter().filter(|(name, _)| name.ends_with("Problem")).collect();
    assert!(problems.len() > 5, "{problems:?}");
    for (name, schema) in problems {
        assert_eq!(schema["type"], "object", "{name}");
        let required = schema["required"].as_array().unwrap();
        for member in ["type", "title", "status", "detail", "instance"] {
            assert!(required.contains(&json!(member)), "{name} lacks {member}");
            assert!(schema["properties"][member]["type"].is_string(), "{name} does not type {member}");
        }
        assert!(schema["properties"]["type"]["const"].is_string() && schema["properties"]["status"]["const"].is_u64());
    }
    let invalid = &schemas["InvalidProblem"];
    assert!(invalid["required"].as_array().unwrap().contains(&json!("errors")), "{invalid}");
    assert_eq!(invalid["properties"]["errors"]["items"], json!({ "$ref": "#/components/schemas/Fault" }));
}

/// schemars' formats for Rust's own types are replaced with formats that client generators know.
#[test]
fn a_format_is_one_that_openapi_knows() {
    let json = contract(Contract::answer::<Json<Numbers>>).unwrap();
    let properties = &json["components"]["schemas"]["Numbers"]["properties"];
    let is = |name: &str, expected: Value| assert_eq!(properties[name], expected, "{name}");
    is("tiny", json!({ "type": "integer", "format": "int32", "minimum": -128, "maximum": 127 }));
    is("small", json!({ "type": "integer", "format": "int32", "minimum": 0, "maximum": 65_535 }));
    is("count", json!({ "type": ["integer", "null"], "format": "int64", "minimum": 0, "maximum": 4_294_967_295_u32 }));
    is("large", json!({ "type": "integer", "format": "int64", "minimum": 0 }));
    is("index", json!({ "type": "integer", "format": "int64", "minimum": 0 }));
    is("huge", json!({ "type": "integer", "minimum": 0 }));
    is("time", json!({ "type": "string" }));
    is("default", json!({ "type": "integer", "format": "int32", "minimum": 0, "maximum": 255 }));
    is("format", json!({ "type": "integer", "format": "int32", "minimum": 0, "maximum": 255 }));
}

/// A choice of words.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[expect(dead_code, reason = "tests use its schema only")]
enum Size {
    /// It is large.
    Large,
    /// It is small.
    VerySmall,
}

#[derive(Serialize, JsonSchema)]
struct Sized {
    /// How large.
    size: Size,
}

#[test]
fn a_choice_of_words_is_an_enum_that_generators_know() {
    let contract = contract(<Json<Sized> as Respond>::describe).unwrap();
    let expected = json!({
        "type": "string",
        "enum": ["large", "very_small"],
        "description": "A choice of words.\n\n- `large`: It is large.\n- `very_small`: It is small.",
    });
    assert_eq!(contract["components"]["schemas"]["Size"], expected);
}
