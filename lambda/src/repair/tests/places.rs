//! Where a rule is said to be broken, if serde names a value otherwise than Rust does.

use super::*;

#[derive(Debug, Deserialize, Validate)]
struct Part {
    #[serde(rename = "theSize")]
    #[garde(range(max = 9))]
    size: u8,
    #[garde(dive)]
    inner: Option<Box<Part>>,
}

#[derive(Debug, Deserialize, Validate)]
#[serde(rename_all = "snake_case")]
enum External {
    One(#[garde(range(max = 9))] u8),
    Two(#[garde(range(max = 9))] u8, #[garde(range(max = 9))] u8),
    Named {
        #[serde(rename = "n")]
        #[garde(range(max = 9))]
        number: u8,
    },
    Part(#[garde(dive)] Part),
}

#[derive(Debug, Deserialize, Validate)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Internal {
    Named {
        #[serde(rename = "n")]
        #[garde(range(max = 9))]
        number: u8,
    },
    Part(#[garde(dive)] Part),
}

#[derive(Debug, Deserialize, Validate)]
#[serde(tag = "kind", content = "of", rename_all = "snake_case")]
enum Adjacent {
    One(#[garde(range(max = 9))] u8),
    Two(#[garde(range(max = 9))] u8, #[garde(range(max = 9))] u8),
    Named {
        #[serde(rename = "n")]
        #[garde(range(max = 9))]
        number: u8,
    },
    Part(#[garde(dive)] Part),
}

#[derive(Debug, Deserialize, Validate)]
#[serde(untagged)]
enum Untagged {
    One(#[garde(range(max = 9))] u8),
    Part(#[garde(dive)] Part),
}

#[derive(Debug, Deserialize, Validate)]
struct Wrapped(#[garde(dive)] Part);

#[derive(Debug, Deserialize, Validate)]
struct Renamed {
    #[serde(rename = "type")]
    #[garde(length(min = 2))]
    kind: String,
    #[serde(rename = "@id")]
    #[garde(range(min = 5))]
    number: u8,
    #[serde(rename = "~/")]
    #[garde(dive)]
    part: Part,
    #[serde(alias = "old")]
    #[garde(length(max = 2))]
    new: String,
    #[serde(rename = "url")]
    #[garde(prefix("https:"))]
    address: String,
    #[serde(rename = "labels")]
    #[garde(length(max = 2), inner(length(max = 2)))]
    tags: Vec<String>,
    #[garde(dive)]
    external: Option<External>,
    #[garde(dive)]
    internal: Option<Internal>,
    #[garde(dive)]
    adjacent: Option<Adjacent>,
    #[garde(dive)]
    untagged: Option<Untagged>,
    #[garde(dive)]
    wrapped: Option<Wrapped>,
    #[garde(dive)]
    named: BTreeMap<String, Part>,
}

/// A sound document, with these members added or replaced.
fn with(members: &Value) -> String {
    let mut body = json!({
        "type": "ab", "@id": 5, "~/": {"theSize": 1}, "new": "a", "url": "https:", "labels": [], "named": {},
    });
    for (name, value) in members.as_object().unwrap() {
        body[name] = value.clone();
    }
    body.to_string()
}

#[test]
fn a_broken_rule_is_where_the_document_has_the_value_whatever_its_name() {
    let part = json!({"theSize": 10});
    for (member, value, at) in [
        ("type", json!("a"), vec!["/type"]),
        ("@id", json!(4), vec!["/@id"]),
        ("~/", part.clone(), vec!["/~0~1/theSize"]),
        ("~/", json!({"theSize": 1, "inner": part}), vec!["/~0~1/inner/theSize"]),
        ("~/", json!({"theSize": 10, "inner": part}), vec!["/~0~1/inner/theSize", "/~0~1/theSize"]),
        ("url", json!("http:"), vec!["/url"]),
        ("labels", json!(["a", "abc", "b"]), vec!["/labels", "/labels/1"]),
        ("external", json!({"one": 10}), vec!["/external/one"]),
        ("external", json!({"two": [10, 10]}), vec!["/external/two/0", "/external/two/1"]),
        ("external", json!({"named": {"n": 10}}), vec!["/external/named/n"]),
        ("external", json!({"part": part}), vec!["/external/part/theSize"]),
        ("internal", json!({"kind": "named", "n": 10}), vec!["/internal/n"]),
        ("internal", json!({"kind": "part", "theSize": 10}), vec!["/internal/theSize"]),
        ("adjacent", json!({"kind": "one", "of": 10}), vec!["/adjacent/of"]),
        ("adjacent", json!({"kind": "two", "of": [10, 10]}), vec!["/adjacent/of/0", "/adjacent/of/1"]),
        ("adjacent", json!({"of": {"n": 10}, "kind": "named"}), vec!["/adjacent/of/n"]),
        ("adjacent", json!({"kind": "part", "of": part}), vec!["/adjacent/of/theSize"]),
        ("untagged", json!(10), vec!["/untagged"]),
        ("untagged", part.clone(), vec!["/untagged/theSize"]),
        ("wrapped", part.clone(), vec!["/wrapped/theSize"]),
        ("named", json!({"size": part, "a.b": part}), vec!["/named/a.b/theSize", "/named/size/theSize"]),
    ] {
        assert_eq!(pointers(of::<Renamed>(&with(&json!({member: value})))), at, "{member} {value}");
    }
    let old = with(&json!({})).replace("\"new\"", "\"old\"").replace("\"a\"", "\"abc\"");
    assert_eq!(pointers(of::<Renamed>(&old)), ["/old"]);
}

#[test]
fn a_value_of_another_name_has_one_fault() {
    let body = with(&json!({"type": 5, "@id": 4, "new": null, "~/": {"theSize": "x", "inner": {"theSize": 10}}}));
    assert_eq!(pointers(of::<Renamed>(&body)), ["/@id", "/new", "/type", "/~0~1/inner/theSize", "/~0~1/theSize"]);
}

#[test]
fn a_parameter_of_another_name_is_named_as_it_was_sent() {
    #[derive(Debug, Deserialize, Validate)]
    struct Asked {
        #[serde(rename = "page[size]")]
        #[garde(range(max = 9))]
        size: u8,
        #[serde(rename = "q")]
        #[garde(length(min = 3))]
        text: String,
    }
    let pairs = [("page[size]", "10"), ("q", "ab")].map(|(name, value)| (name.to_owned(), value.to_owned()));
    let faults = read::<Asked>(Node::of_query(pairs)).unwrap_err();
    assert_eq!(faults.iter().map(|fault| fault.pointer.as_str()).collect::<Vec<_>>(), ["/page[size]", "/q"]);
}

/// As large as a body may be, and with faults whose places have to be tried.
#[test]
fn a_large_body_with_other_names_is_answered() {
    let names: serde_json::Map<_, _> = (0..3000).map(|index| (index.to_string(), json!({"theSize": 10}))).collect();
    assert_eq!(of::<Renamed>(&with(&json!({"named": names, "type": "a"}))).len(), MOST);
}

#[derive(Debug, Deserialize)]
#[expect(dead_code)]
struct When {
    start: crate::Timestamp,
    end: crate::Timestamp,
    id: uuid::Uuid,
    name: String,
    day: chrono::NaiveDate,
    count: u8,
    colour: Colour,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Colour {
    Red,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
#[expect(dead_code)]
enum Tagged {
    When(When),
    Other { other: Box<Tagged>, id: uuid::Uuid },
}

#[derive(Debug, Deserialize, Validate)]
#[garde(allow_unvalidated)]
#[expect(dead_code)]
struct Copies {
    title: String,
    #[serde(flatten)]
    when: When,
    tagged: Tagged,
}

/// serde reads these from a copy, which does not say where a value is.
#[test]
fn a_string_that_a_type_refuses_is_named_where_it_is_in_a_copy_too() {
    let when = json!({
        "start": "2026-11-22T10:00:00Z", "end": "2026-11-22T11:00:00Z", "id": "67e55044-10b1-426f-9247-bb680e5fe0c8",
        "name": "a", "day": "2026-11-22", "count": 1, "colour": "red",
    });
    let whole = |flat: &[(&str, Value)], tagged: &[(&str, Value)]| {
        let (mut body, mut inner) = (when.clone(), when.clone());
        for (name, value) in flat {
            body[*name] = value.clone();
        }
        for (name, value) in tagged {
            inner[*name] = value.clone();
        }
        (body["title"], inner["kind"]) = (json!("t"), json!("when"));
        body["tagged"] = json!({"kind": "other", "other": inner, "id": when["id"]});
        body.to_string()
    };
    assert_eq!(of::<Copies>(&whole(&[], &[])), []);
    let offset = crate::Timestamp::from_millis(0).map(|time| time.to_string().replace('Z', "")).unwrap();
    for (name, value) in [
        ("start", json!(offset)),
        ("end", json!("x")),
        ("id", json!("x")),
        ("day", json!("x")),
        ("count", json!("red")),
        ("colour", json!("x")),
        ("name", json!(["a"])),
        ("count", json!({"a": 1})),
    ] {
        let found = pointers(of::<Copies>(&whole(&[(name, value.clone())], &[])));
        assert_eq!(found, [format!("/{name}")], "{value}");
        let found = pointers(of::<Copies>(&whole(&[], &[(name, value.clone())])));
        assert_eq!(found, [format!("/tagged/other/{name}")], "{value}");
    }
    let all =
        [("start", json!("x")), ("end", json!("x")), ("id", json!("x")), ("day", json!("x")), ("count", json!(-1))];
    let found = pointers(of::<Copies>(&whole(&all, &[("id", json!("x")), ("colour", json!("a"))])));
    assert_eq!(found, ["/count", "/day", "/end", "/id", "/start", "/tagged/other/colour", "/tagged/other/id"]);
}
