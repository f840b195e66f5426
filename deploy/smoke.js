#!/usr/bin/env node
'use strict';

// Smoke test of an address: makes a booking and deletes it again. Runs after each deployment, or by hand.
//
//     node deploy/smoke.js http://127.0.0.1:3000
//     BEARER_TOKEN=... node deploy/smoke.js https://api.example.com
//
// Instead of a token, TOKEN_URL, CLIENT_ID and CLIENT_SECRET request one by OAuth's client credentials grant, for
// AUDIENCE.
//
// Books an hour of a resource of its own, a month from now and without a reminder, and deletes the booking: three events
// reach the bus. Then it sets the rules of the resource `smoke-rules`, which stay, holds one of its slots, confirms and
// deletes it: three events more. A token without the scope `resources/write` leaves that out. Without a token, it only
// checks that an API that requires one responds and refuses the request.

const assert = require('node:assert/strict');
const { randomUUID } = require('node:crypto');

const DEADLINE = 15_000; // milliseconds for each request: enough for a cold start

async function main() {
  const [base] = process.argv.slice(2);
  if (!base || !URL.canParse(base)) throw new Error('say where: node deploy/smoke.js URL');
  const token = process.env.BEARER_TOKEN || (await granted(process.env));
  const call = caller(base.replace(/\/$/, ''), token);

  assert.deepEqual(await call('GET', '/health', 200), { status: 'ok' });
  const user = token ? subject(token) : 'smoke';
  const resource = `smoke-${randomUUID()}`;
  const day = new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10);
  const wanted = {
    user_id: user,
    resource_id: resource,
    start_time: `${day}T10:00:00Z`,
    end_time: `${day}T11:00:00Z`,
    reminder_lead_seconds: null,
  };

  if (!token && (await call('GET', `/users/${user}/bookings`, [200, 401])).message === 'Unauthorized') {
    console.log('it asks for a token, as it should; give one to book as well');
    return;
  }
  const key = { 'idempotency-key': randomUUID() };
  const booking = await call('POST', '/bookings', 201, { body: wanted, headers: key });
  const path = `/bookings/${booking.booking_id}`;
  try {
    assert.deepEqual(await call('POST', '/bookings', 201, { body: wanted, headers: key }), booking);
    await call('POST', '/bookings', 409, { body: wanted });
    assert.deepEqual(await call('GET', path, 200), booking);
    const busy = `/resources/${resource}/busy?from=${day}T00:00:00Z&to=${day}T23:00:00Z`;
    const { start_time, end_time } = booking;
    assert.deepEqual(await call('GET', busy, 200), [{ start_time, end_time }]);
    assert.equal((await call('POST', `${path}/cancel`, 200)).status, 'cancelled');
    assert.deepEqual(await call('GET', busy, 200), []);
  } finally {
    await call('DELETE', path, 204);
  }
  await call('GET', path, 404);
  await slotted(call, user, day);
}

/** Sets rules, and holds and confirms a slot by them. */
async function slotted(call, user, day) {
  const resource = '/resources/smoke-rules';
  const rules = { slot_minutes: 15, min_minutes: 15, max_minutes: 60, capacity: 4 };
  const set = await call('PUT', resource, [200, 403], { body: rules });
  if (set.resource_id === undefined) {
    console.log('the token may set no rules; give one with the scope resources/write to try slots');
    return;
  }
  const slots = await call('GET', `${resource}/slots?from=${day}T00:00:00Z&to=${day}T23:00:00Z`, 200);
  const slot = slots[Math.floor(Math.random() * slots.length)];
  assert.ok(slot, 'a slot is free');
  const { start_time, end_time } = slot;
  const held = { user_id: user, resource_id: 'smoke-rules', start_time, end_time, hold_seconds: 60 };
  const booking = await call('POST', '/bookings', 201, { body: { ...held, reminder_lead_seconds: null } });
  const path = `/bookings/${booking.booking_id}`;
  try {
    assert.equal(booking.status, 'held');
    assert.equal((await call('POST', `${path}/confirm`, 200)).status, 'active');
  } finally {
    await call('DELETE', path, 204);
  }
}

/** Calls the API at `base`. A response with an unexpected status is an error that names it. */
function caller(base, token) {
  return async (method, path, status, { body, headers = {} } = {}) => {
    const response = await fetch(base + path, {
      method,
      signal: AbortSignal.timeout(DEADLINE),
      body: body && JSON.stringify(body),
      headers: {
        ...headers,
        ...(body && { 'content-type': 'application/json' }),
        ...(token && { authorization: `Bearer ${token}` }),
      },
    });
    const text = await response.text();
    const id = response.headers.get('x-request-id') ?? response.headers.get('apigw-requestid') ?? 'none';
    console.log(`${response.status} ${method} ${path}`);
    if (![status].flat().includes(response.status)) {
      throw new Error(`${method} ${path} answered ${response.status} instead of ${status}: ${text} (request ${id})`);
    }
    return text && JSON.parse(text);
  };
}

/** Requests a token with client credentials: https://www.rfc-editor.org/rfc/rfc6749#section-4.4 */
async function granted({ TOKEN_URL, CLIENT_ID, CLIENT_SECRET, AUDIENCE }) {
  if (!TOKEN_URL) return undefined;
  const body = new URLSearchParams({ grant_type: 'client_credentials', scope: 'bookings/read bookings/write resources/write' });
  if (AUDIENCE) body.set('audience', AUDIENCE);
  const login = [CLIENT_ID, CLIENT_SECRET].map(encodeURIComponent).join(':');
  const headers = { authorization: `Basic ${Buffer.from(login).toString('base64')}` };
  const response = await fetch(TOKEN_URL, { method: 'POST', body, headers, signal: AbortSignal.timeout(DEADLINE) });
  if (!response.ok) throw new Error(`the token endpoint answered ${response.status}`);
  return (await response.json()).access_token;
}

/** The token's subject, as the user of the booking: the API refuses bookings for other users. */
function subject(token) {
  try {
    return JSON.parse(Buffer.from(token.split('.')[1], 'base64url')).sub;
  } catch {
    throw new Error('the token is not a JSON Web Token');
  }
}

main().catch((error) => {
  console.error(`smoke test failed: ${error.message}${error.cause ? ` (${error.cause.message})` : ''}`);
  process.exitCode = 1;
});
