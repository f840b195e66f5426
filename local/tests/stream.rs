//! Event source mappings, from a write to the function.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::common::dynamodb::{call, get, put};
use crate::common::package::edit;
use crate::common::sqs::receive;
use crate::common::{Client, Scratch, eventually, json, start, stream};
use local::{Data, ManualClock, Options, Service};
use serde_json::{Value, json as value};

/// The records that the function processed, in order.
fn seen(scratch: &Scratch) -> Vec<Value> {
    scratch.notes().iter().filter_map(|line| line.strip_prefix("seen ").map(json)).collect()
}

fn keys(records: &[Value]) -> Vec<String> {
    records.iter().map(|record| record["dynamodb"]["Keys"]["pk"]["S"].as_str().unwrap().to_owned()).collect()
}

async fn all_seen(scratch: &Scratch, expected: &[&str]) {
    eventually(&format!("{expected:?}"), || (keys(&seen(scratch)) == expected).then_some(())).await;
}

fn failing(scratch: &Scratch, key: &str, how: &str) -> BTreeMap<String, String> {
    let notes = scratch.path("notes").to_str().unwrap().to_owned();
    let mut environment = BTreeMap::from([("NOTES".to_owned(), notes)]);
    let healed = scratch.path("healed").to_str().unwrap().to_owned();
    environment.extend([("FAIL".into(), key.into()), ("FAIL_AS".into(), how.into()), ("HEALED".into(), healed)]);
    environment
}

async fn logged(service: &Service, text: &str) {
    eventually(text, || service.log_lines().iter().any(|line| line.contains(text)).then_some(())).await;
}

#[tokio::test]
async fn records_arrive_in_lambdas_shape() {
    let scratch = Scratch::new();
    let service = start(scratch.options(&stream(""))).await;
    let url = service.dynamodb_url();
    put(&url, "a", 1).await;
    put(&url, "a", 1).await;
    put(&url, "a", 2).await;
    let key = value!({ "TableName": "things-dev-table", "Key": { "pk": { "S": "a" } } });
    call(&url, "DeleteItem", &key).await;
    all_seen(&scratch, &["a", "a", "a"]).await;
    let records = seen(&scratch);
    let names: Vec<&Value> = records.iter().map(|record| &record["eventName"]).collect();
    assert_eq!(names, ["INSERT", "MODIFY", "REMOVE"], "an update that changed nothing is no record");
    assert_eq!(records[1]["dynamodb"]["OldImage"]["n"], value!({ "N": "1" }));
    assert_eq!(records[1]["dynamodb"]["NewImage"]["n"], value!({ "N": "2" }));
    assert!(records[2].get("userIdentity").is_none(), "a user's delete");
    let arn = records[0]["eventSourceARN"].as_str().unwrap();
    assert!(arn.starts_with("arn:aws:dynamodb:us-east-1:000000000000:table/things-dev-table/stream/"), "{arn}");
    service.stop().await;
}

#[tokio::test]
async fn what_expires_is_removed_by_the_service_in_the_tests_own_time() {
    let scratch = Scratch::new();
    let clock = ManualClock::new(1_795_334_400);
    let every = Some(Duration::from_millis(50));
    let service = start(Options { clock: Some(clock.arc()), ttl_every: every, ..scratch.options(&stream("")) }).await;
    let url = service.dynamodb_url();
    let item = value!({ "pk": { "S": "gone" }, "ttl": { "N": "1795334460" } });
    call(&url, "PutItem", &value!({ "TableName": "things-dev-table", "Item": item })).await;
    all_seen(&scratch, &["gone"]).await;
    clock.tick(Duration::from_mins(2));
    all_seen(&scratch, &["gone", "gone"]).await;
    let record = &seen(&scratch)[1];
    assert_eq!(record["eventName"], "REMOVE");
    assert_eq!(record["userIdentity"], value!({ "type": "Service", "principalId": "dynamodb.amazonaws.com" }));
    assert_eq!(record["dynamodb"]["ApproximateCreationDateTime"], 1_795_334_520);
    service.stop().await;
}

#[tokio::test]
async fn the_filter_decides_and_batches_have_their_size() {
    let scratch = Scratch::new();
    let filter = "          batchSize: 2\n          batchWindow: 1\n          filterPatterns: [{ dynamodb: { Keys: { pk: { S: [{ prefix: yes }] } } } }]";
    let options = Options { environment: failing(&scratch, "yes-0", "error"), ..scratch.options(&stream(filter)) };
    let service = start(options).await;
    // No other record is read while the first is retried, so the rest comes as one batch.
    put(&service.dynamodb_url(), "yes-0", 1).await;
    logged(&service, "failures so far: 1").await;
    for key in ["yes-1", "no-1", "yes-2", "yes-3", "no-2"] {
        put(&service.dynamodb_url(), key, 1).await;
    }
    std::fs::write(scratch.path("healed"), "").unwrap();
    all_seen(&scratch, &["yes-0", "yes-1", "yes-2", "yes-3"]).await;
    let mut batches: Vec<_> = scratch.notes().into_iter().filter(|line| line.starts_with("batch")).collect();
    batches.retain(|batch| batch != "batch yes-0");
    assert_eq!(batches, ["batch yes-1 yes-2", "batch yes-3"]);
    service.stop().await;
}

