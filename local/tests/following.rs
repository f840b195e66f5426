//! Consequences of a request: batches of the stream that it wrote to, and events.

use crate::common::traces::{item, of_kind, request, spans, template, until, write};
use crate::common::{Client, Scratch, dynamodb, start, stream};
use local::{Data, Options};
use serde_json::{Value, json as value};

#[tokio::test]
async fn a_batch_follows_from_the_requests_that_wrote_its_records_and_from_no_other() {
    let scratch = Scratch::new();
    let service = start(scratch.options(&template())).await;
    let mut made = Vec::new();
    for _ in 0..6 {
        made.push(request(&service, "").await);
    }
    let [put, change, refused, batch, transaction, none] = &made[..] else { panic!() };
    assert_eq!(write(&service, &put.header, "PutItem", item("a", 1)).await.status, 200);
    let update = value!({
        "TableName": "things-dev-table", "Key": { "pk": { "S": "a" } }, "UpdateExpression": "SET n = :n",
        "ExpressionAttributeValues": { ":n": { "N": "2" } },
    });
    assert_eq!(write(&service, &change.header, "UpdateItem", update).await.status, 200);
    let mut conditional = item("a", 3);
    conditional["ConditionExpression"] = "attribute_not_exists(pk)".into();
    assert_eq!(write(&service, &refused.header, "PutItem", conditional).await.status, 400);
    let requests = value!({ "things-dev-table": [{ "PutRequest": { "Item": item("b", 4)["Item"] } }, { "DeleteRequest": { "Key": { "pk": { "S": "a" } } } }] });
    assert_eq!(
        write(&service, &batch.header, "BatchWriteItem", value!({ "RequestItems": requests })).await.status,
        200
    );
    let actions = value!({ "ClientRequestToken": "t-1", "TransactItems": [{ "Put": item("c", 5) }] });
    for _ in 0..2 {
        assert_eq!(write(&service, &transaction.header, "TransactWriteItems", actions.clone()).await.status, 200);
    }
    assert_eq!(write(&service, "", "PutItem", item("c", 5)).await.status, 200);
    dynamodb::put(&service.dynamodb_url(), "last", 1).await;
    crate::common::eventually("the last record is seen", || {
        scratch.notes().iter().any(|note| note.starts_with("batch") && note.contains("last")).then_some(())
    })
    .await;

    for writer in [put, change, batch, transaction] {
        let spans = spans(&service, writer).await;
        let streams = of_kind(&spans, "stream");
        assert!(!streams.is_empty(), "{spans:#?}");
        for stream in streams {
            assert_eq!((&stream["name"], &stream["parent"]), (&value!("watch"), &value!(writer.segment())));
            assert_eq!(stream["detail"]["table"], "things-dev-table");
        }
    }
    for other in [refused, none] {
        let spans = spans(&service, other).await;
        assert!(of_kind(&spans, "stream").is_empty(), "{spans:#?}");
    }
    service.stop().await;
}

#[tokio::test]
async fn another_database_is_joined_too_and_a_restart_begins_anew() {
    let (scratch, others) = (Scratch::new(), Scratch::new());
    let other = start(others.options(&stream(""))).await;
    let remote = Options { dynamodb_endpoint: Some(other.dynamodb_url()), ..scratch.options(&template()) };
    let kept = Options { data: Data::Directory(scratch.path(".local")), ..scratch.options(&template()) };
    for (number, options) in (0..).zip([remote, kept.clone(), kept]) {
        let service = start(options).await;
        let (writer, reader) = (request(&service, "").await, request(&service, "").await);
        let environment = Client::new(&service.url()).get("/do/env").await.json();
        let url = environment["AWS_ENDPOINT_URL_DYNAMODB"].as_str().unwrap();
        let answer = dynamodb::traced(url, "PutItem", &item("a", number), &writer.header).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let streams = until(&service, &writer, "stream", 1).await;
        assert_eq!(streams.len(), 1, "{streams:#?}");
        assert!(of_kind(&spans(&service, &reader).await, "stream").is_empty());
        service.stop().await;
    }
    other.stop().await;
}

#[tokio::test]
async fn an_event_follows_from_the_invocation_that_sent_it() {
    let scratch = Scratch::new();
    let service = start(scratch.options(&template())).await;
    let (by_entry, by_header) = (request(&service, "").await, request(&service, "").await);
    let entry =
        |kind: &str| value!({ "Source": "test", "DetailType": kind, "Detail": "{}", "EventBusName": "things-bus" });
    let mut first = entry("First");
    first["TraceHeader"] = by_entry.header.as_str().into();
    let put = async |entry: Value, trace: &str| {
        let headers = format!("x-amz-target: AWSEvents.PutEvents\r\nx-amzn-trace-id: {trace}\r\n");
        let body = value!({ "Entries": [entry] }).to_string();
        Client::new(&service.eventbridge_url()).request("POST", "/", &headers, &body).await.json()
    };
    let answer = put(first, "Root=1").await;
    put(entry("Second"), &by_header.header).await;
    let events = until(&service, &by_entry, "event", 1).await;
    let [event] = &events[..] else { panic!("{events:?}") };
    let detail = value!({
        "id": answer["Entries"][0]["EventId"], "source": "test", "detail-type": "First", "bus": "things-bus",
    });
    assert_eq!(
        (&event["name"], &event["detail"], &event["parent"]),
        (&value!("First"), &detail, &value!(by_entry.segment()))
    );
    let events = until(&service, &by_header, "event", 1).await;
    assert_eq!((events.len(), &events[0]["name"]), (1, &value!("Second")));
    service.stop().await;
}
