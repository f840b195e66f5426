//! Mappings of queues while functions are killed, templates change and the service stops.

use crate::common::mapping::{all_seen, batches, emptied, options, queue, seen, template};
use crate::common::sqs::{bodies, receive, send};
use crate::common::{Scratch, eventually, eventually_start, start};
use local::{Data, Options};
use serde_json::json as value;

#[tokio::test]
async fn a_batch_of_a_killed_function_comes_again() {
    let scratch = Scratch::new();
    let service = start(options(&scratch, "")).await;
    send(&service, "jobs", "wait").await;
    eventually("it is received", || (batches(&scratch).len() == 1).then_some(())).await;
    service.kill("work");
    std::fs::write(scratch.path("healed"), "").unwrap();
    all_seen(&scratch, &["wait"]).await;
    emptied(&service, "jobs").await;
    service.stop().await;
}

#[tokio::test]
async fn a_batch_that_the_end_of_the_service_interrupts_comes_again_at_the_next_start() {
    let scratch = Scratch::new();
    let data = Data::Directory(scratch.path("data"));
    let template =
        template("").replace("VisibilityTimeout: 2", "VisibilityTimeout: 3600").replace("timeout: 2", "timeout: 60");
    let environment = options(&scratch, "").environment;
    let options = Options { data, environment, ..scratch.options(&template) };
    let service = start(options.clone()).await;
    send(&service, "jobs", "wait").await;
    eventually("it is received", || (batches(&scratch).len() == 1).then_some(())).await;
    service.stop().await;
    std::fs::write(scratch.path("healed"), "").unwrap();
    let service = eventually_start(&options).await;
    all_seen(&scratch, &["wait"]).await;
    assert_eq!(seen(&scratch)[0]["attributes"]["ApproximateReceiveCount"], "2");
    emptied(&service, "jobs").await;
    service.stop().await;
}

#[tokio::test]
async fn a_template_that_changes_ends_and_begins_mappings_and_loses_no_message() {
    let scratch = Scratch::new();
    let service = start(Options { watch: true, ..options(&scratch, "") }).await;
    let serve = async |text: &str| {
        let lines = service.log_lines().len();
        std::fs::write(scratch.path("serverless.yml"), text).unwrap();
        eventually("it is served", || {
            service.log_lines().iter().skip(lines).any(|line| line.starts_with("local served after")).then_some(())
        })
        .await;
    };
    send(&service, "jobs", "a").await;
    all_seen(&scratch, &["a"]).await;
    serve(&template(", enabled: false")).await;
    send(&service, "jobs", "b").await;
    assert_eq!(queue(&service, "jobs").await["readers"], value!([]));
    assert_eq!(
        bodies(&receive(&service, "jobs", value!({ "VisibilityTimeout": 0 })).await),
        ["b"],
        "no function reads it"
    );
    serve(&template(", batchSize: 1")).await;
    all_seen(&scratch, &["a", "b"]).await;
    emptied(&service, "jobs").await;
    serve("service: shop\nfunctions:\n  work: { handler: misbehave }\n").await;
    assert!(
        !service.log_lines().iter().any(|line| line.contains("ERROR")),
        "a queue that goes takes its mapping along"
    );
    service.stop().await;
}

#[tokio::test]
async fn a_batch_under_way_ends_as_it_began_when_the_template_changes() {
    let scratch = Scratch::new();
    let slow = |settings: &str| {
        template(settings).replace("VisibilityTimeout: 2", "VisibilityTimeout: 60").replace("timeout: 2", "timeout: 30")
    };
    let environment = options(&scratch, "").environment;
    let service = start(Options { watch: true, environment, ..scratch.options(&slow("")) }).await;
    send(&service, "jobs", "wait").await;
    eventually("it is received", || (batches(&scratch).len() == 1).then_some(())).await;
    std::fs::write(scratch.path("serverless.yml"), slow(", batchSize: 1")).unwrap();
    eventually("it is served", || {
        service.log_lines().iter().any(|line| line.starts_with("local served after")).then_some(())
    })
    .await;
    std::fs::write(scratch.path("healed"), "").unwrap();
    all_seen(&scratch, &["wait"]).await;
    emptied(&service, "jobs").await;
    assert_eq!(batches(&scratch).len(), 1);
    service.stop().await;
}
