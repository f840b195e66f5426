'use strict';

const { spawn } = require('node:child_process');
const path = require('node:path');

const ROOT = path.resolve(__dirname, '../../..');
const ARCHITECTURE = process.arch === 'arm64' ? 'arm64' : 'x86_64';

/**
 * Parameters for builds on this machine. Its own architecture, because the standard library of another one is not
 * available everywhere. Unoptimized, because nine optimized links take minutes and these tests do not look at them.
 * `TEMPLATE` (./copy.js) builds nothing.
 */
const HERE = ['architecture=' + ARCHITECTURE, 'profile=dev', 'builder=cargo'].flatMap((param) => ['--param', param]);

/** An environment without AWS credentials, whoever runs the tests; and in which the framework does not wait for an emulator as long as for AWS. */
function nobody() {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('AWS_'));
  return {
    ...Object.fromEntries(kept),
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_CONFIG_FILE: '/dev/null',
    AWS_EC2_METADATA_DISABLED: 'true',
    // Milliseconds before each look at a stack: 5,000 by default, also before the first.
    SLS_AWS_MONITORING_FREQUENCY: '250',
  };
}

/** Runs `serverless` to its end. Returns `{ code, stdout, stderr }`. */
function serverless(args, options) {
  return run(process.execPath, [require.resolve('osls/bin/serverless.js'), ...args], options);
}

function run(program, args, { env = {}, input, cwd = ROOT } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, env: { ...nobody(), ...env } });
    const output = { stdout: '', stderr: '' };
    for (const stream of Object.keys(output)) child[stream].setEncoding('utf8').on('data', (text) => (output[stream] += text));
    child.stdin.on('error', () => {}).end(input);
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, ...output }));
  });
}

module.exports = { ROOT, ARCHITECTURE, HERE, nobody, serverless, run };
