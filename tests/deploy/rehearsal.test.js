'use strict';

// Tests of a whole deployment with real binaries, to an AWS emulator on this machine.
//
// Other tests cover the emulator's gaps: it ignores `batchItemFailures` and writes no stream record for a deletion by
// TTL (the stream's tests, on `cargo local`), drops the CORS configuration (`cargo local` too), and has no throttling,
// no archives, no alarms on several metrics and no CodeDeploy (package.test.js checks that they are in the template,
// second-opinion.test.js what another emulator makes of them).

const assert = require('node:assert/strict');
const path = require('node:path');
const { after, before, describe, it } = require('node:test');
const { TEMPLATE, copyService } = require('./support/copy');
const { startEmulator, until } = require('./support/emulator');
const { startIssuer } = require('./support/issuer');
const { EVENT_ALARMS } = require('./support/operations');
const { SECRET, startReceiver, verified } = require('./support/receiver');
const { HERE, ROOT, run, serverless } = require('./support/serverless');

const STAGE = 'test';
const SECOND = 'test2';

// One for all releases of stubs, so that the second and the third are the same to the byte.
const copy = copyService();
let emulator;
let issuer;
let hook;

before(async () => {
  [emulator, issuer, hook] = await Promise.all([startEmulator(), startIssuer(), startReceiver()]);
});
after(async () => {
  issuer?.stop();
  hook?.stop();
  copy.remove();
  await emulator?.stop();
});

async function sls(...args) {
  const { code, stdout, stderr } = await serverless(args, { env: emulator.env });
  assert.equal(code, 0, `serverless ${args.join(' ')}: ${stdout}${stderr}\n${emulator.log().slice(-4000)}`);
  return stdout + stderr;
}

/** The address of the API that was deployed as `stage`. */
async function address(stage) {
  const { Stacks } = await emulator.aws('cloudformation', 'describe_stacks', { StackName: `bookings-${stage}` });
  const { OutputValue: id } = Stacks[0].Outputs.find(({ OutputKey }) => OutputKey === 'HttpApiId');
  return `${emulator.endpoint}/_aws/execute-api/${id}/$default`;
}

/** Runs the smoke test, as after each deployment. */
async function smoke(stage, BEARER_TOKEN = '') {
  const { code, stdout, stderr } = await run('node', ['deploy/smoke.js', await address(stage)], { env: { BEARER_TOKEN } });
  assert.equal(code, 0, stdout + stderr);
  return stdout;
}

// A smoke test of an address where no server listens.
const FAILING = { SMOKE_URL: 'http://127.0.0.1:2' };

/** Releases `stage` as a pipeline does, with a smoke test that fails. */
async function release(stage) {
  const { code, stdout, stderr } = await run(path.join(ROOT, 'deploy/release'), [stage, ...HERE], { env: { ...emulator.env, ...FAILING } });
  return { code, output: stdout + stderr };
}

/** Releases another version, whose executables answer nothing: what answers afterwards is the version before. */
async function releaseStubs(stage) {
  const options = [stage, ...TEMPLATE, '--param', 'logRetention=7'];
  const { code, stdout, stderr } = await copy.run(path.join(copy.folder, 'deploy/release'), options, { env: { ...emulator.env, ...FAILING } });
  return { code, output: stdout + stderr };
}

/** A client of the API that was deployed as `stage`. */
async function client(stage) {
  const base = await address(stage);
  return async (method, path, { body, token } = {}) => {
    const response = await fetch(base + path, {
      method,
      body: body && JSON.stringify(body),
      headers: { ...(body && { 'content-type': 'application/json' }), ...(token && { authorization: `Bearer ${token}` }) },
    });
    const text = await response.text();
    return { status: response.status, body: text && JSON.parse(text) };
  };
}

