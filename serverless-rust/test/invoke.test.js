'use strict';

// Tests of `invoke local` with real binaries. The real cargo builds them once. Two tests have it build for
// them, the others a fake one that finds them built.

const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const http = require('node:http');
const net = require('node:net');
const os = require('node:os');
const path = require('node:path');
const { after, before, describe, it } = require('node:test');
const { fakeCargo } = require('./support/cargo');
const { binaries, crate } = require('./support/functions');
const { service } = require('./support/service');

// One target directory for all tests, so that dependencies are compiled once.
const target = fs.mkdtempSync(path.join(os.tmpdir(), 'serverless-rust-target-'));
const built = path.join(target, 'debug');
before(() => {
  process.env.CARGO_TARGET_DIR = target;
  const directory = path.join(target, 'crate');
  crate(directory);
  execFileSync('cargo', ['build'], { cwd: directory, stdio: 'inherit' });
});
after(() => fs.rmSync(target, { recursive: true }));

/** Runs `serverless invoke local -f binary`, and returns its standard output. `cargo`: whether it is the real one that builds. */
async function invoke(t, binary, invokeOptions = {}, { config = {}, cargo = false, ...rest } = {}) {
  const made = service({ functions: { fn: { handler: binary, ...config } }, t, ...rest });
  if (cargo) crate(made.directory);
  else fakeCargo(t, made.directory, { binaries, built });
  rest.prepare?.(made.directory);
  const { written, code } = await made.invokeLocal('fn', invokeOptions);
  return { code, output: written.length === 1 ? JSON.parse(written[0]) : written };
}

describe('invoke local', () => {
  it('hands the event to the binary and shows its answer', async (t) => {
    const { code, output } = await invoke(t, 'echo', { data: { user: 'alice' } }, { cargo: true });
    assert.deepEqual([code, output], [0, { user: 'alice' }]);
  });

  it('hands a batch of a queue and an event of a bus to the binary as they are', async (t) => {
    const attributes = { ApproximateReceiveCount: '1', SentTimestamp: '1795334400000', MessageGroupId: 'g' };
    const message = { messageId: 'm-1', receiptHandle: 'r-1', body: '{"n":1}', attributes, messageAttributes: {}, eventSource: 'aws:sqs' };
    const event = { version: '0', id: 'e-1', source: 'shop', 'detail-type': 'Sold', detail: { n: 1 }, resources: [] };
    for (const data of [{ Records: [message] }, event]) {
      assert.deepEqual((await invoke(t, 'echo', { data })).output, data);
    }
  });

  it('without data sends an empty object', async (t) => {
    assert.deepEqual((await invoke(t, 'echo', { data: '' })).output, {});
  });

  it('shows the payload of a function error and leaves exit code 1', async (t) => {
    const { code, output } = await invoke(t, 'fails');
    assert.deepEqual([code, output], [1, { errorType: 'Sad', errorMessage: 'no luck' }]);
  });

  it('reports a crash as Lambda does', async (t) => {
    const { code, output } = await invoke(t, 'crashes');
    assert.deepEqual([code, output.errorType], [1, 'Runtime.ExitError']);
    assert.match(output.errorMessage, /Error: Runtime exited with error: exit status 101$/);
  });

  it('reports a binary that ends before it is ready', async (t) => {
    const { code, output } = await invoke(t, 'stops');
    assert.equal(code, 1);
    assert.match(output.errorMessage, /exit status 3$/);
  });

  it('ends a function at its timeout', async (t) => {
    const { code, output } = await invoke(t, 'hangs', {}, { config: { timeout: 1 } });
    assert.deepEqual([code, output.errorType], [1, 'Sandbox.Timedout']);
    assert.match(output.errorMessage, /Error: Task timed out after 1\.00 seconds$/);
  });

  it('says that a runtime hung up in the middle of its response', async (t) => {
    const { code, output } = await invoke(t, 'hangs_up');
    assert.deepEqual([code, output.errorType], [1, 'Runtime.TruncatedResponse']);
    assert.match(output.errorMessage, /Error: the runtime hung up before the whole response had come$/);
  });

  it('names the binaries there are when the function\'s is missing', async (t) => {
    await assert.rejects(invoke(t, 'nothing', {}, { cargo: true }), /function "fn" is "nothing".*they have: asks, crashes, echo/);
  });

  it('leaves unknown functions, other runtimes and Docker to the framework', async (t) => {
    const made = service({ functions: { fn: { handler: 'echo' }, node: { runtime: 'nodejs24.x' } }, t });
    for (const [key, options] of [['unknown', {}], ['node', {}], ['fn', { docker: true }]]) {
      const { written } = await made.invokeLocal(key, options);
      assert.deepEqual(written.splice(0), ['framework environment', 'framework']);
    }
  });
});

