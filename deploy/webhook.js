'use strict';

const LOOPBACK = /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/;

/**
 * A sentence on parameters of webhooks that cannot work, or nothing. `deploying` tells a deployment from a command on this machine, where
 * `webhookSecret` may be the secret itself. No sentence repeats an address or a secret. handlers/src/webhooks/address.rs has the same rules.
 */
function unfit({ webhook, webhookSecret, webhookSecretNext }, deploying) {
  const rules = [
    [webhook === 'none' && webhookSecret !== 'none', 'webhookSecret signs what is sent to webhook: add --param webhook=https://...'],
    [deploying && webhook !== 'none' && webhookSecret === 'none', 'webhook needs a secret: add --param webhookSecret=..., the name of one in AWS Secrets Manager'],
    [webhookSecretNext !== 'none' && webhookSecret === 'none', 'webhookSecretNext replaces webhookSecret: add --param webhookSecret=...'],
    [webhookSecretNext !== 'none' && webhookSecretNext === webhookSecret, 'webhookSecretNext and webhookSecret are the same secret'],
    ...(deploying ? [webhookSecret, webhookSecretNext] : []).map((secret, index) => [
      `${secret}`.startsWith('whsec_'),
      `${['webhookSecret', 'webhookSecretNext'][index]} is the secret itself, which would stand in the template: ` +
        'keep it in AWS Secrets Manager, and give its name (docs/webhooks.md#on-aws)',
    ]),
    ...(webhook === 'none' ? [] : address(`${webhook}`)),
  ];
  return rules.find(([broken]) => broken)?.[1];
}

function address(text) {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  // The function takes an address as it is written. `URL` would correct some, such as one with a space or a name that is not ASCII.
  const plain = url && /^https?:\/\/[^\x00-\x20"<>\\`\x7f-\uffff]+$/.test(text) && text.toLowerCase().replace(/^(https?:\/\/)[^/?#]*@/, '$1').includes(`//${url.host}`);
  return [
    [text.includes('#'), 'webhook has a fragment, which is never sent: leave it out'],
    [!plain, 'webhook is no address: write a URL such as https://example.com/webhooks'],
    [url?.username || url?.password, 'webhook has a user name or a password: leave it out, since the signature tells who sends'],
    [url?.protocol === 'http:' && !LOOPBACK.test(url.hostname), 'webhook has to begin with https://; http:// is for a loopback address'],
  ];
}

module.exports = { unfit };