/** The body of a create: a booking of an hour that starts in `hours` hours. */
function booking(resource, hours) {
  const at = (offset) => new Date(Date.now() + offset * 3_600_000).toISOString();
  return { user_id: 'alice', resource_id: resource, start_time: at(hours), end_time: at(hours + 1) };
}

/** The day that is `days` days after `day`. */
const later = (day, days) => new Date(Date.parse(day) + days * 86_400_000).toISOString().slice(0, 10);

describe('a first deployment', () => {
  let call;
  let first;
  before(async () => {
    first = await release(STAGE);
    call = await client(STAGE);
  });

  it('stays when its smoke test fails, since nothing was there before', () => {
    assert.equal(first.code, 1, first.output);
    assert.match(first.output, /smoke test failed at http:\/\/127\.0\.0\.1:2, and there is nothing to go back to/);
  });

  it('serves every route', async () => {
    assert.deepEqual(await call('GET', '/health'), { status: 200, body: { status: 'ok' } });
    const created = await call('POST', '/bookings', { body: booking('room-1', 48) });
    assert.equal(created.status, 201, JSON.stringify(created));
    const path = `/bookings/${created.body.booking_id}`;
    assert.deepEqual(await call('GET', path), { status: 200, body: created.body });
    const updated = await call('PUT', path, { body: { resource_id: 'room-2' } });
    assert.equal(updated.status, 200, JSON.stringify(updated));
    const listed = await call('GET', '/users/alice/bookings');
    assert.deepEqual(listed, { status: 200, body: [updated.body] });
    const day = created.body.start_time.slice(0, 10);
    const busy = await call('GET', `/resources/room-2/busy?from=${day}T00:00:00Z&to=${later(day, 3)}T00:00:00Z`);
    const { start_time, end_time } = updated.body;
    assert.deepEqual(busy, { status: 200, body: [{ start_time, end_time }] });
    const cancelled = await call('POST', `${path}/cancel`);
    assert.deepEqual([cancelled.status, cancelled.body.status], [200, 'cancelled']);
    assert.equal((await call('DELETE', path)).status, 204);
    assert.equal((await call('GET', path)).status, 404);
  });

  it('books by the rules of a resource, and confirms a hold', async () => {
    const set = await call('PUT', '/resources/class', { body: { time_zone: 'Europe/Berlin', slot_minutes: 60, min_minutes: 60, capacity: 2 } });
    assert.deepEqual([set.status, set.body.version], [200, 1], JSON.stringify(set));
    assert.deepEqual((await call('GET', '/resources/class')).body, set.body);
    const slots = await call('GET', '/resources/class/slots?from=2035-05-14T08:00:00Z&to=2035-05-14T09:00:00Z&seats=2');
    const times = { start_time: '2035-05-14T08:00:00Z', end_time: '2035-05-14T09:00:00Z' };
    assert.deepEqual(slots, { status: 200, body: [{ ...times, seats_left: 2 }] });
    const wanted = { user_id: 'alice', resource_id: 'class', ...times, seats: 2, hold_seconds: 600, metadata: { patient: '4711' } };
    const held = await call('POST', '/bookings', { body: wanted });
    assert.deepEqual([held.status, held.body.status], [201, 'held'], JSON.stringify(held));
    const full = await call('POST', '/bookings', { body: { ...wanted, user_id: 'bob', seats: 1 } });
    assert.deepEqual([full.status, full.body.seats_left], [409, 0]);
    const off = { ...wanted, start_time: '2035-05-15T08:30:00Z', end_time: '2035-05-15T08:45:00Z' };
    const outside = await call('POST', '/bookings', { body: off });
    assert.deepEqual([outside.status, outside.body.type, outside.body.errors.length], [422, 'urn:problem:outside-rules', 2]);
    const path = `/bookings/${held.body.booking_id}`;
    assert.deepEqual((await call('POST', `${path}/confirm`)).body.status, 'active');
    const listed = await call('GET', '/resources/class/bookings?from=2035-05-14T00:00:00Z&to=2035-05-15T00:00:00Z');
    assert.deepEqual(listed.body.map((one) => [one.booking_id, one.metadata]), [[held.body.booking_id, { patient: '4711' }]]);
    assert.equal((await call('DELETE', '/resources/class')).status, 204);
    assert.equal((await call('GET', '/resources/class')).body.version, 2);
    assert.equal((await call('DELETE', path)).status, 204);
  });

  it('refuses a second booking of the same time, and finds a reminder to remove', async () => {
    const first = await call('POST', '/bookings', { body: booking('room-3', 24) });
    assert.equal((await call('POST', '/bookings', { body: booking('room-3', 24.5) })).status, 409);
    const path = `/bookings/${first.body.booking_id}`;
    const silent = await call('PUT', path, { body: { reminder_lead_seconds: null } });
    assert.deepEqual([silent.status, silent.body.ttl], [200, null]);
    assert.equal((await call('DELETE', path)).status, 204);
  });

  it('brings a due reminder to the bus', async () => {
    const { QueueUrl } = await emulator.aws('sqs', 'create_queue', { QueueName: 'consumer' });
    const { Attributes } = await emulator.aws('sqs', 'get_queue_attributes', { QueueUrl, AttributeNames: ['QueueArn'] });
    const rule = { Name: 'consumer', EventBusName: `bookings-${STAGE}` };
    await emulator.aws('events', 'put_rule', { ...rule, EventPattern: '{"detail-type":["ReminderDue"]}' });
    const target = { Id: 'queue', Arn: Attributes.QueueArn };
    await emulator.aws('events', 'put_targets', { Rule: rule.Name, EventBusName: rule.EventBusName, Targets: [target] });
    // The queue belongs to the customer. Its policy lets EventBridge send messages.
    const statement = { Effect: 'Allow', Principal: { Service: 'events.amazonaws.com' }, Action: 'sqs:SendMessage', Resource: target.Arn };
    const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
    await emulator.aws('sqs', 'set_queue_attributes', { QueueUrl, Attributes: { Policy } });

    const created = await call('POST', '/bookings', { body: { ...booking('room-4', 1), reminder_lead_seconds: 7200 } });
    assert.equal(created.status, 201);
    await sls('invoke', '--stage', STAGE, ...HERE, '--function', 'sweepTimers', '--data', '{}');
    const message = await until(async () => {
      const { Messages } = await emulator.aws('sqs', 'receive_message', { QueueUrl });
      return Messages?.[0];
    }, 'ReminderDue arrives');
    const event = JSON.parse(message.Body);
    assert.equal(event.source, 'booking.reminder');
    assert.equal(event.detail.booking_id, created.body.booking_id);

    await emulator.aws('events', 'remove_targets', { Rule: rule.Name, EventBusName: rule.EventBusName, Ids: ['queue'] });
    await emulator.aws('events', 'delete_rule', rule);
    await emulator.aws('sqs', 'delete_queue', { QueueUrl });
  });

  it('runs functions that can do no more than their roles allow', async () => {
    const role = { RoleName: `bookings-${STAGE}-${emulator.env.AWS_REGION}-getBooking`, PolicyName: 'getBooking' };
    const { PolicyDocument } = await emulator.aws('iam', 'get_role_policy', role);
    const get = async () => (await call('GET', '/bookings/00000000-0000-4000-8000-000000000000')).status;
    assert.equal(await get(), 404);
    await emulator.aws('iam', 'delete_role_policy', role);
    assert.equal(await get(), 500);
    await emulator.aws('iam', 'put_role_policy', { ...role, PolicyDocument: JSON.stringify(PolicyDocument) });
    assert.equal(await get(), 404);
  });
});

