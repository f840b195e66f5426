'use strict';

const { UserError } = require('./error');
const { withoutSecrets } = require('./intrinsics');

/** Variables of this machine's environment that a function gets: enough to find programs and files, no credentials. */
const KEPT = ['PATH', 'HOME', 'LANG', 'TMPDIR', 'RUST_BACKTRACE', 'SYSTEMROOT'];

/**
 * A function's environment as Lambda sets it
 * (https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime). `given`
 * (from `--env`) takes precedence.
 */
function functionEnvironment({ fn, provider, region, intrinsics, given }) {
  const kept = KEPT.filter((name) => process.env[name] !== undefined).map((name) => [name, process.env[name]]);
  const logs = provider.logs?.lambda ?? {};
  const written = {};
  for (const [name, value] of Object.entries({ ...provider.environment, ...fn.config.environment })) {
    if (value === null || value === undefined || name in given) continue;
    try {
      written[name] = withoutSecrets(intrinsics.resolve(value));
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      throw new UserError(`the variable ${name} of "${fn.key}": ${error.message}; give it with --env ${name}=...`);
    }
  }
  return {
    ...Object.fromEntries(kept),
    IS_LOCAL: 'true', // as set by the framework in `invoke local`
    ...written,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_EXECUTION_ENV: `AWS_Lambda_${fn.runtime}`,
    AWS_LAMBDA_FUNCTION_NAME: fn.config.name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(fn.config.memorySize ?? provider.memorySize ?? 1024),
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${fn.config.name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: 'local',
    AWS_LAMBDA_LOG_FORMAT: logs.logFormat ?? 'Text',
    ...(logs.applicationLogLevel && { AWS_LAMBDA_LOG_LEVEL: logs.applicationLogLevel }),
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_XRAY_CONTEXT_MISSING: 'LOG_ERROR',
    LAMBDA_TASK_ROOT: process.cwd(),
    TZ: ':UTC',
    _HANDLER: fn.binary,
    ...given,
  };
}

module.exports = { functionEnvironment };
