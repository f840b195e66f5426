'use strict';

const { createSign, generateKeyPairSync } = require('node:crypto');
const http = require('node:http');

const AUDIENCE = 'bookings';

/** Starts an OpenID provider with what API Gateway needs of one: its configuration and its public keys. */
async function startIssuer() {
  const own = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const foreign = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const jwk = { ...own.publicKey.export({ format: 'jwk' }), kid: 'one', use: 'sig', alg: 'RS256' };
  const server = http.createServer((request, response) => {
    const answers = {
      '/.well-known/openid-configuration': { issuer, jwks_uri: `${issuer}/keys` },
      '/keys': { keys: [jwk] },
    };
    response.writeHead(answers[request.url] ? 200 : 404, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answers[request.url] ?? {}));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${server.address().port}`;

  /** A token for alice. `claims` replace the default ones, `key` signs it. */
  const token = (claims = {}, key = own.privateKey) => {
    const now = Math.floor(Date.now() / 1000);
    const parts = [
      { alg: 'RS256', kid: 'one', typ: 'JWT' },
      { iss: issuer, aud: AUDIENCE, sub: 'alice', iat: now - 1, exp: now + 600, ...claims },
    ];
    const signed = parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
    return `${signed}.${createSign('RSA-SHA256').update(signed).sign(key).toString('base64url')}`;
  };
  return { issuer, audience: AUDIENCE, token, foreignKey: foreign.privateKey, stop: () => server.close() };
}

module.exports = { startIssuer };