describe('its alarms and its dashboard', () => {
  it('are there, and tell the topic', async () => {
    const { MetricAlarms } = await emulator.aws('cloudwatch', 'describe_alarms', { AlarmNamePrefix: `bookings-${STAGE}-` });
    const names = MetricAlarms.map(({ AlarmName }) => AlarmName.replace(`bookings-${STAGE}-`, ''));
    assert.deepEqual(names.sort(), EVENT_ALARMS);
    const { Topics } = await emulator.aws('sns', 'list_topics');
    const [{ TopicArn }] = Topics.filter((topic) => topic.TopicArn.endsWith(`:bookings-${STAGE}-alarms`));
    for (const { AlarmActions, OKActions } of MetricAlarms) assert.deepEqual([AlarmActions, OKActions], [[TopicArn], [TopicArn]]);
  });

  it('watch what was deployed', async () => {
    const { MetricAlarms } = await emulator.aws('cloudwatch', 'describe_alarms', { AlarmNamePrefix: `bookings-${STAGE}-` });
    const watched = (name) => MetricAlarms.find(({ AlarmName }) => AlarmName.endsWith(name)).Dimensions[0].Value;
    assert.equal(watched('StreamBehind'), `bookings-${STAGE}-publishEvents`);
    const { EventSourceMappings } = await emulator.aws('lambda', 'list_event_source_mappings', { FunctionName: `bookings-${STAGE}-publishEvents` });
    assert.equal(watched('PublisherSilent'), EventSourceMappings[0].UUID);
    assert.equal(watched('DeadLettersWaiting'), `bookings-${STAGE}-dead-letters`);
    assert.equal(watched('SweeperSilent'), STAGE);
    const { DashboardBody } = await emulator.aws('cloudwatch', 'get_dashboard', { DashboardName: `bookings-${STAGE}` });
    assert.ok(JSON.parse(DashboardBody).widgets.length > 10);
    assert.ok(!DashboardBody.includes('${'), DashboardBody);
  });
});