describe('the environment', () => {
  const resources = {
    Resources: {
      Table: { Type: 'AWS::DynamoDB::Table', Properties: { TableName: 'table-dev' } },
      Queue: { Type: 'AWS::SQS::Queue', Properties: {} },
      Bus: { Type: 'AWS::Events::EventBus', Properties: { Name: { 'Fn::Sub': 'bus-${AWS::Region}' } } },
    },
  };
  const read = async (t, names, environment, env) => {
    const given = { data: names.join(' '), env };
    const { output } = await invoke(t, 'environment', given, { config: { environment, memorySize: 256 }, resources });
    return Object.fromEntries(output.split(' ').map((pair) => pair.split(/=(.*)/)));
  };

  it('has the name of a secret as its value', async (t) => {
    const reference = (id) => `{{resolve:secretsmanager:${id}}}`;
    const environment = {
      PLAIN: reference('whsec_abc'),
      JOINED: { 'Fn::Join': ['', ['{{resolve:secretsmanager:', 'whsec_abc', '}}']] },
      KEY: { 'Fn::Sub': reference('name:SecretString:key') },
      ARN: reference('arn:aws:secretsmanager:eu-central-1:1:secret:name-AbCdEf'),
      PARAMETER: '{{resolve:ssm:/shop/token:3}}',
      OTHER: '{{resolve:other:name}}',
    };
    assert.deepEqual(await read(t, Object.keys(environment), environment), {
      PLAIN: 'whsec_abc',
      JOINED: 'whsec_abc',
      KEY: 'name',
      ARN: 'name-AbCdEf',
      PARAMETER: '/shop/token',
      OTHER: '{{resolve:other:name}}',
    });
  });

  it('has the template\'s variables, with its functions answered', async (t) => {
    const environment = {
      PLAIN: 5,
      REF: { Ref: 'Table' },
      URL: { Ref: 'Queue' },
      ATT: { 'Fn::GetAtt': ['Table', 'Arn'] },
      DOTTED: { 'Fn::GetAtt': 'Queue.QueueName' },
      SUB: { 'Fn::Sub': '${Bus}/${Table.Arn}/${!literal}' },
      OWN: { 'Fn::Sub': ['${Name}-x', { Name: { Ref: 'Table' } }] },
      JOIN: { 'Fn::Join': ['-', ['a', { Ref: 'AWS::Region' }, { Ref: 'Bus' }]] },
    };
    const arn = 'arn:aws:dynamodb:eu-central-1:000000000000:table/table-dev';
    assert.deepEqual(await read(t, Object.keys(environment), environment), {
      PLAIN: '5',
      REF: 'table-dev',
      URL: 'https://sqs.eu-central-1.amazonaws.com/000000000000/service-dev-Queue',
      ATT: arn,
      DOTTED: 'service-dev-Queue',
      SUB: `bus-eu-central-1/${arn}/\${literal}`,
      OWN: 'table-dev-x',
      JOIN: 'a-eu-central-1-bus-eu-central-1',
    });
  });

  it('has Lambda\'s own variables, and no credentials of the machine', async (t) => {
    process.env.AWS_SESSION_TOKEN = 'secret';
    t.after(() => delete process.env.AWS_SESSION_TOKEN);
    const names = ['AWS_LAMBDA_FUNCTION_NAME', 'AWS_LAMBDA_FUNCTION_MEMORY_SIZE', 'AWS_REGION', '_HANDLER', 'AWS_SESSION_TOKEN'];
    assert.deepEqual(await read(t, names), {
      AWS_LAMBDA_FUNCTION_NAME: 'service-dev-fn',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '256',
      AWS_REGION: 'eu-central-1',
      _HANDLER: 'environment',
      AWS_SESSION_TOKEN: 'unset',
    });
  });

  it('takes --env before all of it, and so what only AWS can answer', async (t) => {
    const environment = { SHARED: { 'Fn::ImportValue': 'other' }, PLAIN: 'a' };
    const all = await read(t, ['SHARED', 'PLAIN'], environment, ['SHARED=x=y', 'PLAIN=']);
    assert.deepEqual(all, { SHARED: 'x=y', PLAIN: '' });
    await assert.rejects(read(t, ['PLAIN'], environment), /variable SHARED of "fn".*without AWS; give it with --env SHARED=/);
    await assert.rejects(read(t, ['PLAIN'], { PLAIN: { Ref: 'Nothing' } }), /no resource Nothing/);
  });
});

