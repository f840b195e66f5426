'use strict';

const { spawn } = require('node:child_process');
const path = require('node:path');
const readline = require('node:readline');
const { BIN, REGION, freePort, until } = require('./emulator');

/** Starts moto's server, which answers as AWS does and runs nothing. Returns `{ aws, stop }`. */
async function startMoto() {
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const env = {
    PATH: process.env.PATH,
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_DEFAULT_REGION: REGION,
    // The client would try a call that moto does not know for 8 s.
    AWS_MAX_ATTEMPTS: '1',
  };
  const server = spawn(path.join(BIN, 'moto_server'), ['--host', '127.0.0.1', '--port', String(port)], { stdio: ['ignore', 'ignore', 'pipe'], env });
  let log = '';
  server.stderr.setEncoding('utf8').on('data', (text) => (log = (log + text).slice(-20_000)));
  await until(() => fetch(`${endpoint}/moto-api/data.json`).then(({ ok }) => ok, () => false), 'moto answers');

  const client = spawn(path.join(BIN, 'python'), [path.join(__dirname, 'moto.py')], { stdio: ['pipe', 'pipe', 'inherit'], env });
  const answers = readline.createInterface({ input: client.stdout })[Symbol.asyncIterator]();
  /** Calls AWS once. Calls may not overlap. */
  const aws = async (service, operation, input = {}) => {
    client.stdin.write(`${JSON.stringify([service, operation, input])}\n`);
    const { value, done } = await answers.next();
    if (done) throw new Error(`${service} ${operation}: the client ended`);
    const { answer, error } = JSON.parse(value);
    if (error) throw new Error(`${service} ${operation}: ${error}\n${log.split('\n').filter((line) => !line.includes('"POST / HTTP')).slice(-8).join('\n')}`);
    return answer;
  };
  const stop = async () => {
    for (const child of [client, server]) child.kill('SIGTERM');
  };
  return { aws, stop };
}

module.exports = { startMoto };
