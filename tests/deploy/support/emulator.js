'use strict';

const { spawn } = require('node:child_process');
const fs = require('node:fs');
const net = require('node:net');
const os = require('node:os');
const path = require('node:path');
const { BIN, REGION, startClient } = require('./aws');

/**
 * Starts an AWS emulator (ministack) on this machine's loopback address. `AUTH` makes it enforce IAM: each function
 * gets the credentials of its own role, and calls without a permission are refused. `aws` calls it once.
 */
async function startEmulator() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'bookings-aws-'));
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const log = fs.openSync(path.join(folder, 'log'), 'w');
  const env = { AWS_ENDPOINT_URL: endpoint, AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', AWS_REGION: REGION };
  const child = spawn(path.join(BIN, 'ministack'), {
    stdio: ['ignore', log, log],
    env: {
      PATH: process.env.PATH,
      ...env,
      AUTH: 'true',
      BIND_HOST: '127.0.0.1',
      GATEWAY_PORT: String(port),
      LAMBDA_EXECUTOR: 'local',
      MINISTACK_REGION: REGION,
      STATE_DIR: path.join(folder, 'state'),
      S3_DATA_DIR: path.join(folder, 's3'),
      TMPDIR: folder,
    },
  });
  const ended = new Promise((resolve) => child.on('close', resolve));
  await until(() => fetch(`${endpoint}/_ministack/health`).then(({ ok }) => ok, () => false), 'the emulator answers');
  const client = startClient(env);
  const stop = async () => {
    client.stop();
    child.kill('SIGTERM');
    const last = setTimeout(() => child.kill('SIGKILL'), 10_000);
    await ended;
    // A timer that is left would keep the tests' process until then.
    clearTimeout(last);
    fs.rmSync(folder, { recursive: true, force: true });
  };
  return { endpoint, env, aws: client.aws, stop, log: () => fs.readFileSync(path.join(folder, 'log'), 'utf8') };
}

function freePort() {
  return new Promise((resolve) => {
    const server = net.createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Waits until `condition` returns something, and returns that. */
async function until(condition, what, seconds = 60) {
  for (const end = Date.now() + seconds * 1000; Date.now() < end; await sleep(250)) {
    const found = await condition();
    if (found) return found;
  }
  throw new Error(`${seconds} seconds have passed, and still not: ${what}`);
}

module.exports = { startEmulator, freePort, until };