describe('AWS services', () => {
  /** Writes the file that `cargo local` writes while it serves on `port`. */
  const serving = (port, more = {}) => {
    const url = `http://127.0.0.1:${port}`;
    return left(JSON.stringify({ api: url, dynamodb: url, eventbridge: `${url}/bus`, sqs: `${url}/queues`, ...more }));
  };
  const left = (text) => (directory) => {
    fs.mkdirSync(path.join(directory, '.local'));
    fs.writeFileSync(path.join(directory, '.local/endpoints.json'), text);
  };
  const listen = (t) =>
    new Promise((resolve) => {
      const server = net.createServer((socket) => socket.end()).listen(0, '127.0.0.1', () => resolve(server.address().port));
      t.after(() => server.close());
    });

  it('are those of a running `cargo local`', async (t) => {
    const port = await listen(t);
    const data = 'AWS_ENDPOINT_URL_DYNAMODB AWS_ENDPOINT_URL_EVENTBRIDGE AWS_ENDPOINT_URL_SQS AWS_ENDPOINT_URL_API';
    const { output } = await invoke(t, 'environment', { data }, { prepare: serving(port) });
    const url = `http://127.0.0.1:${port}`;
    assert.equal(
      output,
      `AWS_ENDPOINT_URL_DYNAMODB=${url} AWS_ENDPOINT_URL_EVENTBRIDGE=${url}/bus AWS_ENDPOINT_URL_SQS=${url}/queues AWS_ENDPOINT_URL_API=unset`,
    );
  });

  it('are all that a running `cargo local` names, and queues are where it has them', async (t) => {
    const port = await listen(t);
    const url = `http://127.0.0.1:${port}`;
    const resources = { Resources: { Queue: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'jobs' } } } };
    const config = { environment: { QUEUE: { Ref: 'Queue' } } };
    const prepare = serving(port, { sns: `${url}/topics` });
    const { output } = await invoke(t, 'environment', { data: 'AWS_ENDPOINT_URL_SNS QUEUE' }, { prepare, resources, config });
    assert.equal(output, `AWS_ENDPOINT_URL_SNS=${url}/topics QUEUE=${url}/queues/000000000000/jobs`);
  });

  it('are never those of AWS itself: who turns to one that does not run is told so', async (t) => {
    const port = await listen(t);
    const prepare = serving(port);
    await assert.rejects(
      invoke(t, 'asks', {}, { prepare }),
      /"fn" works on an AWS service that does not run .* AWS_ENDPOINT_URL_DYNAMODB.*--env AWS_ENDPOINT_URL_<SERVICE>=<URL>/,
    );
    const env = 'AWS_ENDPOINT_URL_S3=http://127.0.0.1:1';
    await assert.rejects(invoke(t, 'asks', { env }), /an AWS service that does not run/);
  });

  it('are those that are named, and for the others those of a running `cargo local`', async (t) => {
    const port = await listen(t);
    const data = 'AWS_ENDPOINT_URL_DYNAMODB AWS_ENDPOINT_URL_SQS AWS_ENDPOINT_URL_EVENTBRIDGE';
    const env = ['AWS_ENDPOINT_URL_SQS=http://other:1', 'AWS_ENDPOINT_URL_EVENTBRIDGE='];
    const { output } = await invoke(t, 'environment', { data, env }, { prepare: serving(port) });
    const url = `http://127.0.0.1:${port}`;
    assert.equal(
      output,
      `AWS_ENDPOINT_URL_DYNAMODB=${url} AWS_ENDPOINT_URL_SQS=http://other:1 AWS_ENDPOINT_URL_EVENTBRIDGE=${url}/bus`,
    );
  });

  it('are said how to start when a function turns to them and none run', async (t) => {
    await assert.rejects(invoke(t, 'asks'), /^Error: "fn" works on AWS services, and none run .* `cargo local`/);
    // A `cargo local` that was killed counts as ended, even if another program uses one of its ports.
    const ended = /\(the `cargo local` that wrote .*endpoints\.json has ended\): start them with `cargo local`/;
    await assert.rejects(invoke(t, 'asks', {}, { prepare: serving(1) }), ended);
    const port = await listen(t);
    await assert.rejects(invoke(t, 'asks', {}, { prepare: serving(port, { sqs: 'http://127.0.0.1:1' }) }), ended);
    for (const text of ['', '{ no json', '[]x', 'null', '{"dynamodb":1}', '{"dynamodb":"here"}']) {
      await assert.rejects(invoke(t, 'asks', {}, { prepare: left(text) }), /endpoints\.json is damaged: delete it/, text);
    }
  });

  it('are not asked for where a function needs none', async (t) => {
    assert.equal((await invoke(t, 'echo')).code, 0);
  });

  it('may be others, by the usual variables', async (t) => {
    const port = await listen(t);
    const env = `AWS_ENDPOINT_URL=http://127.0.0.1:${port}`;
    assert.equal((await invoke(t, 'asks', { env })).output, null);
  });
});

