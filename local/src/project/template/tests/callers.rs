//! Queues and rules that call functions.

use serde_json::json;

use super::super::{Receiver, Template};
use super::{SERVICE, read};

/// The template with this event in place of a schedule of `watch`, whose timeout is a minute.
fn event(event: &str) -> Result<Template, String> {
    read(&SERVICE.replacen("- schedule: rate(1 minute)", &format!("- {event}"), 1), None)
}

#[test]
fn a_queue_calls_its_function_with_lambdas_defaults_or_the_settings_of_the_event() {
    let mapping = |text: &str| event(text).unwrap().functions[1].queues[0].clone();
    for plain in ["sqs: { arn: !GetAtt Jobs.Arn }", "sqs: arn:aws:sqs:eu-central-1:000000000000:shop-jobs"] {
        let mapping = mapping(plain);
        assert_eq!((mapping.queue.as_str(), mapping.batch_size, mapping.batch_window.as_secs()), ("shop-jobs", 10, 0));
        assert!(!mapping.report_failures && mapping.patterns.is_empty() && mapping.maximum_concurrency.is_none());
    }
    let full = "sqs: { arn: !GetAtt Jobs.Arn, batchSize: 10000, maximumBatchingWindow: 300, maximumConcurrency: 2, \
                functionResponseType: ReportBatchItemFailures, filterPatterns: [{ body: { a: [1] } }] }";
    let mapping = mapping(full);
    assert_eq!(
        (mapping.batch_size, mapping.batch_window.as_secs(), mapping.maximum_concurrency),
        (10_000, 300, Some(2))
    );
    assert!(mapping.report_failures && mapping.patterns.len() == 1);
    let template = event(full).unwrap();
    assert_eq!(template.queues[1].readers, ["watch"]);
    assert!(event("sqs: { arn: !GetAtt Jobs.Arn, enabled: false }").unwrap().functions[1].queues.is_empty());
}

#[test]
fn mappings_that_lambda_refuses_are_refused() {
    let with = |members: &str| event(&format!("sqs: {{ arn: !GetAtt Jobs.Arn, {members} }}")).unwrap_err();
    for (members, expected) in [
        ("batchSize: 0", "sqs.batchSize` is 0; it must be a number from 1 to 10000"),
        ("batchSize: 10001", "batchSize` is 10001; it must"),
        ("batchSize: 11", "needs a `maximumBatchingWindow` of at least 1 second"),
        ("maximumBatchingWindow: 301", "from 0 to 300"),
        ("maximumConcurrency: 1", "maximumConcurrency` is 1; it must be a number from 2 to 1000"),
        ("functionResponseType: All", "the only one there is is ReportBatchItemFailures"),
        ("functionResponseType: true", "the only one there is is ReportBatchItemFailures"),
        ("filterPatterns: [{ body: x }]", "sqs.filterPatterns[0]` has `body"),
        ("enabled: often", "enabled` is \"often\"; it is true or false"),
    ] {
        let error = with(members);
        assert!(error.contains(expected), "{members}: {error}");
    }
    for (text, expected) in [
        ("sqs: { arn: !GetAtt Table.Arn }", "sqs.arn` is not the ARN of a queue; write `Fn::GetAtt: [Queue, Arn]`"),
        ("sqs: 7", "sqs.arn` is not the ARN of a queue"),
        (
            "sqs: { arn: !GetAtt Dead.Arn }",
            "whose `VisibilityTimeout` of 30 seconds is shorter than the function's timeout of 60",
        ),
        (
            "sqs: { arn: !GetAtt Jobs.Arn }\n      - sqs: { arn: !GetAtt Jobs.Arn }",
            "events[3].sqs.arn` is the queue `shop-jobs`, which calls",
        ),
    ] {
        let error = event(text).unwrap_err();
        assert!(error.contains(expected), "{text}: {error}");
    }
    let fifo = SERVICE.replacen("QueueName: shop-jobs", "QueueName: jobs.fifo\n        FifoQueue: true", 1);
    let fifo = fifo.replacen("QueueName: shop-dead", "QueueName: dead.fifo, FifoQueue: true", 1);
    for (members, expected) in [
        ("batchSize: 11", "a batch of the FIFO queue `jobs.fifo` has at most 10 messages"),
        ("maximumBatchingWindow: 1", "is for standard queues only"),
    ] {
        let event = format!("- sqs: {{ arn: !GetAtt Jobs.Arn, {members} }}");
        let error = read(&fifo.replacen("- schedule: rate(1 minute)", &event, 1), None).unwrap_err();
        assert!(error.contains(expected), "{members}: {error}");
    }
}

