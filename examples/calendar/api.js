// Requests to the service's public API, at the page's own origin.

const TOKEN = 'calendar.token';

/** An answer that is no success. `problem` is the problem document (RFC 9457), or the gateway's `{message}`. */
export class Refused extends Error {
  constructor(status, problem) {
    super(problem.detail ?? problem.message ?? `the service answered ${status}`);
    Object.assign(this, { status, problem, errors: problem.errors ?? [] });
  }

  is(name) {
    return this.problem.type === `urn:problem:${name}`;
  }
}

/** No answer came: the service may have done what was asked for. */
export class Unanswered extends Error {}

/** The token of this tab. It is gone when the tab is closed. */
export const token = {
  get: () => sessionStorage.getItem(TOKEN) ?? '',
  set: (value) => (value ? sessionStorage.setItem(TOKEN, value) : sessionStorage.removeItem(TOKEN)),
};

/** `{body, headers}` of a success. */
async function request(method, path, { body, headers = {} } = {}) {
  const sent = { accept: 'application/json', ...headers };
  if (body !== undefined) sent['content-type'] = 'application/json';
  if (token.get()) sent.authorization = `Bearer ${token.get()}`;
  let answer;
  let text;
  try {
    answer = await fetch(path, { method, headers: sent, body: body && JSON.stringify(body), cache: 'no-store' });
    text = await answer.text();
  } catch {
    throw new Unanswered('The service does not answer.');
  }
  const value = parsed(text);
  if (!answer.ok) throw new Refused(answer.status, value ?? {});
  return { body: value, headers: answer.headers };
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

const send = async (...given) => (await request(...given)).body;

/** Every item of a list: follows `Link: <...>; rel="next"` (RFC 8288). */
async function all(path) {
  const items = [];
  for (let next = path; next; ) {
    const { body, headers } = await request('GET', next);
    items.push(...body);
    next = /<([^>]*)>\s*;\s*rel="?next"?/.exec(headers.get('link') ?? '')?.[1];
  }
  return items;
}

const of = (kind, id, rest = '') => `/${kind}/${encodeURIComponent(id)}${rest}`;
const query = (parameters) => `?${new URLSearchParams(parameters)}`;
const between = (from, to) => ({ from: new Date(from).toISOString(), to: new Date(to).toISOString() });
const ifMatch = ({ version }) => (version ? { 'if-match': `"${version}"` } : {});

export const rulesOf = (resource) => send('GET', of('resources', resource));
export const setRules = (resource, rules, read) => send('PUT', of('resources', resource), { body: rules, headers: ifMatch(read) });
export const bookingsOf = (resource, from, to) => all(of('resources', resource, `/bookings${query({ ...between(from, to), limit: 100 })}`));
export const busyTimes = (resource, from, to) => send('GET', of('resources', resource, `/busy${query(between(from, to))}`));
export const slots = (resource, from, to, minutes, seats) => send('GET', of('resources', resource, `/slots${query({ ...between(from, to), minutes, seats })}`));
export const bookingsOfUser = (user, from, to) => all(of('users', user, `/bookings${query({ ...between(from, to), limit: 100 })}`));
export const book = (booking, key) => send('POST', '/bookings', { body: booking, headers: { 'idempotency-key': key } });
export const change = (booking, members) => send('PUT', of('bookings', booking.booking_id), { body: members, headers: ifMatch(booking) });
export const confirm = (booking) => send('POST', of('bookings', booking.booking_id, '/confirm'));
export const cancel = (booking) => send('POST', of('bookings', booking.booking_id, '/cancel'));

/** A random `Idempotency-Key`. `crypto.randomUUID` is missing where the page is served under another address than localhost. */
export function newKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
