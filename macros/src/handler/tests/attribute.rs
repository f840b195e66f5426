//! Mistakes in the attribute's arguments.

use super::*;

#[test]
fn without_arguments_all_forms_are_shown() {
    for form in ["POST \"/notes\"", "stream", "schedule", "queue", "event"] {
        attribute_says("", &format!("`#[handler({form})]`"));
    }
    attribute_says("whatever", "`#[handler(stream)]`");
    attribute_says("200", "`#[handler(stream)]`");
    attribute_says("status = 201", "options come last");
}

#[test]
fn only_a_function_can_be_a_handler() {
    says(r#"GET "/""#, "struct Book;", &["`#[handler]` belongs on a function"]);
    says(r#"GET "/""#, "impl Book { fn book() {} }", &["`#[handler]` belongs on a function"]);
}

#[test]
fn a_method_is_one_of_five() {
    attribute_says(
        r#"FETCH "/""#,
        "unknown method `FETCH`; a handler is for `GET`, `POST`, `PUT`, `PATCH` and `DELETE`",
    );
    attribute_says(r#"PSOT "/""#, "unknown method `PSOT`; did you mean `POST`?");
    attribute_says(r#"HEAD "/""#, "`HEAD` is answered by the gateway");
    attribute_says(r#"options "/""#, "`OPTIONS` is answered by the gateway");
}

#[test]
fn a_method_is_written_in_capitals() {
    attribute_says(r#"post "/""#, "write `POST`");
    attribute_says(r#"Get "/""#, "write `GET`");
}

#[test]
fn a_method_is_a_word_and_stands_first() {
    attribute_says(r#""/notes""#, r#"the method is missing: write `GET "/notes"`"#);
    attribute_says(r#""GET", "/""#, r#"the method has no quotes: write `GET "/notes"`"#);
    attribute_says(r#"POST, "/""#, "no comma stands between the method and its route");
}

#[test]
fn a_method_has_a_route() {
    attribute_says("POST", r#"`POST` lacks its route: write `POST "/notes"`"#);
    attribute_says("POST, status = 201", "`POST` lacks its route");
    attribute_says("POST /notes", "the route is one string literal");
    attribute_says(r#"POST concat!("/a", "/b")"#, "the route is one string literal");
    attribute_says(r#"POST "/a" "/b""#, "the route is one string literal");
}

#[test]
fn a_slip_in_a_trigger_is_recognised() {
    attribute_says("streams", "unknown trigger `streams`; did you mean `stream`?");
    attribute_says("scheduled", "unknown trigger `scheduled`; did you mean `schedule`?");
    attribute_says("queues", "unknown trigger `queues`; did you mean `queue`?");
    attribute_says("events", "unknown trigger `events`; did you mean `event`?");
}

#[test]
fn the_service_behind_a_trigger_suggests_it() {
    attribute_says("sqs", "unknown trigger `sqs`; did you mean `queue`?");
    attribute_says("eventBridge", "unknown trigger `eventBridge`; did you mean `event`?");
    attribute_says("cron", "unknown trigger `cron`; did you mean `schedule`?");
    attribute_says("dynamodb", "unknown trigger `dynamodb`; did you mean `stream`?");
}

#[test]
fn a_trigger_without_a_client_has_no_route() {
    says(r#"schedule "/""#, "async fn sweep() -> () {}", &["`schedule` has no route"]);
    says(r#"queue "/""#, "async fn take(message: Message<Order>) -> () {}", &["`queue` has no route"]);
    says(r#"event "/""#, "async fn greet(event: BusEvent<Order>) -> () {}", &["`event` has no route"]);
}

#[test]
fn an_unknown_option_names_the_known() {
    attribute_says(r#"GET "/", stats = 201"#, "unknown option `stats`; did you mean `status`?");
    attribute_says(r#"GET "/", timeout = 3"#, "a handler knows `status`, `concurrency` and `crate`");
    attribute_says(r#"GET "/", "x""#, "expected an option: a handler knows `status`, `concurrency` and `crate`");
    let queue = "async fn take(message: Message<Order>) -> () {}";
    says("queue, concurency = 3", queue, &["unknown option `concurency`; did you mean `concurrency`?"]);
}

#[test]
fn an_option_stands_once_and_has_its_value() {
    attribute_says(r#"GET "/", status = 200, status = 201"#, "`status` is given twice");
    attribute_says(r#"GET "/", status"#, "`status` is an integer from 200 to 299");
    attribute_says(r#"GET "/", status ="#, "`status =` lacks its value");
    attribute_says(r#"GET "/", status 201"#, "expected `=` or a comma after `status`");
}

#[test]
fn a_status_is_a_success() {
    for value in ["404", "199", "300", "\"201\"", "-1", "201u16", "201.0", "CREATED"] {
        attribute_says(&format!(r#"GET "/", status = {value}"#), "`status` is an integer from 200 to 299");
    }
}

#[test]
fn a_status_belongs_to_a_route() {
    says("stream, status = 200", "async fn f(records: Records) -> () {}", &["`status` belongs to a route"]);
    says("schedule, status = 200", "async fn f() -> () {}", &["`status` belongs to a route"]);
    says(
        "queue, status = 200",
        "async fn f(message: Message<Order>) -> () {}",
        &["`status` belongs to a route: no client receives the result of a queue handler; remove it"],
    );
}

#[test]
fn a_concurrency_belongs_to_a_queue() {
    attribute_says(
        r#"GET "/", concurrency = 3"#,
        "`concurrency` belongs to a queue: a route's handler is called with one request at a time; remove it",
    );
    for (trigger, argument) in [("stream", "records: Records"), ("schedule", ""), ("event", "event: BusEvent<Order>")] {
        says(
            &format!("{trigger}, concurrency = 3"),
            &format!("async fn f({argument}) -> () {{}}"),
            &["`concurrency` belongs to a queue"],
        );
    }
}

#[test]
fn a_concurrency_is_a_number_of_messages() {
    let queue = "async fn take(message: Message<Order>) -> () {}";
    for value in ["0", "10001", "-1", "\"10\"", "10u16", "MANY", "99999999999"] {
        let rule = "`concurrency` is an integer from 1 to 10000";
        says(&format!("queue, concurrency = {value}"), queue, &[rule]);
    }
    says("queue, concurrency", queue, &["`concurrency` is an integer from 1 to 10000"]);
    says("queue, concurrency = 1, concurrency = 2", queue, &["`concurrency` is given twice"]);
}

#[test]
fn a_crate_is_a_path() {
    attribute_says(r#"GET "/", crate = "api""#, "`crate` is a path without quotes");
}
