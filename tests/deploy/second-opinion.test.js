'use strict';

// A second opinion on the package of prod: moto, another emulator, creates the stack. What moto's CloudFormation does not know goes to
// the service's own API instead, by AWS's own client, which checks it against AWS's model of the service. The list of it is complete.
//
// moto does not show: the table's TTL and its recovery to a point in time, tracing and log levels of functions, which alarms CodeDeploy
// watches. It takes no alias as the target of an event. tests/deploy/package.test.js has these.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { after, before, describe, it } = require('node:test');
const { TEMPLATE, inCopy } = require('./support/copy');
const { startMoto } = require('./support/moto');
const { resolver } = require('./support/resolve');

/** Types that moto's CloudFormation leaves out, and the test that looks at each. */
const UNKNOWN = {
  'AWS::ApiGatewayV2::Api': 'the API',
  'AWS::ApiGatewayV2::Authorizer': 'the API',
  'AWS::ApiGatewayV2::Integration': 'the API',
  'AWS::ApiGatewayV2::Route': 'the API',
  'AWS::ApiGatewayV2::Stage': 'the API',
  'AWS::Budgets::Budget': 'the budget',
  'AWS::CloudWatch::Alarm': 'alarms',
  'AWS::CloudWatch::CompositeAlarm': 'composite alarms, at least AWS\'s client',
  'AWS::CodeDeploy::Application': 'CodeDeploy',
  'AWS::CodeDeploy::DeploymentGroup': 'CodeDeploy',
  // moto takes no pattern that is an object, as CloudFormation has it.
  'AWS::Events::Archive': 'the archive',
  'AWS::Lambda::Alias': 'aliases',
  'AWS::Lambda::EventInvokeConfig': 'retries of the sweeper',
  'AWS::S3::BucketPolicy': 'policies',
  'AWS::SNS::TopicPolicy': 'policies',
};

const STACK = 'bookings-prod';
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'bookings-second-'));
let moto;
let resources;
let resolve;

const ofType = (type) => Object.entries(resources).filter(([, { Type }]) => Type === type);
const properties = (type) => ofType(type).map(([, { Properties }]) => resolve(Properties));
const aws = (...call) => moto.aws(...call);

before(async () => {
  const tokens = ['--param', 'issuer=https://id.example.com/', '--param', 'audience=bookings'];
  const [{ code, stdout }, started] = await Promise.all([inCopy(['package', '--stage', 'prod', ...TEMPLATE, ...tokens, '--package', folder]), startMoto()]);
  moto = started;
  assert.equal(code, 0, stdout);
  const template = (name) => JSON.parse(fs.readFileSync(path.join(folder, `cloudformation-template-${name}-stack.json`), 'utf8'));
  const whole = template('update');
  resources = whole.Resources;

  // As the framework does it: a stack with the bucket alone, uploads, and all of it. Events invoke aliases, which moto would look for.
  await aws('cloudformation', 'create_stack', { StackName: STACK, TemplateBody: JSON.stringify(template('create')) });
  const [{ Name: Bucket }] = (await aws('s3', 'list_buckets')).Buckets;
  for (const [, { Properties }] of ofType('AWS::Lambda::Function')) await aws('s3', 'put_object', { Bucket, Key: Properties.Code.S3Key, Body: 'zip' });
  const known = Object.entries(resources).filter(([, { Type }]) => Type !== 'AWS::Events::Archive');
  const text = JSON.stringify({ ...whole, Outputs: {}, Resources: Object.fromEntries(known) });
  const functions = text.replace(/\{"Fn::Join":\[":",\[(\{"Fn::GetAtt":\["\w+","Arn"\]\}),"live"\]\]\}/g, '$1');
  const Parameters = [{ ParameterKey: 'Protected', ParameterValue: 'true' }];
  const Tags = [{ Key: 'stage', Value: 'prod' }];
  await aws('cloudformation', 'update_stack', { StackName: STACK, TemplateBody: functions, Parameters, Tags, Capabilities: ['CAPABILITY_NAMED_IAM'] });

  const { StackResourceSummaries } = await aws('cloudformation', 'list_stack_resources', { StackName: STACK });
  const made = StackResourceSummaries.filter(({ PhysicalResourceId }) => PhysicalResourceId);
  const ids = Object.fromEntries(made.map(({ LogicalResourceId, PhysicalResourceId }) => [LogicalResourceId, PhysicalResourceId]));
  for (const [id, { Properties: p }] of ofType('AWS::CloudWatch::Alarm')) ids[id] = p.AlarmName ?? id;
  Object.assign(ids, { HttpApi: 'unknown', Deployments: STACK });
  const arn = (service, rest) => `arn:aws:${service}:eu-central-1:123456789012:${rest}`;
  const attributes = { 'DeadLetters.QueueName': 'bookings-prod-dead-letters', 'EventBus.Arn': arn('events', 'event-bus/bookings-prod') };
  for (const [id, { Type, Properties: p }] of Object.entries(resources)) {
    if (Type === 'AWS::Lambda::Function') attributes[`${id}.Arn`] = arn('lambda', `function:${p.FunctionName}`);
    if (Type === 'AWS::Lambda::Version') attributes[`${id}.Version`] = '1';
    if (Type === 'AWS::Logs::LogGroup') attributes[`${id}.Arn`] = arn('logs', `log-group:${p.LogGroupName}`);
    if (Type === 'AWS::IAM::Role') attributes[`${id}.Arn`] = `arn:aws:iam::123456789012:role/${p.RoleName}`;
  }
  resolve = resolver({ ids, attributes, conditions: ['Guarded', 'Protected'] });
});
after(async () => {
  await moto?.stop();
  fs.rmSync(folder, { recursive: true });
});

