use std::path::Path;

use serde_json::{Value, json};

use super::{Access, Authorizer, Given, Identity, Input, Jwt, Receiver, Template, Timing, yaml};
use crate::base::json_path::JsonPath;

mod callers;
mod functions;

const SERVICE: &str = r#"
service: shop
provider:
  name: aws
  region: eu-central-1
  stage: ${opt:stage, 'dev'}
  timeout: 10
  environment: { TABLE: "${self:custom.table}", N: 4 }
  httpApi:
    cors: { allowedOrigins: [https://a.example], maxAge: 60 }
    authorizers:
      jwt: { type: jwt, issuerUrl: https://issuer.example, audience: shop }
      other: { type: request, functionName: hello }
custom: { table: "shop-${sls:stage}" }
functions:
  hello:
    handler: hello
    memorySize: 128
    environment: { EXTRA: !GetAtt Table.Arn, GONE: null }
    events:
      - httpApi: GET /hello/{name}
      - httpApi: { method: post, path: /hello }
      - httpApi: '*'
      - httpApi: { method: GET, path: /mine, authorizer: jwt }
      - sqs: arn:aws:sqs:eu-central-1:1:q
  watch:
    handler: watch
    timeout: 60
    events:
      - stream:
          type: dynamodb
          arn: { Fn::GetAtt: [Table, StreamArn] }
          batchSize: 5
          maximumRetryAttempts: 3
          bisectBatchOnFunctionError: true
          functionResponseType: ReportBatchItemFailures
          filterPatterns: [{ eventName: [INSERT] }]
          destinations: { onFailure: { type: sqs, arn: !GetAtt Dead.Arn } }
      - stream: { arn: !GetAtt Table.StreamArn, enabled: false }
      - schedule: rate(1 minute)
      - schedule: { rate: [rate(2 hours), cron(0 12 * * ? *)], input: { a: 1 } }
      - schedule: { rate: rate(1 day), enabled: false }
resources:
  Resources:
    Table:
      Type: AWS::DynamoDB::Table
      DeletionPolicy: Retain
      Properties:
        TableName: ${self:custom.table}
        BillingMode: PAY_PER_REQUEST
        AttributeDefinitions: [{ AttributeName: pk, AttributeType: S }]
        KeySchema: [{ AttributeName: pk, KeyType: HASH }]
        StreamSpecification: { StreamViewType: NEW_AND_OLD_IMAGES }
        TimeToLiveSpecification: { AttributeName: ttl, Enabled: true }
        Tags: [{ Key: a, Value: b }]
    Bus: { Type: AWS::Events::EventBus, Properties: { Name: !Sub "${AWS::StackName}-bus" } }
    Jobs:
      Type: AWS::SQS::Queue
      Properties:
        QueueName: shop-jobs
        VisibilityTimeout: 60
        RedrivePolicy: { deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: 3 }
    Dead: { Type: AWS::SQS::Queue, Properties: { QueueName: shop-dead, MessageRetentionPeriod: 1209600 } }
    Rule:
      Type: AWS::Events::Rule
      Properties:
        Name: to-jobs
        EventBusName: !Ref Bus
        EventPattern: { source: [shop] }
        State: ENABLED
        Targets: [{ Id: one, Arn: !GetAtt Jobs.Arn, InputPath: $.detail }]
    Role: { Type: AWS::IAM::Role, Properties: { X: "${ssm:/only/in/the/cloud}" } }
"#;

fn read(text: &str, stage: Option<&str>) -> Result<Template, String> {
    let document = yaml::parse(text)?;
    let given = Given { stage: stage.map(Into::into), ..Given::default() };
    Template::read(document, Path::new("."), given, [].into()).map_err(|error| error.to_string())
}

fn with(from: &str, to: &str) -> String {
    assert!(SERVICE.contains(from), "{from}");
    read(&SERVICE.replacen(from, to, 1), None).unwrap_err()
}

#[test]
fn a_whole_service() {
    let template = read(SERVICE, Some("prod")).unwrap();
    assert_eq!(
        (template.service.as_str(), template.stage.as_str(), template.region.as_str()),
        ("shop", "prod", "eu-central-1")
    );
    assert_eq!(template.buses, ["shop-prod-bus"]);
    let [hello, watch] = template.functions.as_slice() else { panic!() };
    assert_eq!((hello.name.as_str(), hello.memory, hello.timeout.as_secs()), ("shop-prod-hello", 128, 10));
    assert_eq!((watch.memory, watch.timeout.as_secs()), (1024, 60));
    assert_eq!(
        serde_json::to_value(&hello.environment).unwrap(),
        json!({ "TABLE": "shop-prod", "N": "4", "EXTRA": "arn:aws:dynamodb:eu-central-1:000000000000:table/shop-prod" })
    );
    let keys: Vec<_> = hello.routes.iter().map(super::Route::key).collect();
    assert_eq!(keys, ["GET /hello/{name}", "POST /hello", "$default", "GET /mine"]);
    let notice = "`hello` is not called by the queue `q` of another stack on one machine";
    assert_eq!(template.notices, [notice]);
    assert_eq!(hello.routes.iter().filter(|route| route.access().is_some()).count(), 1);
    assert_eq!(hello.routes[3].access(), Some(&access(&[])));

    let [mapping] = watch.streams.as_slice() else { panic!() };
    assert_eq!((mapping.table.as_str(), mapping.batch_size, mapping.maximum_retries), ("shop-prod", 5, Some(3)));
    assert!(mapping.bisect && mapping.report_failures && mapping.maximum_age.is_none() && mapping.patterns.len() == 1);
    let expressions: Vec<_> = watch.schedules.iter().map(|schedule| schedule.expression.as_str()).collect();
    assert_eq!(expressions, ["rate(1 minute)", "rate(2 hours)", "cron(0 12 * * ? *)"]);
    assert!(matches!(watch.schedules[0].timing, Timing::Every(every) if every.as_secs() == 60));
    assert_eq!(watch.schedules[1].input, Some(json!({ "a": 1 })));

    assert_eq!(mapping.on_failure.as_deref(), Some("shop-dead"));

    let [dead, jobs] = template.queues.as_slice() else { panic!() };
    assert_eq!((dead.name.as_str(), dead.retention.as_secs(), &dead.redrive), ("shop-dead", 1_209_600, &None));
    assert_eq!((jobs.visibility.as_secs(), jobs.most_bytes), (60, 1024 * 1024));
    assert_eq!(jobs.redrive, Some(super::Redrive { queue: "shop-dead".into(), after: 3 }));
    let [rule] = template.rules.as_slice() else { panic!() };
    assert_eq!((rule.name.as_str(), rule.bus.as_str(), rule.targets.len()), ("to-jobs", "shop-prod-bus", 1));
    assert_eq!(rule.targets[0].receiver, Receiver::Queue { name: "shop-jobs".into(), group: None });
    assert_eq!(rule.targets[0].input, Input::Path(JsonPath::parse("$.detail").unwrap()));

    let [table] = template.tables.as_slice() else { panic!() };
    assert_eq!(table.ttl.as_deref(), Some("ttl"));
    assert_eq!(
        table.create["StreamSpecification"],
        json!({ "StreamEnabled": true, "StreamViewType": "NEW_AND_OLD_IMAGES" })
    );
    assert_eq!(table.create.get("Tags"), None);
    let cors = template.cors.unwrap();
    assert_eq!((cors.origins, cors.max_age), (vec!["https://a.example".to_owned()], Some(60)));
    assert_eq!(cors.methods, ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"]);
}

fn access(scopes: &[&str]) -> Access {
    let identity = Identity::Header("Authorization".into());
    let jwt = Jwt { identity, issuer: "https://issuer.example".into(), audience: vec!["shop".into()] };
    Access { authorizer: Authorizer::Jwt(jwt), scopes: scopes.iter().map(ToString::to_string).collect() }
}

#[test]
fn authorizers_are_what_their_definition_says() {
    let accesses = |from: &str, to: &str| {
        assert!(SERVICE.contains(from), "{from}");
        let template = read(&SERVICE.replacen(from, to, 1), None).unwrap();
        template.functions[0].routes.iter().find_map(|route| route.access().cloned())
    };
    let scoped = "authorizer: { name: jwt, scopes: [a, b] }";
    assert_eq!(accesses("authorizer: jwt", scoped), Some(access(&["a", "b"])));
    for open in ["authorizer: ''", "authorizer: null", "x: y"] {
        assert_eq!(accesses("authorizer: jwt", open), None, "{open}");
    }
    for foreign in ["other", "{ name: other }", "aws_iam", "{ type: aws_iam }", "{ type: jwt, id: x }"] {
        let found = accesses("authorizer: jwt", &format!("authorizer: {foreign}"));
        assert!(matches!(found, Some(Access { authorizer: Authorizer::Foreign(_), .. })), "{foreign}: {found:?}");
    }
    let Some(Access { authorizer: Authorizer::Jwt(jwt), .. }) =
        accesses("type: jwt,", "identitySource: [$request.querystring.token],")
    else {
        panic!()
    };
    assert_eq!(jwt.identity, Identity::Query("token".into()));
}

#[test]
fn an_issuer_given_beside_the_template_turns_its_authorizer_on() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../serverless.yml");
    let audiences = |params: &[(&str, &str)]| {
        let params = params.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let issuer = Some("http://127.0.0.1:1/_local/issuer".to_owned());
        let template = Template::load(&path, Given { params, issuer, ..Given::default() }).unwrap();
        let routes = template.functions.iter().flat_map(|function| &function.routes);
        let guarded = routes.filter_map(|route| match &route.access()?.authorizer {
            Authorizer::Jwt(jwt) => Some((jwt.issuer.clone(), jwt.audience.clone())),
            Authorizer::Foreign(_) => None,
        });
        let all: std::collections::BTreeSet<_> = guarded.collect();
        assert_eq!(all.len(), 1, "{all:?}");
        all.into_iter().next().unwrap()
    };
    let local = "http://127.0.0.1:1/_local/issuer".to_owned();
    assert_eq!(audiences(&[]), (local.clone(), vec!["bookings".to_owned()]));
    assert_eq!(audiences(&[("audience", "x")]), (local, vec!["x".to_owned()]));
    assert_eq!(audiences(&[("issuer", "i")]).0, "i");
}

#[test]
fn the_service_of_this_repository_can_be_read() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../serverless.yml");
    let template = Template::load(&path, Given::default()).unwrap();
    assert!(template.functions.iter().any(|function| !function.routes.is_empty()));
}

#[test]
fn mistakes_name_their_place_and_the_fix() {
    for (from, to, expected) in [
        ("handler: hello", "x: y", "`functions.hello.handler` is missing"),
        (
            "GET /hello/{name}",
            "POST /hello",
            "`functions.hello` has the route `POST /hello`, which `hello` has already",
        ),
        ("GET /hello/{name}", "FETCH /hello", "`functions.hello.events[0].httpApi` has the method `FETCH`"),
        ("GET /hello/{name}", "GET hello", "is not a route"),
        ("GET /hello/{name}", "GET /a/{x+}/b", "before its end"),
        ("GET /hello/{name}", "GET /a/x{y}", "takes a whole segment"),
        ("GET /hello/{name}", "GET /{a}/{a}", "without a name of its own"),
        ("timeout: 60", "timeout: 9000", "`functions.watch.timeout` is 9000; it must be a number from 1 to 900"),
        ("batchSize: 5", "batchSize: many", "batchSize` is \"many\""),
        ("[Table, StreamArn]", "[Tabel, StreamArn]", "refers to `Tabel`, which is not among the resources"),
        ("[Table, StreamArn]", "[Table, Arnn]", "asks for `Table.Arnn`"),
        ("StreamSpecification: { StreamViewType: NEW_AND_OLD_IMAGES }", "A: b", "which has no `StreamSpecification`"),
        ("ReportBatchItemFailures", "Report", "the only one there is"),
        ("eventName: [INSERT]", "eventName: INSERT", "filterPatterns[0]` has `eventName"),
        ("rate(1 minute)", "rate(1 minutes)", "a rate is"),
        ("${self:custom.table}", "${self:custom.tabel}", "`provider.environment.TABLE` uses `${self:custom.tabel}`"),
        ("!GetAtt Table.Arn", "{ Fn::ImportValue: x }", "uses `Fn::ImportValue`, which cannot be answered"),
        ("QueueName: shop-jobs", "QueueName: shop/jobs", "names the queue `shop/jobs`; a name has"),
        ("QueueName: shop-jobs", "QueueName: shop-dead", "names the queue `shop-dead`, as another resource does"),
        (
            "VisibilityTimeout: 60",
            "VisibilityTimeout: 1d",
            "VisibilityTimeout` is \"1d\"; it must be a number from 0 to",
        ),
        ("maxReceiveCount: 3", "x: y", "RedrivePolicy.maxReceiveCount` is null; it must be a number from 1"),
        ("deadLetterTargetArn: !GetAtt Dead.Arn", "x: y", "deadLetterTargetArn` is not the ARN of a queue"),
        ("deadLetterTargetArn: !GetAtt Dead.Arn", "deadLetterTargetArn: !GetAtt Jobs.Arn", "is the queue itself"),
        ("arn: !GetAtt Dead.Arn }", "arn: !GetAtt Daed.Arn }", "onFailure` refers to `Daed`, which is not among"),
        ("VisibilityTimeout: 60", "FifoQueue: true", "`FifoQueue: true` and a name that ends with `.fifo` go together"),
        ("QueueName: shop-jobs", "QueueName: shop-jobs.fifo", "`FifoQueue: true` and a name that ends with `.fifo` go"),
        ("QueueName: shop-jobs", "QueueName: shop-jobs.fifo\n        FifoQueue: true", "is a queue of the other type"),
        ("KeySchema:", "KeySchem:", "needs `KeySchema`"),
        (
            "authorizer: jwt",
            "authorizer: jtw",
            "authorizer` names `jtw`, which is not among `provider.httpApi.authorizers`",
        ),
        ("authorizer: jwt", "authorizer: { scopes: [a] }", "authorizer` needs a `name`"),
        ("authorizer: jwt", "authorizer: 7", "is not an authorizer"),
        ("authorizer: jwt", "authorizer: { name: jwt, scopes: 7 }", "authorizer.scopes` is not a text or a list"),
        ("issuerUrl:", "issuer:", "`provider.httpApi.authorizers.jwt` needs `issuerUrl`"),
        ("audience: shop", "audienc: shop", "needs `audience`"),
        ("type: jwt,", "identitySource: $request.body,", "identitySource` is not `$request.header.<name>`"),
    ] {
        let error = with(from, to);
        assert!(error.contains(expected), "{from} -> {to}: {error}");
    }
}

#[test]
fn what_of_queues_and_rules_cannot_run_is_said() {
    let notices = |from: &str, to: &str| {
        assert!(SERVICE.contains(from), "{from}");
        read(&SERVICE.replacen(from, to, 1), None).unwrap().notices.join("\n")
    };
    let target = "the rule `to-jobs` does not reach its target `one` on one machine: ";
    let nothing = "the rule `to-jobs` does nothing on one machine: ";
    for (from, to, expected) in [
        ("Arn: !GetAtt Jobs.Arn, ", "Arn: !GetAtt OtherLambdaFunction.Arn, ", format!("{target}it is no queue and no")),
        ("Arn: !GetAtt Jobs.Arn, ", "Arn: !GetAtt Table.Arn, ", format!("{target}it is no queue and no function")),
        ("InputPath: $.detail", "InputPath: '$.detail[x]'", format!("{target}its `InputPath` is not like")),
        ("InputPath: $.detail", "InputTransformer: { InputPathsMap: { a: $ } }", format!("{target}its `InputTransf")),
        ("InputPath: $.detail", "InputPath: $.detail, Input: x", format!("{target}its `Input` stands beside")),
        (
            "    Role:",
            "    M: { Type: AWS::Lambda::EventSourceMapping }\n    Role:",
            "the mapping `M` does not run".to_owned(),
        ),
        (
            "- schedule: rate(1 minute)",
            "- sqs: { arn: !GetAtt Jobs.Arn, batchsize: 1 }",
            "`watch`: its `sqs` event has `batchsize`".to_owned(),
        ),
        (
            "- schedule: rate(1 minute)",
            "- sqs: { arn: !ImportValue q }",
            "called by a queue of another stack".to_owned(),
        ),
        (
            "- schedule: rate(1 minute)",
            "- eventBridge: { eventBus: 'arn:aws:events:eu-central-1:1:event-bus/else', pattern: { source: [a] } }",
            "`watch` is not called by the event bus `else` of another stack".to_owned(),
        ),
        (
            "- schedule: rate(1 minute)",
            "- eventBridge: { pattern: { source: [a] }, deadLetterQueueArn: 'arn:aws:sqs:eu-central-1:1:q' }",
            "`watch`: the dead-letter queue of its rule `shop-dev-watch-rule-3` is no queue of the template".to_owned(),
        ),
        (
            "timeout: 60\n",
            "timeout: 60\n    onError: 'arn:aws:sns:eu-central-1:1:t'\n",
            "`watch`: its `onError` is no queue".to_owned(),
        ),
        ("EventPattern: { source: [shop] }", "ScheduleExpression: rate(1 day)", format!("{nothing}it has no `EventP")),
        ("{ source: [shop] }", "{ source: [{ cidr: x }] }", format!("{nothing}its `EventPattern` has the rule")),
        ("EventBusName: !Ref Bus", "EventBusName: other", format!("{nothing}the event bus `other` is not among")),
        ("type: sqs, arn: !GetAtt Dead.Arn", "type: sns, arn: x", "`watch`: what it cannot deal with is on".to_owned()),
    ] {
        let notices = notices(from, to);
        assert!(notices.contains(&expected), "{from} -> {to}: {notices}");
    }
    assert!(!notices("State: ENABLED", "State: DISABLED").contains("to-jobs"), "it does nothing in the cloud either");
}

#[test]
fn a_reference_to_a_queue_is_its_url_where_sqs_is() {
    let text = SERVICE.replacen("EXTRA: !GetAtt Table.Arn", "EXTRA: !Ref Jobs", 1);
    let url = |sqs: Option<&str>| {
        let given = Given { sqs: sqs.map(Into::into), ..Given::default() };
        let template = Template::read(yaml::parse(&text).unwrap(), Path::new("."), given, [].into()).unwrap();
        template.functions[0].environment["EXTRA"].clone()
    };
    assert_eq!(url(None), "https://sqs.eu-central-1.amazonaws.com/000000000000/shop-jobs");
    assert_eq!(url(Some("http://127.0.0.1:1")), "http://127.0.0.1:1/000000000000/shop-jobs");
}

#[test]
fn a_missing_file_says_what_to_do() {
    let error = Template::load(Path::new("/nowhere/serverless.yml"), Given::default()).unwrap_err().to_string();
    assert!(error.starts_with("there is no /nowhere/serverless.yml; run this where"), "{error}");
}

#[test]
fn same_shape_is_same_route() {
    let error = with("- httpApi: { method: post, path: /hello }", "- httpApi: GET /hello/{other}");
    assert!(error.contains("has the route `GET /hello/{other}`"), "{error}");
    let value: Value = json!(null);
    assert!(super::routes::read(&value, None, "x").is_err());
}
