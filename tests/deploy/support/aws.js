'use strict';

const { spawn } = require('node:child_process');
const path = require('node:path');
const readline = require('node:readline');
const { ROOT, nobody } = require('./serverless');

const BIN = path.join(ROOT, '.venv/bin');
const REGION = 'eu-central-1';

/**
 * Starts AWS's own client with these variables. It is one process for all calls, since its start takes longer than most of them. Returns
 * `{ aws, stop }`.
 */
function startClient(env) {
  const child = spawn(path.join(BIN, 'python'), [path.join(__dirname, 'aws.py')], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...nobody(), AWS_DEFAULT_REGION: REGION, ...env },
  });
  child.stdin.on('error', () => {});
  const ended = { error: 'the client has ended' };
  let running = true;
  // Calls that wait for an answer. Answers come in their order.
  const asked = [];
  readline
    .createInterface({ input: child.stdout })
    .on('line', (line) => asked.shift()(JSON.parse(line)))
    .on('close', () => {
      running = false;
      for (const answered of asked) answered(ended);
    });

  /** Calls AWS once. */
  const aws = async (service, operation, input = {}) => {
    const { answer, error } = await new Promise((resolve) => {
      if (!running) return resolve(ended);
      asked.push(resolve);
      child.stdin.write(`${JSON.stringify([service, operation, input])}\n`);
    });
    if (error) throw new Error(`${service} ${operation}: ${error}`);
    return answer;
  };
  return { aws, stop: () => child.kill('SIGTERM') };
}

module.exports = { startClient, BIN, REGION };