describe('moto creates the stack', () => {
  it('with everything but what is listed', async () => {
    const { Stacks } = await aws('cloudformation', 'describe_stacks', { StackName: STACK });
    assert.deepEqual([Stacks[0].StackStatus, Stacks[0].Tags], ['UPDATE_COMPLETE', [{ Key: 'stage', Value: 'prod' }]]);
    const { StackResourceSummaries } = await aws('cloudformation', 'list_stack_resources', { StackName: STACK });
    const made = new Set(StackResourceSummaries.map(({ ResourceType }) => ResourceType));
    const left = new Set(Object.values(resources).map(({ Type }) => Type).filter((type) => !made.has(type)));
    assert.deepEqual([...left].sort(), Object.keys(UNKNOWN).sort());
  });

  it('with a table that is protected, streams both images, and has one index', async () => {
    const { Table } = await aws('dynamodb', 'describe_table', { TableName: STACK });
    assert.equal(Table.DeletionProtectionEnabled, true);
    assert.equal(Table.StreamSpecification.StreamViewType, 'NEW_AND_OLD_IMAGES');
    assert.equal(Table.BillingModeSummary.BillingMode, 'PAY_PER_REQUEST');
    assert.deepEqual(Table.GlobalSecondaryIndexes.map(({ IndexName }) => IndexName), ['user_id_index']);
    await assert.rejects(aws('dynamodb', 'delete_table', { TableName: STACK }), /DeletionProtectionEnabled/);
  });

  it('with a mapping that filters, bisects, parks and counts', async () => {
    const { EventSourceMappings } = await aws('lambda', 'list_event_source_mappings');
    const [mapping] = EventSourceMappings;
    assert.deepEqual([mapping.BisectBatchOnFunctionError, mapping.MaximumRetryAttempts, mapping.MaximumRecordAgeInSeconds], [true, 10000, 79200]);
    assert.match(mapping.DestinationConfig.OnFailure.Destination, /:bookings-prod-dead-letters$/);
    assert.deepEqual(mapping.MetricsConfig, { Metrics: ['EventCount'] });
    const patterns = mapping.FilterCriteria.Filters.map(({ Pattern }) => JSON.parse(Pattern));
    assert.deepEqual(patterns.map(({ eventName }) => eventName), [['INSERT', 'MODIFY'], ['REMOVE'], ['REMOVE']]);
  });

  it('with a queue that is encrypted and keeps messages for 14 days, and logs that are kept for 90', async () => {
    const { QueueUrls } = await aws('sqs', 'list_queues');
    const { Attributes } = await aws('sqs', 'get_queue_attributes', { QueueUrl: QueueUrls[0], AttributeNames: ['All'] });
    assert.deepEqual([Attributes.SqsManagedSseEnabled, Attributes.MessageRetentionPeriod], ['true', '1209600']);
    const { logGroups } = await aws('logs', 'describe_log_groups');
    assert.equal(logGroups.length, 17);
    assert.ok(logGroups.every(({ retentionInDays }) => retentionInDays === 90));
  });

  it('with a rule that sweeps, functions that find their table, and a dashboard that is JSON', async () => {
    const { Rules } = await aws('events', 'list_rules');
    assert.deepEqual(Rules.map(({ ScheduleExpression, State }) => [ScheduleExpression, State]), [['cron(* * * * ? *)', 'ENABLED']]);
    const { Functions } = await aws('lambda', 'list_functions');
    assert.equal(Functions.length, 16);
    assert.ok(Functions.every(({ Environment }) => Environment.Variables.TABLE_NAME === STACK));
    const { DashboardBody } = await aws('cloudwatch', 'get_dashboard', { DashboardName: STACK });
    assert.ok(JSON.parse(DashboardBody).widgets[0].properties.alarms.every((arn) => arn.startsWith('arn:aws:cloudwatch:eu-central-1:123456789012:alarm:')));
  });
});

