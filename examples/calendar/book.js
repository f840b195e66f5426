// The form that books or holds a time, and the one that moves a booking.

import { book, change, newKey } from './api.js';
import { el } from './dom.js';
import { Faulty, closeDialog, field, form, numberInput, numberOf, openDialog, say, textInput } from './form.js';
import { dated } from './text.js';
import { startField } from './when.js';
import { MINUTE } from './zone.js';

const REMINDERS = [['', 'none'], ['900', '15 minutes before'], ['3600', '1 hour before'], ['86400', '1 day before'], ['604800', '7 days before']];

/** A key for each body that differs from the one before: sending the same again is a retry. */
function keys() {
  let [last, key] = [null, null];
  return (body) => {
    const text = JSON.stringify(body);
    if (text !== last) [last, key] = [text, newKey()];
    return key;
  };
}

const lengthField = (value) => field('Length in minutes', numberInput('minutes', value, 1, 44_640, { step: 'any' }), { pointer: '/end_time' });
const seatsField = (value, capacity) => field('Seats', numberInput('seats', value, 1, capacity), { pointer: '/seats' });

/** Opens the form for a free slot; `done(user)` is called once it is booked. */
export function openBooking({ zone, rules }, { resource, user, seats }, slot, done) {
  const start = startField(zone, slot.from);
  const keyOf = keys();
  const hold = numberInput('hold', 10, 1, 1440, { 'aria-label': 'Minutes to hold it' });
  const fields = [
    field('User', textInput('user', user, { required: true, maxlength: 128, autofocus: !user }), { pointer: '/user_id' }),
    start.node,
    el('div', { class: 'row' }, lengthField((slot.to - slot.from) / MINUTE), rules.capacity > 1 && seatsField(seats ?? 1, rules.capacity)),
    el(
      'fieldset',
      { 'data-pointer': '/hold_seconds' },
      el('legend', {}, 'How'),
      el('label', { class: 'choice' }, el('input', { type: 'radio', name: 'how', value: 'book', checked: true }), 'Book now'),
      el('label', { class: 'choice' }, el('input', { type: 'radio', name: 'how', value: 'hold' }), 'Hold for'),
      hold,
      ' minutes',
    ),
    field('Reminder', el('select', { name: 'reminder' }, REMINDERS.map(([value, text]) => el('option', { value, selected: value === '900' }, text))), { pointer: '/reminder_lead_seconds' }),
  ];
  hold.addEventListener('input', () => {
    hold.form.elements.how.value = 'hold';
  });
  const send = async ({ elements }) => {
    const body = {
      user_id: elements.user.value.trim(),
      resource_id: resource,
      ...span(start, elements),
      reminder_lead_seconds: elements.reminder.value ? Number(elements.reminder.value) : null,
    };
    if (elements.seats) body.seats = numberOf(elements.seats) ?? 1;
    if (elements.how.value === 'hold') body.hold_seconds = Math.round(Number(hold.value) * 60);
    const made = await book(body, keyOf(body));
    closeDialog();
    say(`${made.status === 'held' ? 'Held' : 'Booked'} for ${made.user_id}: ${dated(zone, Date.parse(made.start_time), Date.parse(made.end_time))}.`);
    done(made.user_id);
  };
  openDialog(`Book ${resource}`, form(fields, 'Book', send, zone, el('button', { type: 'button', onclick: closeDialog }, 'Back')));
  const [node] = document.querySelectorAll('#dialog form');
  node.addEventListener('change', () => {
    node.querySelector('[type=submit]').textContent = node.elements.how.value === 'hold' ? 'Hold' : 'Book';
  });
  hold.addEventListener('input', () => node.dispatchEvent(new Event('change')));
}

/** Opens the form that moves a booking. `capacity` is null where the rules of its resource are not at hand. */
export function openMove({ zone, capacity }, booking, done) {
  const start = startField(zone, booking.from);
  const length = (booking.to - booking.from) / MINUTE;
  const fields = [start.node, el('div', { class: 'row' }, lengthField(length), seatsField(booking.seats, capacity))];
  const send = async ({ elements }) => {
    await change(booking, { ...span(start, elements), seats: numberOf(elements.seats) ?? booking.seats });
    closeDialog();
    say('Moved.');
    done();
  };
  openDialog(`Move ${booking.user_id}\u2019s booking`, form(fields, 'Move', send, zone, el('button', { type: 'button', onclick: closeDialog }, 'Back')));
}

/** The members of the span that a form names. */
function span(start, { minutes }) {
  const from = start.instant();
  const to = new Date(from + numberOf(minutes) * MINUTE);
  if (numberOf(minutes) === null || Number.isNaN(to.getTime())) throw new Faulty([{ pointer: '/end_time', text: 'Enter how many minutes.' }]);
  return { start_time: new Date(from).toISOString(), end_time: to.toISOString() };
}
