'use strict';

const http = require('node:http');
const { Webhook } = require('standardwebhooks');

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

/** An address that takes webhooks: `{ url, got, stop }`. */
async function startReceiver() {
  const got = [];
  const server = http.createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text) => (body += text));
    request.on('end', () => {
      got.push({ url: request.url, headers: request.headers, body });
      response.writeHead(204).end();
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { got, url: `http://127.0.0.1:${server.address().port}/hook?for=a=b&c={d}`, stop: () => server.close() };
}

/** What a webhook says, if its signature is that of the secret: an error of the convention's own library if not. */
const verified = ({ body, headers }, secret = SECRET) => new Webhook(secret).verify(body, headers);

module.exports = { SECRET, startReceiver, verified };
