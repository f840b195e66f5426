'use strict';

const { spawn } = require('node:child_process');
const { randomBytes, randomUUID } = require('node:crypto');
const http = require('node:http');

/** Lambda's time limit for the init phase. */
const INIT_MS = 10_000;

/**
 * Runs `executable` for one event, with Lambda's Runtime API
 * (https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html). Returns `{ answer }` or `{ error }`, the latter
 * with a payload like Lambda's. `outside` gets requests that are not part of the Runtime API, and a function that ends
 * the run.
 */
function runOnce({ executable, event, arn, timeout, environment, outside }) {
  return new Promise((resolve, reject) => {
    const id = randomUUID();
    let child;
    let timer;
    let invoked = false;
    let done = false;

    const server = http.createServer(async (request, response) => {
      const [, operation] = /^\/2018-06-01\/runtime\/(.*)$/.exec(request.url) ?? [];
      if (operation === undefined) {
        outside?.(request, response, finish);
      } else if (operation === 'invocation/next') {
        if (invoked) return; // there is one event only: this request stays open
        invoked = true;
        arm(timeout * 1000, 'Sandbox.Timedout', `Task timed out after ${timeout.toFixed(2)} seconds`);
        response.writeHead(200, {
          'Content-Type': 'application/json',
          'Lambda-Runtime-Aws-Request-Id': id,
          'Lambda-Runtime-Deadline-Ms': Date.now() + timeout * 1000,
          'Lambda-Runtime-Invoked-Function-Arn': arn,
          'Lambda-Runtime-Trace-Id': `Root=1-${hex(4)}-${hex(12)};Parent=${hex(8)};Sampled=0`,
        });
        response.end(event);
      } else {
        const payload = await body(request).catch(() => undefined);
        if (payload === undefined) {
          const whose = operation.endsWith('/response') ? 'response' : 'report of its error';
          finish({ error: failure('Runtime.TruncatedResponse', `the runtime hung up before the whole ${whose} had come`) });
          return;
        }
        response.writeHead(202, { 'Content-Type': 'application/json' }).end('{"status":"OK"}');
        if (operation === `invocation/${id}/response`) finish({ answer: payload });
        else if (operation.endsWith('/error')) finish({ error: payload });
      }
    });

    function arm(milliseconds, errorType, message) {
      clearTimeout(timer);
      timer = setTimeout(() => finish({ error: failure(errorType, message) }), milliseconds);
    }

    function failure(errorType, message) {
      return JSON.stringify({ errorType, errorMessage: `RequestId: ${id} Error: ${message}` });
    }

    function finish(outcome) {
      if (done) return; // only the first outcome counts; ending the process causes another
      done = true;
      clearTimeout(timer);
      child?.kill('SIGKILL');
      server.close(() => resolve(outcome));
      server.closeAllConnections();
    }

    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = `127.0.0.1:${server.address().port}`;
      // On Lambda a function's standard output is its log. Here standard output is reserved for the response.
      const stdio = ['ignore', process.stderr, process.stderr];
      const env = { ...environment(address), AWS_LAMBDA_RUNTIME_API: address };
      child = spawn(executable, { env, stdio });
      arm(INIT_MS, 'Sandbox.Timedout', `Init timed out after ${(INIT_MS / 1000).toFixed(2)} seconds`);
      child.on('error', ({ message }) => finish({ error: failure('Runtime.InvalidEntrypoint', message) }));
      child.on('exit', (code, signal) => {
        const how = signal ? `signal: ${signal}` : `exit status ${code}`;
        finish({ error: failure('Runtime.ExitError', `Runtime exited with error: ${how}`) });
      });
    });
  });
}

async function body(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

const hex = (bytes) => randomBytes(bytes).toString('hex');

module.exports = { runOnce };
