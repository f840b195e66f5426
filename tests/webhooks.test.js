'use strict';

// A day at a clinic, as somebody sees it who has `cargo local`, curl and an address of one's own: rules, slots, a hold, its confirmation
// and a reminder, each of which arrives signed. Signatures are verified by the convention's own library, as a receiver does.

const assert = require('node:assert/strict');
const { spawn } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { after, before, describe, it } = require('node:test');
const { Webhook } = require('standardwebhooks');
const { BIN } = require('./deploy/support/aws');
const { until } = require('./deploy/support/emulator');
const { SECRET, startReceiver, verified } = require('./deploy/support/receiver');
const { ROOT, run } = require('./deploy/support/serverless');

// With every character that base64 has, and its padding.
const NEXT = 'whsec_ab+/cdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ01234567+/8w==';

/** `cargo local` on free ports, with these parameters. */
async function local(...params) {
  const options = ['local', '--ephemeral', '--port', '0', '--dynamodb-port', '0', ...params.flatMap((param) => ['--param', param])];
  const child = spawn('cargo', options, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const pipe of [child.stdout, child.stderr]) pipe.setEncoding('utf8').on('data', (text) => (said += text));
  let ended = false;
  child.on('close', () => (ended = true));
  const stop = async () => {
    if (!ended && child.kill('SIGINT')) await new Promise((resolve) => child.on('close', resolve));
  };
  const address = () => /^ {2}API +(http\S+)/m.exec(said)?.[1];
  await until(() => (address() && said.includes('Ctrl-C')) || ended, '`cargo local` serves', 900);
  assert.ok(!ended, said);
  const call = async (method, route, body) => {
    const init = { method, ...(body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }) };
    const answer = await fetch(address() + route, init);
    const text = await answer.text();
    return { status: answer.status, body: text && JSON.parse(text) };
  };
  // Cargo repeats its own command line first.
  return { call, stop, said: () => said.split('runs on this machine')[1] };
}

/** The reminder is due so long after the hold is made: after its confirmation, too. */
const DUE_SECONDS = 8;

const soon = (seconds) => new Date(Math.ceil(Date.now() / 1000 + seconds) * 1000).toISOString();

const data = ({ body }) => JSON.parse(body).data;

describe('a day at a clinic', () => {
  let hook;
  let clinic;
  let booking;
  before(async () => {
    hook = await startReceiver();
    // On one machine, the convention's example is the secret where none is given.
    clinic = await local(`webhook=${hook.url}`);
  });
  after(async () => {
    await clinic?.stop();
    hook?.stop();
  });

  const webhook = (type, seconds) =>
    until(() => hook.got.find((one) => JSON.parse(one.body).type === type && data(one).booking_id === booking.booking_id), `${type} arrives`, seconds);

  it('has opening hours, and a slot that is free', async () => {
    const rules = { time_zone: 'Europe/Berlin', slot_minutes: 1, min_minutes: 30, max_minutes: 60, capacity: 1 };
    assert.equal((await clinic.call('PUT', '/resources/dr-weber', rules)).status, 200);
    const slots = await clinic.call('GET', `/resources/dr-weber/slots?from=${soon(60)}&to=${soon(7200)}&minutes=30`);
    assert.equal(slots.status, 200);
    // The shortest lead is a minute: the slot of a reminder that is due in seconds begins later than that.
    const slot = slots.body.find(({ start_time }) => Date.parse(start_time) > Date.now() + 75_000) ?? assert.fail(JSON.stringify(slots.body));
    booking = { user_id: 'alice', resource_id: 'dr-weber', ...slot };
    delete booking.seats_left;
  });

  it('tells of a hold', async () => {
    // Slots begin at full minutes. A lead of whole minutes would make the test wait for one.
    const reminder_lead_seconds = Math.floor((Date.parse(booking.start_time) - Date.now()) / 1000) - DUE_SECONDS;
    const held = await clinic.call('POST', '/bookings', { ...booking, hold_seconds: 60, reminder_lead_seconds, metadata: { patient: 'é-4711' } });
    assert.equal(held.status, 201, JSON.stringify(held.body));
    booking = held.body;
    const { data: told } = verified(await webhook('booking.created', 30), SECRET);
    assert.deepEqual([told.before, told.after], [null, booking]);
  });

  it('tells of its confirmation', async () => {
    const confirmed = await clinic.call('POST', `/bookings/${booking.booking_id}/confirm`);
    assert.equal(confirmed.status, 200, JSON.stringify(confirmed.body));
    const { data: told } = verified(await webhook('booking.confirmed', 30), SECRET);
    assert.deepEqual(told.after, confirmed.body);
    booking = confirmed.body;
    // One that was due already would be sent at once, and show nothing of its time.
    assert.ok(booking.ttl * 1000 > Date.parse(confirmed.body.updated_at), JSON.stringify(booking));
  });

  it('reminds within a minute of the time', async () => {
    const one = await webhook('booking.reminder_due', 200);
    const { type, timestamp, data: told } = verified(one, SECRET);
    assert.deepEqual([type, told.ttl, told.lead_seconds], ['booking.reminder_due', booking.ttl, booking.reminder_lead_seconds]);
    const sent = Number(one.headers['webhook-timestamp']);
    assert.ok(sent >= booking.ttl && sent < booking.ttl + 60, `${sent} for ${booking.ttl}`);
    assert.ok(Math.abs(Date.parse(timestamp) / 1000 - sent) < 60, timestamp);
    assert.equal(one.headers['webhook-id'], told.id);
    assert.deepEqual([one.url, one.headers['content-type']], ['/hook?for=a=b&c={d}', 'application/json']);
  });

  it('is believed by its signature alone', () => {
    const [one] = hook.got;
    assert.deepEqual(verified(one, SECRET), JSON.parse(one.body));
    assert.throws(() => verified({ ...one, body: one.body.replace('alice', 'mallory') }, SECRET), /No matching signature/);
    assert.throws(() => verified(one, NEXT), /No matching signature/);
    for (const header of ['webhook-id', 'webhook-timestamp', 'webhook-signature']) {
      const other = { ...one, headers: { ...one.headers, [header]: one.headers[header].replace(/.$/, (last) => (last === '1' ? '2' : '1')) } };
      assert.throws(() => verified(other, SECRET), header);
    }
  });

  it('tells each event once, and no log of a patient', () => {
    const ids = hook.got.map(({ headers }) => headers['webhook-id']);
    assert.equal(new Set(ids).size, ids.length);
    for (const secret of [SECRET, SECRET.slice(6), '4711', '/hook?']) assert.ok(!clinic.said().includes(secret), secret);
  });
});

