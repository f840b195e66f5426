//! Each rule, with a document that breaks it and one that keeps it.

use serde_json::{Value, json};

use super::{announces_breaking, breaking_changes};

/// A small API: a thing is made, and read.
fn api() -> Value {
    json!({
        "info": { "version": "1.2.0" },
        "paths": {
            "/things": { "post": {
                "operationId": "make",
                "security": [{ "token": ["write"] }],
                "parameters": [
                    { "in": "query", "name": "dry", "required": false, "schema": { "type": "boolean", "default": false } },
                ],
                "requestBody": { "required": true, "content": { "application/json": { "schema": { "$ref": "#/components/schemas/New" } } } },
                "responses": {
                    "201": {
                        "headers": { "Location": { "$ref": "#/components/headers/Location" } },
                        "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Thing" } } },
                    },
                    "409": { "content": { "application/problem+json": { "schema": { "oneOf": [
                        { "$ref": "#/components/schemas/TakenProblem" }, { "$ref": "#/components/schemas/GoneProblem" },
                    ] } } } },
                },
            } },
            "/health": { "get": { "operationId": "health", "security": [], "responses": { "200": {} } } },
        },
        "components": {
            "headers": { "Location": { "required": true, "schema": { "type": "string" } } },
            "schemas": {
                "New": {
                    "type": "object",
                    "additionalProperties": false,
                    "required": ["name"],
                    "properties": {
                        "name": { "type": "string", "minLength": 1, "maxLength": 10, "pattern": "^a" },
                        "size": { "type": ["integer", "null"], "minimum": 1, "maximum": 9, "default": 5 },
                        "kind": { "oneOf": [{ "const": "big" }, { "const": "small" }] },
                    },
                },
                "Thing": {
                    "type": "object",
                    "required": ["id", "kind", "parts"],
                    "properties": {
                        "id": { "type": "string", "format": "uuid" },
                        "kind": { "oneOf": [{ "const": "big" }, { "const": "small" }] },
                        "parts": { "type": "array", "items": { "$ref": "#/components/schemas/Thing" } },
                        "note": { "type": "string" },
                    },
                },
                "Problem": { "type": "object", "required": ["type"], "properties": { "type": { "type": "string" } } },
                "TakenProblem": { "allOf": [
                    { "$ref": "#/components/schemas/Problem" },
                    { "properties": { "type": { "const": "taken" }, "by": { "type": "string" } }, "required": ["by"] },
                ] },
                "GoneProblem": { "allOf": [{ "$ref": "#/components/schemas/Problem" }, { "properties": { "type": { "const": "gone" } } }] },
            },
        },
    })
}

/// What changes when the part at `pointer` becomes `part`; null takes it out.
fn changes(pointer: &str, part: Value) -> Vec<String> {
    let mut new = api();
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    let name = name.replace("~1", "/");
    match new.pointer_mut(parent).unwrap() {
        Value::Object(members) if part.is_null() => assert!(members.remove(&name).is_some(), "{pointer}"),
        parent => parent[&name] = part,
    }
    breaking_changes(&api(), &new)
}

const MAKE: &str = "/paths/~1things/post";
const SENT: &str = "/components/schemas/New";
const GIVEN: &str = "/components/schemas/Thing";

#[track_caller]
fn breaks(place: &str, part: Value, expected: &str) {
    assert_eq!(changes(place, part), [expected]);
}

#[track_caller]
fn keeps(place: &str, part: Value) {
    assert_eq!(changes(place, part), Vec::<String>::new());
}

#[test]
fn nothing_is_no_change() {
    assert_eq!(breaking_changes(&api(), &api()), Vec::<String>::new());
}

