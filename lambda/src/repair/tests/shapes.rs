//! Tests with types of every shape that serde derives.

use super::*;

#[derive(Debug, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
struct Order {
    #[expect(dead_code)]
    #[garde(skip)]
    note: String,
    #[garde(dive)]
    lines: Vec<Line>,
}

#[derive(Debug, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
struct Line {
    #[garde(range(min = 1))]
    count: u32,
}

#[test]
fn faults_are_found_inside_of_arrays_and_objects() {
    let body = r#"{"note": 1, "lines": [{"count": 0}, {"count": "x"}, {"count": 2, "a/b": 1}, [3], 4]}"#;
    assert_eq!(
        pointers(of::<Order>(body)),
        ["/lines/0/count", "/lines/1/count", "/lines/2/a~1b", "/lines/3", "/lines/4", "/note"]
    );
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Point {
    x: i8,
    y: i8,
}

#[derive(Debug, Deserialize)]
#[expect(dead_code)]
struct Wrapped(Point);

#[derive(Debug, Deserialize)]
#[expect(dead_code)]
struct Pair(u8, Option<Point>);

#[derive(Debug, Deserialize)]
struct Nothing;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(dead_code)]
enum Shape {
    Dot,
    At(Point),
    Between(Point, Point),
    Round { centre: Point, radius: f64 },
}

#[derive(Debug, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[expect(dead_code)]
enum Tagged {
    Dot,
    Round { centre: Point, radius: f64 },
    At(Point),
}