#[tokio::test]
async fn a_partial_failure_is_tried_again_until_it_succeeds() {
    for how in ["", "error", "crash"] {
        let scratch = Scratch::new();
        let options = scratch.options(&stream("          batchWindow: 1"));
        let service = start(Options { environment: failing(&scratch, "b", how), ..options }).await;
        for key in ["a", "b", "c"] {
            put(&service.dynamodb_url(), key, 1).await;
        }
        logged(&service, "to be tried again by watch, failures so far: 2").await;
        std::fs::write(scratch.path("healed"), "").unwrap();
        all_seen(&scratch, &["a", "b", "c"]).await;
        service.stop().await;
    }
}

#[tokio::test]
async fn poison_is_given_up_alone_when_batches_are_bisected() {
    let scratch = Scratch::new();
    let settings =
        "          batchWindow: 1\n          maximumRetryAttempts: 1\n          bisectBatchOnFunctionError: true";
    let options = scratch.options(&stream(settings));
    let service = start(Options { environment: failing(&scratch, "c", "crash"), ..options }).await;
    for key in ["a", "b", "c", "d", "e"] {
        put(&service.dynamodb_url(), key, 1).await;
    }
    all_seen(&scratch, &["a", "b", "d", "e"]).await;
    logged(&service, "stream ERROR 1 record (").await;
    logged(&service, "given up by watch: it failed 2 times").await;
    assert!(!service.log_lines().iter().any(|line| line.contains(r#""c""#)), "metadata only");
    service.stop().await;
}

#[tokio::test]
async fn what_is_given_up_is_told_to_its_destination() {
    for (how, answer) in [
        ("crash", value!({ "statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled" })),
        ("", value!({ "statusCode": 200, "executedVersion": "$LATEST" })),
    ] {
        let scratch = Scratch::new();
        let settings = "          batchSize: 1
          maximumRetryAttempts: 1
          destinations: { onFailure: { type: sqs, arn: !GetAtt Undelivered.Arn } }";
        let queue = "resources:
  Resources:
    Undelivered: { Type: AWS::SQS::Queue, Properties: { QueueName: undelivered } }";
        let options = scratch.options(&stream(settings).replace("resources:\n  Resources:", queue));
        let service = start(Options { environment: failing(&scratch, "b", how), ..options }).await;
        for key in ["a", "b", "c"] {
            put(&service.dynamodb_url(), key, 1).await;
        }
        all_seen(&scratch, &["a", "c"]).await;
        let told = receive(&service, "undelivered", value!({ "WaitTimeSeconds": 20 })).await;
        let told = json(told[0]["Body"].as_str().unwrap());
        let context = &told["requestContext"];
        assert_eq!(
            (&context["condition"], &context["approximateInvokeCount"]),
            (&value!("RetryAttemptsExhausted"), &value!(2))
        );
        assert_eq!(context["functionArn"], "arn:aws:lambda:us-east-1:000000000000:function:things-dev-watch");
        assert_eq!(told["responseContext"], answer);
        let (info, records) = (&told["DDBStreamBatchInfo"], seen(&scratch));
        assert_eq!(info["streamArn"], records[0]["eventSourceARN"]);
        let number = |value: &Value| value.as_str().unwrap().parse::<u128>().unwrap();
        assert!(number(&info["startSequenceNumber"]) > number(&records[0]["dynamodb"]["SequenceNumber"]));
        assert!(service.log_lines().iter().all(|line| !line.starts_with("local")), "no notice");
        let page = Client::new(&service.url()).get("/_local/queues").await.json();
        assert_eq!(page[0]["messages"][0]["body"]["DDBStreamBatchInfo"], *info);
        service.stop().await;
    }
}

#[tokio::test]
async fn a_restart_loses_nothing_and_repeats_nothing_that_was_done() {
    let scratch = Scratch::new();
    let data = Data::Directory(scratch.path(".local"));
    let options = Options { data, ..scratch.options(&stream("          batchSize: 1")) };
    let stuck = Options { environment: failing(&scratch, "b", "error"), ..options.clone() };
    let service = start(stuck).await;
    for key in ["a", "b", "c"] {
        put(&service.dynamodb_url(), key, 1).await;
    }
    logged(&service, "failures so far: 1").await;
    service.stop().await;
    assert_eq!(keys(&seen(&scratch)), ["a"]);

    let service = start(options.clone()).await;
    assert_eq!(get(&service.dynamodb_url(), "a").await["n"]["N"], "1");
    all_seen(&scratch, &["a", "b", "c"]).await;
    // A record is processed when its position is stored. Stopped before that, repeating it is correct.
    let last = seen(&scratch)[2]["dynamodb"]["SequenceNumber"].as_str().unwrap().to_owned();
    eventually("it is done", || {
        std::fs::read_to_string(scratch.path(".local/streams.json")).unwrap().contains(&last).then_some(())
    })
    .await;
    service.stop().await;

    let service = start(options).await;
    put(&service.dynamodb_url(), "d", 1).await;
    all_seen(&scratch, &["a", "b", "c", "d"]).await;
    service.stop().await;
}

/// A stopped service that has processed `a`, and the path of its positions.
async fn dealt_with_one(scratch: &Scratch, template: &str) -> (Options, std::path::PathBuf) {
    let data = Data::Directory(scratch.path(".local"));
    let options = Options { data, ..scratch.options(template) };
    let service = start(options.clone()).await;
    put(&service.dynamodb_url(), "a", 1).await;
    all_seen(scratch, &["a"]).await;
    let kept = scratch.path(".local/streams.json");
    eventually("it is done", || std::fs::read_to_string(&kept).is_ok_and(|text| text.contains("10000")).then_some(()))
        .await;
    service.stop().await;
    (options, kept)
}

fn misfits(service: &Service) -> Vec<String> {
    service.log_lines().into_iter().filter(|line| line.contains("does not fit the stream")).collect()
}

#[tokio::test]
async fn a_position_that_does_not_fit_the_stream_loses_nothing_and_is_said_once() {
    type Change = fn(&mut Value, &str);
    let changes: [(&str, Change); 4] = [
        ("after the newest record", |shards, shard| shards[shard] = "100999999999999999999".into()),
        ("no sequence number", |shards, shard| shards[shard] = "7".into()),
        ("of another stream", |shards, _| *shards = value!({ "shard-of-old": "100000000000000000001" })),
        ("of another stream", |_, _| ()),
    ];
    for (index, (reason, change)) in changes.into_iter().enumerate() {
        for starting in ["TRIM_HORIZON", "LATEST"] {
            let scratch = Scratch::new();
            let template = stream("").replace("TRIM_HORIZON", starting);
            let (options, kept) = dealt_with_one(&scratch, &template).await;
            let mut positions = json(&std::fs::read_to_string(&kept).unwrap());
            let mapping = &mut positions["watch/things-dev-table"];
            let shard = mapping["shards"].as_object().unwrap().keys().next().unwrap().clone();
            change(&mut mapping["shards"], &shard);
            if index == 3 {
                mapping["label"] = "1.5".into();
            }
            std::fs::write(&kept, positions.to_string()).unwrap();

            let service = start(options.clone()).await;
            put(&service.dynamodb_url(), "b", 1).await;
            all_seen(&scratch, &["a", "a", "b"]).await;
            let said = misfits(&service);
            assert!(said.len() == 1 && said[0].contains(reason), "{reason}: {said:?}");
            assert!(said[0].contains("begins anew with the oldest record"), "{said:?}");
            service.stop().await;
            let service = start(options).await;
            assert_eq!(misfits(&service), [""; 0], "it is settled");
            service.stop().await;
        }
    }
}

#[tokio::test]
async fn a_deleted_database_begins_a_new_stream_from_its_first_record() {
    for starting in ["TRIM_HORIZON", "LATEST"] {
        let scratch = Scratch::new();
        let (options, _) = dealt_with_one(&scratch, &stream("").replace("TRIM_HORIZON", starting)).await;
        for suffix in ["", "-wal", "-shm"] {
            let _ = std::fs::remove_file(scratch.path(&format!(".local/dynamodb.sqlite{suffix}")));
        }
        let service = start(options).await;
        put(&service.dynamodb_url(), "b", 1).await;
        all_seen(&scratch, &["a", "b"]).await;
        assert_eq!(misfits(&service).len(), 1, "{:?}", service.log_lines());
        service.stop().await;
    }
}

#[tokio::test]
async fn latest_begins_with_what_comes_after_the_first_start() {
    let scratch = Scratch::new();
    let data = Data::Directory(scratch.path(".local"));
    let off = stream("          enabled: false");
    let service = start(Options { data: data.clone(), ..scratch.options(&off) }).await;
    put(&service.dynamodb_url(), "before", 1).await;
    service.stop().await;
    let latest = stream("").replace("TRIM_HORIZON", "LATEST");
    let service = start(Options { data, ..scratch.options(&latest) }).await;
    put(&service.dynamodb_url(), "after", 1).await;
    all_seen(&scratch, &["after"]).await;
    service.stop().await;
}

#[tokio::test]
async fn another_server_is_as_good() {
    let scratch = Scratch::new();
    let owner = start(scratch.options(&stream("          enabled: false"))).await;
    let other = Scratch::new();
    let endpoint = Some(owner.dynamodb_url());
    let service = start(Options { dynamodb_endpoint: endpoint, ..other.options(&stream("")) }).await;
    assert_eq!(service.dynamodb_url(), owner.dynamodb_url());
    put(&owner.dynamodb_url(), "a", 1).await;
    all_seen(&other, &["a"]).await;
    service.stop().await;
    owner.stop().await;
}

#[tokio::test]
async fn schedules_call_with_eventbridges_event_or_their_own() {
    let scratch = Scratch::new();
    let template = "
service: clock
functions:
  tick: { handler: misbehave, events: [schedule: rate(1 hour)] }
  tock: { handler: misbehave, events: [schedule: { rate: rate(1 day), input: { Records: [{ dynamodb: { Keys: { pk: { S: mine } } } }] } }] }
";
    let every = Some(Duration::from_millis(100));
    let service = start(Options { schedule_every: every, ..scratch.options(template) }).await;
    eventually("three runs", || (seen(&scratch).len() >= 3).then_some(())).await;
    assert!(keys(&seen(&scratch)).iter().all(|key| key == "mine"));
    logged(&service, r#"tick {"level":"INFO","message":"ready"}"#).await;
    service.stop().await;
}

/// Saves the template, and waits until it is served.
async fn served(service: &Service, scratch: &Scratch, template: &str) {
    let line = edit(service, || std::fs::write(scratch.path("serverless.yml"), template).unwrap()).await;
    assert!(line.starts_with("local served after"), "{line}");
}

#[tokio::test]
async fn a_batch_under_way_is_not_delivered_again_by_the_mapping_of_a_changed_template() {
    let scratch = Scratch::new();
    let slow = |settings: &str| stream(settings).replace("handler: misbehave", "handler: misbehave\n    timeout: 60");
    let environment = failing(&scratch, "", "");
    let service = start(Options { watch: true, environment, ..scratch.options(&slow("")) }).await;
    put(&service.dynamodb_url(), "wait", 1).await;
    let batches = || scratch.notes().into_iter().filter(|line| line.starts_with("batch ")).collect::<Vec<_>>();
    eventually("the batch is under way", || (batches() == ["batch wait"]).then_some(())).await;
    // Changes the mapping, takes it away, and brings it back.
    let without = slow("").split_once("    events:").unwrap().0.to_owned()
        + &slow("").split_once("resources:").map(|(_, rest)| format!("resources:{rest}")).unwrap();
    for template in [slow("          batchSize: 3"), without, slow("          batchSize: 4")] {
        served(&service, &scratch, &template).await;
    }
    put(&service.dynamodb_url(), "next", 2).await;
    std::fs::write(scratch.path("healed"), "").unwrap();
    all_seen(&scratch, &["wait", "next"]).await;
    assert_eq!(batches(), ["batch wait", "batch next"]);
    service.stop().await;
}

#[tokio::test]
async fn a_run_under_way_is_recorded_when_its_schedule_changes() {
    let scratch = Scratch::new();
    let template = |timing: &str| {
        let input = "{ Records: [{ dynamodb: { Keys: { pk: { S: wait } } } }] }";
        let schedule = format!("[schedule: {{ rate: '{timing}', input: {input} }}]");
        format!("service: clock\nfunctions:\n  tick: {{ handler: misbehave, timeout: 60, events: {schedule} }}\n")
    };
    let environment = failing(&scratch, "", "");
    let options = scratch.options(&template("rate(5 minutes)"));
    let service = start(Options { watch: true, environment, ..options }).await;
    eventually("it runs", || scratch.notes().contains(&"batch wait".to_owned()).then_some(())).await;
    served(&service, &scratch, &template("cron(0 12 1 1 ? 2099)")).await;
    let last = async || Client::new(&service.url()).get("/_local/schedules").await.json()[0]["last"].clone();
    assert_eq!(last().await, Value::Null, "it still runs");
    std::fs::write(scratch.path("healed"), "").unwrap();
    let deadline = std::time::Instant::now() + Duration::from_secs(30);
    while last().await.is_null() {
        assert!(std::time::Instant::now() < deadline, "the run is not recorded");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(last().await["error"], Value::Null);
    service.stop().await;
}