#[test]
fn an_event_bridge_event_is_a_rule_a_schedule_or_both() {
    let rules = |text: &str| event(text).unwrap().rules;
    let own = |text: &str| rules(text).into_iter().find(|rule| rule.name != "to-jobs").unwrap();
    for (bus, expected) in [
        ("", "default"),
        ("eventBus: !Ref Bus, ", "shop-dev-bus"),
        ("eventBus: !GetAtt Bus.Name, ", "shop-dev-bus"),
        ("eventBus: 'arn:aws:events:eu-central-1:1:event-bus/shop-dev-bus', ", "shop-dev-bus"),
        ("eventBus: shop-dev-bus, ", "shop-dev-bus"),
        ("eventBus: default, ", "default"),
        ("eventBus: another, ", "another"),
    ] {
        let text = format!("eventBridge: {{ {bus}pattern: {{ source: [shop] }} }}");
        let rule = own(&text);
        assert_eq!((rule.bus.as_str(), rule.name.as_str()), (expected, "shop-dev-watch-rule-3"), "{bus}");
        assert_eq!(rule.targets[0].receiver, Receiver::Function("watch".into()));
        assert!(expected == "default" || event(&text).unwrap().buses.contains(&expected.to_owned()), "{bus}");
    }
    let named = own(
        "eventBridge: { name: mine, pattern: { source: [a] }, deadLetterQueueArn: !GetAtt Dead.Arn, retryPolicy: { maximumEventAge: 60, maximumRetryAttempts: 0 } }",
    );
    assert_eq!((named.name.as_str(), named.targets[0].dead_letters.as_deref()), ("mine", Some("shop-dead")));
    let schedule = event("eventBridge: { schedule: rate(10 minutes), input: { a: 1 } }").unwrap();
    let watch = &schedule.functions[1];
    assert_eq!(
        (watch.schedules[0].expression.as_str(), &watch.schedules[0].input),
        ("rate(10 minutes)", &Some(json!({ "a": 1 })))
    );
    assert_eq!(schedule.rules.len(), 1, "no rule of a pattern");
    let both = event("eventBridge: { schedule: rate(10 minutes), pattern: { source: [a] } }").unwrap();
    assert_eq!((both.rules.len(), both.functions[1].schedules.len()), (2, 3));
    assert_eq!(rules("eventBridge: { pattern: { source: [a] }, enabled: false }").len(), 1);
}

#[test]
fn mistakes_in_event_bridge_events_name_their_place() {
    for (members, expected) in [
        ("input: { a: 1 }", "eventBridge` needs a `pattern` or a `schedule`"),
        ("pattern: { source: shop }", "eventBridge.pattern` has `source"),
        ("schedule: hourly", "eventBridge.schedule` is not a schedule"),
        ("pattern: { source: [a] }, eventBus: [a]", "eventBridge.eventBus` is not the name or the ARN of a bus"),
        ("pattern: { source: [a] }, input: { a: 1 }, inputPath: $.a", "only one of input, inputPath, inputTransformer"),
        ("pattern: { source: [a] }, inputPath: a", "eventBridge.inputPath` is not like `$.detail`"),
        (
            "pattern: { source: [a] }, inputTransformer: { inputTemplate: '{' }",
            "inputTransformer` has a template that is not JSON",
        ),
        (
            "pattern: { source: [a] }, retryPolicy: { maximumEventAge: 1 }",
            "retryPolicy.maximumEventAge` is 1; it must be",
        ),
    ] {
        let error = event(&format!("eventBridge: {{ {members} }}")).unwrap_err();
        assert!(error.contains(expected), "{members}: {error}");
    }
    assert!(event("eventBridge: shop").unwrap_err().contains("eventBridge` is not a map"));
}

#[test]
fn asynchronous_invocations_have_lambdas_defaults_or_the_settings_of_the_function() {
    let settings = |members: &str| {
        let text = SERVICE.replacen("timeout: 60\n", &format!("timeout: 60\n{members}"), 1);
        read(&text, None).map(|template| template.functions[1].asynchronous.clone())
    };
    let usual = settings("").unwrap();
    assert_eq!((usual.retries, usual.age.as_secs(), &usual.on_failure), (2, 21_600, &None));
    let members = "    maximumRetryAttempts: 0\n    maximumEventAge: 60\n    onError: !GetAtt Dead.Arn\n    \
                   destinations: { onSuccess: !GetAtt Jobs.Arn, onFailure: { type: sqs, arn: !GetAtt Dead.Arn } }\n";
    let own = settings(members).unwrap();
    assert_eq!((own.retries, own.age.as_secs(), own.on_success.as_deref()), (0, 60, Some("shop-jobs")));
    assert_eq!((own.on_failure.as_deref(), own.dead_letters.as_deref()), (Some("shop-dead"), Some("shop-dead")));
    assert!(
        settings("    maximumRetryAttempts: 3\n").unwrap_err().contains("functions.watch.maximumRetryAttempts` is 3")
    );
}