#[test]
fn an_operation_stays_what_it_is() {
    breaks("/paths/~1health", Value::Null, "GET /health is gone");
    breaks(&format!("{MAKE}/operationId"), json!("create"), r#"POST /things is called "create" instead of "make""#);
    keeps("/paths/~1more", json!({ "get": { "operationId": "more", "responses": { "200": {} } } }));
}

#[test]
fn who_may_call_may_call_still() {
    let health = "/paths/~1health/get/security";
    breaks(health, json!([{ "token": [] }]), "GET /health asks for a token");
    let make = format!("{MAKE}/security");
    breaks(&make, json!([{ "token": ["admin"] }]), "POST /things asks for another token or other scopes");
    keeps(&make, json!([]));
    keeps(&make, json!([{ "token": ["write"] }, { "token": ["admin"] }]));
}

#[test]
fn a_parameter_is_taken_still_and_none_is_asked_for() {
    let all = format!("{MAKE}/parameters");
    let first = format!("{all}/0");
    let dry =
        |required: bool, schema: Value| json!({ "in": "query", "name": "dry", "required": required, "schema": schema });
    let boolean = json!({ "type": "boolean", "default": false });
    breaks(&all, json!([]), "POST /things does not take the query parameter dry");
    let more = |required: bool| json!([dry(false, boolean.clone()), { "in": "header", "name": "x", "required": required, "schema": {} }]);
    breaks(&all, more(true), "POST /things asks for the header parameter x");
    keeps(&all, more(false));
    let mut changed = api();
    *changed.pointer_mut(&first).unwrap() = dry(true, boolean);
    assert_eq!(breaking_changes(&api(), &changed), ["POST /things: the query parameter dry has to be sent"]);
    let mut changed = api();
    *changed.pointer_mut(&first).unwrap() = dry(false, json!({ "type": "boolean", "default": true }));
    let expected = "POST /things: the query parameter dry is true where it is not sent, instead of false";
    assert_eq!(breaking_changes(&api(), &changed), [expected]);
}

#[test]
fn what_is_sent_is_asked_for_less() {
    let body = |member: &str, what: &str| format!("POST /things: the body/{member} {what}");
    let property = |name: &str| format!("{SENT}/properties/{name}");
    breaks(&property("size"), Value::Null, &body("size", "is gone"));
    breaks(&format!("{SENT}/required"), json!(["name", "size"]), &body("size", "has to be sent"));
    keeps(&format!("{SENT}/required"), json!([]));
    keeps(&property("colour"), json!({ "type": "string" }));
    let size = |key: &str| format!("{SENT}/properties/size/{key}");
    breaks(&size("type"), json!("integer"), &body("size", "is integer instead of integer or null"));
    keeps(&size("type"), json!(["number", "null", "string"]));
    breaks(&size("minimum"), json!(2), &body("size", "has the minimum 2 instead of 1"));
    keeps(&size("minimum"), json!(0));
    breaks(&size("maximum"), json!(8), &body("size", "has the maximum 8 instead of 9"));
    keeps(&size("maximum"), Value::Null);
    let name = |key: &str| format!("{SENT}/properties/name/{key}");
    breaks(&name("pattern"), json!("^b"), &body("name", r#"has the pattern "^b" instead of "^a""#));
    keeps(&name("pattern"), Value::Null);
    let kind = format!("{SENT}/properties/kind/oneOf");
    breaks(&kind, json!([{ "const": "big" }]), &body("kind", r#"may not be "small""#));
    keeps(&kind, json!([{ "const": "big" }, { "const": "small" }, { "const": "huge" }]));
}

#[test]
fn what_is_answered_is_promised_more() {
    let answer = |member: &str, what: &str| format!("POST /things: 201/{member} {what}");
    let property = |name: &str| format!("{GIVEN}/properties/{name}");
    breaks(&property("note"), Value::Null, &answer("note", "is gone"));
    keeps(&property("colour"), json!({ "type": "string" }));
    breaks(&format!("{GIVEN}/required"), json!(["kind", "parts"]), &answer("id", "is not always there"));
    keeps(&format!("{GIVEN}/required"), json!(["id", "kind", "parts", "note"]));
    breaks(&property("id/format"), Value::Null, &answer("id", r#"has the format null instead of "uuid""#));
    breaks(&property("note/type"), json!(["string", "null"]), &answer("note", "is null or string instead of string"));
    let kind = format!("{GIVEN}/properties/kind/oneOf");
    let huge = json!([{ "const": "big" }, { "const": "small" }, { "const": "huge" }]);
    breaks(&kind, huge, &answer("kind", r#"may be "huge""#));
    keeps(&kind, json!([{ "const": "big" }]));
    breaks(
        "/components/headers/Location/required",
        json!(false),
        "POST /things: 201 does not always have the header Location",
    );
    let media = format!("{MAKE}/responses/201/content/application~1json");
    breaks(&media, Value::Null, "POST /things: 201 has no body of application/json");
    breaks(&format!("{MAKE}/responses/202"), json!({}), "POST /things may answer 202");
}

#[test]
fn a_problem_keeps_its_type_and_others_may_come() {
    let problems = format!("{MAKE}/responses/409/content/application~1problem+json/schema/oneOf");
    let taken = json!({ "$ref": "#/components/schemas/TakenProblem" });
    breaks(&problems, json!([taken]), r#"POST /things: 409 is never "gone""#);
    let own = "/components/schemas/TakenProblem/allOf/1".to_owned();
    let (parent, _) = own.rsplit_once('/').unwrap();
    let renamed = json!([{ "$ref": "#/components/schemas/Problem" }, { "properties": { "type": { "const": "stolen" }, "by": { "type": "string" } }, "required": ["by"] }]);
    breaks(parent, renamed, r#"POST /things: 409 is never "taken""#);
    let less = json!([{ "$ref": "#/components/schemas/Problem" }, { "properties": { "type": { "const": "taken" } } }]);
    breaks(parent, less, "POST /things: 409/by is gone");
    keeps(&format!("{MAKE}/responses/429"), json!({}));
}

/// A problem that was an `allOf` of what all have and what it fixes, and is one flat object now: the same JSON.
#[test]
fn a_problem_may_be_written_flat() {
    let mut old = api();
    old["components"]["schemas"]["Problem"] = json!({
        "type": "object",
        "required": ["type", "status"],
        "properties": {
            "type": { "type": "string", "format": "uri" },
            "status": { "type": "integer", "minimum": 400, "maximum": 599 },
        },
    });
    let taken = "/components/schemas/TakenProblem";
    old.pointer_mut(&format!("{taken}/allOf/1/properties")).unwrap()["status"] = json!({ "const": 409 });
    let flat = |status: u16, required: Value| {
        let mut new = old.clone();
        *new.pointer_mut(taken).unwrap() = json!({
            "type": "object",
            "required": required,
            "properties": {
                "type": { "type": "string", "const": "taken" },
                "status": { "type": "integer", "const": status },
                "by": { "type": "string" },
            },
        });
        breaking_changes(&old, &new)
    };
    let all = json!(["type", "status", "by"]);
    assert_eq!(flat(409, all.clone()), Vec::<String>::new());
    assert_eq!(flat(410, all), ["POST /things: 409/status has the const 410 instead of 409"]);
    let of_any = |schema: Value| {
        let mut document = old.clone();
        document.pointer_mut(&format!("{taken}/allOf/1/properties")).unwrap()["status"] = schema;
        document
    };
    let (any, one) = (of_any(json!({})), of_any(json!({ "const": 409 })));
    assert_eq!(breaking_changes(&any, &one), Vec::<String>::new(), "it is promised more");
    assert_eq!(flat(409, json!(["type", "by"])), ["POST /things: 409/status is not always there"]);
}

/// Where one shape was answered and others may come, the one keeps its name.
#[test]
fn an_answer_of_the_gateway_may_have_a_problem_beside_it() {
    let message = json!({ "$ref": "#/components/schemas/Thing" });
    let taken = json!({ "$ref": "#/components/schemas/TakenProblem" });
    let with = |schema: Value| {
        let mut document = api();
        document.pointer_mut(&format!("{MAKE}/responses")).unwrap()["404"] =
            json!({ "content": { "application/json": { "schema": schema } } });
        document
    };
    let both = json!({ "oneOf": [message, taken] });
    assert_eq!(breaking_changes(&with(message.clone()), &with(both.clone())), Vec::<String>::new());
    assert_eq!(breaking_changes(&with(both), &with(message)), [r#"POST /things: 404 is never "taken""#]);
}

/// The format of an integer says between which bounds it is, and may be told as bounds.
#[test]
fn an_integers_format_is_its_range() {
    let was = |place: String, schema: Value| {
        let mut old = api();
        old.pointer_mut(&place).unwrap()["size"] = schema;
        move |schema: Value| {
            let mut new = old.clone();
            new.pointer_mut(&place).unwrap()["size"] = schema;
            breaking_changes(&old, &new)
        }
    };
    let uint32 = json!({ "type": "integer", "format": "uint32", "minimum": 0 });
    let spelled_out = json!({ "type": "integer", "format": "int64", "minimum": 0, "maximum": u32::MAX });
    let answered = was(format!("{GIVEN}/properties"), uint32.clone());
    assert_eq!(answered(spelled_out.clone()), Vec::<String>::new());
    let larger = ["POST /things: 201/size has the maximum none instead of 4294967295"];
    assert_eq!(answered(json!({ "type": "integer", "minimum": 0 })), larger);
    let sent = was(format!("{SENT}/properties"), uint32);
    assert_eq!(sent(spelled_out), Vec::<String>::new());
    let smaller = ["POST /things: the body/size has the maximum 2147483647 instead of 4294967295"];
    assert_eq!(sent(json!({ "type": "integer", "format": "int32", "minimum": 0 })), smaller);
}

/// Two documents in which a member is a map, sent and answered.
fn of_maps(old: &Value, new: &Value, place: &str) -> Vec<String> {
    let with = |map: &Value| {
        let mut document = api();
        document.pointer_mut(&format!("{place}/properties")).unwrap()["labels"] = map.clone();
        document
    };
    breaking_changes(&with(old), &with(new))
}

#[test]
fn a_map_that_is_sent_may_not_get_narrower() {
    let map = json!({ "type": "object", "additionalProperties": { "type": "string", "maxLength": 500 }, "maxProperties": 20,
                      "propertyNames": { "pattern": "^[a-z]+$" } });
    let change = |pointer: &str, part: Value| {
        let mut new = map.clone();
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        new.pointer_mut(parent).unwrap()[name] = part;
        (of_maps(&map, &new, SENT), of_maps(&new, &map, SENT))
    };
    let none = Vec::<String>::new();
    let labels = |what: &str| vec![format!("POST /things: the body/labels{what}")];
    let narrower = [
        ("/maxProperties", json!(19), " has the maxProperties 19 instead of 20"),
        ("/minProperties", json!(1), " has the minProperties 1 instead of none"),
        ("/additionalProperties/maxLength", json!(499), "/* has the maxLength 499 instead of 500"),
        ("/additionalProperties/pattern", json!("^a"), r#"/* has the pattern "^a" instead of null"#),
        ("/propertyNames/maxLength", json!(40), ": the name of a member has the maxLength 40 instead of none"),
        ("/additionalProperties", json!(false), " may have no other members"),
        (
            "/properties",
            json!({ "kind": { "type": "string", "maxLength": 3 } }),
            "/kind has the maxLength 3 instead of 500",
        ),
        ("/dependentRequired", json!({ "a": ["b"] }), r#" has the dependentRequired {"a":["b"]} instead of none"#),
    ];
    for (pointer, part, what) in narrower {
        let (there, back) = change(pointer, part);
        assert_eq!(there, labels(what), "{pointer}");
        // A listed member that goes is told by its name.
        assert!(back == none || pointer == "/properties", "{pointer}: {back:?}");
    }
    let any = json!({ "type": "object" });
    assert_eq!(of_maps(&any, &map, SENT).len(), 4, "its size, its names, its members and their length");
    assert_eq!(of_maps(&map, &any, SENT), none);
}

#[test]
fn a_map_that_is_answered_may_not_get_wider() {
    let map = json!({ "type": "object", "additionalProperties": { "type": "string", "maxLength": 500 }, "maxProperties": 20 });
    let wider = |pointer: &str, part: Value| {
        let mut new = map.clone();
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        new.pointer_mut(parent).unwrap()[name] = part;
        of_maps(&map, &new, GIVEN)
    };
    let labels = |what: &str| vec![format!("POST /things: 201/labels{what}")];
    assert_eq!(wider("/maxProperties", json!(21)), labels(" has the maxProperties 21 instead of 20"));
    assert_eq!(wider("/additionalProperties/maxLength", json!(501)), labels("/* has the maxLength 501 instead of 500"));
    assert_eq!(
        wider("/additionalProperties/type", json!(["string", "null"])),
        labels("/* is null or string instead of string")
    );
    assert_eq!(
        wider("/properties", json!({ "kind": { "type": "integer" } })).len(),
        2,
        "a member is no string, and any length"
    );
    assert_eq!(wider("/additionalProperties/maxLength", json!(499)), Vec::<String>::new());
    assert_eq!(wider("/description", json!("other words")), Vec::<String>::new());
}

#[test]
fn a_list_of_anything_is_not_a_list_of_something() {
    let (any, strings) = (json!({ "type": "array" }), json!({ "type": "array", "items": { "type": "string" } }));
    assert_eq!(of_maps(&any, &strings, SENT), ["POST /things: the body/labels/* is string instead of anything"]);
    assert_eq!(of_maps(&strings, &any, SENT), Vec::<String>::new());
    assert_eq!(of_maps(&strings, &any, GIVEN), ["POST /things: 201/labels/* is anything instead of string"]);
    let unique = json!({ "type": "array", "uniqueItems": true });
    assert_eq!(
        of_maps(&any, &unique, SENT),
        ["POST /things: the body/labels has the uniqueItems true instead of none"]
    );
    assert_eq!(of_maps(&unique, &any, GIVEN), ["POST /things: 201/labels has the uniqueItems none instead of true"]);
}

#[test]
fn a_version_says_that_something_breaks() {
    let says = |old: &str, new: &str| {
        let document = |version: &str| json!({ "info": { "version": version } });
        announces_breaking(&document(old), &document(new))
    };
    assert!(says("1.2.3", "2.0.0") && says("0.9.0", "1.0.0") && says("0.1.7", "0.2.0"));
    assert!(!says("1.2.3", "1.3.0") && !says("0.1.0", "0.1.1") && !says("1.0.0", "0.2.0") && !says("1.0.0", "next"));
}