describe('a second stage', () => {
  let call;
  before(async () => {
    const tokens = ['--param', `issuer=${issuer.issuer}`, '--param', `audience=${issuer.audience}`];
    const webhookSecret = `bookings-${SECOND}-webhooks`;
    await emulator.aws('secretsmanager', 'create_secret', { Name: webhookSecret, SecretString: SECRET });
    const webhooks = ['--param', `webhook=${hook.url}`, '--param', `webhookSecret=${webhookSecret}`];
    await sls('deploy', '--stage', SECOND, ...HERE, '--param', 'archiveDays=0', ...tokens, ...webhooks);
    call = await client(SECOND);
  });

  const both = { scope: 'bookings/read bookings/write' };

  it('lets in who has a token with the scope of the route', async () => {
    const token = issuer.token(both);
    const created = await call('POST', '/bookings', { body: booking('room-1', 48), token });
    assert.equal(created.status, 201, JSON.stringify(created));
    const path = `/bookings/${created.body.booking_id}`;
    const reader = issuer.token({ scope: 'bookings/read' });
    assert.equal((await call('GET', path, { token: reader })).status, 200);
    assert.equal((await call('GET', '/users/alice/bookings', { token: reader })).status, 200);
    // Each stage has its own table.
    assert.equal((await (await client(STAGE))('GET', path)).status, 404);
  });

  it('sends each change to an address of one\'s own, signed by the secret that only AWS knows', async () => {
    const created = await call('POST', '/bookings', { body: booking('room-8', 48), token: issuer.token(both) });
    assert.equal(created.status, 201, JSON.stringify(created));
    const id = created.body.booking_id;
    const one = await until(() => hook.got.find(({ body }) => JSON.parse(body).data.booking_id === id), 'the webhook arrives');
    const { type, data } = verified(one);
    assert.deepEqual([type, data.after], ['booking.created', created.body]);
    assert.equal(one.headers['webhook-id'], data.id);
    const { EventSourceMappings } = await emulator.aws('lambda', 'list_event_source_mappings', { FunctionName: `bookings-${SECOND}-deliverWebhooks` });
    assert.deepEqual(EventSourceMappings.map(({ FunctionResponseTypes }) => FunctionResponseTypes), [['ReportBatchItemFailures']]);
    // The other stage was deployed without them.
    const { Functions } = await emulator.aws('lambda', 'list_functions');
    assert.ok(!Functions.some(({ FunctionName }) => FunctionName === `bookings-${STAGE}-deliverWebhooks`));
  });

  it('passes the smoke test, with a token or without', async () => {
    assert.match(await smoke(SECOND, issuer.token(both)), /204 DELETE[^]*the token may set no rules/);
    const all = { scope: `${both.scope} resources/write` };
    assert.match(await smoke(SECOND, issuer.token(all)), /200 POST \/bookings\/[^/]+\/confirm/);
    assert.match(await smoke(SECOND), /it asks for a token, as it should/);
  });

  it('makes no booking for somebody else', async () => {
    const token = issuer.token({ ...both, sub: 'bob' });
    assert.equal((await call('POST', '/bookings', { body: booking('room-2', 48), token })).status, 403);
    assert.equal((await call('GET', '/users/alice/bookings', { token })).status, 403);
  });

  it('asks nobody for a token who wants to know how it is', async () => {
    assert.equal((await call('GET', '/health')).status, 200);
  });

  const create = (token) => call('POST', '/bookings', { body: booking('room-9', 72), token });
  const wrong = {
    'no token': [401, () => undefined],
    'no scope': [403, () => issuer.token()],
    'the scope of another route': [403, () => issuer.token({ scope: 'bookings/read' })],
    'another audience': [401, () => issuer.token({ ...both, aud: 'others' })],
    'another issuer': [401, () => issuer.token({ ...both, iss: 'https://id.example.com' })],
    'a token of the past': [401, () => issuer.token({ ...both, exp: Math.floor(Date.now() / 1000) - 60 })],
    'a key that is not the issuer\'s': [401, () => issuer.token(both, issuer.foreignKey)],
    'no token at all, but something': [401, () => 'something'],
  };
  for (const [what, [status, token]] of Object.entries(wrong)) {
    it(`turns away: ${what}`, async () => assert.equal((await create(token())).status, status));
  }
});

