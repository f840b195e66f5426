//! Actions of the page `/_local/`: requests sent again, schedules run now, messages sent again and removed; and its tables.

use crate::common::live::Live;
use crate::common::sqs::{self, QUEUES};
use crate::common::{Client, HTTP, Scratch, dynamodb, eventually_async, start, stream};
use local::Service;
use serde_json::{Value, json as value};

async fn again(client: &Client, id: &str) -> crate::common::Answer {
    client.request("POST", &format!("/_local/requests/{id}/again"), "", "").await
}

async fn ended(client: &Client, id: &str) -> Value {
    eventually_async("the request has ended", async || {
        let details = client.get(&format!("/_local/requests/{id}")).await.json();
        (!details["status"].is_null()).then_some(details)
    })
    .await
}

#[tokio::test]
async fn a_request_sent_again_is_a_new_one_with_the_same_headers_and_body() {
    let scratch = Scratch::new();
    let service = start(scratch.options(HTTP)).await;
    let client = Client::new(&service.url());
    let headers = "authorization: Bearer secret\r\ncookie: a=1\r\ncontent-type: text/plain\r\nx-own: 1\r\n";
    let first = client.request("POST", "/do/echo?a=%20b", headers, "the body").await;
    let id = &first.headers["apigw-requestid"];
    let answer = again(&client, id).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    let new = answer.json()["id"].as_str().unwrap().to_owned();
    assert_ne!(new, *id);
    let details = ended(&client, &new).await;
    assert_eq!(
        (&details["status"], &details["method"], &details["query"]),
        (&value!(200), &value!("POST"), &value!("a=%20b"))
    );
    assert!(!details["spans"].as_array().unwrap().iter().any(|span| span["kind"] == "init"), "{details:#}");

    // The function received the same, with the secrets.
    let event = |text: &str| -> Value { serde_json::from_str(text).unwrap() };
    let (before, after) = (event(&first.body), event(details["response"]["body"]["text"].as_str().unwrap()));
    for member in ["body", "rawQueryString", "cookies", "routeKey"] {
        assert_eq!(before[member], after[member], "{member}");
    }
    for name in ["authorization", "content-type", "x-own", "host", "content-length"] {
        assert_eq!(before["headers"][name], after["headers"][name], "{name}");
    }
    assert_eq!(client.get("/_local/requests").await.json()[0]["id"], new.as_str());
    service.stop().await;
}

#[tokio::test]
async fn a_request_is_sent_again_while_the_last_one_runs_and_one_that_no_route_took_too() {
    let scratch = Scratch::new();
    let service = start(scratch.options(HTTP)).await;
    let client = Client::new(&service.url());
    let unknown = client.request("POST", "/none", "", "kept").await;
    let answer = again(&client, &unknown.headers["apigw-requestid"]).await;
    let details = ended(&client, answer.json()["id"].as_str().unwrap()).await;
    assert_eq!((&details["status"], &details["request"]["body"]["text"]), (&value!(404), &value!("kept")));

    // The answer to `again` does not wait for that of the request.
    let mut live = Live::open(&service.url()).await;
    let mut stream = client.connect().await;
    tokio::io::AsyncWriteExt::write_all(&mut stream, b"GET /do/hang HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n")
        .await
        .unwrap();
    let running = live.until("requests", |request| request["path"] == "/do/hang").await;
    let answer = again(&client, running["id"].as_str().unwrap()).await;
    assert_eq!(answer.status, 201);
    let second = client.get(&format!("/_local/requests/{}", answer.json()["id"].as_str().unwrap())).await.json();
    assert_eq!((&second["path"], &second["function"]), (&value!("/do/hang"), &value!("quick")));
    service.stop().await;
}