describe('what moto\'s CloudFormation does not know, its services take:', () => {
  it('alarms', async () => {
    const all = ofType('AWS::CloudWatch::Alarm').map(([id, { Properties }]) => ({ AlarmName: id, ...resolve(Properties) }));
    for (const alarm of all) await aws('cloudwatch', 'put_metric_alarm', alarm);
    const { MetricAlarms } = await aws('cloudwatch', 'describe_alarms');
    const named = Object.fromEntries(MetricAlarms.map((alarm) => [alarm.AlarmName, alarm]));
    assert.deepEqual(Object.keys(named).sort(), all.map(({ AlarmName }) => AlarmName).sort());
    for (const { AlarmName, Metrics, MetricName, Threshold } of all) {
      const shown = named[AlarmName];
      if (Threshold !== undefined) assert.equal(shown.Threshold, Threshold, AlarmName);
      const ids = (metrics = []) => metrics.map(({ Id }) => Id);
      assert.deepEqual([shown.MetricName, ids(shown.Metrics)], [MetricName, ids(Metrics)], AlarmName);
    }
  });

  it('composite alarms, at least AWS\'s client', async () => {
    const all = properties('AWS::CloudWatch::CompositeAlarm');
    assert.equal(all.length, 6);
    for (const alarm of all) {
      assert.match(alarm.AlarmRule, /^ALARM\("bookings-prod-\w+Long"\) AND ALARM\("bookings-prod-\w+Short"\)$/);
      // moto has none of them. The client refuses what AWS's model does not allow before it asks.
      await assert.rejects(aws('cloudwatch', 'put_composite_alarm', alarm), /\(\w+\) when calling the PutCompositeAlarm operation/);
    }
  });

  it('the archive', async () => {
    const [{ RetentionDays, EventPattern, SourceArn, ...archive }] = properties('AWS::Events::Archive');
    await aws('events', 'create_archive', { ...archive, RetentionDays, EventSourceArn: SourceArn, EventPattern: JSON.stringify(EventPattern) });
    const shown = await aws('events', 'describe_archive', { ArchiveName: STACK });
    assert.deepEqual([shown.RetentionDays, shown.State], [30, 'ENABLED']);
    assert.deepEqual(JSON.parse(shown.EventPattern).source, ['booking.reminder']);
  });

  it('the budget', async () => {
    const [{ Budget, NotificationsWithSubscribers }] = properties('AWS::Budgets::Budget');
    // Numbers are texts here.
    Budget.BudgetLimit.Amount = String(Budget.BudgetLimit.Amount);
    await aws('budgets', 'create_budget', { AccountId: '123456789012', Budget, NotificationsWithSubscribers });
    const { Budgets } = await aws('budgets', 'describe_budgets', { AccountId: '123456789012' });
    assert.deepEqual(Budgets.map(({ BudgetName, BudgetLimit, CostFilters }) => [BudgetName, Number(BudgetLimit.Amount), CostFilters ?? {}]), [[STACK, 120, {}]]);
    const notified = await aws('budgets', 'describe_notifications_for_budget', { AccountId: '123456789012', BudgetName: STACK });
    assert.deepEqual(notified.Notifications.map(({ NotificationType, Threshold }) => [NotificationType, Threshold]), [['ACTUAL', 80], ['FORECASTED', 100]]);
  });

  it('aliases', async () => {
    for (const { FunctionName, FunctionVersion, Name } of properties('AWS::Lambda::Alias')) {
      await aws('lambda', 'create_alias', { FunctionName, FunctionVersion, Name });
      assert.equal((await aws('lambda', 'get_alias', { FunctionName, Name })).FunctionVersion, '1');
    }
  });

  it('CodeDeploy', async () => {
    const lower = (value) => {
      if (Array.isArray(value)) return value.map(lower);
      if (value === null || typeof value !== 'object') return value;
      return Object.fromEntries(Object.entries(value).map(([key, member]) => [key[0].toLowerCase() + key.slice(1), lower(member)]));
    };
    const [application] = properties('AWS::CodeDeploy::Application');
    await aws('codedeploy', 'create_application', lower(application));
    for (const [id, { Properties }] of ofType('AWS::CodeDeploy::DeploymentGroup')) {
      await aws('codedeploy', 'create_deployment_group', { ...lower(resolve(Properties)), deploymentGroupName: id });
    }
    const { deploymentGroups } = await aws('codedeploy', 'list_deployment_groups', { applicationName: STACK });
    assert.equal(deploymentGroups.length, 16);
    const { deploymentGroupInfo } = await aws('codedeploy', 'get_deployment_group', { applicationName: STACK, deploymentGroupName: deploymentGroups[0] });
    assert.equal(deploymentGroupInfo.deploymentConfigName, 'CodeDeployDefault.LambdaCanary10Percent5Minutes');
    // moto does not show which alarms a group watches.
    const { deploymentStyle, autoRollbackConfiguration } = deploymentGroupInfo;
    assert.deepEqual([deploymentStyle.deploymentType, deploymentStyle.deploymentOption], ['BLUE_GREEN', 'WITH_TRAFFIC_CONTROL']);
    assert.ok(autoRollbackConfiguration.enabled && autoRollbackConfiguration.events.includes('DEPLOYMENT_STOP_ON_ALARM'));
  });

  it('retries of the sweeper', async () => {
    const [{ FunctionName, MaximumRetryAttempts, MaximumEventAgeInSeconds, Qualifier }] = properties('AWS::Lambda::EventInvokeConfig');
    const config = { FunctionName, MaximumRetryAttempts, MaximumEventAgeInSeconds };
    await aws('lambda', 'put_function_event_invoke_config', config);
    const shown = await aws('lambda', 'get_function_event_invoke_config', { FunctionName });
    assert.deepEqual([shown.MaximumRetryAttempts, shown.MaximumEventAgeInSeconds, Qualifier], [0, 60, 'live']);
  });

  it('policies', async () => {
    const [{ Topics: [TopicArn], PolicyDocument: topic }] = properties('AWS::SNS::TopicPolicy');
    await aws('sns', 'set_topic_attributes', { TopicArn, AttributeName: 'Policy', AttributeValue: JSON.stringify(topic) });
    assert.deepEqual(JSON.parse((await aws('sns', 'get_topic_attributes', { TopicArn })).Attributes.Policy), topic);
    const [{ Bucket, PolicyDocument: bucket }] = properties('AWS::S3::BucketPolicy');
    await aws('s3', 'put_bucket_policy', { Bucket, Policy: JSON.stringify(bucket) });
    assert.deepEqual(JSON.parse((await aws('s3', 'get_bucket_policy', { Bucket })).Policy), bucket);
  });

  it('the API', async () => {
    const [{ Name, ProtocolType, CorsConfiguration, DisableExecuteApiEndpoint }] = properties('AWS::ApiGatewayV2::Api');
    const { ApiId } = await aws('apigatewayv2', 'create_api', { Name, ProtocolType, CorsConfiguration, DisableExecuteApiEndpoint });
    const [[authorizer, { Properties: jwt }]] = ofType('AWS::ApiGatewayV2::Authorizer');
    const { AuthorizerId } = await aws('apigatewayv2', 'create_authorizer', { ...resolve({ ...jwt, ApiId: '' }), ApiId });
    for (const integration of properties('AWS::ApiGatewayV2::Integration')) await aws('apigatewayv2', 'create_integration', { ...integration, ApiId });
    const routes = ofType('AWS::ApiGatewayV2::Route').map(([, { Properties: { Target, ...rest } }]) => rest);
    for (const { ApiId: _, AuthorizerId: secured, ...route } of routes) {
      if (secured) assert.deepEqual(secured, { Ref: authorizer });
      await aws('apigatewayv2', 'create_route', { ...route, ApiId, ...(secured && { AuthorizerId }) });
    }
    const { Items } = await aws('apigatewayv2', 'get_routes', { ApiId });
    const open = Items.filter(({ AuthorizationType }) => AuthorizationType !== 'JWT').map(({ RouteKey }) => RouteKey);
    assert.deepEqual([Items.length, open], [14, ['GET /health']]);
    const [{ StageName, AutoDeploy, DefaultRouteSettings }] = properties('AWS::ApiGatewayV2::Stage');
    await aws('apigatewayv2', 'create_stage', { ApiId, StageName, AutoDeploy, DefaultRouteSettings });
    const stage = await aws('apigatewayv2', 'get_stage', { ApiId, StageName });
    assert.deepEqual(stage.DefaultRouteSettings, { DetailedMetricsEnabled: true, ThrottlingRateLimit: 700, ThrottlingBurstLimit: 1400 });
  });

  it('and each of them is looked at', () => {
    const looked = fs.readFileSync(__filename, 'utf8');
    for (const test of Object.values(UNKNOWN)) assert.ok(looked.includes(`it('${test.replace("'", "\\'")}'`), test);
  });
});