#[derive(Debug, Deserialize)]
#[serde(tag = "kind", content = "of", rename_all = "snake_case")]
#[expect(dead_code)]
enum Adjacent {
    Dot,
    At(Point),
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
#[expect(dead_code)]
enum Either {
    Count(u32),
    At(Point),
}

#[derive(Debug, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[expect(dead_code)]
enum Listed {
    Points { all: Vec<Point> },
    Pair { of: (u8, u8) },
    Loose { of: Loose },
    Free { of: Value },
    Either { of: PairOrPoint },
}

#[derive(Debug, Deserialize)]
#[expect(dead_code)]
struct Loose {
    #[serde(default)]
    count: u8,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
#[expect(dead_code)]
enum PairOrPoint {
    Pair((u8, u8)),
    Point(Point),
}

#[derive(Debug, Deserialize)]
#[expect(dead_code)]
struct Flat {
    name: String,
    #[serde(flatten)]
    at: Point,
}

/// One member of each shape.
#[derive(Debug, Deserialize, Validate)]
#[serde(deny_unknown_fields, default)]
#[garde(allow_unvalidated)]
#[derive(Default)]
pub(super) struct All {
    point: Option<Point>,
    boxed: Option<Box<Point>>,
    points: Vec<Point>,
    named: BTreeMap<String, Point>,
    numbered: BTreeMap<u8, Point>,
    wrapped: Option<Wrapped>,
    pair: Option<Pair>,
    tuple: Option<(u8, String)>,
    three: Option<[u8; 3]>,
    nothing: Option<Nothing>,
    shape: Option<Shape>,
    tagged: Option<Tagged>,
    adjacent: Option<Adjacent>,
    either: Option<Either>,
    flat: Option<Flat>,
    lists: Vec<Listed>,
    letter: Option<char>,
    whole: Option<u32>,
    large: Option<u64>,
    huge: Option<i128>,
    some: Option<std::num::NonZeroU8>,
    float: Option<f32>,
    truth: Option<bool>,
    id: Option<uuid::Uuid>,
    address: Option<std::net::IpAddr>,
    free: Option<Value>,
}

#[track_caller]
fn told(member: &str, value: &str) -> (String, String) {
    one(of::<All>(&format!(r#"{{"{member}": {value}}}"#)))
}

#[test]
fn what_is_right_is_read() {
    for body in [
        r#"{"point": {"x": 1, "y": 2.0}, "boxed": {"x": -0, "y": 1e2}, "points": [{"x": 1, "y": 2}]}"#,
        r#"{"named": {"": {"x": 1, "y": 2}}, "numbered": {"7": {"x": 1, "y": 2}}, "wrapped": {"x": 1, "y": 2}}"#,
        r#"{"pair": [1, {"x": 1, "y": 2}], "tuple": [1, "a"], "three": [1, 2, 3], "nothing": null}"#,
        r#"{"shape": "dot", "tagged": {"kind": "dot"}, "adjacent": {"kind": "dot"}, "either": 5}"#,
        r#"{"shape": {"dot": null}, "tagged": {"radius": 1, "centre": {"x": 1e0, "y": 2}, "kind": "round"}}"#,
        r#"{"shape": {"at": {"x": 1, "y": 2}}, "tagged": {"kind": "at", "x": 1.0, "y": 2}, "either": {"x": 1, "y": 2}}"#,
        r#"{"shape": {"between": [{"x": 1, "y": 2}, {"x": 1, "y": 2}]}, "adjacent": {"of": {"x": 1, "y": 2}, "kind": "at"}}"#,
        r#"{"shape": {"round": {"centre": {"x": 1, "y": 2}, "radius": 1}}, "flat": {"name": "a", "x": 1, "y": 2.0}}"#,
        r#"{"letter": "é", "whole": 4.294967295e9, "large": 18446744073709551615, "huge": -170141183460469231731687303715884105728}"#,
        r#"{"some": 1, "float": 1, "truth": false, "id": "67e55044-10b1-426f-9247-bb680e5fe0c8", "address": "::1"}"#,
        r#"{"free": {"a": [1, 2.5, "x", null, {"b": []}]}, "point": null}"#,
    ] {
        assert_eq!(of::<All>(body), [], "{body}");
    }
}

#[test]
fn a_struct_is_read_from_an_object_only() {
    for (member, value, at) in [
        ("point", "[1, 2]", "/point"),
        ("boxed", "[1, 2]", "/boxed"),
        ("points", "[{\"x\": 1, \"y\": 2}, [1, 2]]", "/points/1"),
        ("named", "{\"a/b\": [1, 2]}", "/named/a~1b"),
        ("named", "[]", "/named"),
        ("numbered", "{\"7\": [1, 2]}", "/numbered/7"),
        ("wrapped", "[1, 2]", "/wrapped"),
        ("pair", "[1, [1, 2]]", "/pair/1"),
        ("shape", "{\"at\": [1, 2]}", "/shape/at"),
        ("shape", "{\"between\": [{\"x\": 1, \"y\": 2}, [1, 2]]}", "/shape/between/1"),
        ("shape", "{\"round\": [{\"x\": 1, \"y\": 2}, 1]}", "/shape/round"),
        ("shape", "{\"round\": {\"centre\": [1, 2], \"radius\": 1}}", "/shape/round/centre"),
        ("tagged", "[\"dot\"]", "/tagged"),
        ("tagged", "[\"at\", 1, 2]", "/tagged"),
        ("adjacent", "[\"at\", {\"x\": 1, \"y\": 2}]", "/adjacent"),
        ("adjacent", "{\"kind\": \"at\", \"of\": [1, 2]}", "/adjacent/of"),
        ("flat", "[\"a\", 1, 2]", "/flat"),
    ] {
        assert_eq!(
            told(member, value),
            (at.to_owned(), "must be an object, not an array".to_owned()),
            "{member} {value}"
        );
    }
}

/// serde reads these from a copy, in which a struct reads an array.
#[test]
fn a_struct_in_a_copy_is_read_from_an_object_only() {
    for (member, value, at) in [
        ("tagged", "{\"kind\": \"round\", \"centre\": [1, 2], \"radius\": 1}", "/tagged/centre"),
        ("tagged", "{\"radius\": 1, \"centre\": [1, 2], \"kind\": \"round\"}", "/tagged/centre"),
        ("adjacent", "{\"of\": [1, 2], \"kind\": \"at\"}", "/adjacent/of"),
        ("either", "[1, 2]", "/either"),
        ("lists", "[{\"kind\": \"points\", \"all\": [{\"x\": 1, \"y\": 2}, [1, 2]]}]", "/lists/0/all/1"),
        ("lists", "[{\"kind\": \"loose\", \"of\": [5]}]", "/lists/0/of"),
    ] {
        assert_eq!(
            told(member, value),
            (at.to_owned(), "must be an object, not an array".to_owned()),
            "{member} {value}"
        );
    }
}

#[test]
fn what_is_wrong_in_a_copy_hides_no_other_fault() {
    let body = r#"{"tagged": {"kind": "round", "centre": [1, 2], "radius": "x"}, "whole": -1, "shape": {"at": {}}}"#;
    assert_eq!(pointers(of::<All>(body)), ["/shape/at/x", "/shape/at/y", "/tagged/centre", "/tagged/radius", "/whole"]);
}

#[test]
fn a_list_in_a_copy_is_read_from_an_array() {
    for value in [
        r#"{"kind": "points", "all": [{"x": 1, "y": 2}, {"x": 1, "y": 2}]}"#,
        r#"{"kind": "points", "all": []}"#,
        r#"{"kind": "pair", "of": [1, 2]}"#,
        r#"{"of": [1, 2], "kind": "pair"}"#,
        r#"{"kind": "free", "of": [1, [], [2, [3]]]}"#,
        r#"{"kind": "either", "of": [1, 2]}"#,
    ] {
        assert_eq!(of::<All>(&format!(r#"{{"lists": [{value}]}}"#)), [], "{value}");
    }
}

#[test]
fn every_sentence_is_in_the_clients_words() {
    for (member, value, at, rule) in [
        ("point", "7", "/point", "must be an object, not a number"),
        ("point", "{\"x\": 1}", "/point/y", "is missing"),
        ("point", "{\"x\": 1, \"y\": 128}", "/point/y", "must be an integer from -128 to 127"),
        ("points", "{}", "/points", "must be an array, not an object"),
        ("points", "\"\"", "/points", "must be an array, not a string"),
        ("numbered", "{\"256\": 1}", "/numbered/256", "has a name that must be an integer from 0 to 255"),
        ("numbered", "{\"a.b\": 1}", "/numbered/a.b", "has a name that must be an integer from 0 to 255"),
        ("pair", "[1]", "/pair", "must be an array of length 2, not 1"),
        ("tuple", "[1, 2, 3]", "/tuple", "must be an array of length 2, not 3"),
        ("tuple", "[1, 2]", "/tuple/1", "must be a string, not a number"),
        ("three", "{}", "/three", "must be an array of length 3, not an object"),
        ("nothing", "{}", "/nothing", "must be null, not an object"),
        ("shape", "\"oval\"", "/shape", "must be one of `dot`, `at`, `between`, `round`"),
        ("shape", "{\"oval\": 1}", "/shape", "must be one of `dot`, `at`, `between`, `round`"),
        ("shape", "5", "/shape", "must be one of `dot`, `at`, `between`, `round`, not a number"),
        ("shape", "{}", "/shape", "must have one member, named one of `dot`, `at`, `between`, `round`"),
        ("shape", "\"at\"", "/shape", "must be an object with the member `at`"),
        ("shape", "{\"dot\": 1}", "/shape", "must be the string `dot`"),
        ("tagged", "{}", "/tagged/kind", "is missing"),
        ("tagged", "7", "/tagged", "must be an object, not an integer"),
        ("tagged", "{\"kind\": \"oval\"}", "/tagged/kind", "must be one of `dot`, `round`, `at`"),
        ("tagged", "{\"kind\": \"at\", \"x\": 1}", "/tagged/y", "is missing"),
        ("tagged", "{\"kind\": \"at\", \"x\": \"u\", \"y\": 1}", "/tagged/x", "must be an integer, not a string"),
        (
            "tagged",
            "{\"kind\": \"at\", \"x\": 1.5, \"y\": 1}",
            "/tagged/x",
            "must be an integer, not a number with a fraction",
        ),
        ("tagged", "{\"kind\": \"at\", \"x\": 300, \"y\": 1}", "/tagged/x", "must be an integer from -128 to 127"),
        ("either", "\"a\"", "/either", "has none of the forms that it can have"),
        ("flat", "{\"name\": \"a\", \"x\": 1}", "/flat/y", "is missing"),
        ("flat", "{\"name\": \"a\", \"x\": \"u\", \"y\": 1}", "/flat/x", "must be an integer, not a string"),
        ("letter", "\"ab\"", "/letter", "must be one character"),
        ("letter", "5", "/letter", "must be one character, not a number"),
        ("whole", "-1", "/whole", "must be an integer from 0 to 4294967295"),
        ("whole", "4294967296.0", "/whole", "must be an integer from 0 to 4294967295"),
        ("whole", "0.5", "/whole", "must be an integer, not a number with a fraction"),
        ("large", "18446744073709551616", "/large", "must be an integer from 0 to 18446744073709551615"),
        ("some", "0", "/some", "must be an integer other than 0"),
        ("float", "1e39", "/float", "must be a number from -3.4028234663852886e38 to 3.4028234663852886e38"),
        ("float", "\"1\"", "/float", "must be a number, not a string"),
        ("truth", "\"true\"", "/truth", "must be true or false, not a string"),
        ("id", "\"secret\"", "/id", "must be a UUID, such as 67e55044-10b1-426f-9247-bb680e5fe0c8"),
        ("address", "\"secret\"", "/address", "must be an IP address"),
        ("free", "1e400", "/free", "must be a number from -1.7976931348623157e308 to 1.7976931348623157e308"),
    ] {
        assert_eq!(told(member, value), (at.to_owned(), rule.to_owned()), "{member} {value}");
    }
}

#[test]
fn no_sentence_shows_what_was_sent() {
    let secret = "hunter2-secret";
    for member in
        ["point", "points", "shape", "tagged", "adjacent", "either", "letter", "whole", "truth", "id", "address"]
    {
        for value in [json!(secret), json!({"kind": secret}), json!([secret])] {
            for (_, detail) in of::<All>(&json!({ member: value }).to_string()) {
                assert!(!detail.contains(secret), "{member} {value}: {detail}");
            }
        }
    }
}

/// A type with its own `Deserialize`.
#[derive(Debug, Deserialize)]
#[serde(try_from = "String")]
struct Plate;

impl TryFrom<String> for Plate {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        match text.as_str() {
            "KA-AB 1" => Ok(Self),
            "" => Err(format!("`{text}` is no plate")),
            other if other.len() > 10 => Err(format!("what is {other}")),
            _ => Err("must be a plate, such as KA-AB 1".to_owned()),
        }
    }
}

#[derive(Debug, Deserialize, Validate)]
#[garde(allow_unvalidated)]
#[expect(dead_code)]
pub(super) struct Car {
    plate: Plate,
    spare: Vec<Plate>,
    seats: u8,
    #[garde(length(min = 2))]
    owner: String,
}

#[test]
fn a_types_own_words_are_told() {
    let body = |plate: &str| format!(r#"{{"plate": "{plate}", "spare": [], "seats": 5, "owner": "Jo"}}"#);
    assert_eq!(one(of::<Car>(&body("x"))), ("/plate".to_owned(), "must be a plate, such as KA-AB 1".to_owned()));
    assert_eq!(one(of::<Car>(&body("a long secret"))).1, UNFIT);
}

#[test]
fn what_no_stand_in_fits_hides_no_fault_of_the_others() {
    let body = r#"{"plate": "x", "spare": ["KA-AB 1", "y", 7], "seats": "five", "owner": 5}"#;
    assert_eq!(pointers(of::<Car>(body)), ["/owner", "/plate", "/seats", "/spare/1", "/spare/2"]);
}

#[test]
fn a_list_may_be_a_body() {
    assert_eq!(of::<Vec<Line>>(r#"[{"count": 1}]"#), []);
    assert_eq!(pointers(of::<Vec<Line>>(r#"[{"count": 0}, [1], {"count": 1, "b": 1}]"#)), ["/0/count", "/1", "/2/b"]);
    assert_eq!(one(of::<Vec<Line>>("{}")).1, "must be an array, not an object");
}

#[derive(Debug, Deserialize, Validate)]
#[garde(allow_unvalidated)]
#[expect(dead_code)]
struct Asked {
    deep: Option<bool>,
    ratio: Option<f64>,
    #[serde(flatten)]
    at: Point,
}

#[test]
fn a_query_may_be_of_every_simple_type() {
    let asked = |pairs: &[(&str, &str)]| {
        let pairs = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        read::<Asked>(Node::of_query(pairs)).map(|_| ())
    };
    assert_eq!(asked(&[("deep", "true"), ("ratio", "1e-1"), ("x", "1"), ("y", "2.0")]), Ok(()));
    let faults = asked(&[("deep", "yes"), ("ratio", "half"), ("x", "one"), ("y", "2")]).unwrap_err();
    let faults: Vec<_> = faults.iter().map(|fault| (fault.pointer.as_str(), &*fault.detail)).collect();
    assert_eq!(
        faults,
        [("/deep", "must be true or false"), ("/ratio", "must be a number"), ("/x", "must be an integer")]
    );
}
