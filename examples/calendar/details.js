// A booking, opened: what it is, and what can be done with it.

import { cancel, confirm } from './api.js';
import { openMove } from './book.js';
import { el } from './dom.js';
import { closeDialog, openDialog, say, trying } from './form.js';
import { dated, lead, left } from './text.js';

const STATUS = { held: 'held', active: 'booked', cancelled: 'cancelled', expired: 'lapsed' };

/** Opens a booking; `done` is called after a change of it. */
export function openDetails({ zone, rules }, booking, done) {
  const isHeld = booking.status === 'held';
  const expires = Date.parse(booking.expires_at);
  const reminders = [booking.reminder_lead_seconds, ...booking.further_reminder_lead_seconds].filter((seconds) => seconds !== null);
  const rows = [
    ['Resource', booking.resource_id],
    ['User', booking.user_id],
    ['Time', `${dated(zone, booking.from, booking.to)} (${zone})`],
    ['Seats', String(booking.seats)],
    ['Status', [STATUS[booking.status] ?? booking.status, isHeld && [', lapses in ', el('b', { 'data-expires': expires }, left(expires - Date.now()))]]],
    ['Reminders', reminders.length ? reminders.map((seconds) => `${lead(seconds)} before`).join(', ') : 'none'],
    ...Object.entries(booking.metadata),
    ['Id', el('code', {}, booking.booking_id)],
  ];
  const ask = (work, text) => () =>
    trying(
      node,
      async () => {
        await work(booking);
        closeDialog();
        say(text);
        done();
      },
      zone,
    );
  const remove = el('button', { type: 'button', class: 'danger' }, isHeld ? 'Let go' : 'Cancel booking');
  // The first press asks.
  remove.addEventListener(
    'click',
    () => {
      remove.textContent = 'Really? Press again';
      remove.addEventListener('click', ask(cancel, 'Cancelled: its time is free again.'));
    },
    { once: true },
  );
  const move = el('button', { type: 'button', onclick: () => openMove({ zone, capacity: rules?.capacity ?? null }, booking, done) }, 'Move');
  const node = el(
    'div',
    { class: 'details' },
    el('dl', {}, rows.map(([name, value]) => [el('dt', {}, name), el('dd', {}, value)])),
    el('div', { class: 'actions' }, remove, move, isHeld && el('button', { type: 'button', class: 'main', autofocus: true, onclick: ask(confirm, 'Confirmed: it is booked.') }, 'Confirm')),
  );
  openDialog(isHeld ? 'Hold' : 'Booking', node);
}
