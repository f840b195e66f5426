// Buttons of a day: bookings, holds, and free slots.

import { el, placed } from './dom.js';
import { clock, count, dated, left, range, spokenDate } from './text.js';

function bookingItem({ zone, view }, day, booking, isOne, open) {
  const { user_id: user, resource_id: resource, seats, status, from, to } = booking;
  const who = view === 'user' ? resource : user;
  const isHeld = status === 'held';
  const expires = Date.parse(booking.expires_at);
  const shown = range(zone, from, to);
  const label = [isHeld ? 'Hold' : 'Booking', who, `${spokenDate(day.date)}, ${shown}`, seats > 1 && count(seats, 'seat')];
  const node = el(
    'button',
    {
      ...{ type: 'button', class: `item booking ${status}`, tabindex: -1, title: `${who}\n${dated(zone, from, to)}` },
      'data-key': `${booking.booking_id} ${day.date}`,
      'data-booking': booking.booking_id,
      'aria-label': label.filter(Boolean).join(', '),
      onclick: () => open(booking),
    },
    el('strong', {}, who),
    isHeld && el('span', { class: 'left' }, el('b', { 'data-expires': expires }, left(expires - Date.now())), ' left'),
    seats > 1 && el('span', { class: 'seats' }, isOne ? count(seats, 'seat') : `\u00d7${seats}`),
    isOne && el('span', { class: 'when' }, shown),
  );
  return placed(node, { start: booking.start });
}

/** The bookings of one span: one, or the list of a class. */
export function bookingsItem(week, day, { start, end, lane, lanes, bookings }, open) {
  const isOne = bookings.length === 1;
  const items = bookings.map((booking) => bookingItem(week, day, { ...booking, start }, isOne, open));
  return placed(el('div', { class: isOne ? 'cell' : 'cell many' }, items), { start, end, lane, lanes });
}

export function slotItem({ zone, rules }, day, slot, book) {
  const free = `${slot.seatsLeft} free`;
  const node = el(
    'button',
    {
      ...{ type: 'button', class: slot.isBeside ? 'item slot beside' : 'item slot', tabindex: -1 },
      'data-key': `slot ${slot.from}`,
      'data-slot': new Date(slot.from).toISOString(),
      'aria-label': `Free: ${spokenDate(day.date)}, ${range(zone, slot.from, slot.to)}, ${count(slot.seatsLeft, 'seat')}`,
      onclick: () => book(slot),
    },
    el('span', { class: 'when' }, clock(zone, slot.from)),
    rules.capacity > 1 && el('span', { class: 'free' }, free),
  );
  return placed(node, { start: slot.start, end: slot.end });
}
