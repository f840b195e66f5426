'use strict';

const { functionEnvironment } = require('./environment');
const { UserError } = require('./error');
const { Intrinsics, ACCOUNT } = require('./intrinsics');
const { endpoints, START } = require('./local');
const { runOnce } = require('./runtime');

/** Invokes `fn` once on this machine: `{ answer }` or `{ error }`. */
async function invoke({ fn, executable, data, given, service, region, stack, directory }) {
  const { provider, resources } = service;
  const intrinsics = new Intrinsics({ resources: resources?.Resources ?? {}, region, stack });
  const environment = functionEnvironment({ fn, provider, region, intrinsics, given });
  const found = await endpoints(directory, { ...process.env, ...environment });
  return runOnce({
    executable,
    event: data === undefined || data === '' ? '{}' : JSON.stringify(data),
    arn: `arn:aws:lambda:${region}:${ACCOUNT}:function:${fn.config.name}`,
    timeout: fn.config.timeout ?? provider.timeout ?? 6,
    // Without services, whoever turns to AWS turns to us: so a function is told of it that needs them, and no other.
    environment: (address) => ({ ...(found ?? { AWS_ENDPOINT_URL: `http://${address}` }), ...environment }),
    outside(_request, response, finish) {
      response.writeHead(404).end();
      const how = `start them with \`${START}\` in another terminal`;
      finish({ missing: new UserError(`"${fn.key}" works on AWS services, and none run on this machine: ${how}`) });
    },
  });
}

module.exports = { invoke };