describe('while a secret is replaced', () => {
  it('a receiver verifies by the old one and by the new one', async () => {
    const hook = await startReceiver();
    const clinic = await local(`webhook=${hook.url}`, `webhookSecret=${SECRET}`, `webhookSecretNext=${NEXT}`);
    try {
      const wanted = { user_id: 'alice', resource_id: 'room-1', start_time: soon(62), end_time: soon(3600), reminder_lead_seconds: 60 };
      assert.equal((await clinic.call('POST', '/bookings', wanted)).status, 201);
      await until(() => hook.got.length >= 2, 'the booking and its reminder arrive', 60);
      for (const one of hook.got) {
        for (const secret of [SECRET, NEXT]) assert.deepEqual(verified(one, secret), JSON.parse(one.body));
        assert.throws(() => verified(one, 'whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX'), /No matching signature/);
      }
    } finally {
      await clinic.stop();
      hook.stop();
    }
  });
});

describe('docs/webhooks.md', () => {
  it('shows a receiver in JavaScript that takes what is signed and refuses the rest', async () => {
    const page = fs.readFileSync(path.join(ROOT, 'docs/webhooks.md'), 'utf8');
    const [, program] = /^```js\n([\s\S]*?)^```$/m.exec(page) ?? assert.fail('no program');
    const folder = fs.mkdtempSync(path.join(ROOT, 'target/receiver-'));
    fs.writeFileSync(path.join(folder, 'receiver.mjs'), program);
    const child = spawn(process.execPath, ['receiver.mjs'], { cwd: folder, env: { ...process.env, WEBHOOK_SECRET: SECRET, PORT: '0' }, stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      let said = '';
      child.stdout.setEncoding('utf8').on('data', (text) => (said += text));
      const [, port] = await until(() => /on port (\d+)/.exec(said), 'the receiver listens', 30);
      const body = JSON.stringify({ type: 'booking.created', timestamp: new Date().toISOString(), data: { id: 'e1' } });
      const send = async (secret) => {
        const now = new Date();
        const headers = {
          'webhook-id': 'e1',
          'webhook-timestamp': `${Math.floor(now / 1000)}`,
          'webhook-signature': new Webhook(secret).sign('e1', now, body),
        };
        return (await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body, headers })).status;
      };
      assert.deepEqual([await send(SECRET), await send(NEXT), await send(SECRET)], [204, 400, 204]);
      await until(() => said.includes('booking.created'), 'it acts', 30);
      assert.equal(said.split('booking.created').length, 2, 'an event that came twice is acted on once');
    } finally {
      child.kill();
      fs.rmSync(folder, { recursive: true });
    }
  });

  it('shows a receiver in Python that does the same', async () => {
    const page = fs.readFileSync(path.join(ROOT, 'docs/webhooks.md'), 'utf8');
    const [, program] = /^```python\n([\s\S]*?)^```$/m.exec(page) ?? assert.fail('no program');
    const body = '{"type":"booking.created","data":{"booking_id":"b1"}}';
    const now = new Date();
    const headers = {
      'Webhook-Id': 'e1',
      'Webhook-Timestamp': `${Math.floor(now / 1000)}`,
      'Webhook-Signature': new Webhook(SECRET).sign('e1', now, body),
    };
    const asked = (text) => `print(received(${JSON.stringify(SECRET)}, ${JSON.stringify(text)}.encode(), ${JSON.stringify(headers)}))\n`;
    const { code, stdout, stderr } = await run(path.join(BIN, 'python'), ['-'], { input: program + asked(body) + asked(`${body} `) });
    assert.equal(code, 0, stderr);
    assert.equal(stdout, 'booking.created b1\n204\n400\n');
  });
});
