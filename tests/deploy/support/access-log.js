'use strict';

/**
 * The lines that an access log's format makes, by what its variables are: all missing, or all with a value.
 *
 * API Gateway writes `-` for a value that is missing. Those of `QUOTED` come with quotes.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging-variables.html
 */
const QUOTED = ['error.messageString', 'error.validationErrorString'];

function lines(format) {
  const written = (value) => format.replace(/\$context\.([\w.]+)/g, (_, name) => value(name));
  return { missing: written(() => '-'), given: written((name) => (QUOTED.includes(name) ? `"${name}"` : name)) };
}

module.exports = { lines };