describe('deploying again', () => {
  it('skips what did not change, since the packages are the same to the byte', async () => {
    assert.match(await sls('deploy', '--stage', STAGE, ...HERE), /No changes to deploy/);
  });

  it('keeps the bookings', async () => {
    const created = await (await client(STAGE))('POST', '/bookings', { body: booking('room-5', 24) });
    await sls('deploy', '--stage', STAGE, ...HERE, '--force');
    const found = await (await client(STAGE))('GET', `/bookings/${created.body.booking_id}`);
    assert.deepEqual(found, { status: 200, body: created.body });
  });

  it('can be of one function', async () => {
    await sls('deploy', 'function', '--stage', STAGE, ...HERE, '--function', 'createBooking', '--force');
    const created = await (await client(STAGE))('POST', '/bookings', { body: booking('room-6', 24) });
    assert.equal(created.status, 201);
  });

  it('is taken back when no booking can be made', async () => {
    const kept = async () => {
      const group = { logGroupNamePrefix: `/aws/lambda/bookings-${STAGE}-health` };
      return (await emulator.aws('logs', 'describe_log_groups', group)).logGroups[0].retentionInDays;
    };
    const { code, output } = await releaseStubs(STAGE);
    assert.equal(code, 1, output);
    assert.match(output, /smoke test failed at http:\/\/127\.0\.0\.1:2: going back by serverless rollback --timestamp \d+$/m);
    assert.equal(await kept(), 14, output);
    await smoke(STAGE);
  });

  it('is taken back to what the stack has, not to what failed after it', async () => {
    const { Stacks } = await emulator.aws('cloudformation', 'describe_stacks', { StackName: `bookings-${STAGE}` });
    const { OutputValue: Bucket } = Stacks[0].Outputs.find(({ OutputKey }) => OutputKey === 'ServerlessDeploymentBucketName');
    // Files as a failed deployment leaves them in the bucket, where `serverless deploy list` finds them.
    const now = new Date();
    const Key = `serverless/bookings/${STAGE}/${now.getTime()}-${now.toISOString()}/compiled-cloudformation-template.json`;
    await emulator.aws('s3', 'put_object', { Bucket, Key, Body: '{"Resources": {}}' });
    assert.match(await sls('deploy', 'list', '--stage', STAGE, ...HERE), new RegExp(`Timestamp: ${now.getTime()}`));
    const { code, output } = await releaseStubs(STAGE);
    assert.equal(code, 1, output);
    assert.match(output, /going back by serverless rollback --timestamp \d+$/m);
    assert.doesNotMatch(output, new RegExp(`rollback --timestamp ${now.getTime()}`));
    await smoke(STAGE);
  });

  it('is not skipped after that, though it was uploaded last', async () => {
    const { output } = await releaseStubs(STAGE);
    assert.doesNotMatch(output, /No changes to deploy/);
  });

  it('says where the API is', async () => {
    assert.match(await sls('info', '--verbose', '--stage', STAGE, ...HERE), /^ *HttpApiUrl: http/m);
  });
});

