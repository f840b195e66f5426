use serde_json::json;

use super::*;

fn now() -> DateTime<Utc> {
    "2026-11-22T08:00:00Z".parse().unwrap()
}

fn target(path: &str, parameters: Option<&Value>) -> Option<(Effort, String)> {
    let segments = path.trim_start_matches('/').split('/').map(|piece| {
        match piece.strip_prefix('{').and_then(|piece| piece.strip_suffix('}')) {
            Some(name) => Segment::Parameter(name.to_owned()),
            None => Segment::Literal(piece.to_owned()),
        }
    });
    let parameters = parameters.and_then(Value::as_array).map(Vec::as_slice);
    filled(&segments.collect::<Vec<_>>(), parameters, now())
}

#[test]
fn a_parameter_that_names_a_user_is_who_the_token_is_for() {
    assert_eq!(target("/users/{user_id}/things", None), Some(((0, 0), "/users/alice/things".to_owned())));
    let query = json!([{ "in": "query", "name": "userId", "required": true, "example": "bob" }]);
    assert_eq!(target("/things", Some(&query)), Some(((1, 0), "/things?userId=alice".to_owned())));
}

#[test]
fn what_has_to_be_there_is_there_with_times_in_the_future() {
    let time = json!({ "type": "string", "format": "date-time" });
    let parameters = json!([
        { "in": "path", "name": "room", "required": true, "example": "room 1" },
        { "in": "query", "name": "cursor", "schema": { "type": "string" } },
        { "in": "query", "name": "from", "required": true, "schema": time, "example": "2020-01-01T00:00:00Z" },
        { "in": "query", "name": "to", "required": true, "schema": time, "example": "2035-05-21T00:00:00Z" },
        { "in": "query", "name": "zone", "required": true, "schema": time, "example": "2035-05-21T00:00:00+02:00" },
    ]);
    let expected = "/rooms/room%201/busy?from=2026-11-22T09:00:00Z&to=2035-05-21T00:00:00Z&zone=2026-11-22T09:00:00Z";
    assert_eq!(target("/rooms/{room}/busy", Some(&parameters)), Some(((3, 1), expected.to_owned())));
}

#[test]
fn what_nobody_knows_a_value_for_is_not_shown() {
    assert_eq!(target("/rooms/{room}/busy", None), None);
    for place in ["query", "header"] {
        let parameters = json!([{ "in": place, "name": "x", "required": true, "schema": { "type": "string" } }]);
        assert_eq!(target("/things", Some(&parameters)), None, "{place}");
    }
}

#[test]
fn a_shell_takes_a_url_whole() {
    assert_eq!(quoted("http://127.0.0.1:3000/a/b-c"), "http://127.0.0.1:3000/a/b-c");
    for special in ["http://[::1]:3000/a", "http://x/a?b=c&d=e", "a b", "it's"] {
        let echoed = std::process::Command::new("sh").args(["-c", &format!("printf %s {}", quoted(special))]).output();
        assert_eq!(String::from_utf8(echoed.unwrap().stdout).unwrap(), special);
    }
}
