'use strict';

const fs = require('node:fs/promises');
const net = require('node:net');
const path = require('node:path');

/** The file in which `cargo local` lists its endpoints while it runs. */
const FILE = path.join('.local', 'endpoints.json');
const START = 'cargo local';
/** The variable for all services without a variable of their own. */
const ALL = 'AWS_ENDPOINT_URL';

/**
 * The AWS endpoints for a function on this machine, by variable: those in the caller's environment, and for other
 * services those of a running `cargo local`. `reason` says why the file of an earlier `cargo local` is not used. `lambda` is
 * the Invoke API of the running service, unless the caller names services of their own.
 */
async function endpoints(directory, environment = process.env) {
  const named = Object.fromEntries(Object.entries(environment).filter(([name, url]) => url && isEndpoint(name)));
  // An endpoint for all services takes precedence over those of `cargo local`.
  if (named[ALL]) return { urls: named };
  const { urls, reason } = await running(path.join(directory, FILE));
  const lambda = Object.keys(named).length ? undefined : urls?.[`${ALL}_LAMBDA`];
  return { urls: { ...urls, ...named }, reason, lambda };
}

const isEndpoint = (name) => name === ALL || name.startsWith(`${ALL}_`);

/**
 * The endpoints of the `cargo local` that wrote `file`: `{ "api", "dynamodb", ... }`, a URL each for the API and for
 * AWS services.
 */
async function running(file) {
  const text = await fs.readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return {};
  const parts = read(text);
  if (!parts) return { reason: `${FILE} is damaged: delete it, and start \`${START}\` anew` };
  const services = parts.filter(([name]) => name !== 'api');
  const listening = await Promise.all(services.map(([, url]) => listens(url)));
  // After a crash the file is left behind. Another program may use one of its ports by now, but hardly all of them.
  if (!services.length || listening.includes(false)) return { reason: `the \`${START}\` that wrote ${FILE} has ended` };
  return { urls: Object.fromEntries(services.map(([name, url]) => [`${ALL}_${name.toUpperCase()}`, url.href.replace(/\/$/, '')])) };
}

/** Parses names with URLs; undefined for any other content. */
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