describe('removing', () => {
  const remains = async () => {
    const { aws } = emulator;
    const all = {
      stacks: aws('cloudformation', 'describe_stacks').then(({ Stacks }) => Stacks.map(({ StackName }) => StackName)),
      tables: aws('dynamodb', 'list_tables').then(({ TableNames }) => TableNames),
      functions: aws('lambda', 'list_functions').then(({ Functions }) => Functions.map(({ FunctionName }) => FunctionName)),
      mappings: aws('lambda', 'list_event_source_mappings').then(({ EventSourceMappings }) => EventSourceMappings),
      roles: aws('iam', 'list_roles').then(({ Roles }) => Roles.map(({ RoleName }) => RoleName)),
      logs: aws('logs', 'describe_log_groups').then(({ logGroups }) => logGroups.map(({ logGroupName }) => logGroupName)),
      apis: aws('apigatewayv2', 'get_apis').then(({ Items }) => Items.map(({ Name }) => Name)),
      buses: aws('events', 'list_event_buses').then(({ EventBuses }) => EventBuses.map(({ Name }) => Name)),
      rules: aws('events', 'list_rules').then(({ Rules }) => Rules.map(({ Name }) => Name)),
      queues: aws('sqs', 'list_queues').then(({ QueueUrls = [] }) => QueueUrls),
      alarms: aws('cloudwatch', 'describe_alarms').then(({ MetricAlarms }) => MetricAlarms.map(({ AlarmName }) => AlarmName)),
      dashboards: aws('cloudwatch', 'list_dashboards').then(({ DashboardEntries }) => DashboardEntries),
      topics: aws('sns', 'list_topics').then(({ Topics }) => Topics),
      buckets: aws('s3', 'list_buckets').then(({ Buckets }) => Buckets.map(({ Name }) => Name)),
    };
    const listed = await Promise.all(Object.entries(all).map(async ([kind, list]) => [kind, await list]));
    return Object.fromEntries(listed.map(([kind, list]) => [kind, list.filter((name) => JSON.stringify(name).includes('bookings'))]));
  };

  it('leaves the other stage alone', async () => {
    await sls('remove', '--stage', STAGE, ...HERE);
    const left = await remains();
    assert.deepEqual(left.stacks, [`bookings-${SECOND}`]);
    assert.deepEqual(left.tables, [`bookings-${SECOND}`]);
    assert.equal((await (await client(SECOND))('GET', '/health')).status, 200);
  });

  it('leaves nothing', async () => {
    await sls('remove', '--stage', SECOND, ...HERE);
    for (const [kind, left] of Object.entries(await remains())) assert.deepEqual(left, [], kind);
  });
});
