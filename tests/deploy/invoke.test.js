'use strict';

// Tests of `serverless invoke local` with the service's own functions: alone, and with the table of a running `cargo
// local`. Invocations that do not depend on each other run side by side.

const assert = require('node:assert/strict');
const { spawn } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { after, before, describe, it } = require('node:test');
const { REGION, startClient } = require('./support/aws');
const { until } = require('./support/emulator');
const { ROOT, run, serverless } = require('./support/serverless');
const { inTurn } = require('./support/turns');

const ENDPOINTS = path.join(ROOT, '.local/endpoints.json');

// A `cargo local` of the developer's is left alone, and what it is in the way of is skipped. Nothing may be skipped in CI.
const running = fs.existsSync(ENDPOINTS) && '`cargo local` is running';
if (process.env.CI) assert.ok(!running, `${running}: ${ENDPOINTS}`);

async function invoke(fn, ...options) {
  const { code, stdout, stderr } = await inTurn(() => serverless(['invoke', 'local', '-f', fn, ...options]));
  return { code, stdout, stderr, answer: () => JSON.parse(stdout) };
}

/** Every operation of openapi.json with its event and its success status: reads before changes, deletes last. */
function operations() {
  const order = ['get', 'put', 'post', 'delete'];
  const { paths } = JSON.parse(fs.readFileSync(path.join(ROOT, 'openapi.json'), 'utf8'));
  const all = Object.values(paths).flatMap((item) => order.filter((method) => item[method]).map((method) => ({ method, ...item[method] })));
  // A cancelled booking cannot be confirmed.
  const rank = ({ method, operationId }) => order.indexOf(method) + (operationId === 'cancelBooking' ? 0.5 : 0);
  return all
    .sort((a, b) => rank(a) - rank(b))
    .map(({ method, operationId, responses }) => ({
      method,
      operationId,
      name: operationId.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      status: Number(Object.keys(responses).find((status) => status.startsWith('2'))),
    }));
}

const event = (name) => ['-p', `tests/events/${name}.json`];