#[tokio::test]
async fn a_request_that_was_not_kept_whole_is_not_sent_again() {
    let scratch = Scratch::new();
    let service = start(scratch.options(HTTP)).await;
    let client = Client::new(&service.url());
    let long = client.request("POST", "/do/echo", "", &"x".repeat(70_000)).await;
    let answer = again(&client, &long.headers["apigw-requestid"]).await;
    assert_eq!(answer.status, 409);
    assert!(answer.json()["message"].as_str().unwrap().contains("64 KiB"), "{answer:?}");
    let head = client.request("GET", "/do/x", &format!("x-long: {}\r\n", "x".repeat(20_000)), "").await;
    assert_eq!(again(&client, &head.headers["apigw-requestid"]).await.status, 409);
    assert_eq!(again(&client, "none").await.status, 404);
    assert_eq!(client.get("/_local/requests/none/again").await.status, 405);
    assert_eq!(client.get("/_local/requests").await.json().as_array().unwrap().len(), 2);
    let foreign = client
        .request(
            "POST",
            &format!("/_local/requests/{}/again", long.headers["apigw-requestid"]),
            "origin: http://evil.example\r\n",
            "",
        )
        .await;
    assert_eq!(foreign.status, 403);
    service.stop().await;
}

#[tokio::test]
async fn a_schedule_shows_its_next_and_its_last_run_and_runs_now() {
    let template = "
service: test
functions:
  tick: { handler: misbehave, events: [schedule: 'cron(0 12 1 1 ? 2099)', schedule: rate(2 hours)] }
";
    let scratch = Scratch::new();
    let service = start(scratch.options(template)).await;
    let client = Client::new(&service.url());
    let shown = async || client.get("/_local/schedules").await.json();
    let before = shown().await;
    let next = before[0]["next"].as_str().unwrap();
    assert!(next.starts_with("2099-01-01T12:00:00") || next.starts_with("2099-01-01T11:59:59"), "{before}");
    let expected = (&value!("test-dev-tick-rule-1"), &value!("cron(0 12 1 1 ? 2099)"), &Value::Null);
    assert_eq!((&before[0]["id"], &before[0]["expression"], &before[0]["last"]), expected);
    assert_eq!(before[0]["function"], "tick");
    assert_eq!(before[1]["expression"], "rate(2 hours)");

    let mut live = Live::open(&service.url()).await;
    let run = client.request("POST", "/_local/schedules/test-dev-tick-rule-1/run", "", "").await;
    assert_eq!((run.status, run.body.as_str()), (202, ""));
    live.until("schedules", |data| *data == value!({})).await;
    let last = eventually_async("it ran", async || {
        let last = shown().await[0]["last"].clone();
        (!last.is_null()).then_some(last)
    })
    .await;
    assert_eq!(last["error"], Value::Null);
    assert!(last["at"].as_str().unwrap().ends_with('Z') && last["milliseconds"].as_f64().unwrap() > 0.0, "{last}");
    assert_eq!(client.request("POST", "/_local/schedules/none/run", "", "").await.status, 404);
    service.stop().await;
}

async fn queues(service: &Service) -> Value {
    Client::new(&service.url()).get("/_local/queues").await.json()
}

/// Waits until the queue's only message has these counts.
async fn counted(service: &Service, queue: usize, counts: Value) -> Value {
    eventually_async("the counts", async || {
        let shown = queues(service).await[queue].clone();
        (shown["counts"] == counts).then_some(shown)
    })
    .await
}

