// Shows in a form what the service refused, at the fields that it is about.

import { Refused, Unanswered } from './api.js';
import { el } from './dom.js';
import { count, dated } from './text.js';

/** Members of the API, as the forms name them. */
const NAMES = {
  start_time: 'the start',
  end_time: 'the end',
  hold_seconds: 'the hold',
  reminder_lead_seconds: 'the reminder',
  min_minutes: 'the shortest booking',
  max_minutes: 'the longest booking',
  slot_minutes: 'the grid',
};

const inWords = (detail) => detail.replace(/\b[a-z]+(_[a-z]+)+\b/g, (name) => NAMES[name] ?? name);

/** Messages for the JSON pointers of `error`, and for the whole form: `[{pointer, text}]`. */
export function faults(error, zone) {
  if (error instanceof Unanswered) return [{ pointer: '', text: 'The service does not answer. Try again: nothing is done twice.' }];
  if (!(error instanceof Refused)) return [{ pointer: '', text: 'This page has a fault, and could not do that.' }];
  if (error.is('time-taken')) return [{ pointer: '/start_time', text: taken(error.problem, zone) }];
  if (error.is('version-changed')) return [{ pointer: '', text: 'It was changed meanwhile. Close this, and look at what it is now.' }];
  if (error.errors.length) return error.errors.map(({ pointer, detail }) => ({ pointer, text: inWords(detail) }));
  return [{ pointer: '', text: [`${error.message.replace(/^./, (first) => first.toUpperCase())}.`, advice(error)].filter(Boolean).join(' ') }];
}

function taken({ busy, seats_left: left }, zone) {
  const [from, to] = [busy.start_time, busy.end_time].map((time) => Date.parse(time));
  const seats = left ? `only ${count(left, 'seat')} left` : 'no seat left';
  return `Taken: ${seats} at ${dated(zone, from, to)}.`;
}

/** What to do about a token that is missing or not enough. */
export function advice({ status }) {
  const port = location.port && location.port !== '3000' ? ` --port ${location.port}` : '';
  if (status === 401) return `Get a token with \`cargo local token --sub alice${port}\`, and enter it under \u201cToken\u201d.`;
  if (status !== 403) return null;
  const scopes = 'bookings/read bookings/write resources/write bookings:admin';
  return `An administrator\u2019s token may: \`cargo local token --sub desk --scope "${scopes}"${port}\`.`;
}

/** Removes earlier messages, and shows those of `found` at the fields, or at the end of the form. */
export function show(form, found) {
  for (const old of form.querySelectorAll('.fault')) old.remove();
  for (const input of form.querySelectorAll('[aria-invalid]')) {
    input.removeAttribute('aria-invalid');
    input.removeAttribute('aria-describedby');
  }
  for (const { pointer, text } of found) at(form, pointer, text);
  (form.querySelector('[aria-invalid]') ?? form.querySelector('.fault'))?.focus();
}

function at(form, pointer, text) {
  const fields = [...form.querySelectorAll('[data-pointer]')].filter(({ dataset }) => `${pointer}/`.startsWith(`${dataset.pointer}/`));
  // The innermost: hours of a weekday are in those of the week.
  const field = fields.sort((a, b) => a.dataset.pointer.length - b.dataset.pointer.length).at(-1);
  const id = `fault-${form.querySelectorAll('.fault').length}`;
  const line = el('p', { class: 'fault', id, role: field ? null : 'alert', tabindex: field ? null : -1 }, text);
  const input = field?.querySelector('input, select, textarea');
  if (!input) {
    form.querySelector('.actions').before(line);
    return;
  }
  field.append(line);
  const described = [input.getAttribute('aria-describedby'), id].filter(Boolean).join(' ');
  input.setAttribute('aria-invalid', 'true');
  input.setAttribute('aria-describedby', described);
}
