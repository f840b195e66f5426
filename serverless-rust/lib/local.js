'use strict';

const fs = require('node:fs/promises');
const net = require('node:net');
const path = require('node:path');

/** Where `cargo local` says what it serves, for as long as it runs. */
const FILE = path.join('.local', 'endpoints.json');
const START = 'cargo local';
/** The variable for every service that has none of its own. */
const ALL = 'AWS_ENDPOINT_URL';

/**
 * The AWS endpoints for a function on this machine, by their variables: those in the caller's own environment, and for
 * the other services those of a running `cargo local`. `reason` says why one that has left its file is not used. `lambda` is
 * where the running service itself can be asked, unless the caller wants another service than its own.
 */
async function endpoints(directory, environment = process.env) {
  const named = Object.fromEntries(Object.entries(environment).filter(([name, url]) => url && isEndpoint(name)));
  // Who names one for all services means no other.
  if (named[ALL]) return { urls: named };
  const { urls, reason } = await running(path.join(directory, FILE));
  const lambda = Object.keys(named).length ? undefined : urls?.[`${ALL}_LAMBDA`];
  return { urls: { ...urls, ...named }, reason, lambda };
}

const isEndpoint = (name) => name === ALL || name.startsWith(`${ALL}_`);

/** What the `cargo local` serves that wrote `file`: `{ "api", "dynamodb", ... }`, the API and services of AWS, a URL each. */
async function running(file) {
  const text = await fs.readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return {};
  const parts = read(text);
  if (!parts) return { reason: `${FILE} is damaged: delete it, and start \`${START}\` anew` };
  const services = parts.filter(([name]) => name !== 'api');
  const listening = await Promise.all(services.map(([, url]) => listens(url)));
  // One that was killed leaves its file behind. Another program may have one of its ports by now, but hardly all.
  if (!services.length || listening.includes(false)) return { reason: `the \`${START}\` that wrote ${FILE} has ended` };
  return { urls: Object.fromEntries(services.map(([name, url]) => [`${ALL}_${name.toUpperCase()}`, url.href.replace(/\/$/, '')])) };
}

/** Names with their URLs; nothing for what is no such file. */
function read(text) {
  try {
    return Object.entries(JSON.parse(text)).map(([name, url]) => [name, new URL(url)]);
  } catch {
    return undefined;
  }
}

function listens({ hostname, port }) {
  return new Promise((resolve) => {
    // A URL has an IPv6 address in brackets.
    const socket = net.connect({ host: hostname.replace(/^\[|\]$/g, ''), port, timeout: 1000 });
    const done = (answer) => () => resolve(answer, socket.destroy());
    socket.on('connect', done(true)).on('error', done(false)).on('timeout', done(false));
  });
}

module.exports = { endpoints, ALL, START };