describe('with nothing running', { concurrency: os.availableParallelism() }, () => {
  it('a function that needs nothing answers', async () => {
    const { code, answer } = await invoke('health', ...event('health'));
    assert.deepEqual([code, answer().statusCode, answer().body], [0, 200, '{"status":"ok"}']);
  });

  it('an event can come by standard input, and as an option', async () => {
    const input = fs.readFileSync(path.join(ROOT, 'tests/events/health.json'), 'utf8');
    const { stdout } = await serverless(['invoke', 'local', '-f', 'health'], { input });
    assert.equal(JSON.parse(stdout).statusCode, 200);
    assert.equal((await invoke('health', '-d', input)).answer().statusCode, 200);
  });

  it('what is no event is a function error', async () => {
    const { code, answer } = await invoke('health', '-d', '{}');
    assert.equal(code, 1);
    assert.match(answer().errorType, /DeserializeError/);
    const stream = await invoke('publishEvents', '-d', '{}');
    assert.deepEqual([stream.code, stream.answer().errorType], [1, 'EventFailed']);
  });

  it('a function behind the edge answers to nobody else', async () => {
    const request = JSON.parse(fs.readFileSync(path.join(ROOT, 'tests/events/health.json'), 'utf8'));
    const from = async (headers, ...more) => {
      const event = JSON.stringify({ ...request, headers: { ...request.headers, ...headers } });
      const env = ['EDGE_SECRET=known', ...more].flatMap((pair) => ['--env', pair]);
      return (await invoke('health', '-d', event, ...env)).answer().statusCode;
    };
    const present = Promise.all([from({}), from({ 'x-edge-secret': 'guessed' }), from({ 'x-edge-secret': 'known' })]);
    const next = { 'x-edge-secret': 'next' };
    const later = Promise.all([from(next), from(next, 'EDGE_SECRET_NEXT=next')]);
    assert.deepEqual(await Promise.all([present, later]), [[403, 403, 200], [403, 200]]);
  });

  it('a function that needs the table says how to start it', { skip: running }, async () => {
    const { code, stdout } = await invoke('createBooking', ...event('create_booking'));
    assert.equal(code, 1);
    assert.match(stdout, /"createBooking" works on AWS services.*start them with `cargo local`/);
  });

  it('an unknown function is none', async () => {
    const { code, stdout } = await invoke('createBookings', '-d', '{}');
    assert.equal(code, 1);
    assert.match(stdout, /Function "createBookings" doesn't exist in this Service/);
  });
});

describe('beside `cargo local`', { skip: running }, () => {
  let local;
  before(async () => {
    // On free ports, and without the data of other runs.
    local = spawn('cargo', ['local', '--ephemeral', '--port', '0', '--dynamodb-port', '0'], { cwd: ROOT, stdio: 'inherit' });
    await until(() => fs.existsSync(ENDPOINTS), '`cargo local` serves', 900);
  });
  after(async () => {
    if (local?.kill('SIGINT')) await new Promise((resolve) => local.on('close', resolve));
  });

  it('the smoke test finds a service where a booking can be made', async () => {
    const { api } = JSON.parse(fs.readFileSync(ENDPOINTS, 'utf8'));
    const { code, stdout, stderr } = await run('node', ['deploy/smoke.js', api]);
    assert.equal(code, 0, stdout + stderr);
    assert.match(stdout, /201 POST \/bookings\n201 POST \/bookings\n409 POST \/bookings\n/);
    assert.equal((await run('node', ['deploy/smoke.js', `${api}/elsewhere`])).code, 1);
    assert.match((await run('node', ['deploy/smoke.js'])).stderr, /say where/);
  });

  it('each event of tests/events is answered by its function', async () => {
    const booking = (await invoke('createBooking', ...event('create_booking'))).answer();
    assert.equal(booking.statusCode, 201);
    assert.equal(booking.headers.location, `/bookings/${JSON.parse(booking.body).booking_id}`);
    // With a custom domain's API mapping, the request's path and the `Location` begin with the mapping's key.
    const request = JSON.parse(fs.readFileSync(path.join(ROOT, 'tests/events/create_booking.json'), 'utf8'));
    const once = [event('create_booking'), ['-d', JSON.stringify({ ...request, rawPath: '/v1/bookings' })]].map((options) => invoke('createBooking', ...options));
    const [again, mapped] = (await Promise.all(once)).map(({ answer }) => answer());
    assert.equal(mapped.headers.location, `/v1${booking.headers.location}`);
    assert.deepEqual([again.statusCode, again.headers['idempotency-replayed']], [201, 'true']);
    const answers = async ({ operationId, name, status }) =>
      assert.equal((await invoke(operationId, ...event(name))).answer().statusCode, status, operationId);
    const all = operations();
    await Promise.all(all.filter(({ method }) => method === 'get').map(answers));
    for (const change of all.filter(({ method }) => method !== 'get')) await answers(change);
    const [swept, published] = await Promise.all([invoke('sweepTimers', ...event('sweep_timers')), invoke('publishEvents', ...event('publish_events'))]);
    assert.equal(swept.code, 0);
    assert.deepEqual(published.answer(), { batchItemFailures: [] });
  });

  it('what a function sends to a queue is in the queue of the running service', async () => {
    const told = JSON.parse(fs.readFileSync(path.join(ROOT, 'tests/events/publish_events.json'), 'utf8'));
    const [{ dynamodb }] = told.Records;
    dynamodb.OldImage.token = { S: 'not a number' };
    assert.deepEqual((await invoke('publishEvents', '-d', JSON.stringify(told))).answer(), { batchItemFailures: [] });
    const { api } = JSON.parse(fs.readFileSync(ENDPOINTS, 'utf8'));
    const [queue] = await (await fetch(`${api}/_local/queues`)).json();
    assert.deepEqual(queue.messages.map(({ attributes }) => attributes.sequence_number), [dynamodb.SequenceNumber]);
  });

  it('an AWS SDK invokes a function, by its key and by its deployed name', async (t) => {
    const { lambda: AWS_ENDPOINT_URL_LAMBDA } = JSON.parse(fs.readFileSync(ENDPOINTS, 'utf8'));
    const { aws, stop } = startClient({ AWS_ENDPOINT_URL_LAMBDA, AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' });
    t.after(stop);
    const sdk = (input) => aws('lambda', 'invoke', input);
    const Payload = fs.readFileSync(path.join(ROOT, 'tests/events/health.json'), 'utf8');
    for (const FunctionName of ['health', 'bookings-dev-health', `arn:aws:lambda:${REGION}:000000000000:function:bookings-dev-health`]) {
      const answer = await sdk({ FunctionName, Payload, LogType: 'Tail' });
      assert.equal(JSON.parse(answer.Payload).statusCode, 200, FunctionName);
      assert.equal(answer.ExecutedVersion, '$LATEST');
      assert.equal(typeof answer.LogResult, 'string');
    }
    const failed = await sdk({ FunctionName: 'publishEvents', Payload: '{}' });
    assert.deepEqual([failed.StatusCode, failed.FunctionError], [200, 'Unhandled']);
    assert.equal(JSON.parse(failed.Payload).errorType, 'EventFailed');
    assert.equal((await sdk({ FunctionName: 'health', Payload, InvocationType: 'Event' })).StatusCode, 202);
    assert.equal((await sdk({ FunctionName: 'health', Payload, InvocationType: 'DryRun' })).StatusCode, 204);
    await assert.rejects(sdk({ FunctionName: 'nobody' }), /ResourceNotFoundException.*Function not found: arn:aws:lambda:/);
  });

  it('another service in this folder leaves the file of this one alone', async () => {
    const before = fs.readFileSync(ENDPOINTS, 'utf8');
    const other = spawn('cargo', ['local', '--ephemeral', '--port', '0', '--dynamodb-port', '0'], { cwd: ROOT });
    let output = '';
    other.stdout.setEncoding('utf8').on('data', (text) => (output += text));
    await until(() => output.includes('Ctrl-C'), 'the other one serves', 300);
    assert.equal(fs.readFileSync(ENDPOINTS, 'utf8'), before);
    other.kill('SIGINT');
    await new Promise((resolve) => other.on('close', resolve));
    assert.equal(fs.readFileSync(ENDPOINTS, 'utf8'), before);
    assert.match(output, /another `cargo local` runs in this folder/);
  });
});