#[tokio::test]
async fn a_dead_letter_goes_back_to_its_queue_and_another_message_is_visible_at_once() {
    let scratch = Scratch::new();
    let service = start(scratch.options(QUEUES)).await;
    let client = Client::new(&service.url());
    let (dead, jobs) = (0, 1);
    let shown = queues(&service).await;
    assert_eq!((&shown[dead]["name"], &shown[dead]["dead_letters_of"]), (&value!("dead"), &value!(["jobs"])));
    assert_eq!(shown[jobs]["redrive"], value!({ "queue": "dead", "after": 2 }));
    assert_eq!((&shown[dead]["redrive"], &shown[jobs]["dead_letters_of"]), (&Value::Null, &value!([])));

    sqs::send(&service, "jobs", "work").await;
    for _ in 0..2 {
        assert_eq!(sqs::receive(&service, "jobs", value!({ "VisibilityTimeout": 0 })).await.len(), 1);
    }
    assert!(sqs::receive(&service, "jobs", value!({})).await.is_empty());
    let letter =
        counted(&service, dead, value!({ "visible": 1, "in_flight": 0, "delayed": 0 })).await["messages"][0].clone();
    assert_eq!((&letter["source"], &letter["receives"]), (&value!("jobs"), &value!(2)));
    let path = |queue: &str| format!("/_local/queues/{queue}/messages/{}", letter["id"].as_str().unwrap());
    let mut live = Live::open(&service.url()).await;
    assert_eq!(client.request("POST", &format!("{}/again", path("dead")), "", "").await.status, 204);
    live.until("queues", |data| *data == value!({})).await;
    let back =
        counted(&service, jobs, value!({ "visible": 1, "in_flight": 0, "delayed": 0 })).await["messages"][0].clone();
    assert_eq!((&back["body"], &back["receives"], &back["source"]), (&value!("work"), &value!(0), &Value::Null));
    assert_eq!(queues(&service).await[dead]["messages"], value!([]));

    // In flight: visible at once.
    assert_eq!(sqs::receive(&service, "jobs", value!({ "VisibilityTimeout": 600 })).await.len(), 1);
    counted(&service, jobs, value!({ "visible": 0, "in_flight": 1, "delayed": 0 })).await;
    assert_eq!(client.request("POST", &format!("{}/again", path("jobs")), "", "").await.status, 204);
    assert_eq!(sqs::bodies(&sqs::receive(&service, "jobs", value!({})).await), ["work"]);

    assert_eq!(client.request("DELETE", &path("jobs"), "", "").await.status, 204);
    for (method, path) in
        [("DELETE", path("jobs")), ("POST", format!("{}/again", path("jobs"))), ("DELETE", path("none"))]
    {
        let gone = client.request(method, &path, "", "").await;
        assert_eq!(gone.status, 404, "{method} {path}");
        assert!(gone.json()["message"].is_string());
    }
    service.stop().await;
}

#[tokio::test]
async fn a_table_is_read_in_the_order_of_its_keys_page_by_page() {
    let kinds = "custom: { local: { kinds: [{ match: { pk: 'a*', n: 3 }, says: The third }, { match: { pk: 'a*' }, says: An a }] } }\nfunctions:";
    let scratch = Scratch::new();
    let service = start(scratch.options(&stream("").replacen("functions:", kinds, 1))).await;
    let client = Client::new(&service.url());
    let mut live = Live::open(&service.url()).await;
    for (number, key) in ["b1", "a2", "a3", "a1", "c/%<"].into_iter().enumerate() {
        dynamodb::put(&service.dynamodb_url(), key, i64::try_from(number).unwrap()).await;
    }
    live.until("table", |data| *data == value!({})).await;
    let tables = client.get("/_local/tables").await.json();
    let kinds = value!([{ "match": { "n": "3", "pk": "a*" }, "says": "The third" }, { "match": { "pk": "a*" }, "says": "An a" }]);
    assert_eq!(
        tables,
        value!([{ "name": "things-dev-table", "key": ["pk"], "indexes": [], "ttl": "ttl", "kinds": kinds }])
    );

    let items = async |query: &str| client.get(&format!("/_local/tables/things-dev-table/items{query}")).await;
    let keys = |answer: &Value| -> Vec<String> {
        answer["items"].as_array().unwrap().iter().map(|item| item["key"]["pk"].as_str().unwrap().to_owned()).collect()
    };
    let all = items("").await.json();
    assert_eq!(
        (keys(&all), &all["after"]),
        (["a1", "a2", "a3", "b1", "c/%<"].map(str::to_owned).to_vec(), &Value::Null)
    );
    assert_eq!(all["items"][0], value!({ "key": { "pk": "a1" }, "kind": "The third", "item": { "pk": "a1", "n": 3 } }));
    assert_eq!((&all["items"][1]["kind"], &all["items"][3]["kind"]), (&value!("An a"), &Value::Null));
    assert_eq!(keys(&items("?prefix=c%2F%25").await.json()), ["c/%<"]);

    let (mut after, mut read) = (String::new(), Vec::new());
    loop {
        let page = items(&format!("?limit=2&prefix=a&after={after}")).await.json();
        read.extend(keys(&page));
        match page["after"].as_str() {
            Some(next) => next.clone_into(&mut after),
            None => break,
        }
    }
    assert_eq!(read, ["a1", "a2", "a3"]);
    for bad in ["?limit=0", "?limit=x", "?limit=1001", "?after=x", "?after=W10"] {
        let refused = items(bad).await;
        assert_eq!(refused.status, 400, "{bad}");
        assert!(refused.json()["message"].is_string());
    }
    assert_eq!(client.get("/_local/tables/none/items").await.status, 404);
    service.stop().await;
}
