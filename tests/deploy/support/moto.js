'use strict';

const { spawn } = require('node:child_process');
const path = require('node:path');
const { BIN, startClient } = require('./aws');
const { freePort, until } = require('./emulator');

/** Starts moto's server, which answers as AWS does and runs nothing. Returns `{ aws, stop }`. */
async function startMoto() {
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const env = { AWS_ENDPOINT_URL: endpoint, AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' };
  const server = spawn(path.join(BIN, 'moto_server'), ['--host', '127.0.0.1', '--port', String(port)], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { PATH: process.env.PATH, ...env },
  });
  let log = '';
  server.stderr.setEncoding('utf8').on('data', (text) => (log = (log + text).slice(-20_000)));
  await until(() => fetch(`${endpoint}/moto-api/data.json`).then(({ ok }) => ok, () => false), 'moto answers');

  // The client would try a call that moto does not know for 8 s.
  const client = startClient({ ...env, AWS_MAX_ATTEMPTS: '1' });
  /** Calls AWS once. */
  const aws = (...call) =>
    client.aws(...call).catch(({ message }) => {
      throw new Error(`${message}\n${log.split('\n').filter((line) => !line.includes('"POST / HTTP')).slice(-8).join('\n')}`);
    });
  const stop = async () => {
    client.stop();
    server.kill('SIGTERM');
  };
  return { aws, stop };
}

module.exports = { startMoto };
