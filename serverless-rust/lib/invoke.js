'use strict';

const { functionEnvironment } = require('./environment');
const { UserError } = require('./error');
const { Intrinsics, ACCOUNT } = require('./intrinsics');
const { endpoints, ALL, START } = require('./local');
const { invokeRunning } = require('./running');
const { runOnce } = require('./runtime');

/** Invokes `fn` once on this machine, by a running `cargo local` or alone: `{ answer }` or `{ error }`. */
async function invoke({ fn, executable, data, given, service, region, stack, directory }) {
  const { provider, resources } = service;
  const environmentWith = (sqs) => {
    const intrinsics = new Intrinsics({ resources: resources?.Resources ?? {}, region, stack, sqs });
    return functionEnvironment({ fn, provider, region, intrinsics, given });
  };
  const { urls, reason, lambda } = await endpoints(directory, { ...process.env, ...environmentWith() });
  const event = data === undefined || data === '' ? '{}' : JSON.stringify(data);
  // A running service has the function with the environment of its own start, so that variables of this call go alone.
  const asked = lambda && !Object.keys(given).length ? await invokeRunning(lambda, fn.config.name, event) : undefined;
  if (asked) return asked;
  const environment = environmentWith(urls[`${ALL}_SQS`] ?? urls[ALL]);
  return runOnce({
    executable,
    event,
    arn: `arn:aws:lambda:${region}:${ACCOUNT}:function:${fn.config.name}`,
    timeout: fn.config.timeout ?? provider.timeout ?? 6,
    // Calls of an AWS service that is not running locally come to this server, so nothing is sent to AWS. Only a
    // function that needs such a service causes the error.
    environment: (address) => ({ ...environment, [ALL]: `http://${address}`, ...urls }),
    outside(_request, response, finish) {
      response.writeHead(404).end();
      finish({ missing: new UserError(missing(fn.key, urls, reason)) });
    },
  });
}

function missing(key, urls, reason) {
  const running = Object.keys(urls);
  if (running.length) {
    const how = `name one with --env ${ALL}_<SERVICE>=<URL>`;
    return `"${key}" works on an AWS service that does not run on this machine, where there are ${running.join(', ')}: ${how}`;
  }
  const why = reason ? ` (${reason})` : '';
  return `"${key}" works on AWS services, and none run on this machine${why}: start them with \`${START}\` in another terminal`;
}

module.exports = { invoke };
