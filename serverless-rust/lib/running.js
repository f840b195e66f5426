'use strict';

const http = require('node:http');
const { UserError } = require('./error');

/**
 * Invokes the function `name` of a running `cargo local` over Lambda's Invoke API at `url`
 * (https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html): `{ answer }` or `{ error }`; `undefined` when that service
 * has no such function, as one of another stage has not.
 */
async function invokeRunning(url, name, event) {
  const { statusCode, headers, body } = await post(`${url}/2015-03-31/functions/${encodeURIComponent(name)}/invocations`, event);
  if (statusCode === 404) return undefined;
  if (statusCode !== 200) throw new UserError(`the running \`cargo local\` refuses the invocation: ${message(body)}`);
  process.stderr.write(Buffer.from(headers['x-amz-log-result'] ?? '', 'base64'));
  return headers['x-amz-function-error'] ? { error: body } : { answer: body };
}

/** Without the time limit of `fetch`: a function may take fifteen minutes. */
function post(url, event) {
  return new Promise((resolve, reject) => {
    const request = http.request(url, { method: 'POST', headers: { 'X-Amz-Log-Type': 'Tail' } }, async (response) => {
      try {
        const chunks = [];
        for await (const chunk of response) chunks.push(chunk);
        resolve({ statusCode: response.statusCode, headers: response.headers, body: Buffer.concat(chunks).toString() });
      } catch (error) {
        reject(error);
      }
    });
    request.on('error', reject).end(event);
  }).catch((error) => {
    throw new UserError(`the running \`cargo local\` does not answer: ${error.message}`);
  });
}

function message(body) {
  try {
    const { message, Message } = JSON.parse(body);
    return message ?? Message ?? body;
  } catch {
    return body;
  }
}

module.exports = { invokeRunning };
