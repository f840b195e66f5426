'use strict';

const fs = require('node:fs/promises');
const net = require('node:net');
const path = require('node:path');

/** Where `cargo local` says what it serves, for as long as it runs. */
const FILE = path.join('.local', 'endpoints.json');
const START = 'cargo local';

/**
 * The AWS endpoints for a function on this machine: those in the caller's own environment, else those of a running
 * `cargo local`, else none.
 */
async function endpoints(directory, environment = process.env) {
  const named = Object.entries(environment).filter(([name]) => /^AWS_ENDPOINT_URL(_|$)/.test(name));
  if (named.length) return Object.fromEntries(named);
  const { dynamodb, eventbridge } = await fs.readFile(path.join(directory, FILE), 'utf8').then(JSON.parse).catch(() => ({}));
  // The file of one that was killed is still there, but nobody listens.
  if (!dynamodb || !(await listens(dynamodb))) return undefined;
  return { AWS_ENDPOINT_URL_DYNAMODB: dynamodb, ...(eventbridge && { AWS_ENDPOINT_URL_EVENTBRIDGE: eventbridge }) };
}

function listens(url) {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = net.connect({ host: hostname, port, timeout: 1000 });
    const done = (answer) => () => resolve(answer, socket.destroy());
    socket.on('connect', done(true)).on('error', done(false)).on('timeout', done(false));
  });
}

module.exports = { endpoints, START };