describe('a running `cargo local`', () => {
  /** One that answers every invocation with `respond`; the requests that it got. */
  const running = async (t, respond) => {
    const requests = [];
    const server = http.createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      requests.push({ target: `${request.method} ${request.url}`, body, log: request.headers['x-amz-log-type'] });
      const { status = 200, headers = {}, payload = '' } = respond();
      response.writeHead(status, headers).end(payload);
    });
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    t.after(() => server.close());
    const url = `http://127.0.0.1:${server.address().port}`;
    const prepare = (directory) => {
      fs.mkdirSync(path.join(directory, '.local'));
      fs.writeFileSync(path.join(directory, '.local/endpoints.json'), JSON.stringify({ api: url, dynamodb: url, lambda: url }));
    };
    return { requests, prepare };
  };

  it('invokes its own function, by the deployed name', async (t) => {
    const { requests, prepare } = await running(t, () => ({ payload: '{"by":"the running one"}' }));
    const { code, output } = await invoke(t, 'echo', { data: { user: 'alice' } }, { prepare });
    assert.deepEqual([code, output], [0, { by: 'the running one' }]);
    const target = 'POST /2015-03-31/functions/service-dev-fn/invocations';
    assert.deepEqual(requests, [{ target, body: '{"user":"alice"}', log: 'Tail' }]);
  });

  it('tells a function error, and exit code 1', async (t) => {
    const payload = '{"errorType":"Sad","errorMessage":"no luck"}';
    const { prepare } = await running(t, () => ({ headers: { 'x-amz-function-error': 'Unhandled' }, payload }));
    const { code, output } = await invoke(t, 'echo', {}, { prepare });
    assert.deepEqual([code, output], [1, { errorType: 'Sad', errorMessage: 'no luck' }]);
  });

  it('is left alone by what it does not have, by --env and by endpoints of one\'s own', async (t) => {
    const none = await running(t, () => ({ status: 404, payload: '{"Message":"Function not found"}' }));
    assert.deepEqual((await invoke(t, 'echo', { data: [1] }, { prepare: none.prepare })).output, [1]);
    assert.equal(none.requests.length, 1);
    const { requests, prepare } = await running(t, () => ({ payload: '"the running one"' }));
    for (const env of ['LEVEL=debug', 'AWS_ENDPOINT_URL_DYNAMODB=http://127.0.0.1:1']) {
      assert.deepEqual((await invoke(t, 'echo', { data: [2], env }, { prepare })).output, [2], env);
    }
    assert.equal(requests.length, 0);
  });

  it('that refuses says why', async (t) => {
    const payload = '{"Type":"User","message":"Rate Exceeded."}';
    const { prepare } = await running(t, () => ({ status: 429, payload }));
    await assert.rejects(invoke(t, 'echo', {}, { prepare }), /running `cargo local` refuses the invocation: Rate Exceeded\./);
  });
});
